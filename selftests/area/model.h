/* SPDX-License-Identifier: GPL-2.0 */
/*
 * The naive model of the address space: a byte for each page
 *
 * It does what vmx_area.c promises, slowly and in the most obvious way.
 */
#ifndef _MODEL_H
#define _MODEL_H

#include <stdbool.h>
#include <stddef.h>

#include "vmx_area.h"

#define MODEL_MAX_PAGES	65536

enum kind {
	HOLE,
	AREA,		/* live or dying */
	LAZY,		/* waits for a flush */
	PURGING,	/* the flush that it waits for is under way */
};

struct model_area {
	struct vmx_area *area;		/* the real one */
	unsigned long addr, size;	/* with the guard */
	unsigned long guard;
	unsigned long id;
	bool dying;
	bool cached;			/* live, but not to be found or freed */
	size_t index;			/* among the live, or among the dying */
};

struct model {
	unsigned long start, end;
	size_t pages;
	unsigned char kind[MODEL_MAX_PAGES];
	struct model_area *owner[MODEL_MAX_PAGES];	/* of an AREA page */

	/* In no order, to pick from. */
	struct model_area *live[MODEL_MAX_PAGES];
	struct model_area *dying[MODEL_MAX_PAGES];
	size_t nr_live, nr_dying;

	struct vmx_area_stats stats;
	unsigned long next_fit;		/* where the next one looks first */
};

extern struct model model;

void model_init(unsigned long start, size_t pages);

/* The place that the fit chooses, or 0: there is none. */
unsigned long model_find_hole(unsigned long size, unsigned long align,
			      unsigned long start, unsigned long end, enum vmx_fit fit);
struct model_area *model_insert(struct vmx_area *area);
void model_remove(struct model_area *it);
void model_cancel(struct model_area *it);
void model_quarantine(struct model_area *it);
/* Bytes of hole behind it. */
unsigned long model_room(const struct model_area *it);
void model_resize(struct model_area *it, unsigned long size);
/* What is cut off becomes an area of its own, dying. */
struct model_area *model_cut(struct model_area *it, struct vmx_area *tail);

/* All that waits is flushed now; false when nothing does. */
bool model_purge_begin(void);
/*
 * Which of the ranges being purged are holes now is for vmx_area.c to choose:
 * those for which @is_hole says so.  Returns how many.
 */
size_t model_purge_some(bool (*is_hole)(unsigned long addr));

struct model_area *model_find(unsigned long addr);
struct model_area *model_first_from(unsigned long addr);
/* Of an address in the slice. */
struct vmx_range model_range_at(unsigned long addr);
bool model_hole_from(unsigned long addr, struct vmx_range *hole);

/* Fails when stats are not those of the model. */
void model_check_stats(const struct vmx_area_stats *stats);
/* Fails when ranges are not those of the model, page by page. */
void model_check_ranges(struct vmx_area *(*next)(struct vmx_area *range));

#endif
