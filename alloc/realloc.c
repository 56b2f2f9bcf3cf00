// SPDX-License-Identifier: GPL-2.0
/*
 * Change the size of an area, in place where that is possible
 *
 * To grow, the area takes the front of the hole behind it. Its guard page becomes
 * memory, and a new guard page follows. To shrink, vmx unmaps the tail, returns its
 * frames and quarantines its addresses. The content moves to another area only if the
 * area cannot grow in place.
 *
 * Locking: the caller owns the area. Fields that readers of the list look at are
 * changed under vmx_area_lock.
 * Units: nr, had, extra and keep are in pages; everything else is in bytes.
 */
#include <linux/bitops.h>
#include <linux/export.h>
#include <linux/kmemleak.h>
#include <linux/log2.h>
#include <linux/mm.h>
#include <linux/slab.h>

#include "arch/arch.h"
#include "vmx_area.h"
#include "vmx_frames.h"
#include "vmx_pgtable.h"
#include "chain.h"
#include "shadow.h"

#define PAGES_PER_LEAF BIT(VMX_LEAF_ORDER)

/*
 * Return how many frames stay if the first @nr are wanted. A leaf stays whole: to put a
 * table in its place, the wanted part would have to be unmapped for a moment.
 */
static unsigned int pages_to_keep(const struct vmx_area *area, unsigned int nr)
{
	if (area->leaves)
		nr = round_up(nr, PAGES_PER_LEAF);
	return min(nr, area->nr_pages);
}

static void shrink(struct vmx_area *area, unsigned int keep, gfp_t gfp)
{
	unsigned long cut = (unsigned long)area->addr + keep * PAGE_SIZE;
	unsigned int nr = area->nr_pages;
	struct vmx_area *tail;

	tail = vmx_area_alloc(PAGE_SIZE, VMX_NO_GUARD, area->caller,
			      vmx_meta_gfp(gfp), NUMA_NO_NODE);
	if (!tail)
		return;		/* the area keeps its length */
	vmx_pgtable_unmap(cut, nr - keep);
	vmx_area_cut(area, tail, keep);
	WRITE_ONCE(area->leaves,
		   min_t(unsigned int, area->leaves, keep / PAGES_PER_LEAF));
	vmx_frames_cut(area, keep, nr);
	if (vmx_area_quarantine(tail))
		vmx_areas_try_purge();
}

static int grow(struct vmx_area *area, unsigned int nr, gfp_t gfp)
{
	unsigned int had = area->nr_pages, extra = nr - had;
	struct vmx_growth growth;
	struct page **old;
	int err;

	err = vmx_area_extend(area, extra * PAGE_SIZE);
	if (err)
		return err;
	err = vmx_frames_grow(area, nr, gfp, &growth);
	if (err)
		goto give_back_hole;
	err = vmx_pgtable_map((unsigned long)area->addr + had * PAGE_SIZE,
			      growth.pages + had, extra, PAGE_KERNEL,
			      VMX_SCATTERED);
	if (err)
		goto return_frames;

	spin_lock(&vmx_area_lock);
	old = vmx_frames_adopt(area, &growth);
	/* The area may be too long for a magazine now. */
	clear_bit(ilog2(VMX_CACHEABLE), &area->flags);
	spin_unlock(&vmx_area_lock);
	if (old != area->pages)
		vmx_frames_free_array(area, old);
	return 0;

return_frames:
	vmx_pgtable_flush();	/* some of it was mapped for a moment */
	vmx_frames_ungrow(area, &growth);
give_back_hole:
	vmx_area_retract(area, extra * PAGE_SIZE);
	return err;
}

static void *move(struct vmx_area *area, size_t size, gfp_t gfp,
		  const void *caller)
{
	struct vmx_area *new;

	/* With this flag, it could wait for the addresses of @area itself. */
	gfp &= ~__GFP_NOFAIL;
	new = vmx_alloc_area(size, 1, vmx_start, vmx_end, gfp, PAGE_KERNEL,
			     area->flags & (VMX_USERMAP | VMX_ALLOW_HUGE),
			     NUMA_NO_NODE, caller);
	if (IS_ERR(new)) {
		vmx_count_failure(PTR_ERR(new));
		return NULL;
	}
	memcpy(new->addr, area->addr, area->requested);
	vmx_free(area->addr);
	return new->addr;
}

/**
 * vmx_realloc() - change the size of an area, as vrealloc() does
 * @p: the first address of an area that was allocated with PAGE_KERNEL; or NULL
 * @size: the new size in bytes; rounded up to pages
 * @flags: GFP_KERNEL. With __GFP_ZERO, new memory is cleared; the area must then have
 *	been allocated with __GFP_ZERO, too. An area with VMX_USERMAP, as from
 *	vmx_alloc_user(), grows by cleared memory in any case
 *
 * If the area grows or moves, the new frames are ordinary ones, even if the area was
 * allocated below 4 GiB or from a node. If it moves, a special alignment is lost.
 *
 * An area that becomes shorter keeps its address and loses the frames behind its new
 * end. It loses only whole leaves. A CPU may reach the lost frames through the former
 * addresses until the next purge. An area that becomes longer keeps its address if the
 * hole behind it is large enough.
 *
 * With @p NULL, allocate an area of @size. With @size 0, free @p.
 *
 * Context: process context; may sleep.
 * Return: the address of the area, which may be a new one. NULL, with @p unchanged, if
 * @p is not the start of an area with frames of its own (with a warning), if @size
 * overflows or is more than the machine has memory, if there is no hole or no memory,
 * or if the slice is lost. NULL, with @p freed, if @size is 0.
 */
void *vmx_realloc(const void *p, size_t size, gfp_t flags)
{
	const void *caller = __builtin_return_address(0);
	gfp_t gfp = flags;
	struct vmx_area *area;
	unsigned int nr, keep;
	size_t old, kept;

	might_sleep();
	/* As vmalloc() does: the page allocator has no zone for two of these flags. */
	if (!(gfp & (__GFP_DMA | __GFP_DMA32)))
		gfp |= __GFP_HIGHMEM;
	if (!size) {
		vmx_free(p);
		return NULL;
	}
	if (!p)
		return __vmx_alloc_node_range(size, 1, vmx_start, vmx_end, gfp,
					      PAGE_KERNEL, 0, NUMA_NO_NODE,
					      caller);
	area = vmx_area_at(p);
	if (WARN(!area || !(area->flags & VMX_ALLOC),
		 "vmx: %p is no area's start: not changed\n", p))
		return NULL;
	if (PAGE_ALIGN(size) < size || size >> PAGE_SHIFT > totalram_pages())
		return NULL;
	if (vmx_is_lost()) {
		vmx_count_failure(-EIO);
		return NULL;
	}

	/* All of the area may be mapped to user space. */
	if (area->flags & VMX_USERMAP)
		gfp |= __GFP_ZERO;
	old = area->requested;
	nr = PAGE_ALIGN(size) >> PAGE_SHIFT;
	if (nr > area->nr_pages && grow(area, nr, gfp))
		return move(area, size, gfp, caller);

	/* kmemleak must not read the tail while it is being unmapped. */
	kmemleak_free(area->addr);
	/* A reader of the list may see more pages than this needs, but never fewer. */
	spin_lock(&vmx_area_lock);
	area->requested = size;
	spin_unlock(&vmx_area_lock);
	vmx_shadow_allow(area, size);
	keep = pages_to_keep(area, nr);
	if (keep < area->nr_pages)
		shrink(area, keep, gfp);
	/*
	 * If the area grows again with __GFP_ZERO, what it has kept must be clear. Others may
	 * hold the frames that it has lost; the page allocator clears those.
	 */
	kept = min(old, area->nr_pages * PAGE_SIZE);
	if (size < kept && (want_init_on_free() || want_init_on_alloc(gfp))) {
		vmx_shadow_allow(area, kept);
		memset(area->addr + size, 0, kept - size);
		vmx_shadow_allow(area, size);
	}
	kmemleak_alloc(area->addr, PAGE_ALIGN(size), 2, flags);
	return area->addr;
}
EXPORT_SYMBOL_GPL(vmx_realloc);
