/* SPDX-License-Identifier: GPL-2.0 */
/*
 * Tables: rows that are sorted, cut, and shown as text of a given width or as JSON.
 */
#ifndef VMXCTL_TABLE_H
#define VMXCTL_TABLE_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>
#include <stdio.h>

/* A number that is not known: "-", or null. */
#define NONE UINT64_MAX

enum column_type {
	TEXT,		/* is cut if the table is too wide */
	BYTES,
	COUNT,
	GROWTH,		/* an int64_t of bytes, with a sign */
	GROWTH_COUNT,	/* an int64_t */
	ADDRESS,
	FLAG,		/* 0 or 1 */
};

struct column {
	const char *key;	/* in JSON, --sort and -o */
	const char *head;
	enum column_type type;
};

union cell {
	const char *text;
	uint64_t number;
	int64_t growth;
};

/*
 * A table has cells; or, if there may be very many rows, the numbers of things outside it, and
 * a function that fills the cells of one of them.
 */
struct table {
	const struct column *columns;
	size_t nr_columns;
	union cell *cells;
	size_t nr_rows, room;
	uint32_t *numbers;
	void (*fill)(union cell *cells, const void *data, uint32_t number);
	const void *data;
};

/* How a table is shown; the options of the commands fill this in. */
struct table_look {
	const char *sort;	/* "-size,+name": the larger first, then by name */
	const char *show;	/* "name,size": these columns; NULL for all */
	size_t top;		/* rows at most */
	size_t width;		/* columns of the terminal, 0 if nothing is cut */
	bool exact;		/* bytes as numbers, not as 1.5M */
};

/* The cells of a new row. Valid until the next call. */
union cell *table_row(struct table *table);

/* Add a row to a table that has fill(): the one of the thing with this number. */
void table_add(struct table *table, uint32_t number);

/* Is this a list of the table's columns, with signs if it is for --sort? */
bool table_has(const struct column *columns, size_t nr, const char *list, bool sort);

/* Sort the rows and keep the first ones. */
void table_arrange(struct table *table, const struct table_look *look);

void table_print(const struct table *table, const struct table_look *look, FILE *stream);

/* A JSON array of objects, one object a line, or []. */
void table_json(const struct table *table, const struct table_look *look);

/* The same objects without the array. */
void table_json_lines(const struct table *table, const struct table_look *look);

void table_free(struct table *table);

#endif
