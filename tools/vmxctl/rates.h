/* SPDX-License-Identifier: GPL-2.0 */
/*
 * How fast the counters of vmx grow, over the last readings.
 */
#ifndef VMXCTL_RATES_H
#define VMXCTL_RATES_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#include "counters.h"

enum rate { RATE_ALLOC, RATE_FREE, RATE_PURGE, RATE_FLUSH, RATE_FAILURE, NR_RATES };

#define RATES_KEPT 256

struct rates {
	double of[NR_RATES][RATES_KEPT];	/* per second; a ring */
	size_t nr;				/* of rates since the beginning */
	/* The last reading. */
	uint64_t counts[NR_RATES];
	double time;
	bool begun;
};

/* The sums that the rates are of. */
void rates_count(const struct counters *counters, uint64_t counts[NR_RATES]);

/*
 * Add a reading of @time, in seconds. A counter that has become smaller, because the module was
 * loaded again, begins anew.
 */
void rates_add(struct rates *rates, const uint64_t counts[NR_RATES], double time);

/* The rate @ago readings before the last one; 0 if there was none. */
double rates_get(const struct rates *rates, enum rate rate, size_t ago);

/*
 * The last @nr rates, the oldest first, as heights from 0 to @top: the largest of them has
 * @top, and what is not 0 has at least 1.
 */
void rates_heights(const struct rates *rates, enum rate rate, unsigned char *heights, size_t nr,
		   unsigned char top);

#endif
