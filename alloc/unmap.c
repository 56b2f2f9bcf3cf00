// SPDX-License-Identifier: GPL-2.0
/*
 * The way back of the chapter: free an area
 *
 *	vmx_free()			alloc/free.c
 *	  __vmx_unmap()
 *	    remove_vmx_area()		off the list or to be parked, entries cleared
 *	    vmx_frames_return()		frames, page array
 *	    vmx_area_quarantine()	the addresses, with the descriptor
 *
 * Frames are given back before the flush: until the next purge a stale translation
 * can reach a frame that belongs to somebody else. The kernel does the same. Only
 * addresses are quarantined, because touching freed memory is a bug in any case.
 *
 * Units: bytes, except nr_pages.
 */
#include <linux/bitops.h>
#include <linux/kmemleak.h>
#include <linux/log2.h>
#include <linux/mm.h>
#include <linux/sched.h>
#include <linux/slab.h>

#include "vmx_area.h"
#include "vmx_frames.h"
#include "vmx_pgtable.h"
#include "chain.h"
#include "shadow.h"

/* If the slice is lost, the kernel has cleared the entries. They may be others' now. */
static __always_inline void unmap_area(struct vmx_area *area)
{
	vmx_shadow_allow(area, 0);
	if (likely(!vmx_slice_is_lost()))
		vmx_pgtable_unmap((unsigned long)area->addr, vmx_area_pages(area));
}

/* Take the area away from its users, and clear its entries. */
static struct vmx_area *remove_vmx_area(const void *addr)
{
	struct vmx_area *area = vmx_area_remove(addr);

	if (area)
		unmap_area(area);
	return area;
}

/* Drop the references to frames that VM_MAP_PUT_PAGES handed over. */
static void put_pages(struct vmx_area *area)
{
	unsigned int i;

	for (i = 0; i < area->nr_pages; i++) {
		__free_page(area->pages[i]);
		cond_resched();
	}
	kvfree(area->pages);
}

/* Return the frames, and quarantine the addresses; true if a purge is due. */
static __always_inline bool give_back(struct vmx_area *area, bool deallocate_pages)
{
	debug_check_no_locks_freed(area->addr, vmx_area_pages(area) * PAGE_SIZE);
	/* Nobody may execute what the next owner of a frame writes. */
	if (unlikely(area->flags & VMX_ROX) && !vmx_slice_is_lost())
		vmx_pgtable_flush();
	if (area->flags & VMX_ALLOC)
		vmx_frames_return(area, true);
	else if (deallocate_pages && area->flags & VMX_PUT_PAGES)
		put_pages(area);
	return vmx_area_quarantine(area);
}

/**
 * __vmx_unmap() - free an area, and leave the purge to the caller
 * @addr: its first address; NULL does nothing
 * @deallocate_pages: free frames that were handed over by VM_MAP_PUT_PAGES, too
 *
 * Context: may sleep.
 * Return: true when a purge is due: then vmx_areas_try_purge() is the caller's duty.
 */
bool __vmx_unmap(const void *addr, bool deallocate_pages)
{
	struct vmx_area *area;

	kmemleak_free(addr);
	area = remove_vmx_area(addr);
	if (unlikely(!area)) {
		WARN(addr, "vmx: %p is no area's start: not freed\n", addr);
		return false;
	}
	return give_back(area, deallocate_pages);
}

/**
 * vmx_unmap_claimed() - free an area that the caller has claimed
 * @area: the area, which is still listed; vmx_area_claim() has returned true for it.
 *	Frames that were handed over by VM_MAP_PUT_PAGES are freed, too
 *
 * Context: may sleep.
 * Return: true when a purge is due: then vmx_areas_try_purge() is the caller's duty.
 */
bool vmx_unmap_claimed(struct vmx_area *area)
{
	kmemleak_free(area->addr);
	vmx_area_unlist(area);
	unmap_area(area);
	return give_back(area, true);
}

/**
 * vmx_undo_area() - undo __get_vmx_area_node(), because a later step failed
 * @area: the area, which is not complete; it does not exist afterwards
 * @err: what the step returned
 *
 * After -EBUSY from the page tables, some of the area was mapped for a moment: then
 * its addresses go into quarantine. After any other error they are a hole at once.
 */
void vmx_undo_area(struct vmx_area *area, int err)
{
	if (err != -EBUSY) {
		vmx_area_cancel(area);
		return;
	}
	/* Somebody else uses entries there: the next request had better go elsewhere. */
	clear_bit(ilog2(VMX_PARKABLE), &area->flags);
	vmx_area_quarantine(vmx_area_remove(area->addr));
}
