/* SPDX-License-Identifier: GPL-2.0 */
/*
 * The file gaps of vmx.
 */
#ifndef VMXCTL_HOLES_H
#define VMXCTL_HOLES_H

#include "areas.h"

struct hole {
	uint64_t start, end;
};

struct holes {
	struct hole *list;
	size_t count;
	uint64_t slice_start, slice_end;
	/* The last line. */
	uint64_t total, largest, quarantined, guard;
	double fragmentation;
	size_t bad;
};

enum parse_result holes_read(struct holes *holes, struct reader *reader);
void holes_free(struct holes *holes);

#endif
