// SPDX-License-Identifier: GPL-2.0
/*
 * The parser of /proc/vmallocinfo.
 *
 *	line    = range size [caller] { word }
 *	range   = 0xSTART-0xEND, or hashed by %pK, or 0, or "(____ptrval____)" early at boot
 *	caller  = function+0xOFFSET/0xSIZE, or 0xADDRESS if the function's name is gone; and
 *		  " [module]" if it is a module's
 *	word    = pages=N | phys=ADDRESS | ioremap | vmalloc | vmap | user | dma-coherent |
 *		  sparse | vpages | vm_map_ram | "unpurged vm_area" | N0=N
 *
 * Words that are not known are skipped: a newer kernel may have some. A line whose range
 * or size cannot be read is counted and otherwise ignored.
 */
#include <string.h>

#include "lexer.h"
#include "vmallocinfo.h"
#include "vmxctl.h"

/* Longer than a function's and a module's name can be. */
#define CALLER_MAX 1024

/* Far more than any machine has; so small that sums of a few hundred lines are exact. */
#define SIZE_LIMIT (1ull << 57)

struct parser {
	struct vmallocinfo *info;
	size_t room;
	size_t hashed, zero;
	unsigned long page_votes[64];
	/* Neighbouring lines often have the same caller. */
	const char *last_caller;
	size_t last_length;
	uint32_t last_number;
	/* For each number of a caller, its kind. */
	unsigned char *caller_kinds;
	uint32_t nr_kinds;
};

/* Flags of the words behind the caller. */
enum {
	W_IOREMAP = 1, W_VMALLOC = 2, W_VMAP = 4, W_USER = 8, W_DMA = 16, W_OTHER = 32,
	W_VM_MAP_RAM = 64, W_UNPURGED = 128,
};

/*
 * Read one word. Returns its flag, W_OTHER for a word without a kind, 0 if it is not
 * known.
 */
static unsigned int word(const char *text, size_t length, uint32_t *pages)
{
	static const struct {
		const char *word;
		unsigned int flag;
	} words[] = {
		{ "vmalloc", W_VMALLOC }, { "ioremap", W_IOREMAP }, { "vmap", W_VMAP },
		{ "user", W_USER }, { "dma-coherent", W_DMA }, { "vpages", W_OTHER },
		{ "sparse", W_OTHER }, { "vm_map_ram", W_VM_MAP_RAM }, { "unpurged", W_UNPURGED },
	};
	uint64_t value;

	if (lex_pair(text, length, "pages", &value)) {
		*pages = value <= UINT32_MAX ? value : 0;
		return W_OTHER;
	}
	if (length > 5 && !memcmp(text, "phys=", 5))
		return W_OTHER;
	if (length > 2 && text[0] == 'N' && text[1] >= '0' && text[1] <= '9' &&
	    memchr(text, '=', length))
		return W_OTHER;
	for (size_t i = 0; i < ARRAY_SIZE(words); i++) {
		if (lex_is(text, length, words[i].word))
			return words[i].flag;
	}
	return 0;
}

static enum kind kind_of(struct parser *parser, unsigned int words, uint32_t caller)
{
	enum kind kind = caller == NO_CALLER ? KIND_OTHER : parser->caller_kinds[caller];

	if (words & W_UNPURGED)
		return KIND_UNPURGED;
	if (words & W_VM_MAP_RAM)
		return KIND_VM_MAP_RAM;
	if (words & W_IOREMAP)
		return KIND_IOREMAP;
	if (words & W_DMA)
		return KIND_DMA;
	if (kind != KIND_OTHER)
		return kind;
	if (words & W_USER)
		return KIND_USER;
	if (words & W_VMAP)
		return KIND_VMAP;
	return words & W_VMALLOC ? KIND_VMALLOC : KIND_OTHER;
}

static uint32_t caller_number(struct parser *parser, const char *text, size_t length)
{
	struct names *callers = &parser->info->callers;

	if (length > CALLER_MAX)
		length = CALLER_MAX;
	if (parser->last_caller && length == parser->last_length &&
	    !memcmp(text, parser->last_caller, length))
		return parser->last_number;
	/* No file of a kernel has so many; further ones have none. */
	if (callers->count == NO_CALLER)
		return NO_CALLER;
	parser->last_number = names_number(callers, text, length);
	parser->last_caller = callers->texts[parser->last_number];
	parser->last_length = length;
	if (parser->last_number == parser->nr_kinds) {
		if (!(parser->nr_kinds & (parser->nr_kinds - 1)))
			parser->caller_kinds = resize(parser->caller_kinds,
						      parser->nr_kinds ? 2 * parser->nr_kinds : 1);
		parser->caller_kinds[parser->nr_kinds++] = kind_of_caller(parser->last_caller);
	}
	return parser->last_number;
}

static bool parse_line(struct parser *parser, const char *text)
{
	struct vmallocinfo *info = parser->info;
	uint32_t pages = 0, caller = NO_CALLER;
	unsigned int words = 0, flag;
	uint64_t start, end, size;
	bool hidden = false;
	size_t length;

	if (!lex_range(&text, &start, &end, &hidden) || *text != ' ')
		return false;
	text = lex_blanks(text);
	if (!lex_number(&text, 10, &size) || size > SIZE_LIMIT || (*text && *text != ' '))
		return false;

	text = lex_blanks(text);
	length = lex_length(text);
	flag = length ? word(text, length, &pages) : W_OTHER;
	if (!flag) {
		/* What is no word is the caller. */
		length = lex_caller(text);
		caller = caller_number(parser, text, length);
	}
	for (;;) {
		words |= flag;
		text += length;
		text = lex_blanks(text);
		if (!*text)
			break;
		length = lex_length(text);
		flag = word(text, length, &pages);
	}

	if (!hidden && !start && !end)
		hidden = size > 0;
	if (hidden) {
		parser->zero++;
		start = 0;
	} else if (end - start != size || end < start) {
		parser->hashed++;
		start = 0;
	}
	/* An area of vmalloc() has a guard page behind its frames. */
	if (words & W_VMALLOC && pages && size % (pages + 1ull) == 0) {
		uint64_t page = size / (pages + 1ull);

		if (page && !(page & (page - 1)))
			parser->page_votes[__builtin_ctzll(page)]++;
	}

	if (info->count == parser->room) {
		parser->room = parser->room ? parser->room + parser->room / 2 : 1024;
		info->lines = resize(info->lines, parser->room * sizeof(*info->lines));
	}
	info->lines[info->count++] = (struct vm_line){
		.start = start, .size = size, .pages = pages, .caller = caller,
		.kind = kind_of(parser, words, caller),
	};
	return true;
}

static void judge(struct parser *parser)
{
	struct vmallocinfo *info = parser->info;
	size_t real = info->count - parser->hashed - parser->zero;
	unsigned int shift, best = 12;

	if (real > parser->hashed + parser->zero || !info->count)
		info->addresses = ADDRESSES_REAL;
	else
		info->addresses = parser->hashed > parser->zero ? ADDRESSES_HASHED : ADDRESSES_ZERO;
	if (info->addresses == ADDRESSES_REAL)
		info->odd = parser->hashed + parser->zero;

	/* Linux has pages of 4 KiB to 256 KiB. */
	for (shift = 12; shift <= 18; shift++) {
		if (parser->page_votes[shift] > parser->page_votes[best])
			best = shift;
	}
	info->page_size = 1ull << best;
}

int vmallocinfo_read(struct vmallocinfo *info, struct reader *reader)
{
	struct parser parser = { .info = info };
	size_t length;
	char *line;

	*info = (struct vmallocinfo){ 0 };
	while ((line = reader_line(reader, &length))) {
		/* A line that has a 0 byte, or was cut, is no line of the kernel. */
		if (reader->cut || memchr(line, 0, length) || !parse_line(&parser, line))
			info->bad++;
	}
	judge(&parser);
	free(parser.caller_kinds);
	return reader->error;
}

void vmallocinfo_free(struct vmallocinfo *info)
{
	free(info->lines);
	names_free(&info->callers);
	*info = (struct vmallocinfo){ 0 };
}

const char *vm_caller(const struct vmallocinfo *info, const struct vm_line *line)
{
	if (line->caller != NO_CALLER)
		return info->callers.texts[line->caller];
	switch (line->kind) {
	case KIND_UNPURGED:
		return "(unpurged)";
	case KIND_VM_MAP_RAM:
		return "(vm_map_ram)";
	default:
		return "(no caller)";
	}
}

static int by_start(const void *one, const void *other)
{
	const struct vm_line *a = one, *b = other;

	return a->start < b->start ? -1 : a->start > b->start;
}

void vmallocinfo_sort(struct vmallocinfo *info)
{
	size_t i;

	for (i = 1; i < info->count; i++) {
		if (info->lines[i - 1].start > info->lines[i].start) {
			qsort(info->lines, info->count, sizeof(*info->lines), by_start);
			return;
		}
	}
}
