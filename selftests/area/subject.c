// SPDX-License-Identifier: GPL-2.0
/*
 * vmx_area.c and the files of area/, unmodified, with checks that need their static
 * names
 *
 * The checks know nothing of the operations: they only prove that the internal
 * structures are consistent, by the simplest walk that shows it. This is
 * needed because a wrong structure can give correct answers for a long time.
 * Only this file reads structures that no function of vmx_area.h shows: the
 * ring with its sentinel, the tree by length, the alignments for which the tree
 * keeps the room, the queue and the tree of quarantined ranges, the parked areas, and
 * the spare descriptors.
 */
#include "../../area/hole.c"
#include "../../area/index.c"
#include "../../area/park.c"
#include "../../vmx_area.c"

#include "subject.h"

struct vmx_area *subject_next(struct vmx_area *range)
{
	range = range ? range->after : space.sentinel.after;
	return range == &space.sentinel ? NULL : range;
}

struct vmx_area *subject_range(unsigned long addr)
{
	struct vmx_area *range = NULL;

	while ((range = subject_next(range)))
		if (addr >= vmx_area_start(range) && addr < vmx_area_end(range))
			break;
	return range;
}

size_t subject_holes(void)
{
	struct rb_node *rb;
	size_t n = 0;

	for (rb = rb_first(&vmx_holes.tree.rb_root); rb; rb = rb_next(rb))
		n++;
	return n;
}

bool subject_waits(const struct vmx_area *range)
{
	return range->state == space.waiting;
}

bool subject_purge_could_help(unsigned long size, unsigned long align,
			      unsigned long start, unsigned long end)
{
	const struct wanted wanted = { size, align, start, end };

	return purge_could_help(&wanted);
}

bool subject_is_parked(unsigned long addr)
{
	struct vmx_area *area = vmx_listed_at((void *)addr);

	return area && area->state == VMX_LIVE && vmx_area_is_parked(area);
}

bool subject_is_ready(unsigned int nr)
{
	return parkers.size[nr].ready || parked.size[nr].ready.nr;
}

bool subject_would_flush(bool asked_for)
{
	unsigned int nr, n = 0;

	/* If there is hardly any room for a batch, a purge frees what the CPU has, too. */
	asked_for |= vmx_park_is_crammed(vmx_lazy_max);
	for (nr = 1; nr <= VMX_PARK_PAGES; nr++) {
		n += parked.size[nr].waiting.nr + parked.size[nr].idle;
		n += asked_for ? parkers.size[nr].nr_waiting + !!parkers.size[nr].ready : 0;
	}
	return n;
}

unsigned long subject_flushing(void)
{
	unsigned long bytes = 0;
	unsigned int nr;

	for (nr = 1; nr <= VMX_PARK_PAGES; nr++)
		bytes += parked.size[nr].flushing.nr * batch_bytes(nr);
	return bytes;
}

/* Check a list of at most @most areas of @nr pages, linked by cached. Count them. */
static size_t check_parked_list(struct vmx_area *area, unsigned int nr, size_t most)
{
	size_t n = 0;

	for (; area; area = area->cached) {
		if (!subject_is_parked(vmx_area_start(area)))
			fail("parked: %p is in a list, but is not", area->addr);
		if (area->size != (nr + 1) * PAGE_SIZE)
			fail("parked: %p has %#lx bytes", area->addr, area->size);
		if (++n > most)
			fail("parked: more than %zu areas of %u pages in a list", most, nr);
	}
	return n;
}

static size_t check_batches(const struct stack *stack, unsigned int nr)
{
	struct vmx_area *top = stack->top, *last = NULL;
	size_t n = 0;
	unsigned int i;

	for (i = 0; i < stack->nr; i++, last = top, top = top->below) {
		n += check_parked_list(top, nr, rules.areas[nr]);
		if (n != (i + 1) * rules.areas[nr])
			fail("parked: a batch of %u pages is not full", nr);
	}
	if (last && (top || last != stack->bottom))
		fail("parked: a stack of %u batches has another bottom", stack->nr);
	return n;
}

/* Each parked area is in one list, and the sums are right. */
static void check_parked(void)
{
	size_t n = 0, bytes = 0, waiting = 0, mine = 0, own;
	struct vmx_area *range = NULL;
	unsigned int nr;

	for (nr = 1; nr <= VMX_PARK_PAGES; nr++) {
		const struct batches *batches = &parked.size[nr];
		size_t batched;

		if (batches->idle > batches->ready.nr)
			fail("parked: %u of %u batches are idle", batches->idle,
			     batches->ready.nr);
		batched = check_batches(&batches->waiting, nr);
		waiting += batched * bytes_of(nr);
		batched += check_batches(&batches->flushing, nr);
		batched += check_batches(&batches->ready, nr);
		bytes += batched * bytes_of(nr);
		bytes += parkers.size[nr].ready ? batch_bytes(nr) : 0;
		n += batched;
		own = check_parked_list(parkers.size[nr].waiting, nr, rules.areas[nr]);
		if (own != parkers.size[nr].nr_waiting)
			fail("parked: %zu areas of %u pages wait, not %u", own, nr,
			     parkers.size[nr].nr_waiting);
		mine += own * bytes_of(nr);
		n += own;
		own = check_parked_list(parkers.size[nr].ready, nr, rules.areas[nr]);
		n += own;
	}
	if (bytes != atomic_long_read(&parked.bytes) ||
	    waiting != vmx_park_waiting() || mine != parkers.waiting_bytes)
		fail("parked: %#zx bytes in batches, %#zx wait, %#zx wait on the CPU",
		     bytes, waiting, mine);
	while ((range = subject_next(range)))
		n -= range->state == VMX_LIVE && vmx_area_is_parked(range);
	if (n)
		fail("parked: %zd areas too many are in the lists", (ssize_t)n);
}

size_t subject_spares(void)
{
	return spares[SHORT].nr + spares[LONG].nr;
}

bool subject_has_spare(unsigned long size)
{
	return spares[size > PAGE_SIZE && size <= VMX_INLINE_PAGES * PAGE_SIZE ? LONG : SHORT].nr;
}

void subject_drop_spares(void)
{
	unsigned int kind;

	free_spares();
	for (kind = 0; kind < KINDS; kind++)
		if (spares[kind].first || spares[kind].nr)
			fail("spares: the count is %u too high", spares[kind].nr);
}

/* Return the bytes of a hole from an @align boundary on. */
static unsigned long hole_at(struct vmx_hole *hole, unsigned long align)
{
	unsigned long place = vmx_hole_start(hole);

	while (place & (align - 1)) {
		place += PAGE_SIZE;
		if (place >= hole_end(hole) || place < vmx_hole_start(hole))
			return 0;
	}
	return hole_end(hole) - place;
}

/* The room that a node records is the most of its own hole and its subtrees. */
static void check_room(struct vmx_hole *hole, unsigned int order)
{
	unsigned long most = hole_at(hole, PAGE_SIZE << order);

	most = max(most, subtree_room(hole->rb.rb_left, order));
	most = max(most, subtree_room(hole->rb.rb_right, order));
	/*
	 * The node of the lowest hole may still have an earlier length. The
	 * nodes above it use the recorded value.
	 */
	if (vmx_holes.lowest_stale && &hole->rb == vmx_holes.tree.rb_leftmost)
		return;
	if (subtree_room(&hole->rb, order) != most)
		fail("tree: at %p the room for 2^%u pages is %#lx and should be %#lx",
		     hole->succ->addr, order, subtree_room(&hole->rb, order), most);
}

/* Check links, colours and room below @rb; return its height in black nodes. */
static int check_subtree(struct rb_node *rb, struct rb_node *parent)
{
	struct vmx_hole *hole;
	unsigned int order;
	int left, right;

	if (!rb)
		return 1;
	hole = rb_hole(rb);
	if (rb_parent(rb) != parent)
		fail("tree: the node at %p has another parent", hole->succ->addr);
	if (rb_is_red(rb) && (!parent || rb_is_red(parent)))
		fail("tree: the node at %p is red below red", hole->succ->addr);
	left = check_subtree(rb->rb_left, rb);
	right = check_subtree(rb->rb_right, rb);
	if (left != right)
		fail("tree: unbalanced below %p", hole->succ->addr);

	check_room(hole, 0);
	for (order = 1; order <= VMX_ALIGN_ORDERS; order++)
		if (kept.orders & 1UL << order)
			check_room(hole, order);
	return left + rb_is_black(rb);
}

/*
 * Ranges and holes adjoin and cover the slice; the sentinel is last. The tree
 * has exactly the ranges with a hole below them, in the same order.
 */
static void check_order(void)
{
	unsigned long end = vmx_starts.first;
	struct vmx_area *range, *before = &space.sentinel;
	struct rb_node *rb = rb_first(&vmx_holes.tree.rb_root);

	do {
		range = before->after;
		if (vmx_area_start(range) - vmx_area_hole(range) != end)
			fail("order: the hole in front of %p has %#lx bytes, but starts at %#lx",
			     range->addr, vmx_area_hole(range), end);
		if (vmx_area_start(range) < end || vmx_area_end(range) < vmx_area_start(range))
			fail("order: %p with %#lx bytes overlaps the range below or wraps",
			     range->addr, range->size);
		if (range == &space.sentinel ? range->size : !range->size)
			fail("order: %p has %#lx bytes", range->addr, range->size);
		if (range->before != before)
			fail("order: %p has a wrong link to the range below", range->addr);
		if (range->hole) {
			if (!range->hole->size)
				fail("order: the hole in front of %p has 0 bytes", range->addr);
			if (range->hole->succ != range)
				fail("order: the hole in front of %p belongs to another range",
				     range->addr);
			if (rb_hole(rb) != range->hole)
				fail("order: the hole in front of %p is misplaced in the tree",
				     range->addr);
			rb = rb_next(rb);
		}
		before = range;
		end = vmx_area_end(range);
	} while (range != &space.sentinel);
	if (rb)
		fail("order: the tree has a node without a hole");
	if (vmx_holes.tree.rb_leftmost != rb_first(&vmx_holes.tree.rb_root))
		fail("order: the tree's leftmost node is not the lowest hole");
	if (end != vmx_starts.first + vmx_starts.pages * PAGE_SIZE)
		fail("order: the last range ends at %#lx, not at the end of the slice", end);
}

/* The tree by length, if it is in use, has all holes, the shortest first. */
static void check_sizes(void)
{
	struct vmx_area *range = &space.sentinel;
	struct rb_node *rb;
	ssize_t holes = 0;

	do {
		holes += !!range->hole;
		range = range->after;
	} while (range != &space.sentinel);
	for (rb = rb_first(&kept.sizes); rb; rb = rb_next(rb), holes--)
		if (!vmx_holes.lowest_stale && rb_next(rb) && !is_shorter(rb, rb_next(rb)))
			fail("sizes: the tree by length is not sorted");
	if (kept.sizes_kept && holes)
		fail("sizes: %zd holes are missing in the tree by length", holes);
}

/* The list has all live areas in order; the index has them by first page. */
static void check_list(void)
{
	struct vmx_area *range = NULL, *listed = vmx_list, **link = &vmx_list;
	size_t page, live = 0;

	while ((range = subject_next(range))) {
		if (range->state != VMX_LIVE)
			continue;
		if (range != listed)
			fail("list: the next area is %p and should be %p",
			     listed ? listed->addr : NULL, range->addr);
		if (vmx_starts.area[vmx_index_page(range)] != range)
			fail("index: %p is not in it", range->addr);
		if (range->link != link)
			fail("list: %p has another link than the one that leads to it",
			     range->addr);
		link = &range->next;
		listed = listed->next;
		live++;
	}
	if (listed)
		fail("list: %p follows the last live area", listed->addr);
	if (space.sentinel.link != link)
		fail("list: the sentinel does not have its last link");

	for (page = 0; page < vmx_starts.pages; page++)
		live -= !!vmx_starts.area[page];
	if (live)
		fail("index: it has areas that are not live");
}

/*
 * Level 0 has a mark for each start, each level above has a mark for each word of marks
 * that is not 0. The spent word of level 0 is 0, and has a mark.
 */
static void check_marks(void)
{
	unsigned long bits = vmx_starts.pages, bit;
	unsigned int level;

	for (level = 0; level < vmx_marks.levels; level++) {
		for (bit = 0; bit < bits; bit++) {
			bool is = vmx_marks.level[level][bit / BITS_PER_LONG] >>
				  bit % BITS_PER_LONG & 1;
			bool below = level ? vmx_marks.level[level - 1][bit] :
					     !!vmx_starts.area[bit];

			if (level == 1 && bit == vmx_marks.spent) {
				if (below)
					fail("marks: word %lu is not spent", bit);
				below = true;
			}
			if (below && !is)
				fail("marks: level %u, bit %lu is not set", level, bit);
			if (!below && is)
				fail("marks: level %u, bit %lu is set", level, bit);
		}
		bits = DIV_ROUND_UP(bits, BITS_PER_LONG);
	}
	if (bits != 1)
		fail("marks: the top level has %lu words, not 1", bits);
}

/*
 * The tree of quarantined ranges has all of them in order; the queue has exactly those
 * that wait for the next flush. Two ranges of the same state do not touch.
 */
static void check_quarantine(void)
{
	struct rb_node *rb = rb_first(&space.quarantined);
	struct vmx_area *range = NULL;
	long waiting = 0;

	while ((range = subject_next(range))) {
		if (range->state <= VMX_DYING)
			continue;
		if (!rb || rb_quarantined(rb) != range)
			fail("quarantine: %p is not at its place in the tree", range->addr);
		if (range->before->state == range->state && !vmx_area_hole(range))
			fail("quarantine: %p is not joined to the range below", range->addr);
		rb = rb_next(rb);
		waiting += subject_waits(range);
	}
	if (rb)
		fail("quarantine: the tree has a range that is not quarantined");

	list_for_each_entry(range, &space.quarantine, quarantine) {
		if (subject_range(vmx_area_start(range)) != range)
			fail("quarantine: %p is not in the ring", range->addr);
		if (!subject_waits(range))
			fail("quarantine: %p is in state %d", range->addr, range->state);
		if (--waiting < 0)
			fail("quarantine: the queue has more ranges than wait, or a loop");
	}
	if (waiting)
		fail("quarantine: %ld waiting ranges are not in the queue", waiting);
}

void subject_check_holes(void)
{
	check_subtree(vmx_holes.tree.rb_root.rb_node, NULL);
	check_order();
	check_sizes();
}

void subject_check(void)
{
	static unsigned int checks;

	/* Every second time let a search apply the pending updates first. */
	if (++checks % 2) {
		spin_lock(&vmx_area_lock);
		__vmx_hole_find(PAGE_SIZE, PAGE_SIZE, 0, VMX_FIT_FIRST);
		spin_unlock(&vmx_area_lock);
	}
	subject_check_holes();
	check_list();
	check_marks();
	check_quarantine();
	check_parked();
	if (spares[SHORT].nr > SPARES_MAX || spares[LONG].nr > SPARES_MAX)
		fail("spares: %u and %u are kept", spares[SHORT].nr, spares[LONG].nr);
}
