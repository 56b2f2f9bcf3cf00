// SPDX-License-Identifier: GPL-2.0
/*
 * The holes of the slice: which exist, and which one a request gets
 *
 * A hole is known by the range behind it (vmx_area.hole, vmx_hole.succ) and by its
 * length, so holes and ranges cannot disagree. Holes are in one tree, by address. Nearly
 * every request takes the front of a hole, and then only a length changes.
 *
 * A range needs no memory for the hole that may come in front of it: where a range between
 * two others becomes a hole, its descriptor becomes the hole's. If the hole is used up, the
 * descriptor is free again.
 *
 * Each hole also knows the longest hole in its subtree (vmx_hole.room). For the
 * lowest hole, and the nodes above it, this may be out of date while
 * vmx_holes.lowest_stale is set: settle_lowest() corrects it before the tree is
 * searched, and before any other change.
 *
 * The request's fit chooses the hole. VMX_FITS in vmx.h has the table:
 *
 *	first	the lowest hole that fits
 *	best	the smallest hole that fits wherever it begins, the lowest of
 *		several; if there is none, as first
 *	last	the highest hole that fits, and the highest place in it
 *	next	the lowest hole that fits above the place that the last such
 *		request got; if there is none, as first
 *
 * Cost, with n holes: O(log n) to change one, and to find one for any size, lower
 * bound and alignment up to 512 pages. The longest hole need not contain an aligned
 * place, so nodes keep the room for each alignment in use. For a larger alignment,
 * each hole that has room at 512 pages but not at the alignment costs another
 * O(log n). The first request of an alignment sets its room up in O(n), the first
 * best fit its tree in O(n log n): requests that need neither pay nothing.
 *
 * Locking: everything under vmx_area_lock. Units: bytes, page-aligned.
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

#include "hole.h"

/* What only this file knows of the holes. */
static struct {
	struct rb_root sizes;	/* by length, then address */
	bool sizes_kept;
	unsigned long orders;	/* bit n: room.aligned[n - 1] is kept */
	unsigned long next_fit;	/* where the next fit begins to search */
} kept;

struct vmx_holes vmx_holes;

/* Above any end. */
static const struct vmx_place nowhere = { .addr = ULONG_MAX };

static struct vmx_hole *rb_hole(struct rb_node *rb)
{
	return rb_entry_safe(rb, struct vmx_hole, rb);
}

static unsigned long hole_end(const struct vmx_hole *hole)
{
	return vmx_area_start(hole->succ);
}

/* Return the pages that fit into a hole, aligned to 2^@order. */
static u32 hole_pages(const struct vmx_hole *hole, unsigned int order)
{
	unsigned long low = ALIGN(vmx_hole_start(hole), PAGE_SIZE << order);

	if (low < vmx_hole_start(hole) || low >= hole_end(hole))
		return 0;
	return (hole_end(hole) - low) >> PAGE_SHIFT;
}

static struct vmx_room *rb_room(struct rb_node *rb)
{
	return rb ? &rb_entry(rb, struct vmx_hole, rb)->room : NULL;
}

/*
 * Compute @hole->room from its own length and its children. With @exit, return
 * whether it was right already: then the nodes above it are right, too.
 */
static __always_inline bool compute_room(struct vmx_hole *hole, bool exit)
{
	struct vmx_room *left = rb_room(hole->rb.rb_left);
	struct vmx_room *right = rb_room(hole->rb.rb_right);
	unsigned long max_hole = hole->size;
	unsigned int order;
	bool same;

	if (left && left->max_hole > max_hole)
		max_hole = left->max_hole;
	if (right && right->max_hole > max_hole)
		max_hole = right->max_hole;
	same = hole->room.max_hole == max_hole;
	hole->room.max_hole = max_hole;

	if (likely(!kept.orders))
		return exit && same;
	for_each_set_bit(order, &kept.orders, VMX_ALIGN_ORDERS + 1) {
		u32 *room = &hole->room.aligned[order - 1];
		u32 pages = hole_pages(hole, order);

		if (left)
			pages = max(pages, left->aligned[order - 1]);
		if (right)
			pages = max(pages, right->aligned[order - 1]);
		same &= *room == pages;
		*room = pages;
	}
	return exit && same;
}

RB_DECLARE_CALLBACKS(static, room_cb, struct vmx_hole, rb, room, compute_room)

/* Return the longest hole in a subtree, in bytes from its first aligned place. */
static unsigned long subtree_room(struct rb_node *rb, unsigned int order)
{
	struct vmx_room *room = rb_room(rb);

	if (!room)
		return 0;
	if (!order)
		return room->max_hole;
	return (unsigned long)room->aligned[order - 1] << PAGE_SHIFT;
}

static bool is_shorter(struct rb_node *a, const struct rb_node *b)
{
	const struct vmx_hole *x = rb_entry(a, struct vmx_hole, by_size);
	const struct vmx_hole *y = rb_entry(b, struct vmx_hole, by_size);

	return x->size != y->size ? x->size < y->size : hole_end(x) < hole_end(y);
}

/* Tell the trees the lowest hole's length. Call this before each other use of them. */
static void settle_lowest(void)
{
	struct vmx_hole *lowest = vmx_hole_lowest();

	if (!vmx_holes.lowest_stale)
		return;
	vmx_holes.lowest_stale = false;
	room_cb_propagate(&lowest->rb, NULL);
	if (kept.sizes_kept) {
		rb_erase(&lowest->by_size, &kept.sizes);
		rb_add(&lowest->by_size, &kept.sizes, is_shorter);
	}
}

/**
 * vmx_hole_longest() - return the length of the longest hole, in bytes
 *
 * Context: vmx_area_lock held.
 * Return: the length; 0 without a hole.
 */
unsigned long vmx_hole_longest(void)
{
	lockdep_assert_held(&vmx_area_lock);
	settle_lowest();
	return subtree_room(vmx_holes.tree.rb_root.rb_node, 0);
}

/**
 * vmx_hole_add() - let there be a hole in front of a range that has none
 * @hole: memory for it
 * @succ: the range
 * @size: its length
 */
void vmx_hole_add(struct vmx_hole *hole, struct vmx_area *succ, unsigned long size)
{
	struct rb_node **link = &vmx_holes.tree.rb_root.rb_node, *parent = NULL;
	bool lowest = true;

	lockdep_assert_held(&vmx_area_lock);
	settle_lowest();
	hole->succ = succ;
	hole->size = size;
	hole->room = (struct vmx_room){};
	succ->hole = hole;
	if (unlikely(kept.sizes_kept))
		rb_add(&hole->by_size, &kept.sizes, is_shorter);
	while (*link) {
		parent = *link;
		if (hole_end(hole) < hole_end(rb_hole(parent))) {
			link = &parent->rb_left;
		} else {
			link = &parent->rb_right;
			lowest = false;
		}
	}
	rb_link_node(&hole->rb, parent, link);
	room_cb_propagate(&hole->rb, NULL);
	rb_insert_augmented_cached(&hole->rb, &vmx_holes.tree, lowest, &room_cb);
}

/**
 * vmx_hole_del() - forget a hole
 * @hole: the hole; its memory is the caller's again
 */
void vmx_hole_del(struct vmx_hole *hole)
{
	lockdep_assert_held(&vmx_area_lock);
	settle_lowest();
	if (unlikely(kept.sizes_kept))
		rb_erase(&hole->by_size, &kept.sizes);
	rb_erase_augmented_cached(&hole->rb, &vmx_holes.tree, &room_cb);
	hole->succ->hole = NULL;
}

/**
 * __vmx_hole_resize() - set the length of a hole: what vmx_hole_resize() does not do inline
 * @hole: the hole
 * @size: its new length
 */
void __vmx_hole_resize(struct vmx_hole *hole, unsigned long size)
{
	lockdep_assert_held(&vmx_area_lock);
	settle_lowest();
	if (unlikely(kept.sizes_kept))
		rb_erase(&hole->by_size, &kept.sizes);
	hole->size = size;
	if (unlikely(kept.sizes_kept))
		rb_add(&hole->by_size, &kept.sizes, is_shorter);
	room_cb_propagate(&hole->rb, NULL);
}

static void keep_order(unsigned int order)
{
	struct rb_node *rb;

	__set_bit(order, &kept.orders);
	for (rb = rb_first_postorder(&vmx_holes.tree.rb_root); rb; rb = rb_next_postorder(rb))
		compute_room(rb_hole(rb), false);
}

static void keep_sizes(void)
{
	struct rb_node *rb;

	kept.sizes_kept = true;
	for (rb = rb_first_cached(&vmx_holes.tree); rb; rb = rb_next(rb))
		rb_add(&rb_hole(rb)->by_size, &kept.sizes, is_shorter);
}

/*
 * A search for a place. @order is @align in pages as a power of two, up to
 * VMX_ALIGN_ORDERS.
 */
struct search {
	unsigned long size;
	unsigned long align;
	unsigned int order;
	unsigned long start;
};

/*
 * Walk over the holes in address order. Never enter a subtree without room, or one
 * that ends below start.
 *
 * Source: the search of Linux's own tree of free ranges since 5.2, whose nodes are
 * the holes, too.
 */
static __always_inline struct vmx_place lowest_fit(const struct search *s)
{
	struct rb_node *rb = vmx_holes.tree.rb_root.rb_node;
	unsigned int looked = 0;
	struct vmx_hole *hole;

	if (subtree_room(rb, s->order) < s->size) {
		vmx_holes.looked_at = 0;
		return nowhere;
	}
	for (;;) {
		hole = rb_hole(rb);
		if (vmx_hole_start(hole) > s->start &&
		    subtree_room(rb->rb_left, s->order) >= s->size) {
			rb = rb->rb_left;
			continue;
		}
		for (;;) {
			/* Everything to the left of this hole is ruled out. */
			unsigned long low = max(vmx_hole_start(hole), s->start);
			unsigned long place = ALIGN(low, s->align);
			struct rb_node *child;

			vmx_holes.looked_at = ++looked;
			if (place >= low && place < hole_end(hole) &&
			    hole_end(hole) - place >= s->size)
				return (struct vmx_place){ hole->succ, place };
			if (subtree_room(rb->rb_right, s->order) >= s->size) {
				rb = rb->rb_right;
				break;
			}
			do {
				child = rb;
				rb = rb_parent(rb);
				if (!rb)
					return nowhere;
			} while (child == rb->rb_right);
			hole = rb_hole(rb);
		}
	}
}

static struct vmx_place first_fit(const struct search *s)
{
	return lowest_fit(s);
}

/* Run another fit's search when the first one found nothing; add up what they looked at. */
static struct vmx_place or_first_fit(struct vmx_place place, const struct search *s)
{
	unsigned int looked = vmx_holes.looked_at;

	if (place.succ)
		return place;
	place = first_fit(s);
	vmx_holes.looked_at += looked;
	return place;
}

static struct vmx_place best_fit(const struct search *s)
{
	struct vmx_hole *hole, *best = NULL;
	struct rb_node *rb;
	unsigned long need;

	vmx_holes.looked_at = 0;
	if (!kept.sizes_kept)
		keep_sizes();
	if (check_add_overflow(s->size, s->align - PAGE_SIZE, &need))
		return or_first_fit(nowhere, s);
	for (rb = kept.sizes.rb_node; rb; vmx_holes.looked_at++) {
		hole = rb_entry(rb, struct vmx_hole, by_size);
		if (hole->size >= need) {
			best = hole;
			rb = rb->rb_left;
		} else {
			rb = rb->rb_right;
		}
	}
	if (!best)
		return or_first_fit(nowhere, s);
	return (struct vmx_place){ best->succ, ALIGN(vmx_hole_start(best), s->align) };
}

/* The mirror image of lowest_fit(), without a lower bound. */
static struct vmx_place last_fit(const struct search *s)
{
	struct rb_node *rb = vmx_holes.tree.rb_root.rb_node, *child;
	struct vmx_hole *hole;
	unsigned long place;

	vmx_holes.looked_at = 0;
	if (subtree_room(rb, s->order) < s->size)
		return nowhere;
	for (;;) {
		if (subtree_room(rb->rb_right, s->order) >= s->size) {
			rb = rb->rb_right;
			continue;
		}
		for (;;) {
			hole = rb_hole(rb);
			vmx_holes.looked_at++;
			place = ALIGN_DOWN(hole_end(hole) - s->size, s->align);
			if (hole->size >= s->size && place >= vmx_hole_start(hole))
				return (struct vmx_place){ hole->succ, place };
			if (subtree_room(rb->rb_left, s->order) >= s->size) {
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

static struct vmx_place next_fit(const struct search *s)
{
	struct search from_last = *s;
	struct vmx_place place;

	from_last.start = kept.next_fit;
	place = or_first_fit(first_fit(&from_last), s);
	if (place.succ)
		kept.next_fit = place.addr + s->size;
	return place;
}

static const struct {
	const char *name;
	struct vmx_place (*find)(const struct search *s);
} fits[VMX_FIT_KINDS] = {	/* in the order of enum vmx_fit */
#define FIT(NAME, name) { #name, name##_fit },
	VMX_FITS(FIT)
#undef FIT
};

static_assert((VMX_FIT_MASK >> VMX_FIT_SHIFT) >= VMX_FIT_KINDS,
	      "more fits than VMX_FIT() holds");

/** vmx_fit_name() - return a fit's name, as people write it */
const char *vmx_fit_name(enum vmx_fit fit)
{
	return fits[fit].name;
}

/**
 * vmx_fit_by_name() - find the fit of a name
 * @name: the name, not terminated
 * @len: its length
 * @fit: the fit
 *
 * Return: false when there is no such fit.
 */
bool vmx_fit_by_name(const char *name, size_t len, enum vmx_fit *fit)
{
	int i;

	for (i = 0; i < ARRAY_SIZE(fits); i++) {
		if (strlen(fits[i].name) == len && !memcmp(fits[i].name, name, len)) {
			*fit = i;
			return true;
		}
	}
	return false;
}

/* Not inline: the plain request must not pay for it. */
static noinline struct vmx_place
find_special(unsigned long size, unsigned long align, unsigned long start,
	     enum vmx_fit fit)
{
	const struct search s = {
		.size = size,
		.align = align,
		.order = min_t(unsigned int, VMX_ALIGN_ORDERS,
			       ilog2(align >> PAGE_SHIFT)),
		.start = start,
	};

	if (s.order && !test_bit(s.order, &kept.orders))
		keep_order(s.order);
	return fits[fit].find(&s);
}

/* Return an aligned place in the lowest hole: if there is one, it is the first fit. */
static struct vmx_place place_in_lowest(unsigned long size, unsigned long align,
					unsigned long start)
{
	struct vmx_hole *lowest = vmx_hole_lowest();
	unsigned long low, place;

	if (!lowest)
		return nowhere;
	low = max(vmx_hole_start(lowest), start);
	place = ALIGN(low, align);
	if (place < low || place >= hole_end(lowest) || hole_end(lowest) - place < size)
		return nowhere;
	vmx_holes.looked_at = 1;
	return (struct vmx_place){ lowest->succ, place };
}

/**
 * __vmx_hole_find() - choose a hole: what vmx_hole_find() does not do inline
 * @size: bytes that must fit into it
 * @align: alignment of the place, a power of two, at least a page
 * @start: lowest acceptable address; only the first fit looks at it
 * @fit: the rule
 *
 * Context: vmx_area_lock held.
 * Return: the place; succ is NULL and addr is ULONG_MAX when no hole fits.
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
	if (likely(align == PAGE_SIZE && fit == VMX_FIT_FIRST)) {
		const struct search s = {
			.size = size, .align = PAGE_SIZE, .start = start,
		};

		return lowest_fit(&s);
	}
	return find_special(size, align, start, fit);
}

/** vmx_holes_init() - begin without a hole */
void vmx_holes_init(void)
{
	vmx_holes = (struct vmx_holes){ .tree = RB_ROOT_CACHED };
	kept = (typeof(kept)){ .sizes = RB_ROOT };
}
