/* SPDX-License-Identifier: GPL-2.0 */
/*
 * The file areas of vmx.
 */
#ifndef VMXCTL_AREAS_H
#define VMXCTL_AREAS_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#include "header.h"
#include "names.h"
#include "reader.h"

/* There may be a million of them: 56 bytes each. */
struct area {
	uint64_t start, size;	/* the guard page included */
	uint64_t id, requested;
	uint32_t pages, leaves;
	uint32_t caller, comm;	/* numbers in names */
	int32_t pid;
	bool zero : 1, rox : 1, cached : 1, freed : 1, user : 1, map : 1;
};

struct areas {
	struct area *list;
	size_t count;
	struct names names;
	uint64_t slice_start, slice_end;
	size_t bad;		/* lines that could not be read */
};

/* Where a reading is: it may be done a part at a time. */
struct areas_parser {
	struct areas *areas;
	struct reader *reader;
	size_t room;
	uint64_t above;		/* the end of the last area */
	/* The last line. Neighbours often differ in the address and the id only. */
	struct {
		char words[1024];	/* behind the addresses */
		size_t id, behind_id;	/* where the number of the id begins and ends; or 0 */
		struct area area;
	} last;
};

/* Begin to read. Whatever it returns, areas_free() must follow. */
enum parse_result areas_begin(struct areas_parser *parser, struct areas *areas,
			      struct reader *reader);

/* Read up to @lines more lines. False at the end. */
bool areas_more(struct areas_parser *parser, size_t lines);

/* Read all of it. */
enum parse_result areas_read(struct areas *areas, struct reader *reader);

void areas_free(struct areas *areas);

/* The area with this address in it, or NULL. */
const struct area *areas_at(const struct areas *areas, uint64_t address);

#endif
