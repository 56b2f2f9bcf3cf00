// SPDX-License-Identifier: GPL-2.0
/*
 * vmxctl list --watch: what changes, as rows, or, with --json, as objects of a line each.
 *
 * An area is known by its id, which no other one gets.
 */
#include <stdio.h>
#include <string.h>
#include <time.h>

#include "areatable.h"
#include "pace.h"
#include "readings.h"
#include "source.h"
#include "vmxctl.h"
#include "watch.h"

#define OWN_COLUMNS 2
#define NR_COLUMNS (OWN_COLUMNS + NR_AREA_COLUMNS)

/* "time" and "change", and then those of an area. */
static struct column columns[NR_COLUMNS] = {
	{ "time", N_("TIME"), TEXT },
	{ "change", N_("CHANGE"), TEXT },
};

int watch_check(const struct display *display)
{
	memcpy(&columns[OWN_COLUMNS], area_columns, sizeof(area_columns));
	return display_check(display, columns, NR_COLUMNS);
}

static int by_id(const void *one, const void *other)
{
	const struct area *a = one, *b = other;

	return a->id < b->id ? -1 : a->id > b->id;
}

static int read_sorted(const struct watch *watch, struct areas *areas)
{
	int code;

	source_renew(watch->from);
	code = read_areas(watch->from, areas);
	if (!code && areas->count)
		qsort(areas->list, areas->count, sizeof(*areas->list), by_id);
	return code;
}

static bool same_text(const struct areas *a, uint32_t one, const struct areas *b, uint32_t other)
{
	return !strcmp(a->names.texts[one], b->names.texts[other]);
}

static bool same(const struct areas *olds, const struct area *old, const struct areas *news,
		 const struct area *new)
{
	return old->start == new->start && old->size == new->size &&
	       old->requested == new->requested && old->pages == new->pages &&
	       old->leaves == new->leaves && old->pid == new->pid && old->zero == new->zero &&
	       old->rox == new->rox && old->cached == new->cached && old->freed == new->freed &&
	       old->user == new->user &&
	       same_text(olds, old->caller, news, new->caller) &&
	       same_text(olds, old->comm, news, new->comm);
}

static void put(const struct watch *watch, struct table *table, const char *time,
		const char *change, const struct areas *areas, const struct area *area)
{
	union cell *cells;

	if (!watch->wanted(watch->data, areas, area))
		return;
	cells = table_row(table);
	cells[0].text = time;
	cells[1].text = change;
	area_cells(&cells[OWN_COLUMNS], areas, area);
}

/* Both are sorted by id. */
static void compare(const struct watch *watch, struct table *table, const char *time,
		    const struct areas *olds, const struct areas *news)
{
	size_t i = 0, j = 0;

	while (i < olds->count || j < news->count) {
		const struct area *old = i < olds->count ? &olds->list[i] : NULL;
		const struct area *new = j < news->count ? &news->list[j] : NULL;

		if (!new || (old && old->id < new->id)) {
			put(watch, table, time, "removed", olds, old);
			i++;
		} else if (!old || new->id < old->id) {
			put(watch, table, time, "added", news, new);
			j++;
		} else {
			if (!same(olds, old, news, new))
				put(watch, table, time, "changed", news, new);
			i++;
			j++;
		}
	}
}

int watch_areas(const struct watch *watch)
{
	struct table table = { .columns = columns, .nr_columns = NR_COLUMNS };
	struct table_look *look = &watch->display->look;
	struct areas olds, news;
	int code = read_sorted(watch, &olds);
	double begin, cost = 0;
	char text[64];
	time_t now;

	display_terminal(watch->display);
	while (!code) {
		pace_sleep(pace_wait(watch->interval, cost));
		begin = pace_now();
		code = read_sorted(watch, &news);
		cost = pace_now() - begin;
		if (code) {
			areas_free(&news);
			break;
		}
		time(&now);
		strftime(text, sizeof(text), json_wanted ? "%FT%T%z" : "%T", localtime(&now));
		compare(watch, &table, text, &olds, &news);
		table_arrange(&table, look);
		if (json_wanted)
			table_json_lines(&table, look);
		else if (table.nr_rows)
			table_print(&table, look, stdout);
		/* What ends the program tells this errno. */
		if (fflush(stdout) || ferror(stdout))
			exit(NOTHING);
		table_free(&table);
		areas_free(&olds);
		olds = news;
	}
	areas_free(&olds);
	return code;
}
