// SPDX-License-Identifier: GPL-2.0
/*
 * vmxctl top: one area on a page of its own, and the help.
 *
 * An area is shown as the file area has it: descriptor, frames and entries. Then come the
 * steps of the walk to its first page, with the bits of each entry. Both were read when the page
 * was opened.
 */
#include <inttypes.h>
#include <stdio.h>
#include <string.h>

#include "entries.h"
#include "lexer.h"
#include "show.h"
#include "source.h"
#include "top.h"
#include "vmxctl.h"

static void split(struct page *page)
{
	char *line = page->text;

	for (char *c = line; *c; c++)
		page->nr += *c == '\n';
	page->lines = allocate(page->nr * sizeof(*page->lines));
	for (size_t i = 0; i < page->nr; i++) {
		page->lines[i] = line;
		line = strchr(line, '\n');
		*line++ = 0;
	}
}

/* Add what the file area says, and find the first address in it. */
static int add_area(FILE *stream, char *id, const char *from, char address[32])
{
	struct reader reader;
	size_t length;
	char *line;
	int code = show_open("area", id, from, &reader);

	if (code)
		return code;
	while ((line = reader_line(&reader, &length))) {
		fprintf(stream, "%s\n", line);
		if (!strncmp(line, "addr ", 5))
			snprintf(address, 32, "%s", lex_blanks(line + 5));
	}
	return source_close(&reader, "area");
}

static void add_walk(FILE *stream, char *address, const char *from, size_t width)
{
	struct walked walked;
	struct reader reader;

	if (show_open("walk", address, from, &reader))
		return;
	if (walked_read(&walked, &reader) == PARSED) {
		fputc('\n', stream);
		entries_print(&walked, width, stream);
	}
	source_close(&reader, "walk");
}

bool page_open_area(struct page *page, uint64_t id, const char *from, size_t width)
{
	char key[32], address[32] = "";
	FILE *stream;
	size_t size;
	int code;

	*page = (struct page){ 0 };
	stream = open_memstream(&page->text, &size);
	if (!stream)
		abort();
	snprintf(key, sizeof(key), "%" PRIu64, id);
	code = add_area(stream, key, from, address);
	/* That the walk cannot be seen is told, and the rest is shown. */
	if (!code && *address)
		add_walk(stream, address, from, width);
	fclose(stream);
	if (code)
		page_close(page);
	else
		split(page);
	return !code;
}

void page_open_help(struct page *page)
{
	*page = (struct page){ 0 };
	page->text = strdup(_("Up Down PgUp PgDn Home End   choose an area\n"
			      "Enter        its descriptor, frames, entries and walk\n"
			      "F3  /        search: the next area with this text\n"
			      "n            search on\n"
			      "F4  \\        filter: only areas with this text\n"
			      "F6  s        sort by another column; the same one: the other way\n"
			      "c            what the colours of the map tell\n"
			      "f            free the area\n"
			      "F1  ?        this help\n"
			      "F10 q        end; here and on an area's page: back\n"
			      "\n"
			      "Rates count what magazines do, too. The file pgtables is never read.\n"
			      "If a reading takes more than a tenth of the interval, "
			      "there are fewer.\n"));
	if (!page->text)
		abort();
	split(page);
}

void page_close(struct page *page)
{
	free(page->lines);
	free(page->text);
	*page = (struct page){ 0 };
}
