/* SPDX-License-Identifier: GPL-2.0 */
/*
 * Where areas stand close together, and the holes between them.
 *
 * On 64-bit machines the vmalloc range has terabytes, and the modules' range lies
 * elsewhere. So a hole that is larger than all areas together, and than 1 GiB, ends a
 * stretch: it counts as no hole, and a picture leaves it out.
 */
#ifndef VMXCTL_STRETCHES_H
#define VMXCTL_STRETCHES_H

#include <stddef.h>
#include <stdint.h>

#include "drawing.h"

struct stretch {
	uint64_t start, end;
	uint64_t nr_holes, hole_bytes;
	uint64_t largest, largest_at;
};

struct stretches {
	struct stretch *list;
	size_t nr;
	uint64_t nr_holes, hole_bytes;
	uint64_t largest, largest_at;
};

/* @drawing's spans, in address order. Spans without an address are left out. */
void stretches_find(struct stretches *stretches, const struct drawing *drawing);

void stretches_free(struct stretches *stretches);

#endif
