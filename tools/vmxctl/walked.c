// SPDX-License-Identifier: GPL-2.0
/*
 * The parser of the file walk of vmx, whose format docs/files.md has.
 *
 *	header = "# vmx walk 1 address=0xADDRESS" [ " (in the slice)" ]
 *	step   = LEVEL "table" 0xN "index" N "entry" 0xN { flag } [ "-> table" 0xN ]
 *	end    = "mapped: frame 0xN, by a leaf of N KiB" | "not mapped: ..." | "lost: ..."
 */
#include <stdio.h>

#include "lexer.h"
#include "walked.h"

enum parse_result walked_header(struct walked *walked, const char *line)
{
	enum parse_result result = header_parse(&line, "walk");
	bool hidden = false;

	*walked = (struct walked){ 0 };
	if (result != PARSED)
		return result;
	if (strncmp(line, "address=", 8))
		return NO_HEADER;
	line += 8;
	if (!lex_address(&line, &walked->address, &hidden) || hidden)
		return NO_HEADER;
	walked->in_slice = !strcmp(line, " (in the slice)");
	return PARSED;
}

/* "word N": *line moves behind it. */
static bool labelled(const char **line, const char *word, unsigned int base, uint64_t *number)
{
	*line = lex_blanks(*line);
	if (strncmp(*line, word, strlen(word)))
		return false;
	*line = lex_blanks(*line + strlen(word));
	if (base == 16) {
		if (strncmp(*line, "0x", 2))
			return false;
		*line += 2;
	}
	return lex_number(line, base, number);
}

static bool parse_step(struct walked *walked, const char *line)
{
	struct walk_step step = { .level = level_of(line, 3) };
	const char *arrow;
	size_t length;

	if (strlen(line) < 4 || line[3] != ' ' || step.level == NR_LEVELS ||
	    walked->nr == NR_LEVELS || walked->end != WALK_CUT)
		return false;
	line += 3;
	if (!labelled(&line, "table", 16, &step.table) ||
	    !labelled(&line, "index", 10, &step.index) ||
	    !labelled(&line, "entry", 16, &step.entry))
		return false;
	line = lex_blanks(line);
	arrow = strstr(line, "-> table 0x");
	length = arrow ? (size_t)(arrow - line) : strlen(line);
	while (length && line[length - 1] == ' ')
		length--;
	if (length >= sizeof(step.flags))
		return false;
	memcpy(step.flags, line, length);
	for (char *c = step.flags; *c; c++)
		*c = *c >= ' ' && *c <= '~' ? *c : '?';
	if (arrow && !labelled(&arrow, "-> table", 16, &step.next))
		return false;
	walked->steps[walked->nr++] = step;
	return true;
}

bool walked_line(struct walked *walked, const char *line)
{
	if (!walked->nr || walked->end != WALK_CUT || !strchr("mnl", *line))
		return parse_step(walked, line);
	if (labelled(&line, "mapped: frame", 16, &walked->frame)) {
		if (!labelled(&line, ", by a leaf of", 10, &walked->leaf) ||
		    __builtin_mul_overflow(walked->leaf, 1024, &walked->leaf))
			return false;
		walked->end = WALK_MAPPED;
	} else if (!strncmp(line, "not mapped:", 11)) {
		walked->end = WALK_UNMAPPED;
	} else if (!strncmp(line, "lost:", 5)) {
		walked->end = WALK_LOST;
	}
	return walked->end != WALK_CUT;
}

enum parse_result walked_read(struct walked *walked, struct reader *reader)
{
	enum parse_result result = NO_HEADER;
	size_t length;
	char *line = reader_line(reader, &length);

	if (line)
		result = walked_header(walked, line);
	if (result != PARSED)
		return result;
	while ((line = reader_line(reader, &length))) {
		if (!walked_line(walked, line))
			return NO_HEADER;
	}
	return walked->end == WALK_CUT ? NO_HEADER : PARSED;
}
