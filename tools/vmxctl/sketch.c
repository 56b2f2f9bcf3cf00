// SPDX-License-Identifier: GPL-2.0
/*
 * What a step of an explanation tells that can be drawn, and the drawing of it in letters.
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

/* "id=N" in the text up to @end, as "[id=N]"; "end" for a pointer of 0. */
static void element(const char *text, const char *end, char buffer[32])
{
	const char *id = memmem(text, end - text, "id=", 3);
	uint64_t number;

	if (id) {
		id += 3;
		if (lex_number(&id, 10, &number) && id <= end) {
			snprintf(buffer, 32, "[id=%" PRIu64 "]", number);
			return;
		}
	}
	snprintf(buffer, 32, "%s", _("end"));
}

/*
 * "list: next of id=3: 0x... (id=4) -> 0x... (id=6), next of id=6: 0x... (id=4)": 6 comes in
 * between. Without a second part, 4 is taken out.
 */
static void read_list(struct sketch *sketch, const char *text)
{
	const char *colon = strstr(text, ": "), *arrow = strstr(text, " -> "), *end;
	char elements[3][32] = { "vmx_list" };
	const char *rest;
	bool insert;

	if (!colon || !arrow || arrow < colon)
		return;
	rest = arrow + strlen(" -> ");
	end = strchrnul(rest, ')');
	insert = !strncmp(end, "), next of", 10);
	/* A pointer of 0 has no id behind it. */
	if (*rest == '0' && strncmp(rest, "0x", 2))
		end = rest;
	if (strncmp(text, "vmx_list", 8))
		element(text, colon, elements[0]);
	element(colon, arrow, elements[1]);
	element(rest, end, elements[2]);
	/* The longer one has all three. */
	memcpy(sketch->list.before, elements, sizeof(elements));
	memcpy(sketch->list.after[0], elements[0], sizeof(elements[0]));
	memcpy(sketch->list.after[1], elements[2], sizeof(elements[2]));
	memcpy(sketch->list.after[2], elements[1], sizeof(elements[1]));
	sketch->list.nr_before = insert ? 2 : 3;
	sketch->list.nr_after = insert ? 3 : 2;
}

static void read_hole(struct sketch *sketch, const struct step *step, const char *chosen)
{
	const char *size_text = step_word(step, "size="), *at = step_line(step, "addr = ");
	uint64_t start, end, addr, size;
	bool hidden = false;

	if (!size_text || !at || !lex_range(&chosen, &start, &end, &hidden) ||
	    !lex_number(&size_text, 10, &size) || !lex_address(&at, &addr, &hidden) || hidden ||
	    addr < start || addr >= end || size > end - addr)
		return;
	sketch->hole.start = start;
	sketch->hole.end = end;
	sketch->hole.addr = addr;
	sketch->hole.size = size;
}

static void read_boxes(struct boxes *boxes, uint64_t first, uint64_t nr)
{
	if (first + nr >= first)
		*boxes = (struct boxes){ first, nr };
}

void sketch_read(struct sketch *sketch, const struct step *step)
{
	uint64_t first, end, nr;
	const char *text, *from;
	bool hidden = false;

	*sketch = (struct sketch){ 0 };
	text = step_word(step, "chosen: ");
	if (text)
		read_hole(sketch, step, text);
	text = step_line(step, "list: ");
	if (text)
		read_list(sketch, text);
	text = step_word(step, " pfn=");
	if (text && lex_range(&text, &first, &end, &hidden) && !hidden && end > first)
		read_boxes(&sketch->frames, first, end - first);
	/* "set 5 pte entries from index 276 on in table 0x...: 0x...-0x..." */
	text = step_line(step, "set ");
	if (!text)
		text = step_line(step, "clear ");
	from = step_word(step, " from index ");
	if (text && from && lex_number(&text, 10, &nr) && lex_number(&from, 10, &first))
		read_boxes(&sketch->slots, first, nr);
}

static void print_list(const char *what, const char elements[3][32], size_t nr)
{
	printf(INDENT "  %-8s %s", what, elements[0]);
	for (size_t i = 1; i < nr; i++)
		printf(" --> %s", elements[i]);
	putchar('\n');
}

/* The hole as a bar, with the area in it. */
static void print_hole(const struct sketch *sketch, const struct terminal *terminal)
{
	size_t width = terminal->width > strlen(INDENT) + 4 ? terminal->width - strlen(INDENT) - 4 :
		       BAR_MAX;
	uint64_t length = sketch->hole.end - sketch->hole.start;
	uint64_t offset = sketch->hole.addr - sketch->hole.start, from, to;
	char text[SIZE_TEXT];

	if (width > BAR_MAX)
		width = BAR_MAX;
	from = (long double)offset / length * width;
	to = (long double)(offset + sketch->hole.size) / length * width;
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
	       size_format(text, length / width));
}

static void print_boxes(const char *what, const struct boxes *boxes, bool hexadecimal)
{
	printf(INDENT "  %s |", what);
	for (uint64_t i = 0; i < boxes->nr; i++) {
		if (boxes->nr > BOXES_MAX && i == 2) {
			fputs(" ... |", stdout);
			i = boxes->nr - 1;
		}
		printf(hexadecimal ? "%" PRIx64 "|" : "%" PRIu64 "|", boxes->first + i);
	}
	putchar('\n');
}

void sketch_step(const struct step *step, const struct terminal *terminal)
{
	struct sketch sketch;

	sketch_read(&sketch, step);
	if (sketch.hole.size)
		print_hole(&sketch, terminal);
	if (sketch.list.nr_before) {
		print_list(_("before"), sketch.list.before, sketch.list.nr_before);
		print_list(_("after"), sketch.list.after, sketch.list.nr_after);
	}
	if (sketch.frames.nr)
		print_boxes(_("frames"), &sketch.frames, true);
	if (sketch.slots.nr)
		print_boxes(_("entries"), &sketch.slots, false);
}
