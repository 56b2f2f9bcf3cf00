// SPDX-License-Identifier: GPL-2.0
/*
 * Areas as rows of a table.
 */
#include "areatable.h"
#include "vmxctl.h"

const struct column area_columns[NR_AREA_COLUMNS] = {
	[AREA_ID] = { "id", N_("ID"), COUNT },
	[AREA_ADDR] = { "addr", N_("ADDRESS"), ADDRESS },
	[AREA_SIZE] = { "size", N_("SIZE"), BYTES },
	[AREA_REQUESTED] = { "requested", N_("ASKED"), BYTES },
	[AREA_PAGES] = { "pages", N_("PAGES"), COUNT },
	[AREA_CALLER] = { "caller", N_("CALLER"), TEXT },
	[AREA_COMM] = { "comm", N_("COMM"), TEXT },
	[AREA_PID] = { "pid", N_("PID"), COUNT },
	[AREA_LEAVES] = { "leaves", N_("2M"), COUNT },
	[AREA_ZERO] = { "zero", N_("ZERO"), FLAG },
	[AREA_CACHED] = { "cached", N_("CACHED"), FLAG },
	[AREA_FREED] = { "freed", N_("FREED"), FLAG },
	[AREA_USER] = { "user", N_("USER"), FLAG },
	[AREA_ROX] = { "rox", N_("ROX"), FLAG },
};

void area_cells(union cell *cells, const struct areas *areas, const struct area *area)
{
	cells[AREA_ID].number = area->id;
	cells[AREA_ADDR].number = area->start;
	cells[AREA_SIZE].number = area->size;
	cells[AREA_REQUESTED].number = area->requested;
	cells[AREA_PAGES].number = area->pages;
	cells[AREA_CALLER].text = areas->names.texts[area->caller];
	cells[AREA_COMM].text = areas->names.texts[area->comm];
	cells[AREA_PID].number = area->pid;
	cells[AREA_LEAVES].number = area->leaves;
	cells[AREA_ZERO].number = area->zero;
	cells[AREA_CACHED].number = area->cached;
	cells[AREA_FREED].number = area->freed;
	cells[AREA_USER].number = area->user;
	cells[AREA_ROX].number = area->rox;
}

void area_fill(union cell *cells, const void *areas, uint32_t number)
{
	area_cells(cells, areas, &((const struct areas *)areas)->list[number]);
}
