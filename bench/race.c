// SPDX-License-Identifier: GPL-2.0
/*
 * Measure pairs on all CPUs at the same time
 *
 * Results are in nanoseconds, since QEMU counts instructions only with one CPU.
 * So they can only be compared with results of the same run.
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
 * bench_race() - measure @pairs pairs of @nr pages on each CPU
 *
 * The result is the time of one pair: on the fastest CPU, on the CPU that was
 * counted last, and on the slowest CPU.
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
