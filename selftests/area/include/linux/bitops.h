/* SPDX-License-Identifier: GPL-2.0 */
#ifndef _SHIM_BITOPS_H
#define _SHIM_BITOPS_H

#include_next <linux/bitops.h>
#include <linux/bitmap.h>	/* for_each_set_bit() */

/* There is one thread. */
#define test_and_set_bit	__test_and_set_bit
#undef clear_bit
#define clear_bit		__clear_bit

#endif
