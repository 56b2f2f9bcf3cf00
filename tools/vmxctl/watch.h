/* SPDX-License-Identifier: GPL-2.0 */
/*
 * vmxctl list --watch: what changes.
 */
#ifndef VMXCTL_WATCH_H
#define VMXCTL_WATCH_H

#include "areas.h"
#include "options.h"

struct watch {
	struct display *display;
	const char *from;
	double interval;
	/* Is this area to be shown? */
	bool (*wanted)(const void *data, const struct areas *areas, const struct area *area);
	const void *data;
};

/* Does --sort, does -o name columns that there are? Returns an exit code. */
int watch_check(const struct display *display);

/* Until a signal or an error ends it. Returns an exit code. */
int watch_areas(const struct watch *watch);

#endif
