/* SPDX-License-Identifier: GPL-2.0 */
/*
 * The file pgtables of vmx: runs of page-table entries. The kernel's own dumps
 * (/sys/kernel/debug/page_tables, kernel_page_tables) have the same form, without frames.
 */
#ifndef VMXCTL_RUNS_H
#define VMXCTL_RUNS_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#include "names.h"
#include "reader.h"
#include "vmxctl.h"

/* vmx tells no more of a run. */
#define MAX_FRAMES 8

enum level { LEVEL_PGD, LEVEL_P4D, LEVEL_PUD, LEVEL_PMD, LEVEL_PTE, NR_LEVELS };

extern const char *const level_names[NR_LEVELS];

struct frames {
	uint64_t first, end;
};

struct run {
	uint64_t start, last;		/* last is inclusive: the end may be that of all memory */
	enum level level;
	uint64_t flags;			/* a bit for each word in runs->flags; 0: not mapped */
	bool writable, executable;
	struct frames frames[MAX_FRAMES];
	size_t nr_frames;
	bool more_frames;		/* not all are told */
	uint64_t id;			/* of the area of vmx, or 0 */
	uint32_t range;			/* a number in runs->ranges */
};

struct runs {
	struct reader *reader;
	struct names flags, ranges;
	uint32_t range;
	uint64_t page;			/* bytes; found from runs that tell all their frames */
	size_t count, bad;		/* lines that could be read, and that could not */
};

void runs_begin(struct runs *runs, struct reader *reader);

/* The next run; false at the end. */
bool runs_next(struct runs *runs, struct run *run);

void runs_free(struct runs *runs);

/* The level of this name, or NR_LEVELS. */
enum level level_of(const char *text, size_t length);

static inline uint64_t run_size(const struct run *run)
{
	return add(run->last - run->start, 1);
}

#endif
