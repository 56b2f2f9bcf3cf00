// SPDX-License-Identifier: GPL-2.0
/*
 * Draw what a step of an explanation tells: the list, the hole, the frames, the entries.
 *
 * The values are those of the step's lines. A line that does not have them is not drawn.
 */
#include <inttypes.h>
#include <stdio.h>
#include <string.h>

#include "lexer.h"
#include "size.h"
#include "sketch.h"
#include "vmxctl.h"

#define INDENT "      "
#define BAR_MAX 64

/* Of so many frames or entries, all are drawn. */
#define BOXES_MAX 8

/* "id=N" in the text up to @end, as "[id=N]"; "end" for a pointer of 0. */
static const char *element(const char *text, const char *end, char buffer[32])
{
	const char *id = memmem(text, end - text, "id=", 3);
	uint64_t number;

	if (id) {
		id += 3;
		if (lex_number(&id, 10, &number) && id <= end) {
			snprintf(buffer, 32, "[id=%" PRIu64 "]", number);
			return buffer;
		}
	}
	return _("end");
}

/*
 * "list: next of id=3: 0x... (id=4) -> 0x... (id=6), next of id=6: 0x... (id=4)": 6 comes in
 * between. Without a second part, 4 is taken out.
 */
static void sketch_list(const char *text)
{
	const char *colon = strstr(text, ": "), *arrow = strstr(text, " -> "), *end;
	char texts[3][32];
	const char *first, *old, *new, *rest;
	bool insert;

	if (!colon || !arrow || arrow < colon)
		return;
	rest = arrow + strlen(" -> ");
	end = strchrnul(rest, ')');
	insert = !strncmp(end, "), next of", 10);
	/* A pointer of 0 has no id behind it. */
	if (*rest == '0' && strncmp(rest, "0x", 2))
		end = rest;
	first = !strncmp(text, "vmx_list", 8) ? "vmx_list" : element(text, colon, texts[0]);
	old = element(colon, arrow, texts[1]);
	new = element(rest, end, texts[2]);
	printf(INDENT "  %-8s %s --> %s", _("before"), first, old);
	if (!insert)
		printf(" --> %s", new);
	printf("\n" INDENT "  %-8s %s --> %s", _("after"), first, new);
	if (insert)
		printf(" --> %s", old);
	putchar('\n');
}

/* The hole as a bar, with the area in it. */
static void sketch_hole(const struct step *step, const char *chosen,
			const struct terminal *terminal)
{
	const char *size_text = step_word(step, "size="), *at = step_line(step, "addr = ");
	size_t width = terminal->width > strlen(INDENT) + 4 ? terminal->width - strlen(INDENT) - 4 :
		       BAR_MAX;
	uint64_t start, end, addr, size, from, to;
	char text[SIZE_TEXT];
	bool hidden = false;

	if (!size_text || !at || !lex_range(&chosen, &start, &end, &hidden) ||
	    !lex_number(&size_text, 10, &size) || !lex_address(&at, &addr, &hidden) || hidden ||
	    addr < start || addr >= end || size > end - addr)
		return;
	if (width > BAR_MAX)
		width = BAR_MAX;
	from = (long double)(addr - start) / (end - start) * width;
	to = (long double)(addr - start + size) / (end - start) * width;
	if (to <= from)
		to = from + 1;
	fputs(INDENT "  [", stdout);
	for (size_t i = 0; i < width; i++) {
		if (i == to && i > from)
			terminal_plain(terminal);
		if (i >= from && i < to)
			terminal_letter(terminal, 0x4477aa, 67, 4, '#');
		else
			putchar('.');
	}
	if (to >= width)
		terminal_plain(terminal);
	printf("]\n" INDENT "  %s %s\n", _("# the area; a character is"),
	       size_format(text, (end - start) / width));
}

/* Neighbouring numbers as boxes; of many, the first and the last. */
static void sketch_boxes(const char *what, uint64_t first, uint64_t nr, bool hexadecimal)
{
	const char *format = hexadecimal ? "%" PRIx64 "|" : "%" PRIu64 "|";

	if (!nr || first + nr < first)
		return;
	printf(INDENT "  %s |", what);
	for (uint64_t i = 0; i < nr; i++) {
		if (nr > BOXES_MAX && i == 2) {
			fputs(" ... |", stdout);
			i = nr - 1;
		}
		printf(format, first + i);
	}
	putchar('\n');
}

static void sketch_frames(const char *text)
{
	uint64_t first, end;
	bool hidden = false;

	if (lex_range(&text, &first, &end, &hidden) && !hidden && end > first)
		sketch_boxes(_("frames"), first, end - first, true);
}

/* "set 5 pte entries from index 276 on in table 0x...: 0x...-0x..." */
static void sketch_slots(const struct step *step, const char *text)
{
	const char *from = step_word(step, " from index ");
	uint64_t nr, index;

	if (from && lex_number(&text, 10, &nr) && lex_number(&from, 10, &index))
		sketch_boxes(_("entries"), index, nr, false);
}

void sketch_step(const struct step *step, const struct terminal *terminal)
{
	const char *text;

	text = step_word(step, "chosen: ");
	if (text)
		sketch_hole(step, text, terminal);
	text = step_line(step, "list: ");
	if (text)
		sketch_list(text);
	text = step_word(step, " pfn=");
	if (text)
		sketch_frames(text);
	text = step_line(step, "set ");
	if (!text)
		text = step_line(step, "clear ");
	if (text)
		sketch_slots(step, text);
}
