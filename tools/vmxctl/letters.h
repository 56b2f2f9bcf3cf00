/* SPDX-License-Identifier: GPL-2.0 */
/*
 * Draw a map with letters and colours, for a terminal.
 */
#ifndef VMXCTL_LETTERS_H
#define VMXCTL_LETTERS_H

#include "drawing.h"
#include "stretches.h"
#include "terminal.h"

void letters_print(const struct drawing *drawing, const struct stretches *stretches,
		   const struct terminal *terminal, size_t rows);

#endif
