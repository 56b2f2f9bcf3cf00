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

static int grow(struct vmx_area *area, unsigned int nr, gfp_t gfp, int node)
{
	unsigned int had = area->nr_pages, extra = nr - had;
	struct vmx_growth growth;
	struct vmx_area *undo;
	struct page **old;
	int err;

	undo = vmx_area_extend(area, extra * PAGE_SIZE, vmx_meta_gfp(gfp));
	if (IS_ERR(undo))
		return PTR_ERR(undo);
	err = vmx_frames_grow(area, nr, gfp, node, &growth);
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
	vmx_area_extended(undo);
	if (old != area->pages)
		vmx_frames_free_array(area, old);
	return 0;

return_frames:
	vmx_pgtable_flush();	/* some of it was mapped for a moment */
	vmx_frames_ungrow(area, &growth);
give_back_hole:
	vmx_area_retract(area, extra * PAGE_SIZE, undo);
	return err;
}

static void *move(struct vmx_area *area, size_t size, unsigned long align, gfp_t gfp,
		  int node, const void *caller)
{
	struct vmx_area *new;

	/* With this flag, it could wait for the addresses of @area itself. */
	gfp &= ~__GFP_NOFAIL;
	new = vmx_alloc_area(size, align, vmx_start, vmx_end, gfp, PAGE_KERNEL,
			     area->flags & (VMX_USERMAP | VMX_ALLOW_HUGE), node, caller);
	if (IS_ERR(new)) {
		vmx_count_failure(PTR_ERR(new));
		return NULL;
	}
	memcpy(new->addr, area->addr, min(size, area->requested));
	vmx_free(area->addr);
	return new->addr;
}

/* Must an area move, because all of its frames have to be on @node? */
static bool is_on_wrong_node(const struct vmx_area *area, gfp_t gfp, int node)
{
	return gfp & __GFP_THISNODE && node != NUMA_NO_NODE && area->nid != node;
}

static void *resize(const void *p, size_t size, unsigned long align, gfp_t flags,
		    int node, const void *caller)
{
	gfp_t gfp = vmx_highmem_gfp(flags);
	struct vmx_area *area;
	unsigned int nr, keep;
	size_t old, kept;

	might_sleep();
	if (!size) {
		vmx_free(p);
		return NULL;
	}
	if (!p)
		return __vmx_alloc_node_range(size, align, vmx_start, vmx_end, gfp,
					      PAGE_KERNEL, 0, node, caller);
	area = vmx_area_at(p);
	if (WARN(!area || !(area->flags & VMX_ALLOC),
		 "vmx: %p is no area's start: not changed\n", p))
		return NULL;
	align = max(align, PAGE_SIZE);
	if (WARN(!is_power_of_2(align) || !IS_ALIGNED((unsigned long)p, align),
		 "vmx: %p is not aligned to %#lx: not changed\n", p, align))
		return NULL;
	if (PAGE_ALIGN(size) < size || size >> PAGE_SHIFT > totalram_pages() ||
	    !vmx_node_exists(node) || area->flags & VMX_ROX)
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
	if (is_on_wrong_node(area, gfp, node) ||
	    (nr > area->nr_pages && grow(area, nr, gfp, node)))
		return move(area, size, align, gfp, node, caller);

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

/**
 * vmx_realloc_node_align() - change the size of an area, as vrealloc_node_align() does
 * @p: the first address of an area that was allocated with PAGE_KERNEL; or NULL
 * @size: the new size in bytes; rounded up to pages
 * @align: alignment of the address in bytes, as for __vmx_alloc_node_range(). @p must
 *	have it already
 * @flags: GFP_KERNEL. With __GFP_ZERO, new memory is cleared; the area must then have
 *	been allocated with __GFP_ZERO, too. An area with VMX_USERMAP, as from
 *	vmx_alloc_user(), grows by cleared memory in any case. With __GFP_THISNODE, an
 *	area of which a frame is not on @node moves
 * @node: the node to take new frames from, which must be online; or NUMA_NO_NODE
 *
 * If the area grows or moves, the new frames come from @node, even if the area was
 * allocated from another node, and from anywhere, even if it was allocated below 4 GiB.
 * If it moves, it keeps no other alignment than @align.
 *
 * An area that becomes shorter keeps its address and loses the frames behind its new
 * end, as in Linux 7.2 and later; before, vrealloc() kept them. It loses only whole
 * leaves. A CPU may reach the lost frames through the former addresses until the next
 * purge. An area that becomes longer keeps its address if the hole behind it is large
 * enough; vrealloc() always moves an area that needs more pages.
 *
 * With @p NULL, allocate an area of @size. With @size 0, free @p.
 *
 * Context: process context; may sleep.
 * Return: the address of the area, which may be a new one. NULL, with @p unchanged, if
 * @p is not the start of an area with frames of its own or does not have the alignment
 * (each with a warning), if @size overflows or is more than the machine has memory, if
 * @node is not online, if the area is executable, if there is no hole or no memory, or if
 * the slice is lost. NULL, with @p freed, if @size is 0.
 */
void *vmx_realloc_node_align(const void *p, size_t size, unsigned long align,
			     gfp_t flags, int node)
{
	return resize(p, size, align, flags, node, __builtin_return_address(0));
}
EXPORT_SYMBOL_GPL(vmx_realloc_node_align);

/**
 * vmx_realloc_node() - change the size of an area, with frames of one node
 * @p: as for vmx_realloc_node_align(), as are the others
 * @size: the new size in bytes
 * @flags: for the frames
 * @node: the node to take new frames from
 *
 * Context: process context; may sleep.
 * Return: as vmx_realloc_node_align().
 */
void *vmx_realloc_node(const void *p, size_t size, gfp_t flags, int node)
{
	return resize(p, size, 1, flags, node, __builtin_return_address(0));
}
EXPORT_SYMBOL_GPL(vmx_realloc_node);

/**
 * vmx_realloc() - change the size of an area, as vrealloc() does
 * @p: as for vmx_realloc_node_align(), as are the others
 * @size: the new size in bytes
 * @flags: for the frames
 *
 * Context: process context; may sleep.
 * Return: as vmx_realloc_node_align().
 */
void *vmx_realloc(const void *p, size_t size, gfp_t flags)
{
	return resize(p, size, 1, flags, NUMA_NO_NODE, __builtin_return_address(0));
}
EXPORT_SYMBOL_GPL(vmx_realloc);
