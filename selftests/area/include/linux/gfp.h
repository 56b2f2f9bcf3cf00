/* SPDX-License-Identifier: GPL-2.0 */
#ifndef _SHIM_GFP_H
#define _SHIM_GFP_H

#include <linux/types.h>	/* gfp_t, GFP_KERNEL */

#define __GFP_THISNODE	0x80000000u
#define NUMA_NO_NODE	(-1)

#endif
