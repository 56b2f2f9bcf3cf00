// SPDX-License-Identifier: GPL-2.0
/*
 * vmxctl list: the areas of vmx's slice, or sums of them.
 */
#include <inttypes.h>
#include <stdio.h>
#include <string.h>

#include "areatable.h"
#include "counters.h"
#include "options.h"
#include "pace.h"
#include "range.h"
#include "readings.h"
#include "source.h"
#include "vmxctl.h"
#include "watch.h"

enum { OPT_BY = 512, OPT_CALLER, OPT_OLDER, OPT_WATCH, OPT_INTERVAL };

enum by { BY_AREA, BY_CALLER, BY_COMM, BY_PID };

static const char *const by_words[] = {
	[BY_AREA] = "area", [BY_CALLER] = "caller", [BY_COMM] = "comm", [BY_PID] = "pid",
};

struct list {
	struct display display;
	const char *from, *caller;
	enum by by;
	bool has_address;
	uint64_t address;
	uint64_t before, after;
	double older, interval;		/* seconds; older is 0 if it was not said */
	bool watch;
	uint64_t newest;		/* no area with a larger id is shown */
	uint64_t slice_start, allocs;	/* with older: as they were before */
};

static const struct argp_option options[] = {
	{ "by", OPT_BY, "WHAT", 0, N_("one row for each area (default), caller, comm or pid"), 0 },
	{ "caller", OPT_CALLER, "TEXT", 0, N_("only areas with this in their caller"), 0 },
	{ "older", OPT_OLDER, "TIME", 0,
	  N_("wait TIME (60s, 5m, 2h), and show what was there already; then it is at least as "
	     "old"), 0 },
	{ "watch", OPT_WATCH, NULL, 0, N_("go on, and show only what changes"), 0 },
	{ "interval", OPT_INTERVAL, "SECONDS", 0,
	  N_("with --watch: read every SECONDS (default 1)"), 0 },
	{ "before", 'B', "N", 0, N_("with an ADDRESS: and N areas below it"), 0 },
	{ "after", 'A', "N", 0, N_("with an ADDRESS: and N areas above it"), 0 },
	{ 0 }
};

static bool parse_address(const char *text, uint64_t *number)
{
	return address_parse(&text, number) && !*text;
}

static error_t parse(int key, char *argument, struct argp_state *state)
{
	struct list *list = state->input;

	switch (key) {
	case ARGP_KEY_INIT:
		state->child_inputs[0] = &list->display;
		state->child_inputs[1] = &list->from;
		return 0;
	case OPT_BY:
		for (size_t i = 0; i < ARRAY_SIZE(by_words); i++) {
			if (!strcmp(by_words[i], argument)) {
				list->by = i;
				return 0;
			}
		}
		usage_error(state, _("--by takes area, caller, comm or pid"));
		return 0;
	case OPT_CALLER:
		list->caller = argument;
		return 0;
	case OPT_OLDER:
		if (!pace_parse(argument, &list->older) || list->older <= 0 ||
		    list->older > 366 * 86400.0)
			usage_error(state, _("%s is not a time; try 60s"), argument);
		return 0;
	case OPT_WATCH:
		list->watch = true;
		return 0;
	case OPT_INTERVAL:
		if (!pace_parse(argument, &list->interval) || list->interval < 0.1 ||
		    list->interval > 3600)
			usage_error(state, _("--interval takes 0.1 to 3600 seconds"));
		return 0;
	case 'A':
	case 'B':
		if (!parse_address(argument, key == 'A' ? &list->after : &list->before))
			usage_error(state, _("%s is not a number"), argument);
		return 0;
	case ARGP_KEY_ARG:
		if (list->has_address || !parse_address(argument, &list->address))
			usage_error(state, _("%s is not an address, or not the only one"),
				    argument);
		list->has_address = true;
		return 0;
	case ARGP_KEY_END:
		if ((list->before || list->after) && !list->has_address)
			usage_error(state, _("-A and -B go with an ADDRESS"));
		if (list->has_address && list->by != BY_AREA)
			usage_error(state, _("an ADDRESS does not go with --by"));
		if (list->watch && (list->has_address || list->by != BY_AREA || list->older))
			usage_error(state,
				    _("--watch does not go with an ADDRESS, --by or --older"));
		if ((list->watch || list->older) && list->from && !strcmp(list->from, "-"))
			usage_error(state, _("stdin can be read once: --from takes a file here"));
		return 0;
	default:
		return ARGP_ERR_UNKNOWN;
	}
}

static const struct argp_child children[] = {
	{ &display_argp, 0, NULL, 0 }, { &from_argp, 0, NULL, 0 }, { 0 },
};

static const struct argp list_argp = {
	.options = options,
	.parser = parse,
	.children = children,
	.args_doc = N_("[ADDRESS]"),
	.doc = N_("Show the areas of the module vmx, in address order, or the one that ADDRESS "
		  "lies in.\v"
		  "Examples:\n"
		  "  vmxctl list --sort -size --top 10\n"
		  "  vmxctl list --by comm\n"
		  "  vmxctl list 0xffffced3c0613123 -A 2 -B 2\n"
		  "  vmxctl list --older 60s --min 1M\n"
		  "  vmxctl list --watch --json\n"),
};

static bool wanted(const void *data, const struct areas *areas, const struct area *area)
{
	const struct list *list = data;

	return area->size >= list->display.min && area->id <= list->newest &&
	       (!list->caller || strstr(areas->names.texts[area->caller], list->caller));
}

static void fill_areas(struct table *table, const struct list *list, const struct areas *areas,
		       size_t first, size_t end)
{
	table->fill = area_fill;
	table->data = areas;
	for (size_t i = first; i < end; i++) {
		if (wanted(list, areas, &areas->list[i]))
			table_add(table, i);
	}
}

/* Sums: sort the areas by the key, and add a row where it changes. */
static enum by sorted_by;

static int by_key(const void *one, const void *other)
{
	const struct area *a = one, *b = other;

	switch (sorted_by) {
	case BY_CALLER:
		return a->caller < b->caller ? -1 : a->caller > b->caller;
	case BY_COMM:
		return a->comm < b->comm ? -1 : a->comm > b->comm;
	default:
		return a->pid < b->pid ? -1 : a->pid > b->pid;
	}
}

static void fill_sums(struct table *table, const struct list *list, struct areas *areas)
{
	const struct area *last = NULL;
	union cell *cells = NULL;

	sorted_by = list->by;
	if (areas->count)
		qsort(areas->list, areas->count, sizeof(*areas->list), by_key);
	for (size_t i = 0; i < areas->count; i++) {
		const struct area *area = &areas->list[i];

		if (!wanted(list, areas, area))
			continue;
		if (!last || by_key(last, area)) {
			cells = table_row(table);
			if (list->by == BY_PID)
				cells[0].number = area->pid;
			else
				cells[0].text = areas->names.texts[list->by == BY_CALLER ?
								   area->caller : area->comm];
			for (size_t j = 1; j < 4; j++)
				cells[j].number = 0;
		}
		cells[1].number = add(cells[1].number, area->size);
		cells[2].number = add(cells[2].number, area->pages);
		cells[3].number++;
		last = area;
	}
}

/* Only the area that the address lies in, and its neighbours. */
static int find(const struct list *list, const struct areas *areas, size_t *first, size_t *end)
{
	const struct area *area = areas_at(areas, list->address);
	size_t index;

	if (!area)
		return fail(NOTHING, _("no area has the address 0x%" PRIx64), list->address);
	index = area - areas->list;
	*first = index < list->before ? 0 : index - list->before;
	*end = areas->count - index - 1 < list->after ? areas->count : index + 1 + list->after;
	if (!json_wanted)
		note(_("0x%" PRIx64 " is 0x%" PRIx64 " bytes into area %" PRIu64), list->address,
		     list->address - area->start, area->id);
	return DONE;
}

/* How many areas the module has made since it was loaded. */
static int count_allocs(const char *from, uint64_t *allocs)
{
	struct counters counters;
	int code = read_counters(from, &counters);

	*allocs = counters_value(&counters, "allocs");
	counters_free(&counters);
	return code;
}

/*
 * No file tells when an area was made, but ids only grow: what has no larger id than there was
 * is older. An area that comes from a magazine, or that was parked, has its old id. A snapshot
 * that nobody has replaced meanwhile tells nothing.
 */
static int wait_older(struct list *list)
{
	int64_t then, now;
	struct areas areas;
	int code = read_areas(list->from, &areas);

	if (!code)
		code = source_time(list->from, &then);
	if (!code)
		code = count_allocs(list->from, &list->allocs);
	list->slice_start = areas.slice_start;
	list->newest = 0;
	for (size_t i = 0; i < areas.count; i++) {
		if (areas.list[i].id > list->newest)
			list->newest = areas.list[i].id;
	}
	areas_free(&areas);
	if (code)
		return code;
	pace_sleep(list->older);
	source_renew(list->from);
	code = source_time(list->from, &now);
	if (!code && list->from && now - then < list->older)
		code = fail(NOTHING, _("%s: no later snapshot has come"), list->from);
	return code;
}

/* A module that was loaded anew gives the same ids once more. */
static int check_same_module(const struct list *list, const struct areas *areas)
{
	uint64_t allocs;
	int code = count_allocs(list->from, &allocs);

	if (!code && (areas->slice_start != list->slice_start || allocs < list->allocs))
		code = fail(NOTHING, _("vmx was loaded anew meanwhile: no id tells an age"));
	return code;
}

int run_list(int argc, char **argv)
{
	struct list list = {
		.display = DISPLAY_DEFAULTS, .interval = 1, .newest = UINT64_MAX,
	};
	struct column sums[] = {
		{ NULL, NULL, TEXT },
		{ "size", N_("SIZE"), BYTES },
		{ "pages", N_("PAGES"), COUNT },
		{ "areas", N_("AREAS"), COUNT },
	};
	static const char *const heads[] = {
		[BY_CALLER] = N_("CALLER"), [BY_COMM] = N_("COMM"), [BY_PID] = N_("PID"),
	};
	struct table table = { .columns = area_columns, .nr_columns = NR_AREA_COLUMNS };
	struct areas areas;
	size_t first = 0, end;
	int code;

	argp_parse(&list_argp, argc, argv, 0, NULL, &list);
	if (list.by != BY_AREA) {
		sums[0].key = by_words[list.by];
		sums[0].head = heads[list.by];
		sums[0].type = list.by == BY_PID ? COUNT : TEXT;
		table.columns = sums;
		table.nr_columns = ARRAY_SIZE(sums);
		if (!list.display.look.sort)
			list.display.look.sort = "-size";
	}
	if (list.watch) {
		struct watch watch = {
			.display = &list.display, .from = list.from, .interval = list.interval,
			.wanted = wanted, .data = &list,
		};

		code = watch_check(&list.display);
		return code ? code : watch_areas(&watch);
	}
	code = display_check(&list.display, table.columns, table.nr_columns);
	if (!code && list.older)
		code = wait_older(&list);
	if (!code)
		code = read_areas(list.from, &areas);
	if (code)
		return code;
	end = areas.count;
	if (list.older)
		code = check_same_module(&list, &areas);
	if (!code && list.has_address)
		code = find(&list, &areas, &first, &end);
	if (code)
		goto out;
	if (list.by == BY_AREA)
		fill_areas(&table, &list, &areas, first, end);
	else
		fill_sums(&table, &list, &areas);
	code = display_table(&list.display, &table);
out:
	table_free(&table);
	areas_free(&areas);
	return code;
}
