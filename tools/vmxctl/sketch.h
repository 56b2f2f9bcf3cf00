/* SPDX-License-Identifier: GPL-2.0 */
/*
 * Draw what a step of an explanation tells: the list, the hole, the frames, the entries.
 */
#ifndef VMXCTL_SKETCH_H
#define VMXCTL_SKETCH_H

#include "steps.h"
#include "terminal.h"

/* Draw, if there is something to draw. Each line is indented as those of a step are. */
void sketch_step(const struct step *step, const struct terminal *terminal);

#endif
