/* SPDX-License-Identifier: GPL-2.0 */
/*
 * Blocks: fill a page array with frames, and empty it
 *
 * The common cases are inline here, for vmx_frames.c: a single frame, and an area of
 * one block. frames/blocks.c has the other cases and says what a block is.
 *
 * Units: counts are in pages.
 */
#ifndef _VMX_FRAMES_BLOCKS_H
#define _VMX_FRAMES_BLOCKS_H

#include <linux/atomic.h>
#include <linux/cpumask.h>
#include <linux/gfp.h>
#include <linux/log2.h>
#include <linux/mm.h>
#include <linux/percpu.h>
#include <trace/events/vmx.h>

#include "arch/arch.h"
#include "vmx_compat.h"
#include "vmx_frames.h"
#include "scarce.h"

/* The order of the largest blocks: a leaf has no use for more. */
#define VMX_BLOCK_ORDER_MAX min_t(unsigned int, MAX_PAGE_ORDER, VMX_LEAF_ORDER)

/*
 * Each CPU has lists of free blocks up to this order. A block of the next order, for 16
 * pages, is from the zone's list, under a lock that all CPUs share. Two of this order cost
 * 40% more on one CPU alone, and less as soon as there are two: docs/scale.md.
 */
#define VMX_LISTED_ORDER PAGE_ALLOC_COSTLY_ORDER

/* Are two halves better than a block of this order? */
static __always_inline bool vmx_prefers_halves(unsigned int order)
{
	return unlikely(order == VMX_LISTED_ORDER + 1) && nr_cpu_ids > 1;
}

/* Opportunistic: no reclaim, no reserves; callers fall back to smaller orders. */
static inline gfp_t vmx_ready_gfp(gfp_t gfp)
{
	return (gfp & VMX_GFP_FRAMES & ~(__GFP_RECLAIM | __GFP_NOFAIL | __GFP_HIGH |
					 __GFP_RETRY_MAYFAIL)) |
	       __GFP_NOWARN | __GFP_NORETRY | __GFP_NOMEMALLOC;
}

/*
 * Where a block comes from. By value: a pointer to a local variable would make the
 * compiler add a stack canary to the common cases, 7 instructions.
 */
struct vmx_source {
	gfp_t gfp;
	int node;
};

struct vmx_source vmx_stay_near(struct vmx_source from);

/* Return the flags for a block, and the node to take it from. */
static __always_inline struct vmx_source vmx_block_source(gfp_t gfp, int node)
{
	struct vmx_source from = { .gfp = vmx_ready_gfp(gfp), .node = node };

	return likely(nr_online_nodes == 1) ? from : vmx_stay_near(from);
}

int vmx_blocks_take_halves(struct page **pages, gfp_t gfp, int node, short *nid);
int vmx_blocks_take_many(struct page **pages, unsigned int had, unsigned int nr,
			 gfp_t gfp, int node, short *nid);
void vmx_blocks_give_back(struct page **pages, unsigned int nr, bool may_sleep);
void vmx_block_dissolve(struct page *head, unsigned int order);
void vmx_return_block(struct page *head, unsigned int order);

unsigned int vmx_leaves_take(struct page **heads, unsigned int nr, gfp_t gfp,
			     int node, short *nid);
void vmx_leaves_spread(struct page **pages, struct page **heads, unsigned int nr);
void vmx_leaves_return(struct page **heads, unsigned int nr);

/*
 * How many frames are taken: see struct vmx_frames_stats. Up to VMX_FEW of a CPU, more or
 * less, are counted on that CPU only: a counter that each request writes would limit how
 * many CPUs vmx can serve. percpu_counter does the same, for 62 instructions a pair.
 */
struct vmx_taken {
	atomic_long_t frames;
	atomic_long_t highmem;
	long peak;
};

#define VMX_FEW 128

extern struct vmx_taken vmx_taken;
DECLARE_PER_CPU(long, vmx_few);

void vmx_count_many(void);

/* Add @nr frames to the count of high memory, or subtract them: @sign is 1 or -1. */
static __always_inline void vmx_count_highmem(struct page **pages, unsigned int nr, int sign)
{
	long highmem = 0;

	if (!IS_ENABLED(CONFIG_HIGHMEM))
		return;
	while (nr--)
		highmem += PageHighMem(pages[nr]);
	atomic_long_add(sign * highmem, &vmx_taken.highmem);
}

static __always_inline void vmx_count_more(unsigned int nr)
{
	if (unlikely(this_cpu_add_return(vmx_few, nr) > VMX_FEW))
		vmx_count_many();
}

static __always_inline void vmx_count_less(unsigned long nr)
{
	if (unlikely(this_cpu_sub_return(vmx_few, nr) < -VMX_FEW))
		vmx_count_many();
}

static __always_inline void vmx_count_taken(struct page **pages, unsigned int nr)
{
	vmx_count_more(nr);
	vmx_count_highmem(pages, nr, 1);
}

static __always_inline void vmx_count_returned(struct page **pages, unsigned int nr)
{
	vmx_count_less(nr);
	vmx_count_highmem(pages, nr, -1);
}

/*
 * Take one block, as alloc_pages_node() does, which takes this CPU's node if @node is
 * NUMA_NO_NODE; but the task's memory policy comes first, as with alloc_pages(). The
 * page allocator keeps to the task's cpuset.
 */
static __always_inline struct page *vmx_take_block(gfp_t gfp, int node, unsigned int order)
{
	if (vmx_has_policy(node))
		return alloc_pages(gfp, order);
	return vmx_alloc_pages(gfp, order,
			       node == NUMA_NO_NODE ? numa_mem_id() : node);
}

/* Reclaim for a single frame if @gfp allows it. */
static inline gfp_t vmx_single_gfp(gfp_t gfp)
{
	return vmx_no_oom_gfp((gfp & VMX_GFP_FRAMES) | __GFP_NOWARN);
}

/* Write the page pointers of a block. Unrolled: a block of a leaf has 512 or more. */
static __always_inline void vmx_fill(struct page **pages, struct page *page, unsigned int nr)
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

/* Make a block of what vmx_take_block() took; @order is not 0. */
static __always_inline void vmx_block_begin(struct page *head, unsigned int order, gfp_t gfp)
{
	trace_vmx_take_block(head, order);
	split_page(head, order);
	/* Memory cgroups and profiles count by frame now, so the block cannot be joined. */
	if (unlikely(gfp & __GFP_ACCOUNT) || IS_ENABLED(CONFIG_MEM_ALLOC_PROFILING))
		vmx_block_dissolve(head, order);
	else
		set_page_private(head, VMX_BLOCK_MARK + order);
}

/* Return a single frame to the page allocator. */
static __always_inline void vmx_return_single(struct page *page)
{
	trace_vmx_return_block(page, 0);
	__free_page(page);
}

/* Take one frame, and reclaim for it if @gfp allows it. Return 0 or -ENOMEM. */
static __always_inline int vmx_blocks_take_single(struct page **pages, gfp_t gfp,
						  int node, short *nid)
{
	struct page *page = vmx_take_block(vmx_single_gfp(gfp), node, 0);

	if (unlikely(!page))
		return -ENOMEM;
	trace_vmx_take_block(page, 0);
	pages[0] = page;
	*nid = page_to_nid(page);
	vmx_count_taken(pages, 1);
	return 0;
}

/**
 * vmx_blocks_take_one() - fill a page array with one block, or two halves, if that is enough
 * @pages: the array
 * @nr: how many frames, more than one
 * @gfp: as for alloc_pages(); with __GFP_ZERO the frames are cleared
 * @node: the node to prefer, or NUMA_NO_NODE
 * @nid: gets the node of all frames
 *
 * Context: sleeps if @gfp allows it.
 * Return: 0; -EAGAIN when that is not enough or not free: then call
 * vmx_blocks_take_many().
 */
static __always_inline int vmx_blocks_take_one(struct page **pages, unsigned int nr,
					       gfp_t gfp, int node, short *nid)
{
	unsigned int order = ilog2(nr);
	bool halves = vmx_prefers_halves(order);
	struct vmx_source from;
	struct page *page;

	order -= halves;
	if (nr & (nr - 1) || order > VMX_BLOCK_ORDER_MAX ||
	    vmx_order_is_scarce(order))
		return -EAGAIN;
	if (halves)
		return vmx_blocks_take_halves(pages, gfp, node, nid);
	from = vmx_block_source(gfp, node);
	page = vmx_take_block(from.gfp, from.node, order);
	if (unlikely(!page)) {
		vmx_block_asked(order, false);
		return -EAGAIN;
	}
	vmx_block_begin(page, order, gfp);
	vmx_fill(pages, page, 1U << order);
	*nid = page_to_nid(page);
	vmx_count_taken(pages, 1U << order);
	return 0;
}

/* Return the frame that vmx_blocks_take_single() took. */
static __always_inline void vmx_blocks_return_single(struct page **pages)
{
	vmx_count_returned(pages, 1);
	vmx_return_single(pages[0]);
}

/**
 * vmx_blocks_return() - return any number of blocks
 * @pages: the array
 * @nr: how many frames; whole blocks
 * @may_sleep: the caller may sleep
 *
 * Context: sleeps if @may_sleep allows it.
 */
static __always_inline void vmx_blocks_return(struct page **pages, unsigned int nr,
					      bool may_sleep)
{
	unsigned int order = vmx_block_order(pages[0]);

	vmx_count_returned(pages, nr);
	if (nr == 1)
		vmx_return_single(pages[0]);
	else if (nr == 1U << order)
		vmx_return_block(pages[0], order);
	else
		vmx_blocks_give_back(pages, nr, may_sleep);
}

#endif /* _VMX_FRAMES_BLOCKS_H */
