// SPDX-License-Identifier: GPL-2.0
/*
 * The parser of the file area of vmx, whose format docs/files.md has.
 *
 *	header  = "# vmx area 1 id=N descriptor=0xN requested=N"
 *	field   = NAME value
 *	frames  = "frames" 0xSTART-0xEND "pfn=0xN order=N zone=NAME node=N flags=..."
 *	entries = "entries" 0xSTART-0xEND { flag } LEVEL "pfn=0xN"
 *
 * Fields and words that are not known are skipped.
 */
#include "descriptor.h"
#include "lexer.h"
#include "runs.h"
#include "vmxctl.h"

#define TEXT_MAX 1024

static enum parse_result parse_header(const char *line, struct descriptor *descriptor)
{
	enum parse_result result = header_parse(&line, "area");
	size_t length;

	if (result != PARSED)
		return result;
	for (; *(line = lex_blanks(line)); line += length) {
		length = lex_length(line);
		if (!lex_pair(line, length, "id", &descriptor->id) &&
		    !lex_pair(line, length, "descriptor", &descriptor->at))
			lex_pair(line, length, "requested", &descriptor->requested);
	}
	return descriptor->id ? PARSED : NO_HEADER;
}

static uint32_t text_number(struct descriptor *descriptor, const char *text, size_t length)
{
	return names_number(&descriptor->texts, text, length < TEXT_MAX ? length : TEXT_MAX);
}

/* Decimal, or 0x and hexadecimal. *text moves behind it. */
static bool value(const char **text, uint64_t *number)
{
	if (strncmp(*text, "0x", 2))
		return lex_number(text, 10, number);
	*text += 2;
	return lex_number(text, 16, number);
}

static void parse_next(struct descriptor *descriptor, const char *text)
{
	if (!value(&text, &descriptor->next) || strncmp(text, " (id=", 5))
		return;
	text += 5;
	if (value(&text, &descriptor->next_id) && !strncmp(text, " at ", 4)) {
		text += 4;
		value(&text, &descriptor->next_addr);
	}
}

static void parse_field(struct descriptor *descriptor, const char *name, size_t length,
			const char *text)
{
	static const struct {
		const char *name;
		size_t offset;
	} numbers[] = {
		{ "addr", offsetof(struct descriptor, addr) },
		{ "size", offsetof(struct descriptor, size) },
		{ "flags", offsetof(struct descriptor, flags) },
		{ "pages", offsetof(struct descriptor, pages) },
		{ "nr_pages", offsetof(struct descriptor, nr_pages) },
		{ "phys_addr", offsetof(struct descriptor, phys_addr) },
		{ "page_order", offsetof(struct descriptor, page_order) },
	};

	if (lex_is(name, length, "next"))
		parse_next(descriptor, text);
	if (lex_is(name, length, "caller"))
		descriptor->caller = text_number(descriptor, text, strlen(text));
	for (size_t i = 0; i < ARRAY_SIZE(numbers); i++) {
		if (lex_is(name, length, numbers[i].name))
			value(&text, (uint64_t *)((char *)descriptor + numbers[i].offset));
	}
	if (lex_is(name, length, "flags")) {
		text = lex_blanks(text);
		descriptor->flag_names = text_number(descriptor, text, strlen(text));
	}
}

/* The flags of a run of entries are words up to the level. */
static void parse_flags(struct descriptor *descriptor, struct mapped *mapped, const char *text)
{
	char flags[256] = "";
	size_t length, used = 0;

	for (; *(text = lex_blanks(text)); text += length) {
		length = lex_length(text);
		if (level_of(text, length) != NR_LEVELS) {
			mapped->level = text_number(descriptor, text, length);
			break;
		}
		if (strspn(text, ".") == length || used + length + 2 > sizeof(flags))
			continue;
		if (used)
			flags[used++] = ' ';
		memcpy(flags + used, text, length);
		used += length;
	}
	mapped->flags = text_number(descriptor, flags, used);
}

static bool parse_mapped(struct descriptor *descriptor, bool entries, const char *text)
{
	struct mapped mapped = { .entries = entries };
	bool hidden = false;
	size_t length;

	if (!lex_range(&text, &mapped.start, &mapped.end, &hidden) || hidden ||
	    mapped.start >= mapped.end)
		return false;
	if (entries)
		parse_flags(descriptor, &mapped, text);
	for (; *(text = lex_blanks(text)); text += length) {
		length = lex_length(text);
		if (lex_pair(text, length, "pfn", &mapped.pfn) ||
		    lex_pair(text, length, "order", &mapped.order) ||
		    lex_pair(text, length, "node", &mapped.node))
			continue;
		if (length > 5 && !memcmp(text, "zone=", 5))
			mapped.zone = text_number(descriptor, text + 5, length - 5);
		else if (!entries && length > 6 && !memcmp(text, "flags=", 6))
			mapped.flags = text_number(descriptor, text + 6, length - 6);
	}
	/* At a power of two, the room becomes twice as large, or more. */
	if (!(descriptor->nr_mapped & (descriptor->nr_mapped - 1)))
		descriptor->mapped = resize(descriptor->mapped, 2 * sizeof(mapped) *
					    (descriptor->nr_mapped + 1));
	descriptor->mapped[descriptor->nr_mapped++] = mapped;
	return true;
}

enum parse_result descriptor_read(struct descriptor *descriptor, struct reader *reader)
{
	enum parse_result result = NO_HEADER;
	const char *line, *text;
	size_t length;

	*descriptor = (struct descriptor){ 0 };
	text_number(descriptor, "", 0);
	line = reader_line(reader, &length);
	if (line)
		result = parse_header(line, descriptor);
	if (result != PARSED)
		return result;
	while ((line = reader_line(reader, &length))) {
		if (*line == '#') {
			descriptor->freed = true;
			continue;
		}
		length = lex_length(line);
		text = lex_blanks(line + length);
		if (!lex_is(line, length, "frames") && !lex_is(line, length, "entries"))
			parse_field(descriptor, line, length, text);
		else if (!parse_mapped(descriptor, *line == 'e', text))
			return NO_HEADER;
	}
	return PARSED;
}

void descriptor_free(struct descriptor *descriptor)
{
	names_free(&descriptor->texts);
	free(descriptor->mapped);
	*descriptor = (struct descriptor){ 0 };
}
