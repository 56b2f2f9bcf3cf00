// SPDX-License-Identifier: GPL-2.0
/*
 * Page frames: taking and returning them in blocks
 *
 * A request is met with the largest blocks of 2^order frames that are useful
 * and to be had without effort, then with smaller ones, down to single frames;
 * only for those does the page allocator reclaim.  A block goes back in one
 * piece, as it was taken: that, not a faster search for addresses, is what
 * makes vmx cheaper than page-by-page allocation.
 *
 * The frames of a block are one allocation.  Only the first is
 * reference-counted and its page->private holds the order (0 for a single
 * frame, as the page allocator leaves it), so nobody may take a reference to
 * another one.  Frames for user space are split into single ones at once.
 *
 * Nothing here wakes the OOM killer: a request that can't be met fails.
 *
 * Locking: none; a page array belongs to whoever fills or empties it.
 * Units: counts are in pages.
 */
#include <linux/atomic.h>
#include <linux/gfp.h>
#include <linux/highmem.h>
#include <linux/log2.h>
#include <linux/mm.h>
#include <linux/sched/signal.h>
#include <trace/events/vmx.h>

#include "vmx_internal.h"

/* A block that is larger than what one leaf maps has no further use. */
#define VMX_BLOCK_ORDER_MAX min_t(unsigned int, MAX_PAGE_ORDER, VMX_LEAF_ORDER)

/* Single frames between two looks whether others wait: vmalloc()'s number. */
#define BATCH 100U

static atomic_long_t vmx_pages, vmx_pages_highmem;
static long vmx_peak_pages;

static __always_inline void count_highmem(struct page **pages, unsigned int nr, int sign)
{
	long highmem = 0;

	if (!IS_ENABLED(CONFIG_HIGHMEM))
		return;
	while (nr--)
		highmem += PageHighMem(pages[nr]);
	atomic_long_add(sign * highmem, &vmx_pages_highmem);
}

static __always_inline void count_more(unsigned int nr)
{
	long now = atomic_long_add_return(nr, &vmx_pages);

	/* A lost update costs the peak a little, and nobody a lock. */
	if (now > READ_ONCE(vmx_peak_pages))
		WRITE_ONCE(vmx_peak_pages, now);
}

static __always_inline void count_taken(struct page **pages, unsigned int nr)
{
	count_more(nr);
	count_highmem(pages, nr, 1);
}

static __always_inline void count_returned(struct page **pages, unsigned int nr)
{
	atomic_long_sub(nr, &vmx_pages);
	count_highmem(pages, nr, -1);
}

/** vmx_pages_stats() - how many frames are taken, and of what kind */
void vmx_pages_stats(struct vmx_pages_stats *stats)
{
	stats->pages = atomic_long_read(&vmx_pages);
	stats->pages_highmem = atomic_long_read(&vmx_pages_highmem);
	stats->peak_pages = READ_ONCE(vmx_peak_pages);
}

/* The task has a say in which node it is. */
static __always_inline bool has_policy(int node)
{
#ifdef CONFIG_NUMA
	return node == NUMA_NO_NODE && nr_online_nodes > 1 && current->mempolicy;
#else
	return false;
#endif
}

static __always_inline struct page *take_block(gfp_t gfp, int node, unsigned int order)
{
	if (has_policy(node))
		return alloc_pages(gfp, order);
	return __alloc_pages(gfp, order,
			     node == NUMA_NO_NODE ? numa_mem_id() : node, NULL);
}

/* For a single frame the page allocator is to reclaim, but not to kill. */
static gfp_t single_gfp(gfp_t gfp)
{
	gfp |= __GFP_NOWARN;
	if (gfpflags_allow_blocking(gfp) && !(gfp & __GFP_NOFAIL))
		gfp |= __GFP_RETRY_MAYFAIL;
	return gfp;
}

/* A block of up to 2^@order frames, whose order is left there; or NULL. */
static struct page *take_largest(gfp_t gfp, int node, unsigned int *order)
{
	struct page *page;

	*order = vmx_order_in_sight(*order, gfp);
	while (*order) {
		page = take_block(vmx_block_gfp(gfp), node, *order);
		vmx_block_asked(*order, page);
		if (page)
			return page;
		*order = vmx_order_seen(*order - 1, gfp);
	}
	return NULL;
}

/* Up to @nr single frames, as many as the free lists give away cheaply. */
static unsigned int take_singles(struct page **pages, unsigned int nr,
				 gfp_t gfp, int node)
{
	unsigned int got = 0;

	if (nr > 1 && !has_policy(node)) {
		memset(pages, 0, nr * sizeof(*pages));
		got = alloc_pages_bulk_node(gfp, node, nr, pages);
	}
	if (!got) {
		pages[0] = take_block(gfp, node, 0);
		got = pages[0] ? 1 : 0;
	}
	return got;
}

/**
 * vmx_pages_split() - make a block's frames single ones
 * @head: the first frame of a block; each frame counts references afterwards
 */
void vmx_pages_split(struct page *head)
{
	unsigned int order = vmx_pages_order(head), i;

	if (!order)
		return;
	split_page(head, order);
	/* Only the first frame's is the page allocator's to reset, or ours. */
	for (i = 0; i < 1U << order; i++)
		set_page_private(head + i, 0);
}

static __always_inline void return_block(struct page *head, unsigned int order)
{
	trace_vmx_return_block(head, order);
	if (order)
		set_page_private(head, 0);
	__free_pages(head, order);
}

static noinline void give_back(struct page **pages, unsigned int nr, bool may_sleep)
{
	struct page **end = pages + nr, **rest;
	unsigned int order;

	while (pages < end) {
		rest = pages + min_t(size_t, end - pages, BATCH);
		while (pages < rest) {
			order = vmx_pages_order(*pages);
			/* Single frames come by the thousand: theirs is the short way. */
			if (likely(!order)) {
				return_block(*pages++, 0);
			} else {
				return_block(*pages, order);
				pages += 1UL << order;
			}
		}
		if (pages < end && may_sleep)
			cond_resched();
	}
}

/* A block's page pointers; unrolled, as there are 512 of them for a leaf. */
static __always_inline void fill(struct page **pages, struct page *page, unsigned int nr)
{
	for (; nr >= 8; nr -= 8, pages += 8, page += 8) {
		pages[0] = page;
		pages[1] = page + 1;
		pages[2] = page + 2;
		pages[3] = page + 3;
		pages[4] = page + 4;
		pages[5] = page + 5;
		pages[6] = page + 6;
		pages[7] = page + 7;
	}
	if (nr & 4) {
		pages[0] = page;
		pages[1] = page + 1;
		pages[2] = page + 2;
		pages[3] = page + 3;
		pages += 4;
		page += 4;
	}
	if (nr & 2) {
		pages[0] = page;
		pages[1] = page + 1;
		pages += 2;
		page += 2;
	}
	if (nr & 1)
		pages[0] = page;
}

static void note_node(short *nid, struct page *page, bool first)
{
	if (first)
		*nid = page_to_nid(page);
	else if (*nid != page_to_nid(page))
		*nid = NUMA_NO_NODE;
}

static void note_singles(short *nid, struct page **pages, unsigned int nr, bool first)
{
	unsigned int i;

	if (nr_online_nodes > 1 || first)
		note_node(nid, pages[0], first);
	if (nr_online_nodes > 1) {
		for (i = 1; i < nr; i++)
			note_node(nid, pages[i], false);
	}
	if (trace_vmx_take_block_enabled()) {
		for (i = 0; i < nr; i++)
			trace_vmx_take_block(pages[i], 0);
	}
}

/* All in one block, as nearly always. */
static __always_inline int take_whole(struct page **pages, unsigned int order,
				      gfp_t gfp, int node, short *nid)
{
	struct page *page = take_block(gfp, node, order);

	if (!page)
		return -ENOMEM;
	trace_vmx_take_block(page, order);
	if (order)
		set_page_private(page, order);
	fill(pages, page, 1U << order);
	*nid = page_to_nid(page);
	count_taken(pages, 1U << order);
	return 0;
}

/**
 * vmx_pages_take_many() - fill a page array, block by block
 * @pages: the array
 * @had: how many frames it has already, in whole blocks
 * @nr: how many it is to have
 * @gfp: as for vmx_pages_take()
 * @node: likewise
 * @split: likewise
 * @nid: likewise; when @had isn't 0, where those are from
 *
 * Context: sleeps if @gfp allows it.
 * Return: as for vmx_pages_take(). On failure all frames have gone back, those that
 * were there too.
 */
int vmx_pages_take_many(struct page **pages, unsigned int had, unsigned int nr,
			gfp_t gfp, int node, bool split, short *nid)
{
	unsigned int order = VMX_BLOCK_ORDER_MAX;
	bool may_sleep = gfpflags_allow_blocking(gfp);
	bool may_fail = !(gfp & __GFP_NOFAIL);
	unsigned int done = had, got;
	struct page *page;
	int err = -ENOMEM;

	while (done < nr) {
		if (may_sleep && may_fail && fatal_signal_pending(current)) {
			err = -EINTR;
			goto give_back_taken;
		}
		order = min_t(unsigned int, order, ilog2(nr - done));
		page = take_largest(gfp, node, &order);
		if (page) {
			trace_vmx_take_block(page, order);
			set_page_private(page, order);
			if (split)
				vmx_pages_split(page);
			got = 1U << order;
			fill(pages + done, page, got);
			note_node(nid, page, !done);
		} else {
			got = take_singles(pages + done,
					   min(nr - done, BATCH),
					   single_gfp(gfp), node);
			if (!got)
				goto give_back_taken;
			note_singles(nid, pages + done, got, !done);
		}
		done += got;
		if (may_sleep && done < nr)
			cond_resched();
	}
	count_taken(pages + had, nr - had);
	return 0;

give_back_taken:
	count_returned(pages, had);
	give_back(pages, done, may_sleep);
	return err;
}

/**
 * vmx_pages_take_single() - fill a page array of one
 * @pages: the array
 * @gfp: as for vmx_pages_take()
 * @node: likewise
 * @nid: likewise
 *
 * Context: sleeps if @gfp allows it.
 * Return: 0 or -ENOMEM.
 */
int vmx_pages_take_single(struct page **pages, gfp_t gfp, int node, short *nid)
{
	return take_whole(pages, 0, single_gfp(gfp), node, nid);
}

/**
 * vmx_pages_take_block() - fill a page array with one block
 * @pages: the array
 * @nr: how many frames
 * @gfp: as for vmx_pages_take()
 * @node: likewise
 * @nid: likewise
 *
 * Context: sleeps if @gfp allows it.
 * Return: 0; -EAGAIN when one block will not do, and vmx_pages_take_many() may find
 * several.
 */
int vmx_pages_take_block(struct page **pages, unsigned int nr, gfp_t gfp,
			 int node, short *nid)
{
	unsigned int order = ilog2(nr);

	if (nr & (nr - 1) || order > VMX_BLOCK_ORDER_MAX ||
	    vmx_order_is_scarce(order))
		return -EAGAIN;
	if (!take_whole(pages, order, vmx_block_gfp(gfp), node, nid))
		return 0;
	vmx_block_asked(order, false);
	return -EAGAIN;
}

/**
 * vmx_leaves_take() - take blocks for leaves, as many as lie ready
 * @heads: where to leave the first page of each
 * @nr: how many
 * @gfp: as for vmx_pages_take(); the caller may sleep
 * @node: the node to prefer, or NUMA_NO_NODE
 * @nid: as for vmx_pages_take()
 *
 * Only machines without high memory have leaves.
 *
 * Return: how many it got. To have fewer is no failure: vmx_pages_take_many() has
 * other ways for the rest, and says so when there is none.
 */
unsigned int vmx_leaves_take(struct page **heads, unsigned int nr, gfp_t gfp,
			     int node, short *nid)
{
	struct page *page;
	unsigned int got;

	BUILD_BUG_ON(VMX_BLOCK_ORDER_MAX != VMX_LEAF_ORDER);
	gfp = vmx_block_gfp(gfp);
	for (got = 0; got < nr; got++) {
		if (fatal_signal_pending(current) ||
		    vmx_order_in_sight(VMX_LEAF_ORDER, gfp) != VMX_LEAF_ORDER)
			break;
		page = take_block(gfp, node, VMX_LEAF_ORDER);
		vmx_block_asked(VMX_LEAF_ORDER, page);
		if (!page)
			break;
		trace_vmx_take_block(page, VMX_LEAF_ORDER);
		set_page_private(page, VMX_LEAF_ORDER);
		heads[got] = page;
		note_node(nid, page, !got);
		cond_resched();
	}
	/* The peak is of requests that were met. */
	if (likely(got == nr))
		count_more(nr << VMX_LEAF_ORDER);
	else
		atomic_long_add(got << VMX_LEAF_ORDER, &vmx_pages);
	return got;
}

/**
 * vmx_leaves_spread() - a pointer for each page, from one for each block
 * @pages: where to
 * @heads: from vmx_leaves_take()
 * @nr: how many of them
 */
void vmx_leaves_spread(struct page **pages, struct page **heads, unsigned int nr)
{
	for (; nr; nr--, pages += 1U << VMX_LEAF_ORDER)
		fill(pages, *heads++, 1U << VMX_LEAF_ORDER);
}

/**
 * vmx_leaves_return() - give back what vmx_leaves_take() took
 * @heads: the first page of each block; one that was split since goes frame by frame
 * @nr: how many
 *
 * Context: may sleep.
 */
void vmx_leaves_return(struct page **heads, unsigned int nr)
{
	unsigned int order, i;

	atomic_long_sub(nr << VMX_LEAF_ORDER, &vmx_pages);
	for (; nr; nr--, heads++) {
		order = vmx_pages_order(*heads);
		for (i = 0; i < 1U << VMX_LEAF_ORDER; i += 1U << order)
			return_block(*heads + i, order);
		cond_resched();
	}
}

/**
 * vmx_pages_return() - give back what vmx_pages_take() took
 * @pages: the array
 * @nr: how many frames; the end of a block must not be cut off
 * @may_sleep: the caller may
 */
void vmx_pages_return(struct page **pages, unsigned int nr, bool may_sleep)
{
	count_returned(pages, nr);
	if (nr == 1)
		return_block(pages[0], 0);
	else if (nr == 1U << vmx_pages_order(pages[0]))
		return_block(pages[0], vmx_pages_order(pages[0]));
	else
		give_back(pages, nr, may_sleep);
}
