// SPDX-License-Identifier: GPL-2.0
/*
 * cost - the cost of an operation with 1,000 areas and with 100,000
 *
 * usage: cost OPERATION
 *
 * vmx_area.c, area/hole.c, area/index.c and the kernel's rbtree.c are built so
 * that each basic block calls __sanitizer_cov_trace_pc(). The program counts
 * these calls: the count is exact, and the same on every machine under any
 * load. It fails if the larger number of areas makes an operation more than
 * MAX_RATIO times as expensive. A search in a balanced tree costs 1.67 times
 * as much, the ratio of the logarithms; a walk along the areas costs 100 times
 * as much.
 */
#include <limits.h>
#include <stdio.h>
#include <string.h>

#include <linux/kernel.h>
#include <linux/minmax.h>
#include <linux/slab.h>

#include "shim.h"
#include "source.h"
#include "vmx_area.h"

#define FEW		1000
#define MANY		100000
#define MAX_RATIO	2.0
#define MAX_BLOCKS	10000	/* basic blocks; more is a failure */
#define SAMPLES		2000
#define MAX_PAGES	8	/* of an area */
#define START		(ULONG_MAX / 4 * 3 & -(2UL << 20))

struct cost {
	unsigned long sum, most, samples;
};

static const char *name;
static unsigned long blocks;
static struct cost cost;

static struct source source;
static struct vmx_area *areas[3 * MANY];
static size_t nr_areas;
static unsigned long slice_end;

void __sanitizer_cov_trace_pc(void)
{
	blocks++;
}

static void count(void)
{
	blocks = 0;
}

static void counted(void)
{
	unsigned long sample = blocks;

	if (sample > MAX_BLOCKS)
		fail("%s: %lu basic blocks executed, with %zu areas", name, sample, nr_areas);
	cost.sum += sample;
	cost.most = max(cost.most, sample);
	cost.samples++;
}

static unsigned long any_page(void)
{
	/* In the lower half of the slice: above it there is always room. */
	return START + pick(&source, (slice_end - START) / PAGE_SIZE / 2) * PAGE_SIZE;
}

static struct vmx_area *any_area(void)
{
	unsigned long pages = 1 + pick(&source, MAX_PAGES);

	return vmx_area_alloc(pages * PAGE_SIZE, 0, NULL, GFP_KERNEL, NUMA_NO_NODE);
}

static struct vmx_area *one_page(void)
{
	return vmx_area_alloc(PAGE_SIZE, VMX_NO_GUARD, NULL, GFP_KERNEL, NUMA_NO_NODE);
}

static struct vmx_area *take(void)
{
	size_t i = pick(&source, nr_areas);
	struct vmx_area *area = areas[i];

	areas[i] = areas[--nr_areas];
	return area;
}

/* ---- operations ---- */

static void insert_counted(struct vmx_area *area, unsigned long align, unsigned long start)
{
	count();
	if (vmx_area_insert(area, align, start, slice_end, GFP_KERNEL))
		fail("the slice is too small");
	counted();
	areas[nr_areas++] = area;
}

static void insert(void)
{
	insert_counted(any_area(), PAGE_SIZE, pick(&source, 2) ? START : any_page());
}

static void insert_fit(enum vmx_fit fit)
{
	struct vmx_area *area = any_area();

	area->flags |= VMX_FIT(fit);
	insert_counted(area, PAGE_SIZE, START);
}

static void insert_best(void)
{
	insert_fit(VMX_FIT_BEST);
}

static void insert_last(void)
{
	insert_fit(VMX_FIT_LAST);
}

static void insert_next(void)
{
	insert_fit(VMX_FIT_NEXT);
}

static void insert_aligned(void)
{
	insert_counted(one_page(), 2 * PAGE_SIZE, START);
}

static void insert_page(void)
{
	insert_counted(one_page(), PAGE_SIZE, any_page());
}

/* A search that finds no hole is the most expensive one. */
static void refuse(void)
{
	struct vmx_area *area = any_area();
	unsigned long from = any_page();

	count();
	if (!vmx_area_insert(area, PAGE_SIZE, from, from + PAGE_SIZE, GFP_KERNEL))
		fail("insert found a hole where there is no room");
	counted();
	vmx_area_free(area);
}

static void cancel_counted(struct vmx_area *area)
{
	count();
	vmx_area_cancel(area);
	counted();
}

static void cancel(void)
{
	cancel_counted(take());
}

static void cancel_last(void)
{
	cancel_counted(areas[--nr_areas]);
}

static void free_counted(const void *addr)
{
	count();
	vmx_area_quarantine(vmx_area_remove(addr));
	counted();
}

static void free_any(void)
{
	free_counted(take()->addr);
}

static void free_last(void)
{
	free_counted(areas[--nr_areas]->addr);
}

/* Count the cost of each range, since one flush serves all of them. */
static void purge(void)
{
	struct vmx_area_stats stats;

	vmx_areas_stats(&stats);
	count();
	vmx_areas_purge();
	blocks /= stats.quarantined_ranges;
	counted();
}

/* Count the cost of each quarantined range that the request looks at. */
static void refuse_purge(void)
{
	struct vmx_area *area = any_area();
	unsigned long from = any_page();
	struct vmx_area_stats stats;

	vmx_areas_stats(&stats);
	count();
	if (!vmx_area_insert_after_purge(area, PAGE_SIZE, from, from + PAGE_SIZE, GFP_KERNEL))
		fail("insert found a hole where there is no room");
	blocks /= stats.quarantined_ranges;
	counted();
	vmx_area_free(area);
}

static void find(void)
{
	unsigned long addr = any_page();

	spin_lock(&vmx_area_lock);
	count();
	vmx_area_find(addr);
	counted();
	spin_unlock(&vmx_area_lock);
}

static void range_at(void)
{
	unsigned long addr = any_page();
	struct vmx_range range;

	spin_lock(&vmx_area_lock);
	count();
	vmx_range_at(addr, &range);
	counted();
	spin_unlock(&vmx_area_lock);
}

static void first_from(void)
{
	unsigned long addr = any_page();

	spin_lock(&vmx_area_lock);
	count();
	vmx_area_first_from(addr);
	counted();
	spin_unlock(&vmx_area_lock);
}

/* ---- the contents of the slice for these operations ---- */

/* Random areas, with holes and quarantined ranges between them. */
static void mixed(size_t nr)
{
	while (nr_areas < 3 * nr)
		insert();
	while (nr_areas > 2 * nr)
		cancel();
	while (nr_areas > nr)
		free_any();
}

/* The first request with best fit builds the tree by length. */
static void mixed_by_size(size_t nr)
{
	insert_best();
	cancel_last();
	mixed(nr);
}

/*
 * Every second range is quarantined.  areas[] has the other ranges, the lowest
 * one last: free_last() frees upwards, so that each freed range has all ranges
 * that were freed before it directly below.
 */
static void alternating(size_t nr)
{
	size_t i;

	while (nr_areas < 2 * nr)
		insert_counted(one_page(), PAGE_SIZE, START);
	for (i = 0; i < nr; i++) {
		free_counted(areas[2 * i]->addr);
		areas[3 * nr - 1 - i] = areas[2 * i + 1];
	}
	memmove(areas, areas + 2 * nr, nr * sizeof(areas[0]));
	nr_areas = nr;
}

/* Quarantined pages with a hole of a page behind each, and no live area. */
static void chain(size_t nr)
{
	while (nr_areas < 2 * nr)
		insert_counted(one_page(), PAGE_SIZE, START);
	for (; nr_areas; nr_areas -= 2) {
		cancel_counted(areas[nr_areas - 1]);
		free_counted(areas[nr_areas - 2]->addr);
	}
}

/* A hole of one page between any two areas, never on an even page. */
static void misaligned(size_t nr)
{
	while (nr_areas < nr)
		insert_aligned();
}

/* ---- */

static const struct operation {
	const char *name;
	void (*fill)(size_t nr);
	void (*operation)(void);
	void (*undo)(void);	/* restores the number of areas */
	size_t samples;
	bool flushing;		/* sample in a flush until no area is left */
} operations[] = {
	{ "insert", mixed, insert, cancel, SAMPLES },
	{ "insert_best", mixed_by_size, insert_best, cancel, SAMPLES },
	{ "insert_last", mixed, insert_last, cancel, SAMPLES },
	{ "insert_next", mixed, insert_next, cancel, SAMPLES },
	{ "insert_aligned", misaligned, insert_aligned, cancel_last, SAMPLES },
	{ "insert_chain", chain, insert_page, cancel_last, SAMPLES },
	{ "refuse", mixed, refuse, NULL, SAMPLES },
	{ "cancel", mixed, cancel, insert, SAMPLES },
	{ "free", mixed, free_any, insert, SAMPLES },
	{ "free_flushing", alternating, free_last, NULL, 0, true },
	{ "purge", mixed, purge, NULL, 1 },
	{ "refuse_purge", mixed, refuse_purge, NULL, 10 },
	{ "find", mixed, find, NULL, SAMPLES },
	{ "range_at", chain, range_at, NULL, SAMPLES },
	{ "first_from", mixed, first_from, NULL, SAMPLES },
};

static const struct operation *it;
static bool measuring;

/* Do not count the cost of undo. */
static void sample(void)
{
	struct cost before;

	it->operation();
	before = cost;
	if (it->undo)
		it->undo();
	cost = before;
}

static void flush(void)
{
	while (measuring && it->flushing && nr_areas)
		sample();
}

static struct cost measure(size_t nr)
{
	struct cost result;
	size_t i;

	source = source_from_seed(nr);
	slice_end = START + nr * 4 * (MAX_PAGES + 1) * PAGE_SIZE;
	if (vmx_areas_init(START, slice_end, flush))
		fail("init");
	it->fill(nr);

	cost = (struct cost){};
	measuring = true;
	for (i = 0; i < it->samples; i++)
		sample();
	if (it->flushing)
		vmx_areas_purge();
	measuring = false;
	result = cost;

	while (nr_areas)
		free_last();
	vmx_areas_exit();
	return result;
}

int main(int argc, char **argv)
{
	double few_mean, many_mean;
	struct cost few, many;
	size_t i;

	for (i = 0; i < ARRAY_SIZE(operations) && argc == 2; i++)
		if (!strcmp(argv[1], operations[i].name))
			it = &operations[i];
	if (!it) {
		fprintf(stderr, "usage: cost OPERATION\n");
		return 2;
	}
	name = it->name;
	few = measure(FEW);
	many = measure(MANY);
	few_mean = (double)few.sum / few.samples;
	many_mean = (double)many.sum / many.samples;
	printf("%d areas: %.1f basic blocks executed on average, %lu at most\n",
	       FEW, few_mean, few.most);
	printf("%d areas: %.1f basic blocks executed on average, %lu at most\n",
	       MANY, many_mean, many.most);
	printf("ratio: %.2f on average, %.2f at most (limit %.1f)\n",
	       many_mean / few_mean, (double)many.most / few.most, MAX_RATIO);
	return many_mean > MAX_RATIO * few_mean || many.most > MAX_RATIO * few.most;
}
