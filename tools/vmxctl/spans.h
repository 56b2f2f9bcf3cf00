/* SPDX-License-Identifier: GPL-2.0 */
/*
 * The slice of vmx as coloured spans: what a map of it shows.
 */
#ifndef VMXCTL_SPANS_H
#define VMXCTL_SPANS_H

#include "areas.h"
#include "drawing.h"
#include "holes.h"
#include "marks.h"
#include "names.h"
#include "stretches.h"

/* What the colour of an area tells. */
enum spans_by { SPANS_STATE, SPANS_SIZE, SPANS_AGE, SPANS_CALLER, SPANS_OWNER, NR_SPANS_BY };

extern const char *const spans_words[NR_SPANS_BY];

struct spans {
	/* What to draw; the title is the caller's. */
	struct drawing drawing;
	struct stretches stretches;
	size_t areas;			/* in these addresses */
	/* What they point to. */
	struct span *list;
	size_t count, room;
	struct look looks[MAX_LOOKS];
	size_t nr_looks;
	struct stretch slice;
	struct names keys;
};

/* The addresses from @first to @last, which are in the slice. */
void spans_fill(struct spans *spans, const struct areas *areas, const struct holes *holes,
		enum spans_by by, uint64_t first, uint64_t last);

/*
 * The whole slice, of @size bytes, by state, as the file map has it: in cells, each of which is
 * what most of it is.
 */
void spans_mark(struct spans *spans, const struct marks *marks, uint64_t size);

void spans_free(struct spans *spans);

#endif
