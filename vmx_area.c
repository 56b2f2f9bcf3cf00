// SPDX-License-Identifier: GPL-2.0
/*
 * The address space: descriptors, the sorted list, holes, quarantine, purges
 *
 * Each range of the slice that is used, live or not, knows its neighbours and the
 * hole in front of it. So ranges and holes together fill the slice by
 * construction. A sentinel of length 0 stands at the end of the slice. It has the
 * last hole in front of it, and it closes the ring.
 *
 *	vmx_list -> area 1 ------------------> area 2 -> ...
 *	  | hole | area 1 | quarantined | hole | area 2 | hole | sentinel
 *
 * The list has only the live areas, in address order, through vmx_area.next.
 * vmx_list is its head, as vmlist was in Linux 3.10. area/hole.c chooses holes.
 * area/index.c leads from an address to an area. area/park.c keeps freed areas of small
 * sizes where they are: they are live, but nobody uses them. Each CPU keeps up to
 * SPARES_MAX descriptors of each kind for reuse, because a request often follows a free.
 *
 * A freed range is quarantined: a CPU's TLB may still reach it. One flush serves all
 * ranges that were quarantined before it. Then they become holes. Two quarantined
 * ranges are joined to one if they touch and wait for the same flush. A flush that has
 * begun is too early for a range that is freed now. So a range that is being purged is
 * never joined, and becomes a hole whatever is freed beside it. A hole never becomes
 * quarantined.
 *
 * Between two live areas there can be any number of quarantined ranges. Insertion,
 * removal and lookup do not walk along them: a live area knows the link that leads to
 * it, the index finds the live area below an address, and a tree has the quarantined
 * ranges by address.
 *
 * Cost, with n holes and quarantined ranges: O(log n) for insertion and removal. A
 * lookup costs O(log of the slice's pages), to the base of 64. A request that finds no
 * hole looks at all quarantined ranges: O(n log n), with the lock released in between.
 *
 * Locking: space.purge_mutex, then vmx_area_lock. vmx_area_lock is a plain spinlock,
 * so no function here may be called from an interrupt. It protects everything here,
 * and what area/hole.c and area/index.c keep, but not the spare descriptors, which belong
 * to their CPU. vmx_area_find() takes no lock. An area that may be parked is freed without
 * the lock, except while a reader has taken it with vmx_area_read_lock().
 *
 * Units: bytes, page-aligned, except counters that say otherwise.
 *
 * This file compiles unmodified in user space, where it is fuzzed. It may include
 * only what the headers in selftests/area/include offer.
 */
#include <linux/align.h>
#include <linux/atomic.h>
#include <linux/bitops.h>
#include <linux/bug.h>
#include <linux/cache.h>
#include <linux/err.h>
#include <linux/errno.h>
#include <linux/limits.h>
#include <linux/list.h>
#include <linux/lockdep.h>
#include <linux/log2.h>
#include <linux/minmax.h>
#include <linux/mutex.h>
#include <linux/percpu.h>
#include <linux/rbtree.h>
#include <linux/rcupdate.h>
#include <linux/sched.h>
#include <linux/sched/signal.h>
#include <linux/slab.h>
#include <linux/smp.h>
#include <trace/events/vmx.h>

#include "vmx_area.h"
#include "area/hole.h"
#include "area/index.h"
#include "area/park.h"

#define PURGE_BATCH 64	/* quarantined ranges handled in one critical section */
#define PURGE_ROUNDS 2	/* purges that one free makes at the most */
#define SPARES_MAX 64	/* descriptors of each kind that a CPU keeps for the next areas */

/* Kinds of descriptors, by vmx_area.is_long. */
enum { SHORT, LONG, KINDS };

/* The head of the list. */
struct vmx_area *vmx_list;
spinlock_t vmx_area_lock __cacheline_aligned_in_smp = __SPIN_LOCK_UNLOCKED(vmx_area_lock);

/* Each free reads it, and only readers of frames write it: see vmx_area_read_lock(). */
bool vmx_area_is_read __read_mostly;

/* The bytes that may wait for a flush before vmx_area_quarantine() asks for a purge. */
unsigned long vmx_lazy_max __read_mostly = ULONG_MAX;

static struct {
	struct mutex purge_mutex;	/* held by the one purge under way */
	void (*flush)(void);
	struct kmem_cache *cache[KINDS];	/* of descriptors */
	struct list_head quarantine;	/* ranges that wait for the next flush */
	struct rb_root quarantined;	/* these and those being purged, by address */
	unsigned char waiting;		/* state of ranges that wait for the next flush */
	unsigned long last_id;
	unsigned long unparked;		/* areas that were parked, and really freed later */
	unsigned long unparked_bytes;
	struct vmx_area_stats stats;	/* parked areas count as areas here */
	struct vmx_area sentinel;
} space = {
	.purge_mutex = __MUTEX_INITIALIZER(space.purge_mutex),
	.quarantine = LIST_HEAD_INIT(space.quarantine),
	.waiting = VMX_EVEN,
};

/* Descriptors kept for reuse, linked by next. Only their own CPU takes and puts. */
struct spares {
	struct vmx_area *first;
	unsigned int nr;
};

static DEFINE_PER_CPU(struct spares, spares[KINDS]);

/* Count the areas in the list, and those that are being freed. */
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

static struct vmx_area *alloc_descriptor(unsigned int kind, gfp_t gfp, int node)
{
	struct vmx_area *area = kmem_cache_alloc_node(space.cache[kind], gfp, node);

	if (area)
		area->is_long = kind == LONG;
	return area;
}

static void free_descriptor(struct vmx_area *area)
{
	kmem_cache_free(space.cache[area->is_long], area);
}

static __always_inline struct vmx_area *take_spare(unsigned int kind)
{
	struct spares *mine = get_cpu_ptr(&spares[kind]);
	struct vmx_area *area = mine->first;

	if (area) {
		mine->first = area->next;
		mine->nr--;
	}
	put_cpu_ptr(&spares[kind]);
	return area;
}

/* Return a descriptor for a hole, or NULL. It may be on any node. */
static struct vmx_area *hole_descriptor(gfp_t gfp)
{
	return take_spare(SHORT) ?:
	       alloc_descriptor(SHORT, gfp & ~__GFP_THISNODE, NUMA_NO_NODE);
}

/* Keep a descriptor that is not in the ring for reuse, or free it. */
static __always_inline void put_descriptor(struct vmx_area *area)
{
	struct spares *mine = get_cpu_ptr(&spares[area->is_long]);
	bool keep = mine->nr < SPARES_MAX;

	if (keep) {
		area->next = mine->first;
		mine->first = area;
		mine->nr++;
	}
	put_cpu_ptr(mine);
	if (!keep)
		free_descriptor(area);
}

/* Free the descriptors that this CPU keeps. */
static void free_spares(void)
{
	struct vmx_area *area;
	unsigned int kind;

	for (kind = 0; kind < KINDS; kind++) {
		while ((area = take_spare(kind)))
			free_descriptor(area);
	}
}

/* Free the descriptors that a CPU keeps, which does not use them any longer. */
static void free_spares_of(unsigned int cpu)
{
	struct vmx_area *area;
	struct spares *its;
	unsigned int kind;

	for (kind = 0; kind < KINDS; kind++) {
		its = per_cpu_ptr(&spares[kind], cpu);
		while ((area = its->first)) {
			its->first = area->next;
			free_descriptor(area);
		}
		its->nr = 0;
	}
}

/* Let there be a hole in front of @succ, in a descriptor of no range. */
static void add_hole(struct vmx_area *descriptor, struct vmx_area *succ, unsigned long size)
{
	/* kmemleak must not take it for the descriptor of the next area there. */
	WRITE_ONCE(descriptor->addr, space.sentinel.addr);
	vmx_hole_add(&descriptor->as_hole, succ, size);
}

/* There is no hole in front of a range any longer: its descriptor is free. */
static void delete_hole(struct vmx_hole *hole)
{
	vmx_hole_del(hole);
	put_descriptor(container_of(hole, struct vmx_area, as_hole));
}

/*
 * Put @area into the hole in front of @succ. Its addr and size are set. If parts of the
 * hole are left on both sides, use the descriptor @extra, and return NULL.
 */
static struct vmx_area *ring_insert(struct vmx_area *area, struct vmx_area *succ,
				    struct vmx_area *extra)
{
	struct vmx_hole *hole = succ->hole;
	unsigned long below = vmx_area_start(area) - vmx_hole_start(hole);
	unsigned long above = vmx_area_start(succ) - vmx_area_end(area);

	area->hole = NULL;
	if (likely(above)) {
		vmx_hole_resize(hole, above);
		if (unlikely(below)) {
			add_hole(extra, area, below);
			extra = NULL;
		}
	} else if (below) {
		vmx_hole_move(hole, area);
		vmx_hole_resize(hole, below);
	} else {
		delete_hole(hole);
	}
	area->before = succ->before;
	area->after = succ;
	area->before->after = area;
	succ->before = area;
	return extra;
}

/*
 * Take @area out of the ring. The hole in front of it is now in front of the range above
 * it, which has none.
 */
static void ring_unlink(struct vmx_area *area)
{
	struct vmx_area *above = area->after;

	if (area->hole)
		vmx_hole_move(area->hole, above);
	above->before = area->before;
	area->before->after = above;
}

/* Make one hole of @area, which is invalid afterwards, and of the holes on both sides. */
static void ring_erase(struct vmx_area *area)
{
	struct vmx_hole *hole = area->hole, *above = area->after->hole;
	unsigned long bytes = area->size;
	struct vmx_area *succ = area->after;

	if (hole && above) {
		bytes += hole->size;
		delete_hole(hole);
	}
	ring_unlink(area);
	if (succ->hole) {
		vmx_hole_resize(succ->hole, succ->hole->size + bytes);
		put_descriptor(area);
	} else {
		add_hole(area, succ, bytes);
	}
}

/* Return the link of the list that is to lead to @area, which is in the ring. */
static struct vmx_area **list_link(struct vmx_area *area)
{
	struct vmx_area *below = area->before;

	/* In nearly all cases, the range above is an area or the sentinel. */
	if (likely(area->after->state == VMX_LIVE))
		return area->after->link;
	if (below->state != VMX_LIVE)
		below = vmx_index_below(vmx_area_start(area) - 1) ?: &space.sentinel;
	return below == &space.sentinel ? &vmx_list : &below->next;
}

/* The sentinel stands for the end of the list. */
static struct vmx_area *list_next(struct vmx_area *area)
{
	return area->next ?: &space.sentinel;
}

static void list_add_area(struct vmx_area *area)
{
	struct vmx_area **link = list_link(area);

	area->link = link;
	area->next = *link;
	*link = area;
	list_next(area)->link = &area->next;
}

static void list_del_area(struct vmx_area *area)
{
	*area->link = area->next;
	list_next(area)->link = area->link;
}

static unsigned long guard_size(const struct vmx_area *area)
{
	return area->flags & VMX_NO_GUARD ? 0 : PAGE_SIZE;
}

/* Set single fields: most of the descriptor is set later in any case. */
static __always_inline void begin(struct vmx_area *area, unsigned long size,
				  unsigned long flags, const void *caller)
{
	area->pages = NULL;
	area->nr_pages = 0;
	WRITE_ONCE(area->caller, caller);
	WRITE_ONCE(area->requested, size);
	area->nid = NUMA_NO_NODE;
	vmx_area_note_owner(area);
	WRITE_ONCE(area->flags, flags);
}

/**
 * vmx_area_alloc() - make a descriptor that is not in the address space yet
 * @size: bytes that were asked for; must not be 0, and must not overflow when it
 *	is rounded up to pages and the guard page is added
 * @flags: VMX_*; unless they have VMX_NO_GUARD, the area gets a guard page
 * @caller: the code address that asked for the area
 * @gfp: flags for the allocation of the descriptor
 * @node: node of the descriptor's memory, or NUMA_NO_NODE
 *
 * Context: process context; sleeps if @gfp allows it.
 * Return: a descriptor for vmx_area_insert(), or NULL without memory.
 */
struct vmx_area *vmx_area_alloc(unsigned long size, unsigned long flags,
				const void *caller, gfp_t gfp, int node)
{
	/* Leaves need a page pointer each. */
	bool is_long = (size > PAGE_SIZE && size <= VMX_INLINE_PAGES * PAGE_SIZE) ||
		       flags & VMX_ALLOW_HUGE;
	struct vmx_area *area = NULL;

	/* A spare descriptor may be on any node. */
	if (node == NUMA_NO_NODE)
		area = take_spare(is_long);
	if (!area)
		area = alloc_descriptor(is_long, gfp, node);
	if (!area)
		return NULL;
	/* A parked area, which is too short for a leaf, has these already. */
	area->phys_addr = 0;
	area->page_order = 0;
	WRITE_ONCE(area->leaves, 0);
	begin(area, size, flags, caller);
	WRITE_ONCE(area->size, ALIGN(size, PAGE_SIZE) + guard_size(area));
	return area;
}

/**
 * vmx_area_reuse() - take a parked area, instead of vmx_area_alloc() and
 *	vmx_area_insert()
 * @size: as for vmx_area_alloc()
 * @flags: as for vmx_area_alloc(), with VMX_UNLIST and without VMX_NO_GUARD
 * @caller: as for vmx_area_alloc()
 *
 * The area keeps its id. Its place follows no fit.
 *
 * Context: process context; does not sleep.
 * Return: the area, as after vmx_area_insert(); NULL if no parked area of that many pages
 * is ready.
 */
struct vmx_area *vmx_area_reuse(unsigned long size, unsigned long flags,
				const void *caller)
{
	struct vmx_area *area = vmx_park_take(ALIGN(size, PAGE_SIZE) >> PAGE_SHIFT);

	if (area) {
		begin(area, size, flags, caller);
		trace_vmx_unpark(area);
	}
	return area;
}

/**
 * vmx_area_free() - give back a descriptor that is not in the address space
 * @area: from vmx_area_alloc(), and not inserted; invalid afterwards
 *
 * Context: process context.
 */
void vmx_area_free(struct vmx_area *area)
{
	trace_vmx_undo(area, 0, area->size);
	put_descriptor(area);
}

/*
 * Return the fit of a request. Fits other than the first apply to the whole slice
 * only: for a part of it, make the request a first fit.
 */
static enum vmx_fit fit_of(struct vmx_area *area, unsigned long start,
			   unsigned long end)
{
	if (likely(!(area->flags & VMX_FIT_MASK)))
		return VMX_FIT_FIRST;
	if (start > vmx_starts.first || end < vmx_area_start(&space.sentinel))
		WRITE_ONCE(area->flags, area->flags & ~VMX_FIT_MASK);
	return VMX_FIT_OF(area->flags);
}

/**
 * vmx_area_insert() - find a hole that fits and put an area there
 * @area: from vmx_area_alloc(); gets addr and id. VMX_FIT() in its flags chooses
 *	the hole. If @start and @end are not the whole slice, the lowest hole is
 *	taken, and VMX_FIT() in the flags becomes VMX_FIT_FIRST
 * @align: alignment of the area's first address in bytes; a power of two, at least
 *	a page
 * @start: lowest acceptable address
 * @end: the area, guard page included, ends at or below this address
 * @gfp: flags for a descriptor, which an area needs that may split a hole in two
 *
 * On success the area is in the list. While its flags have VMX_UNLIST, readers of
 * the list do not show it.
 *
 * Context: process context; sleeps if @gfp allows it.
 * Return: 0; -ENOSPC if no hole fits; -ENOMEM without memory; -EINVAL, after a warning,
 * for a size that is zero or not a multiple of the page size, and for an alignment that is
 * not a power of two or less than a page.
 */
int vmx_area_insert(struct vmx_area *area, unsigned long align,
		    unsigned long start, unsigned long end, gfp_t gfp)
{
	enum vmx_fit fit = fit_of(area, start, end);
	struct vmx_area *extra = NULL;
	struct vmx_place place;

	if (WARN_ON_ONCE(!area->size || !IS_ALIGNED(area->size, PAGE_SIZE)) ||
	    (align != PAGE_SIZE &&
	     WARN_ON_ONCE(!is_power_of_2(align) || align < PAGE_SIZE)))
		return -EINVAL;

	/* Any other area begins where its hole begins. */
	if (unlikely(align != PAGE_SIZE || fit != VMX_FIT_FIRST || start > vmx_starts.first)) {
		extra = hole_descriptor(gfp);
		if (!extra)
			return -ENOMEM;
	}
	spin_lock(&vmx_area_lock);
	place = vmx_hole_find(area->size, align, start, fit);
	/* If no hole fits, the address is ULONG_MAX: no end is above it. */
	if (place.addr >= end || end - place.addr < area->size) {
		trace_vmx_hole(area, align, vmx_holes.looked_at, 0, NULL);
		trace_vmx_no_hole(area->size, align, space.stats.slice_bytes -
				  space.stats.area_bytes -
				  space.stats.quarantined_bytes,
				  vmx_hole_longest(),
				  space.stats.quarantined_bytes);
		spin_unlock(&vmx_area_lock);
		if (extra)
			put_descriptor(extra);
		return -ENOSPC;
	}
	trace_vmx_hole(area, align, vmx_holes.looked_at, place.addr, place.succ);
	WRITE_ONCE(area->addr, (void *)place.addr);
	area->state = VMX_LIVE;
	if (unlikely(!++space.last_id))
		space.last_id++;	/* no area has the id 0 */
	/* Pairs with smp_load_acquire() in contains(). */
	smp_store_release(&area->id, space.last_id);
	extra = ring_insert(area, place.succ, extra);
	vmx_index_add(area);
	list_add_area(area);
	/*
	 * on_link() in debugfs/explain.c relies on this: vmx_area_lock is held, and the
	 * area is in the ring and in the list.
	 */
	trace_vmx_link(area);

	count_one_more();
	space.stats.area_bytes += area->size;
	space.stats.guard_bytes += guard_size(area);
	spin_unlock(&vmx_area_lock);
	if (unlikely(extra))
		put_descriptor(extra);
	return 0;
}

/*
 * Is @area, which starts at @page, in use, and is @addr in it? Without vmx_area_lock, the
 * descriptor may get another area at any moment. If the area is still listed at @page, and
 * the id is the same before and after, then the address, the length and the flags belong to
 * that id.
 */
static __always_inline bool contains(const struct vmx_area *area, unsigned long page,
				     unsigned long addr)
{
	/* Pairs with smp_store_release() in vmx_area_insert(). */
	unsigned long id = smp_load_acquire(&area->id);
	unsigned long offset = addr - (unsigned long)READ_ONCE(area->addr);
	unsigned long size = READ_ONCE(area->size);
	bool freed = vmx_area_is_freed(area);

	/* Pairs with smp_wmb() in vmx_index_del(), before the descriptor changes. */
	smp_rmb();
	return offset < size && !freed && vmx_index_at(page) == area &&
	       READ_ONCE(area->id) == id;
}

/**
 * vmx_area_find() - find the area in use that contains an address
 * @addr: any address; a guard page belongs to its area
 *
 * The search takes no lock. The descriptor stays this area's as long as the caller holds
 * vmx_area_lock, or can keep the area from being freed. Otherwise the result must not be
 * followed: it only says that there was an area.
 *
 * Context: any.
 * Return: the area, or NULL.
 */
struct vmx_area *vmx_area_find(unsigned long addr)
{
	unsigned long page = (addr - vmx_starts.first) >> PAGE_SHIFT;
	struct vmx_area *area;

	if (page >= vmx_starts.pages)
		return NULL;
	/* The descriptor may be freed at any moment, but it stays a descriptor. */
	rcu_read_lock_sched();
	area = vmx_index_at(page);
	if (!area) {
		area = __vmx_index_below(page);
		page = area ? vmx_index_page(area) : 0;
	}
	if (area && !contains(area, page, addr))
		area = NULL;
	rcu_read_unlock_sched();
	return area;
}

static struct vmx_area *rb_quarantined(struct rb_node *rb)
{
	return rb_entry(rb, struct vmx_area, quarantined);
}

static bool is_lower(struct rb_node *a, const struct rb_node *b)
{
	return rb_quarantined(a)->addr < rb_entry(b, struct vmx_area, quarantined)->addr;
}

/* Return the last quarantined range that starts at or below @addr, or NULL. */
static struct vmx_area *quarantined_below(unsigned long addr)
{
	struct rb_node *rb = space.quarantined.rb_node;
	struct vmx_area *below = NULL;

	while (rb) {
		if (vmx_area_start(rb_quarantined(rb)) > addr) {
			rb = rb->rb_left;
		} else {
			below = rb_quarantined(rb);
			rb = rb->rb_right;
		}
	}
	return below;
}

static bool is_quarantined(const struct vmx_area *range)
{
	return range->state >= VMX_EVEN;
}

/*
 * Return the first range that ends above @addr. Only areas that other tasks are freeing
 * at this moment are neither in the index nor in the tree: the walk is short.
 */
static struct vmx_area *range_above(unsigned long addr)
{
	struct vmx_area *range = vmx_index_below(addr);
	struct vmx_area *quarantined = quarantined_below(addr);

	if (quarantined && (!range || range->addr < quarantined->addr))
		range = quarantined;
	if (!range)
		range = space.sentinel.after;
	while (vmx_area_end(range) <= addr)
		range = range->after;
	return range;
}

/**
 * vmx_range_at() - describe the range that contains an address
 * @addr: an address inside the slice
 * @range: the result. Of a hole, the part from @addr on; of any other range, the
 *	whole range
 *
 * Context: vmx_area_lock held.
 */
void vmx_range_at(unsigned long addr, struct vmx_range *range)
{
	struct vmx_area *area;

	lockdep_assert_held(&vmx_area_lock);
	area = range_above(addr);
	if (addr < vmx_area_start(area)) {
		*range = (struct vmx_range){
			.start = addr, .end = vmx_area_start(area),
			.kind = VMX_RANGE_HOLE,
		};
		return;
	}
	*range = (struct vmx_range){
		.start = vmx_area_start(area), .end = vmx_area_end(area),
		.kind = area->state != VMX_LIVE ? VMX_RANGE_QUARANTINE :
			vmx_area_is_parked(area) ? VMX_RANGE_PARKED : VMX_RANGE_AREA,
	};
	if (range->kind == VMX_RANGE_AREA)
		range->area = area;
}

/**
 * vmx_hole_from() - find the first hole at or above an address
 * @addr: an address inside the slice
 * @range: the hole. If @addr is inside a hole, the part from @addr on
 *
 * Context: vmx_area_lock held.
 * Return: false if there is no hole.
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
 * vmx_area_first_from() - find the first listed area that starts at or above an
 *	address
 * @addr: any address
 *
 * A reader of the list continues here after it has released the lock. Cached areas
 * are found, too.
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

/**
 * vmx_area_extend() - make an area longer, in place
 * @area: the area; only its owner may call this
 * @bytes: how much longer, a multiple of the page size; not 0
 * @gfp: flags for a descriptor, without which the extension could not be undone
 *
 * Context: process context; sleeps if @gfp allows it.
 * Return: a descriptor for vmx_area_extended() or vmx_area_retract(); ERR_PTR(): -ENOSPC
 * if the hole behind the area is too short, or -ENOMEM.
 */
struct vmx_area *vmx_area_extend(struct vmx_area *area, unsigned long bytes, gfp_t gfp)
{
	struct vmx_area *undo = hole_descriptor(gfp);
	struct vmx_hole *hole;
	bool fits;

	if (!undo)
		return ERR_PTR(-ENOMEM);
	spin_lock(&vmx_area_lock);
	hole = area->after->hole;
	fits = hole && hole->size >= bytes;
	if (fits) {
		WRITE_ONCE(area->size, area->size + bytes);
		space.stats.area_bytes += bytes;
		if (hole->size > bytes)
			vmx_hole_resize(hole, hole->size - bytes);
		else
			delete_hole(hole);
	}
	spin_unlock(&vmx_area_lock);
	if (fits)
		return undo;
	put_descriptor(undo);
	return ERR_PTR(-ENOSPC);
}

/**
 * vmx_area_extended() - the area stays as long as it is
 * @undo: from vmx_area_extend()
 *
 * Context: process context; does not sleep.
 */
void vmx_area_extended(struct vmx_area *undo)
{
	put_descriptor(undo);
}

/**
 * vmx_area_retract() - undo vmx_area_extend()
 * @area: the area; only its owner may call this
 * @bytes: as given to vmx_area_extend()
 * @undo: from vmx_area_extend()
 *
 * The addresses become a hole at once, so nothing may have been mapped there.
 *
 * Context: process context; does not sleep.
 */
void vmx_area_retract(struct vmx_area *area, unsigned long bytes, struct vmx_area *undo)
{
	struct vmx_area *after;

	spin_lock(&vmx_area_lock);
	/* Others may have taken what was left of the hole. */
	after = area->after;
	WRITE_ONCE(area->size, area->size - bytes);
	space.stats.area_bytes -= bytes;
	if (after->hole) {
		vmx_hole_resize(after->hole, after->hole->size + bytes);
		put_descriptor(undo);
	} else {
		add_hole(undo, after, bytes);
	}
	spin_unlock(&vmx_area_lock);
}

/**
 * vmx_area_cut() - make an area shorter
 * @area: the area; only its owner may call this
 * @tail: from vmx_area_alloc(), with VMX_NO_GUARD; gets the addresses that are cut
 *	off. Treat it like an area that vmx_area_remove() has returned
 * @keep: number of pages to keep, at least 1 and less than @area has; if @area has
 *	a guard page, a new one follows them
 *
 * Context: process context; does not sleep.
 */
void vmx_area_cut(struct vmx_area *area, struct vmx_area *tail,
		  unsigned int keep)
{
	unsigned long size = keep * PAGE_SIZE + guard_size(area);

	spin_lock(&vmx_area_lock);
	WRITE_ONCE(tail->addr, area->addr + size);
	WRITE_ONCE(tail->size, area->size - size);
	tail->state = VMX_DYING;
	WRITE_ONCE(area->size, size);
	area->nr_pages = keep;
	tail->hole = NULL;
	tail->before = area;
	tail->after = area->after;
	tail->after->before = tail;
	area->after = tail;
	count_one_more();	/* the tail counts as an area until it is quarantined */
	spin_unlock(&vmx_area_lock);
}

/* Take a claimed area off the list. */
static __always_inline void unlist(struct vmx_area *area)
{
	vmx_index_del(area);
	list_del_area(area);
	area->next = NULL;
	area->state = VMX_DYING;
}

/*
 * As vmx_area_claim(), for an area with these flags that starts at @addr. If somebody else
 * frees it at this moment, too, and its descriptor has another area by now, then undo that,
 * unless that one has changed, too.
 */
static __always_inline bool claim_without_lock(struct vmx_area *area, unsigned long flags,
					       const void *addr)
{
	/* Pairs with smp_mb() in vmx_area_read_lock(). */
	if (flags & (VMX_UNLIST | VMX_FREED | VMX_CACHED) ||
	    cmpxchg(&area->flags, flags, flags | VMX_FREED) != flags)
		return false;
	/* A complete area in use is listed at its address. */
	if (likely(READ_ONCE(area->addr) == addr))
		return true;
	cmpxchg(&area->flags, flags | VMX_FREED, flags);
	return false;
}

/**
 * vmx_area_remove() - take the area that starts at an address away from its users
 * @addr: any address
 *
 * An area that may be parked only becomes one that is freed. Any other is taken off the
 * list. The area's addresses stay taken. The caller must unmap them and then pass the
 * descriptor to vmx_area_quarantine().
 *
 * Context: process context; does not sleep.
 * Return: the area, which is nobody else's any longer. NULL if no area starts at @addr, or
 * if it has been freed already.
 */
struct vmx_area *vmx_area_remove(const void *addr)
{
	struct vmx_area *area;
	unsigned long flags;
	bool parkable;

	/* If others free it, too, it stays a descriptor, but may become that of another area. */
	rcu_read_lock_sched();
	area = vmx_listed_at(addr);
	flags = area ? READ_ONCE(area->flags) : 0;
	parkable = flags & VMX_PARKABLE && vmx_area_is_short(area);
	if (parkable && !claim_without_lock(area, flags, addr))
		area = NULL;
	rcu_read_unlock_sched();
	if (parkable) {
		/*
		 * A reader that began before the claim may still use the frames. Pairs with
		 * smp_store_release() in vmx_area_read_unlock().
		 */
		if (unlikely(smp_load_acquire(&vmx_area_is_read))) {
			spin_lock(&vmx_area_lock);
			spin_unlock(&vmx_area_lock);
		}
		return area;
	}
	spin_lock(&vmx_area_lock);
	area = vmx_listed_at(addr);
	if (area && !vmx_area_claim(area))
		area = NULL;
	if (area) {
		/* on_unlink() in debugfs/explain.c relies on this: it is still in the list. */
		trace_vmx_unlink(area);
		unlist(area);
	}
	spin_unlock(&vmx_area_lock);
	return area;
}

/**
 * vmx_area_unlist() - take an area off the list that the caller has claimed
 * @area: the area; vmx_area_claim() has returned true for it
 *
 * The caller has the same duties as after vmx_area_remove().
 *
 * Context: process context; does not sleep.
 */
void vmx_area_unlist(struct vmx_area *area)
{
	spin_lock(&vmx_area_lock);
	trace_vmx_unlink(area);
	unlist(area);
	spin_unlock(&vmx_area_lock);
}

/**
 * vmx_area_cancel() - undo vmx_area_insert()
 * @area: an area whose allocation failed; invalid afterwards
 *
 * The area's addresses become a hole at once, so nothing may have been mapped there.
 *
 * Context: process context; does not sleep.
 */
void vmx_area_cancel(struct vmx_area *area)
{
	spin_lock(&vmx_area_lock);
	trace_vmx_undo(area, vmx_area_start(area), area->size);
	vmx_index_del(area);
	list_del_area(area);
	space.stats.allocs--;
	space.stats.area_bytes -= area->size;
	space.stats.guard_bytes -= guard_size(area);
	ring_erase(area);
	spin_unlock(&vmx_area_lock);
}

/* Let @area, which touches no range that waits for the same flush, wait for it. */
static void quarantine_alone(struct vmx_area *area)
{
	area->state = space.waiting;
	list_add_tail(&area->quarantine, &space.quarantine);
	rb_add(&area->quarantined, &space.quarantined, is_lower);
	space.stats.quarantined_ranges++;
}

/* Forget a quarantined range. */
static void unquarantine(struct vmx_area *area)
{
	space.stats.quarantined_ranges--;
	list_del(&area->quarantine);
	rb_erase(&area->quarantined, &space.quarantined);
}

/* Join @area to the quarantined range below, which it touches. */
static __always_inline void join_below(struct vmx_area *area)
{
	struct vmx_area *below = area->before;

	WRITE_ONCE(below->size, below->size + area->size);
	below->after = area->after;
	below->after->before = below;
	put_descriptor(area);
}

/*
 * Join @area to the quarantined range above, which it touches. That range then has the
 * hole in front of @area.
 */
static void join_above(struct vmx_area *area)
{
	struct vmx_area *above = area->after;

	ring_unlink(area);
	WRITE_ONCE(above->addr, area->addr);
	WRITE_ONCE(above->size, above->size + area->size);
	put_descriptor(area);
}

/* Does @area touch the range below it, and does that one wait for the next flush? */
static bool joins_below(const struct vmx_area *area)
{
	return area->before->state == space.waiting && !area->hole;
}

/*
 * Do more than vmx_lazy_max bytes wait for a flush? Without vmx_area_lock, the answer may
 * be late by one free.
 */
static bool is_purge_due(void)
{
	/* Written under vmx_area_lock: an old value does not matter. */
	return data_race(READ_ONCE(space.stats.quarantined_bytes)) + vmx_park_waiting() >
	       READ_ONCE(vmx_lazy_max);
}

/* Let an area that is off the list, and was counted as one, wait for the next flush. */
static __always_inline void wait_for_flush(struct vmx_area *area)
{
	struct vmx_area *above = area->after;

	space.stats.frees++;
	space.stats.area_bytes -= area->size;
	space.stats.guard_bytes -= guard_size(area);
	space.stats.quarantined_bytes += area->size;

	/* If all three touch, the lowest descriptor stays. */
	if (likely(joins_below(area))) {
		join_below(area);
		if (above->state == space.waiting && !above->hole) {
			unquarantine(above);
			join_below(above);
		}
	} else if (above->state == space.waiting && !above->hole) {
		join_above(area);
	} else {
		quarantine_alone(area);
	}
}

/* Really free areas of a CPU or of a batch. They have been parked. */
static void unpark(struct vmx_area *area)
{
	struct vmx_area *next;

	lockdep_assert_held(&vmx_area_lock);
	for (; area; area = next) {
		next = area->cached;
		trace_vmx_park_free(area);
		space.unparked++;
		space.unparked_bytes += area->size;
		unlist(area);
		wait_for_flush(area);
	}
}

/* Really free what a CPU has parked: what waits for a flush, or all. */
static void unpark_of_cpu(unsigned int cpu, bool all)
{
	unsigned int nr;

	if (vmx_park_is_empty(cpu))
		return;
	for (nr = 1; nr <= VMX_PARK_PAGES; nr++) {
		/* Whoever takes this lock finds an area parked or quarantined. */
		spin_lock(&vmx_area_lock);
		unpark(vmx_park_remove(cpu, nr, false));
		if (all)
			unpark(vmx_park_remove(cpu, nr, true));
		spin_unlock(&vmx_area_lock);
	}
}

/* Really free what all CPUs have parked. */
static void unpark_of_cpus(void)
{
	unsigned int cpu;

	for_each_possible_cpu(cpu) {
		unpark_of_cpu(cpu, true);
		cond_resched();
	}
}

static bool quarantine(struct vmx_area *area)
{
	unsigned long lazy_max = READ_ONCE(vmx_lazy_max);
	bool due;

	spin_lock(&vmx_area_lock);
	WARN_ON_ONCE(area->state != VMX_DYING);
	trace_vmx_quarantine(area->addr, area->size,
			     space.stats.quarantined_bytes + area->size, lazy_max);
	wait_for_flush(area);
	due = is_purge_due();
	spin_unlock(&vmx_area_lock);
	return due;
}

/**
 * vmx_area_quarantine() - let an area's addresses wait for the next purge
 * @area: from vmx_area_remove() or vmx_area_cut(), with its page-table entries
 *	cleared; invalid for the caller afterwards
 *
 * If the area is still listed, park it, if there is room.
 *
 * Context: process context; does not sleep.
 * Return: true if more than vmx_lazy_max bytes wait for a flush, or if there is no room to
 * park an area without one. Then a purge is due, and the caller must call
 * vmx_areas_try_purge() as soon as it may sleep.
 */
bool vmx_area_quarantine(struct vmx_area *area)
{
	enum vmx_park_put put;

	/* Nobody else changes the state of an area that the caller has claimed. */
	if (area->state != VMX_LIVE)
		return quarantine(area);
	put = vmx_park_put(area, READ_ONCE(vmx_lazy_max));
	if (likely(put == VMX_PARK_DONE))
		return false;
	if (put == VMX_PARK_GIVEN)
		return is_purge_due() || vmx_park_is_full(READ_ONCE(vmx_lazy_max));
	if (put == VMX_PARK_CROWDED)
		unpark_of_cpu(raw_smp_processor_id(), false);
	vmx_area_unlist(area);
	return quarantine(area) ||
	       (put == VMX_PARK_NO_ROOM && vmx_park_would_help(READ_ONCE(vmx_lazy_max)));
}

/* Really free batches that no CPU has: those that are idle, or all. */
static void unpark_batches(bool idle)
{
	struct vmx_area *top;
	unsigned int nr;

	lockdep_assert_held(&space.purge_mutex);
	if (!vmx_park_has_batches())
		return;
	for (nr = 1; nr <= VMX_PARK_PAGES; nr++) {
		do {
			spin_lock(&vmx_area_lock);
			top = vmx_park_remove_batch(nr, idle);
			unpark(top);
			spin_unlock(&vmx_area_lock);
			cond_resched();
		} while (top);
	}
}

/**
 * vmx_area_cpu_is_dead() - free what a CPU keeps
 * @cpu: a CPU that is not running tasks: it is dead, or has not come up yet. At load it
 *	may be any CPU, which has nothing yet
 *
 * Context: process context.
 */
void vmx_area_cpu_is_dead(unsigned int cpu)
{
	unpark_of_cpu(cpu, true);
	free_spares_of(cpu);
}

/**
 * vmx_areas_unpark() - really free all parked areas
 * @stop: park no area any longer
 *
 * Their addresses are quarantined: the next purge makes holes of them.
 *
 * Context: may sleep.
 */
void vmx_areas_unpark(bool stop)
{
	might_sleep();
	mutex_lock(&space.purge_mutex);
	vmx_park_close(true);
	unpark_of_cpus();
	unpark_batches(false);
	if (!stop)
		vmx_park_close(false);
	mutex_unlock(&space.purge_mutex);
}

/* Make holes of up to PURGE_BATCH flushed ranges. Return false if none are left. */
static bool purge_batch(struct list_head *flushed)
{
	struct vmx_area *area, *tmp;
	unsigned int n = 0;

	spin_lock(&vmx_area_lock);
	list_for_each_entry_safe(area, tmp, flushed, quarantine) {
		space.stats.quarantined_bytes -= area->size;
		trace_vmx_hole_back(area->addr, area->size);
		unquarantine(area);
		ring_erase(area);
		if (++n == PURGE_BATCH)
			break;
	}
	spin_unlock(&vmx_area_lock);
	return n;
}

/* Purge. Return false if there was nothing to purge. */
static bool purge(void)
{
	LIST_HEAD(flushed);
	bool any;

	lockdep_assert_held(&space.purge_mutex);
	unpark_batches(true);
	/* What CPUs have loaded, and do not use, may take the room of what others need. */
	if (vmx_park_is_crammed(READ_ONCE(vmx_lazy_max)))
		unpark_of_cpus();
	any = vmx_park_flush_begins();
	spin_lock(&vmx_area_lock);
	list_splice_init(&space.quarantine, &flushed);
	any |= !list_empty(&flushed);
	if (any) {
		/* The last purge has ended: no range has the other state any longer. */
		space.waiting ^= VMX_EVEN ^ VMX_ODD;
		space.stats.purges++;
		trace_vmx_purge(space.stats.quarantined_ranges,
				space.stats.quarantined_bytes);
	}
	spin_unlock(&vmx_area_lock);

	if (any)
		space.flush();
	vmx_park_flush_ends();
	while (any && purge_batch(&flushed))
		cond_resched();
	return any;
}

/**
 * vmx_areas_purge() - flush once, and turn quarantined ranges into holes
 *
 * All addresses that were quarantined when this was called have become holes when it
 * returns, whatever is freed meanwhile, and no stale translation reaches what was
 * parked. If another task's purge is under way, this waits for its end first. The spare
 * descriptors of this CPU are freed, too.
 *
 * Context: may sleep.
 * Return: true if this call found something to purge.
 */
bool vmx_areas_purge(void)
{
	bool any;

	might_sleep();
	mutex_lock(&space.purge_mutex);
	/* What is not a whole batch cannot wait for the flush. */
	unpark_of_cpus();
	any = purge();
	mutex_unlock(&space.purge_mutex);
	if (is_purge_due() || vmx_park_is_full(READ_ONCE(vmx_lazy_max)))
		vmx_areas_try_purge();
	free_spares();
	return any;
}

/**
 * vmx_areas_try_purge() - purge, unless another task's purge is under way
 *
 * The task that frees the area that makes a purge due calls this, as in Linux 3.10.
 * It never waits for another task's purge. Ranges that are freed too late for the
 * purge under way are the purging task's duty: it checks again afterwards, and makes
 * up to PURGE_ROUNDS purges. If a purge is due even then, the next free makes it.
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
	} while ((is_purge_due() || vmx_park_is_full(READ_ONCE(vmx_lazy_max))) &&
		 ++round < PURGE_ROUNDS);
}

/* Return the first quarantined range that starts at or above @addr, or NULL. */
static struct vmx_area *quarantined_from(unsigned long addr)
{
	struct vmx_area *below = quarantined_below(addr - 1);
	struct rb_node *rb = below ? rb_next(&below->quarantined) :
				     rb_first(&space.quarantined);

	return rb ? rb_quarantined(rb) : NULL;
}

/* What a request without a hole asks for. */
struct wanted {
	unsigned long size, align, start, end;
};

/* Would the hole [@low, @high) do? */
static bool would_do(const struct wanted *w, unsigned long low, unsigned long high)
{
	unsigned long place;

	low = max(low, w->start);
	high = min(high, w->end);
	place = ALIGN(low, w->align);
	return place >= low && place < high && high - place >= w->size;
}

/*
 * Could a purge make the hole that is wanted? Look at each run of holes and quarantined
 * ranges: it would be one hole.
 *
 * The lock is released after every PURGE_BATCH ranges. A run that is there all the time
 * is not missed: if it still has a quarantined range when the walk comes to it, the walk
 * finds that. If not, it is one hole, and at the end all holes are searched. If somebody
 * takes part of a run behind the walk, the answer may be true in vain.
 */
static bool purge_could_help(const struct wanted *w)
{
	unsigned long low = vmx_starts.first;	/* where the run begins */
	unsigned long at = low;			/* up to here the run has been seen */
	struct vmx_area *range;
	struct vmx_place hole;
	unsigned int n = 0;
	bool could;

	spin_lock(&vmx_area_lock);
	for (;;) {
		if (n >= PURGE_BATCH) {
			spin_unlock(&vmx_area_lock);
			cond_resched();
			spin_lock(&vmx_area_lock);
			n = 0;
		}
		range = range_above(at);
		while (is_quarantined(range) && n++ < PURGE_BATCH) {
			at = vmx_area_end(range);
			range = range->after;
		}
		if (is_quarantined(range))
			continue;
		could = would_do(w, low, vmx_area_start(range));
		if (could)
			break;
		range = quarantined_from(vmx_area_end(range));
		if (!range)
			break;
		at = vmx_area_start(range);
		low = at - vmx_area_hole(range);
	}
	if (!could) {
		hole = vmx_hole_find(w->size, w->align, w->start, VMX_FIT_FIRST);
		could = hole.succ && would_do(w, hole.addr, vmx_area_start(hole.succ));
	}
	spin_unlock(&vmx_area_lock);
	return could;
}

/**
 * vmx_area_insert_after_purge() - purge, and try vmx_area_insert() again
 * @area: as for vmx_area_insert(), which has returned -ENOSPC
 * @align: as for vmx_area_insert()
 * @start: as for vmx_area_insert()
 * @end: as for vmx_area_insert()
 * @gfp: as for vmx_area_insert()
 *
 * Really free what is parked. Purge only if that could make the hole that is wanted. If
 * another task takes the hole, try again as long as another purge could help, and no
 * fatal signal is pending.
 *
 * Context: may sleep.
 * Return: as vmx_area_insert().
 */
int vmx_area_insert_after_purge(struct vmx_area *area, unsigned long align,
				unsigned long start, unsigned long end, gfp_t gfp)
{
	const struct wanted wanted = { area->size, align, start, end };
	int err = -ENOSPC;
	bool could_help;

	while (err == -ENOSPC) {
		vmx_areas_unpark(false);
		could_help = purge_could_help(&wanted);
		trace_vmx_weigh_purge(area->size, could_help);
		if (!could_help)
			break;
		vmx_areas_purge();
		err = vmx_area_insert(area, align, start, end, gfp);
		if (fatal_signal_pending(current))
			break;
	}
	return err;
}

/**
 * vmx_areas_stats() - read the counters
 * @stats: the result
 *
 * All are read at the same moment, except for areas that are being parked, or taken back.
 *
 * Context: process context; does not sleep.
 */
void vmx_areas_stats(struct vmx_area_stats *stats)
{
	struct vmx_park_stats park = {};
	long areas, bytes;

	/* In this order, what is parked or taken back meanwhile counts as in use. */
	vmx_park_add_puts(&park);
	spin_lock(&vmx_area_lock);
	vmx_park_add_takes(&park);
	areas = park.puts - park.takes - space.unparked;
	bytes = park.put_bytes - park.take_bytes - space.unparked_bytes;
	*stats = space.stats;
	stats->parked_areas = max(areas, 0L);
	stats->parked_bytes = max(bytes, 0L);
	stats->areas = areas_now() - stats->parked_areas;
	stats->area_bytes -= stats->parked_bytes;
	stats->guard_bytes -= stats->parked_areas * PAGE_SIZE;
	stats->allocs += park.takes;
	stats->frees += park.puts - space.unparked;
	spin_unlock(&vmx_area_lock);
}

/**
 * vmx_areas_init() - set up the address space: one hole from start to end
 * @start: first address of the slice
 * @end: first address behind the slice
 * @flush: drops every stale translation of the slice on every CPU; may sleep
 *
 * Context: may sleep; nobody else may use this part yet.
 * Return: 0 or -ENOMEM.
 */
int vmx_areas_init(unsigned long start, unsigned long end, void (*flush)(void))
{
	struct vmx_area *hole;
	int err = -ENOMEM;

	/* vmx_area_find() may read a descriptor that has just been freed. */
	space.cache[SHORT] = kmem_cache_create("vmx_area",
					       offsetof(struct vmx_area, inline_pages[1]),
					       0, SLAB_TYPESAFE_BY_RCU, NULL);
	if (!space.cache[SHORT])
		return -ENOMEM;
	space.cache[LONG] = kmem_cache_create("vmx_area_16",
					      offsetof(struct vmx_area,
						       inline_pages[VMX_INLINE_PAGES]),
					      0, SLAB_TYPESAFE_BY_RCU, NULL);
	if (!space.cache[LONG])
		goto destroy_short;
	hole = alloc_descriptor(SHORT, GFP_KERNEL, NUMA_NO_NODE);
	if (!hole)
		goto destroy_long;
	err = vmx_index_init(start, end);
	if (err)
		goto free_hole;

	space.flush = flush;
	space.quarantined = RB_ROOT;
	vmx_list = NULL;
	space.stats = (struct vmx_area_stats){ .slice_bytes = end - start };
	space.unparked = 0;
	space.unparked_bytes = 0;
	vmx_park_init();
	/* The sentinel counts as live, so that each walk along the ring ends here. */
	space.sentinel = (struct vmx_area){
		.addr = (void *)end,
		.before = &space.sentinel,
		.after = &space.sentinel,
		.state = VMX_LIVE,
		.link = &vmx_list,
	};
	spin_lock(&vmx_area_lock);
	vmx_holes_init();
	add_hole(hole, &space.sentinel, end - start);
	spin_unlock(&vmx_area_lock);
	return 0;

free_hole:
	free_descriptor(hole);
destroy_long:
	kmem_cache_destroy(space.cache[LONG]);
destroy_short:
	kmem_cache_destroy(space.cache[SHORT]);
	return err;
}

/**
 * vmx_areas_exit() - undo vmx_areas_init()
 *
 * The caller has freed every area, and nobody else uses this part any longer.
 *
 * Context: may sleep.
 */
void vmx_areas_exit(void)
{
	unsigned int cpu;

	vmx_areas_unpark(true);
	vmx_areas_purge();
	WARN_ON_ONCE(vmx_list || areas_now() ||
		     space.stats.quarantined_ranges);
	spin_lock(&vmx_area_lock);
	if (space.sentinel.hole)
		delete_hole(space.sentinel.hole);
	spin_unlock(&vmx_area_lock);
	for_each_possible_cpu(cpu)
		free_spares_of(cpu);
	kmem_cache_destroy(space.cache[LONG]);
	kmem_cache_destroy(space.cache[SHORT]);
	vmx_index_exit();
}
