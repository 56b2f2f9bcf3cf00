/* SPDX-License-Identifier: GPL-2.0 */
#ifndef _SHIM_VMALLOC_H
#define _SHIM_VMALLOC_H

#include <linux/const.h>

#define PAGE_SHIFT	12
#define PAGE_SIZE	(_AC(1, UL) << PAGE_SHIFT)

#define __alloc_size(x, ...)	__attribute__((alloc_size(x, ## __VA_ARGS__)))

/* vmx.h only names this type. */
#define pgprot_t	unsigned long

struct page {
	char unused;
};

#endif
