/* SPDX-License-Identifier: GPL-2.0 */
#ifndef _SHIM_CACHE_H
#define _SHIM_CACHE_H

#define __read_mostly
#define __cacheline_aligned_in_smp
#define ____cacheline_aligned_in_smp

#endif
