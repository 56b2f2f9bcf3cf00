// SPDX-License-Identifier: GPL-2.0
/*
 * Stretches cut into rows of cells.
 *
 * The first cell of a row has an address that is a multiple of the cell's size.
 */
#include "cells.h"
#include "vmxctl.h"

#define CELL_MIN 4096

uint64_t cells_origin(const struct cells *cells, size_t stretch)
{
	return cells->stretches->list[stretch].start & ~(cells->bytes - 1);
}

static uint64_t rows_needed(const struct cells *cells)
{
	uint64_t rows = 0;

	for (size_t i = 0; i < cells->stretches->nr; i++) {
		uint64_t length = cells->stretches->list[i].end - cells_origin(cells, i);

		rows += length ? (length - 1) / cells->bytes / cells->per_row + 1 : 0;
	}
	return rows;
}

void cells_begin(struct cells *cells, const struct drawing *drawing,
		 const struct stretches *stretches, size_t per_row, size_t rows)
{
	*cells = (struct cells){
		.drawing = drawing, .stretches = stretches, .per_row = per_row, .bytes = CELL_MIN,
	};
	if (drawing->cell_min > CELL_MIN)
		cells->bytes = drawing->cell_min;
	if (rows < stretches->nr)
		rows = stretches->nr;
	while (rows_needed(cells) > rows && cells->bytes <= UINT64_MAX / per_row / 2)
		cells->bytes *= 2;
	if (stretches->nr)
		cells->address = cells_origin(cells, 0);
}

size_t cells_most(const struct drawing *drawing, const struct cell *cell)
{
	size_t most = 0;

	for (size_t i = 1; i < drawing->nr_looks; i++) {
		if (cell->of[i] > cell->of[most])
			most = i;
	}
	return cell->hole >= cell->of[most] ? MAX_LOOKS : most;
}

bool cells_next(struct cells *cells, struct cell *cell)
{
	const struct drawing *drawing = cells->drawing;
	const struct stretch *stretch;
	uint64_t used = 0;

	while (cells->stretch < cells->stretches->nr &&
	       cells->address >= cells->stretches->list[cells->stretch].end) {
		if (++cells->stretch < cells->stretches->nr)
			cells->address = cells_origin(cells, cells->stretch);
	}
	if (cells->stretch >= cells->stretches->nr)
		return false;
	stretch = &cells->stretches->list[cells->stretch];
	*cell = (struct cell){
		.start = cells->address, .end = cells->address + cells->bytes,
		.stretch = cells->stretch,
	};
	/* The last one of a stretch, or of all addresses. */
	if (cell->end > stretch->end || cell->end < cell->start)
		cell->end = stretch->end;
	for (size_t i = cells->span; i < drawing->nr; i++) {
		struct span span = drawing->span(drawing->data, i);
		uint64_t start = span.start > cell->start ? span.start : cell->start;
		uint64_t end = span.end < cell->end ? span.end : cell->end;

		if (span.start != NOWHERE && span.start >= cell->end)
			break;
		if (span.start != NOWHERE && start < end) {
			cell->of[span.look] += end - start;
			used = add(used, end - start);
		}
		/* Spans that end here are not looked at again, if all before them are done. */
		if (i == cells->span && (span.start == NOWHERE || span.end <= cell->end))
			cells->span++;
	}
	cell->hole = used < cell->end - cell->start ? cell->end - cell->start - used : 0;
	cells->address = cell->end;
	return true;
}
