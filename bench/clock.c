// SPDX-License-Identifier: GPL-2.0
/*
 * A clock that counts executed instructions
 *
 * Under "-icount shift=0" QEMU advances the guest's time by one nanosecond for
 * each instruction, and machine.h reads a counter of the guest that runs at
 * 1 GHz.  So the difference of two readings is the number of instructions
 * between them, including the second reading.  bench_clock_check() verifies this
 * with a loop of known length: with any other clock the results would not be
 * instructions.
 */
#include <linux/compiler.h>
#include <linux/smp.h>

#include "bench.h"
#include "machine.h"

static noinline void spin(unsigned long turns)
{
	bench_spin(turns);
}

static u64 time_spin(unsigned long turns)
{
	u64 best = U64_MAX, start;
	int i;

	/* Have it in a register: some constants take two instructions. */
	OPTIMIZER_HIDE_VAR(turns);
	/* Use the shortest of several times, without an interrupt. */
	for (i = 0; i < 10; i++) {
		start = bench_clock();
		spin(turns);
		best = min(best, bench_clock() - start);
	}
	return best;
}

/** bench_clock_init() - start the clock of each CPU */
void bench_clock_init(void)
{
	on_each_cpu(bench_machine_start, NULL, true);
}

/** bench_clock() - return the instructions since an unspecified time */
u64 bench_clock(void)
{
	return bench_machine_clock();
}

/**
 * bench_clock_check() - measure 1,000,000 instructions
 *
 * The result is 1,000,000 if the clock counts instructions.
 */
int bench_clock_check(const struct bench_allocator *unused1,
		      unsigned int unused2, unsigned int unused3,
		      struct bench_result *result)
{
	u64 ticks = time_spin(510000) - time_spin(10000);

	*result = (struct bench_result){ ticks, ticks, ticks };
	return 0;
}
