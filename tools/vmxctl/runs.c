// SPDX-License-Identifier: GPL-2.0
/*
 * The parser of the file pgtables of vmx, whose format docs/files.md has.
 *
 *	text   = { header | run }
 *	header = "---[ NAME ]---"
 *	run    = 0xSTART-0xEND size { word } [ "frames=" FRAMES ] [ "id=" N ]
 *	FRAMES = 0xFIRST-0xEND { "," 0xFIRST-0xEND } [ ",... (N runs)" ]
 *
 * One word is the level. The others are flags, and none means "not mapped". Their names
 * are those of the machine; each says "writable" and "executable" in one of two ways.
 */
#include <string.h>
#include <strings.h>

#include "lexer.h"
#include "runs.h"

#define MAX_FLAGS 64
#define FLAG_LENGTH 32

const char *const level_names[NR_LEVELS] = { "pgd", "p4d", "pud", "pmd", "pte" };

enum level level_of(const char *text, size_t length)
{
	enum level level = LEVEL_PGD;

	while (level < NR_LEVELS &&
	       (length != 3 || strncasecmp(text, level_names[level], length)))
		level++;
	return level;
}

static bool parse_frames(struct run *run, const char *text)
{
	bool hidden = false;

	for (;;) {
		struct frames *frames = &run->frames[run->nr_frames];

		if (!strncmp(text, "...", 3)) {
			run->more_frames = true;
			return true;
		}
		if (run->nr_frames == MAX_FRAMES ||
		    !lex_range(&text, &frames->first, &frames->end, &hidden) || hidden ||
		    frames->first >= frames->end)
			return false;
		run->nr_frames++;
		if (*text != ',')
			return !*text || *text == ' ';
		text++;
	}
}

/* riscv has a column for each flag, with dots where it is not set. */
static bool is_unset(const char *word, size_t length)
{
	return strspn(word, ".") == length;
}

static bool parse_flag(struct runs *runs, struct run *run, const char *word, size_t length)
{
	uint32_t number;

	if (is_unset(word, length))
		return true;
	if (length > FLAG_LENGTH)
		return false;
	if (runs->flags.count < MAX_FLAGS)
		number = names_number(&runs->flags, word, length);
	else if (!names_find(&runs->flags, word, length, &number))
		return false;
	run->flags |= 1ull << number;
	run->writable |= lex_is(word, length, "RW") || lex_is(word, length, "W");
	run->executable |= lex_is(word, length, "x") || lex_is(word, length, "X");
	return true;
}

static bool parse_run(struct runs *runs, struct run *run, const char *line)
{
	bool hidden = false, framed = false;
	uint64_t end;
	size_t length;

	*run = (struct run){ .level = NR_LEVELS, .range = runs->range };
	if (!lex_range(&line, &run->start, &end, &hidden) || hidden || *line != ' ')
		return false;
	/* An end of 0 is that of all addresses, of 64 bits or of 32. */
	run->last = end ? end - 1 : run->start >> 32 ? UINT64_MAX : UINT32_MAX;
	if (run->last < run->start)
		return false;
	line = lex_blanks(line);
	/* The kernel's own dump of riscv has a physical address before the size. */
	if (!strncmp(line, "0x", 2))
		line = lex_blanks(line + lex_length(line));
	line += lex_length(line);
	for (; *(line = lex_blanks(line)); line += length) {
		length = lex_length(line);
		if (level_of(line, length) != NR_LEVELS) {
			if (run->level != NR_LEVELS)
				return false;
			run->level = level_of(line, length);
		} else if (!strncmp(line, "frames=", 7)) {
			if (framed || !parse_frames(run, line + 7))
				return false;
			framed = true;
		} else if (memchr(line, '=', length)) {
			lex_pair(line, length, "id", &run->id);
		} else if (!framed && !parse_flag(runs, run, line, length)) {
			return false;
		}
	}
	return run->level != NR_LEVELS;
}

static bool parse_header(struct runs *runs, const char *line, size_t length)
{
	static const char begin[] = "---[ ", end[] = " ]---";
	size_t around = strlen(begin) + strlen(end);

	if (length <= around || length > around + FLAG_LENGTH ||
	    strncmp(line, begin, strlen(begin)) ||
	    strcmp(line + length - strlen(end), end))
		return false;
	runs->range = names_number(&runs->ranges, line + strlen(begin), length - around);
	return true;
}

/* A run that tells all its frames says how large a page is. */
static void learn_page(struct runs *runs, const struct run *run)
{
	uint64_t pages = 0, size = run_size(run);

	for (size_t i = 0; i < run->nr_frames; i++)
		pages = add(pages, run->frames[i].end - run->frames[i].first);
	if (pages && !run->more_frames && size % pages == 0)
		runs->page = size / pages;
}

void runs_begin(struct runs *runs, struct reader *reader)
{
	*runs = (struct runs){ .reader = reader, .page = 4096 };
	names_number(&runs->ranges, "", 0);
}

bool runs_next(struct runs *runs, struct run *run)
{
	size_t length;
	char *line;

	while ((line = reader_line(runs->reader, &length))) {
		bool whole = !runs->reader->cut && !memchr(line, 0, length);

		if (whole && parse_run(runs, run, line)) {
			learn_page(runs, run);
			runs->count++;
			return true;
		}
		if (!whole || !parse_header(runs, line, length))
			runs->bad++;
	}
	return false;
}

void runs_free(struct runs *runs)
{
	names_free(&runs->flags);
	names_free(&runs->ranges);
}
