// SPDX-License-Identifier: GPL-2.0
/*
 * vmx_area.c, unmodified, and the checks that need its static names
 *
 * The checks here know nothing of what was asked for: they say whether the
 * structures are sound, by the plainest walk that shows it.
 */
#include "../../vmx_area.c"

#include "subject.h"

struct vmx_area *subject_next(struct vmx_area *range)
{
	struct rb_node *rb = range ? rb_next(&range->rb) : rb_first(&vmx_tree);

	return rb_area(rb) == &vmx_sentinel ? NULL : rb_area(rb);
}

struct vmx_area *subject_range(unsigned long addr)
{
	struct rb_node *rb = vmx_tree.rb_node;

	while (rb) {
		struct vmx_area *range = rb_area(rb);

		if (addr < area_start(range))
			rb = rb->rb_left;
		else if (addr >= area_end(range))
			rb = rb->rb_right;
		else
			return range;
	}
	return NULL;
}

size_t subject_spares(void)
{
	return vmx_spares;
}

void subject_drop_spares(void)
{
	struct vmx_area *spare;

	while ((spare = vmx_spare)) {
		vmx_spare = spare->next;
		vmx_spares--;
		kmem_cache_free(vmx_area_cache, spare);
	}
	if (vmx_spares)
		fail("spares: %u more than there are", vmx_spares);
}

/* The hole in front of @range: bytes from its first place at @align on. */
static unsigned long hole_at(struct vmx_area *range, unsigned long align)
{
	unsigned long place = hole_start(range);

	while (place & (align - 1)) {
		place += PAGE_SIZE;
		if (place >= area_start(range) || place < hole_start(range))
			return 0;
	}
	return area_start(range) - place;
}

/* The room that a node claims is the most of its own hole and its children's. */
static void check_room(struct vmx_area *range, unsigned int order)
{
	unsigned long most = hole_at(range, PAGE_SIZE << order);

	most = max(most, subtree_room(range->rb.rb_left, order));
	most = max(most, subtree_room(range->rb.rb_right, order));
	if (subtree_room(&range->rb, order) != most)
		fail("tree: at %p the room for 2^%u pages is %#lx and should be %#lx",
		     range->addr, order, subtree_room(&range->rb, order), most);
}

/* Links, colours and room below @rb; returns its height in black nodes. */
static int check_subtree(struct rb_node *rb, struct rb_node *parent)
{
	struct vmx_area *range;
	unsigned int order;
	int left, right;

	if (!rb)
		return 1;
	range = rb_area(rb);
	if (rb_parent(rb) != parent)
		fail("tree: the node at %p has another parent", range->addr);
	if (rb_is_red(rb) && (!parent || rb_is_red(parent)))
		fail("tree: the node at %p is red below red", range->addr);
	left = check_subtree(rb->rb_left, rb);
	right = check_subtree(rb->rb_right, rb);
	if (left != right)
		fail("tree: unbalanced below %p", range->addr);

	check_room(range, 0);
	for (order = 1; order <= VMX_ALIGN_ORDERS; order++)
		if (vmx_orders & 1UL << order)
			check_room(range, order);
	return left + rb_is_black(rb);
}

/* Ranges and holes, one after the other, are the slice: sentinel last. */
static void check_order(void)
{
	unsigned long end = vmx_first;
	struct vmx_area *range, *before = NULL;
	struct rb_node *rb;

	for (rb = rb_first(&vmx_tree); rb; rb = rb_next(rb)) {
		range = rb_area(rb);
		if (hole_start(range) != end)
			fail("order: %p has a hole from %#lx in front, and %#lx is where it begins",
			     range->addr, hole_start(range), end);
		if (area_start(range) < end || area_end(range) < area_start(range))
			fail("order: %p with %#lx bytes runs backwards", range->addr, range->size);
		if (range == &vmx_sentinel ? range->size : !range->size)
			fail("order: %p has %#lx bytes", range->addr, range->size);
		if (range->before != before || (before && before->after != range))
			fail("order: %p does not know its neighbour", range->addr);
		before = range;
		end = area_end(range);
	}
	if (rb_area(rb_last(&vmx_tree)) != &vmx_sentinel)
		fail("order: the sentinel is not the last");
	if (end != vmx_first + vmx_stats.slice_bytes)
		fail("order: all ends at %#lx and not with the slice", end);
}

/* The list has the live ranges in order; so has the index, by first page. */
static void check_list(void)
{
	size_t slot, slots = vmx_stats.slice_bytes / PAGE_SIZE;
	struct vmx_area *range = NULL, *listed = vmx_list;
	size_t live = 0;

	while ((range = subject_next(range))) {
		if (range->state != VMX_LIVE)
			continue;
		if (range != listed)
			fail("list: %p where %p should be",
			     listed ? listed->addr : NULL, range->addr);
		if (*start_slot(range) != range)
			fail("index: %p is missing", range->addr);
		listed = listed->next;
		live++;
	}
	if (listed)
		fail("list: %p behind the last live area", listed->addr);

	for (slot = 0; slot < slots; slot++)
		live -= !!vmx_starts[slot];
	if (live)
		fail("index: an entry that is no live area's");
}

/* Every range that waits for the next flush, and no other, is queued for it. */
static void check_quarantine(void)
{
	struct vmx_area *range = NULL;
	long waiting = 0;

	while ((range = subject_next(range)))
		waiting += range->state == VMX_LAZY;

	list_for_each_entry(range, &vmx_quarantine, quarantine) {
		if (subject_range(area_start(range)) != range)
			fail("quarantine: %p is not in the tree", range->addr);
		if (range->state != VMX_LAZY)
			fail("quarantine: %p is in state %d", range->addr, range->state);
		if (--waiting < 0)
			fail("quarantine: more than there are, or a loop");
	}
	if (waiting)
		fail("quarantine: %ld ranges wait for no flush", waiting);
}

void subject_check(void)
{
	check_subtree(vmx_tree.rb_node, NULL);
	check_order();
	check_list();
	check_quarantine();
	if (vmx_spares > SPARES_MAX)
		fail("spares: %u are kept", vmx_spares);
}
