/* SPDX-License-Identifier: GPL-2.0 */
/*
 * What changed between two readings of /proc/vmallocinfo.
 */
#ifndef VMXCTL_CHANGES_H
#define VMXCTL_CHANGES_H

#include <stdbool.h>

#include "vmallocinfo.h"

/*
 * Tell the areas that have gone, then those that are new, in address order. Both readings
 * are sorted. An area is the same if its addresses are; lines without addresses, and areas
 * that wait for a purge, count for nothing.
 */
void changes_find(const struct vmallocinfo *before, const struct vmallocinfo *now,
		  void (*tell)(void *data, bool is_new, const struct vm_line *line), void *data);

#endif
