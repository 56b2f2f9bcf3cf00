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

union cell *table_row(struct table *table)
{
	if (table->nr_rows == table->room) {
		table->room = table->room ? table->room + table->room / 2 : 64;
		table->cells = resize(table->cells, table->room * table->nr_columns *
				      sizeof(*table->cells));
	}
	return &table->cells[table->nr_rows++ * table->nr_columns];
}

void table_add(struct table *table, uint32_t number)
{
	if (table->nr_rows == table->room) {
		table->room = table->room ? table->room + table->room / 2 : 64;
		table->numbers = resize(table->numbers, table->room * sizeof(*table->numbers));
	}
	table->numbers[table->nr_rows++] = number;
}

/* The cells of a row, in the table or in @filled. */
static const union cell *cells_of(const struct table *table, size_t row, union cell *filled)
{
	if (!table->fill)
		return &table->cells[row * table->nr_columns];
	table->fill(filled, table->data, table->numbers[row]);
	return filled;
}

void table_free(struct table *table)
{
	free(table->cells);
	table->cells = NULL;
	free(table->numbers);
	table->numbers = NULL;
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
	union cell filled[2][table->nr_columns];
	const union cell *a = one, *b = other;
	const char *list = order->sort;

	if (table->fill) {
		table->fill(filled[0], table->data, *(const uint32_t *)one);
		table->fill(filled[1], table->data, *(const uint32_t *)other);
		a = filled[0];
		b = filled[1];
	}
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

	if (look->sort && table->nr_rows && table->fill)
		qsort_r(table->numbers, table->nr_rows, sizeof(*table->numbers), compare_rows,
			&order);
	else if (look->sort && table->nr_rows)
		qsort_r(table->cells, table->nr_rows, table->nr_columns * sizeof(*table->cells),
			compare_rows, &order);
	if (table->nr_rows > look->top)
		table->nr_rows = look->top;
}

/* printf() takes ten times as long, and a table may have millions of numbers. */
static inline char *digits(char buffer[32], uint64_t number, unsigned int base)
{
	char *text = buffer + 31;

	*text = 0;
	do {
		*--text = "0123456789abcdef"[number % base];
		number /= base;
	} while (number);
	return text;
}

/* The text of a cell: in @buffer, or a text of its own. */
static const char *text_of(const struct column *column, const union cell *cell, bool exact,
			   char buffer[32])
{
	uint64_t number = cell->number;
	char *text;

	switch (column->type) {
	case TEXT:
		return cell->text;
	case ADDRESS:
		if (number == NONE)
			return "-";
		text = digits(buffer, number, 16);
		*--text = 'x';
		*--text = '0';
		return text;
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
		return number == NONE ? "-" : digits(buffer, number, 10);
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

/* A column that is shown, and what it shows in this row: rows often repeat the one before. */
struct shown {
	const struct column *column;
	size_t index;		/* in a row */
	bool exact;
	union cell cell;
	const char *text;	/* NULL before the first row */
	size_t length, width;	/* of the text, in bytes and on the screen */
	size_t longest, widest;	/* of all rows */
	unsigned int base;	/* of numbers that are shown digit by digit, or 0 */
	uint64_t wider;		/* such numbers below this are not wider */
	size_t bytes;		/* of this cell in the line */
	char buffer[32];
};

/* What comes from files is ASCII, but heads may be Chinese. */
static void set_text(struct shown *shown, const char *text)
{
	const char *c = text;
	wchar_t wide[64];
	size_t length;
	int width;

	while ((signed char)*c > 0)
		c++;
	shown->text = text;
	shown->length = c - text;
	shown->width = shown->length;
	if (!*c)
		return;
	shown->length += strlen(c);
	length = mbstowcs(wide, text, ARRAY_SIZE(wide));
	width = length < ARRAY_SIZE(wide) ? wcswidth(wide, length) : -1;
	shown->width = width < 0 ? shown->length : (size_t)width;
}

/* Returns false if the column shows what it showed before. */
static inline bool show(struct shown *shown, const union cell *cell)
{
	if (shown->text && (shown->column->type == TEXT ? shown->cell.text == cell->text :
							  shown->cell.number == cell->number))
		return false;
	shown->cell = *cell;
	set_text(shown, text_of(shown->column, cell, shown->exact, shown->buffer));
	return true;
}

/* The least number with more digits, or the largest number if there is none. */
static uint64_t more_digits(uint64_t number, unsigned int base)
{
	uint64_t least = base;

	while (least <= number) {
		if (__builtin_mul_overflow(least, base, &least))
			return UINT64_MAX;
	}
	return least;
}

/* The column must have room for the text. */
static void make_room(struct shown *shown)
{
	if (shown->width > shown->widest)
		shown->widest = shown->width;
	if (shown->length > shown->longest)
		shown->longest = shown->length;
}

static inline void measure(struct shown *shown, const union cell *cell)
{
	if (cell->number < shown->wider || !show(shown, cell))
		return;
	make_room(shown);
	if (shown->base && cell->number != NONE)
		shown->wider = more_digits(cell->number, shown->base);
}

/* Make the columns fit. Returns how many of them are left. */
static size_t fit(struct shown *shown, size_t nr, size_t width)
{
	for (;;) {
		size_t sum = nr ? nr - 1 : 0, widest = nr;

		for (size_t i = 0; i < nr; i++) {
			sum += shown[i].widest;
			if (shown[i].column->type == TEXT && shown[i].widest > TEXT_MIN &&
			    (widest == nr || shown[i].widest > shown[widest].widest))
				widest = i;
		}
		if (!width || sum <= width)
			return nr;
		if (widest < nr)
			shown[widest].widest--;
		else if (nr > 1)
			nr--;
		else
			return nr;
	}
}

/* Put a cell into a line. Returns its end. */
static char *put_cell(char *line, struct shown *shown, bool last)
{
	size_t blanks = shown->width < shown->widest ? shown->widest - shown->width : 0;
	bool text = shown->column->type == TEXT;
	char *at = line;

	if (!text)
		at = (char *)memset(at, ' ', blanks) + blanks;
	if (text && shown->width > shown->widest) {
		at = mempcpy(at, shown->text, shown->widest - 1);
		*at++ = '~';
	} else {
		at = mempcpy(at, shown->text, shown->length);
	}
	if (text && !last)
		at = (char *)memset(at, ' ', blanks) + blanks;
	*at++ = last ? '\n' : ' ';
	shown->bytes = at - line;
	return at;
}

void table_print(const struct table *table, const struct table_look *look, FILE *stream)
{
	size_t chosen[table->nr_columns];
	size_t nr = choose(table, look, chosen), room = 0;
	struct shown shown[table->nr_columns];
	union cell filled[table->nr_columns];
	const union cell *cells;
	char *line, *at;

	for (size_t i = 0; i < nr; i++) {
		const struct column *column = &table->columns[chosen[i]];

		shown[i] = (struct shown){
			.column = column, .index = chosen[i], .exact = look->exact,
			.base = column->type == ADDRESS ? 16 : column->type == COUNT ||
				(column->type == BYTES && look->exact) ? 10 : 0,
		};
		set_text(&shown[i], _(column->head));
		make_room(&shown[i]);
		shown[i].text = NULL;
	}
	for (size_t row = 0; row < table->nr_rows; row++) {
		cells = cells_of(table, row, filled);
		for (size_t i = 0; i < nr; i++)
			measure(&shown[i], &cells[shown[i].index]);
	}
	nr = fit(shown, nr, look->width);

	for (size_t i = 0; i < nr; i++)
		room += shown[i].widest + shown[i].longest + 1;
	line = allocate(room);
	at = line;
	for (size_t i = 0; i < nr; i++) {
		set_text(&shown[i], _(shown[i].column->head));
		at = put_cell(at, &shown[i], i == nr - 1);
		shown[i].text = NULL;
	}
	fwrite_unlocked(line, 1, at - line, stream);
	for (size_t row = 0; row < table->nr_rows; row++) {
		bool moved = false;

		cells = cells_of(table, row, filled);
		at = line;
		/* What is as in the row before stands in the line already. */
		for (size_t i = 0; i < nr; i++) {
			size_t bytes = shown[i].bytes;

			if (!show(&shown[i], &cells[shown[i].index]) && !moved) {
				at += bytes;
				continue;
			}
			at = put_cell(at, &shown[i], i == nr - 1);
			moved |= shown[i].bytes != bytes;
		}
		fwrite_unlocked(line, 1, at - line, stream);
	}
	free(line);
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
	union cell filled[table->nr_columns];

	for (size_t row = 0; row < table->nr_rows; row++) {
		const union cell *cells = cells_of(table, row, filled);
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
