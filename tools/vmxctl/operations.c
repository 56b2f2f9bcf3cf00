// SPDX-License-Identifier: GPL-2.0
/*
 * The parser of what vmxctl replay plays. A file has one of these forms, and its first line
 * that is no comment says which:
 *
 *	record     what vmxctl record writes:
 *		   "# vmxctl record 1 of=vmalloc|vmx page=BYTES", then lines of
 *		   alloc KEY BYTES ALIGN { word } | fail BYTES ALIGN { word } | free KEY { word }
 *	trace      text of the kernel's vmalloc tracepoints, of tracefs or trace-cmd report
 *	readings   several of /proc/vmallocinfo, each behind a line "# vmallocinfo"
 *	           (an area that is in none before it is a request, in none after it a release)
 *	reading    one, without such a line: all areas, in address order
 *
 * A line "# page size BYTES" may stand before the last three. A record must be read whole:
 * a line that is none of it ends the reading. Traces have lines of other events, too.
 */
#include <inttypes.h>
#include <stdio.h>
#include <string.h>

#include "changes.h"
#include "lexer.h"
#include "operations.h"
#include "vmxctl.h"

#define RECORD_VERSION 1

enum form { UNKNOWN, RECORD, TRACE, READINGS, ONE_READING };

struct parser {
	struct operations *operations;
	enum form form;
	/* The text of the reading that has begun, and the reading before it. */
	char *text;
	size_t length, room;
	struct vmallocinfo before;
	bool compared;
	size_t nr_events;
};

static void add_operation(struct operations *operations, struct operation operation)
{
	if (operations->count == operations->room) {
		operations->room = operations->room ? 2 * operations->room : 1024;
		operations->list = resize(operations->list,
					  operations->room * sizeof(*operations->list));
	}
	operations->list[operations->count++] = operation;
	operations->nr[operation.kind]++;
}

/* What is not known was there before the record, and is no part of it. */
static void add_release(struct operations *operations, const char *key, size_t length)
{
	uint32_t number;

	if (!names_find(&operations->keys, key, length, &number) || !operations->live[number])
		return;
	add_operation(operations, (struct operation){
		.kind = RELEASE, .request = operations->live[number] - 1 });
	operations->live[number] = 0;
}

static void add_request(struct operations *operations, const char *key, size_t length,
			uint64_t size, uint64_t align)
{
	uint32_t known = operations->keys.count, number;

	/* Its release was missed. */
	add_release(operations, key, length);
	number = names_number(&operations->keys, key, length);
	if (number == known) {
		if (!(known & (known - 1)))
			operations->live = resize(operations->live, (known ? 2 * known : 1) *
						  sizeof(*operations->live));
		operations->live[number] = 0;
	}
	add_operation(operations, (struct operation){
		.kind = REQUEST, .size = size, .align = align });
	operations->live[number] = operations->count;
}

static bool is_request(uint64_t size, uint64_t align)
{
	return size && align && !(align & (align - 1));
}

/* The kernel's sizes include a guard page. */
static uint64_t without_guard(const struct operations *operations, uint64_t size)
{
	return size > operations->page_size ? size - operations->page_size : size;
}

static bool parse_sizes(const char *text, uint64_t *size, uint64_t *align)
{
	text = lex_blanks(text);
	if (!lex_number(&text, 10, size) || *text != ' ')
		return false;
	text = lex_blanks(text);
	return lex_number(&text, 10, align) && (!*text || *text == ' ') &&
	       is_request(*size, *align);
}

static bool parse_record(struct operations *operations, const char *line)
{
	uint64_t size, align;
	const char *key;
	size_t length;

	if (!strncmp(line, "fail ", 5)) {
		if (!parse_sizes(line + 5, &size, &align))
			return false;
		add_operation(operations, (struct operation){
			.kind = FAILED_REQUEST, .size = size, .align = align });
		return true;
	}
	if (strncmp(line, "alloc ", 6) && strncmp(line, "free ", 5))
		return false;
	key = lex_blanks(line + lex_length(line));
	length = lex_length(key);
	if (!length)
		return false;
	if (*line == 'f')
		add_release(operations, key, length);
	else if (parse_sizes(key + length, &size, &align))
		add_request(operations, key, length, size, align);
	else
		return false;
	return true;
}

/* The number behind a label, "va_start: 18446683600570023936" or " align=0x1000". */
static bool find_value(const char *line, const char *label, uint64_t *value)
{
	const char *text = strstr(line, label);

	if (!text)
		return false;
	text = lex_blanks(text + strlen(label));
	if (!strncmp(text, "0x", 2)) {
		text += 2;
		return lex_number(&text, 16, value);
	}
	return lex_number(&text, 10, value);
}

static const char alloc_event[] = " alloc_vmap_area: ";
static const char free_event[] = " free_vmap_area_noflush: ";

static bool parse_event(struct operations *operations, const char *line)
{
	uint64_t addr, size, align, failed;
	char key[32];

	if (strstr(line, free_event)) {
		if (!find_value(strstr(line, free_event), " va_start=", &addr))
			return false;
		add_release(operations, key, snprintf(key, sizeof(key), "%" PRIx64, addr));
		return true;
	}
	/* The name of a task may look like a label. */
	line = strstr(line, alloc_event);
	if (!line || !find_value(line, " va_start:", &addr) || !find_value(line, " size=", &size) ||
	    !find_value(line, " align=", &align) || !find_value(line, " failed=", &failed) ||
	    !is_request(size, align))
		return false;
	size = without_guard(operations, size);
	if (failed)
		add_operation(operations, (struct operation){
			.kind = FAILED_REQUEST, .size = size, .align = align });
	else
		add_request(operations, key, snprintf(key, sizeof(key), "%" PRIx64, addr), size,
			    align);
	return true;
}

static void parse_trace(struct parser *parser, const char *line)
{
	if (!strstr(line, alloc_event) && !strstr(line, free_event))
		return;
	if (parse_event(parser->operations, line))
		parser->nr_events++;
	else
		parser->operations->bad++;
}

static void add_change(void *data, bool is_new, const struct vm_line *line)
{
	struct operations *operations = data;
	char key[32];
	int length = snprintf(key, sizeof(key), "%" PRIx64, line->start);

	if (is_new)
		add_request(operations, key, length, without_guard(operations, line->size),
			    operations->page_size);
	else
		add_release(operations, key, length);
}

static void keep_text(struct parser *parser, const char *line, size_t length)
{
	if (parser->room - parser->length < length + 1) {
		parser->room = 2 * (parser->room + length + 1);
		parser->text = resize(parser->text, parser->room);
	}
	memcpy(parser->text + parser->length, line, length);
	parser->text[parser->length + length] = '\n';
	parser->length += length + 1;
}

/* The text of a reading has ended; a last one may be a part of one, whose rest is not freed. */
static void parse_reading(struct parser *parser, bool last, bool unended)
{
	struct operations *operations = parser->operations;
	struct vmallocinfo now;
	struct reader reader;

	reader_open_text(&reader, parser->text, parser->length);
	vmallocinfo_read(&now, &reader);
	reader_close(&reader);
	parser->length = 0;
	vmallocinfo_sort(&now);
	operations->bad += now.bad;
	if (parser->form == READINGS) {
		if (parser->compared && !(last && (now.bad || unended)))
			changes_find(&parser->before, &now, add_change, operations);
		vmallocinfo_free(&parser->before);
		parser->before = now;
		parser->compared = true;
		return;
	}
	operations->unordered = now.count && now.addresses != ADDRESSES_REAL;
	for (size_t i = 0; i < now.count; i++) {
		/* None of them is freed: each may have any key. */
		if (now.lines[i].kind != KIND_UNPURGED && now.lines[i].size)
			add_operation(operations, (struct operation){
				.kind = REQUEST, .align = operations->page_size,
				.size = without_guard(operations, now.lines[i].size) });
	}
	vmallocinfo_free(&now);
}

static bool is_page_size(uint64_t size)
{
	return size >= 4096 && size <= 1 << 20 && !(size & (size - 1));
}

/* A comment: the first line of a record or of a reading, or the size of a page. */
static enum operations_result parse_comment(struct parser *parser, const char *line)
{
	static const char record[] = "# vmxctl record ", page[] = "# page size ";
	uint64_t number;

	if (!strncmp(line, record, strlen(record))) {
		line += strlen(record);
		if (parser->form != UNKNOWN && parser->form != RECORD)
			return OPERATIONS_BAD_LINE;
		if (!lex_number(&line, 10, &number))
			return OPERATIONS_UNKNOWN;
		if (number != RECORD_VERSION)
			return OPERATIONS_VERSION;
		parser->form = RECORD;
	} else if (!strncmp(line, page, strlen(page))) {
		line += strlen(page);
		if (!lex_number(&line, 10, &number) || *line || !is_page_size(number))
			return OPERATIONS_BAD_LINE;
		parser->operations->page_size = number;
	} else if (!strcmp(line, "# vmallocinfo") &&
		   (parser->form == UNKNOWN || parser->form == READINGS)) {
		if (parser->form == READINGS)
			parse_reading(parser, false, false);
		parser->form = READINGS;
	}
	return OPERATIONS_READ;
}

static enum form form_of(const char *line)
{
	if (!strncmp(line, "alloc ", 6) || !strncmp(line, "free ", 5) ||
	    !strncmp(line, "fail ", 5))
		return RECORD;
	return strncmp(line, "0x", 2) ? TRACE : ONE_READING;
}

static enum operations_result parse_line(struct parser *parser, const char *line, size_t length)
{
	if (*line == '#')
		return parse_comment(parser, line);
	if (!*lex_blanks(line))
		return OPERATIONS_READ;
	if (parser->form == UNKNOWN)
		parser->form = form_of(line);
	if (parser->form == RECORD)
		return parse_record(parser->operations, line) ? OPERATIONS_READ :
		       OPERATIONS_BAD_LINE;
	if (parser->form == TRACE)
		parse_trace(parser, line);
	else
		keep_text(parser, line, length);
	return OPERATIONS_READ;
}

enum operations_result operations_read(struct operations *operations, struct reader *reader)
{
	struct parser parser = { .operations = operations };
	enum operations_result result = OPERATIONS_READ;
	size_t length;
	char *line;

	*operations = (struct operations){ .page_size = 4096 };
	while (result == OPERATIONS_READ && (line = reader_line(reader, &length))) {
		operations->line++;
		/* No text has 0 bytes, and no line of these files is so long. */
		result = reader->cut || memchr(line, 0, length) ? OPERATIONS_BAD_LINE :
			 parse_line(&parser, line, length);
		/* A number may have lost its end. */
		if (parser.form == RECORD && reader->unended && result == OPERATIONS_READ)
			result = OPERATIONS_BAD_LINE;
	}
	if (result == OPERATIONS_READ && (parser.form == READINGS || parser.form == ONE_READING))
		parse_reading(&parser, true, reader->unended);
	if (result == OPERATIONS_READ &&
	    (parser.form == UNKNOWN || (parser.form == TRACE && !parser.nr_events) ||
	     (parser.form == ONE_READING && !operations->count)))
		result = OPERATIONS_UNKNOWN;
	vmallocinfo_free(&parser.before);
	free(parser.text);
	return result;
}

void operations_free(struct operations *operations)
{
	free(operations->list);
	free(operations->live);
	names_free(&operations->keys);
	*operations = (struct operations){ 0 };
}
