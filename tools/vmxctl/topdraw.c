// SPDX-License-Identifier: GPL-2.0
/*
 * vmxctl top: the layout of the screen.
 *
 * From above: a line about the slice and the cost of a reading, the rates, the map, the table, and
 * a line for keys, questions and messages. What is not high enough loses the map first, then
 * the rates.
 */
#include <inttypes.h>
#include <stdio.h>
#include <string.h>

#include "pace.h"
#include "size.h"
#include "top.h"
#include "topmap.h"
#include "toprates.h"
#include "vmxctl.h"

/* A screen as high as this has all of it. */
#define HIGH 20
#define MIDDLE 10

static void draw_head(const struct top *top)
{
	char text[256], age[64] = "", areas[SIZE_TEXT], holes[SIZE_TEXT], largest[SIZE_TEXT];
	size_t nr = top->areas.count;
	uint64_t used = 0;

	for (size_t i = 0; !top->many && i < top->areas.count; i++)
		used += top->areas.list[i].size;
	if (top->many) {
		nr = counters_value(&top->counters, "areas");
		used = counters_value(&top->counters, "area_bytes");
		snprintf(age, sizeof(age), _("  the table: %.0f s ago"),
			 pace_now() - top->read_at);
	}
	snprintf(text, sizeof(text),
		 _("vmx %s  a reading: %.1f ms every %.1f s%s  areas: %zu, %s  holes: %zu, %s, "
		   "largest %s"), top->counters.version, top->cost * 1000, top->wait,
		 top->wait > top->interval ? _(" (slowed)") : "", nr,
		 size_format(areas, used), top->holes.count, size_format(holes, top->holes.total),
		 size_format(largest, top->holes.largest));
	strncat(text, age, sizeof(text) - strlen(text) - 1);
	screen_text(0, 0, getmaxx(stdscr), A_REVERSE, text);
}

/* The lines of a table that are on the screen, and its head. */
static void draw_table(struct top *top, int y, int rows)
{
	struct table shown = top->table;
	struct table_look look = { .width = getmaxx(stdscr) };
	char *text = NULL, *line, *next;
	size_t size, row = 0;
	FILE *stream;

	top->height = rows > 1 ? rows - 1 : 1;
	if (top->selected < top->first)
		top->first = top->selected;
	if (top->selected >= top->first + top->height)
		top->first = top->selected - top->height + 1;
	shown.nr_rows -= top->first;
	if (shown.nr_rows)
		shown.numbers += top->first;
	if (shown.nr_rows > top->height)
		shown.nr_rows = top->height;
	stream = open_memstream(&text, &size);
	if (!stream)
		abort();
	table_print(&shown, &look, stream);
	fclose(stream);
	for (line = text; *line && (int)row < rows; line = next, row++) {
		bool chosen = row && top->first + row - 1 == top->selected;

		next = strchr(line, '\n');
		*next++ = 0;
		screen_text(y + row, 0, getmaxx(stdscr), !row ? A_BOLD :
			    chosen ? A_REVERSE : A_NORMAL, line);
	}
	free(text);
}

static void draw_page(struct top *top, int rows)
{
	struct page *page = &top->page;
	size_t last = page->nr > (size_t)rows ? page->nr - rows : 0;

	top->height = rows;
	if (page->first > last)
		page->first = last;
	for (int y = 0; y < rows && page->first + y < page->nr; y++)
		screen_text(y, 0, getmaxx(stdscr), A_NORMAL, page->lines[page->first + y]);
}

/* The names of the columns; the one that is chosen stands out. */
static void draw_sort(const struct top *top, int y)
{
	int x = screen_text(y, 0, getmaxx(stdscr), A_BOLD, _("sort by:")) + 1;

	for (size_t i = 0; i < NR_AREA_COLUMNS; i++)
		x += screen_text(y, x, strlen(area_columns[i].key), i == top->choice ? A_REVERSE :
				 A_NORMAL, area_columns[i].key) + 1;
}

static void draw_last(const struct top *top, int y)
{
	char text[sizeof(top->message)], size[SIZE_TEXT];
	const struct area *area;
	attr_t attributes = A_BOLD;

	*text = 0;
	if (top->mode == TOP_SORT) {
		draw_sort(top, y);
		return;
	}
	if (top->mode == TOP_SEARCH) {
		snprintf(text, sizeof(text), _("search: %s_"), top->input);
	} else if (top->mode == TOP_FILTER) {
		snprintf(text, sizeof(text), _("filter: %s_"), top->input);
	} else if (top->mode == TOP_ASK) {
		area = top_area(top, top_find(top, top->ask_id));
		snprintf(text, sizeof(text), _("free area %" PRIu64 ", %s at 0x%" PRIx64 "? y/n"),
			 area->id, size_format(size, area->size), area->start);
	} else if (*top->message) {
		snprintf(text, sizeof(text), "%s", top->message);
	} else if (top->mode == TOP_PAGE) {
		snprintf(text, sizeof(text), "%s", _("q back"));
		attributes = A_REVERSE;
	} else {
		snprintf(text, sizeof(text), "%s%s%s",
			 _("F1? help  F3/ search  F4\\ filter  F6s sort  "
			   "Enter open  f free  q quit"),
			 *top->filter ? "  |  " : "", top->filter);
		attributes = A_REVERSE;
	}
	screen_text(y, 0, getmaxx(stdscr), attributes, text);
}

void top_draw(struct top *top)
{
	int rows = getmaxy(stdscr), y = 1;

	erase();
	if (top->mode == TOP_PAGE) {
		draw_page(top, rows > 1 ? rows - 1 : 1);
	} else {
		if (rows >= MIDDLE)
			y = toprates_draw(&top->face, &top->rates, y, rows < HIGH);
		if (rows >= HIGH)
			y = topmap_draw(&top->face, &top->spans.drawing, &top->spans.stretches, y,
					rows / 4);
		draw_head(top);
		draw_table(top, y, rows - y - 1);
	}
	if (rows > 2)
		draw_last(top, rows - 1);
	refresh();
}
