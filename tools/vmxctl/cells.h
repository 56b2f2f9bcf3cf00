/* SPDX-License-Identifier: GPL-2.0 */
/*
 * Stretches cut into rows of cells: the layout that the terminal and the pictures share.
 */
#ifndef VMXCTL_CELLS_H
#define VMXCTL_CELLS_H

#include <stdbool.h>

#include "drawing.h"
#include "stretches.h"

struct cells {
	const struct drawing *drawing;
	const struct stretches *stretches;
	size_t per_row;
	uint64_t bytes;		/* of one cell; a power of two */
	/* Where cells_next() is. */
	size_t stretch, span;
	uint64_t address;
};

/* One cell: bytes of each kind of span, and the rest. */
struct cell {
	uint64_t start, end;		/* the last cell of a stretch ends with it */
	size_t stretch;
	uint64_t of[MAX_LOOKS];
	uint64_t hole;
};

/* Choose the smallest cell with which @rows are enough, if each stretch may have one. */
void cells_begin(struct cells *cells, const struct drawing *drawing,
		 const struct stretches *stretches, size_t per_row, size_t rows);

/* The first address of the row in which @stretch begins. */
uint64_t cells_origin(const struct cells *cells, size_t stretch);

/* What most of a cell is: a kind of span, or MAX_LOOKS for a hole. */
size_t cells_most(const struct drawing *drawing, const struct cell *cell);

/* The next cell, in address order. False behind the last one. */
bool cells_next(struct cells *cells, struct cell *cell);

#endif
