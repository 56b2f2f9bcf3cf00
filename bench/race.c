// SPDX-License-Identifier: GPL-2.0
/*
 * All CPUs at once
 *
 * Time here is the machine's, not instructions: QEMU counts those on one CPU
 * only.  So a figure means something only beside another of the same run.
 *
 * Locking: none; one command runs at a time.  Units: nanoseconds.
 */
#include <linux/completion.h>
#include <linux/cpu.h>
#include <linux/err.h>
#include <linux/kthread.h>
#include <linux/ktime.h>
#include <linux/math64.h>
#include <linux/sched.h>

#include "bench.h"

#define RACERS_MAX 8

struct racer {
	struct task_struct	*task;
	const struct bench_allocator *allocator;
	unsigned int		nr;
	unsigned int		pairs;
	struct completion	*start;
	struct completion	done;
	u64			time;
	int			err;
};

static struct racer racers[RACERS_MAX];

static int race(void *data)
{
	struct racer *racer = data;
	unsigned int i;
	ktime_t start;

	wait_for_completion(racer->start);
	start = ktime_get();
	for (i = 0; i < racer->pairs && !racer->err; i++) {
		void *p = racer->allocator->alloc(racer->nr);

		if (p)
			racer->allocator->free(p, racer->nr);
		else
			racer->err = -ENOMEM;
		cond_resched();
	}
	racer->time = ktime_to_ns(ktime_sub(ktime_get(), start));
	complete(&racer->done);
	while (!kthread_should_stop())
		schedule_timeout_interruptible(1);
	return 0;
}

/**
 * bench_race() - each CPU does @pairs pairs of @nr pages
 *
 * The result is the time of a pair: of the fastest CPU, of the last one to be
 * counted, and of the slowest.
 */
int bench_race(const struct bench_allocator *a, unsigned int nr,
	       unsigned int pairs, struct bench_result *result)
{
	DECLARE_COMPLETION_ONSTACK(start);
	unsigned int cpu, i, n = 0;
	int err = 0;

	if (a->one_at_a_time || !pairs)
		return -EINVAL;
	cpus_read_lock();
	for_each_online_cpu(cpu) {
		struct racer *racer = &racers[n];

		*racer = (struct racer){
			.allocator = a,
			.nr = nr,
			.pairs = pairs,
			.start = &start,
		};
		init_completion(&racer->done);
		racer->task = kthread_create(race, racer, "vmx_bench/%u", cpu);
		if (IS_ERR(racer->task)) {
			err = PTR_ERR(racer->task);
			break;
		}
		kthread_bind(racer->task, cpu);
		wake_up_process(racer->task);
		if (++n == RACERS_MAX)
			break;
	}
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
