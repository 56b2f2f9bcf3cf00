/* SPDX-License-Identifier: GPL-2.0 */
/*
 * The address space of the slice: what vmx_area.c offers, and what it is made of
 *
 *	vmx_area.c -> vmx_hole.c, vmx_index.c
 *
 * Knows descriptors and addresses only: no page, no page table, no file.
 */
#ifndef _VMX_AREA_H
#define _VMX_AREA_H

#include <linux/align.h>
#include <linux/compiler.h>
#include <linux/lockdep.h>
#include <linux/rbtree.h>
#include <linux/sched.h>
#include <linux/spinlock.h>
#include <linux/string.h>
#include "vmx.h"

/*
 * A range's life.  Every range in the ring has a descriptor and a state; the
 * list that starts at vmx_list holds the live ones.
 */
enum vmx_area_state {
	VMX_LIVE,	/* in the list */
	VMX_DYING,	/* off the list; its owner still takes it down */
	VMX_LAZY,	/* quarantined: stale translations may reach it */
	VMX_PURGING,	/* quarantined, and the flush is under way */
};

/* A piece of the slice, as vmx_range_at() describes it. */
enum vmx_range_kind {
	VMX_RANGE_HOLE,
	VMX_RANGE_AREA,		/* with its guard page */
	VMX_RANGE_QUARANTINE,	/* or being taken down */
};

struct vmx_range {
	unsigned long		start;
	unsigned long		end;
	enum vmx_range_kind	kind;
	const struct vmx_area	*area;	/* of VMX_RANGE_AREA, under the lock */
};

/*
 * Which live area starts where; see vmx_index.c.  The levels are enough for any
 * address space.
 */
#define VMX_INDEX_LEVELS 10

struct vmx_index {
	unsigned long	first;		/* address of the slice */
	unsigned long	pages;
	struct vmx_area	**starts;	/* by page */
	unsigned long	*marks[VMX_INDEX_LEVELS];
	unsigned int	levels;
};

struct vmx_area_stats {
	unsigned long	slice_bytes;
	unsigned long	areas;			/* live and dying */
	unsigned long	area_bytes;		/* ... with their guard pages */
	unsigned long	guard_bytes;		/* ... of that, guard pages */
	unsigned long	quarantined_bytes;
	unsigned long	quarantined_ranges;
	unsigned long	peak_areas;
	unsigned long	allocs;
	unsigned long	frees;
	unsigned long	purges;
};

extern struct vmx_area *vmx_list;
extern spinlock_t vmx_area_lock;
extern unsigned long vmx_lazy_max;

/* vmx_index.c */
extern struct vmx_index vmx_index;

int vmx_index_init(unsigned long start, unsigned long end);
void vmx_index_exit(void);
void vmx_index_mark_up(unsigned long bit);
void vmx_index_clear(const struct vmx_area *area);
struct vmx_area *vmx_index_below(unsigned long addr);

static inline unsigned long vmx_index_page(const struct vmx_area *area)
{
	return ((unsigned long)area->addr - vmx_index.first) >> PAGE_SHIFT;
}

/** vmx_index_add() - a live area starts where @area says */
static inline void vmx_index_add(struct vmx_area *area)
{
	unsigned long page = vmx_index_page(area);
	unsigned long *word = &vmx_index.marks[0][page / BITS_PER_LONG];
	unsigned long old = *word;

	WRITE_ONCE(vmx_index.starts[page], area);
	*word = old | 1UL << page % BITS_PER_LONG;
	if (!old)
		vmx_index_mark_up(page / BITS_PER_LONG);
}

/** vmx_index_del() - undo vmx_index_add(); the mark is left over */
static inline void vmx_index_del(const struct vmx_area *area)
{
	WRITE_ONCE(vmx_index.starts[vmx_index_page(area)], NULL);
}

/* vmx_hole.c */
struct vmx_place {
	struct vmx_area	*succ;		/* the range behind the hole, or NULL */
	unsigned long	addr;		/* ... and ULONG_MAX */
};

extern struct rb_root_cached vmx_holes;
extern bool vmx_lowest_stale;
extern unsigned int vmx_holes_looked_at;

void vmx_holes_init(void);
void __vmx_hole_resize(struct vmx_area *area, unsigned long gap);
struct vmx_place __vmx_hole_find(unsigned long size, unsigned long align,
				 unsigned long start, enum vmx_fit fit);

/* The range behind the lowest hole, or NULL. */
static inline struct vmx_area *vmx_hole_lowest(void)
{
	return rb_entry_safe(rb_first_cached(&vmx_holes), struct vmx_area, rb);
}

/*
 * The hole in front of @area has this length now.  Nearly always it is the lowest
 * one: the tree need not hear of that before somebody looks for another.
 */
static inline void vmx_hole_resize(struct vmx_area *area, unsigned long gap)
{
	lockdep_assert_held(&vmx_area_lock);
	if (area->gap == gap)
		return;
	if (gap && vmx_holes.rb_leftmost == &area->rb) {
		area->gap = gap;
		vmx_lowest_stale = true;
	} else {
		__vmx_hole_resize(area, gap);
	}
}

/**
 * vmx_hole_find() - choose a hole
 * @size: bytes that must fit into it
 * @align: of the place, a power of two, at least a page
 * @start: the lowest place that will do; of use to the first fit only
 * @fit: which hole to choose
 *
 * Leaves in vmx_holes_looked_at how many holes it looked at.  The lowest hole is
 * the first fit if it fits at all.
 *
 * Context: vmx_area_lock held.
 * Return: the place, and the range behind the hole; ULONG_MAX and NULL when there
 * is none.
 */
static inline struct vmx_place vmx_hole_find(unsigned long size,
					     unsigned long align,
					     unsigned long start,
					     enum vmx_fit fit)
{
	struct vmx_area *lowest = vmx_hole_lowest();
	unsigned long addr;

	lockdep_assert_held(&vmx_area_lock);
	if (likely(lowest && lowest->gap >= size && align == PAGE_SIZE &&
		   fit == VMX_FIT_FIRST)) {
		addr = (unsigned long)lowest->addr - lowest->gap;
		if (addr >= start) {
			vmx_holes_looked_at = 1;
			return (struct vmx_place){ lowest, addr };
		}
	}
	return __vmx_hole_find(size, align, start, fit);
}

/* vmx_area.c */
int vmx_areas_init(unsigned long start, unsigned long end, void (*flush)(void));
void vmx_areas_exit(void);

struct vmx_area *vmx_area_alloc(unsigned long size, unsigned long flags,
				const void *caller, gfp_t gfp, int node);
void vmx_area_free(struct vmx_area *area);
int vmx_area_insert(struct vmx_area *area, unsigned long align,
		    unsigned long start, unsigned long end);
int vmx_area_extend(struct vmx_area *area, unsigned long bytes);
void vmx_area_retract(struct vmx_area *area, unsigned long bytes);
void vmx_area_cut(struct vmx_area *area, struct vmx_area *tail,
		  unsigned int keep);
struct vmx_area *vmx_area_remove(const void *addr);
void vmx_area_cancel(struct vmx_area *area);
bool vmx_area_quarantine(struct vmx_area *area);
bool vmx_areas_purge(void);
void vmx_areas_try_purge(void);

struct vmx_area *vmx_area_find(unsigned long addr);
struct vmx_area *vmx_area_first_from(unsigned long addr);
void vmx_range_at(unsigned long addr, struct vmx_range *range);
bool vmx_hole_from(unsigned long addr, struct vmx_range *range);
void vmx_areas_stats(struct vmx_area_stats *stats);

static inline unsigned long vmx_area_start(const struct vmx_area *area)
{
	return (unsigned long)area->addr;
}

static inline unsigned long vmx_area_end(const struct vmx_area *area)
{
	return vmx_area_start(area) + area->size;
}

/**
 * vmx_area_at() - the live area that starts at an address
 * @addr: any address
 *
 * Context: any.  Without vmx_area_lock the answer holds only for the owner of
 * the area, who alone can make it untrue.
 * Return: the area, or NULL.
 */
static inline struct vmx_area *vmx_area_at(const void *addr)
{
	unsigned long offset = (unsigned long)addr - vmx_index.first;

	if (offset >> PAGE_SHIFT >= vmx_index.pages ||
	    !IS_ALIGNED(offset, PAGE_SIZE))
		return NULL;
	return READ_ONCE(vmx_index.starts[offset >> PAGE_SHIFT]);
}

/* Pages of @area that can be mapped: all but the guard. */
static inline unsigned int vmx_area_pages(const struct vmx_area *area)
{
	return (area->size >> PAGE_SHIFT) - !(READ_ONCE(area->flags) & VMX_NO_GUARD);
}

/* The current task is who asked for @area. */
static inline void vmx_area_note_owner(struct vmx_area *area)
{
	WRITE_ONCE(area->pid, current->pid);
	/*
	 * A magazine hands areas on without vmx_area_lock: a line of the list may for
	 * a moment be part the old owner's.
	 */
	data_race(memcpy(area->comm, current->comm, sizeof(area->comm)));
}

/**
 * vmx_area_complete() - is everything about a listed area as it will stay?
 * @area: one found in the list
 *
 * Return: false while its allocation is under way: only size, addr and flags
 * may be read then.
 */
static inline bool vmx_area_complete(const struct vmx_area *area)
{
	if (READ_ONCE(area->flags) & VMX_UNLIST)
		return false;
	/* Pairs with smp_wmb() in clear_vmx_unlist(). */
	smp_rmb();
	return true;
}

#endif /* _VMX_AREA_H */
