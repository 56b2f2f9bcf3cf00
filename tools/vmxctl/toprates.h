/* SPDX-License-Identifier: GPL-2.0 */
/*
 * vmxctl top: the rates.
 */
#ifndef VMXCTL_TOPRATES_H
#define VMXCTL_TOPRATES_H

#include "rates.h"
#include "screen.h"

/*
 * Draw them from line @y on: a line for each with its sparkline, or, with @small, all of them
 * in one line. Returns the next line.
 */
int toprates_draw(const struct face *face, const struct rates *rates, int y, bool small);

#endif
