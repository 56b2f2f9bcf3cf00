// SPDX-License-Identifier: GPL-2.0
/*
 * Draw a map as a picture.
 *
 * Every byte of the stretches has the same space, whatever the picture's kind: the areas of
 * the rectangles of a class add up to the bytes of that kind, at the scale of the attribute
 * that test-tools reads. Up to MAX_SPANS spans are drawn one by one; of more, each cell is
 * a column of what is in it, so that a picture of a million areas stays small.
 */
#include <inttypes.h>
#include <limits.h>
#include <stdio.h>
#include <string.h>
#include <wchar.h>
#include <wctype.h>

#include "cells.h"
#include "picture.h"
#include "picturefile.h"
#include "size.h"
#include "vmxctl.h"

#define MAX_SPANS 5000
#define MAX_STRETCHES 64
#define ROWS 40

#define WIDTH 1000.0
#define MARGIN 16.0
#define FONT 12.0
#define LABELS 150.0	/* an address, at the left */
#define CELL 3.125
#define PER_ROW 256
#define ROW 14.0
#define ROW_STEP 17.0
#define HOLE 0xeeeeee

struct pen {
	struct canvas *canvas;
	const struct drawing *drawing;
	struct cells cells;
	double scale;		/* width of a byte */
	double *tops;		/* of the first row of each stretch */
	bool seen[MAX_LOOKS];
};

static uint64_t row_bytes(const struct cells *cells)
{
	return cells->bytes * cells->per_row;
}

/* A part of a stretch, cut at the ends of rows. @from and @to are parts of the height. */
static void draw(struct pen *pen, size_t stretch, uint64_t start, uint64_t end, double from,
		 double to, uint32_t rgb, const char *name, const char *title)
{
	uint64_t origin = cells_origin(&pen->cells, stretch);

	while (start < end) {
		uint64_t row = (start - origin) / row_bytes(&pen->cells);
		uint64_t offset = (start - origin) % row_bytes(&pen->cells);
		uint64_t length = row_bytes(&pen->cells) - offset;

		if (length > end - start)
			length = end - start;
		pen->canvas->rectangle(pen->canvas, MARGIN + LABELS + offset * pen->scale,
				       pen->tops[stretch] + row * ROW_STEP + from * ROW,
				       length * pen->scale, (to - from) * ROW, rgb, name, title);
		start += length;
	}
}

/* Draw each span. What overlaps, in a file that is wrong, is drawn once. */
static void draw_spans(struct pen *pen)
{
	const struct drawing *drawing = pen->drawing;
	uint64_t done = 0;
	size_t stretch = 0;

	for (size_t i = 0; i < drawing->nr; i++) {
		struct span span = drawing->span(drawing->data, i);
		char size[SIZE_TEXT], *title;

		if (span.start == NOWHERE || span.start == span.end || span.end <= done)
			continue;
		if (span.start < done)
			span.start = done;
		while (span.start >= pen->cells.stretches->list[stretch].end)
			stretch++;
		if (asprintf(&title, "0x%" PRIx64 " %s %s", span.start,
			     size_format(size, span.end - span.start), span.label) < 0)
			abort();
		draw(pen, stretch, span.start, span.end, 0, 1, drawing->looks[span.look].rgb,
		     drawing->looks[span.look].key, title);
		free(title);
		pen->seen[span.look] = true;
		done = span.end;
	}
}

/* Draw cells as columns. Neighbours that are full of the same kind are one rectangle. */
static void draw_cells(struct pen *pen)
{
	const struct drawing *drawing = pen->drawing;
	struct cell cell, run = { 0 };
	size_t run_look = MAX_LOOKS;
	bool more;

	do {
		size_t full = MAX_LOOKS;
		double from = 1;

		more = cells_next(&pen->cells, &cell);
		for (size_t i = 0; more && i < drawing->nr_looks; i++) {
			if (cell.of[i] && cell.of[i] == cell.end - cell.start)
				full = i;
		}
		if (more && full < MAX_LOOKS && full == run_look && run.end == cell.start &&
		    run.stretch == cell.stretch) {
			run.end = cell.end;
			continue;
		}
		if (run_look < MAX_LOOKS) {
			draw(pen, run.stretch, run.start, run.end, 0, 1,
			     drawing->looks[run_look].rgb, drawing->looks[run_look].key, NULL);
			pen->seen[run_look] = true;
		}
		run_look = full;
		run = cell;
		for (size_t i = 0; more && full == MAX_LOOKS && i < drawing->nr_looks; i++) {
			double part = (double)cell.of[i] / (cell.end - cell.start);

			if (!cell.of[i])
				continue;
			draw(pen, cell.stretch, cell.start, cell.end, from - part, from,
			     drawing->looks[i].rgb, drawing->looks[i].key, NULL);
			pen->seen[i] = true;
			from -= part;
		}
	} while (more);
}

static void draw_labels(struct pen *pen)
{
	const struct stretches *stretches = pen->cells.stretches;
	char text[64], size[SIZE_TEXT];

	for (size_t i = 0; i < stretches->nr; i++) {
		const struct stretch *stretch = &stretches->list[i];
		uint64_t address = cells_origin(&pen->cells, i);
		double y = pen->tops[i] + ROW - 3;

		if (i) {
			size_format(size, stretch->start - stretches->list[i - 1].end);
			snprintf(text, sizeof(text), _("%s unused"), size);
			pen->canvas->text(pen->canvas, MARGIN + LABELS, y - ROW_STEP, FONT, 0,
					  text);
		}
		draw(pen, i, stretch->start, stretch->end, 0, 1, HOLE, "background", NULL);
		for (; address < stretch->end; address += row_bytes(&pen->cells)) {
			snprintf(text, sizeof(text), "0x%" PRIx64, address);
			pen->canvas->text(pen->canvas, MARGIN + LABELS - 8, y, FONT, 1, text);
			y += ROW_STEP;
			if (address + row_bytes(&pen->cells) < address)
				break;
		}
	}
}

static void draw_legend(struct pen *pen, double y)
{
	double x = MARGIN + LABELS, width;

	for (size_t i = 0; i <= pen->drawing->nr_looks; i++) {
		const char *key = i ? pen->drawing->looks[i - 1].key : _("hole");

		if (i && !pen->seen[i - 1])
			continue;
		width = 16 + (strlen(key) + 2) * FONT * CANVAS_CHARACTER;
		if (x + width > WIDTH - MARGIN) {
			x = MARGIN + LABELS;
			y += ROW_STEP;
		}
		pen->canvas->rectangle(pen->canvas, x, y - 10, 12, 12,
				       i ? pen->drawing->looks[i - 1].rgb : HOLE, NULL, NULL);
		pen->canvas->text(pen->canvas, x + 16, y, FONT, 0, key);
		x += width;
	}
}

/* A title may have the name of a file, which has any bytes: what is no text becomes '?'. */
static char *title_of(const struct drawing *drawing)
{
	char *title = strdup(drawing->title), *text = title;
	mbstate_t state = { 0 };
	wchar_t wide;

	if (!title)
		abort();
	while (*text) {
		size_t length = mbrtowc(&wide, text, strlen(text), &state);

		if (length <= MB_LEN_MAX && iswprint(wide)) {
			text += length;
			continue;
		}
		*text++ = '?';
		state = (mbstate_t){ 0 };
	}
	return title;
}

struct subject {
	const struct drawing *drawing;
	const struct stretches *stretches;
};

/* Lay the picture out and draw it. Returns 0 or an errno. */
static int draw_all(const void *data, enum picture picture, FILE *stream)
{
	const struct stretches *stretches = ((const struct subject *)data)->stretches;
	const struct drawing *drawing = ((const struct subject *)data)->drawing;
	struct pen pen = { .drawing = drawing };
	double y = MARGIN + 2 * ROW_STEP + 12;
	char size[SIZE_TEXT], largest[SIZE_TEXT], row[SIZE_TEXT], text[256];
	char *title = title_of(drawing);
	struct canvas canvas;

	cells_begin(&pen.cells, drawing, stretches, PER_ROW, ROWS);
	pen.scale = CELL / pen.cells.bytes;
	pen.tops = allocate(stretches->nr * sizeof(*pen.tops));
	for (size_t i = 0; i < stretches->nr; i++) {
		uint64_t length = stretches->list[i].end - cells_origin(&pen.cells, i);

		y += i ? ROW_STEP : 0;
		pen.tops[i] = y;
		y += ((length ? length - 1 : 0) / row_bytes(&pen.cells) + 1) * ROW_STEP;
	}
	y += ROW_STEP;
	pen.canvas = &canvas;
	picture_canvas(&canvas, stream, picture, WIDTH, y + 3 * ROW_STEP);
	canvas.text(&canvas, MARGIN, MARGIN + 10, FONT + 2, 0, title);
	free(title);
	snprintf(text, sizeof(text), _("a row is %s; %zu spans; holes: %s, the largest %s"),
		 size_format(row, row_bytes(&pen.cells)), drawing->nr,
		 size_format(size, stretches->hole_bytes),
		 size_format(largest, stretches->largest));
	canvas.text(&canvas, MARGIN, MARGIN + 10 + ROW_STEP, FONT, 0, text);
	draw_labels(&pen);
	if (drawing->nr <= MAX_SPANS)
		draw_spans(&pen);
	else
		draw_cells(&pen);
	draw_legend(&pen, y + 4);
	free(pen.tops);
	return canvas.end(&canvas);
}

int picture_write(const struct drawing *drawing, const struct stretches *stretches,
		  enum picture picture, const char *path)
{
	const struct subject subject = { drawing, stretches };

	if (stretches->nr > MAX_STRETCHES)
		return fail(NOTHING, _("no picture: the areas lie too far from each other"));
	return picture_save(picture, path, draw_all, &subject);
}
