/* SPDX-License-Identifier: GPL-2.0 */
/*
 * An explanation: what debugfs/explain.c records and debugfs/explain_show.c prints
 *
 * Units: bytes, except where a comment says otherwise.
 */
#ifndef _VMX_EXPLAIN_H
#define _VMX_EXPLAIN_H

#include <linux/types.h>

#include "vmx_area.h"

#define KEPT 8		/* steps of a kind that are shown one by one */
#define STEPS_MAX (S_KINDS * (KEPT + 1))

/* The order of the first ones is that of the chain: explain_show.c relies on it. */
enum kind {
	S_REQUEST, S_DESCRIPTOR, S_HOLE, S_LINK, S_PAGE_ARRAY, S_BLOCK, S_TABLE,
	S_ENTRIES, S_COMPLETE,
	/* a request that finds no hole, and one that is refused */
	S_COUNT, S_DRAIN, S_WEIGH, S_MEMORY, S_REFUSED,
	/* the way back */
	S_UNLINK, S_CLEAR, S_RETURN, S_QUARANTINE, S_UNDO,
	S_PURGE, S_FLUSH, S_HOLE_BACK,
	S_KINDS
};

/* The link of the list that leads to an area, and where the area's own link leads. */
struct list_place {
	unsigned long	before_id;	/* the area in front of it; 0: vmx_list */
	const void	*next;
	unsigned long	next_id;
};

/* A range beside an area; id is 0 if it is no area, and end is 0 at the slice's edge. */
struct neighbour {
	unsigned long	start, end, id;
};

struct step {
	enum kind kind;
	unsigned int events;	/* how many events this step sums up */
	bool rest;		/* it sums up all events of its kind after KEPT */
	u64 ns;
	union {
		struct {
			unsigned long size, align;
		} request;
		struct {
			const void *area;
			unsigned long size, guard;
		} descriptor;
		struct {
			unsigned long size, align, addr, start, end;
			enum vmx_fit fit;
			unsigned int looked;
			/* if no hole fits: */
			unsigned long total, longest, quarantined;
		} hole;
		struct {
			const void *area, *caller;
			unsigned long id, addr, size, flags;
			unsigned long left_below, left_above;	/* of the hole */
			struct neighbour below, above;
			struct list_place place;
		} link;
		struct {
			unsigned long bytes, ranges;
		} range;
		struct {
			const void *pages;
			unsigned int nr;
			unsigned int page_order;
			bool inside;	/* the descriptor */
		} array;
		struct {
			unsigned long pfn, nr;	/* frames */
			unsigned int order;
			const char *zone;
			int node;
		} block;
		struct {
			unsigned long addr;
			u64 entry;
		} table;
		struct {
			unsigned long addr, nr;
			int level;
			phys_addr_t table;
			unsigned int index;
		} entries;
		struct {
			unsigned long id, flags;
		} complete;
		struct {
			unsigned long areas, bytes, entries, frames;
		} drain;
		struct {
			unsigned long size;
			bool could_help;
		} weigh;
		struct {
			unsigned long size, count, slice;
		} count;
		struct {
			unsigned long pages, available, reserve;
		} memory;
		struct {
			const void *area;
			unsigned long id, addr, size, flags;
			struct list_place place;
		} unlink;
		struct {
			unsigned long addr, size, bytes, max;
		} quarantine;
		struct {
			const void *area;
			unsigned long addr, size;
		} undo;
		struct {
			int err;
			unsigned long ram;	/* pages */
		} refused;
	};
};

struct vmx_explanation {
	const struct task_struct *task;
	unsigned int probes;	/* how many are registered */
	u64 since;		/* when the previous step was recorded, in ns */
	unsigned int nr;	/* steps in step[] */
	unsigned int seen[S_KINDS];	/* steps in step[], by kind */
	struct step step[STEPS_MAX];
};

#endif /* _VMX_EXPLAIN_H */
