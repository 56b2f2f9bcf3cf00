// SPDX-License-Identifier: GPL-2.0
/*
 * The parser of the file areas of vmx, whose format docs/files.md has.
 *
 *	header = "# vmx areas 1 slice=0xSTART-0xEND"
 *	line   = 0xSTART-0xEND size caller { word }
 *	word   = pages=N | id=N | req=N | huge=N | pid=N | comm=TEXT | zero | rox |
 *		 cached | freed | user | vmap | ...
 *
 * A caller of "-" is hidden from this reader. Words that are not known are skipped.
 */
#include "areas.h"
#include "lexer.h"
#include "vmxctl.h"

#define TEXT_MAX 1024

static uint32_t text_number(struct areas *areas, const char *text, size_t length)
{
	return names_number(&areas->names, text, length < TEXT_MAX ? length : TEXT_MAX);
}

static void parse_word(struct areas *areas, struct area *area, const char *word, size_t length)
{
	uint64_t number;

	if (lex_pair(word, length, "id", &number))
		area->id = number;
	else if (lex_pair(word, length, "req", &number))
		area->requested = number;
	else if (lex_pair(word, length, "pages", &number))
		area->pages = number;
	else if (lex_pair(word, length, "huge", &number))
		area->leaves = number;
	else if (lex_pair(word, length, "pid", &number))
		area->pid = number;
	else if (length >= 5 && !memcmp(word, "comm=", 5))
		area->comm = text_number(areas, word + 5, length - 5);
	area->zero |= lex_is(word, length, "zero");
	area->rox |= lex_is(word, length, "rox");
	area->cached |= lex_is(word, length, "cached");
	area->freed |= lex_is(word, length, "freed");
	area->user |= lex_is(word, length, "user");
	area->map |= lex_is(word, length, "vmap");
}

static bool is_name(const struct areas *areas, uint32_t number, const char *text, size_t length)
{
	const char *name = areas->names.texts[number];

	return !strncmp(name, text, length) && !name[length];
}

/* @area has the line before. */
static bool parse_line(const char *line, struct areas *areas, struct area *area)
{
	uint32_t last = area->caller;
	uint64_t end;
	bool hidden = false;
	size_t length;

	*area = (struct area){ 0 };
	if (!lex_range(&line, &area->start, &end, &hidden) || hidden || *line != ' ')
		return false;
	line = lex_blanks(line);
	if (!lex_number(&line, 10, &area->size) || end < area->start ||
	    end - area->start != area->size || area->start < areas->slice_start ||
	    end > areas->slice_end)
		return false;
	line = lex_blanks(line);
	length = lex_caller(line);
	/* Neighbours often have the same caller. */
	area->caller = is_name(areas, last, line, length) ? last : text_number(areas, line, length);
	while (*(line = lex_blanks(line + length))) {
		length = lex_length(line);
		parse_word(areas, area, line, length);
	}
	return area->id != 0;
}

enum parse_result areas_read(struct areas *areas, struct reader *reader)
{
	enum parse_result result = NO_HEADER;
	size_t length, room = 0;
	struct area area = { 0 };
	uint64_t above;
	char *line;

	*areas = (struct areas){ 0 };
	line = reader_line(reader, &length);
	if (line)
		result = header_parse_slice(line, "areas", &areas->slice_start,
					    &areas->slice_end);
	if (result != PARSED)
		return result;
	above = areas->slice_start;
	/* Its number is 0: an area without a task has it. */
	text_number(areas, "", 0);
	while ((line = reader_line(reader, &length))) {
		/* They are in address order, and none lies on another. */
		if (reader->cut || memchr(line, 0, length) || !parse_line(line, areas, &area) ||
		    area.start < above) {
			areas->bad++;
			continue;
		}
		above = area.start + area.size;
		if (areas->count == room) {
			room = room ? room + room / 2 : 256;
			areas->list = resize(areas->list, room * sizeof(area));
		}
		areas->list[areas->count++] = area;
	}
	return PARSED;
}

void areas_free(struct areas *areas)
{
	free(areas->list);
	names_free(&areas->names);
	*areas = (struct areas){ 0 };
}

const struct area *areas_at(const struct areas *areas, uint64_t address)
{
	size_t low = 0, high = areas->count;

	while (low < high) {
		size_t middle = low + (high - low) / 2;
		const struct area *area = &areas->list[middle];

		if (address < area->start)
			high = middle;
		else if (address - area->start >= area->size)
			low = middle + 1;
		else
			return area;
	}
	return NULL;
}
