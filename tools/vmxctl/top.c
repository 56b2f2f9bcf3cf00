// SPDX-License-Identifier: GPL-2.0
/*
 * vmxctl top: the slice, live, on the whole screen.
 *
 * The next reading comes after the interval, or after ten times what the last one took, if that
 * is longer: so it costs at most a tenth of a CPU.
 *
 * An error of a reading ends it: the terminal is given back, and then the error is told.
 */
#include <errno.h>
#include <inttypes.h>
#include <stdio.h>
#include <string.h>

#include "pace.h"
#include "readings.h"
#include "top.h"
#include "vmxctl.h"

enum { OPT_JSON = 256, OPT_BY = 512, OPT_INTERVAL, OPT_COLOR, OPT_ASCII };

struct options {
	struct top *top;
	enum colours colours;
	bool ascii;
};

static const struct argp_option options[] = {
	{ "interval", OPT_INTERVAL, "SECONDS", 0,
	  N_("read every SECONDS (default 1), or less often if a reading takes long"), 0 },
	{ "by", OPT_BY, "WHAT", 0,
	  N_("what the colour of an area tells: its state (default), size, age (the order in "
	     "which they were made), caller or owner"), 0 },
	{ "color", OPT_COLOR, "WHEN", 0, N_("auto, never, always, 16, 256 or 24bit"), 0 },
	{ "ascii", OPT_ASCII, NULL, 0, N_("no other characters, whatever the locale says"), 0 },
	{ 0 }
};

static error_t parse(int key, char *argument, struct argp_state *state)
{
	struct options *options = state->input;

	switch (key) {
	case ARGP_KEY_INIT:
		state->child_inputs[0] = &options->top->from;
		return 0;
	case OPT_INTERVAL:
		if (!pace_parse(argument, &options->top->interval) ||
		    options->top->interval < 0.1 || options->top->interval > 3600)
			usage_error(state, _("--interval takes 0.1 to 3600 seconds"));
		return 0;
	case OPT_BY:
		for (size_t i = 0; i < NR_SPANS_BY; i++) {
			if (!strcmp(spans_words[i], argument)) {
				options->top->by = i;
				return 0;
			}
		}
		usage_error(state, _("--by takes state, size, age, caller or owner"));
		return 0;
	case OPT_COLOR:
		if (!colours_parse(argument, &options->colours))
			usage_error(state,
				    _("--color takes auto, never, always, 16, 256 or 24bit"));
		return 0;
	case OPT_ASCII:
		options->ascii = true;
		return 0;
	case ARGP_KEY_END:
		if (options->top->from && !strcmp(options->top->from, "-"))
			usage_error(state, _("stdin is for the keys: --from takes a file here"));
		return 0;
	default:
		return ARGP_ERR_UNKNOWN;
	}
}

static const struct argp_child children[] = {
	{ &from_argp, 0, NULL, 0 }, { 0 },
};

static const struct argp top_argp = {
	.options = options,
	.parser = parse,
	.children = children,
	.doc = N_("Show the map, the areas and the rates of the module vmx, live, on the whole "
		  "screen; `?' has the keys. With --from, a snapshot is read again and again: it may "
		  "be replaced meanwhile.\v"
		  "Example:\n"
		  "  vmxctl top --interval 2\n"),
};

/* Messages wait until there is a line for them. */
static char pending[sizeof(((struct top *)0)->message)];

static void take(const char *message)
{
	snprintf(pending, sizeof(pending), "%s", message);
	for (char *c = pending; *c; c++)
		*c = *c == '\n' ? ' ' : *c;
}

/* Also if memory is out: the terminal is as it was, and what was wrong is told. */
static void finish(int code, void *unused)
{
	(void)unused;
	screen_end();
	if (code && *pending)
		fprintf(stderr, "vmxctl: %s\n", pending);
}

const struct area *top_area(const struct top *top, size_t row)
{
	return &top->areas.list[top->table.numbers[row]];
}

void top_select(struct top *top, size_t row)
{
	size_t nr = top->table.nr_rows;

	top->selected = row < nr ? row : nr ? nr - 1 : 0;
	top->selected_id = nr ? top_area(top, top->selected)->id : 0;
}

static bool passes(const struct top *top, const struct area *area)
{
	return !*top->filter || strstr(top->areas.names.texts[area->caller], top->filter) ||
	       strstr(top->areas.names.texts[area->comm], top->filter);
}

ssize_t top_find(const struct top *top, uint64_t id)
{
	for (size_t row = 0; row < top->table.nr_rows; row++) {
		if (top_area(top, row)->id == id)
			return row;
	}
	return -1;
}

void top_arrange(struct top *top)
{
	struct table_look look = { .top = SIZE_MAX };
	ssize_t selected;
	char sort[32];

	table_free(&top->table);
	for (size_t i = 0; i < top->areas.count; i++) {
		if (passes(top, &top->areas.list[i]))
			table_add(&top->table, i);
	}
	/* They are in address order already. */
	if (top->sort != AREA_ADDR || top->descending) {
		snprintf(sort, sizeof(sort), "%s%s", top->descending ? "-" : "",
			 area_columns[top->sort].key);
		look.sort = sort;
	}
	table_arrange(&top->table, &look);
	selected = top_find(top, top->selected_id);
	top_select(top, selected < 0 ? top->selected : (size_t)selected);
	if (top->mode == TOP_ASK && top_find(top, top->ask_id) < 0) {
		top->mode = TOP_TABLE;
		snprintf(top->message, sizeof(top->message), _("area %" PRIu64 " is gone"),
			 top->ask_id);
	}
}

/* Until a key, a signal or an error ends it. */
static int loop(struct top *top)
{
	double next = pace_now();

	while (!top->ended) {
		double left = next - pace_now();
		int key;

		if (left <= 0) {
			int code = top_read(top);

			if (code)
				return code;
			left = top->wait;
			next = pace_now() + left;
		}
		if (*pending) {
			memcpy(top->message, pending, sizeof(pending));
			*pending = 0;
		}
		top_draw(top);
		key = screen_key(left);
		if (key == SCREEN_STOP)
			return DONE;
		/* What changed is seen at once. */
		if (key != ERR && key != KEY_RESIZE) {
			bool asked = top->mode == TOP_ASK;

			top_key(top, key);
			if (asked)
				next = pace_now();
		}
	}
	return DONE;
}

int run_top(int argc, char **argv)
{
	struct top top = {
		.interval = 1, .sort = AREA_ADDR,
		.table = {
			.columns = area_columns, .nr_columns = NR_AREA_COLUMNS,
			.fill = area_fill, .data = &top.areas,
		},
	};
	struct options options = { .top = &top, .colours = COLOURS_AUTO };
	int code;

	argp_parse(&top_argp, argc, argv, 0, NULL, &options);
	code = top_read(&top);
	if (!code)
		code = screen_begin(&top.face, options.colours, options.ascii);
	if (!code) {
		on_exit(finish, NULL);
		message_taker = take;
		code = loop(&top);
		message_taker = NULL;
		screen_end();
	}
	page_close(&top.page);
	table_free(&top.table);
	top_drop(&top);
	screen_die();
	return code;
}
