/* SPDX-License-Identifier: GPL-2.0 */
/* Where a test's decisions come from: a seed, or a fuzzer's bytes */
#ifndef _SOURCE_H
#define _SOURCE_H

#include <stdbool.h>
#include <stddef.h>

struct source {
	const unsigned char *data;	/* a fuzzer's bytes; without any ... */
	size_t left;
	unsigned long long state;	/* ... numbers made from this; not 0 */
};

/* Neighbouring seeds have nothing in common. */
struct source source_from_seed(unsigned long seed);
/* When the bytes are used up, all numbers are 0. */
struct source source_from_bytes(const unsigned char *data, size_t size);

/* A number below @below. */
unsigned long pick(struct source *source, unsigned long below);

#endif
