// SPDX-License-Identifier: GPL-2.0
/*
 * Draw a map with letters and colours, for a terminal.
 *
 * Each character is a cell, and shows what most of it is. Letters say the same as colours,
 * so a map can be read without them.
 */
#include <inttypes.h>
#include <stdio.h>
#include <string.h>

#include "cells.h"
#include "letters.h"
#include "size.h"
#include "vmxctl.h"

static const char *hole_text(const struct terminal *terminal)
{
	return terminal->utf8 ? "\u00b7" : ".";
}

/* Longest first is not needed: break the line where the next word does not fit. */
static void print_legend(const struct drawing *drawing, const bool *seen,
			 const struct terminal *terminal, size_t width)
{
	size_t column;

	column = printf("%s %s  , %s", hole_text(terminal), _("hole"), _("mostly hole"));
	column -= terminal->utf8;
	for (size_t i = 0; i < drawing->nr_looks; i++) {
		const struct look *look = &drawing->looks[i];
		size_t length = strlen(look->key) + 2;

		if (!seen[i])
			continue;
		if (column + 2 + length > width) {
			putchar('\n');
			column = 0;
		} else {
			fputs("  ", stdout);
			column += 2;
		}
		terminal_letter(terminal, look->rgb, look->ansi256, look->ansi16, look->letter);
		terminal_plain(terminal);
		printf(" %s", look->key);
		column += length;
	}
	putchar('\n');
}

static void print_cell(const struct drawing *drawing, const struct cell *cell, bool *seen,
		       const struct terminal *terminal, int *colour)
{
	size_t most = cells_most(drawing, cell);
	const struct look *look;

	for (size_t i = 0; i < drawing->nr_looks; i++)
		seen[i] |= cell->of[i] > 0;
	if (most == MAX_LOOKS) {
		if (*colour >= 0)
			terminal_plain(terminal);
		*colour = -1;
		fputs(cell->hole < cell->end - cell->start ? "," : hole_text(terminal), stdout);
		return;
	}
	look = &drawing->looks[most];
	if (*colour == (int)most)
		putchar(look->letter);
	else
		terminal_letter(terminal, look->rgb, look->ansi256, look->ansi16, look->letter);
	*colour = most;
}

void letters_print(const struct drawing *drawing, const struct stretches *all,
		   const struct terminal *terminal, size_t rows)
{
	/* Each stretch takes a line and one for what is between: a file may have thousands. */
	struct stretches shown = *all, *stretches = &shown;
	/* A map has a width even in a pipe. */
	size_t width = terminal->width ? terminal->width : 80;
	bool seen[MAX_LOOKS] = { false };
	char size[SIZE_TEXT], line[SIZE_TEXT];
	struct cells cells;
	struct cell cell;
	size_t column = 0, stretch = 0;
	int digits, colour = -1;

	if (!stretches->nr)
		return;
	if (stretches->nr > rows)
		stretches->nr = rows;
	digits = stretches->list[stretches->nr - 1].end >> 32 ? 16 : 8;
	if (width < (size_t)digits + 3 + 8)
		width = digits + 3 + 8;
	cells_begin(&cells, drawing, stretches, (width - digits - 3) / 8 * 8, rows);
	printf(_("a character is %s, a line %s\n"), size_format(size, cells.bytes),
	       size_format(line, cells.bytes * cells.per_row));
	while (cells_next(&cells, &cell)) {
		if (cell.stretch != stretch) {
			terminal_plain(terminal);
			colour = -1;
			size_format(size, stretches->list[cell.stretch].start -
				    stretches->list[stretch].end);
			if (column)
				putchar('\n');
			printf(_("%*s %s unused\n"), digits + 2, "...", size);
			stretch = cell.stretch;
			column = 0;
		}
		if (!column)
			printf("0x%0*" PRIx64 " ", digits, cell.start);
		print_cell(drawing, &cell, seen, terminal, &colour);
		if (++column == cells.per_row) {
			if (colour >= 0)
				terminal_plain(terminal);
			colour = -1;
			putchar('\n');
			column = 0;
		}
	}
	if (colour >= 0)
		terminal_plain(terminal);
	if (column)
		putchar('\n');
	if (all->nr > stretches->nr)
		printf(_("left out: %zu areas or groups of areas, far above\n"),
		       all->nr - stretches->nr);
	print_legend(drawing, seen, terminal, width);
}
