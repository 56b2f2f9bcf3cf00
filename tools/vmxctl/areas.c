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

/* The number of a text that is often that of the line before: @last. */
static uint32_t repeated_number(struct areas *areas, uint32_t last, const char *text, size_t length)
{
	const char *name = areas->names.texts[last];

	return !strncmp(name, text, length) && !name[length] ? last :
								text_number(areas, text, length);
}

static void parse_word(struct areas *areas, const struct area *last, struct area *area,
		       const char *word, size_t length)
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
		area->comm = repeated_number(areas, last->comm, word + 5, length - 5);
	area->zero |= lex_is(word, length, "zero");
	area->rox |= lex_is(word, length, "rox");
	area->cached |= lex_is(word, length, "cached");
	area->freed |= lex_is(word, length, "freed");
	area->user |= lex_is(word, length, "user");
	area->map |= lex_is(word, length, "vmap");
}

/* Are all words those of the last line, except the number of the id? */
static bool repeats(const struct areas_parser *parser, const char *words, uint64_t *id)
{
	const char *number = words + parser->last.id;

	return parser->last.id && !strncmp(words, parser->last.words, parser->last.id) &&
	       lex_number(&number, 10, id) &&
	       !strcmp(number, parser->last.words + parser->last.behind_id);
}

static void remember(struct areas_parser *parser, const char *words, const struct area *area)
{
	const char *id = strstr(words, " id="), *number;
	size_t length = strlen(words);
	uint64_t value;

	parser->last.id = 0;
	parser->last.area = *area;
	if (!id || length >= sizeof(parser->last.words))
		return;
	id += 4;
	number = id;
	/* Of several, the last one counts. */
	if (strstr(id, " id=") || !lex_number(&number, 10, &value) || value != area->id)
		return;
	memcpy(parser->last.words, words, length + 1);
	parser->last.id = id - words;
	parser->last.behind_id = number - words;
}

static bool parse_words(const char *line, struct areas *areas, const struct area *last,
			struct area *area)
{
	size_t length;

	line = lex_blanks(line);
	if (!lex_number(&line, 10, &area->size))
		return false;
	line = lex_blanks(line);
	length = lex_caller(line);
	area->caller = repeated_number(areas, last->caller, line, length);
	while (*(line = lex_blanks(line + length))) {
		length = lex_length(line);
		parse_word(areas, last, area, line, length);
	}
	return true;
}

/* Areas are in address order, and none lies on another. */
static bool parse_line(struct areas_parser *parser, const char *line, struct area *area)
{
	uint64_t start, end, id;
	bool hidden = false;

	if (!lex_range(&line, &start, &end, &hidden) || hidden || *line != ' ')
		return false;
	if (repeats(parser, line, &id)) {
		*area = parser->last.area;
		area->id = id;
	} else {
		*area = (struct area){ 0 };
		if (!parse_words(line, parser->areas, &parser->last.area, area))
			return false;
		remember(parser, line, area);
	}
	area->start = start;
	return end >= start && end - start == area->size && start >= parser->above &&
	       end <= parser->areas->slice_end && area->id != 0;
}

enum parse_result areas_begin(struct areas_parser *parser, struct areas *areas,
			      struct reader *reader)
{
	enum parse_result result = NO_HEADER;
	size_t length;
	char *line;

	*areas = (struct areas){ 0 };
	parser->areas = areas;
	parser->reader = reader;
	parser->room = 0;
	parser->last.id = 0;
	parser->last.area = (struct area){ 0 };
	line = reader_line(reader, &length);
	if (line)
		result = header_parse_slice(line, "areas", &areas->slice_start,
					    &areas->slice_end);
	if (result != PARSED)
		return result;
	parser->above = areas->slice_start;
	/* Its number is 0: an area without a task has it. */
	text_number(areas, "", 0);
	return PARSED;
}

bool areas_more(struct areas_parser *parser, size_t lines)
{
	struct areas *areas = parser->areas;
	size_t length;
	char *line;

	for (; lines; lines--) {
		struct area area;

		line = reader_line(parser->reader, &length);
		if (!line)
			return false;
		if (parser->reader->cut || memchr(line, 0, length) ||
		    !parse_line(parser, line, &area)) {
			areas->bad++;
			continue;
		}
		parser->above = area.start + area.size;
		if (areas->count == parser->room) {
			parser->room = parser->room ? parser->room + parser->room / 2 : 256;
			areas->list = resize(areas->list, parser->room * sizeof(area));
		}
		areas->list[areas->count++] = area;
	}
	return true;
}

enum parse_result areas_read(struct areas *areas, struct reader *reader)
{
	struct areas_parser parser;
	enum parse_result result = areas_begin(&parser, areas, reader);

	if (result == PARSED)
		areas_more(&parser, SIZE_MAX);
	return result;
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
