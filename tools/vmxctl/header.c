// SPDX-License-Identifier: GPL-2.0
/*
 * The first line of a file of vmx, whose format docs/files.md has.
 *
 *	header = "# vmx " NAME " 1 " ...
 */
#include "header.h"
#include "lexer.h"

enum parse_result header_parse(const char **line, const char *name)
{
	static const char begin[] = "# vmx ";
	const char *text = *line;
	uint64_t version;
	size_t length;

	if (strncmp(text, begin, strlen(begin)))
		return NO_HEADER;
	text += strlen(begin);
	length = lex_length(text);
	if (!lex_is(text, length, name))
		return NO_HEADER;
	text = lex_blanks(text + length);
	if (!lex_number(&text, 10, &version))
		return NO_HEADER;
	if (version != 1)
		return OTHER_VERSION;
	*line = lex_blanks(text);
	return PARSED;
}

enum parse_result header_parse_slice(const char *line, const char *name, uint64_t *start,
				     uint64_t *end)
{
	enum parse_result result = header_parse(&line, name);
	bool hidden = false;

	if (result != PARSED)
		return result;
	if (strncmp(line, "slice=", 6))
		return NO_HEADER;
	line += 6;
	return lex_range(&line, start, end, &hidden) && !hidden && *start < *end ? PARSED :
										  NO_HEADER;
}
