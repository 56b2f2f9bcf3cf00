// SPDX-License-Identifier: GPL-2.0
/*
 * Makes debugfs fail while vmx is loaded, on kernels without fault injection
 *
 * nth=0: the directory vmx exists already.
 * nth=N: the Nth call of debugfs_create_file_unsafe() returns ENOMEM.
 */
#include <linux/atomic.h>
#include <linux/debugfs.h>
#include <linux/err.h>
#include <linux/kprobes.h>
#include <linux/module.h>

static int nth;
module_param(nth, int, 0444);

static struct dentry *dir;
static atomic_t calls;

/* 32-bit ARM has no function for this. */
#ifdef CONFIG_ARM
#define regs_set_return_value(regs, value) ((regs)->ARM_r0 = (value))
#endif

static int spoil_result(struct kretprobe_instance *ri, struct pt_regs *regs)
{
	if (atomic_inc_return(&calls) == nth)
		regs_set_return_value(regs, (unsigned long)ERR_PTR(-ENOMEM));
	return 0;
}

static struct kretprobe probe = {
	.kp.symbol_name = "debugfs_create_file_unsafe",
	.handler = spoil_result,
};

static int __init nofiles_init(void)
{
	if (nth) {
		int err = register_kretprobe(&probe);

		/* There, the first instruction of a function may belong to ftrace only. */
		if (IS_ENABLED(CONFIG_RISCV) && !IS_ENABLED(CONFIG_KPROBES_ON_FTRACE) &&
		    err == -EINVAL)
			return -EOPNOTSUPP;
		return err;
	}
	dir = debugfs_create_dir("vmx", NULL);
	return PTR_ERR_OR_ZERO(dir);
}
module_init(nofiles_init);

static void __exit nofiles_exit(void)
{
	if (nth)
		unregister_kretprobe(&probe);
	else
		debugfs_remove(dir);
}
module_exit(nofiles_exit);

MODULE_DESCRIPTION("Test: makes debugfs fail while vmx is loaded");
MODULE_LICENSE("GPL");
