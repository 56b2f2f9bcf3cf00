// SPDX-License-Identifier: GPL-2.0
/*
 * The parser of the file map of vmx, whose format docs/files.md has.
 *
 *	header = "# vmx map 1: a character is " N " KiB (" ...
 *	line   = 0xSTART character { character }
 *
 * Other lines that begin with "#" explain the characters.
 */
#include "lexer.h"
#include "marks.h"
#include "vmxctl.h"

#define MARKS_MAX (1u << 20)

static enum parse_result parse_header(const char *line, struct marks *marks)
{
	static const char begin[] = ": a character is ";
	enum parse_result result = header_parse(&line, "map");

	if (result != PARSED)
		return result;
	if (strncmp(line, begin, strlen(begin)))
		return NO_HEADER;
	line += strlen(begin);
	return lex_number(&line, 10, &marks->bytes) && !strncmp(line, " KiB", 4) &&
	       marks->bytes && !(marks->bytes & (marks->bytes - 1)) &&
	       !__builtin_mul_overflow(marks->bytes, 1024, &marks->bytes) ? PARSED : NO_HEADER;
}

/* Each line goes on where the one before has ended. */
static bool parse_line(const char *line, struct marks *marks)
{
	uint64_t start, size, end;
	bool hidden = false;
	size_t length;

	if (!lex_address(&line, &start, &hidden) || hidden || *line++ != ' ')
		return false;
	length = strlen(line);
	if (!marks->count)
		marks->start = start;
	if (!length || length > MARKS_MAX - marks->count ||
	    start - marks->start != marks->count * marks->bytes ||
	    __builtin_mul_overflow(marks->bytes, marks->count + length, &size) ||
	    __builtin_add_overflow(marks->start, size, &end))
		return false;
	marks->list = resize(marks->list, marks->count + length);
	memcpy(marks->list + marks->count, line, length);
	marks->count += length;
	return true;
}

enum parse_result marks_read(struct marks *marks, struct reader *reader)
{
	enum parse_result result = NO_HEADER;
	size_t length;
	char *line;

	*marks = (struct marks){ 0 };
	line = reader_line(reader, &length);
	if (line)
		result = parse_header(line, marks);
	if (result != PARSED)
		return result;
	while ((line = reader_line(reader, &length))) {
		if (*line != '#')
			marks->bad += reader->cut || memchr(line, 0, length) ||
				      !parse_line(line, marks);
	}
	return PARSED;
}

void marks_free(struct marks *marks)
{
	free(marks->list);
	*marks = (struct marks){ 0 };
}
