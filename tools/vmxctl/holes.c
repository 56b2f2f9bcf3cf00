// SPDX-License-Identifier: GPL-2.0
/*
 * The parser of the file gaps of vmx, whose format docs/files.md has.
 *
 *	header = "# vmx gaps 1 slice=0xSTART-0xEND"
 *	line   = 0xSTART-0xEND size
 *	last   = "# count=N total=N largest=N fragmentation=0.NNN quarantined=N guard=N"
 */
#include "holes.h"
#include "lexer.h"
#include "vmxctl.h"

static void parse_last(const char *line, struct holes *holes)
{
	size_t length;

	for (line = lex_blanks(line + 1); *line; line = lex_blanks(line + length)) {
		length = lex_length(line);
		if (length > 14 && !memcmp(line, "fragmentation=", 14))
			holes->fragmentation = strtod(line + 14, NULL);
		else if (!lex_pair(line, length, "total", &holes->total) &&
			 !lex_pair(line, length, "largest", &holes->largest) &&
			 !lex_pair(line, length, "quarantined", &holes->quarantined))
			lex_pair(line, length, "guard", &holes->guard);
	}
}

enum parse_result holes_read(struct holes *holes, struct reader *reader)
{
	enum parse_result result = NO_HEADER;
	size_t length, room = 0;
	uint64_t above;
	char *line;

	*holes = (struct holes){ 0 };
	line = reader_line(reader, &length);
	if (line)
		result = header_parse_slice(line, "gaps", &holes->slice_start,
					    &holes->slice_end);
	if (result != PARSED)
		return result;
	above = holes->slice_start;
	while ((line = reader_line(reader, &length))) {
		const char *text = line;
		bool hidden = false;
		struct hole hole;

		if (*line == '#') {
			parse_last(line, holes);
			continue;
		}
		if (reader->cut || !lex_range(&text, &hole.start, &hole.end, &hidden) || hidden ||
		    hole.start < above || hole.end <= hole.start || hole.end > holes->slice_end) {
			holes->bad++;
			continue;
		}
		above = hole.end;
		if (holes->count == room) {
			room = room ? room + room / 2 : 256;
			holes->list = resize(holes->list, room * sizeof(hole));
		}
		holes->list[holes->count++] = hole;
	}
	return PARSED;
}

void holes_free(struct holes *holes)
{
	free(holes->list);
	*holes = (struct holes){ 0 };
}
