// SPDX-License-Identifier: GPL-2.0
/*
 * vmxctl stats: the counters of vmx.
 */
#include <inttypes.h>
#include <stdio.h>
#include <string.h>

#include "json.h"
#include "options.h"
#include "readings.h"
#include "vmxctl.h"

struct stats {
	struct display display;
	const char *from;
};

static error_t parse(int key, char *argument, struct argp_state *state)
{
	struct stats *stats = state->input;

	(void)argument;
	if (key != ARGP_KEY_INIT)
		return ARGP_ERR_UNKNOWN;
	state->child_inputs[0] = &stats->display;
	state->child_inputs[1] = &stats->from;
	return 0;
}

static const struct argp_child children[] = {
	{ &display_argp, 0, NULL, 0 }, { &from_argp, 0, NULL, 0 }, { 0 },
};

static const struct argp stats_argp = {
	.parser = parse,
	.children = children,
	.doc = N_(
		"Show the counters of the module vmx. Its frames are in no line of /proc/meminfo.\v"
		"Example:\n"
		"  vmxctl stats --json\n"),
};

static const struct column columns[] = {
	{ "key", N_("COUNTER"), TEXT },
	{ "value", N_("VALUE"), COUNT },
};

/* One object, with a member for each counter. */
static void print_json(const struct counters *counters)
{
#ifdef HAVE_JANSSON
	json_t *object = json_pack("{s:s}", "version", counters->version);

	for (size_t i = 0; i < counters->count; i++)
		json_object_set_new(object, counters->names.texts[counters->list[i].name],
				    json_number(counters->list[i].value));
	json_put(object);
	putchar('\n');
#else
	(void)counters;
#endif
}

int run_stats(int argc, char **argv)
{
	struct stats stats = { .display = DISPLAY_DEFAULTS };
	struct table table = { .columns = columns, .nr_columns = ARRAY_SIZE(columns) };
	struct counters counters = { 0 };
	int code;

	argp_parse(&stats_argp, argc, argv, 0, NULL, &stats);
	code = display_check(&stats.display, columns, ARRAY_SIZE(columns));
	if (!code)
		code = read_counters(stats.from, &counters);
	if (code)
		goto out;
	for (size_t i = 0; i < counters.count; i++) {
		union cell *cells;

		if (counters.list[i].value < stats.display.min)
			continue;
		cells = table_row(&table);
		cells[0].text = counters.names.texts[counters.list[i].name];
		cells[1].number = counters.list[i].value;
	}
	if (json_wanted) {
		print_json(&counters);
	} else {
		printf(_("vmx %s\n\n"), counters.version);
		code = display_table(&stats.display, &table);
	}
out:
	table_free(&table);
	counters_free(&counters);
	return code;
}
