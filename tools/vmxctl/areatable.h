/* SPDX-License-Identifier: GPL-2.0 */
/*
 * Areas as rows of a table.
 */
#ifndef VMXCTL_AREATABLE_H
#define VMXCTL_AREATABLE_H

#include "areas.h"
#include "table.h"

/* The columns, by their place in a row. */
enum area_column {
	AREA_ID, AREA_ADDR, AREA_SIZE, AREA_REQUESTED, AREA_PAGES, AREA_CALLER, AREA_COMM, AREA_PID,
	AREA_LEAVES, AREA_ZERO, AREA_CACHED, AREA_FREED, AREA_USER, AREA_ROX,
	NR_AREA_COLUMNS
};

extern const struct column area_columns[NR_AREA_COLUMNS];

/* Fill the cells of an area. Their texts are those of @areas. */
void area_cells(union cell *cells, const struct areas *areas, const struct area *area);

/* The same, for a table whose rows are numbers of areas: its fill() and data. */
void area_fill(union cell *cells, const void *areas, uint32_t number);

#endif
