/* SPDX-License-Identifier: GPL-2.0 */
/*
 * vmxctl top: what its parts share.
 */
#ifndef VMXCTL_TOP_H
#define VMXCTL_TOP_H

#include <sys/types.h>

#include "areatable.h"
#include "counters.h"
#include "holes.h"
#include "pass.h"
#include "rates.h"
#include "screen.h"
#include "spans.h"

/* What keys are for. */
enum top_mode { TOP_TABLE, TOP_SEARCH, TOP_FILTER, TOP_SORT, TOP_ASK, TOP_PAGE };

/* Lines that can be scrolled. */
struct page {
	char *text;
	char **lines;
	size_t nr, first;
};

#define TOP_INPUT 64

struct top {
	const char *from;
	double interval;		/* as wanted */
	enum spans_by by;
	struct face face;

	/* The last reading. Of many areas, it has a part of the next pass only. */
	bool many;
	struct counters counters;
	struct rates rates;
	double cost, wait;		/* seconds it took; until the next one */

	/* The last reading, or pass, of all areas. */
	struct areas areas;
	struct holes holes;
	double read_at;
	struct pass pass;

	struct spans spans;
	double map_next;		/* when the map of many areas may be read again */

	/* The table: numbers of areas that pass the filter, sorted. */
	struct table table;
	size_t selected, first, height;	/* rows */
	uint64_t selected_id;
	uint64_t ask_id;		/* the area that TOP_ASK asks about */
	enum area_column sort;
	bool descending;
	char filter[TOP_INPUT], search[TOP_INPUT];

	enum top_mode mode;
	char input[TOP_INPUT];		/* what is being typed */
	enum area_column choice;	/* of TOP_SORT */
	struct page page;
	char message[256];		/* shown until the next key */
	bool ended;
};

/* Read what is due. Returns an exit code. */
int top_read(struct top *top);

/* Draw the map anew from what was read: @top->by has changed. Returns an exit code. */
int top_map(struct top *top);

/* The area has been freed: drop it. */
void top_forget(struct top *top, uint64_t id);

/* Forget all that was read. */
void top_drop(struct top *top);

/*
 * Sort and filter again; the selected area stays selected. A question about an area that is gone
 * ends.
 */
void top_arrange(struct top *top);

/* Keep the selected row inside the table, and note its area. */
void top_select(struct top *top, size_t row);

/* The area in a row of the table. */
const struct area *top_area(const struct top *top, size_t row);

/* The row of the area with this id, or -1: it may be gone. */
ssize_t top_find(const struct top *top, uint64_t id);

/* Draw everything. */
void top_draw(struct top *top);

/* Do what a key means. */
void top_key(struct top *top, int key);

/* Open the page of the selected area, or the help. False, with a message, if it cannot be read. */
bool page_open_area(struct page *page, uint64_t id, const char *from, size_t width);
void page_open_help(struct page *page);
void page_close(struct page *page);

#endif
