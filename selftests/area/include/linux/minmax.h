/* SPDX-License-Identifier: GPL-2.0 */
#ifndef _SHIM_MINMAX_H
#define _SHIM_MINMAX_H

#include <linux/kernel.h>	/* where the kernel's tools have min() and max() */

#endif
