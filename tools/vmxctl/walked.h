/* SPDX-License-Identifier: GPL-2.0 */
/*
 * The file walk of vmx: the way of an address through the page tables.
 */
#ifndef VMXCTL_WALKED_H
#define VMXCTL_WALKED_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#include "header.h"
#include "reader.h"
#include "runs.h"

enum walk_end { WALK_CUT, WALK_MAPPED, WALK_UNMAPPED, WALK_LOST };

struct walk_step {
	enum level level;
	uint64_t table, index, entry;
	uint64_t next;		/* the table it leads to, or 0 */
	char flags[160];	/* the names of the flags that are set, with blanks between */
};

struct walked {
	uint64_t address;
	bool in_slice;
	struct walk_step steps[NR_LEVELS];
	size_t nr;
	enum walk_end end;
	uint64_t frame, leaf;	/* of WALK_MAPPED; leaf in bytes */
};

/* A line with which a walk begins. */
enum parse_result walked_header(struct walked *walked, const char *line);

/* A further line of it. False if it is none. */
bool walked_line(struct walked *walked, const char *line);

/* Read all of it. */
enum parse_result walked_read(struct walked *walked, struct reader *reader);

#endif
