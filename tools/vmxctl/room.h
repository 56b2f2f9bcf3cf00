/* SPDX-License-Identifier: GPL-2.0 */
/*
 * How large a slice would fit now, and who has the rest of the vmalloc range.
 */
#ifndef VMXCTL_ROOM_H
#define VMXCTL_ROOM_H

#include <stdbool.h>
#include <stdint.h>

#include "kinds.h"

struct room {
	uint64_t slice;			/* bytes; at most, as others allocate, too */
	uint64_t used[NR_KINDS];	/* addresses that each kind of area has */
};

/* Look at /proc/meminfo and /proc/vmallocinfo. False if they cannot be read. */
bool room_look(struct room *room);

#endif
