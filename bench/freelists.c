// SPDX-License-Identifier: GPL-2.0
/*
 * Bring the page allocator's free lists into a known state
 *
 * The cost of a block depends on earlier allocations: whether a block of its
 * order is free or a larger one must be split (and merged by the free), and
 * whether it comes from a per-CPU list or from the zone.  Without a known state
 * the results would show this history and not the cost of the allocator.
 *
 * So during a measurement there are free blocks of every order that cannot
 * merge: each is one half of a larger block, and the other half is held.
 * Before that, the per-CPU lists are emptied: bench/guest sets their limit as
 * low as possible, and bench_drain() frees enough frames for the kernel to
 * apply it.
 */
#include <linux/gfp.h>
#include <linux/list.h>
#include <linux/mm.h>

#include "bench.h"

#define ORDER_MAX	(PMD_SHIFT - PAGE_SHIFT)
#define HALVES_MAX	64
#define DRAIN_PAGES	1024

static struct page *held[ORDER_MAX + 1][HALVES_MAX];

/* Hold more of the small blocks, since more of them are in use at a time. */
static unsigned int halves(unsigned int order)
{
	return order > 6 ? 16 : HALVES_MAX;
}

/* Free the second half of a block of @order + 1; @order is that of a half. */
static void free_half(struct page *page, unsigned int order)
{
	struct page *half = page + (1U << order);

	/* As in split_page(), but split into two halves. */
	set_page_count(half, 1);
	__free_pages(half, order);
}

/** bench_freelists_hold() - make free blocks that cannot merge */
void bench_freelists_hold(void)
{
	gfp_t gfp = GFP_KERNEL | __GFP_NORETRY | __GFP_NOWARN;
	unsigned int order, i;

	for (order = ORDER_MAX; order; order--) {
		for (i = 0; i < halves(order); i++)
			held[order][i] = alloc_pages(gfp, order + 1);
	}
	/* Only now, or a block could be made from a free half of a larger one. */
	for (order = ORDER_MAX; order; order--) {
		for (i = 0; i < halves(order); i++) {
			if (held[order][i])
				free_half(held[order][i], order);
		}
	}
}

/** bench_freelists_release() - free the held halves, so that they can merge */
void bench_freelists_release(void)
{
	unsigned int order, i;

	for (order = ORDER_MAX; order; order--) {
		for (i = 0; i < halves(order); i++) {
			if (held[order][i])
				__free_pages(held[order][i], order);
			held[order][i] = NULL;
		}
	}
}

/**
 * bench_drain() - make the kernel shorten the lists of this CPU
 */
int bench_drain(const struct bench_allocator *a, unsigned int unused1,
		unsigned int unused2, struct bench_result *result)
{
	struct page *page, *next;
	unsigned int i;
	LIST_HEAD(pages);

	for (i = 0; i < DRAIN_PAGES; i++) {
		page = alloc_page(GFP_KERNEL | __GFP_NOWARN);
		if (page)
			list_add(&page->lru, &pages);
	}
	list_for_each_entry_safe(page, next, &pages, lru) {
		list_del(&page->lru);
		__free_page(page);
	}
	return 0;
}
