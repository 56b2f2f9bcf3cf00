/* SPDX-License-Identifier: GPL-2.0 */
/* The source of a test's numbers: a seed, or the bytes of a fuzzer */
#ifndef _SOURCE_H
#define _SOURCE_H

#include <stdbool.h>
#include <stddef.h>

struct source {
	const unsigned char *data;	/* the bytes of a fuzzer, or NULL */
	size_t left;			/* of these bytes */
	unsigned long long state;	/* of the generator; not 0 */
};

/* Adjacent seeds give unrelated numbers. */
struct source source_from_seed(unsigned long seed);
/* After the last byte all numbers are 0. */
struct source source_from_bytes(const unsigned char *data, size_t size);

/* Return a number from 0 to @below - 1; 0 if @below is 0. */
unsigned long pick(struct source *source, unsigned long below);

#endif
