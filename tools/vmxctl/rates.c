// SPDX-License-Identifier: GPL-2.0
/*
 * How fast the counters of vmx grow, over the last readings.
 */
#include <string.h>

#include "rates.h"

void rates_count(const struct counters *counters, uint64_t counts[NR_RATES])
{
	static const struct {
		const char *name;
		enum rate rate;
	} sums[] = {
		{ "allocs", RATE_ALLOC }, { "cached_allocs", RATE_ALLOC },
		{ "frees", RATE_FREE }, { "cached_frees", RATE_FREE },
		{ "purges", RATE_PURGE }, { "flushes", RATE_FLUSH },
	};

	memset(counts, 0, NR_RATES * sizeof(*counts));
	for (size_t i = 0; i < counters->count; i++) {
		const char *name = counters->names.texts[counters->list[i].name];

		if (!strncmp(name, "fail_", strlen("fail_")))
			counts[RATE_FAILURE] += counters->list[i].value;
		for (size_t j = 0; j < sizeof(sums) / sizeof(*sums); j++) {
			if (!strcmp(name, sums[j].name))
				counts[sums[j].rate] += counters->list[i].value;
		}
	}
}

void rates_add(struct rates *rates, const uint64_t counts[NR_RATES], double time)
{
	double seconds = time - rates->time;

	if (rates->begun && seconds > 0) {
		for (size_t i = 0; i < NR_RATES; i++)
			rates->of[i][rates->nr % RATES_KEPT] = counts[i] < rates->counts[i] ? 0 :
				(counts[i] - rates->counts[i]) / seconds;
		rates->nr++;
	}
	memcpy(rates->counts, counts, sizeof(rates->counts));
	rates->time = time;
	rates->begun = true;
}

double rates_get(const struct rates *rates, enum rate rate, size_t ago)
{
	if (ago >= rates->nr || ago >= RATES_KEPT)
		return 0;
	return rates->of[rate][(rates->nr - 1 - ago) % RATES_KEPT];
}

void rates_heights(const struct rates *rates, enum rate rate, unsigned char *heights, size_t nr,
		   unsigned char top)
{
	double largest = 0;

	for (size_t i = 0; i < nr; i++) {
		if (rates_get(rates, rate, i) > largest)
			largest = rates_get(rates, rate, i);
	}
	for (size_t i = 0; i < nr; i++) {
		double value = rates_get(rates, rate, nr - 1 - i);

		heights[i] = value > 0 ? 1 + (unsigned char)(value / largest * (top - 1)) : 0;
	}
}
