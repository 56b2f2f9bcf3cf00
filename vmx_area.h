/* SPDX-License-Identifier: GPL-2.0 */
/*
 * The address space of the slice: descriptors, the list, holes, quarantine
 *
 * This part knows descriptors and addresses only: no frame, no page table, no
 * file.
 *
 * Units: bytes, page-aligned, except counters that say otherwise.
 */
#ifndef _VMX_AREA_H
#define _VMX_AREA_H

#include <linux/align.h>
#include <linux/bitops.h>
#include <linux/compiler.h>
#include <linux/lockdep.h>
#include <linux/log2.h>
#include <linux/sched.h>
#include <linux/spinlock.h>
#include <linux/string.h>
#include "vmx.h"

/* Private flags of vmx_area.flags. vmx sets them, and refuses them from callers. */
#define VMX_UNLIST	0x00000020	/* VM_UNINITIALIZED: not complete yet */
#define VMX_ZEROED	0x00020000	/* the caller asked for cleared frames */
#define VMX_CACHEABLE	0x00040000	/* may go into a magazine when it is freed */
#define VMX_CACHED	0x00080000	/* freed, and in a magazine */
#define VMX_FREED	0x00100000	/* freed: see vmx_area_claim() */
#define VMX_ROX		0x00200000	/* read-only and executable: alloc/protect.c */
#define VMX_PARKABLE	0x00400000	/* if it is short, it may be parked: area/park.c */
#define VMX_PARKED	0x00800000	/* parked, with VMX_FREED and VMX_UNLIST */

#define VMX_PARK_PAGES	16	/* pages of the largest area that is parked */

/*
 * The life of a range. Every range in the ring has a descriptor and a state. The
 * list that starts at vmx_list has the live ones. A quarantined range may be reached
 * by stale translations. It waits for an even or for an odd flush: while one flush is
 * under way, ranges that are freed wait for the other.
 */
enum vmx_area_state {
	VMX_LIVE,	/* in the list */
	VMX_DYING,	/* off the list; the task that frees it still unmaps it */
	VMX_EVEN,	/* quarantined until an even flush has ended */
	VMX_ODD,	/* quarantined until an odd flush has ended */
};

enum vmx_range_kind {
	VMX_RANGE_HOLE,
	VMX_RANGE_AREA,		/* its guard page included */
	VMX_RANGE_QUARANTINE,	/* or being freed */
	VMX_RANGE_PARKED,
};

/* A piece of the slice, as vmx_range_at() describes it. */
struct vmx_range {
	unsigned long		start;
	unsigned long		end;
	enum vmx_range_kind	kind;
	const struct vmx_area	*area;	/* of VMX_RANGE_AREA, under the lock */
};

struct vmx_area_stats {
	unsigned long	slice_bytes;
	unsigned long	areas;			/* live and dying */
	unsigned long	area_bytes;		/* of these, guard pages included */
	unsigned long	guard_bytes;		/* of these, the guard pages */
	unsigned long	quarantined_bytes;
	unsigned long	quarantined_ranges;
	unsigned long	parked_areas;
	unsigned long	parked_bytes;		/* of these, guard pages included */
	unsigned long	peak_areas;		/* in the list: parked ones, too */
	unsigned long	allocs;
	unsigned long	frees;
	unsigned long	purges;
};

extern struct vmx_area *vmx_list;
extern spinlock_t vmx_area_lock;
extern bool vmx_area_is_read;
extern unsigned long vmx_lazy_max;

int vmx_areas_init(unsigned long start, unsigned long end, void (*flush)(void));
void vmx_areas_exit(void);

struct vmx_area *vmx_area_alloc(unsigned long size, unsigned long flags,
				const void *caller, gfp_t gfp, int node);
void vmx_area_free(struct vmx_area *area);
struct vmx_area *vmx_area_reuse(unsigned long size, unsigned long flags,
				const void *caller);
void vmx_area_cpu_is_dead(unsigned int cpu);
int vmx_area_insert(struct vmx_area *area, unsigned long align,
		    unsigned long start, unsigned long end, gfp_t gfp);
struct vmx_area *vmx_area_extend(struct vmx_area *area, unsigned long bytes, gfp_t gfp);
void vmx_area_extended(struct vmx_area *undo);
void vmx_area_retract(struct vmx_area *area, unsigned long bytes, struct vmx_area *undo);
void vmx_area_cut(struct vmx_area *area, struct vmx_area *tail,
		  unsigned int keep);
struct vmx_area *vmx_area_remove(const void *addr);
void vmx_area_unlist(struct vmx_area *area);
void vmx_area_cancel(struct vmx_area *area);
bool vmx_area_quarantine(struct vmx_area *area);
void vmx_areas_unpark(bool stop);
bool vmx_areas_purge(void);
int vmx_area_insert_after_purge(struct vmx_area *area, unsigned long align,
				unsigned long start, unsigned long end, gfp_t gfp);
void vmx_areas_try_purge(void);

struct vmx_area *vmx_area_find(unsigned long addr);
struct vmx_area *vmx_area_first_from(unsigned long addr);
void vmx_range_at(unsigned long addr, struct vmx_range *range);
bool vmx_hole_from(unsigned long addr, struct vmx_range *range);
void vmx_areas_stats(struct vmx_area_stats *stats);

/* area/hole.c: the table of fits */
const char *vmx_fit_name(enum vmx_fit fit);
bool vmx_fit_by_name(const char *name, size_t len, enum vmx_fit *fit);

/* area/index.c: which listed area starts at which page */
struct vmx_starts {
	unsigned long	first;		/* first address of the slice */
	unsigned long	pages;		/* of the slice */
	struct vmx_area	**area;		/* by page */
};

extern struct vmx_starts vmx_starts;

static inline unsigned long vmx_area_start(const struct vmx_area *area)
{
	return (unsigned long)area->addr;
}

static inline unsigned long vmx_area_end(const struct vmx_area *area)
{
	return vmx_area_start(area) + area->size;
}

/* Return the length of the hole in front of a range. */
static inline unsigned long vmx_area_hole(const struct vmx_area *area)
{
	return area->hole ? area->hole->size : 0;
}

/**
 * vmx_area_read_lock() - take vmx_area_lock, to look at the frames of areas
 *
 * An area with frames, by vmx_area_has_frames(), keeps them and its entries until
 * vmx_area_read_unlock(). vmx_area_lock alone does not keep an area that may be parked
 * from being freed.
 */
static inline void vmx_area_read_lock(void)
{
	spin_lock(&vmx_area_lock);
	WRITE_ONCE(vmx_area_is_read, true);
	/*
	 * Either this task sees VMX_FREED, or the one that frees sees vmx_area_is_read.
	 * Pairs with cmpxchg() in claim_without_lock() in vmx_area.c.
	 */
	smp_mb();
}

/** vmx_area_read_unlock() - undo vmx_area_read_lock() */
static inline void vmx_area_read_unlock(void)
{
	/* What was read is read. Pairs with smp_load_acquire() in vmx_area_remove(). */
	smp_store_release(&vmx_area_is_read, false);
	spin_unlock(&vmx_area_lock);
}

/*
 * Has the area been freed? It is cached in a magazine, or parked, or it waits for the
 * task or the worker that really frees it.
 */
static inline bool vmx_area_is_freed(const struct vmx_area *area)
{
	return READ_ONCE(area->flags) & (VMX_CACHED | VMX_FREED);
}

/* Is it short enough to be parked when it is freed, if it has VMX_PARKABLE? */
static inline bool vmx_area_is_short(const struct vmx_area *area)
{
	return READ_ONCE(area->size) <= (VMX_PARK_PAGES + 1) * PAGE_SIZE;
}

/* Is it in the list only for its addresses? Nobody uses it, and it has no frames. */
static inline bool vmx_area_is_parked(const struct vmx_area *area)
{
	return READ_ONCE(area->flags) & VMX_PARKED;
}

/**
 * vmx_area_claim() - become the one that really frees an area
 * @area: a listed area
 *
 * Set VMX_FREED. Besides this function, a drain sets it, for areas that it takes out of a
 * magazine. It stays until the descriptor has another area, or until a parked area is in
 * use again. Of all that free an area at the same time, one succeeds, here or in
 * vmx_magazine_claim(). The area may stay in the list for a while, but it is not in use
 * any longer.
 *
 * Context: any; takes no lock.
 * Return: false if the area has been freed already.
 */
static inline bool vmx_area_claim(struct vmx_area *area)
{
	/* A magazine takes no area that has VMX_FREED, and drops it with the other flags. */
	return !test_and_set_bit(ilog2(VMX_FREED), &area->flags) &&
	       !(READ_ONCE(area->flags) & VMX_CACHED);
}

/**
 * vmx_listed_at() - find the listed area that starts at an address
 * @addr: any address
 *
 * A listed area is in use, or it has been freed: see vmx_area_is_freed().
 *
 * Context: any. Without vmx_area_lock the answer holds only for the owner of the
 * area, because nobody else can make it untrue.
 * Return: the area, or NULL.
 */
static inline struct vmx_area *vmx_listed_at(const void *addr)
{
	unsigned long offset = (unsigned long)addr - vmx_starts.first;

	if (offset >> PAGE_SHIFT >= vmx_starts.pages ||
	    !IS_ALIGNED(offset, PAGE_SIZE))
		return NULL;
	return READ_ONCE(vmx_starts.area[offset >> PAGE_SHIFT]);
}

/**
 * vmx_area_at() - find the area in use that starts at an address
 * @addr: any address
 *
 * A freed area is not in use, even if it is still listed.
 *
 * Context: as vmx_listed_at().
 * Return: the area, or NULL.
 */
static inline struct vmx_area *vmx_area_at(const void *addr)
{
	struct vmx_area *area = vmx_listed_at(addr);

	return area && !vmx_area_is_freed(area) ? area : NULL;
}

/* The pages of @area that can be mapped: all except the guard page. */
static inline unsigned int vmx_area_pages(const struct vmx_area *area)
{
	return (area->size >> PAGE_SHIFT) - !(READ_ONCE(area->flags) & VMX_NO_GUARD);
}

/* Note that the current task asked for @area. */
static inline void vmx_area_note_owner(struct vmx_area *area)
{
	WRITE_ONCE(area->pid, current->pid);
	/*
	 * A magazine hands out areas without vmx_area_lock. For a moment a line of
	 * "areas" may show a part of the former owner's name.
	 */
	data_race(memcpy(area->comm, current->comm, sizeof(area->comm)));
}

/**
 * vmx_area_complete() - is the allocation of a listed area finished?
 * @area: an area found in the list
 *
 * Return: false while its allocation is under way. Then only size, addr and
 * flags may be read.
 */
static inline bool vmx_area_complete(const struct vmx_area *area)
{
	if (READ_ONCE(area->flags) & VMX_UNLIST)
		return false;
	/* Pairs with smp_wmb() in clear_vmx_unlist(). */
	smp_rmb();
	return true;
}

/* Has a listed area all its frames? Under vmx_area_read_lock(), it keeps them. */
static inline bool vmx_area_has_frames(const struct vmx_area *area)
{
	lockdep_assert_held(&vmx_area_lock);
	return vmx_area_complete(area) && !(READ_ONCE(area->flags) & VMX_FREED);
}

#endif /* _VMX_AREA_H */
