// SPDX-License-Identifier: GPL-2.0
/*
 * The address space: descriptors, the sorted list, holes, lazy purge
 *
 * Every range of the slice that is in use is one node of one tree, sorted by
 * address.  A node knows the length of the hole in front of it (gap) and the
 * longest such hole in its subtree (room), so areas and holes together fill the
 * slice by construction: there is no second structure that could disagree.
 * A sentinel of length 0 stands at the end of the slice and has the last hole
 * in front of it.
 *
 *	vmx_list -> area 1 ------------------> area 2 -> ...
 *	  | hole | area 1 | quarantined | hole | area 2 | hole | sentinel
 *
 * The list holds the live areas only, in address order, through vmx_area.next.
 * vmx_starts[] leads from an area's first page to its descriptor, so that
 * freeing needs no search: 8 bytes for each page of the slice.  All ranges,
 * live or not, know the one below and the one above; and a few descriptors that
 * are not needed now are kept until the next purge, as an area is often freed
 * for the next one.
 *
 * A freed range is quarantined: a CPU's TLB may still reach it.  One flush
 * serves all ranges quarantined before it; then they become holes.  Quarantined
 * neighbours become one range, together with the hole between them; if one of
 * them was about to be purged, both wait for the next flush.  So a neighbour
 * that is live is never far: between two live areas there are a quarantined
 * range or two, and those that somebody takes down at this moment.
 *
 * Cost, n being the number of ranges: insertion, removal, lookup and the search
 * for the lowest hole that fits are O(log n), for any size, sub-range and
 * alignment up to 2 MiB.  The room is kept for each alignment in use, as the
 * longest hole need not have an aligned place.  For a larger alignment, each
 * hole with room at 2 MiB and none at the alignment costs another O(log n).
 *
 * Locking: vmx_purge_mutex, then vmx_area_lock.  vmx_area_lock is a plain
 * spinlock: no function here may be called from an interrupt.  It protects the
 * tree, the list, the quarantine and the counters.
 *
 * Units: bytes, page-aligned, but for counters that say otherwise.
 *
 * This file compiles unmodified in user space, where it is fuzzed: it may
 * include nothing that the shims of selftests/area do not offer.
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
#include <linux/overflow.h>
#include <linux/rbtree_augmented.h>
#include <linux/sched.h>
#include <linux/slab.h>
#include <trace/events/vmx.h>

#include "vmx_area.h"

#define PURGE_BATCH 64	/* ranges turned into holes in one critical section */
#define SPARES_MAX 64	/* descriptors kept for the next areas */

struct vmx_area *vmx_list;
DEFINE_SPINLOCK(vmx_area_lock);

/* Quarantined bytes above which vmx_area_quarantine() asks for a purge. */
unsigned long vmx_lazy_max = ULONG_MAX;

static DEFINE_MUTEX(vmx_purge_mutex);
static struct rb_root vmx_tree = RB_ROOT;
static struct vmx_area vmx_sentinel;
static struct vmx_area **vmx_starts;	/* by page: the live area that starts */
static unsigned long vmx_first;		/* first address of the slice */
static unsigned long vmx_orders;	/* bit n: room.aligned[n - 1] is kept */
static LIST_HEAD(vmx_quarantine);
static struct kmem_cache *vmx_area_cache;
static struct vmx_area *vmx_spare;	/* descriptors, linked by next */
static unsigned int vmx_spares;
static void (*vmx_flush)(void);
static unsigned long vmx_next_id;
static struct vmx_area_stats vmx_stats;

static unsigned long area_start(const struct vmx_area *area)
{
	return (unsigned long)area->addr;
}

static unsigned long area_end(const struct vmx_area *area)
{
	return area_start(area) + area->size;
}

static unsigned long hole_start(const struct vmx_area *area)
{
	return area_start(area) - area->gap;
}

static struct vmx_area *rb_area(struct rb_node *rb)
{
	return rb_entry_safe(rb, struct vmx_area, rb);
}

/* Pages that fit into the hole in front of @area, aligned to 2^@order pages. */
static u32 hole_pages(const struct vmx_area *area, unsigned int order)
{
	unsigned long low = ALIGN(hole_start(area), PAGE_SIZE << order);

	if (low < hole_start(area) || low >= area_start(area))
		return 0;
	return (area_start(area) - low) >> PAGE_SHIFT;
}

static struct vmx_room *rb_room(struct rb_node *rb)
{
	return rb ? &rb_entry(rb, struct vmx_area, rb)->room : NULL;
}

/*
 * Recomputes @area->room from its own hole and its children; with @exit, tells
 * whether it was right already and the way up can end here.
 */
static __always_inline bool compute_room(struct vmx_area *area, bool exit)
{
	struct vmx_room *left = rb_room(area->rb.rb_left);
	struct vmx_room *right = rb_room(area->rb.rb_right);
	unsigned long max_gap = area->gap;
	unsigned int order;
	bool same;

	if (left && left->max_gap > max_gap)
		max_gap = left->max_gap;
	if (right && right->max_gap > max_gap)
		max_gap = right->max_gap;
	same = area->room.max_gap == max_gap;
	area->room.max_gap = max_gap;

	if (likely(!vmx_orders))
		return exit && same;
	for_each_set_bit(order, &vmx_orders, VMX_ALIGN_ORDERS + 1) {
		u32 *room = &area->room.aligned[order - 1];
		u32 pages = hole_pages(area, order);

		if (left)
			pages = max(pages, left->aligned[order - 1]);
		if (right)
			pages = max(pages, right->aligned[order - 1]);
		same &= *room == pages;
		*room = pages;
	}
	return exit && same;
}

RB_DECLARE_CALLBACKS(static, room_cb, struct vmx_area, rb, room, compute_room)

/* After a change of area->gap, and with the tree otherwise in order. */
static void gap_changed(struct vmx_area *area)
{
	room_cb_propagate(&area->rb, NULL);
}

/* The longest hole in a subtree, in bytes from its first aligned place on. */
static unsigned long subtree_room(struct rb_node *rb, unsigned int order)
{
	struct vmx_room *room = rb_room(rb);

	if (!room)
		return 0;
	if (!order)
		return room->max_gap;
	return (unsigned long)room->aligned[order - 1] << PAGE_SHIFT;
}

/*
 * Nodes keep room.aligned[] for the orders that were ever asked for; the first
 * request of an order, and no other, computes it for all ranges there are.
 */
static void activate_order(unsigned int order)
{
	struct rb_node *rb;

	__set_bit(order, &vmx_orders);
	for (rb = rb_first_postorder(&vmx_tree); rb; rb = rb_next_postorder(rb))
		compute_room(rb_area(rb), false);
}

/*
 * The lowest place at or above @start with room for @size bytes at @align.
 * Returns the range behind that hole and leaves the place in *@addr, or NULL;
 * *@looked tells how many holes were looked at.
 *
 * In-order walk over the holes with room enough; subtrees without one, and
 * those that end below @start, are never entered.
 */
static struct vmx_area *lowest_hole(unsigned long size, unsigned long align,
				    unsigned long start, unsigned long *addr,
				    unsigned int *looked)
{
	unsigned int order = min_t(unsigned int, VMX_ALIGN_ORDERS,
				   ilog2(align >> PAGE_SHIFT));
	struct rb_node *rb = vmx_tree.rb_node;
	struct vmx_area *area;

	if (order && !test_bit(order, &vmx_orders))
		activate_order(order);
	*looked = 0;
	if (subtree_room(rb, order) < size)
		return NULL;
	for (;;) {
		area = rb_area(rb);
		if (hole_start(area) > start &&
		    subtree_room(rb->rb_left, order) >= size) {
			rb = rb->rb_left;
			continue;
		}
		for (;;) {
			/* Everything to the left of this hole is ruled out. */
			unsigned long low = max(hole_start(area), start);
			unsigned long place = ALIGN(low, align);
			struct rb_node *child;

			++*looked;
			if (area->gap >= size && place >= low &&
			    place < area_start(area) &&
			    area_start(area) - place >= size) {
				*addr = place;
				return area;
			}
			if (subtree_room(rb->rb_right, order) >= size) {
				rb = rb->rb_right;
				break;
			}
			do {
				child = rb;
				rb = rb_parent(rb);
				if (!rb)
					return NULL;
			} while (child == rb->rb_right);
			area = rb_area(rb);
		}
	}
}

/* Puts @area, with addr and size set, into the hole in front of @succ. */
static void tree_insert(struct vmx_area *area, struct vmx_area *succ)
{
	struct rb_node *parent = &succ->rb;
	struct rb_node **link = &parent->rb_left;

	area->gap = area_start(area) - hole_start(succ);
	succ->gap = area_start(succ) - area_end(area);
	gap_changed(succ);

	if (*link) {
		parent = &succ->before->rb;
		link = &parent->rb_right;
	}
	area->before = succ->before;
	area->after = succ;
	if (area->before)
		area->before->after = area;
	succ->before = area;
	rb_link_node(&area->rb, parent, link);
	area->room = (struct vmx_room){};
	if (area->gap)
		gap_changed(area);
	rb_insert_augmented(&area->rb, &vmx_tree, &room_cb);
}

static void tree_unlink(struct vmx_area *area)
{
	rb_erase_augmented(&area->rb, &vmx_tree, &room_cb);
	area->after->before = area->before;
	if (area->before)
		area->before->after = area->after;
}

/* @area's bytes, and the hole in front of it, become hole. */
static void tree_erase(struct vmx_area *area)
{
	struct vmx_area *succ = area->after;

	tree_unlink(area);
	succ->gap += area->size + area->gap;
	gap_changed(succ);
}

/* The link that leads, or would lead, to @area in the list. */
static struct vmx_area **list_link(struct vmx_area *area)
{
	do {
		area = area->before;
	} while (area && area->state != VMX_LIVE);
	return area ? &area->next : &vmx_list;
}

static unsigned long guard_size(const struct vmx_area *area)
{
	return area->flags & VMX_NO_GUARD ? 0 : PAGE_SIZE;
}

static struct vmx_area **start_slot(const struct vmx_area *area)
{
	return &vmx_starts[(area_start(area) - vmx_first) >> PAGE_SHIFT];
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
		area = vmx_spare;
		if (area) {
			vmx_spare = area->next;
			vmx_spares--;
		}
		spin_unlock(&vmx_area_lock);
	}
	if (!area)
		area = kmem_cache_alloc_node(vmx_area_cache, gfp, node);
	if (!area)
		return NULL;
	/* Field by field: most of a descriptor is set later in any case. */
	area->flags = flags;
	area->size = ALIGN(size, PAGE_SIZE) + guard_size(area);
	area->pages = NULL;
	area->nr_pages = 0;
	area->phys_addr = 0;
	area->caller = caller;
	area->requested = size;
	area->nid = NUMA_NO_NODE;
	area->leaves = 0;
	vmx_area_note_owner(area);
	return area;
}

/* A descriptor that is in the tree no more. */
static void put_descriptor(struct vmx_area *area)
{
	lockdep_assert_held(&vmx_area_lock);
	if (vmx_spares >= SPARES_MAX) {
		kmem_cache_free(vmx_area_cache, area);
		return;
	}
	area->next = vmx_spare;
	vmx_spare = area;
	vmx_spares++;
}

static void free_spares(void)
{
	struct vmx_area *area, *next;

	spin_lock(&vmx_area_lock);
	area = vmx_spare;
	vmx_spare = NULL;
	vmx_spares = 0;
	spin_unlock(&vmx_area_lock);
	for (; area; area = next) {
		next = area->next;
		kmem_cache_free(vmx_area_cache, area);
	}
}

/** vmx_area_free() - a descriptor that has not been inserted */
void vmx_area_free(struct vmx_area *area)
{
	spin_lock(&vmx_area_lock);
	put_descriptor(area);
	spin_unlock(&vmx_area_lock);
}

/**
 * vmx_area_insert() - find the lowest hole that fits and put an area there
 * @area: from vmx_area_alloc(); gets addr and id
 * @align: a power of two, at least a page
 * @start: lowest address that will do
 * @end: first address behind the range that will do
 *
 * The area is in the list when this returns; with VMX_UNLIST in its flags, it is
 * not to be shown yet.
 *
 * Source of the search: Linux's own free-area tree since 5.2, which keeps the
 * holes as nodes; hanging a hole on the range behind it is older (mmap's gap
 * tree, Linux 3.8 to 6.0) and saves a node for each hole.
 *
 * Return: 0; -ENOSPC when no hole fits; -EINVAL for a size of zero or an
 * alignment that is not a power of two.
 */
int vmx_area_insert(struct vmx_area *area, unsigned long align,
		    unsigned long start, unsigned long end)
{
	struct vmx_area *succ, **link;
	unsigned long addr = 0;
	unsigned int looked;

	if (WARN_ON_ONCE(!area->size || !IS_ALIGNED(area->size, PAGE_SIZE) ||
			 !is_power_of_2(align) || align < PAGE_SIZE))
		return -EINVAL;

	spin_lock(&vmx_area_lock);
	succ = lowest_hole(area->size, align, start, &addr, &looked);
	if (!succ || addr >= end || end - addr < area->size) {
		spin_unlock(&vmx_area_lock);
		trace_vmx_hole(area->size, align, looked, 0, 0, 0);
		return -ENOSPC;
	}
	trace_vmx_hole(area->size, align, looked, addr, hole_start(succ),
		       succ->gap);
	area->addr = (void *)addr;
	area->state = VMX_LIVE;
	area->id = ++vmx_next_id;
	tree_insert(area, succ);
	*start_slot(area) = area;
	link = list_link(area);
	area->next = *link;
	*link = area;

	vmx_stats.allocs++;
	vmx_stats.areas++;
	vmx_stats.peak_areas = max(vmx_stats.peak_areas, vmx_stats.areas);
	vmx_stats.area_bytes += area->size;
	vmx_stats.guard_bytes += guard_size(area);
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
	struct rb_node *rb = vmx_tree.rb_node;

	lockdep_assert_held(&vmx_area_lock);
	while (rb) {
		struct vmx_area *area = rb_area(rb);

		if (addr < area_start(area))
			rb = rb->rb_left;
		else if (addr >= area_end(area))
			rb = rb->rb_right;
		else
			return area->state == VMX_LIVE &&
			       !(READ_ONCE(area->flags) & VMX_CACHED) ?
			       area : NULL;
	}
	return NULL;
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
	struct rb_node *rb = vmx_tree.rb_node;
	struct vmx_area *area = &vmx_sentinel;

	lockdep_assert_held(&vmx_area_lock);
	/* The first range that ends above addr. */
	while (rb) {
		if (area_end(rb_area(rb)) > addr) {
			area = rb_area(rb);
			rb = rb->rb_left;
		} else {
			rb = rb->rb_right;
		}
	}
	if (addr < area_start(area)) {
		*range = (struct vmx_range){
			.start = addr, .end = area_start(area),
			.kind = VMX_RANGE_HOLE,
		};
		return;
	}
	*range = (struct vmx_range){
		.start = area_start(area), .end = area_end(area),
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
	struct vmx_area *succ;
	unsigned int looked;

	lockdep_assert_held(&vmx_area_lock);
	succ = lowest_hole(PAGE_SIZE, PAGE_SIZE, addr, &range->start, &looked);
	if (!succ)
		return false;
	range->end = area_start(succ);
	range->kind = VMX_RANGE_HOLE;
	range->area = NULL;
	return true;
}

/**
 * vmx_area_at() - the live area that starts at an address
 * @addr: any address
 *
 * Context: any.  Without vmx_area_lock the answer holds only for the owner of
 * the area, who alone can make it untrue.
 * Return: the area, or NULL.
 */
struct vmx_area *vmx_area_at(const void *addr)
{
	unsigned long offset = (unsigned long)addr - vmx_first;

	if (offset >= vmx_stats.slice_bytes || !IS_ALIGNED(offset, PAGE_SIZE))
		return NULL;
	return READ_ONCE(vmx_starts[offset >> PAGE_SHIFT]);
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
	struct rb_node *rb = vmx_tree.rb_node;
	struct vmx_area *best = NULL;

	lockdep_assert_held(&vmx_area_lock);
	while (rb) {
		struct vmx_area *area = rb_area(rb);

		if (area_start(area) >= addr) {
			best = area;
			rb = rb->rb_left;
		} else {
			rb = rb->rb_right;
		}
	}
	while (best && (best->state != VMX_LIVE || best == &vmx_sentinel))
		best = best->after;
	return best;
}

static void move_end(struct vmx_area *area, unsigned long size)
{
	unsigned long grown = size - area->size;	/* wraps for a shorter one */

	area->size = size;
	vmx_stats.area_bytes += grown;
	area->after->gap -= grown;
	gap_changed(area->after);
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
	if (area->after->gap >= bytes) {
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
	struct vmx_area *succ;

	spin_lock(&vmx_area_lock);
	succ = area->after;
	tail->addr = area->addr + size;
	tail->size = area->size - size;
	tail->state = VMX_DYING;
	area->size = size;
	area->nr_pages = keep;
	succ->gap += tail->size;
	tree_insert(tail, succ);
	vmx_stats.allocs++;	/* an area of its own, until it is quarantined */
	vmx_stats.areas++;
	vmx_stats.peak_areas = max(vmx_stats.peak_areas, vmx_stats.areas);
	spin_unlock(&vmx_area_lock);
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
	area = vmx_area_at(addr);
	if (area && area->flags & VMX_CACHED)
		area = NULL;
	if (area) {
		trace_vmx_unlink(area->id, area->addr, area->size,
				 area->requested);
		*start_slot(area) = NULL;
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
	*start_slot(area) = NULL;
	*list_link(area) = area->next;
	tree_erase(area);
	vmx_stats.allocs--;
	vmx_stats.areas--;
	vmx_stats.area_bytes -= area->size;
	vmx_stats.guard_bytes -= guard_size(area);
	put_descriptor(area);
	spin_unlock(&vmx_area_lock);
}

static bool is_quarantined(const struct vmx_area *area)
{
	return area->state == VMX_LAZY || area->state == VMX_PURGING;
}

/*
 * @right and the hole before it join @left.  One of them was freed just now, so
 * a flush that is under way is too early for both.
 */
static void quarantine_merge(struct vmx_area *left, struct vmx_area *right)
{
	unsigned long gap = right->gap;

	left->state = VMX_LAZY;
	list_move_tail(&left->quarantine, &vmx_quarantine);
	tree_unlink(right);
	list_del(&right->quarantine);
	left->size += gap + right->size;
	vmx_stats.quarantined_bytes += gap;
	vmx_stats.quarantined_ranges--;
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
	struct vmx_area *prev, *next;
	bool due;

	spin_lock(&vmx_area_lock);
	WARN_ON_ONCE(area->state != VMX_DYING);
	vmx_stats.frees++;
	vmx_stats.areas--;
	vmx_stats.area_bytes -= area->size;
	vmx_stats.guard_bytes -= guard_size(area);
	vmx_stats.quarantined_bytes += area->size;
	vmx_stats.quarantined_ranges++;

	area->state = VMX_LAZY;
	list_add_tail(&area->quarantine, &vmx_quarantine);
	prev = area->before;
	if (prev && is_quarantined(prev)) {
		quarantine_merge(prev, area);
		area = prev;
	}
	next = area->after;
	if (is_quarantined(next))
		quarantine_merge(area, next);
	due = vmx_stats.quarantined_bytes > READ_ONCE(vmx_lazy_max);
	trace_vmx_quarantine(area->addr, area->size,
			     vmx_stats.quarantined_bytes, vmx_lazy_max);
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
		vmx_stats.quarantined_bytes -= area->size;
		vmx_stats.quarantined_ranges--;
		trace_vmx_hole_back(area->addr, area->size);
		list_del(&area->quarantine);
		tree_erase(area);
		put_descriptor(area);
		if (++n == PURGE_BATCH)
			break;
	}
	spin_unlock(&vmx_area_lock);
	return n;
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
	struct vmx_area *area;
	LIST_HEAD(flushed);
	bool any;

	might_sleep();
	mutex_lock(&vmx_purge_mutex);
	spin_lock(&vmx_area_lock);
	list_splice_init(&vmx_quarantine, &flushed);
	list_for_each_entry(area, &flushed, quarantine)
		area->state = VMX_PURGING;
	any = !list_empty(&flushed);
	if (any) {
		vmx_stats.purges++;
		trace_vmx_purge(vmx_stats.quarantined_ranges,
				vmx_stats.quarantined_bytes);
	}
	spin_unlock(&vmx_area_lock);

	if (any) {
		vmx_flush();
		while (purge_batch(&flushed))
			cond_resched();
	}
	free_spares();
	mutex_unlock(&vmx_purge_mutex);
	return any;
}

/** vmx_areas_stats() - the counters, as they were at one moment */
void vmx_areas_stats(struct vmx_area_stats *stats)
{
	spin_lock(&vmx_area_lock);
	*stats = vmx_stats;
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
	vmx_starts = kvcalloc((end - start) >> PAGE_SHIFT, sizeof(*vmx_starts),
			      GFP_KERNEL);
	if (!vmx_starts)
		return -ENOMEM;
	vmx_area_cache = KMEM_CACHE(vmx_area, 0);
	if (!vmx_area_cache) {
		kvfree(vmx_starts);
		return -ENOMEM;
	}

	vmx_first = start;
	vmx_flush = flush;
	vmx_list = NULL;
	vmx_stats = (struct vmx_area_stats){ .slice_bytes = end - start };
	vmx_sentinel = (struct vmx_area){
		.addr = (void *)end,
		.gap = end - start,
		.room.max_gap = end - start,
	};
	vmx_orders = 0;
	vmx_tree = RB_ROOT;
	rb_link_node(&vmx_sentinel.rb, NULL, &vmx_tree.rb_node);
	rb_insert_color(&vmx_sentinel.rb, &vmx_tree);
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
	WARN_ON_ONCE(vmx_list || vmx_stats.areas ||
		     vmx_stats.quarantined_ranges);
	kmem_cache_destroy(vmx_area_cache);
	kvfree(vmx_starts);
}
