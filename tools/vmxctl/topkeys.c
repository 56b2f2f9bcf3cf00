// SPDX-License-Identifier: GPL-2.0
/*
 * vmxctl top: the keys, which are those of htop.
 */
#include <inttypes.h>
#include <stdio.h>
#include <string.h>

#include "top.h"
#include "vmxctl.h"
#include "write.h"

#define KEY_ESCAPE 27

static bool is_enter(int key)
{
	return key == '\n' || key == '\r' || key == KEY_ENTER;
}

static void say(struct top *top, const char *message)
{
	snprintf(top->message, sizeof(top->message), "%s", message);
}

static bool has_id(const struct top *top, const struct area *area)
{
	char id[32];

	snprintf(id, sizeof(id), "%" PRIu64, area->id);
	return !strcmp(id, top->search);
}

static bool has_text(const struct top *top, const struct area *area)
{
	return strstr(top->areas.names.texts[area->caller], top->search) ||
	       strstr(top->areas.names.texts[area->comm], top->search);
}

/* Select the next row of these. */
static bool search_for(struct top *top, bool (*has)(const struct top *, const struct area *))
{
	for (size_t i = 1; *top->search && i <= top->table.nr_rows; i++) {
		size_t row = (top->selected + i) % top->table.nr_rows;

		if (has(top, top_area(top, row))) {
			top_select(top, row);
			return true;
		}
	}
	return false;
}

/* The row with this id; if there is none, the next one with the text in its caller or task. */
static void search(struct top *top)
{
	if (!search_for(top, has_id) && !search_for(top, has_text))
		say(top, _("not found"));
}

/*
 * The area that was asked about, whatever is selected by now. By its id: another area may have its
 * address by now.
 */
static void free_asked(struct top *top)
{
	char id[32], *word = id;

	snprintf(id, sizeof(id), "%" PRIu64, top->ask_id);
	if (write_words("free", &word, 1, NULL))
		return;
	top_forget(top, top->ask_id);
	say(top, _("freed"));
}

static void start_input(struct top *top, enum top_mode mode, const char *text)
{
	top->mode = mode;
	snprintf(top->input, sizeof(top->input), "%s", text);
}

/* A line that is being typed. */
static void input_key(struct top *top, int key)
{
	size_t length = strlen(top->input);

	if (key >= ' ' && key <= '~' && length + 1 < sizeof(top->input)) {
		top->input[length] = key;
		top->input[length + 1] = 0;
	} else if ((key == KEY_BACKSPACE || key == 127 || key == '\b') && length) {
		top->input[length - 1] = 0;
	} else if (key == KEY_ESCAPE) {
		top->mode = TOP_TABLE;
	} else if (is_enter(key) && top->mode == TOP_SEARCH) {
		top->mode = TOP_TABLE;
		memcpy(top->search, top->input, sizeof(top->search));
		search(top);
	} else if (is_enter(key)) {
		top->mode = TOP_TABLE;
		memcpy(top->filter, top->input, sizeof(top->filter));
		top_arrange(top);
	}
}

static void sort_key(struct top *top, int key)
{
	if (key == KEY_ESCAPE || key == 'q') {
		top->mode = TOP_TABLE;
	} else if (key == KEY_LEFT || key == KEY_UP) {
		top->choice = (top->choice + NR_AREA_COLUMNS - 1) % NR_AREA_COLUMNS;
	} else if (key == KEY_RIGHT || key == KEY_DOWN || key == '\t' || key == 's') {
		top->choice = (top->choice + 1) % NR_AREA_COLUMNS;
	} else if (is_enter(key)) {
		enum column_type type = area_columns[top->choice].type;

		/* The largest first; texts and addresses from the beginning. */
		top->descending = top->choice == top->sort ? !top->descending :
				  type != TEXT && type != ADDRESS;
		top->sort = top->choice;
		top->mode = TOP_TABLE;
		top_arrange(top);
	}
}

/* Where a key that moves leads to; false if it is none. */
static bool move_key(size_t *at, size_t nr, size_t height, int key)
{
	size_t last = nr ? nr - 1 : 0;

	switch (key) {
	case KEY_UP:
	case 'k':
		*at -= *at > 0;
		return true;
	case KEY_DOWN:
	case 'j':
		++*at;
		break;
	case KEY_PPAGE:
		*at -= *at < height ? *at : height;
		return true;
	case KEY_NPAGE:
		*at += height;
		break;
	case KEY_HOME:
		*at = 0;
		return true;
	case KEY_END:
		*at = last;
		return true;
	default:
		return false;
	}
	if (*at > last)
		*at = last;
	return true;
}

static void page_key(struct top *top, int key)
{
	if (move_key(&top->page.first, top->page.nr, top->height, key))
		return;
	if (key == 'q' || key == KEY_ESCAPE || key == KEY_F(10) || is_enter(key)) {
		page_close(&top->page);
		top->mode = TOP_TABLE;
	}
}

static void table_key(struct top *top, int key)
{
	bool some = top->table.nr_rows > 0;
	size_t row = top->selected;

	if (move_key(&row, top->table.nr_rows, top->height, key)) {
		top_select(top, row);
	} else if (is_enter(key) && some) {
		if (page_open_area(&top->page, top->selected_id, top->from, getmaxx(stdscr)))
			top->mode = TOP_PAGE;
	} else if (key == 'q' || key == KEY_F(10)) {
		top->ended = true;
	} else if (key == '?' || key == 'h' || key == KEY_F(1)) {
		page_open_help(&top->page);
		top->mode = TOP_PAGE;
	} else if (key == '/' || key == KEY_F(3)) {
		start_input(top, TOP_SEARCH, top->search);
	} else if (key == 'n') {
		search(top);
	} else if (key == '\\' || key == KEY_F(4)) {
		start_input(top, TOP_FILTER, top->filter);
	} else if (key == 's' || key == KEY_F(6)) {
		top->choice = top->sort;
		top->mode = TOP_SORT;
	} else if (key == 'c') {
		top->by = (top->by + 1) % NR_SPANS_BY;
		if (!top_map(top))
			say(top, spans_words[top->by]);
	} else if (key == 'f' && top->from) {
		say(top, _("a snapshot cannot be changed"));
	} else if (key == 'f' && some) {
		top->ask_id = top->selected_id;
		top->mode = TOP_ASK;
	}
}

void top_key(struct top *top, int key)
{
	*top->message = 0;
	switch (top->mode) {
	case TOP_SEARCH:
	case TOP_FILTER:
		input_key(top, key);
		return;
	case TOP_SORT:
		sort_key(top, key);
		return;
	case TOP_ASK:
		top->mode = TOP_TABLE;
		if (key == 'y' || key == 'Y')
			free_asked(top);
		return;
	case TOP_PAGE:
		page_key(top, key);
		return;
	default:
		table_key(top, key);
	}
}
