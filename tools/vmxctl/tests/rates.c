// SPDX-License-Identifier: GPL-2.0
/*
 * The rates of vmxctl top, against numbers that are easy to see.
 */
#include <assert.h>
#include <string.h>

#include "rates.h"

int main(void)
{
	static struct rates rates;
	uint64_t counts[NR_RATES] = { [RATE_ALLOC] = 1000 };
	unsigned char heights[6];

	/* Nothing yet, and one reading is no rate. */
	assert(rates_get(&rates, RATE_ALLOC, 0) == 0);
	rates_add(&rates, counts, 10);
	assert(rates.nr == 0);
	counts[RATE_ALLOC] += 100;
	counts[RATE_FREE] = 1;
	rates_add(&rates, counts, 12);
	assert(rates_get(&rates, RATE_ALLOC, 0) == 50);
	assert(rates_get(&rates, RATE_FREE, 0) == 0.5);
	assert(rates_get(&rates, RATE_PURGE, 0) == 0);
	/* The same moment, and an earlier one. */
	rates_add(&rates, counts, 12);
	rates_add(&rates, counts, 11);
	assert(rates.nr == 1);
	/* The module was loaded again. */
	counts[RATE_ALLOC] = 5;
	rates_add(&rates, counts, 13);
	assert(rates_get(&rates, RATE_ALLOC, 0) == 0);
	assert(rates_get(&rates, RATE_ALLOC, 1) == 50);
	counts[RATE_ALLOC] = 105;
	rates_add(&rates, counts, 14);
	counts[RATE_ALLOC] = 106;
	rates_add(&rates, counts, 15);
	/* 50, 0, 100, 1: what is missing before is 0, the largest is the top, a little is 1. */
	rates_heights(&rates, RATE_ALLOC, heights, 6, 8);
	assert(!memcmp(heights, (unsigned char[]){ 0, 0, 4, 0, 8, 1 }, 6));
	rates_heights(&rates, RATE_PURGE, heights, 6, 8);
	assert(!memcmp(heights, (unsigned char[]){ 0, 0, 0, 0, 0, 0 }, 6));
	/* The ring turns around. */
	for (int i = 0; i < 3 * RATES_KEPT; i++) {
		counts[RATE_FLUSH] += i;
		rates_add(&rates, counts, 16 + i);
	}
	assert(rates_get(&rates, RATE_FLUSH, 0) == 3 * RATES_KEPT - 1);
	assert(rates_get(&rates, RATE_FLUSH, RATES_KEPT - 1) == 2 * RATES_KEPT);
	assert(rates_get(&rates, RATE_FLUSH, RATES_KEPT) == 0);
	/* Which counters they are of. */
	{
		static char names[][16] = { "allocs", "cached_allocs", "fail_enospc", "fail_eio",
					    "areas" };
		char *texts[5];
		static struct counters counters = { .count = 5 };

		counters.names.texts = texts;
		for (uint32_t i = 0; i < 5; i++) {
			texts[i] = names[i];
			counters.list[i].name = i;
			counters.list[i].value = 1u << i;
		}
		rates_count(&counters, counts);
		assert(counts[RATE_ALLOC] == 3 && counts[RATE_FAILURE] == 12 && !counts[RATE_FREE]);
	}
	return 0;
}
