/* SPDX-License-Identifier: GPL-2.0 */
/*
 * KASAN: the bytes that the owner of an area may use
 *
 * Generic KASAN keeps a byte of shadow for each 8 bytes of addresses. The kernel gives
 * the slice shadow of its own when vmx reserves it, and poisons it when it gets the
 * slice back. In the meantime all of it is poisoned (holes, guard pages, quarantined
 * addresses, cached areas), except the bytes that somebody has asked for.
 *
 * Without KASAN, nothing of this is compiled.
 */
#ifndef _VMX_ALLOC_SHADOW_H
#define _VMX_ALLOC_SHADOW_H

#include <linux/align.h>
#include <linux/mm.h>

#include "vmx_area.h"
#include "vmx_compat.h"
#include "vmx_pgtable.h"

/**
 * vmx_shadow_allow() - allow the first bytes of an area, and poison its other bytes
 * @area: the area; its guard page stays poisoned
 * @bytes: how many; 0 for none
 *
 * If the slice is lost, its shadow belongs to others.
 *
 * Context: any.
 */
static __always_inline void vmx_shadow_allow(const struct vmx_area *area,
					     unsigned long bytes)
{
	unsigned long whole = ALIGN_DOWN(bytes, VMX_SHADOW_GRANULE);
	unsigned long end = ALIGN(bytes, VMX_SHADOW_GRANULE), all;

	if (!VMX_HAVE_SHADOW || vmx_slice_is_lost())
		return;
	all = vmx_area_pages(area) * PAGE_SIZE;
	kasan_poison(area->addr, whole, 0, false);
	if (whole != end)	/* the shadow says how many bytes of the granule */
		kasan_poison(area->addr + whole, end - whole, bytes - whole, false);
	kasan_poison(area->addr + end, all - end, VMX_SHADOW_POISON, false);
}

#endif /* _VMX_ALLOC_SHADOW_H */
