/* SPDX-License-Identifier: GPL-2.0 */
/*
 * vmxctl top: the map.
 */
#ifndef VMXCTL_TOPMAP_H
#define VMXCTL_TOPMAP_H

#include "drawing.h"
#include "screen.h"
#include "stretches.h"

/* Draw it from line @y on, in at most @rows lines, and a legend below. Returns the next line. */
int topmap_draw(const struct face *face, const struct drawing *drawing,
		const struct stretches *stretches, int y, int rows);

#endif
