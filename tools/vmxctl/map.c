// SPDX-License-Identifier: GPL-2.0
/*
 * vmxctl map: vmx's slice, or a part of it, as a picture, in the terminal or in a file.
 */
#include <inttypes.h>
#include <stdio.h>
#include <string.h>

#include "json.h"
#include "letters.h"
#include "options.h"
#include "picture.h"
#include "range.h"
#include "readings.h"
#include "spans.h"
#include "vmxctl.h"

enum { OPT_BY = 512, OPT_RANGE };

struct map {
	struct display display;
	struct pictures pictures;
	const char *from;
	enum spans_by by;
	uint64_t first, last;
};

static const struct argp_option options[] = {
	{ "by", OPT_BY, "WHAT", 0,
	  N_("what the colour of an area tells: its state (default), size, age (the order in "
	     "which they were made), caller or owner"), 0 },
	{ "range", OPT_RANGE, "START-END", 0,
	  N_("only these addresses; a number below the slice's size is an offset in it"), 0 },
	{ 0 }
};

static error_t parse(int key, char *argument, struct argp_state *state)
{
	struct map *map = state->input;

	switch (key) {
	case ARGP_KEY_INIT:
		state->child_inputs[0] = &map->display;
		state->child_inputs[1] = &map->pictures;
		state->child_inputs[2] = &map->from;
		return 0;
	case OPT_BY:
		for (size_t i = 0; i < NR_SPANS_BY; i++) {
			if (!strcmp(spans_words[i], argument)) {
				map->by = i;
				return 0;
			}
		}
		usage_error(state, _("--by takes state, size, age, caller or owner"));
		return 0;
	case OPT_RANGE:
		range_parse(state, argument, &map->first, &map->last);
		if (map->first == map->last)
			usage_error(state, _("%s is not a range: say START-END"), argument);
		return 0;
	case ARGP_KEY_END:
		if (json_wanted && map->pictures.picture && !strcmp(map->pictures.path, "-"))
			usage_error(state, _("--json and a picture cannot both go to stdout"));
		return 0;
	default:
		return ARGP_ERR_UNKNOWN;
	}
}

static const struct argp_child children[] = {
	{ &display_argp, 0, NULL, 0 }, { &pictures_argp, 0, NULL, 0 }, { &from_argp, 0, NULL, 0 },
	{ 0 },
};

static const struct argp map_argp = {
	.options = options,
	.parser = parse,
	.children = children,
	.doc = N_("Draw the slice of the module vmx, in the terminal or as a picture.\v"
		  "Examples:\n"
		  "  vmxctl map --by caller\n"
		  "  vmxctl map --range 0xffffced3c0600000-0xffffced3c0800000\n"
		  "  vmxctl map --svg slice.svg\n"),
};

static const struct column columns[] = {
	{ "addr", N_("ADDRESS"), ADDRESS },
	{ "size", N_("SIZE"), BYTES },
	{ "what", N_("WHAT"), TEXT },
};

static int print_json(const struct spans *spans, struct display *display)
{
	struct table table = { .columns = columns, .nr_columns = ARRAY_SIZE(columns) };
	int code;

	for (size_t i = 0; i < spans->count; i++) {
		const struct span *span = &spans->list[i];
		union cell *cells;

		if (span->end - span->start < display->min)
			continue;
		cells = table_row(&table);
		cells[0].number = span->start;
		cells[1].number = span->end - span->start;
		cells[2].text = spans->looks[span->look].key;
	}
	code = display_table(display, &table);
	table_free(&table);
	return code;
}

/* The part of the slice that is wanted. */
static int choose(struct map *map, const struct areas *areas)
{
	uint64_t size = areas->slice_end - areas->slice_start;
	uint64_t first = map->first, last = map->last;

	/* The end of an offset's range may lie behind the slice. */
	if (first < size) {
		first += areas->slice_start;
		last = add(last, areas->slice_start);
	}
	if (first < areas->slice_start)
		first = areas->slice_start;
	if (last > areas->slice_end - 1)
		last = areas->slice_end - 1;
	if (first > last)
		return fail(NOTHING, _("no address of the slice, 0x%" PRIx64 "-0x%" PRIx64
				       ", is in that range"), areas->slice_start, areas->slice_end);
	map->first = first;
	map->last = last;
	return DONE;
}

static void print(struct map *map, const struct spans *spans)
{
	struct terminal terminal = display_terminal(&map->display);

	letters_print(&spans->drawing, &spans->stretches, &terminal, map->display.rows);
}

/* The map of the file map, if that is enough for what is wanted. */
static int draw_marks(struct map *map, bool *drawn)
{
	struct marks marks = { 0 };
	struct counters counters;
	struct spans spans;
	int code;

	if (map->from || json_wanted || map->pictures.picture || map->by != SPANS_STATE ||
	    map->first || map->last != UINT64_MAX)
		return DONE;
	code = read_counters(NULL, &counters);
	*drawn = code || counters_value(&counters, "areas") > MANY_AREAS;
	if (*drawn && !code)
		code = read_marks(NULL, &marks);
	if (*drawn && !code) {
		spans_mark(&spans, &marks, counters_value(&counters, "slice_bytes"));
		print(map, &spans);
		spans_free(&spans);
	}
	marks_free(&marks);
	counters_free(&counters);
	return code;
}

int run_map(int argc, char **argv)
{
	struct map map = { .display = DISPLAY_DEFAULTS, .last = UINT64_MAX };
	struct areas areas = { 0 };
	struct holes holes = { 0 };
	struct spans spans = { 0 };
	bool drawn = false;
	char title[128];
	int code;

	argp_parse(&map_argp, argc, argv, 0, NULL, &map);
	code = display_check(&map.display, columns, ARRAY_SIZE(columns));
	if (!code)
		code = draw_marks(&map, &drawn);
	if (drawn)
		return code;
	if (!code)
		code = read_areas(map.from, &areas);
	if (!code)
		code = read_holes(map.from, &holes);
	if (!code)
		code = choose(&map, &areas);
	if (code)
		goto out;
	spans_fill(&spans, &areas, &holes, map.by, map.first, map.last);
	snprintf(title, sizeof(title), spans.slice.start == areas.slice_start &&
		 spans.slice.end == areas.slice_end ?
		 _("the slice of vmx, 0x%" PRIx64 "-0x%" PRIx64 ": %zu areas") :
		 _("a part of the slice of vmx, 0x%" PRIx64 "-0x%" PRIx64 ": %zu areas"),
		 spans.slice.start, spans.slice.end, spans.areas);
	spans.drawing.title = title;
	if (map.pictures.picture)
		code = picture_write(&spans.drawing, &spans.stretches, map.pictures.picture,
				     map.pictures.path);
	if (!code && json_wanted)
		code = print_json(&spans, &map.display);
	else if (!code && !map.pictures.picture)
		print(&map, &spans);
out:
	spans_free(&spans);
	holes_free(&holes);
	areas_free(&areas);
	return code;
}
