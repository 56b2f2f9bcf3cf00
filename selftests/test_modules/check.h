/* SPDX-License-Identifier: GPL-2.0 */
/*
 * A check that fails is named in the kernel log, once per place, and makes the
 * loading of the test module fail.
 */
#ifndef CHECK_H
#define CHECK_H

#include <linux/printk.h>

#define CHECK(cond) ({							\
	bool __good = (cond);						\
									\
	if (!__good)							\
		pr_err("%s: line %d: not so: %s\n",			\
		       KBUILD_MODNAME, __LINE__, #cond);		\
	__good;								\
})

#endif /* CHECK_H */
