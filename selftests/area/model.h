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
	PARKED,		/* an area that nobody uses */
	LAZY,		/* waits for a flush */
	PURGING,	/* its flush is under way */
};

struct model_area {
	struct vmx_area *area;		/* the real one */
	unsigned long addr, size;	/* with the guard page */
	unsigned long guard;
	unsigned long id;
	bool dying;
	bool listed;			/* dying or parked, but still in the list */
	bool cached;			/* live, but not found or freed */
	bool flushed;			/* parked before the last flush */
	size_t index;			/* in live[], dying[] or parked[] */
};

struct model {
	unsigned long start, end;
	size_t pages;
	unsigned char kind[MODEL_MAX_PAGES];
	struct model_area *owner[MODEL_MAX_PAGES];	/* of an AREA or PARKED page */
	bool kept[MODEL_MAX_PAGES];	/* neither of them since model_watch() */

	/* Unordered sets, to pick areas from. */
	struct model_area *live[MODEL_MAX_PAGES];
	struct model_area *dying[MODEL_MAX_PAGES];
	struct model_area *parked[MODEL_MAX_PAGES];
	size_t nr_live, nr_dying, nr_parked;

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
 * area, parked ones included or not, or that belonged to none since model_watch().
 */
enum usable { NO_AREA, NO_AREA_IN_USE, NO_AREA_SINCE };
bool model_purge_could_help(unsigned long size, unsigned long align, unsigned long start,
			    unsigned long end, enum usable usable);
void model_watch(void);

struct model_area *model_insert(struct vmx_area *area);
/* With @listed, it stays in the list. */
void model_remove(struct model_area *it, bool listed);
void model_cancel(struct model_area *it);
void model_quarantine(struct model_area *it);
/* A dying area has been parked; a parked one is in use again. */
void model_park(struct model_area *it);
void model_reuse(struct model_area *it);
/* Return the parked area with this descriptor, or NULL. */
struct model_area *model_parked(const struct vmx_area *area);
/* Quarantine the parked areas that are not @still parked. */
void model_unpark(bool (*still)(unsigned long addr));
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

/* Return the listed area that contains an address. */
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
