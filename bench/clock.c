// SPDX-License-Identifier: GPL-2.0
/*
 * The clock: executed instructions
 *
 * Under "-icount shift=0" QEMU advances the guest's time by one nanosecond for
 * each instruction, and its time stamp counter runs at 1 GHz, so a difference
 * of two readings is the number of instructions between them, the second
 * reading included.  bench_clock_check() tries this on a loop of known length:
 * on any other clock the results would mean something else.
 *
 * Locking: none.  Units: instructions.
 */
#include <linux/compiler.h>
#include <linux/timex.h>

#include "bench.h"

/* The two instructions are all there is in one turn. */
static noinline void spin(unsigned long turns)
{
	asm volatile("1: dec %0\n\tjnz 1b" : "+r" (turns) : : "cc");
}

static u64 time_spin(unsigned long turns)
{
	u64 best = U64_MAX, start;
	int i;

	/* The shortest of several: without an interrupt. */
	for (i = 0; i < 10; i++) {
		start = bench_clock();
		spin(turns);
		best = min(best, bench_clock() - start);
	}
	return best;
}

/** bench_clock() - instructions since some time in the past */
u64 bench_clock(void)
{
	return get_cycles();
}

/**
 * bench_clock_check() - how far does the clock go in 1,000,000 instructions?
 *
 * The result is 1,000,000 when the clock counts instructions.
 */
int bench_clock_check(const struct bench_allocator *unused1,
		      unsigned int unused2, unsigned int unused3,
		      struct bench_result *result)
{
	u64 ticks = time_spin(510000) - time_spin(10000);

	*result = (struct bench_result){ ticks, ticks, ticks };
	return 0;
}
