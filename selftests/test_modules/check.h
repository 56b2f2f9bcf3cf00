/* SPDX-License-Identifier: GPL-2.0 */
/*
 * CHECK() writes a line to the kernel log if its condition is false.  The test
 * module then refuses to load.
 */
#ifndef CHECK_H
#define CHECK_H

#include <linux/printk.h>

#define CHECK(cond) ({							\
	bool __good = (cond);						\
									\
	if (!__good)							\
		pr_err("%s: line %d: check failed: %s\n",		\
		       KBUILD_MODNAME, __LINE__, #cond);		\
	__good;								\
})

#endif /* CHECK_H */
