// SPDX-License-Identifier: GPL-2.0
/*
 * vmxctl map: vmx's slice as a picture, in the terminal or in a file.
 *
 * What is neither an area nor a hole is quarantined. The files areas and gaps are read one
 * after the other, so a slice that changes meanwhile may show a span as it never was.
 */
#include <inttypes.h>
#include <stdio.h>
#include <string.h>

#include "json.h"
#include "letters.h"
#include "options.h"
#include "picture.h"
#include "readings.h"
#include "vmxctl.h"

enum map_look { LOOK_AREA, LOOK_HUGE, LOOK_CACHED, LOOK_FREED, LOOK_GUARD, LOOK_QUARANTINED };

static const struct look looks[] = {
	[LOOK_AREA] = { "area", '#', 0x4477aa, 67, 4 },
	[LOOK_HUGE] = { "huge", 'H', 0x228833, 28, 2 },
	[LOOK_CACHED] = { "cached", 'c', 0x66ccee, 81, 6 },
	[LOOK_FREED] = { "freed", 'f', 0xaa3377, 126, 5 },
	[LOOK_GUARD] = { "guard", 'g', 0xee6677, 203, 9 },
	[LOOK_QUARANTINED] = { "quarantined", 'Q', 0xccbb44, 179, 11 },
};

struct map {
	struct display display;
	struct pictures pictures;
	const char *from;
};

static error_t parse(int key, char *argument, struct argp_state *state)
{
	struct map *map = state->input;

	(void)argument;
	switch (key) {
	case ARGP_KEY_INIT:
		state->child_inputs[0] = &map->display;
		state->child_inputs[1] = &map->pictures;
		state->child_inputs[2] = &map->from;
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
	.parser = parse,
	.children = children,
	.doc = N_("Draw the slice of the module vmx, in the terminal or as a picture.\v"
		  "Examples:\n"
		  "  vmxctl map\n"
		  "  vmxctl map --svg slice.svg\n"),
};

struct spans {
	struct span *list;
	size_t count, room;
};

static void put(struct spans *spans, uint64_t start, uint64_t end, enum map_look look,
		const char *label)
{
	if (start >= end)
		return;
	if (spans->count == spans->room) {
		spans->room = spans->room ? spans->room * 2 : 256;
		spans->list = resize(spans->list, spans->room * sizeof(*spans->list));
	}
	spans->list[spans->count++] = (struct span){ start, end, look, label };
}

/* Quarantined is what is no hole, from @start to @end. *next is the next hole. */
static void put_between(struct spans *spans, const struct holes *holes, size_t *next,
			uint64_t start, uint64_t end)
{
	while (start < end) {
		const struct hole *hole;

		while (*next < holes->count && holes->list[*next].end <= start)
			++*next;
		hole = *next < holes->count ? &holes->list[*next] : NULL;
		if (!hole || hole->start >= end) {
			put(spans, start, end, LOOK_QUARANTINED, "");
			return;
		}
		put(spans, start, hole->start, LOOK_QUARANTINED, "");
		start = hole->end;
	}
}

/* The bytes of an area's guard page: what its frames leave of it, if that is one page. */
static uint64_t guard_of(const struct area *area)
{
	uint64_t page = area->size / (area->pages + 1ull);

	return area->pages && page * (area->pages + 1ull) == area->size && page >= 4096 &&
	       !(page & (page - 1)) ? page : 0;
}

static void fill(struct spans *spans, const struct areas *areas, const struct holes *holes)
{
	uint64_t at = areas->slice_start;
	size_t next = 0;

	for (size_t i = 0; i < areas->count; i++) {
		const struct area *area = &areas->list[i];
		uint64_t end = area->start + area->size;
		uint64_t guard = end - guard_of(area);

		put_between(spans, holes, &next, at, area->start);
		put(spans, area->start, guard,
		    area->freed ? LOOK_FREED : area->cached ? LOOK_CACHED :
		    area->leaves ? LOOK_HUGE : LOOK_AREA, areas->names.texts[area->caller]);
		put(spans, guard, end, LOOK_GUARD, "");
		at = end;
	}
	put_between(spans, holes, &next, at, areas->slice_end);
}

static struct span span_of(const void *data, size_t index)
{
	return ((const struct spans *)data)->list[index];
}

static const struct column columns[] = {
	{ "addr", N_("ADDRESS"), ADDRESS },
	{ "size", N_("SIZE"), BYTES },
	{ "what", N_("WHAT"), TEXT },
};

static int print_json(const struct spans *spans, struct display *display)
{
	struct table table = { .columns = columns, .nr_columns = ARRAY_SIZE(columns) };
	int code = display_check(display, columns, ARRAY_SIZE(columns));

	for (size_t i = 0; !code && i < spans->count; i++) {
		const struct span *span = &spans->list[i];
		union cell *cells;

		if (span->end - span->start < display->min)
			continue;
		cells = table_row(&table);
		cells[0].number = span->start;
		cells[1].number = span->end - span->start;
		cells[2].text = looks[span->look].key;
	}
	if (!code)
		code = display_table(display, &table);
	table_free(&table);
	return code;
}

int run_map(int argc, char **argv)
{
	struct map map = { .display = DISPLAY_DEFAULTS };
	struct areas areas;
	struct holes holes = { 0 };
	struct spans spans = { 0 };
	struct stretch slice;
	struct stretches stretches = { .list = &slice, .nr = 1 };
	struct drawing drawing = {
		.looks = looks, .nr_looks = ARRAY_SIZE(looks), .span = span_of, .data = &spans,
	};
	char title[128];
	int code;

	argp_parse(&map_argp, argc, argv, 0, NULL, &map);
	code = read_areas(map.from, &areas);
	if (!code)
		code = read_holes(map.from, &holes);
	if (code)
		goto out;
	fill(&spans, &areas, &holes);
	slice = (struct stretch){ .start = areas.slice_start, .end = areas.slice_end };
	stretches.hole_bytes = holes.total;
	stretches.largest = holes.largest;
	snprintf(title, sizeof(title),
		 _("the slice of vmx, 0x%" PRIx64 "-0x%" PRIx64 ": %zu areas"), areas.slice_start,
		 areas.slice_end, areas.count);
	drawing.title = title;
	drawing.nr = spans.count;
	if (map.pictures.picture)
		code = picture_write(&drawing, &stretches, map.pictures.picture, map.pictures.path);
	if (!code && json_wanted) {
		code = print_json(&spans, &map.display);
	} else if (!code && !map.pictures.picture) {
		struct terminal terminal = display_terminal(&map.display);

		letters_print(&drawing, &stretches, &terminal, map.display.rows);
	}
out:
	free(spans.list);
	holes_free(&holes);
	areas_free(&areas);
	return code;
}
