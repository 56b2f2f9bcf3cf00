// SPDX-License-Identifier: GPL-2.0
/*
 * Measure pairs: one allocation and its free
 *
 * A batch is a number of pairs and a purge at its end.  So each flush, and each
 * worker that a pair causes, is counted in its batch.  One batch runs before
 * the measured ones, so that caches are in their steady state.  The shapes:
 *
 * pairs	one area at a time; enough pairs to free PURGE_BYTES of
 *		addresses
 * in order	all areas are allocated, then all are freed, the oldest first
 * at random	the same, but freed in random order
 * hand off	CPU 0 allocates HANDED_OFF areas, CPU 1 frees them, and so on
 * mixed	MIXED_LIVE areas of 1 to @nr pages are live; each pair replaces
 *		one of them, in turn
 *
 * "singles" are pairs that are measured one by one: the smallest result is of a
 * pair that did no deferred work of earlier pairs.
 *
 * The cost of the loop, measured with an allocator that does nothing, is
 * subtracted.  The random numbers are the same in every run.
 *
 * Counts are in pages, results in instructions for one pair.
 */
#include <linux/math64.h>
#include <linux/minmax.h>
#include <linux/mm.h>
#include <linux/prandom.h>
#include <linux/sched.h>
#include <linux/sizes.h>
#include <linux/smp.h>
#include <linux/sort.h>

#include "bench.h"
#include "machine.h"

/* Twice the quarantined bytes that the kernel and vmx allow with one CPU. */
#define PURGE_BYTES	SZ_64M
#define PAIRS_MIN	8
#define ALL_AREAS	1024
#define ALL_PAGES	32768
#define HANDED_OFF	256
#define MIXED_LIVE	64
#define MIXED_SIZES	1024
#define SAMPLES		256

/* Do @pairs pairs of an allocator, in one of the shapes. */
typedef int batch(const struct bench_allocator *a, unsigned int nr,
		  unsigned int pairs);

static u64 samples[SAMPLES];
static void *areas[ALL_AREAS];
static unsigned int order[ALL_AREAS];	/* of the frees */
static unsigned int sizes[MIXED_SIZES];	/* of mixed areas */

static int compare(const void *a, const void *b)
{
	u64 x = *(const u64 *)a, y = *(const u64 *)b;

	return x < y ? -1 : x > y;
}

static void summarise(unsigned int n, struct bench_result *result)
{
	sort(samples, n, sizeof(*samples), compare, NULL);
	result->min = samples[0];
	result->median = samples[n / 2];
	result->max = samples[n - 1];
}

static void subtract(struct bench_result *result, u64 overhead)
{
	result->min -= min(result->min, overhead);
	result->median -= min(result->median, overhead);
	result->max -= min(result->max, overhead);
}

static void purge(const struct bench_allocator *a)
{
	if (a->purge)
		a->purge();
}

static int one_pair(const struct bench_allocator *a, unsigned int nr)
{
	void *p = a->alloc(nr);

	if (!p)
		return -ENOMEM;
	a->free(p, nr);
	return 0;
}

static int pairs_batch(const struct bench_allocator *a, unsigned int nr,
		       unsigned int pairs)
{
	int err = 0;

	while (!err && pairs--) {
		err = one_pair(a, nr);
		cond_resched();
	}
	return err;
}

/* Allocate all areas, then free them in the order of order[]. */
static int all_batch(const struct bench_allocator *a, unsigned int nr,
		     unsigned int pairs)
{
	unsigned int i, n;

	for (n = 0; n < pairs; n++) {
		areas[n] = a->alloc(nr);
		if (!areas[n])
			break;
		cond_resched();
	}
	for (i = 0; i < pairs; i++) {
		if (order[i] < n)
			a->free(areas[order[i]], nr);
		cond_resched();
	}
	return n < pairs ? -ENOMEM : 0;
}

static int mixed_batch(const struct bench_allocator *a, unsigned int nr,
		       unsigned int pairs)
{
	unsigned int i, live, n = pairs + MIXED_LIVE;
	int err = 0;

	/* The last MIXED_LIVE turns only free. */
	for (i = 0; i < n; i++) {
		void **area = &areas[i % MIXED_LIVE];

		live = i - MIXED_LIVE;
		if (i >= MIXED_LIVE && *area)
			a->free(*area, sizes[live % MIXED_SIZES]);
		*area = NULL;
		if (i < pairs && !err) {
			*area = a->alloc(sizes[i % MIXED_SIZES]);
			err = *area ? 0 : -ENOMEM;
		}
		cond_resched();
	}
	return err;
}

/* Areas that one CPU allocates, and another one frees. */
struct handed {
	const struct bench_allocator *allocator;
	unsigned int nr;	/* pages of each area */
	unsigned int n;		/* areas */
};

static int produce(void *data)
{
	struct handed *handed = data;
	unsigned int i;
	int err = 0;

	for (i = 0; i < handed->n; i++) {
		areas[i] = handed->allocator->alloc(handed->nr);
		if (!areas[i])
			err = -ENOMEM;
		cond_resched();
	}
	return err;
}

static int consume(void *data)
{
	struct handed *handed = data;
	unsigned int i;

	for (i = 0; i < handed->n; i++) {
		if (areas[i])
			handed->allocator->free(areas[i], handed->nr);
		cond_resched();
	}
	return 0;
}

static int hand_off_batch(const struct bench_allocator *a, unsigned int nr,
			  unsigned int pairs)
{
	struct handed handed = { .allocator = a, .nr = nr };
	int err = 0;

	for (; pairs && !err; pairs -= handed.n) {
		handed.n = min(pairs, HANDED_OFF);
		err = smp_call_on_cpu(0, produce, &handed, false);
		err = smp_call_on_cpu(1, consume, &handed, false) ?: err;
	}
	return err;
}

static int repeat(batch *run, const struct bench_allocator *a, unsigned int nr,
		  unsigned int pairs, unsigned int repeats,
		  struct bench_result *result)
{
	unsigned int i;
	int err;

	purge(a);
	err = run(a, nr, pairs);
	purge(a);
	for (i = 0; !err && i < repeats; i++) {
		u64 start = bench_clock();

		err = run(a, nr, pairs);
		purge(a);
		samples[i] = div_u64(bench_clock() - start + pairs / 2, pairs);
	}
	if (!err)
		summarise(repeats, result);
	return err;
}

static int measure(batch *run, const struct bench_allocator *a, unsigned int nr,
		   unsigned int pairs, unsigned int repeats,
		   struct bench_result *result)
{
	struct bench_result overhead;
	int err;

	if (!nr || !pairs || !repeats || repeats > SAMPLES)
		return -EINVAL;
	bench_freelists_hold();
	err = repeat(run, bench_find("nothing"), nr, pairs, 3, &overhead);
	if (!err)
		err = repeat(run, a, nr, pairs, repeats, result);
	bench_freelists_release();
	if (!err)
		subtract(result, overhead.min);
	return err;
}

static unsigned int pairs_to_purge(unsigned int nr)
{
	return max_t(unsigned int, PAIRS_MIN,
		     PURGE_BYTES / ((nr + 1) * PAGE_SIZE));
}

/**
 * bench_pairs() - measure one area of @nr pages at a time, in @repeats batches
 */
int bench_pairs(const struct bench_allocator *a, unsigned int nr,
		unsigned int repeats, struct bench_result *result)
{
	return measure(pairs_batch, a, nr, pairs_to_purge(nr), repeats, result);
}

static int measure_all(const struct bench_allocator *a, unsigned int nr,
		       unsigned int repeats, struct bench_result *result)
{
	unsigned int pairs = min(ALL_AREAS, ALL_PAGES / max(nr, 1U));

	if (a->one_at_a_time)
		return -EOPNOTSUPP;
	return measure(all_batch, a, nr, pairs, repeats, result);
}

/**
 * bench_in_order() - measure many areas of @nr pages, freed in the same order
 */
int bench_in_order(const struct bench_allocator *a, unsigned int nr,
		   unsigned int repeats, struct bench_result *result)
{
	unsigned int i;

	for (i = 0; i < ALL_AREAS; i++)
		order[i] = i;
	return measure_all(a, nr, repeats, result);
}

/**
 * bench_at_random() - measure many areas of @nr pages, freed in random order
 */
int bench_at_random(const struct bench_allocator *a, unsigned int nr,
		    unsigned int repeats, struct bench_result *result)
{
	unsigned int i, pairs = min(ALL_AREAS, ALL_PAGES / max(nr, 1U));
	struct rnd_state rnd;

	prandom_seed_state(&rnd, 1);
	for (i = 0; i < pairs; i++) {
		unsigned int j = prandom_u32_state(&rnd) % (i + 1);

		order[i] = order[j];
		order[j] = i;
	}
	return measure_all(a, nr, repeats, result);
}

/**
 * bench_hand_off() - measure areas of @nr pages that another CPU frees
 */
int bench_hand_off(const struct bench_allocator *a, unsigned int nr,
		   unsigned int repeats, struct bench_result *result)
{
	if (a->one_at_a_time)
		return -EOPNOTSUPP;
	return measure(hand_off_batch, a, nr, pairs_to_purge(nr), repeats, result);
}

/**
 * bench_mixed() - measure areas of 1 to @nr pages
 */
int bench_mixed(const struct bench_allocator *a, unsigned int nr,
		unsigned int repeats, struct bench_result *result)
{
	struct rnd_state rnd;
	unsigned int i;

	if (!nr)
		return -EINVAL;
	if (a->one_at_a_time)
		return -EOPNOTSUPP;
	prandom_seed_state(&rnd, 1);
	for (i = 0; i < MIXED_SIZES; i++)
		sizes[i] = 1 + prandom_u32_state(&rnd) % nr;
	return measure(mixed_batch, a, nr, pairs_to_purge(nr / 2), repeats,
		       result);
}

static int time_singles(const struct bench_allocator *a, unsigned int nr,
			struct bench_result *result)
{
	unsigned int i;
	int err = 0;

	for (i = 0; !err && i < SAMPLES; i++) {
		u64 start = bench_clock();

		err = one_pair(a, nr);
		samples[i] = bench_clock() - start;
		cond_resched();
	}
	if (!err)
		summarise(SAMPLES, result);
	return err;
}

/**
 * bench_singles() - measure pairs of @nr pages one by one
 */
int bench_singles(const struct bench_allocator *a, unsigned int nr,
		  unsigned int unused, struct bench_result *result)
{
	struct bench_result overhead;
	int err;

	bench_freelists_hold();
	err = time_singles(bench_find("nothing"), nr, &overhead);
	if (!err)
		err = time_singles(a, nr, result);
	bench_freelists_release();
	if (!err)
		subtract(result, overhead.min);
	return err;
}

/*
 * Marks: the plugin of scripts/profile counts between the first two, that of
 * scripts/bench between the others.
 */
#define MARK_BEGIN		1
#define MARK_END		2
#define MARK_BATCH_BEGIN	3
#define MARK_BATCH_END		4

/**
 * bench_profile() - do @pairs pairs of @nr pages, marked for scripts/profile
 */
int bench_profile(const struct bench_allocator *a, unsigned int nr,
		  unsigned int pairs, struct bench_result *result)
{
	int err = 0;

	bench_freelists_hold();
	while (!err && pairs--) {
		bench_mark(MARK_BEGIN);
		err = one_pair(a, nr);
		bench_mark(MARK_END);
		cond_resched();
	}
	bench_freelists_release();
	return err;
}

/**
 * bench_locks() - do a batch of pairs of @nr pages, marked for the plugin that
 * watches locks
 *
 * The result is the number of pairs.
 */
int bench_locks(const struct bench_allocator *a, unsigned int nr,
		unsigned int unused, struct bench_result *result)
{
	unsigned int pairs;
	int err;

	if (!nr)
		return -EINVAL;
	pairs = pairs_to_purge(nr);
	bench_freelists_hold();
	purge(a);
	err = pairs_batch(a, nr, pairs);
	purge(a);
	bench_mark(MARK_BATCH_BEGIN);
	if (!err)
		err = pairs_batch(a, nr, pairs);
	purge(a);
	bench_mark(MARK_BATCH_END);
	bench_freelists_release();
	*result = (struct bench_result){ pairs, pairs, pairs };
	return err;
}
