// SPDX-License-Identifier: GPL-2.0
/*
 * vmxctl gaps: the holes of vmx's slice.
 */
#include <inttypes.h>
#include <stdio.h>

#include "json.h"
#include "options.h"
#include "readings.h"
#include "size.h"
#include "vmxctl.h"

struct gaps {
	struct display display;
	const char *from;
};

static error_t parse(int key, char *argument, struct argp_state *state)
{
	struct gaps *gaps = state->input;

	(void)argument;
	if (key != ARGP_KEY_INIT)
		return ARGP_ERR_UNKNOWN;
	state->child_inputs[0] = &gaps->display;
	state->child_inputs[1] = &gaps->from;
	return 0;
}

static const struct argp_child children[] = {
	{ &display_argp, 0, NULL, 0 }, { &from_argp, 0, NULL, 0 }, { 0 },
};

static const struct argp gaps_argp = {
	.parser = parse,
	.children = children,
	.doc = N_("Show the holes of the slice of the module vmx, and how fragmented it is.\v"
		  "Example:\n"
		  "  vmxctl gaps --sort -size --top 5\n"),
};

static const struct column columns[] = {
	{ "addr", N_("ADDRESS"), ADDRESS },
	{ "end", N_("END"), ADDRESS },
	{ "size", N_("SIZE"), BYTES },
};

static void print_summary(const struct holes *holes, bool exact)
{
	const uint64_t numbers[] = { holes->total, holes->largest, holes->quarantined };
	char text[3][32];

	for (size_t i = 0; i < ARRAY_SIZE(numbers); i++) {
		if (exact)
			snprintf(text[i], sizeof(text[i]), "%" PRIu64, numbers[i]);
		else
			size_format(text[i], numbers[i]);
	}
	printf(_("holes          %s in %zu holes\n"), text[0], holes->count);
	printf(_("largest        %s\n"), text[1]);
	printf(_("fragmentation  %.3f\n"), holes->fragmentation);
	printf(_("quarantined    %s\n\n"), text[2]);
}

int run_gaps(int argc, char **argv)
{
	struct gaps gaps = { .display = DISPLAY_DEFAULTS };
	struct table table = { .columns = columns, .nr_columns = ARRAY_SIZE(columns) };
	struct holes holes;
	int code;

	argp_parse(&gaps_argp, argc, argv, 0, NULL, &gaps);
	code = display_check(&gaps.display, columns, ARRAY_SIZE(columns));
	if (!code)
		code = read_holes(gaps.from, &holes);
	if (code)
		return code;
	for (size_t i = 0; i < holes.count; i++) {
		const struct hole *hole = &holes.list[i];
		union cell *cells;

		if (hole->end - hole->start < gaps.display.min)
			continue;
		cells = table_row(&table);
		cells[0].number = hole->start;
		cells[1].number = hole->end;
		cells[2].number = hole->end - hole->start;
	}
	if (!json_wanted)
		print_summary(&holes, gaps.display.look.exact);
	code = display_table(&gaps.display, &table);
	table_free(&table);
	holes_free(&holes);
	return code;
}
