// SPDX-License-Identifier: GPL-2.0
/*
 * libFuzzer over the parsers of vmx's files: the first byte says of which.
 */
#include "../areas.h"
#include "../counters.h"
#include "../descriptor.h"
#include "../holes.h"
#include "../made.h"
#include "../marks.h"
#include "../runs.h"
#include "../steps.h"
#include "../vmxctl.h"

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size);

static void try_areas(struct reader *reader)
{
	struct areas areas;
	uint64_t above;

	areas_read(&areas, reader);
	above = areas.slice_start;
	for (size_t i = 0; i < areas.count; i++) {
		const struct area *area = &areas.list[i];

		if (area->start < above || area->caller >= areas.names.count ||
		    area->comm >= areas.names.count)
			abort();
		if (area->size && areas_at(&areas, area->start + area->size - 1) != area)
			abort();
		above = area->start + area->size;
	}
	if (above > areas.slice_end && areas.count)
		abort();
	areas_free(&areas);
}

static void try_holes(struct reader *reader)
{
	struct holes holes;

	holes_read(&holes, reader);
	for (size_t i = 1; i < holes.count; i++) {
		if (holes.list[i].start < holes.list[i - 1].end)
			abort();
	}
	holes_free(&holes);
}

static void try_marks(struct reader *reader)
{
	struct marks marks;
	uint64_t end;

	marks_read(&marks, reader);
	if (__builtin_mul_overflow(marks.bytes, marks.count, &end) ||
	    __builtin_add_overflow(marks.start, end, &end))
		abort();
	marks_free(&marks);
}

static void try_steps(struct reader *reader)
{
	struct explanation explanation;

	steps_read(&explanation, reader);
	for (size_t i = 0; i < explanation.nr_steps; i++) {
		if (!explanation.steps[i].name)
			abort();
	}
	if (explanation.walked.nr > NR_LEVELS)
		abort();
	steps_refusal(&explanation);
	steps_free(&explanation);
}

static void try_descriptor(struct reader *reader)
{
	struct descriptor area;

	descriptor_read(&area, reader);
	for (size_t i = 0; i < area.nr_mapped; i++) {
		const struct mapped *mapped = &area.mapped[i];

		if (mapped->flags >= area.texts.count || mapped->zone >= area.texts.count ||
		    mapped->level >= area.texts.count || mapped->start >= mapped->end)
			abort();
	}
	descriptor_free(&area);
}

static void try_runs(struct reader *reader)
{
	struct runs runs;
	struct run run;

	runs_begin(&runs, reader);
	while (runs_next(&runs, &run)) {
		if (run.last < run.start || run.level >= NR_LEVELS || !runs.page ||
		    run.nr_frames > MAX_FRAMES || run.range >= runs.ranges.count ||
		    runs.flags.count > 64 || (run.writable && !run.flags))
			abort();
	}
	runs_free(&runs);
}

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
	struct counters counters;
	struct reader reader;
	struct made made;

	if (!size)
		return 0;
	reader_open_text(&reader, data + 1, size - 1);
	switch (*data) {
	case 'a':
		try_areas(&reader);
		break;
	case 'g':
		try_holes(&reader);
		break;
	case 'm':
		try_marks(&reader);
		break;
	case 'p':
		try_runs(&reader);
		break;
	case 'd':
		try_descriptor(&reader);
		break;
	case 'e':
		try_steps(&reader);
		break;
	case 's':
		counters_read(&counters, &reader);
		counters_free(&counters);
		break;
	default:
		while (made_next(&made, &reader))
			;
	}
	reader_close(&reader);
	return 0;
}
