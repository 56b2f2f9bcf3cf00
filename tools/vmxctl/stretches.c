// SPDX-License-Identifier: GPL-2.0
/*
 * Where areas stand close together, and the holes between them.
 */
#include "stretches.h"
#include "vmxctl.h"

#define BREAK_MIN (1ull << 30)

void stretches_find(struct stretches *stretches, const struct drawing *drawing)
{
	struct stretch *last = NULL;
	uint64_t used = 0;

	*stretches = (struct stretches){ 0 };
	for (size_t i = 0; i < drawing->nr; i++) {
		struct span span = drawing->span(drawing->data, i);

		used = add(used, span.start == NOWHERE ? 0 : span.end - span.start);
	}
	for (size_t i = 0; i < drawing->nr; i++) {
		struct span span = drawing->span(drawing->data, i);
		uint64_t hole;

		if (span.start == NOWHERE)
			continue;
		hole = last && span.start > last->end ? span.start - last->end : 0;
		if (!last || (hole > used && hole > BREAK_MIN)) {
			/* The room doubles when the number is a power of two. */
			if (!(stretches->nr & (stretches->nr - 1)))
				stretches->list = resize(stretches->list, sizeof(*last) *
							 (stretches->nr ? 2 * stretches->nr : 1));
			last = &stretches->list[stretches->nr++];
			*last = (struct stretch){ .start = span.start, .end = span.end };
			continue;
		}
		if (hole) {
			last->nr_holes++;
			last->hole_bytes += hole;
			if (hole > last->largest) {
				last->largest = hole;
				last->largest_at = last->end;
			}
		}
		/* Areas do not overlap, but the lines of a file may. */
		if (span.end > last->end)
			last->end = span.end;
	}
	for (size_t i = 0; i < stretches->nr; i++) {
		last = &stretches->list[i];
		stretches->nr_holes += last->nr_holes;
		stretches->hole_bytes = add(stretches->hole_bytes, last->hole_bytes);
		if (last->largest > stretches->largest) {
			stretches->largest = last->largest;
			stretches->largest_at = last->largest_at;
		}
	}
}

void stretches_free(struct stretches *stretches)
{
	free(stretches->list);
	*stretches = (struct stretches){ 0 };
}
