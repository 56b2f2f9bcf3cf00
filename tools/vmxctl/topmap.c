// SPDX-License-Identifier: GPL-2.0
/*
 * vmxctl top: the map, in letters and colours as vmxctl map has them.
 */
#include <inttypes.h>
#include <stdio.h>
#include <string.h>

#include "cells.h"
#include "size.h"
#include "topmap.h"
#include "vmxctl.h"

static void draw_cell(const struct face *face, const struct drawing *drawing,
		      const struct cell *cell, int y, int x)
{
	size_t most = cells_most(drawing, cell);

	if (most < MAX_LOOKS)
		mvaddch(y, x, drawing->looks[most].letter | screen_look(face, most));
	else if (cell->hole < cell->end - cell->start)
		mvaddch(y, x, ',');
	else
		screen_text(y, x, 1, A_NORMAL, face->utf8 ? "\u00b7" : ".");
}

/* What fits into a line. */
static void draw_legend(const struct face *face, const struct drawing *drawing, const bool *seen,
			const struct cells *cells, int y)
{
	char text[96], size[SIZE_TEXT];
	int x;

	snprintf(text, sizeof(text), _("a character is %s"), size_format(size, cells->bytes));
	x = screen_text(y, 0, getmaxx(stdscr), A_NORMAL, text);
	for (size_t i = 0; i < drawing->nr_looks; i++) {
		const struct look *look = &drawing->looks[i];

		if (!seen[i])
			continue;
		if (x + 5 + (int)strlen(look->key) > getmaxx(stdscr))
			break;
		mvaddch(y, x + 2, look->letter | screen_look(face, i));
		screen_text(y, x + 4, strlen(look->key), A_NORMAL, look->key);
		x += 4 + strlen(look->key);
	}
}

int topmap_draw(const struct face *face, const struct drawing *drawing,
		const struct stretches *stretches, int y, int rows)
{
	int digits = stretches->list[stretches->nr - 1].end >> 32 ? 16 : 8;
	int width = (getmaxx(stdscr) - digits - 3) / 8 * 8, x = 0, end = y + rows;
	bool seen[MAX_LOOKS] = { false };
	struct cells cells;
	struct cell cell;
	char address[32];

	if (width < 8 || rows < 1)
		return y;
	screen_looks(face, drawing->looks, drawing->nr_looks);
	cells_begin(&cells, drawing, stretches, width, rows);
	while (y < end && cells_next(&cells, &cell)) {
		if (!x) {
			snprintf(address, sizeof(address), "0x%0*" PRIx64, digits, cell.start);
			screen_text(y, 0, digits + 3, A_NORMAL, address);
		}
		for (size_t i = 0; i < drawing->nr_looks; i++)
			seen[i] |= cell.of[i] > 0;
		draw_cell(face, drawing, &cell, y, digits + 3 + x);
		if (++x == width) {
			x = 0;
			y++;
		}
	}
	y += x > 0;
	draw_legend(face, drawing, seen, &cells, y);
	return y + 1;
}
