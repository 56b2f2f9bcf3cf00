/* SPDX-License-Identifier: GPL-2.0 */
/*
 * What a picture shows: coloured spans of addresses, in stretches.
 */
#ifndef VMXCTL_DRAWING_H
#define VMXCTL_DRAWING_H

#include <stddef.h>
#include <stdint.h>

/* How one kind of span looks. */
struct look {
	const char *key;	/* for people, JSON and SVG */
	char letter;		/* for the terminal */
	uint32_t rgb;
	unsigned char ansi256, ansi16;	/* the nearest colours of smaller palettes */
};

/* No drawing has more kinds of spans. */
#define MAX_LOOKS 16

/* The start of a span whose address is not known. */
#define NOWHERE UINT64_MAX

struct span {
	uint64_t start, end;
	unsigned int look;
	const char *label;
};

struct drawing {
	const char *title;
	const struct look *looks;
	size_t nr_looks;
	uint64_t cell_min;	/* a power of two; 0: as small as there is room for */
	/* The spans, in address order. Those that are NOWHERE may stand anywhere. */
	size_t nr;
	struct span (*span)(const void *data, size_t index);
	const void *data;
};

#endif
