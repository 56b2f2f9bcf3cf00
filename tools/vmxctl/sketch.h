/* SPDX-License-Identifier: GPL-2.0 */
/*
 * What a step of an explanation tells that can be drawn: the list, the hole, the frames, the
 * entries.
 */
#ifndef VMXCTL_SKETCH_H
#define VMXCTL_SKETCH_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#include "steps.h"
#include "terminal.h"

/* Of so many frames or entries, all are drawn; of more, the first two and the last. */
#define BOXES_MAX 8

/* Numbers that follow each other, if nr is not 0. */
struct boxes {
	uint64_t first, nr;
};

struct sketch {
	/* The elements of the list, in their order, if nr is not 0. */
	struct {
		char before[3][32], after[3][32];
		size_t nr_before, nr_after;
	} list;
	/* The hole, and the area in it, if size is not 0. */
	struct {
		uint64_t start, end, addr, size;
	} hole;
	struct boxes frames, slots;
};

/* The values are those of the step's lines. What a line does not tell is not there. */
void sketch_read(struct sketch *sketch, const struct step *step);

/* Draw it in the terminal. Each line is indented as those of a step are. */
void sketch_step(const struct step *step, const struct terminal *terminal);

#endif
