// SPDX-License-Identifier: GPL-2.0
/*
 * Page frames: taking and returning them in blocks
 *
 * A request gets the largest blocks of 2^order frames that are useful and that the
 * page allocator has ready. Then it gets smaller blocks, and single frames at last.
 * The page allocator reclaims for single frames only. From a few pages on, this is what
 * makes vmx cheaper than page-by-page allocation.
 *
 * Each frame counts its own references, as with vmalloc(): a block is split when it is
 * taken. When it is returned, it is made one block again, so that it goes back in one
 * piece. If somebody else holds one of its frames, or the hardware has lost one, its
 * frames are returned one by one. Then whoever held a frame returns it later, and the
 * page allocator keeps the lost one.
 *
 * page->private of the first frame tells the order of the block: see VMX_BLOCK_MARK.
 *
 * A request that cannot be met fails, and does not wake the OOM killer; only one with
 * __GFP_NOFAIL may.
 *
 * Units: counts are in pages.
 */
#include <linux/atomic.h>
#include <linux/gfp.h>
#include <linux/log2.h>
#include <linux/mm.h>
#include <linux/sched/signal.h>
#include <trace/events/vmx.h>

#include "arch/arch.h"
#include "vmx_compat.h"
#include "blocks.h"
#include "scarce.h"

/* Call cond_resched() after this number of single frames, as vmalloc() does. */
#define BATCH 100U

struct vmx_taken vmx_taken;
DEFINE_PER_CPU(long, vmx_few);

/** vmx_count_many() - add what this CPU has counted to what all have */
void vmx_count_many(void)
{
	long now = atomic_long_add_return(this_cpu_xchg(vmx_few, 0), &vmx_taken.frames);

	/* Without a lock: of two updates at once, the smaller peak may win. */
	if (now > READ_ONCE(vmx_taken.peak))
		WRITE_ONCE(vmx_taken.peak, now);
}

/**
 * vmx_frames_stats() - count the frames that are taken, by kind
 * @stats: gets the counts, in frames
 *
 * Context: any.
 */
void vmx_frames_stats(struct vmx_frames_stats *stats)
{
	unsigned int cpu;

	stats->frames = atomic_long_read(&vmx_taken.frames);
	for_each_possible_cpu(cpu)
		stats->frames += READ_ONCE(*per_cpu_ptr(&vmx_few, cpu));
	stats->highmem = atomic_long_read(&vmx_taken.highmem);
	/* Read one by one, they may add up to less than there are. */
	stats->frames = max(stats->frames, 0L);
	stats->peak = max(READ_ONCE(vmx_taken.peak), stats->frames);
	WRITE_ONCE(vmx_taken.peak, stats->peak);
}

/* Return the node that the task's memory policy prefers; NUMA_NO_NODE if it has none. */
static int policy_node(void)
{
#ifdef CONFIG_NUMA
	const struct mempolicy *policy = current->mempolicy;

	switch (policy ? policy->mode : MPOL_DEFAULT) {
	case MPOL_PREFERRED:
		return first_node(policy->nodes);
	case MPOL_LOCAL:
		return numa_mem_id();
	case MPOL_BIND:
		if (node_isset(numa_mem_id(), policy->nodes))
			return numa_mem_id();
		break;
	}
#endif
	return NUMA_NO_NODE;
}

/**
 * vmx_stay_near() - make a block come from the node that single frames come from first
 * @from: the flags, from vmx_ready_gfp(), and the node to prefer or NUMA_NO_NODE
 *
 * If that node has no such block, its single frames are better than a block of another
 * node. Any node will do if
 *
 * - the task's policy or its cpuset does not say which node comes first: then the
 *   node stays NUMA_NO_NODE, and alloc_pages() chooses;
 * - the caller wants low memory, which not every node has.
 *
 * Context: any.
 * Return: the same, maybe with __GFP_THISNODE and the node that the policy prefers.
 */
struct vmx_source vmx_stay_near(struct vmx_source from)
{
	if (from.gfp & (__GFP_THISNODE | __GFP_DMA | __GFP_DMA32))
		return from;
	if (vmx_has_policy(from.node)) {
		from.node = policy_node();
		if (from.node == NUMA_NO_NODE)
			return from;
	}
	from.gfp |= __GFP_THISNODE;
	return from;
}

/* Take a block of at most 2^@order frames, and store its order there. Or return NULL. */
static struct page *take_largest(gfp_t gfp, int node, unsigned int *order)
{
	struct vmx_source from = vmx_block_source(gfp, node);
	struct page *page;

	*order = vmx_order_in_sight(*order, from.gfp, from.node);
	while (*order) {
		page = vmx_take_block(from.gfp, from.node, *order);
		vmx_block_asked(*order, page);
		if (page)
			return page;
		*order = vmx_order_seen(*order - 1, from.gfp, from.node);
	}
	return NULL;
}

/*
 * Take at most @nr single frames, as many as the free lists have ready. Return how
 * many; 0 if there is not even one.
 */
static unsigned int take_singles(struct page **pages, unsigned int nr,
				 gfp_t gfp, int node)
{
	unsigned int got = 0;

	if (nr > 1 && !vmx_has_policy(node)) {
		memset(pages, 0, nr * sizeof(*pages));
		got = alloc_pages_bulk_node(gfp, node, nr, pages);
	}
	if (!got) {
		pages[0] = vmx_take_block(gfp, node, 0);
		got = pages[0] ? 1 : 0;
	}
	return got;
}

/**
 * vmx_block_dissolve() - make single frames of a block
 * @head: the first frame
 * @order: the order of the block
 *
 * Context: any; the caller owns the block.
 */
void vmx_block_dissolve(struct page *head, unsigned int order)
{
	unsigned int i;

	/*
	 * The private values of the other frames are left over from an earlier use, since the
	 * page allocator resets only the first one; or somebody uses them now.
	 */
	for (i = 0; i < 1U << order; i++) {
		if (vmx_block_order(head + i))
			set_page_private(head + i, 0);
	}
}

/*
 * Return a block frame by frame. The frames between @head and @page have no reference
 * any longer. If somebody else @holds @page, it has none of ours, either.
 */
static noinline void return_singly(struct page *head, struct page *page,
				   struct page *end, bool holds)
{
	struct page *done = page;

	while (--done > head) {
		init_page_count(done);
		vmx_return_single(done);
	}
	vmx_return_single(head);
	for (page += holds; page < end; page++)
		vmx_return_single(page);
}

/**
 * vmx_return_block() - return one block to the page allocator
 * @head: the first frame
 * @order: the order of the block, not 0
 *
 * Context: any.
 */
void vmx_return_block(struct page *head, unsigned int order)
{
	struct page *page = head + 1, *end = head + (1U << order);

	/* Somebody who holds this frame may have written there meanwhile. */
	cmpxchg(&head->private, VMX_BLOCK_MARK + order, 0);
	if (unlikely(PageHWPoison(head)))
		return return_singly(head, page, end, false);
	/* Take back the references that split_page() gave. */
	for (; page < end; page++) {
		if (unlikely(PageHWPoison(page)))
			return return_singly(head, page, end, false);
		/* Somebody else who holds this frame returns it. */
		if (unlikely(!put_page_testzero(page)))
			return return_singly(head, page, end, true);
	}
	trace_vmx_return_block(head, order);
	/* If somebody else holds the first frame, this returns the others. */
	__free_pages(head, order);
}

/**
 * vmx_blocks_give_back() - return any number of blocks, and count nothing
 * @pages: the array
 * @nr: how many frames; whole blocks
 * @may_sleep: the caller may sleep
 *
 * Context: sleeps if @may_sleep allows it.
 */
void vmx_blocks_give_back(struct page **pages, unsigned int nr, bool may_sleep)
{
	struct page **end = pages + nr, **rest;
	unsigned int order;

	while (pages < end) {
		rest = pages + min_t(size_t, end - pages, BATCH);
		while (pages < rest) {
			order = vmx_block_order(*pages);
			/* There may be thousands of single frames: they come first. */
			if (likely(!order)) {
				vmx_return_single(*pages++);
			} else {
				vmx_return_block(*pages, order);
				pages += 1UL << order;
			}
		}
		if (pages < end && may_sleep)
			cond_resched();
	}
}

/* Set @nid to the node of @page; to NUMA_NO_NODE if earlier frames have another one. */
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

/**
 * vmx_blocks_take_halves() - fill a page array with two blocks of VMX_LISTED_ORDER
 * @pages: the array
 * @gfp: as for alloc_pages(); with __GFP_ZERO the frames are cleared
 * @node: the node to prefer, or NUMA_NO_NODE
 * @nid: gets the node of all frames, NUMA_NO_NODE if they are of two nodes
 *
 * Context: sleeps if @gfp allows it.
 * Return: 0; -EAGAIN if there are no such blocks.
 */
int vmx_blocks_take_halves(struct page **pages, gfp_t gfp, int node, short *nid)
{
	struct vmx_source from = vmx_block_source(gfp, node);
	const unsigned int nr = 1U << VMX_LISTED_ORDER;
	struct page *low, *high;

	low = vmx_take_block(from.gfp, from.node, VMX_LISTED_ORDER);
	if (unlikely(!low))
		goto none;
	high = vmx_take_block(from.gfp, from.node, VMX_LISTED_ORDER);
	if (unlikely(!high))
		goto free_low;
	vmx_block_begin(low, VMX_LISTED_ORDER, gfp);
	vmx_block_begin(high, VMX_LISTED_ORDER, gfp);
	vmx_fill(pages, low, nr);
	vmx_fill(pages + nr, high, nr);
	note_node(nid, low, true);
	note_node(nid, high, false);
	vmx_count_taken(pages, 2 * nr);
	return 0;

free_low:
	/* It may be in a list of the CPU, where nobody looks until it is wanted again. */
	__free_pages(low, VMX_LISTED_ORDER);
none:
	vmx_block_asked(VMX_LISTED_ORDER, false);
	return -EAGAIN;
}

/**
 * vmx_blocks_take_many() - fill a page array, block by block
 * @pages: the array
 * @had: how many frames it has already, in whole blocks
 * @nr: how many frames it will have
 * @gfp: as for alloc_pages(); with __GFP_ZERO the frames are cleared
 * @node: the node to prefer, or NUMA_NO_NODE
 * @nid: gets the node of all frames, NUMA_NO_NODE if they are of several nodes; if
 *	@had is not 0, it already has the node of those frames
 *
 * On failure all frames are returned, the first @had ones too.
 *
 * Context: sleeps if @gfp allows it.
 * Return: 0; -ENOMEM; -EINTR when a fatal signal ended a request that may sleep.
 */
int vmx_blocks_take_many(struct page **pages, unsigned int had, unsigned int nr,
			 gfp_t gfp, int node, short *nid)
{
	unsigned int order = VMX_BLOCK_ORDER_MAX;
	bool may_sleep = gfpflags_allow_blocking(gfp);
	bool may_fail = !(gfp & __GFP_NOFAIL);
	unsigned int done = had, got, useful;
	struct page *page;
	int err = -ENOMEM;

	while (done < nr) {
		if (may_sleep && may_fail && fatal_signal_pending(current)) {
			err = -EINTR;
			goto give_back_taken;
		}
		useful = ilog2(nr - done);
		order = min(order, useful - vmx_prefers_halves(useful));
		page = take_largest(gfp, node, &order);
		if (page) {
			vmx_block_begin(page, order, gfp);
			got = 1U << order;
			vmx_fill(pages + done, page, got);
			note_node(nid, page, !done);
		} else {
			got = take_singles(pages + done,
					   min(nr - done, BATCH),
					   vmx_single_gfp(gfp), node);
			if (!got)
				goto give_back_taken;
			note_singles(nid, pages + done, got, !done);
		}
		done += got;
		if (may_sleep && done < nr)
			cond_resched();
	}
	vmx_count_taken(pages + had, nr - had);
	return 0;

give_back_taken:
	vmx_count_returned(pages, had);
	vmx_blocks_give_back(pages, done, may_sleep);
	return err;
}

/**
 * vmx_leaves_take() - take blocks for leaves, as many as the free lists have
 * @heads: gets the first page of each block
 * @nr: how many blocks
 * @gfp: as for alloc_pages(); with __GFP_ZERO the frames are cleared
 * @node: the node to prefer, or NUMA_NO_NODE
 * @nid: gets the node of all frames, NUMA_NO_NODE if they are of several nodes
 *
 * Machines with high memory have no leaves, so nothing is counted for it.
 *
 * Context: may sleep.
 * Return: how many blocks it took. If there are fewer than @nr, the caller fills the
 * rest by vmx_blocks_take_many(), which returns an error if it cannot.
 */
unsigned int vmx_leaves_take(struct page **heads, unsigned int nr, gfp_t gfp,
			     int node, short *nid)
{
	struct vmx_source from = vmx_block_source(gfp, node);
	struct page *page;
	unsigned int got;

	BUILD_BUG_ON(VMX_BLOCK_ORDER_MAX != VMX_LEAF_ORDER);
	for (got = 0; got < nr; got++) {
		if (fatal_signal_pending(current) ||
		    vmx_order_in_sight(VMX_LEAF_ORDER, from.gfp, from.node) != VMX_LEAF_ORDER)
			break;
		page = vmx_take_block(from.gfp, from.node, VMX_LEAF_ORDER);
		vmx_block_asked(VMX_LEAF_ORDER, page);
		if (!page)
			break;
		vmx_block_begin(page, VMX_LEAF_ORDER, gfp);
		heads[got] = page;
		note_node(nid, page, !got);
		cond_resched();
	}
	/* Only requests that succeed count for the peak. */
	if (likely(got == nr))
		vmx_count_more(nr << VMX_LEAF_ORDER);
	else
		this_cpu_add(vmx_few, (long)got << VMX_LEAF_ORDER);
	return got;
}

/**
 * vmx_leaves_spread() - fill in a pointer for each page, from one for each block
 * @pages: gets the pointers, 2^VMX_LEAF_ORDER for each block
 * @heads: the first page of each block, from vmx_leaves_take()
 * @nr: how many blocks
 *
 * Context: any.
 */
void vmx_leaves_spread(struct page **pages, struct page **heads, unsigned int nr)
{
	for (; nr; nr--, pages += 1U << VMX_LEAF_ORDER)
		vmx_fill(pages, *heads++, 1U << VMX_LEAF_ORDER);
}

/**
 * vmx_leaves_return() - return the blocks that vmx_leaves_take() took
 * @heads: the first page of each block; one that was dissolved since is returned frame
 *	by frame
 * @nr: how many blocks
 *
 * Context: may sleep.
 */
void vmx_leaves_return(struct page **heads, unsigned int nr)
{
	unsigned int i;

	vmx_count_less(nr << VMX_LEAF_ORDER);
	for (; nr; nr--, heads++) {
		if (likely(vmx_block_order(*heads) == VMX_LEAF_ORDER)) {
			vmx_return_block(*heads, VMX_LEAF_ORDER);
		} else {
			for (i = 0; i < 1U << VMX_LEAF_ORDER; i++)
				vmx_return_single(*heads + i);
		}
		cond_resched();
	}
}
