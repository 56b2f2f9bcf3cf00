/* SPDX-License-Identifier: GPL-2.0 */
/*
 * Read the file areas a part at a time, so that a million areas keep nobody waiting.
 *
 * The file stays open meanwhile. The module goes on where the last part has ended: an area that
 * is there all the time is read once, whatever comes and goes.
 */
#ifndef VMXCTL_PASS_H
#define VMXCTL_PASS_H

#include <stdbool.h>

#include "areas.h"

struct pass {
	bool begun;
	struct reader reader;
	struct areas_parser parser;
	struct areas areas;
};

/*
 * Begin, or go on, for about @seconds. At the end *done is set, and the areas are the caller's.
 * Returns an exit code.
 */
int pass_go_on(struct pass *pass, double seconds, bool *done);

/* End it early. */
void pass_drop(struct pass *pass);

#endif
