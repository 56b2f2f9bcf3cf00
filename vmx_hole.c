// SPDX-License-Identifier: GPL-2.0
/*
 * The holes of the slice: which there are, and which one to take
 *
 * A hole is known by the range behind it, which has its length (gap): there is
 * no node for a hole, and nothing that could disagree with the ranges.  A range
 * with a hole in front of it is in one tree, by address; one without is not, so
 * taking the front of a hole, as nearly all requests do, only changes a length.
 * A node also knows the longest hole in its subtree (room).  Of the lowest hole, and
 * so of the nodes above it, that may be out of date while vmx_lowest_stale is set:
 * settle_lowest() comes before any look at the tree, and any other change of it.
 *
 * Which hole is taken is the request's fit:
 *
 *	first	the lowest that it fits into
 *	last	the highest, and there the highest place
 *	next	the lowest above the place that the last such request got, or
 *		else the lowest of all
 *	best	the smallest that it fits into wherever that begins, and of
 *		those the lowest; or else, for want of one, the first
 *
 * Cost, n being the number of holes: O(log n) to change one and to find one, for
 * any size, lower bound and alignment up to 2 MiB.  The room is kept for each
 * alignment in use, as the longest hole need not have an aligned place.  For a
 * larger alignment, each hole with room at 2 MiB and none at the alignment costs
 * another O(log n).  What an alignment or the best fit needs is set up, in O(n)
 * and O(n log n), by the first request that needs it: the others pay nothing.
 *
 * Locking: all of it under vmx_area_lock.  Units: bytes, page-aligned.
 *
 * This file compiles unmodified in user space, as vmx_area.c does.
 */
#include <linux/align.h>
#include <linux/bitops.h>
#include <linux/limits.h>
#include <linux/lockdep.h>
#include <linux/log2.h>
#include <linux/minmax.h>
#include <linux/overflow.h>
#include <linux/rbtree_augmented.h>

#include "vmx_area.h"

struct rb_root_cached vmx_holes = RB_ROOT_CACHED;	/* by address */
/* The lowest hole's length is news to the tree, and to vmx_sizes. */
bool vmx_lowest_stale;
static struct rb_root vmx_sizes = RB_ROOT;	/* by length, then address */
static bool vmx_sizes_kept;
static unsigned long vmx_orders;	/* bit n: room.aligned[n - 1] is kept */
static unsigned long vmx_next_fit;	/* where the next one looks first */

/* How many holes the last search looked at. */
unsigned int vmx_holes_looked_at;

/* Behind any end. */
static const struct vmx_place nowhere = { .addr = ULONG_MAX };

static unsigned long hole_start(const struct vmx_area *area)
{
	return vmx_area_start(area) - area->gap;
}

static struct vmx_area *rb_area(struct rb_node *rb)
{
	return rb_entry_safe(rb, struct vmx_area, rb);
}

/* Pages that fit into the hole in front of @area, aligned to 2^@order pages. */
static u32 hole_pages(const struct vmx_area *area, unsigned int order)
{
	unsigned long low = ALIGN(hole_start(area), PAGE_SIZE << order);

	if (low < hole_start(area) || low >= vmx_area_start(area))
		return 0;
	return (vmx_area_start(area) - low) >> PAGE_SHIFT;
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

static void add_hole(struct vmx_area *area)
{
	struct rb_node **link = &vmx_holes.rb_root.rb_node, *parent = NULL;
	bool lowest = true;

	while (*link) {
		parent = *link;
		if (area->addr < rb_area(parent)->addr) {
			link = &parent->rb_left;
		} else {
			link = &parent->rb_right;
			lowest = false;
		}
	}
	rb_link_node(&area->rb, parent, link);
	area->room = (struct vmx_room){};
	room_cb_propagate(&area->rb, NULL);
	rb_insert_augmented_cached(&area->rb, &vmx_holes, lowest, &room_cb);
}

static bool is_shorter(struct rb_node *a, const struct rb_node *b)
{
	const struct vmx_area *x = rb_entry(a, struct vmx_area, by_size);
	const struct vmx_area *y = rb_entry(b, struct vmx_area, by_size);

	return x->gap != y->gap ? x->gap < y->gap : x->addr < y->addr;
}

/* Whoever looks at the tree, or changes it, does this first. */
static void settle_lowest(void)
{
	struct vmx_area *lowest = vmx_hole_lowest();

	if (!vmx_lowest_stale)
		return;
	vmx_lowest_stale = false;
	room_cb_propagate(&lowest->rb, NULL);
	if (vmx_sizes_kept) {
		rb_erase(&lowest->by_size, &vmx_sizes);
		rb_add(&lowest->by_size, &vmx_sizes, is_shorter);
	}
}

/**
 * __vmx_hole_resize() - the hole in front of a range has another length
 * @area: the range behind the hole
 * @gap: how long the hole is now, and was not before; 0 when there is none
 */
void __vmx_hole_resize(struct vmx_area *area, unsigned long gap)
{
	unsigned long old = area->gap;

	lockdep_assert_held(&vmx_area_lock);
	settle_lowest();
	if (unlikely(vmx_sizes_kept) && old)
		rb_erase(&area->by_size, &vmx_sizes);
	area->gap = gap;
	if (unlikely(vmx_sizes_kept) && gap)
		rb_add(&area->by_size, &vmx_sizes, is_shorter);
	if (old && gap)
		room_cb_propagate(&area->rb, NULL);
	else if (gap)
		add_hole(area);
	else if (old)
		rb_erase_augmented_cached(&area->rb, &vmx_holes, &room_cb);
}

static void keep_order(unsigned int order)
{
	struct rb_node *rb;

	__set_bit(order, &vmx_orders);
	for (rb = rb_first_postorder(&vmx_holes.rb_root); rb; rb = rb_next_postorder(rb))
		compute_room(rb_area(rb), false);
}

static void keep_sizes(void)
{
	struct rb_node *rb;

	vmx_sizes_kept = true;
	for (rb = rb_first_cached(&vmx_holes); rb; rb = rb_next(rb))
		rb_add(&rb_area(rb)->by_size, &vmx_sizes, is_shorter);
}

/*
 * In-order walk over the holes with room enough; subtrees without one, and
 * those that end below @start, are never entered.
 */
static __always_inline struct vmx_place
first_fit(unsigned long size, unsigned long align, unsigned int order,
	  unsigned long start)
{
	struct rb_node *rb = vmx_holes.rb_root.rb_node;
	unsigned int looked = 0;
	struct vmx_area *area;

	if (subtree_room(rb, order) < size) {
		vmx_holes_looked_at = 0;
		return nowhere;
	}
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

			vmx_holes_looked_at = ++looked;
			if (place >= low && place < vmx_area_start(area) &&
			    vmx_area_start(area) - place >= size)
				return (struct vmx_place){ area, place };
			if (subtree_room(rb->rb_right, order) >= size) {
				rb = rb->rb_right;
				break;
			}
			do {
				child = rb;
				rb = rb_parent(rb);
				if (!rb)
					return nowhere;
			} while (child == rb->rb_right);
			area = rb_area(rb);
		}
	}
}

/* The same from the other end. */
static struct vmx_place last_fit(unsigned long size, unsigned long align,
				 unsigned int order)
{
	struct rb_node *rb = vmx_holes.rb_root.rb_node, *child;
	struct vmx_area *area;
	unsigned long place;

	if (subtree_room(rb, order) < size)
		return nowhere;
	for (;;) {
		if (subtree_room(rb->rb_right, order) >= size) {
			rb = rb->rb_right;
			continue;
		}
		for (;;) {
			area = rb_area(rb);
			vmx_holes_looked_at++;
			place = ALIGN_DOWN(vmx_area_start(area) - size, align);
			if (area->gap >= size && place >= hole_start(area))
				return (struct vmx_place){ area, place };
			if (subtree_room(rb->rb_left, order) >= size) {
				rb = rb->rb_left;
				break;
			}
			do {
				child = rb;
				rb = rb_parent(rb);
				if (!rb)
					return nowhere;
			} while (child == rb->rb_left);
		}
	}
}

static struct vmx_place best_fit(unsigned long size, unsigned long align)
{
	struct vmx_area *area, *best = NULL;
	struct rb_node *rb;
	unsigned long need;

	if (!vmx_sizes_kept)
		keep_sizes();
	if (check_add_overflow(size, align - PAGE_SIZE, &need))
		return nowhere;
	for (rb = vmx_sizes.rb_node; rb; vmx_holes_looked_at++) {
		area = rb_entry(rb, struct vmx_area, by_size);
		if (area->gap >= need) {
			best = area;
			rb = rb->rb_left;
		} else {
			rb = rb->rb_right;
		}
	}
	if (!best)
		return nowhere;
	return (struct vmx_place){ best, ALIGN(hole_start(best), align) };
}

/* Apart, so that the plain request pays nothing for it. */
static noinline struct vmx_place
find_special(unsigned long size, unsigned long align, unsigned long start,
	     enum vmx_fit fit)
{
	unsigned int order = min_t(unsigned int, VMX_ALIGN_ORDERS,
				   ilog2(align >> PAGE_SHIFT));
	struct vmx_place place = nowhere;
	unsigned int looked;

	if (order && !test_bit(order, &vmx_orders))
		keep_order(order);
	vmx_holes_looked_at = 0;
	switch (fit) {
	case VMX_FIT_LAST:
		return last_fit(size, align, order);
	case VMX_FIT_NEXT:
		place = first_fit(size, align, order, vmx_next_fit);
		break;
	case VMX_FIT_BEST:
		place = best_fit(size, align);
		break;
	case VMX_FIT_FIRST:
		break;
	}
	if (!place.succ) {
		looked = vmx_holes_looked_at;
		place = first_fit(size, align, order, start);
		vmx_holes_looked_at += looked;
	}
	if (place.succ && fit == VMX_FIT_NEXT)
		vmx_next_fit = place.addr + size;
	return place;
}

/* An aligned place in the lowest hole is the first fit, if there is one. */
static struct vmx_place place_in_lowest(unsigned long size, unsigned long align,
					unsigned long start)
{
	struct vmx_area *lowest = vmx_hole_lowest();
	unsigned long low, place;

	if (!lowest)
		return nowhere;
	low = max(hole_start(lowest), start);
	place = ALIGN(low, align);
	if (place < low || place >= vmx_area_start(lowest) ||
	    vmx_area_start(lowest) - place < size)
		return nowhere;
	vmx_holes_looked_at = 1;
	return (struct vmx_place){ lowest, place };
}

/**
 * __vmx_hole_find() - vmx_hole_find(), by the trees if need be
 * @size: as there, and so are the others
 * @align: likewise
 * @start: likewise
 * @fit: likewise
 *
 * Source of the search for the first: Linux's own free-area tree since 5.2,
 * which keeps the holes as nodes; hanging a hole on the range behind it is older
 * (mmap's gap tree, Linux 3.8 to 6.0) and saves a node for each hole.
 *
 * Return: likewise.
 */
struct vmx_place __vmx_hole_find(unsigned long size, unsigned long align,
				 unsigned long start, enum vmx_fit fit)
{
	struct vmx_place place;

	lockdep_assert_held(&vmx_area_lock);
	if (fit == VMX_FIT_FIRST) {
		place = place_in_lowest(size, align, start);
		if (place.succ)
			return place;
	}
	settle_lowest();
	if (likely(align == PAGE_SIZE && fit == VMX_FIT_FIRST))
		return first_fit(size, PAGE_SIZE, 0, start);
	return find_special(size, align, start, fit);
}

/** vmx_holes_init() - no hole yet */
void vmx_holes_init(void)
{
	vmx_holes = RB_ROOT_CACHED;
	vmx_lowest_stale = false;
	vmx_sizes = RB_ROOT;
	vmx_sizes_kept = false;
	vmx_orders = 0;
	vmx_next_fit = 0;
}
