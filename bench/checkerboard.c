// SPDX-License-Identifier: GPL-2.0
/*
 * Measure how an allocator fragments its addresses
 *
 * The command fills a range of addresses with areas of random sizes.  Then, in
 * each of ROUNDS rounds, it frees half of them at random and fills the range
 * again.  At the end it frees every second area, by address, and finds the
 * largest request that succeeds.
 *
 * For vmx the range is its slice; for vmalloc() it is the hole that
 * bench_plug() leaves.  Counts are in pages.
 */
#include <linux/mm.h>
#include <linux/prandom.h>
#include <linux/sched.h>
#include <linux/sizes.h>
#include <linux/slab.h>
#include <linux/sort.h>

#include "bench.h"

#define ROUNDS		8
#define TRIES		16	/* failures until the range counts as full */
#define PIECES_MAX	65536

struct piece {
	void		*addr;
	unsigned int	nr;
};

static struct piece *pieces;
static unsigned int nr_pieces;
static unsigned long pages_held;

static void free_piece(const struct bench_allocator *a, unsigned int i)
{
	a->free(pieces[i].addr, pieces[i].nr);
	pages_held -= pieces[i].nr;
}

static void fill(const struct bench_allocator *a, unsigned int nr_max,
		 struct rnd_state *rnd)
{
	unsigned int tries = TRIES;

	while (tries && nr_pieces < PIECES_MAX) {
		unsigned int nr = 1 + prandom_u32_state(rnd) % nr_max;
		void *p = a->try_alloc(nr);

		if (!p) {
			tries--;
			continue;
		}
		pieces[nr_pieces++] = (struct piece){ p, nr };
		pages_held += nr;
		cond_resched();
	}
}

static void free_random_half(const struct bench_allocator *a,
			     struct rnd_state *rnd)
{
	unsigned int i, left = 0;

	for (i = 0; i < nr_pieces; i++) {
		if (prandom_u32_state(rnd) % 2)
			free_piece(a, i);
		else
			pieces[left++] = pieces[i];
	}
	nr_pieces = left;
	a->purge();
}

static int by_address(const void *a, const void *b)
{
	const struct piece *x = a, *y = b;

	return x->addr < y->addr ? -1 : x->addr > y->addr;
}

static void free_every_second(const struct bench_allocator *a)
{
	unsigned int i, left = 0;

	sort(pieces, nr_pieces, sizeof(*pieces), by_address, NULL);
	for (i = 0; i < nr_pieces; i++) {
		if (i % 2)
			free_piece(a, i);
		else
			pieces[left++] = pieces[i];
	}
	nr_pieces = left;
	a->purge();
}

static unsigned int largest(const struct bench_allocator *a, unsigned int high)
{
	unsigned int low = 0;

	while (low < high) {
		unsigned int nr = low + (high - low + 1) / 2;
		void *p = a->try_alloc(nr);

		if (p) {
			a->free(p, nr);
			a->purge();
			low = nr;
		} else {
			high = nr - 1;
		}
	}
	return low;
}

/**
 * bench_checkerboard() - find the largest request that still succeeds
 *
 * Areas have 1 to @nr pages, in a range of @mib MiB.  The result is the largest
 * request that succeeds, and the number of pages and the number of areas when
 * the range was full for the last time.
 */
int bench_checkerboard(const struct bench_allocator *a, unsigned int nr,
		       unsigned int mib, struct bench_result *result)
{
	unsigned long size = (unsigned long)mib * SZ_1M;
	struct rnd_state rnd;
	unsigned int i;
	int err;

	if (!a->try_alloc || !nr || !mib)
		return -EINVAL;
	pieces = kvcalloc(PIECES_MAX, sizeof(*pieces), GFP_KERNEL);
	if (!pieces)
		return -ENOMEM;
	err = bench_plug(a, size);
	if (err)
		goto free_pieces;

	prandom_seed_state(&rnd, 1);
	fill(a, nr, &rnd);
	for (i = 0; i < ROUNDS; i++) {
		free_random_half(a, &rnd);
		fill(a, nr, &rnd);
	}
	result->median = pages_held;
	result->max = nr_pieces;
	free_every_second(a);
	result->min = largest(a, size >> PAGE_SHIFT);

	while (nr_pieces)
		free_piece(a, --nr_pieces);
	a->purge();
	bench_unplug();
free_pieces:
	kvfree(pieces);
	return err;
}
