// SPDX-License-Identifier: GPL-2.0
/*
 * Read a file of vmx, live or from a snapshot, and tell what is wrong with it.
 */
#include "readings.h"
#include "source.h"
#include "vmxctl.h"

#define OPT_FROM 900

static const struct argp_option options[] = {
	{ "from", OPT_FROM, "SNAPSHOT", 0,
	  N_("read a snapshot of another time or machine (- is stdin)"), -1 },
	{ 0 }
};

static error_t parse(int key, char *argument, struct argp_state *state)
{
	if (key != OPT_FROM)
		return ARGP_ERR_UNKNOWN;
	*(const char **)state->input = argument;
	return 0;
}

const struct argp from_argp = { .options = options, .parser = parse };

int read_judge(const char *name, enum parse_result result, size_t bad)
{
	if (result == OTHER_VERSION)
		return fail(NOTHING, _("%s has a form that this vmxctl does not know: take the "
				       "one of the same version as the module"), name);
	if (result == NO_HEADER)
		return fail(NOTHING, _("%s does not begin as a file of vmx does"), name);
	if (bad)
		note(_("%s: %zu lines could not be read"), name, bad);
	return DONE;
}

int read_areas(const char *from, struct areas *areas)
{
	struct reader reader;
	enum parse_result result;
	int code;

	*areas = (struct areas){ 0 };
	code = source_open("areas", from, &reader);
	if (code)
		return code;
	result = areas_read(areas, &reader);
	code = source_close(&reader, "areas");
	return code ? code : read_judge("areas", result, areas->bad);
}

int read_holes(const char *from, struct holes *holes)
{
	struct reader reader;
	enum parse_result result;
	int code;

	*holes = (struct holes){ 0 };
	code = source_open("gaps", from, &reader);
	if (code)
		return code;
	result = holes_read(holes, &reader);
	code = source_close(&reader, "gaps");
	return code ? code : read_judge("gaps", result, holes->bad);
}

int read_marks(const char *from, struct marks *marks)
{
	struct reader reader;
	enum parse_result result;
	int code;

	*marks = (struct marks){ 0 };
	code = source_open("map", from, &reader);
	if (code)
		return code;
	result = marks_read(marks, &reader);
	code = source_close(&reader, "map");
	return code ? code : read_judge("map", result, marks->bad);
}

int read_counters(const char *from, struct counters *counters)
{
	struct reader reader;
	bool readable;
	int code;

	*counters = (struct counters){ 0 };
	code = source_open("stats", from, &reader);
	if (code)
		return code;
	readable = counters_read(counters, &reader);
	code = source_close(&reader, "stats");
	return code ? code : read_judge("stats", readable ? PARSED : NO_HEADER, 0);
}
