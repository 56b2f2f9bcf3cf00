// SPDX-License-Identifier: GPL-2.0
/*
 * Measure pairs on all CPUs at the same time
 *
 * Results are in nanoseconds, since QEMU counts instructions only with one CPU.
 * So they can only be compared with results of the same run.
 */
#include <linux/atomic.h>
#include <linux/completion.h>
#include <linux/cpu.h>
#include <linux/err.h>
#include <linux/kthread.h>
#include <linux/ktime.h>
#include <linux/math64.h>
#include <linux/prandom.h>
#include <linux/sched.h>

#include "bench.h"

#define RACERS_MAX 8
#define CROWD 64	/* areas that a racer has at a time */

struct racer {
	struct task_struct	*task;
	const struct bench_allocator *allocator;
	unsigned int		nr;
	unsigned int		pairs;
	int			(*run)(struct racer *racer);
	struct completion	*start;
	struct completion	done;
	struct rnd_state	rnd;
	void			*area[CROWD];
	unsigned int		size[CROWD];
	u64			time;
	int			err;
};

static struct racer racers[RACERS_MAX];
static atomic_t not_ready;
static ktime_t began;		/* when the last one became ready */

static int take(struct racer *racer, unsigned int i, unsigned int nr)
{
	racer->size[i] = nr;
	racer->area[i] = racer->allocator->alloc(nr);
	cond_resched();
	return racer->area[i] ? 0 : -ENOMEM;
}

static void give_back(struct racer *racer, unsigned int i)
{
	if (racer->area[i])
		racer->allocator->free(racer->area[i], racer->size[i]);
	racer->area[i] = NULL;
}

/* One area at a time. */
static int run_pairs(struct racer *racer)
{
	unsigned int i;
	int err = 0;

	for (i = 0; i < racer->pairs && !err; i++) {
		err = take(racer, 0, racer->nr);
		give_back(racer, 0);
	}
	return err;
}

/* CROWD areas are allocated, then all are freed, the oldest first. */
static int run_crowds(struct racer *racer)
{
	unsigned int i, n;
	int err = 0;

	for (n = 0; n < racer->pairs && !err; n += CROWD) {
		for (i = 0; i < CROWD && !err; i++)
			err = take(racer, i, racer->nr);
		for (i = 0; i < CROWD; i++)
			give_back(racer, i);
	}
	return err;
}

/* CROWD areas of 1 to nr pages are live; each pair replaces one. */
static int run_mixed(struct racer *racer)
{
	unsigned int i;
	int err = 0;

	for (i = 0; i < racer->pairs && !err; i++) {
		give_back(racer, i % CROWD);
		err = take(racer, i % CROWD,
			   1 + prandom_u32_state(&racer->rnd) % racer->nr);
	}
	for (i = 0; i < CROWD; i++)
		give_back(racer, i);
	return err;
}

static int race(void *data)
{
	struct racer *racer = data;

	wait_for_completion(racer->start);
	/*
	 * A CPU that rested takes long to wake up: no other one may begin before.  If
	 * the host stops an emulated CPU here, its time shows it.
	 */
	if (atomic_dec_return(&not_ready) == 0) {
		began = ktime_get();
		/* Pairs with atomic_read_acquire(): whoever sees -1 sees the time. */
		atomic_set_release(&not_ready, -1);
	}
	while (atomic_read_acquire(&not_ready) >= 0)
		cpu_relax();
	racer->err = racer->run(racer);
	racer->time = ktime_to_ns(ktime_sub(ktime_get(), began));
	complete(&racer->done);
	while (!kthread_should_stop())
		schedule_timeout_interruptible(1);
	return 0;
}

/* Let at most @nr_racers CPUs run. */
static int race_on(unsigned int nr_racers, int (*run)(struct racer *racer),
		   const struct bench_allocator *a, unsigned int nr,
		   unsigned int pairs, struct bench_result *result)
{
	DECLARE_COMPLETION_ONSTACK(start);
	unsigned int cpu, i, n = 0;
	int err = 0;

	if (a->one_at_a_time || !nr || !pairs)
		return -EINVAL;
	cpus_read_lock();
	for_each_online_cpu(cpu) {
		struct racer *racer = &racers[n];

		*racer = (struct racer){
			.allocator = a,
			.nr = nr,
			.pairs = pairs,
			.run = run,
			.start = &start,
		};
		prandom_seed_state(&racer->rnd, cpu + 1);
		init_completion(&racer->done);
		racer->task = kthread_create(race, racer, "vmx_bench/%u", cpu);
		if (IS_ERR(racer->task)) {
			err = PTR_ERR(racer->task);
			break;
		}
		kthread_bind(racer->task, cpu);
		wake_up_process(racer->task);
		if (++n == nr_racers)
			break;
	}
	atomic_set(&not_ready, n);
	complete_all(&start);
	*result = (struct bench_result){ .min = U64_MAX };
	for (i = 0; i < n; i++) {
		wait_for_completion(&racers[i].done);
		kthread_stop(racers[i].task);
		err = err ?: racers[i].err;
		result->median = div_u64(racers[i].time, pairs);
		result->min = min(result->min, result->median);
		result->max = max(result->max, result->median);
	}
	cpus_read_unlock();
	return err;
}

/**
 * bench_race() - measure @pairs pairs of @nr pages on each CPU
 *
 * The result is the time of one pair: on the fastest CPU, on the CPU that was
 * counted last, and on the slowest CPU.
 */
int bench_race(const struct bench_allocator *a, unsigned int nr,
	       unsigned int pairs, struct bench_result *result)
{
	return race_on(RACERS_MAX, run_pairs, a, nr, pairs, result);
}

/** bench_race_alone() - the same on one CPU, while the others rest */
int bench_race_alone(const struct bench_allocator *a, unsigned int nr,
		     unsigned int pairs, struct bench_result *result)
{
	return race_on(1, run_pairs, a, nr, pairs, result);
}

/** bench_race_crowds() - the same as bench_race(), CROWD areas at a time */
int bench_race_crowds(const struct bench_allocator *a, unsigned int nr,
		      unsigned int pairs, struct bench_result *result)
{
	return race_on(RACERS_MAX, run_crowds, a, nr, pairs, result);
}

/** bench_race_mixed() - the same as bench_race(), with areas of 1 to @nr pages */
int bench_race_mixed(const struct bench_allocator *a, unsigned int nr,
		     unsigned int pairs, struct bench_result *result)
{
	return race_on(RACERS_MAX, run_mixed, a, nr, pairs, result);
}
