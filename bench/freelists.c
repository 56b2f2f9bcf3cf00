// SPDX-License-Identifier: GPL-2.0
/*
 * The page allocator's free lists, in a known state
 *
 * What a block costs depends on what happened before: whether there is one of
 * its order, or a larger one has to be split (and merged again by the free),
 * and whether it comes from the CPU's own lists or from the zone's.  Such
 * figures would tell of the history, not of the allocator.
 *
 * So while something is measured, the lists have blocks of every order that
 * can't merge: each is half of a larger one whose other half is held.  And
 * before that the CPU's lists are emptied: bench/guest makes them as short as
 * they can be, and bench_drain() frees enough for the kernel to notice.
 *
 * Locking: none; one command runs at a time.  Units: frames.
 */
#include <linux/gfp.h>
#include <linux/list.h>
#include <linux/mm.h>

#include "bench.h"

#define ORDER_MAX	(PMD_SHIFT - PAGE_SHIFT)
#define HALVES_MAX	64
#define DRAIN_PAGES	1024

static struct page *held[ORDER_MAX + 1][HALVES_MAX];

/* Of small blocks, many are in use at a time. */
static unsigned int halves(unsigned int order)
{
	return order > 6 ? 16 : HALVES_MAX;
}

/* The second half of a block of twice that order is free from now on. */
static void free_half(struct page *page, unsigned int order)
{
	struct page *half = page + (1U << order);

	/* As split_page() does, but into two. */
	set_page_count(half, 1);
	__free_pages(half, order);
}

/** bench_freelists_hold() - blocks of every order, until further notice */
void bench_freelists_hold(void)
{
	gfp_t gfp = GFP_KERNEL | __GFP_NORETRY | __GFP_NOWARN;
	unsigned int order, i;

	for (order = ORDER_MAX; order; order--) {
		for (i = 0; i < halves(order); i++)
			held[order][i] = alloc_pages(gfp, order + 1);
	}
	/* Not before all are there, or one order's would be made of another's. */
	for (order = ORDER_MAX; order; order--) {
		for (i = 0; i < halves(order); i++) {
			if (held[order][i])
				free_half(held[order][i], order);
		}
	}
}

/** bench_freelists_release() - let them merge again */
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
 * bench_drain() - have the kernel shorten this CPU's lists
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
