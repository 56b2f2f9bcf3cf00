// SPDX-License-Identifier: GPL-2.0
/*
 * Tables: rows that are sorted, cut, and shown as text of a given width or as JSON.
 *
 * A table that is wider than the terminal gets narrower texts first, then fewer columns,
 * from the right. Nothing is cut in a pipe.
 */
#include <inttypes.h>
#include <stdio.h>
#include <string.h>
#include <wchar.h>

#include "json.h"
#include "size.h"
#include "table.h"
#include "vmxctl.h"

/* A text is not made narrower than this. */
#define TEXT_MIN 10

/* Columns of the terminal. What comes from files is ASCII, but heads may be Chinese. */
static size_t width_of(const char *text)
{
	wchar_t wide[64];
	const char *c = text;
	size_t length;
	int width;

	while ((signed char)*c > 0)
		c++;
	if (!*c)
		return c - text;
	length = mbstowcs(wide, text, ARRAY_SIZE(wide));
	width = length < ARRAY_SIZE(wide) ? wcswidth(wide, length) : -1;
	return width < 0 ? strlen(text) : (size_t)width;
}

union cell *table_row(struct table *table)
{
	if (table->nr_rows == table->room) {
		table->room = table->room ? table->room + table->room / 2 : 64;
		table->cells = resize(table->cells, table->room * table->nr_columns *
				      sizeof(*table->cells));
	}
	return &table->cells[table->nr_rows++ * table->nr_columns];
}

void table_free(struct table *table)
{
	free(table->cells);
	table->cells = NULL;
	table->nr_rows = 0;
	table->room = 0;
}

/* The next column that a list names, or nr: *list moves on. */
static size_t next_column(const struct column *columns, size_t nr, const char **list)
{
	size_t length = strcspn(*list, ",");
	size_t i;

	for (i = 0; i < nr; i++) {
		if (strlen(columns[i].key) == length && !strncmp(columns[i].key, *list, length))
			break;
	}
	*list += length;
	*list += **list == ',';
	return i;
}

bool table_has(const struct column *columns, size_t nr, const char *list, bool sort)
{
	do {
		if (sort)
			list += *list == '-' || *list == '+';
		if (next_column(columns, nr, &list) == nr)
			return false;
	} while (*list);
	return true;
}

struct order {
	const struct table *table;
	const char *sort;
};

static int compare(const struct column *column, const union cell *a, const union cell *b)
{
	switch (column->type) {
	case TEXT:
		return strcmp(a->text, b->text);
	case GROWTH:
	case GROWTH_COUNT:
		return a->growth < b->growth ? -1 : a->growth > b->growth;
	default:
		/* What is not known is the least. */
		return a->number + 1 < b->number + 1 ? -1 : a->number + 1 > b->number + 1;
	}
}

static int compare_rows(const void *one, const void *other, void *data)
{
	const struct order *order = data;
	const struct table *table = order->table;
	const union cell *a = one, *b = other;
	const char *list = order->sort;

	while (*list) {
		bool descending = *list == '-';
		size_t i;
		int sign;

		list += *list == '-' || *list == '+';
		i = next_column(table->columns, table->nr_columns, &list);
		if (i == table->nr_columns)
			continue;
		sign = compare(&table->columns[i], &a[i], &b[i]);
		if (sign)
			return descending ? -sign : sign;
	}
	return 0;
}

void table_arrange(struct table *table, const struct table_look *look)
{
	struct order order = { table, look->sort };

	if (look->sort && table->nr_rows)
		qsort_r(table->cells, table->nr_rows, table->nr_columns * sizeof(*table->cells),
			compare_rows, &order);
	if (table->nr_rows > look->top)
		table->nr_rows = look->top;
}

/* The text of a cell: in @buffer, or a text of its own. */
static const char *text_of(const struct column *column, const union cell *cell, bool exact,
			   char buffer[32])
{
	uint64_t number = cell->number;

	switch (column->type) {
	case TEXT:
		return cell->text;
	case ADDRESS:
		if (number == NONE)
			return "-";
		snprintf(buffer, 32, "0x%" PRIx64, number);
		return buffer;
	case FLAG:
		return number ? _("yes") : "-";
	case GROWTH:
		if (!exact) {
			buffer[0] = cell->growth < 0 ? '-' : '+';
			size_format(buffer + 1,
				    cell->growth < 0 ? -(uint64_t)cell->growth : number);
			return buffer;
		}
		__attribute__((fallthrough));
	case GROWTH_COUNT:
		snprintf(buffer, 32, "%+" PRId64, cell->growth);
		return buffer;
	case BYTES:
		if (number == NONE)
			return "-";
		if (!exact)
			return size_format(buffer, number);
		__attribute__((fallthrough));
	default:
		if (number == NONE)
			return "-";
		snprintf(buffer, 32, "%" PRIu64, number);
		return buffer;
	}
}

/* The columns to show, in their order. Returns how many. */
static size_t choose(const struct table *table, const struct table_look *look, size_t *chosen)
{
	const char *list = look->show;
	size_t nr = 0;

	if (!list) {
		for (; nr < table->nr_columns; nr++)
			chosen[nr] = nr;
		return nr;
	}
	while (*list && nr < table->nr_columns) {
		size_t i = next_column(table->columns, table->nr_columns, &list);

		if (i < table->nr_columns)
			chosen[nr++] = i;
	}
	return nr;
}

/* Make the columns fit. Returns how many of them are left. */
static size_t fit(const struct table *table, const size_t *chosen, size_t nr, size_t *widths,
		  size_t width)
{
	for (;;) {
		size_t sum = nr ? nr - 1 : 0, widest = nr;

		for (size_t i = 0; i < nr; i++) {
			sum += widths[i];
			if (table->columns[chosen[i]].type == TEXT && widths[i] > TEXT_MIN &&
			    (widest == nr || widths[i] > widths[widest]))
				widest = i;
		}
		if (!width || sum <= width)
			return nr;
		if (widest < nr)
			widths[widest]--;
		else if (nr > 1)
			nr--;
		else
			return nr;
	}
}

static void print_cell(FILE *stream, const struct column *column, const char *text, size_t width,
		       bool last)
{
	size_t length = width_of(text);
	int blanks = length < width ? width - length : 0;

	if (column->type != TEXT)
		fprintf(stream, "%*s%s", blanks, "", text);
	else if (length > width)
		fprintf(stream, "%.*s~", (int)width - 1, text);
	else
		fprintf(stream, "%s%*s", text, last ? 0 : blanks, "");
}

void table_print(const struct table *table, const struct table_look *look, FILE *stream)
{
	size_t chosen[table->nr_columns], widths[table->nr_columns];
	size_t nr = choose(table, look, chosen);
	char buffer[32];

	for (size_t i = 0; i < nr; i++)
		widths[i] = width_of(_(table->columns[chosen[i]].head));
	for (size_t row = 0; row < table->nr_rows; row++) {
		const union cell *cells = &table->cells[row * table->nr_columns];

		for (size_t i = 0; i < nr; i++) {
			size_t length = width_of(text_of(&table->columns[chosen[i]],
							 &cells[chosen[i]], look->exact, buffer));

			if (length > widths[i])
				widths[i] = length;
		}
	}
	nr = fit(table, chosen, nr, widths, look->width);

	for (size_t i = 0; i < nr; i++) {
		print_cell(stream, &table->columns[chosen[i]],
			   _(table->columns[chosen[i]].head), widths[i], i == nr - 1);
		putc(i == nr - 1 ? '\n' : ' ', stream);
	}
	for (size_t row = 0; row < table->nr_rows; row++) {
		const union cell *cells = &table->cells[row * table->nr_columns];

		for (size_t i = 0; i < nr; i++) {
			const struct column *column = &table->columns[chosen[i]];

			print_cell(stream, column,
				   text_of(column, &cells[chosen[i]], look->exact, buffer),
				   widths[i], i == nr - 1);
			putc(i == nr - 1 ? '\n' : ' ', stream);
		}
	}
}

#ifdef HAVE_JANSSON
static json_t *cell_json(const struct column *column, const union cell *cell)
{
	switch (column->type) {
	case TEXT:
		return json_string(cell->text);
	case ADDRESS:
		return cell->number == NONE ? json_null() : json_address(cell->number);
	case FLAG:
		return json_boolean(cell->number);
	case GROWTH:
	case GROWTH_COUNT:
		return json_integer(cell->growth);
	default:
		return json_number(cell->number);
	}
}

static void put_rows(const struct table *table, const struct table_look *look, const char *first,
		     const char *between)
{
	size_t chosen[table->nr_columns];
	size_t nr = choose(table, look, chosen);

	for (size_t row = 0; row < table->nr_rows; row++) {
		const union cell *cells = &table->cells[row * table->nr_columns];
		json_t *object = json_object();

		for (size_t i = 0; i < nr; i++)
			json_object_set_new(object, table->columns[chosen[i]].key,
					    cell_json(&table->columns[chosen[i]],
						      &cells[chosen[i]]));
		fputs(row ? between : first, stdout);
		json_put(object);
	}
}
#else
static void put_rows(const struct table *table, const struct table_look *look, const char *first,
		     const char *between)
{
	(void)table;
	(void)look;
	(void)first;
	(void)between;
}
#endif

void table_json(const struct table *table, const struct table_look *look)
{
	putchar('[');
	put_rows(table, look, "\n", ",\n");
	fputs(table->nr_rows ? "\n]" : "]", stdout);
}

void table_json_lines(const struct table *table, const struct table_look *look)
{
	put_rows(table, look, "", "\n");
	if (table->nr_rows)
		putchar('\n');
}
