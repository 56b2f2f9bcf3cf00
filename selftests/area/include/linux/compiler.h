/* SPDX-License-Identifier: GPL-2.0 */
#ifndef _SHIM_COMPILER_H
#define _SHIM_COMPILER_H

#include_next <linux/compiler.h>

/* There is one thread. */
#define data_race(expr)	(expr)

#endif
