// SPDX-License-Identifier: GPL-2.0
/*
 * Hold many areas, to look them up or while other allocations are measured
 */
#include <linux/mm.h>
#include <linux/sched.h>
#include <linux/sizes.h>
#include <linux/slab.h>

#include "bench.h"

#define CROWD_MAX	200000
#define FULL_PAGES	15	/* 64 KiB with the guard page */
#define FULL_REPEATS	3

static struct {
	const struct bench_allocator *allocator;
	unsigned int	nr;		/* pages of each area */
	unsigned int	count;
	void		**area;
} crowd;

/**
 * bench_hold() - hold @count areas of @nr pages, or as many as possible if 0
 *
 * The result is the number of held areas.
 */
int bench_hold(const struct bench_allocator *a, unsigned int nr,
	       unsigned int count, struct bench_result *result)
{
	if (crowd.count)
		return -EBUSY;
	if (count > CROWD_MAX || !a->try_alloc)
		return -EINVAL;
	crowd.allocator = a;
	crowd.nr = nr;
	while (crowd.count < (count ?: CROWD_MAX)) {
		void *area = a->try_alloc(nr);

		if (!area)
			break;
		crowd.area[crowd.count++] = area;
		cond_resched();
	}
	*result = (struct bench_result){ crowd.count, crowd.count, crowd.count };
	return crowd.count < count ? -ENOSPC : 0;
}

/**
 * bench_thin() - free every @nth held area
 *
 * The result is the number of areas that are still held.
 */
int bench_thin(const struct bench_allocator *a, unsigned int nth,
	       unsigned int unused, struct bench_result *result)
{
	unsigned int i, left = 0;

	if (!nth)
		return -EINVAL;
	for (i = 0; i < crowd.count; i++) {
		if (i % nth == nth - 1)
			crowd.allocator->free(crowd.area[i], crowd.nr);
		else
			crowd.area[left++] = crowd.area[i];
		cond_resched();
	}
	crowd.count = left;
	if (crowd.allocator && crowd.allocator->purge)
		crowd.allocator->purge();
	*result = (struct bench_result){ left, left, left };
	return 0;
}

/**
 * bench_drop() - free all held areas
 */
int bench_drop(const struct bench_allocator *a, unsigned int unused1,
	       unsigned int unused2, struct bench_result *result)
{
	return bench_thin(a, 1, 0, result);
}

/**
 * bench_full() - measure pairs of @nr pages in a range that is 90% full
 *
 * The range has @mib MiB.  It is filled with areas of FULL_PAGES pages, and
 * every tenth area is freed.  The result is as for bench_pairs().
 */
int bench_full(const struct bench_allocator *a, unsigned int nr,
	       unsigned int mib, struct bench_result *result)
{
	struct bench_result unused;
	int err;

	err = bench_plug(a, (unsigned long)mib * SZ_1M);
	if (!err)
		err = bench_hold(a, FULL_PAGES, 0, &unused);
	if (!err)
		err = bench_thin(a, 10, 0, &unused);
	if (!err)
		err = bench_pairs(a, nr, FULL_REPEATS, result);
	bench_drop(a, 0, 0, &unused);
	bench_unplug();
	return err;
}

/* Look up the last byte of each held area, and count instructions. */
static int look_up_each(void *(*one)(const void *addr), u64 *instructions)
{
	unsigned long last = crowd.nr * PAGE_SIZE - 1;
	unsigned int i, found = 0;
	u64 start = bench_clock();

	for (i = 0; i < crowd.count; i++)
		found += !!one(crowd.area[i] + last);
	*instructions = bench_clock() - start;
	return found == crowd.count ? 0 : -ENOENT;
}

/* Look up @repeats times. The result is that of the fastest round, for one area. */
static int time_look_ups(void *(*one)(const void *addr),
			 void *(*nothing)(const void *addr), unsigned int repeats,
			 struct bench_result *result)
{
	u64 took, least = U64_MAX, overhead = U64_MAX;
	int err = 0;

	if (!one)
		return -EOPNOTSUPP;
	if (!crowd.count || !repeats)
		return -EINVAL;
	while (!err && repeats--) {
		err = look_up_each(nothing, &took);
		overhead = min(overhead, took);
		if (!err)
			err = look_up_each(one, &took);
		least = min(least, took);
		cond_resched();
	}
	least = least > overhead ? (least - overhead) / crowd.count : 0;
	*result = (struct bench_result){ least, least, least };
	return err;
}

/**
 * bench_find_each() - find the area of the last byte of each held area
 *
 * The result is in instructions for one lookup.
 */
int bench_find_each(const struct bench_allocator *a, unsigned int unused,
		    unsigned int repeats, struct bench_result *result)
{
	return time_look_ups(a->find, bench_find("nothing")->find, repeats, result);
}

/**
 * bench_to_page() - find the frame of the last byte of each held area
 *
 * The result is in instructions for one lookup.
 */
int bench_to_page(const struct bench_allocator *a, unsigned int unused,
		  unsigned int repeats, struct bench_result *result)
{
	return time_look_ups(a->to_page, bench_find("nothing")->to_page, repeats, result);
}

/** bench_crowd_init() - allocate the table of held areas */
int bench_crowd_init(void)
{
	crowd.area = kvcalloc(CROWD_MAX, sizeof(*crowd.area), GFP_KERNEL);
	return crowd.area ? 0 : -ENOMEM;
}

/** bench_crowd_exit() - free all held areas and the table */
void bench_crowd_exit(void)
{
	struct bench_result unused;

	bench_drop(NULL, 0, 0, &unused);
	kvfree(crowd.area);
}
