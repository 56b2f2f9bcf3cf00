// SPDX-License-Identifier: GPL-2.0
/*
 * The address space: descriptors, the sorted list, holes, quarantine, purges
 *
 * Each range of the slice that is used, live or not, knows its neighbours and the
 * length of the hole in front of it. So ranges and holes together fill the slice by
 * construction. A sentinel of length 0 stands at the end of the slice. It has the
 * last hole in front of it, and it closes the ring.
 *
 *	vmx_list -> area 1 ------------------> area 2 -> ...
 *	  | hole | area 1 | quarantined | hole | area 2 | hole | sentinel
 *
 * The list has only the live areas, in address order, through vmx_area.next.
 * vmx_list is its head, as vmlist was in Linux 3.10. area/hole.c chooses holes.
 * area/index.c leads from an address to an area. Up to SPARES_MAX descriptors are
 * kept for reuse, because a request often follows a free.
 *
 * A freed range is quarantined: a CPU's TLB may still reach it. One flush serves all
 * ranges that were quarantined before it. Then they become holes. Quarantined
 * neighbours are joined to one range, together with the hole between them. If one of
 * them was about to be purged, both wait for the next flush. So a live neighbour is
 * never far: between two live areas there are at most a quarantined range or two,
 * and the areas that other tasks are freeing at this moment.
 *
 * Cost, with n holes: O(log n) for insertion and removal. A lookup costs O(log of
 * the slice's pages), to the base of 64.
 *
 * Locking: space.purge_mutex, then vmx_area_lock. vmx_area_lock is a plain spinlock,
 * so no function here may be called from an interrupt. It protects everything here,
 * and what area/hole.c and area/index.c keep.
 *
 * Units: bytes, page-aligned, except counters that say otherwise.
 *
 * This file compiles unmodified in user space, where it is fuzzed. It may include
 * only what the headers in selftests/area/include offer.
 */
#include <linux/align.h>
#include <linux/bitops.h>
#include <linux/bug.h>
#include <linux/errno.h>
#include <linux/limits.h>
#include <linux/list.h>
#include <linux/lockdep.h>
#include <linux/log2.h>
#include <linux/minmax.h>
#include <linux/mutex.h>
#include <linux/sched.h>
#include <linux/slab.h>
#include <trace/events/vmx.h>

#include "vmx_area.h"
#include "area/hole.h"
#include "area/index.h"

#define PURGE_BATCH 64	/* ranges turned into holes in one critical section */
#define PURGE_ROUNDS 2	/* purges that one free makes at the most */
#define SPARES_MAX 64	/* descriptors kept for the next areas */

/* The head of the list. */
struct vmx_area *vmx_list;
DEFINE_SPINLOCK(vmx_area_lock);

/* Quarantined bytes above which vmx_area_quarantine() asks for a purge. */
unsigned long vmx_lazy_max = ULONG_MAX;

static struct {
	struct mutex purge_mutex;	/* held by the one purge under way */
	void (*flush)(void);
	struct kmem_cache *cache;	/* of descriptors */
	struct vmx_area *spare;		/* descriptors kept, linked by next */
	unsigned int spares;
	struct vmx_area sentinel;
	struct list_head quarantine;	/* ranges that wait for the next flush */
	unsigned long last_id;
	struct vmx_area_stats stats;
} space = {
	.purge_mutex = __MUTEX_INITIALIZER(space.purge_mutex),
	.quarantine = LIST_HEAD_INIT(space.quarantine),
};

static unsigned long areas_now(void)
{
	return space.stats.allocs - space.stats.frees;
}

static void count_one_more(void)
{
	space.stats.allocs++;
	if (unlikely(areas_now() > space.stats.peak_areas))
		space.stats.peak_areas = areas_now();
}

/* Puts @area, with addr and size set, into the hole in front of @succ. */
static void ring_insert(struct vmx_area *area, struct vmx_area *succ)
{
	unsigned long low = vmx_area_start(succ) - succ->hole;

	vmx_hole_resize(succ, vmx_area_start(succ) - vmx_area_end(area));
	area->hole = 0;
	vmx_hole_resize(area, vmx_area_start(area) - low);
	area->before = succ->before;
	area->after = succ;
	area->before->after = area;
	succ->before = area;
}

/* @area leaves the ring, and what it knew of the hole in front of it is lost. */
static void ring_unlink(struct vmx_area *area)
{
	vmx_hole_resize(area, 0);
	area->after->before = area->before;
	area->before->after = area->after;
}

/* @area's bytes, and the hole in front of it, become hole. */
static void ring_erase(struct vmx_area *area)
{
	struct vmx_area *succ = area->after;
	unsigned long bytes = area->hole + area->size;

	ring_unlink(area);
	vmx_hole_resize(succ, succ->hole + bytes);
}

/* The link that leads, or would lead, to @area in the list. */
static struct vmx_area **list_link(struct vmx_area *area)
{
	do {
		area = area->before;
	} while (area->state != VMX_LIVE);
	return area == &space.sentinel ? &vmx_list : &area->next;
}

static unsigned long guard_size(const struct vmx_area *area)
{
	return area->flags & VMX_NO_GUARD ? 0 : PAGE_SIZE;
}

/**
 * vmx_area_alloc() - a descriptor that is not in the address space yet
 * @size: bytes that were asked for
 * @flags: VMX_*; without VMX_NO_GUARD the area gets a page more than @size needs
 * @caller: who asked
 * @gfp: for the descriptor itself
 * @node: where to put it, or NUMA_NO_NODE
 *
 * Return: a descriptor for vmx_area_insert(); NULL without memory.
 */
struct vmx_area *vmx_area_alloc(unsigned long size, unsigned long flags,
				const void *caller, gfp_t gfp, int node)
{
	struct vmx_area *area = NULL;

	/* A spare one lies wherever it was made. */
	if (node == NUMA_NO_NODE) {
		spin_lock(&vmx_area_lock);
		area = space.spare;
		if (area) {
			space.spare = area->next;
			space.spares--;
		}
		spin_unlock(&vmx_area_lock);
	}
	if (!area)
		area = kmem_cache_alloc_node(space.cache, gfp, node);
	if (!area)
		return NULL;
	/* Field by field: most of a descriptor is set later in any case. */
	area->flags = flags;
	area->size = ALIGN(size, PAGE_SIZE) + guard_size(area);
	area->pages = NULL;
	area->nr_pages = 0;
	area->phys_addr = 0;
	area->caller = caller;
	area->page_order = 0;
	area->leaves = 0;
	area->requested = size;
	area->nid = NUMA_NO_NODE;
	vmx_area_note_owner(area);
	return area;
}

/* A descriptor that is in the ring no more. */
static void put_descriptor(struct vmx_area *area)
{
	lockdep_assert_held(&vmx_area_lock);
	if (space.spares >= SPARES_MAX) {
		kmem_cache_free(space.cache, area);
		return;
	}
	area->next = space.spare;
	space.spare = area;
	space.spares++;
}

static void free_spares(void)
{
	struct vmx_area *area, *next;

	spin_lock(&vmx_area_lock);
	area = space.spare;
	space.spare = NULL;
	space.spares = 0;
	spin_unlock(&vmx_area_lock);
	for (; area; area = next) {
		next = area->next;
		kmem_cache_free(space.cache, area);
	}
}

/** vmx_area_free() - a descriptor that has not been inserted */
void vmx_area_free(struct vmx_area *area)
{
	spin_lock(&vmx_area_lock);
	put_descriptor(area);
	spin_unlock(&vmx_area_lock);
}

/* Where in the slice others than the first fit are of use: all of it. */
static enum vmx_fit fit_of(struct vmx_area *area, unsigned long start,
			   unsigned long end)
{
	if (likely(!(area->flags & VMX_FIT_MASK)))
		return VMX_FIT_FIRST;
	if (start > vmx_starts.first || end < vmx_area_start(&space.sentinel))
		area->flags &= ~VMX_FIT_MASK;
	return VMX_FIT_OF(area->flags);
}

/**
 * vmx_area_insert() - find a hole that fits and put an area there
 * @area: from vmx_area_alloc(); gets addr and id. VMX_FIT() in its flags says
 *	which hole; when the range is not the whole slice, it is the lowest,
 *	and the flags then say so
 * @align: a power of two, at least a page
 * @start: lowest address that will do
 * @end: first address behind the range that will do
 *
 * The area is in the list when this returns; with VMX_UNLIST in its flags, it is
 * not to be shown yet.
 *
 * Return: 0; -ENOSPC when no hole fits; -EINVAL for a size of zero or an
 * alignment that is not a power of two.
 */
int vmx_area_insert(struct vmx_area *area, unsigned long align,
		    unsigned long start, unsigned long end)
{
	struct vmx_area **link;
	struct vmx_place place;

	if (WARN_ON_ONCE(!area->size || !IS_ALIGNED(area->size, PAGE_SIZE)) ||
	    (align != PAGE_SIZE &&
	     WARN_ON_ONCE(!is_power_of_2(align) || align < PAGE_SIZE)))
		return -EINVAL;

	spin_lock(&vmx_area_lock);
	place = vmx_hole_find(area->size, align, start, fit_of(area, start, end));
	/*
	 * on_hole() in debugfs/explain.c relies on this: vmx_area_lock is held, and the
	 * hole is not filled yet.
	 */
	/* Without a hole, the place is behind any end. */
	if (place.addr >= end || end - place.addr < area->size) {
		trace_vmx_hole(area, align, vmx_holes.looked_at, 0, NULL);
		spin_unlock(&vmx_area_lock);
		return -ENOSPC;
	}
	trace_vmx_hole(area, align, vmx_holes.looked_at, place.addr, place.succ);
	area->addr = (void *)place.addr;
	area->state = VMX_LIVE;
	area->id = ++space.last_id;
	if (BITS_PER_LONG == 32 && unlikely(!area->id))
		area->id = ++space.last_id;	/* 0 is nobody's */
	ring_insert(area, place.succ);
	vmx_index_add(area);
	link = list_link(area);
	area->next = *link;
	*link = area;

	count_one_more();
	space.stats.area_bytes += area->size;
	space.stats.guard_bytes += guard_size(area);
	spin_unlock(&vmx_area_lock);
	return 0;
}

/**
 * vmx_area_find() - the live area that an address lies in
 * @addr: any address; the guard page belongs to its area
 *
 * Context: vmx_area_lock held.
 * Return: the area, or NULL.
 */
struct vmx_area *vmx_area_find(unsigned long addr)
{
	struct vmx_area *area;

	lockdep_assert_held(&vmx_area_lock);
	if (addr < vmx_starts.first || addr >= vmx_area_start(&space.sentinel))
		return NULL;
	area = vmx_index_below(addr);
	if (!area || addr >= vmx_area_end(area) ||
	    READ_ONCE(area->flags) & VMX_CACHED)
		return NULL;
	return area;
}

/**
 * vmx_range_at() - what is at an address of the slice
 * @addr: an address inside the slice
 * @range: what it is; a hole begins at @addr, anything else where it begins
 *
 * Context: vmx_area_lock held.
 */
void vmx_range_at(unsigned long addr, struct vmx_range *range)
{
	struct vmx_area *area = vmx_index_below(addr) ?: space.sentinel.after;

	lockdep_assert_held(&vmx_area_lock);
	/* The first range that ends above addr; to the next live one it's not far. */
	while (vmx_area_end(area) <= addr)
		area = area->after;
	if (addr < vmx_area_start(area)) {
		*range = (struct vmx_range){
			.start = addr, .end = vmx_area_start(area),
			.kind = VMX_RANGE_HOLE,
		};
		return;
	}
	*range = (struct vmx_range){
		.start = vmx_area_start(area), .end = vmx_area_end(area),
		.kind = area->state == VMX_LIVE ? VMX_RANGE_AREA :
						  VMX_RANGE_QUARANTINE,
		.area = area->state == VMX_LIVE ? area : NULL,
	};
}

/**
 * vmx_hole_from() - the first hole, or the rest of one, at or above an address
 * @addr: an address inside the slice
 * @range: the hole
 *
 * Context: vmx_area_lock held.
 * Return: false when there is none.
 */
bool vmx_hole_from(unsigned long addr, struct vmx_range *range)
{
	struct vmx_place hole;

	lockdep_assert_held(&vmx_area_lock);
	hole = vmx_hole_find(PAGE_SIZE, PAGE_SIZE, addr, VMX_FIT_FIRST);
	if (!hole.succ)
		return false;
	range->start = hole.addr;
	range->end = vmx_area_start(hole.succ);
	range->kind = VMX_RANGE_HOLE;
	range->area = NULL;
	return true;
}

/**
 * vmx_area_first_from() - the first live area that starts at or above @addr
 * @addr: any address
 *
 * Where a reader of the list goes on after it has let go of the lock.
 *
 * Context: vmx_area_lock held.
 * Return: the area, or NULL.
 */
struct vmx_area *vmx_area_first_from(unsigned long addr)
{
	struct vmx_area *area;

	lockdep_assert_held(&vmx_area_lock);
	if (addr <= vmx_starts.first)
		return vmx_list;
	if (addr >= vmx_area_start(&space.sentinel))
		return NULL;
	area = vmx_index_below(addr - 1);
	return area ? area->next : vmx_list;
}

static void move_end(struct vmx_area *area, unsigned long size)
{
	unsigned long grown = size - area->size;	/* wraps for a shorter one */

	area->size = size;
	space.stats.area_bytes += grown;
	vmx_hole_resize(area->after, area->after->hole - grown);
}

/**
 * vmx_area_extend() - make an area longer, in place
 * @area: the area; its owner calls
 * @bytes: how much longer
 *
 * Return: 0, or -ENOSPC when the hole behind it is too short.
 */
int vmx_area_extend(struct vmx_area *area, unsigned long bytes)
{
	int err = -ENOSPC;

	spin_lock(&vmx_area_lock);
	if (area->after->hole >= bytes) {
		move_end(area, area->size + bytes);
		err = 0;
	}
	spin_unlock(&vmx_area_lock);
	return err;
}

/**
 * vmx_area_retract() - undo vmx_area_extend()
 * @area: the area; its owner calls
 * @bytes: as given to vmx_area_extend(); nothing was mapped there
 */
void vmx_area_retract(struct vmx_area *area, unsigned long bytes)
{
	spin_lock(&vmx_area_lock);
	move_end(area, area->size - bytes);
	spin_unlock(&vmx_area_lock);
}

/**
 * vmx_area_cut() - make an area shorter
 * @area: the area; its owner calls
 * @tail: from vmx_area_alloc(), without a guard; gets the addresses that are cut
 *	off, and is as if vmx_area_remove() had returned it
 * @keep: pages to keep, fewer than it has; a guard page follows them
 */
void vmx_area_cut(struct vmx_area *area, struct vmx_area *tail,
		  unsigned int keep)
{
	unsigned long size = keep * PAGE_SIZE + guard_size(area);

	spin_lock(&vmx_area_lock);
	tail->addr = area->addr + size;
	tail->size = area->size - size;
	tail->state = VMX_DYING;
	area->size = size;
	area->nr_pages = keep;
	tail->hole = 0;
	tail->before = area;
	tail->after = area->after;
	tail->after->before = tail;
	area->after = tail;
	count_one_more();	/* an area of its own, until it is quarantined */
	spin_unlock(&vmx_area_lock);
}

/*
 * Whoever frees an area claims it. Magazines do so without the lock: of two that
 * free the same one, either is told that there is none.
 */
static bool claim(struct vmx_area *area)
{
	unsigned long flags = READ_ONCE(area->flags);

	if (flags & VMX_CACHEABLE)
		return test_and_clear_bit(ilog2(VMX_CACHEABLE), &area->flags);
	return !(flags & VMX_CACHED);
}

/**
 * vmx_area_remove() - take the area that starts at @addr off the list
 * @addr: its first address
 *
 * Its addresses stay taken until the caller has unmapped them and hands the
 * descriptor to vmx_area_quarantine(): that is its duty from here on.
 *
 * Return: the area, no longer to be found by anybody else; NULL when no live
 * area starts there, or one that has been freed already.
 */
struct vmx_area *vmx_area_remove(const void *addr)
{
	struct vmx_area *area;

	spin_lock(&vmx_area_lock);
	area = vmx_listed_at(addr);
	if (area && !claim(area))
		area = NULL;
	if (area) {
		trace_vmx_unlink(area);
		vmx_index_del(area);
		*list_link(area) = area->next;
		area->next = NULL;
		area->state = VMX_DYING;
	}
	spin_unlock(&vmx_area_lock);
	return area;
}

/**
 * vmx_area_cancel() - undo vmx_area_insert() for an area that never came to be
 * @area: one that nothing was mapped to; gone afterwards
 */
void vmx_area_cancel(struct vmx_area *area)
{
	spin_lock(&vmx_area_lock);
	vmx_index_del(area);
	*list_link(area) = area->next;
	ring_erase(area);
	space.stats.allocs--;
	space.stats.area_bytes -= area->size;
	space.stats.guard_bytes -= guard_size(area);
	put_descriptor(area);
	spin_unlock(&vmx_area_lock);
}

static bool is_quarantined(const struct vmx_area *area)
{
	return area->state == VMX_LAZY || area->state == VMX_PURGING;
}

/* One quarantined range now waits, from the start, for the next flush. */
static void wait_for_flush(struct vmx_area *area)
{
	if (area->state == VMX_LAZY)
		return;
	area->state = VMX_LAZY;
	list_move_tail(&area->quarantine, &space.quarantine);
}

/* @right, which is in no list, and the hole before it join @left. */
static void join_left(struct vmx_area *left, struct vmx_area *right)
{
	left->size += right->hole + right->size;
	space.stats.quarantined_bytes += right->hole;
	ring_unlink(right);
	put_descriptor(right);
}

/**
 * vmx_area_quarantine() - an area's addresses wait for the next purge
 * @area: from vmx_area_remove(), its page-table entries cleared; not the
 * caller's any more afterwards
 *
 * Return: true when more than vmx_lazy_max bytes wait and a purge is due.
 */
bool vmx_area_quarantine(struct vmx_area *area)
{
	unsigned long lazy_max = READ_ONCE(vmx_lazy_max);
	struct vmx_area *left, *right;
	bool due;

	spin_lock(&vmx_area_lock);
	WARN_ON_ONCE(area->state != VMX_DYING);
	trace_vmx_quarantine(area->addr, area->size,
			     space.stats.quarantined_bytes + area->size, lazy_max);
	space.stats.frees++;
	space.stats.area_bytes -= area->size;
	space.stats.guard_bytes -= guard_size(area);
	space.stats.quarantined_bytes += area->size;

	/*
	 * A neighbour that a flush under way was for waits with it for another:
	 * that one was too early for this area.
	 */
	left = area->before;
	right = area->after;
	if (is_quarantined(left)) {
		wait_for_flush(left);
		join_left(left, area);
		area = left;
	} else {
		area->state = VMX_LAZY;
		list_add_tail(&area->quarantine, &space.quarantine);
		space.stats.quarantined_ranges++;
	}
	if (is_quarantined(right)) {
		list_del(&right->quarantine);
		space.stats.quarantined_ranges--;
		join_left(area, right);
	}
	due = space.stats.quarantined_bytes > lazy_max;
	spin_unlock(&vmx_area_lock);
	return due;
}

/* Up to PURGE_BATCH flushed ranges become holes; false when none are left. */
static bool purge_batch(struct list_head *flushed)
{
	struct vmx_area *area, *tmp;
	unsigned int n = 0;

	spin_lock(&vmx_area_lock);
	list_for_each_entry_safe(area, tmp, flushed, quarantine) {
		space.stats.quarantined_bytes -= area->size;
		space.stats.quarantined_ranges--;
		trace_vmx_hole_back(area->addr, area->size);
		list_del(&area->quarantine);
		vmx_index_clear(area);
		ring_erase(area);
		put_descriptor(area);
		if (++n == PURGE_BATCH)
			break;
	}
	spin_unlock(&vmx_area_lock);
	return n;
}

/* More is quarantined than is to be. */
static bool purge_due(void)
{
	bool due;

	spin_lock(&vmx_area_lock);
	due = space.stats.quarantined_bytes > READ_ONCE(vmx_lazy_max);
	spin_unlock(&vmx_area_lock);
	return due;
}

static bool purge(void)
{
	struct vmx_area *area;
	LIST_HEAD(flushed);
	bool any;

	lockdep_assert_held(&space.purge_mutex);
	spin_lock(&vmx_area_lock);
	list_splice_init(&space.quarantine, &flushed);
	list_for_each_entry(area, &flushed, quarantine)
		area->state = VMX_PURGING;
	any = !list_empty(&flushed);
	if (any) {
		space.stats.purges++;
		trace_vmx_purge(space.stats.quarantined_ranges,
				space.stats.quarantined_bytes);
	}
	spin_unlock(&vmx_area_lock);

	if (any) {
		space.flush();
		while (purge_batch(&flushed))
			cond_resched();
	}
	return any;
}

/**
 * vmx_areas_purge() - flush once, and turn what was quarantined into holes
 *
 * What was quarantined when the caller came is a hole when this returns, but
 * for ranges whose neighbour was freed while the flush was under way.  When
 * another purge is under way this waits for its end first.
 *
 * Context: may sleep.
 * Return: true when this call found something to purge.
 */
bool vmx_areas_purge(void)
{
	bool any;

	might_sleep();
	mutex_lock(&space.purge_mutex);
	any = purge();
	mutex_unlock(&space.purge_mutex);
	if (purge_due())
		vmx_areas_try_purge();
	free_spares();
	return any;
}

/**
 * vmx_areas_try_purge() - vmx_areas_purge(), unless one is under way
 *
 * For whoever freed the area that made a purge due, as in Linux 3.10: nobody waits
 * for another's purge.  What comes too late for that one is for its maker to see,
 * afterwards; but who makes PURGE_ROUNDS has done enough for others, and the next
 * free goes on.
 *
 * Context: may sleep.
 */
void vmx_areas_try_purge(void)
{
	int round = 0;

	might_sleep();
	do {
		if (!mutex_trylock(&space.purge_mutex))
			return;
		purge();
		mutex_unlock(&space.purge_mutex);
	} while (purge_due() && ++round < PURGE_ROUNDS);
}

/** vmx_areas_stats() - the counters, as they were at one moment */
void vmx_areas_stats(struct vmx_area_stats *stats)
{
	spin_lock(&vmx_area_lock);
	*stats = space.stats;
	stats->areas = areas_now();
	spin_unlock(&vmx_area_lock);
}

/**
 * vmx_areas_init() - one hole from start to end
 * @start: first address of the slice
 * @end: first address behind it
 * @flush: drops every stale translation of the slice on every CPU; may sleep
 *
 * Return: 0 or -ENOMEM.
 */
int vmx_areas_init(unsigned long start, unsigned long end, void (*flush)(void))
{
	int err = vmx_index_init(start, end);

	if (err)
		return err;
	space.cache = KMEM_CACHE(vmx_area, 0);
	if (!space.cache) {
		vmx_index_exit();
		return -ENOMEM;
	}

	space.flush = flush;
	vmx_list = NULL;
	space.stats = (struct vmx_area_stats){ .slice_bytes = end - start };
	/* Counts as live, so that whoever goes along the ring ends here. */
	space.sentinel = (struct vmx_area){
		.addr = (void *)end,
		.before = &space.sentinel,
		.after = &space.sentinel,
		.state = VMX_LIVE,
	};
	spin_lock(&vmx_area_lock);
	vmx_holes_init();
	vmx_hole_resize(&space.sentinel, end - start);
	spin_unlock(&vmx_area_lock);
	return 0;
}

/**
 * vmx_areas_exit() - the end of the address space
 *
 * The caller has freed every area, and nobody else comes any more.
 */
void vmx_areas_exit(void)
{
	vmx_areas_purge();
	WARN_ON_ONCE(vmx_list || areas_now() ||
		     space.stats.quarantined_ranges);
	kmem_cache_destroy(space.cache);
	vmx_index_exit();
}
