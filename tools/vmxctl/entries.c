// SPDX-License-Identifier: GPL-2.0
/*
 * A walk through the page tables, drawn with the bits of each entry, and as JSON.
 *
 * The file walk names the flags that are set. Which bit a name is depends on the machine:
 * it is the one whose names all stand at bits that are set.
 */
#include <inttypes.h>
#include <stdio.h>
#include <string.h>

#include "entries.h"
#include "lexer.h"
#include "vmxctl.h"

#define INDENT "     "

/* The bits of an entry: those of the address, and the names of others. */
struct layout {
	unsigned int first, last;
	const char *names[64];
};

static const struct layout layouts[] = {
	{	/* x86 */
		12, 51,
		{ [0] = "P", [1] = "R/W", [2] = "U/S", [3] = "PWT", [4] = "PCD", [5] = "A",
		  [6] = "D", [7] = "PS/PAT", [8] = "G", [63] = "XD" },
	},
	{	/* arm64 */
		12, 49,
		{ [0] = "V", [1] = "T", [2] = "Attr0", [3] = "Attr1", [4] = "Attr2", [5] = "NS",
		  [6] = "AP1", [7] = "AP2", [8] = "SH0", [9] = "SH1", [10] = "AF", [11] = "nG",
		  [50] = "GP", [51] = "DBM", [52] = "Cont", [53] = "PXN", [54] = "UXN",
		  [55] = "SW:dirty", [56] = "SW:special", [59] = "PXNTable",
		  [60] = "UXNTable", [61] = "APTable0", [62] = "APTable1", [63] = "NSTable" },
	},
	{	/* riscv */
		10, 53,
		{ [0] = "V", [1] = "R", [2] = "W", [3] = "X", [4] = "U", [5] = "G", [6] = "A",
		  [7] = "D", [8] = "SW:special", [9] = "SW:devmap", [61] = "NC", [62] = "IO",
		  [63] = "N" },
	},
};

static bool is_laid_out(const struct walk_step *step, const struct layout *layout)
{
	const char *word = step->flags;
	unsigned int bit = 0;

	/* Both are in the order of the bits. */
	while (*(word = lex_blanks(word))) {
		size_t length = lex_length(word);

		while (bit < 64 && !(layout->names[bit] && step->entry >> bit & 1 &&
				     lex_is(word, length, layout->names[bit])))
			bit++;
		if (bit == 64)
			return false;
		bit++;
		word += length;
	}
	return true;
}

static const struct layout *layout_of(const struct walked *walked)
{
	for (size_t i = 0; i < ARRAY_SIZE(layouts); i++) {
		size_t j = 0;

		while (j < walked->nr && is_laid_out(&walked->steps[j], &layouts[i]))
			j++;
		if (j == walked->nr)
			return &layouts[i];
	}
	return NULL;
}

/* Bits from @high down to @low in groups of eight, and a line below that marks them. */
static void print_bits(FILE *stream, const struct walk_step *step, const struct layout *layout,
		       int high, int low)
{
	fprintf(stream, INDENT "%-2d", high);
	fprintf(stream, "%*d\n", high - low + (high - low) / 8 - 1, low);
	fputs(INDENT, stream);
	for (int bit = high; bit >= low; bit--)
		fprintf(stream, "%d%s", (int)(step->entry >> bit & 1),
			bit % 8 || bit == low ? "" : " ");
	fputs("\n" INDENT, stream);
	for (int bit = high; bit >= low; bit--) {
		bool address = bit >= (int)layout->first && bit <= (int)layout->last;
		bool flag = layout->names[bit] && step->entry >> bit & 1;

		putc(address ? '-' : flag ? '^' : ' ', stream);
		if (bit % 8 == 0 && bit != low)
			putc(address ? '-' : ' ', stream);
	}
	putc('\n', stream);
}

/* "^0 P  ^63 XD", in lines. */
static void print_names(FILE *stream, const struct walk_step *step, const struct layout *layout,
			size_t width)
{
	size_t column = strlen(INDENT);

	fputs(INDENT, stream);
	for (unsigned int bit = 0; bit < 64; bit++) {
		char text[32];
		size_t length;

		if (!layout->names[bit] || !(step->entry >> bit & 1))
			continue;
		length = snprintf(text, sizeof(text), " ^%u %s", bit, layout->names[bit]);
		if (width && column + length > width) {
			fputs("\n" INDENT, stream);
			column = strlen(INDENT);
		}
		fputs(text, stream);
		column += length;
	}
	putc('\n', stream);
}

void entries_bits(const struct walked *walked, const struct walk_step *step,
		  enum bit_kind kinds[64])
{
	const struct layout *layout = layout_of(walked);

	for (unsigned int bit = 0; bit < 64; bit++) {
		kinds[bit] = BIT_OTHER;
		if (layout && bit >= layout->first && bit <= layout->last)
			kinds[bit] = BIT_ADDRESS;
		else if (layout && layout->names[bit] && step->entry >> bit & 1)
			kinds[bit] = BIT_FLAG;
	}
}

void entries_print(const struct walked *walked, size_t width, FILE *stream)
{
	const struct layout *layout = layout_of(walked);
	bool wide = !width || width >= strlen(INDENT) + 64 + 7;

	fprintf(stream, _("the walk of 0x%" PRIx64 ":\n"), walked->address);
	for (size_t i = 0; i < walked->nr; i++) {
		const struct walk_step *step = &walked->steps[i];

		fprintf(stream, "%s  0x%" PRIx64 "[%" PRIu64 "] = 0x%016" PRIx64 "\n",
			level_names[step->level], step->table, step->index, step->entry);
		if (!layout) {
			fprintf(stream, INDENT "%s\n", step->flags);
		} else if (step->entry) {
			if (wide) {
				print_bits(stream, step, layout, 63, 0);
			} else {
				print_bits(stream, step, layout, 63, 32);
				print_bits(stream, step, layout, 31, 0);
			}
			print_names(stream, step, layout, width);
		}
		fputs(INDENT "-- ", stream);
		if (step->next)
			fprintf(stream, _("the table at 0x%" PRIx64 "\n"), step->next);
		else if (i == walked->nr - 1 && walked->end == WALK_MAPPED)
			fprintf(stream,
				_("frame 0x%" PRIx64 ", mapped by a leaf of %" PRIu64 " KiB\n"),
				walked->frame, walked->leaf >> 10);
		else if (walked->end == WALK_UNMAPPED)
			fprintf(stream, "%s\n", _("not mapped"));
		else
			fprintf(stream, "%s\n", _("this entry cannot be read"));
	}
}

#ifdef HAVE_JANSSON
json_t *entries_json(const struct walked *walked)
{
	static const char *const ends[] = {
		[WALK_CUT] = "cut", [WALK_MAPPED] = "mapped", [WALK_UNMAPPED] = "not mapped",
		[WALK_LOST] = "lost",
	};
	bool mapped = walked->end == WALK_MAPPED;
	json_t *steps = json_array();

	for (size_t i = 0; i < walked->nr; i++) {
		const struct walk_step *step = &walked->steps[i];

		json_t *object = json_pack("{s:s,s:o,s:o,s:o,s:o}",
					   "level", level_names[step->level],
					   "table", json_address(step->table),
					   "index", json_number(step->index),
					   "entry", json_address(step->entry),
					   "flags", json_words(step->flags));

		json_object_set_new(object, "next", step->next ? json_address(step->next) :
				    json_null());
		json_array_append_new(steps, object);
	}
	return json_pack("{s:o,s:b,s:o,s:s,s:o,s:o}", "address", json_address(walked->address),
			 "in_slice", walked->in_slice, "steps", steps, "end", ends[walked->end],
			 "frame", mapped ? json_number(walked->frame) : json_null(),
			 "leaf", mapped ? json_number(walked->leaf) : json_null());
}
#endif
