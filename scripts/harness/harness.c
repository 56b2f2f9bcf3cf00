// SPDX-License-Identifier: GPL-2.0
/*
 * harness: a module that does wrong
 *
 * Loaded by the guests of scripts/test-harness, which show that a kernel that
 * warned, oopsed, hung or lost a page is reported as just that.
 */
#include <linux/gfp.h>
#include <linux/irqflags.h>
#include <linux/module.h>
#include <linux/string.h>

static char *deed = "nothing";
module_param_named(do, deed, charp, 0);
MODULE_PARM_DESC(do, "what to do when loaded: nothing, warn, oops, hang or leak");

static int __init harness_init(void)
{
	if (!strcmp(deed, "warn")) {
		WARN(1, "harness: as asked\n");
	} else if (!strcmp(deed, "oops")) {
		/* Not the null page, which the compiler knows. */
		WRITE_ONCE(*(int *)(PAGE_SIZE + sizeof(int)), 0);
	} else if (!strcmp(deed, "hang")) {
		local_irq_disable();
		for (;;)
			cpu_relax();
	} else if (!strcmp(deed, "leak")) {
		if (!alloc_page(GFP_KERNEL))
			return -ENOMEM;
	}
	return 0;
}

static void __exit harness_exit(void)
{
}

module_init(harness_init);
module_exit(harness_exit);
MODULE_DESCRIPTION("Warns, oopses, hangs or leaks, to test the test VM");
MODULE_LICENSE("GPL");
