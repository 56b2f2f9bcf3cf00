/* SPDX-License-Identifier: GPL-2.0 */
/*
 * The naive model of the slice: one byte for each page
 *
 * It does what vmx_area.h documents, slowly and in the most obvious way.
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
	PURGING,	/* its flush is under way */
};

struct model_area {
	struct vmx_area *area;		/* the real one */
	unsigned long addr, size;	/* with the guard page */
	unsigned long guard;
	unsigned long id;
	bool dying;
	bool cached;			/* live, but not found or freed */
	size_t index;			/* in live[] or in dying[] */
};

struct model {
	unsigned long start, end;
	size_t pages;
	unsigned char kind[MODEL_MAX_PAGES];
	struct model_area *owner[MODEL_MAX_PAGES];	/* of an AREA page */
	bool kept[MODEL_MAX_PAGES];	/* no AREA page since model_watch() */

	/* Unordered sets, to pick areas from. */
	struct model_area *live[MODEL_MAX_PAGES];
	struct model_area *dying[MODEL_MAX_PAGES];
	size_t nr_live, nr_dying;

	struct vmx_area_stats stats;
	unsigned long next_fit;		/* where the next search of "next" starts */
};

extern struct model model;

void model_init(unsigned long start, size_t pages);

/* Return the address that the fit chooses, or 0 if no hole fits. */
unsigned long model_find_hole(unsigned long size, unsigned long align,
			      unsigned long start, unsigned long end, enum vmx_fit fit);

/*
 * Could a purge make a hole for this request? Look at runs of pages that belong to no
 * area or, with @kept, that belonged to none since model_watch().
 */
bool model_purge_could_help(unsigned long size, unsigned long align, unsigned long start,
			    unsigned long end, bool kept);
void model_watch(void);

struct model_area *model_insert(struct vmx_area *area);
void model_remove(struct model_area *it);
void model_cancel(struct model_area *it);
void model_quarantine(struct model_area *it);
/* Return the bytes of the hole directly behind the area. */
unsigned long model_room(const struct model_area *it);
void model_resize(struct model_area *it, unsigned long size);
/* Make a new, dying area of the cut off pages. */
struct model_area *model_cut(struct model_area *it, struct vmx_area *tail);

/* Start the flush of all waiting ranges; false if there are none. */
bool model_purge_begin(void);
/*
 * vmx_area.c may turn purged ranges into holes in any order. Make holes of
 * those ranges for which @is_hole returns true, and return their number.
 */
size_t model_purge_some(bool (*is_hole)(unsigned long addr));

struct model_area *model_find(unsigned long addr);
struct model_area *model_first_from(unsigned long addr);
/* @addr is in the slice. */
struct vmx_range model_range_at(unsigned long addr);
bool model_hole_from(unsigned long addr, struct vmx_range *hole);

/* Fail if the stats are not those of the model. */
void model_check_stats(const struct vmx_area_stats *stats);
/* Fail if the ranges are not those of the model, page by page. */
void model_check_ranges(struct vmx_area *(*next)(struct vmx_area *range));

#endif
