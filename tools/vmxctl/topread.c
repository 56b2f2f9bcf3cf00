// SPDX-License-Identifier: GPL-2.0
/*
 * vmxctl top: what it reads.
 *
 * Each reading takes the files stats, areas and gaps, and nothing else until a key asks for it.
 * Of more than MANY_AREAS, the table is read in passes, a part of one in each reading, and the map
 * by state is the file map, less often if that takes long: so the rates and totals keep up.
 */
#include <string.h>

#include "pace.h"
#include "readings.h"
#include "source.h"
#include "top.h"
#include "vmxctl.h"

/* Parts of the time that a pass, and the map, may take. Together, a tenth. */
#define PASS_PART 20
#define MAP_PART 20

void top_drop(struct top *top)
{
	pass_drop(&top->pass);
	areas_free(&top->areas);
	holes_free(&top->holes);
	counters_free(&top->counters);
	spans_free(&top->spans);
}

static void map_areas(struct top *top)
{
	spans_free(&top->spans);
	spans_fill(&top->spans, &top->areas, &top->holes, top->by, top->areas.slice_start,
		   top->areas.slice_end - 1);
}

static int map_marks(struct top *top)
{
	double begin = pace_now();
	struct marks marks;
	int code = read_marks(NULL, &marks);

	if (!code) {
		spans_free(&top->spans);
		spans_mark(&top->spans, &marks, counters_value(&top->counters, "slice_bytes"));
		top->map_next = pace_now() + MAP_PART * (pace_now() - begin);
	}
	marks_free(&marks);
	return code;
}

static bool shows_marks(const struct top *top)
{
	return top->many && top->by == SPANS_STATE;
}

int top_map(struct top *top)
{
	if (shows_marks(top))
		return map_marks(top);
	map_areas(top);
	return DONE;
}

static int read_rest(struct top *top)
{
	int code;

	holes_free(&top->holes);
	code = read_holes(top->from, &top->holes);
	if (code)
		return code;
	top->read_at = pace_now();
	if (!shows_marks(top))
		map_areas(top);
	top_arrange(top);
	return DONE;
}

static int read_all(struct top *top)
{
	int code;

	pass_drop(&top->pass);
	areas_free(&top->areas);
	code = read_areas(top->from, &top->areas);
	return code ? code : read_rest(top);
}

static int read_part(struct top *top)
{
	bool done;
	int code = pass_go_on(&top->pass, top->interval / PASS_PART, &done);

	if (code || !done)
		return code;
	areas_free(&top->areas);
	top->areas = top->pass.areas;
	top->pass.areas = (struct areas){ 0 };
	return read_rest(top);
}

int top_read(struct top *top)
{
	double begin = pace_now(), map = 0;
	uint64_t counts[NR_RATES];
	bool were_many = top->many;
	int code;

	source_renew(top->from);
	counters_free(&top->counters);
	code = read_counters(top->from, &top->counters);
	if (code)
		return code;
	rates_count(&top->counters, counts);
	rates_add(&top->rates, counts, begin);
	/* A snapshot is in memory already. */
	top->many = !top->from && counters_value(&top->counters, "areas") > MANY_AREAS;
	/* The first time, the table is not left empty. */
	code = top->many && were_many ? read_part(top) : read_all(top);
	if (!code && shows_marks(top) && pace_now() >= top->map_next) {
		map = pace_now();
		code = map_marks(top);
		map = pace_now() - map;
	}
	top->cost = pace_now() - begin;
	top->wait = pace_wait(top->interval, top->cost - map);
	return code;
}

void top_forget(struct top *top, uint64_t id)
{
	struct areas *areas = &top->areas;

	/* It may have read that area already. */
	pass_drop(&top->pass);
	for (size_t i = 0; i < areas->count; i++) {
		if (areas->list[i].id == id) {
			areas->count--;
			memmove(&areas->list[i], &areas->list[i + 1],
				(areas->count - i) * sizeof(*areas->list));
			break;
		}
	}
	top_arrange(top);
}
