/* SPDX-License-Identifier: GPL-2.0 */
#ifndef _SHIM_MINMAX_H
#define _SHIM_MINMAX_H

#include <linux/kernel.h>	/* tools/include has min() and max() there */

#endif
