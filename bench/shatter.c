// SPDX-License-Identifier: GPL-2.0
/*
 * Fragmenting physical memory: no two neighbouring frames are free
 *
 * Takes every frame that there is and gives back those with an odd number.
 * Their buddies are the even ones, so until bench_mend() nothing can merge.
 *
 * Locking: none; one command runs at a time.  Units: frames.
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
 * All blocks of an order, as single frames.  No reclaim, and below the
 * watermarks: whoever else needs memory meanwhile is out of luck.
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
 * bench_shatter() - leave single frames only
 *
 * What others gave back since the last time may have made blocks again: once more
 * breaks them.  The result is how many frames are free afterwards.
 */
int bench_shatter(const struct bench_allocator *a, unsigned int unused1,
		  unsigned int unused2, struct bench_result *result)
{
	unsigned int order, pass, n = 0;
	LIST_HEAD(odd);

	take(0, &odd);
	/*
	 * What CPUs keep in lists of their own goes by order, and what the
	 * shortage made others give back comes later.
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
 * bench_mend() - give all frames back
 */
int bench_mend(const struct bench_allocator *a, unsigned int unused1,
	       unsigned int unused2, struct bench_result *result)
{
	u64 n = release(&kept);

	*result = (struct bench_result){ n, n, n };
	return 0;
}

/** bench_shatter_exit() - the same */
void bench_shatter_exit(void)
{
	release(&kept);
}
