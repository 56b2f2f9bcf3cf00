/* SPDX-License-Identifier: GPL-2.0 */
#ifndef _SHIM_MM_H
#define _SHIM_MM_H

#include <linux/vmalloc.h>	/* PAGE_SIZE */

#endif
