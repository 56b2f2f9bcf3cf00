// SPDX-License-Identifier: GPL-2.0
/*
 * The slice of vmx as coloured spans: what a map of it shows.
 *
 * What is neither an area nor a hole is quarantined or parked, and drawn as quarantined.
 * The files areas and gaps are read one after the other, so a slice that changes meanwhile
 * may show a span as it never was.
 *
 * No file tells when an area was made, but ids only grow: ages are their order. An area
 * that comes from a magazine, or was parked, has the id that it had before.
 */
#include <inttypes.h>
#include <stdio.h>
#include <string.h>

#include "kinds.h"
#include "spans.h"
#include "vmxctl.h"

const char *const spans_words[NR_SPANS_BY] = {
	[SPANS_STATE] = "state", [SPANS_SIZE] = "size", [SPANS_AGE] = "age",
	[SPANS_CALLER] = "caller", [SPANS_OWNER] = "owner",
};

/* The looks that all maps have. They follow those of the areas. */
enum { LOOK_GUARD, LOOK_QUARANTINED, NR_COMMON };

static const struct look common[NR_COMMON] = {
	[LOOK_GUARD] = { "guard", 'g', 0xee6677, 203, 9 },
	[LOOK_QUARANTINED] = { "quarantined", 'Q', 0xccbb44, 179, 11 },
};

enum { STATE_AREA, STATE_HUGE, STATE_CACHED, STATE_FREED };

static const struct look states[] = {
	[STATE_AREA] = { "area", '#', 0x4477aa, 67, 4 },
	[STATE_HUGE] = { "huge", 'H', 0x228833, 28, 2 },
	[STATE_CACHED] = { "cached", 'c', 0x66ccee, 81, 6 },
	[STATE_FREED] = { "freed", 'f', 0xaa3377, 126, 5 },
};

/* The first one begins below 16K, and each other at four times the size. */
#define SIZE_FIRST (16ull << 10)

static const struct look sizes[] = {
	{ "to 16K", '1', 0xc6dbef, 153, 15 },
	{ "to 64K", '2', 0x9ecae1, 117, 14 },
	{ "to 256K", '3', 0x6baed6, 74, 6 },
	{ "to 1M", '4', 0x3182bd, 31, 12 },
	{ "to 4M", '5', 0x08519c, 25, 4 },
	{ "to 16M", '6', 0x54278f, 54, 5 },
	{ "larger", '7', 0x222222, 235, 8 },
};

static const struct look ages[] = {
	{ "oldest quarter", '1', 0x222255, 17, 4 },
	{ "older", '2', 0x4477aa, 67, 12 },
	{ "newer", '3', 0x66ccee, 81, 6 },
	{ "newest quarter", '4', 0xbbeeff, 159, 15 },
};

/* For the callers and owners that have the most; the last is for all others. */
static const struct look several[] = {
	{ NULL, 'A', 0x4477aa, 67, 4 },
	{ NULL, 'B', 0x228833, 28, 2 },
	{ NULL, 'C', 0x66ccee, 81, 6 },
	{ NULL, 'D', 0xaa3377, 126, 5 },
	{ NULL, 'E', 0xee7733, 208, 3 },
	{ NULL, 'F', 0x99ddaa, 115, 10 },
	{ NULL, 'G', 0x77aadd, 110, 12 },
	{ NULL, 'H', 0xffaabb, 217, 13 },
	{ NULL, 'I', 0x888833, 101, 8 },
	{ "others", 'o', 0xbbbbbb, 250, 7 },
};

/* How the areas are coloured. */
struct colouring {
	enum spans_by by;
	const struct areas *areas;
	uint64_t *ids;		/* of all areas, sorted */
	unsigned int *of;	/* of a key of spans->keys: its look */
	struct names *keys;
};

static void add_looks(struct spans *spans, const struct look *looks, size_t nr)
{
	memcpy(&spans->looks[spans->nr_looks], looks, nr * sizeof(*looks));
	spans->nr_looks += nr;
}

/* "function [module]", or "task pid": what areas have in common. */
static uint32_t key_of(const struct colouring *colouring, const struct area *area)
{
	const char *text = colouring->areas->names.texts[area->caller];
	unsigned int length, module_length;
	const char *module = module_of(text, &module_length);
	char key[96];

	if (colouring->by == SPANS_CALLER) {
		length = function_length(text);
		snprintf(key, sizeof(key), module ? "%.*s [%.*s]" : "%.*s",
			 length < 48 ? (int)length : 48, text, module_length < 32 ?
			 (int)module_length : 32, module);
	} else {
		text = colouring->areas->names.texts[area->comm];
		snprintf(key, sizeof(key), *text ? "%.32s %" PRId32 : "no task", text, area->pid);
	}
	return names_number(colouring->keys, key, strlen(key));
}

struct amount {
	uint64_t size;
	uint32_t key;
};

static int larger_first(const void *one, const void *other)
{
	const struct amount *a = one, *b = other;

	if (a->size != b->size)
		return a->size > b->size ? -1 : 1;
	return a->key < b->key ? -1 : a->key > b->key;
}

/* Give looks to the keys with the most addresses, in the whole slice. */
static void choose_keys(struct spans *spans, struct colouring *colouring)
{
	const struct areas *areas = colouring->areas;
	size_t others = ARRAY_SIZE(several) - 1, room = 0;
	struct amount *amounts = NULL;

	for (size_t i = 0; i < areas->count; i++) {
		uint32_t key = key_of(colouring, &areas->list[i]);

		/* A new key has the next number. */
		if (key >= room) {
			amounts = resize(amounts, (2 * room + 16) * sizeof(*amounts));
			memset(&amounts[room], 0, (room + 16) * sizeof(*amounts));
			room = 2 * room + 16;
		}
		amounts[key].key = key;
		amounts[key].size = add(amounts[key].size, areas->list[i].size);
	}
	if (spans->keys.count)
		qsort(amounts, spans->keys.count, sizeof(*amounts), larger_first);
	colouring->of = allocate(spans->keys.count * sizeof(*colouring->of));
	add_looks(spans, several, ARRAY_SIZE(several));
	for (size_t i = 0; i < spans->keys.count; i++) {
		colouring->of[amounts[i].key] = i < others ? i : others;
		if (i < others)
			spans->looks[i].key = spans->keys.texts[amounts[i].key];
	}
	/* Looks without a caller are not there. */
	for (size_t i = spans->keys.count; i < others; i++)
		spans->looks[i].key = "";
	free(amounts);
}

static int by_number(const void *one, const void *other)
{
	uint64_t a = *(const uint64_t *)one, b = *(const uint64_t *)other;

	return a < b ? -1 : a > b;
}

static void sort_ids(struct colouring *colouring)
{
	const struct areas *areas = colouring->areas;

	colouring->ids = allocate(areas->count * sizeof(*colouring->ids));
	for (size_t i = 0; i < areas->count; i++)
		colouring->ids[i] = areas->list[i].id;
	if (areas->count)
		qsort(colouring->ids, areas->count, sizeof(*colouring->ids), by_number);
}

static unsigned int age_of(const struct colouring *colouring, const struct area *area)
{
	const uint64_t *found = bsearch(&area->id, colouring->ids, colouring->areas->count,
					sizeof(area->id), by_number);

	return (found - colouring->ids) * ARRAY_SIZE(ages) / colouring->areas->count;
}

static unsigned int look_of(const struct colouring *colouring, const struct area *area)
{
	uint64_t limit = SIZE_FIRST;
	unsigned int i = 0;

	switch (colouring->by) {
	case SPANS_SIZE:
		for (; i < ARRAY_SIZE(sizes) - 1 && area->size > limit; limit *= 4)
			i++;
		return i;
	case SPANS_AGE:
		return age_of(colouring, area);
	case SPANS_CALLER:
	case SPANS_OWNER:
		return colouring->of[key_of(colouring, area)];
	default:
		return area->freed ? STATE_FREED : area->cached ? STATE_CACHED :
		       area->leaves ? STATE_HUGE : STATE_AREA;
	}
}

static unsigned int common_look(const struct spans *spans, unsigned int which)
{
	return spans->nr_looks - NR_COMMON + which;
}

static void put(struct spans *spans, uint64_t start, uint64_t end, unsigned int look,
		const char *label)
{
	if (start < spans->slice.start)
		start = spans->slice.start;
	if (end > spans->slice.end)
		end = spans->slice.end;
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
			put(spans, start, end, common_look(spans, LOOK_QUARANTINED), "");
			return;
		}
		put(spans, start, hole->start, common_look(spans, LOOK_QUARANTINED), "");
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

static void count_holes(struct spans *spans, const struct holes *holes)
{
	for (size_t i = 0; i < holes->count; i++) {
		const struct hole *hole = &holes->list[i];
		uint64_t start = hole->start;
		uint64_t end = hole->end;

		if (start < spans->slice.start)
			start = spans->slice.start;
		if (end > spans->slice.end)
			end = spans->slice.end;
		if (start >= end)
			continue;
		spans->stretches.nr_holes++;
		spans->stretches.hole_bytes += end - start;
		if (end - start > spans->stretches.largest) {
			spans->stretches.largest = end - start;
			spans->stretches.largest_at = start;
		}
	}
}

static struct span span_at(const void *data, size_t index)
{
	return ((const struct spans *)data)->list[index];
}

static void finish(struct spans *spans)
{
	spans->stretches.list = &spans->slice;
	spans->stretches.nr = 1;
	spans->drawing = (struct drawing){
		.looks = spans->looks, .nr_looks = spans->nr_looks, .nr = spans->count,
		.span = span_at, .data = spans,
	};
}

void spans_fill(struct spans *spans, const struct areas *areas, const struct holes *holes,
		enum spans_by by, uint64_t first, uint64_t last)
{
	struct colouring colouring = { .by = by, .areas = areas, .keys = &spans->keys };
	uint64_t at = areas->slice_start;
	size_t next = 0;

	*spans = (struct spans){ .slice = { .start = first, .end = last + 1 } };
	if (by == SPANS_STATE)
		add_looks(spans, states, ARRAY_SIZE(states));
	else if (by == SPANS_SIZE)
		add_looks(spans, sizes, ARRAY_SIZE(sizes));
	else if (by == SPANS_AGE)
		add_looks(spans, ages, ARRAY_SIZE(ages));
	else
		choose_keys(spans, &colouring);
	add_looks(spans, common, ARRAY_SIZE(common));
	if (by == SPANS_AGE)
		sort_ids(&colouring);
	for (size_t i = 0; i < areas->count; i++) {
		const struct area *area = &areas->list[i];
		uint64_t end = area->start + area->size;
		uint64_t guard = end - guard_of(area);

		put_between(spans, holes, &next, at, area->start);
		at = end;
		if (end <= first || area->start > last)
			continue;
		put(spans, area->start, guard, look_of(&colouring, area),
		    areas->names.texts[area->caller]);
		put(spans, guard, end, common_look(spans, LOOK_GUARD), "");
		spans->areas++;
	}
	put_between(spans, holes, &next, at, areas->slice_end);
	count_holes(spans, holes);
	free(colouring.ids);
	free(colouring.of);
	finish(spans);
}

void spans_mark(struct spans *spans, const struct marks *marks, uint64_t size)
{
	uint64_t start = marks->start, end;

	*spans = (struct spans){ .slice = { .start = start, .end = add(start, size) } };
	add_looks(spans, states, ARRAY_SIZE(states));
	add_looks(spans, common, ARRAY_SIZE(common));
	for (size_t i = 0; i < marks->count; i++, start = end) {
		/* What is parked is drawn as quarantined. */
		char mark = marks->list[i] == 'p' ? 'Q' : marks->list[i];

		end = start + marks->bytes;
		if (mark == ',')	/* a hole, but not all of it */
			put(spans, start, start + 1, STATE_AREA, "");
		for (size_t look = 0; look < spans->nr_looks; look++) {
			if (spans->looks[look].letter == mark)
				put(spans, start, end, look, "");
		}
	}
	finish(spans);
	spans->drawing.cell_min = marks->bytes;
}

void spans_free(struct spans *spans)
{
	free(spans->list);
	names_free(&spans->keys);
	*spans = (struct spans){ 0 };
}
