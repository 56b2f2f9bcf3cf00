// SPDX-License-Identifier: GPL-2.0
/*
 * hello_vmx: the smallest user of vmx: allocate, write, read, free
 *
 * 64 KiB from kmalloc() are 16 frames in a row, and a machine that has run for a while
 * may not have them. vmx_alloc() takes any 16 frames and maps them one behind the other.
 */
#include <linux/module.h>
#include <linux/sizes.h>
#include <linux/string.h>
#include <vmx.h>

static char *buffer;

static int __init hello_init(void)
{
	buffer = vmx_alloc(SZ_64K);
	if (!buffer)
		return -ENOMEM;
	strscpy(buffer, "hello, noncontiguous world", SZ_64K);
	pr_info("hello_vmx: %u pages: \"%s\"\n", find_vmx_area(buffer)->nr_pages, buffer);
	return 0;
}
module_init(hello_init);

static void __exit hello_exit(void)
{
	vmx_free(buffer);
}
module_exit(hello_exit);

MODULE_DESCRIPTION("Sample: the smallest user of vmx");
MODULE_LICENSE("GPL");
