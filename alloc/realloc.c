// SPDX-License-Identifier: GPL-2.0
/*
 * Changing an area's size: in place where that is possible
 *
 * Growing takes the hole behind the area, guard page and all; what was the
 * guard page becomes memory and a new one follows.  Shrinking unmaps the tail,
 * returns its frames and quarantines its addresses.  Only when the hole behind
 * is too small does the content move.
 *
 * Locking: the caller owns the area; what readers of the list look at is
 * changed under vmx_area_lock.
 * Units: bytes and pages, as named.
 */
#include <linux/bitops.h>
#include <linux/export.h>
#include <linux/kmemleak.h>
#include <linux/log2.h>
#include <linux/mm.h>
#include <linux/slab.h>

#include "arch/arch.h"
#include "vmx_area.h"
#include "vmx_compat.h"
#include "vmx_frames.h"
#include "vmx_pgtable.h"
#include "chain.h"

#define PAGES_PER_LEAF BIT(VMX_LEAF_ORDER)

/*
 * Frames that stay when the first @nr are wanted.  A leaf is not cut: to put a
 * table in its place, the part that stays would be unmapped for a moment.
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
		return;		/* the area just stays as long as it is */
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
	/* It may be too long for a magazine now. */
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

	/* It could wait for the very addresses that are to be moved from. */
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
 * vmx_realloc() - change an area's size, as vrealloc() does
 * @p: an area with the plain protection, from vmx_alloc() and its like, or NULL
 * @size: bytes
 * @flags: GFP_KERNEL, and __GFP_ZERO if the area is to be cleared wherever it
 *	grows; then it must have been so from the first, as vmx_alloc_user()'s are:
 *	those grow by cleared memory in any case
 *
 * Frames that are new, on growing or moving, are plain ones: neither below 4 GiB
 * nor from a node because the old ones were, nor is a special alignment kept on
 * moving.
 *
 * A shorter area keeps its address and loses the frames behind its end, a whole
 * leaf at a time where it has leaves; a CPU may reach them there until the
 * next purge. A longer one keeps its address if the hole behind it allows.
 *
 * Context: may sleep.
 * Return: the address, maybe a new one; NULL with @p untouched when memory or
 * addresses run out, and NULL with @p freed for a size of zero.
 */
void *vmx_realloc(const void *p, size_t size, gfp_t flags)
{
	const void *caller = __builtin_return_address(0);
	gfp_t gfp = flags | __GFP_HIGHMEM;
	struct vmx_area *area;
	unsigned int nr, keep;
	size_t old;

	might_sleep();
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

	/* User space may be shown all of it. */
	if (area->flags & VMX_USERMAP)
		gfp |= __GFP_ZERO;
	old = area->requested;
	nr = PAGE_ALIGN(size) >> PAGE_SHIFT;
	if (nr > area->nr_pages && grow(area, nr, gfp))
		return move(area, size, gfp, caller);

	/* Whoever asks for cleared memory finds it cleared on growing again. */
	if (size < old && (want_init_on_free() || want_init_on_alloc(gfp)))
		memset(area->addr + size, 0, old - size);
	/* kmemleak reads what it knows of: not while the tail goes. */
	kmemleak_free(area->addr);
	/* Readers of the list may find more pages than this needs, never less. */
	spin_lock(&vmx_area_lock);
	area->requested = size;
	spin_unlock(&vmx_area_lock);
	keep = pages_to_keep(area, nr);
	if (keep < area->nr_pages)
		shrink(area, keep, gfp);
	kmemleak_alloc(area->addr, PAGE_ALIGN(size), 2, flags);
	return area->addr;
}
EXPORT_SYMBOL_GPL(vmx_realloc);
