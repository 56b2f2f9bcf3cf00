// SPDX-License-Identifier: GPL-2.0
/*
 * An area's frames, and the page array that points to them
 *
 * vmx_frames_take() makes both and vmx_frames_return() frees both. Between the two
 * the array grows (vmx_frames_grow()) or loses its end (vmx_frames_cut()). Nobody
 * else makes or frees a page array of an area with frames of its own.
 *
 * A short array is inside the descriptor, if that has room for it. An area that
 * consists only of leaves has one pointer for each leaf, and the order of a leaf in
 * page_order: vmx_area_page() finds any page of either kind.
 *
 * There is no lock: only the task that makes, frees or resizes an area changes its
 * frames.
 *
 * Units: pages.
 */
#include <linux/mm.h>
#include <linux/overflow.h>
#include <linux/slab.h>
#include <trace/events/vmx.h>

#include "arch/arch.h"
#include "vmx_compat.h"
#include "vmx_frames.h"
#include "frames/blocks.h"
#include "frames/scarce.h"

/* Allocate an array that is too long for the descriptor. */
static noinline struct page **alloc_array(unsigned int nr, gfp_t gfp, int node)
{
	size_t bytes = array_size(nr, sizeof(struct page *));
	unsigned int order = get_order(bytes);
	struct page **pages;

	gfp = vmx_meta_gfp(gfp);
	if (bytes <= PAGE_SIZE || !gfpflags_allow_blocking(gfp))
		return kmalloc_node(bytes, gfp | __GFP_NOWARN, node);
	/*
	 * Not kvmalloc_node(): without the OOM killer it would compact memory. And not a
	 * block if blocks are scarce: on Linux 6.1, freeing a small block after thousands
	 * of single frames empties the CPU's lists of frames.
	 */
	if (order <= MAX_PAGE_ORDER &&
	    !vmx_order_is_scarce(max_t(unsigned int, order, VMX_LEAF_ORDER))) {
		pages = kmalloc_node(bytes, vmx_ready_gfp(gfp), node);
		if (pages)
			return pages;
		/* Do not report a success: the memory may have been in the slab. */
		vmx_block_asked(order, false);
	}
	return __vmalloc(bytes, gfp);
}

/* Return room for @nr page pointers, or NULL. */
static __always_inline struct page **
make_array(struct vmx_area *area, unsigned int nr, gfp_t gfp, int node)
{
	return nr <= VMX_INLINE_PAGES && area->is_long ? area->inline_pages :
							 alloc_array(nr, gfp, node);
}

static __always_inline void free_array(struct vmx_area *area, struct page **pages)
{
	if (pages != area->inline_pages)
		kvfree(pages);
}

/*
 * Take blocks for an area that will consist of leaves only. One pointer for each leaf
 * is enough: to fill in the others would cost 1,300 instructions for 512 pages, more
 * than everything else that vmx does for them. If there are too few blocks, page_order
 * stays 0, and each page gets its pointer.
 */
static noinline int take_leaves(struct vmx_area *area, gfp_t gfp, int node)
{
	unsigned int nr = area->nr_pages, leaves = nr >> VMX_LEAF_ORDER, got;
	struct page **heads, **pages;
	int err = -ENOMEM;

	heads = make_array(area, leaves, gfp, node);
	if (!heads)
		return -ENOMEM;
	trace_vmx_page_array(area, heads, nr, VMX_LEAF_ORDER);
	got = vmx_leaves_take(heads, leaves, gfp, node, &area->nid);
	if (likely(got == leaves)) {
		area->pages = heads;
		area->page_order = VMX_LEAF_ORDER;
		return 0;
	}

	pages = make_array(area, nr, gfp, node);
	if (!pages) {
		vmx_leaves_return(heads, got);
		goto free_heads;
	}
	trace_vmx_page_array(area, pages, nr, 0);
	vmx_leaves_spread(pages, heads, got);
	err = vmx_blocks_take_many(pages, got << VMX_LEAF_ORDER, nr, gfp,
				   node, &area->nid);
	if (err)
		free_array(area, pages);
	else
		area->pages = pages;
free_heads:
	free_array(area, heads);
	return err;
}

/* Take several blocks. Not inline: one block is the common case. */
static noinline int take_several(struct vmx_area *area, gfp_t gfp, int node)
{
	int err = vmx_blocks_take_many(area->pages, 0, area->nr_pages, gfp, node,
				       &area->nid);

	if (unlikely(err)) {
		free_array(area, area->pages);
		area->pages = NULL;
	}
	return err;
}

/**
 * vmx_frames_take() - make an area's page array, and fill it with frames
 * @area: the area, with nr_pages set; gets pages, page_order and nid
 * @gfp: as for alloc_pages(); with __GFP_ZERO the frames are cleared
 * @node: the node to prefer, or NUMA_NO_NODE
 * @leaves: take blocks for leaves if there are enough; nr_pages is then a
 *	multiple of a leaf, and @gfp allows sleeping
 *
 * Context: sleeps if @gfp allows it.
 * Return: 0; -ENOMEM; -EINTR when a fatal signal ended a request that may sleep. On
 * failure everything is returned.
 */
int vmx_frames_take(struct vmx_area *area, gfp_t gfp, int node, bool leaves)
{
	unsigned int nr = area->nr_pages;
	struct page **pages;

	/* The most common request. */
	if (nr == 1) {
		area->pages = area->inline_pages;
		trace_vmx_page_array(area, area->pages, 1, 0);
		return vmx_blocks_take_single(area->pages, gfp, node, &area->nid);
	}
	if (leaves)
		return take_leaves(area, gfp, node);
	pages = make_array(area, nr, gfp, node);
	if (unlikely(!pages))
		return -ENOMEM;
	area->pages = pages;
	trace_vmx_page_array(area, pages, nr, 0);
	if (likely(!vmx_blocks_take_one(pages, nr, gfp, node, &area->nid)))
		return 0;
	return take_several(area, gfp, node);
}

/* Return @nr frames, the first one being number @from. */
static __always_inline void return_some(struct vmx_area *area, unsigned int from,
					unsigned int nr, bool may_sleep)
{
	unsigned int order = area->page_order;

	if (unlikely(order))
		vmx_leaves_return(area->pages + (from >> order), nr >> order);
	else
		vmx_blocks_return(area->pages + from, nr, may_sleep);
}

/**
 * vmx_frames_return() - return an area's frames, and free its page array
 * @area: the area; nothing maps its frames any longer
 * @may_sleep: the caller may sleep
 *
 * Context: sleeps if @may_sleep allows it.
 */
void vmx_frames_return(struct vmx_area *area, bool may_sleep)
{
	/* An area that was cut to one page may still have a longer array. */
	if (area->nr_pages == 1 && area->pages == area->inline_pages) {
		vmx_blocks_return_single(area->inline_pages);
		return;
	}
	return_some(area, 0, area->nr_pages, may_sleep);
	free_array(area, area->pages);
}

static int take_any(struct page **pages, unsigned int nr, gfp_t gfp, int node,
		    short *nid)
{
	if (nr == 1)
		return vmx_blocks_take_single(pages, gfp, node, nid);
	if (!vmx_blocks_take_one(pages, nr, gfp, node, nid))
		return 0;
	return vmx_blocks_take_many(pages, 0, nr, gfp, node, nid);
}

/**
 * vmx_frames_grow() - take the frames that a longer area needs
 * @area: the area; unchanged until vmx_frames_adopt()
 * @nr: how many pages it will have, more than now
 * @gfp: as for vmx_frames_take()
 * @node: the node to take the new frames from, or NUMA_NO_NODE
 * @growth: gets the new page array, which has the old frames too
 *
 * Context: may sleep.
 * Return: 0; -ENOMEM; -EINTR when a fatal signal ended it. On failure nothing has
 * changed.
 */
int vmx_frames_grow(struct vmx_area *area, unsigned int nr, gfp_t gfp, int node,
		    struct vmx_growth *growth)
{
	unsigned int had = area->nr_pages;
	struct page **pages;
	int err;

	pages = make_array(area, nr, gfp, node);
	if (!pages)
		return -ENOMEM;
	if (area->page_order)
		vmx_leaves_spread(pages, area->pages, had >> area->page_order);
	else if (pages != area->pages)
		memcpy(pages, area->pages, had * sizeof(*pages));
	err = take_any(pages + had, nr - had, gfp, node, &growth->nid);
	if (err) {
		free_array(area, pages);
		return err;
	}
	growth->pages = pages;
	growth->nr = nr;
	return 0;
}

/**
 * vmx_frames_adopt() - make the frames that vmx_frames_grow() took part of the area
 * @area: the area
 * @growth: from vmx_frames_grow()
 *
 * Context: any; the caller holds the lock that readers of the area take.
 * Return: the old page array, for vmx_frames_free_array().
 */
struct page **vmx_frames_adopt(struct vmx_area *area,
			       const struct vmx_growth *growth)
{
	struct page **old = area->pages;

	area->pages = growth->pages;
	area->page_order = 0;
	area->nr_pages = growth->nr;
	if (area->nid != growth->nid)
		area->nid = NUMA_NO_NODE;
	return old;
}

/**
 * vmx_frames_ungrow() - undo vmx_frames_grow()
 * @area: the area, which has not adopted the frames
 * @growth: from vmx_frames_grow()
 *
 * Context: may sleep.
 */
void vmx_frames_ungrow(struct vmx_area *area, const struct vmx_growth *growth)
{
	unsigned int had = area->nr_pages;

	vmx_blocks_return(growth->pages + had, growth->nr - had, true);
	free_array(area, growth->pages);
}

/**
 * vmx_frames_free_array() - free a page array that an area does not use any longer
 * @area: the area
 * @pages: its former page array, from vmx_frames_adopt()
 *
 * Context: may sleep.
 */
void vmx_frames_free_array(struct vmx_area *area, struct page **pages)
{
	free_array(area, pages);
}

/**
 * vmx_frames_cut() - return the frames behind the end of a shorter area
 * @area: the area
 * @keep: how many frames it keeps; with page_order, a multiple of a leaf
 * @nr: how many frames it had
 *
 * If the end lies inside a block, the block is dissolved; every other block is returned
 * in one piece.
 *
 * Context: may sleep.
 */
void vmx_frames_cut(struct vmx_area *area, unsigned int keep, unsigned int nr)
{
	unsigned int i, order;

	for (i = 0; i < keep; i += 1U << order) {
		struct page *head = vmx_area_page(area, i);

		order = vmx_block_order(head);
		if (i + (1U << order) > keep)
			vmx_block_dissolve(head, order);
		cond_resched();
	}
	return_some(area, keep, nr - keep, true);
}
