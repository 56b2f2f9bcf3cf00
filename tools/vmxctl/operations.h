/* SPDX-License-Identifier: GPL-2.0 */
/*
 * Requests and frees in the order in which they were made, for vmxctl replay.
 */
#ifndef VMXCTL_OPERATIONS_H
#define VMXCTL_OPERATIONS_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#include "names.h"
#include "reader.h"

enum operation_kind {
	REQUEST,
	FAILED_REQUEST,		/* it was refused where it was recorded */
	RELEASE,
};

struct operation {
	enum operation_kind kind;
	uint64_t size, align;	/* of a request, in bytes, without a guard page */
	size_t request;		/* of a release: the number of its operation */
};

struct operations {
	struct operation *list;
	size_t count, room;
	size_t nr[RELEASE + 1];	/* how many of each kind */
	struct names keys;	/* each allocated area has one in the file */
	size_t *live;		/* by key: the number of its request + 1, or 0 */
	uint64_t page_size;
	bool unordered;		/* a vmallocinfo whose addresses are hidden */
	size_t bad;		/* lines that could not be read */
	size_t line;		/* how many lines were read */
};

enum operations_result {
	OPERATIONS_READ,	/* there may be none */
	OPERATIONS_UNKNOWN,	/* this is no file of any of the forms */
	OPERATIONS_VERSION,	/* of a later vmxctl */
	OPERATIONS_BAD_LINE,	/* operations->line is none of a record */
};

/* Read a record, a text of tracepoints, or one or more readings of /proc/vmallocinfo. */
enum operations_result operations_read(struct operations *operations, struct reader *reader);

void operations_free(struct operations *operations);

#endif
