/* SPDX-License-Identifier: GPL-2.0 */
/*
 * The file alloc of vmx, read: the areas that a write made.
 */
#ifndef VMXCTL_MADE_H
#define VMXCTL_MADE_H

#include <stdbool.h>
#include <stdint.h>

#include "reader.h"

struct made {
	uint64_t id, address, size;
	const char *text;	/* if id is 0: a line of an explanation */
};

/* The next line. False at the end. */
bool made_next(struct made *made, struct reader *reader);

#endif
