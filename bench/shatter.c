// SPDX-License-Identifier: GPL-2.0
/*
 * Fragment physical memory: no two adjacent frames are free
 *
 * The command takes all free frames and returns those with an odd number.
 * Their buddies have even numbers, so nothing can merge until bench_mend().
 *
 * Results are in frames.
 */
#include <linux/delay.h>
#include <linux/gfp.h>
#include <linux/list.h>
#include <linux/mm.h>
#include <linux/sched.h>

#include "bench.h"

#define PASSES 5

static LIST_HEAD(kept);

static unsigned int release(struct list_head *pages)
{
	struct page *page, *next;
	unsigned int n = 0;

	list_for_each_entry_safe(page, next, pages, lru) {
		list_del(&page->lru);
		__free_page(page);
		if (!(++n % 1024))
			cond_resched();
	}
	return n;
}

/*
 * Take all free blocks of an order, and split them into frames.  This takes
 * memory below the watermarks without reclaim, so other tasks get none
 * meanwhile.
 */
static void take(unsigned int order, struct list_head *odd)
{
	gfp_t gfp = __GFP_HIGHMEM | __GFP_NOWARN | __GFP_MEMALLOC;
	struct page *page;
	unsigned int i;

	while ((page = alloc_pages(gfp, order))) {
		split_page(page, order);
		for (i = 0; i < 1U << order; i++, page++) {
			bool is_odd = page_to_pfn(page) % 2;

			list_add(&page->lru, is_odd ? odd : &kept);
		}
	}
}

/**
 * bench_shatter() - leave only single free frames
 *
 * Frames that others free later may merge to blocks again; repeat the command
 * to split these.  The result is the number of frames that are free afterwards.
 */
int bench_shatter(const struct bench_allocator *a, unsigned int unused1,
		  unsigned int unused2, struct bench_result *result)
{
	unsigned int order, pass, n = 0;
	LIST_HEAD(odd);

	take(0, &odd);
	/*
	 * Several passes: the per-CPU lists hold blocks of several orders, and
	 * the shortage makes other tasks free memory some time later.
	 */
	for (pass = 0; pass < PASSES; pass++) {
		for (order = PMD_SHIFT - PAGE_SHIFT; order; order--)
			take(order, &odd);
		n += release(&odd);
		msleep(200);
	}
	*result = (struct bench_result){ n, n, n };
	return 0;
}

/**
 * bench_mend() - free all frames that bench_shatter() holds
 */
int bench_mend(const struct bench_allocator *a, unsigned int unused1,
	       unsigned int unused2, struct bench_result *result)
{
	u64 n = release(&kept);

	*result = (struct bench_result){ n, n, n };
	return 0;
}

/** bench_shatter_exit() - free all frames that bench_shatter() holds */
void bench_shatter_exit(void)
{
	release(&kept);
}
