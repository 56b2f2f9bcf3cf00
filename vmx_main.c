// SPDX-License-Identifier: GPL-2.0
/*
 * Module parameters, init and exit of the parts, and the tracepoints
 *
 * Init goes from the bottom up: slice, alloc, files. The files come last and cannot fail.
 * Exit is the reverse.
 */
#define pr_fmt(fmt) KBUILD_MODNAME ": " fmt

#include <linux/init.h>
#include <linux/module.h>
#include <linux/moduleparam.h>
#include <linux/printk.h>
#include <linux/sizes.h>
#include <linux/string.h>

#include "vmx_alloc.h"
#include "vmx_area.h"
#include "vmx_compat.h"
#include "vmx_debugfs.h"
#include "vmx_pgtable.h"

#define CREATE_TRACE_POINTS
#include <trace/events/vmx.h>

/* Do not use memparse(): it ignores an overflow. */
static int set_bytes(const char *val, const struct kernel_param *kp)
{
	unsigned long bytes;
	const char *why;
	int err;

	err = vmx_parse_bytes(val, &bytes, &why);
	if (err) {
		pr_err("%s=%.*s: %s\n", kp->name, (int)strcspn(val, "\n"),
		       val, why);
		return err == -E2BIG ? -ENOMEM : err;
	}
	WRITE_ONCE(*(unsigned long *)kp->arg, bytes);
	return 0;
}

static const struct kernel_param_ops bytes_ops = {
	.set = set_bytes,
	.get = param_get_ulong,
};

static unsigned long slice = IS_ENABLED(CONFIG_64BIT) ? SZ_256M : SZ_16M;
module_param_cb(slice, &bytes_ops, &slice, 0444);
__MODULE_PARM_TYPE(slice, "bytes");
MODULE_PARM_DESC(slice, "addresses to reserve, K/M/G (default 256M; 16M on 32-bit); 0: only look at page tables");

module_param_cb(lazy_max, &bytes_ops, &vmx_lazy_max, 0644);
__MODULE_PARM_TYPE(lazy_max, "bytes");
MODULE_PARM_DESC(lazy_max, "purge when more than this waits for a flush, K/M/G (default: the kernel's 32M * fls(cpus), but at most a quarter of the slice)");

static bool magazines = true;

static int set_magazines(const char *val, const struct kernel_param *kp)
{
	int err = param_set_bool(val, kp);

	if (!err)
		vmx_magazines_switch(magazines);
	return err;
}

static const struct kernel_param_ops magazines_ops = {
	.flags = KERNEL_PARAM_OPS_FL_NOARG,
	.set = set_magazines,
	.get = param_get_bool,
};

module_param_cb(magazines, &magazines_ops, &magazines, 0644);
__MODULE_PARM_TYPE(magazines, "bool");
MODULE_PARM_DESC(magazines, "keep areas that modules free mapped, for reuse (default Y); with N a use after free faults");

module_param_named(map_width, vmx_map_width, uint, 0644);
MODULE_PARM_DESC(map_width, "characters in a line of the file map (default 64)");

static int __init vmx_init(void)
{
	int err;

	err = vmx_slice_reserve(slice);
	if (err)
		return err;
	err = vmx_alloc_init();
	if (err)
		goto release_slice;
	/* From here on nothing may fail: a file may be open already. */
	vmx_debugfs_init();
	return 0;

release_slice:
	vmx_slice_release();
	return err;
}
module_init(vmx_init);

static void __exit vmx_exit(void)
{
	vmx_debugfs_exit();
	vmx_alloc_exit();
	vmx_slice_release();
}
module_exit(vmx_exit);

MODULE_DESCRIPTION("Explore vmalloc areas in a slice of the vmalloc range");
MODULE_AUTHOR("The vmx authors");
MODULE_VERSION(VMX_VERSION);
MODULE_LICENSE("GPL");
