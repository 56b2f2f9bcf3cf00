// SPDX-License-Identifier: GPL-2.0
/* Do each operation on vmx_area.c and on the model, and compare the results. */
#include <limits.h>
#include <stdio.h>
#include <string.h>

#include <linux/err.h>
#include <linux/errno.h>
#include <linux/minmax.h>
#include <linux/slab.h>

#include "model.h"
#include "play.h"
#include "shim.h"
#include "source.h"
#include "subject.h"
#include "../../area/park.h"

#define PURGE_BATCH	64	/* holes in a critical section, at most */
#define PURGE_ROUNDS	2	/* flushes in one free, at most */
#define MAX_DYING	24	/* unfinished frees, at most */
#define HUGE_SHIFT	9	/* 2 MiB */
#define STRETCH		256	/* steps with or without checks; see step() */

/* The owner of an area sets these fields; vmx_area.c must not change them. */
#define OWNERS_PAGES	((struct page **)0x5eed)
#define CALLER		((const void *)0xca11e4)

bool play_trace;

static struct {
	const struct profile *profile;
	struct source *source;
	unsigned long step;
	unsigned long last_id;
	bool purging;		/* inside vmx_areas_purge() */
	unsigned int flushes;	/* ... and its flushes so far */
	unsigned long lazy_max;	/* its value when the next flush is decided on */
	bool asking;		/* inside vmx_area_insert_after_purge() */
	unsigned int pending;	/* descriptors of requests that have no hole yet */
} play;

static struct play_tally tally;

#define trace(...)					\
do {							\
	if (play_trace) {				\
		printf("# %6lu: ", tally.steps);		\
		printf(__VA_ARGS__);			\
		putchar('\n');				\
	}						\
} while (0)

static unsigned long any(unsigned long below)
{
	return pick(play.source, below);
}

static bool one_in(unsigned long odds)
{
	return odds && !any(odds);
}

unsigned long play_steps(void)
{
	return play.step;
}

const struct play_tally *play_tally(void)
{
	return &tally;
}

/* ---- checks ---- */

static void check_stats(void)
{
	struct vmx_area_stats stats;

	vmx_areas_stats(&stats);
	model_check_stats(&stats);
}

static void check_all(void)
{
	check_stats();
	subject_check();
	model_check_ranges(subject_next);
	/*
	 * One for each range, each hole, each pending request, each spare, two caches, the
	 * index.
	 */
	if (shim_allocated() != model.stats.areas + model.stats.quarantined_ranges +
				model.stats.parked_areas + subject_holes() +
				play.pending + subject_spares() + 3)
		fail("%zu allocations are held for %lu areas, %lu waiting, %zu holes, %zu spares",
		     shim_allocated(), model.stats.areas, model.stats.quarantined_ranges,
		     subject_holes(), subject_spares());
}

/* The descriptor has what its owner and vmx_area_insert() have set. */
static void check_descriptor(const struct model_area *it)
{
	const struct vmx_area *area = it->area;
	const unsigned long guard = area->flags & VMX_NO_GUARD ? 0 : PAGE_SIZE;

	if ((unsigned long)area->addr != it->addr || area->size != it->size ||
	    area->id != it->id || guard != it->guard)
		fail("area: %p, %#lx, id %lu, guard %lu should be %#lx, %#lx, id %lu, guard %lu",
		     area->addr, area->size, area->id, guard,
		     it->addr, it->size, it->id, it->guard);
	if (area->pages != OWNERS_PAGES || area->caller != CALLER || area->phys_addr ||
	    area->pid != current->pid || strcmp(area->comm, current->comm))
		fail("area: %p: a field that its owner has set has changed", area->addr);
}

/* ---- operations ---- */

static void purge(void);
static void others_do(unsigned long most);
static void resched(void);

/* For a request with a node, vmx cannot use a spare descriptor. */
static int any_node(void)
{
	return one_in(4) ? 0 : NUMA_NO_NODE;
}

static struct vmx_area *new_area(unsigned long size, unsigned long flags)
{
	struct vmx_area *area = vmx_area_alloc(size, flags, CALLER, GFP_KERNEL, any_node());
	unsigned long pages = (size + PAGE_SIZE - 1) / PAGE_SIZE;

	if (!area)
		fail("alloc: no descriptor");
	if (area->flags != flags || area->requested != size || area->pages ||
	    area->nr_pages || area->size != (pages + !(flags & VMX_NO_GUARD)) * PAGE_SIZE)
		fail("alloc: a new descriptor for %lu bytes has size %#lx", size, area->size);
	area->pages = OWNERS_PAGES;
	return area;
}

static unsigned long any_size(void)
{
	unsigned long pages = 1 + any(1 + any(play.profile->max_pages));

	/* One size in four is not a multiple of the page size. */
	return pages * PAGE_SIZE - (one_in(4) ? any(PAGE_SIZE) : 0);
}

static unsigned long any_align(void)
{
	if (!one_in(play.profile->align_odds))
		return PAGE_SIZE;
	if (one_in(50))
		return PAGE_SIZE << any(BITS_PER_LONG - PAGE_SHIFT);
	return PAGE_SIZE << any(HUGE_SHIFT + 1);
}

/* An address in or near the slice, often at the edge of a page. */
static unsigned long any_addr(void)
{
	unsigned long addr = model.start + any(model.pages + 1) * PAGE_SIZE;

	switch (any(8)) {
	case 0:
		return addr + any(PAGE_SIZE);
	case 1:
		return addr - 1;
	case 2:
		return any(2) ? model.start - any(3 * PAGE_SIZE) : model.end + any(2 * PAGE_SIZE);
	case 3:
		return any(2) ? 0 : ULONG_MAX;
	default:
		return addr;
	}
}

static void inserted(struct vmx_area *area, unsigned long place)
{
	if ((unsigned long)area->addr != place)
		fail("insert: at %p, should be at %#lx", area->addr, place);
	if (area->id <= play.last_id)
		fail("insert: id %lu is not above the last id %lu", area->id, play.last_id);
	play.last_id = area->id;
	check_descriptor(model_insert(area));
	tally.inserted++;
	tally.most_areas = max(tally.most_areas, model.stats.areas);
	tally.fullest = max(tally.fullest, model.stats.area_bytes / PAGE_SIZE * 100 / model.pages);
}

/* Other CPUs work while purge_could_help() has released the lock. */
static void others_meanwhile(void)
{
	shim_resched = resched;
	others_do(3);
	shim_resched = NULL;	/* once is enough */
}

/* Without others the answer is exact; with them, no run may be missed. */
static void check_help(unsigned long size, unsigned long align, unsigned long start,
		       unsigned long end)
{
	void (*hook)(void) = shim_resched;
	unsigned long steps = tally.steps;
	bool should, is;

	model_watch();
	should = model_purge_could_help(size, align, start, end, NO_AREA);
	shim_resched = hook && one_in(2) ? others_meanwhile : NULL;
	is = subject_purge_could_help(size, align, start, end);
	shim_resched = hook;
	trace("purge could help size=%#lx align=%#lx [%#lx, %#lx): %d",
	      size, align, start, end, is);
	if (steps != tally.steps) {
		should = model_purge_could_help(size, align, start, end, NO_AREA_SINCE);
		if (is)
			return;
	}
	if (is != should)
		fail("purge could help size=%#lx align=%#lx [%#lx, %#lx): %d, should be %d",
		     size, align, start, end, is, should);
}

/* What a request does that finds no hole and may sleep. */
static bool insert_after_purge(struct vmx_area *area, unsigned long align, enum vmx_fit fit,
			       unsigned long start, unsigned long end)
{
	bool could = model_purge_could_help(area->size, align, start, end, NO_AREA_IN_USE);
	unsigned long steps = tally.steps, place;
	int err;

	play.purging = true;
	play.asking = true;
	play.flushes = 0;
	err = vmx_area_insert_after_purge(area, align, start, end, GFP_KERNEL);
	model_unpark(subject_is_parked);
	play.asking = false;
	play.purging = false;
	place = model_find_hole(area->size, align, start, end, fit);
	trace("insert after purge: %d, %p", err, err ? NULL : area->addr);
	if (!could && play.flushes)
		fail("insert after purge: %u flushes that cannot help", play.flushes);
	if (err != (place ? 0 : -ENOSPC))
		fail("insert after purge: %d, should be at %#lx", err, place);
	if (could && err && tally.steps == steps)
		fail("insert after purge: %d, and nobody took the hole", err);
	if (err)
		return false;
	inserted(area, place);
	return true;
}

static void insert(void)
{
	enum vmx_fit fit = one_in(play.profile->fit_odds) ? any(4) : VMX_FIT_FIRST;
	unsigned long flags = VMX_ALLOC | (one_in(4) ? VMX_NO_GUARD : 0) |
			      (one_in(4) ? VMX_UNLIST : 0) |
			      (one_in(2) ? VMX_CACHEABLE : 0) | VMX_FIT(fit);
	unsigned long size = any_size(), align = any_align();
	unsigned long start = model.start, end = model.end, place;
	struct vmx_area *area;
	bool done;
	int err;

	if (!(flags & VMX_NO_GUARD) && one_in(2))
		flags |= VMX_PARKABLE;
	area = new_area(size, flags);

	if (one_in(8))
		start = any_addr();
	if (one_in(8))
		end = any_addr();
	if (start > model.start || end < model.end)
		fit = VMX_FIT_FIRST;	/* others need the whole slice */

	place = model_find_hole(area->size, align, start, end, fit);
	err = vmx_area_insert(area, align, start, end, GFP_KERNEL);
	trace("insert size=%#lx align=%#lx fit=%d [%#lx, %#lx): %d, %p",
	      area->size, align, fit, start, end, err, err ? NULL : area->addr);
	if (err != (place ? 0 : -ENOSPC))
		fail("insert size=%#lx align=%#lx fit=%d [%#lx, %#lx): %d, should be at %#lx",
		     area->size, align, fit, start, end, err, place);
	if (err) {
		tally.no_hole++;
		play.pending++;
		check_help(area->size, align, start, end);
		done = !play.purging && one_in(3) &&
		       insert_after_purge(area, align, fit, start, end);
		play.pending--;
		if (done)
			return;
		vmx_area_free(area);
		if (one_in(3))
			purge();
		return;
	}
	if (vmx_area_complete(area) != !(flags & VMX_UNLIST))
		fail("insert: vmx_area_complete() does not match VMX_UNLIST");
	if (VMX_FIT_OF(area->flags) != fit)
		fail("insert: the flags do not have fit=%d", fit);
	inserted(area, place);
}

static void insert_plain(void)
{
	struct vmx_area *area = new_area(any_size(), VMX_ALLOC);
	unsigned long place = model_find_hole(area->size, PAGE_SIZE, model.start, model.end,
					      VMX_FIT_FIRST);
	int err = vmx_area_insert(area, PAGE_SIZE, model.start, model.end, GFP_KERNEL);

	if (err != (place ? 0 : -ENOSPC))
		fail("insert size=%#lx: %d, should be at %#lx", area->size, err, place);
	if (err)
		vmx_area_free(area);
	else
		inserted(area, place);
}

static void insert_refused(void)
{
	struct vmx_area *area = new_area(PAGE_SIZE, 0);
	unsigned long align = PAGE_SIZE;
	int err;

	switch (any(5)) {
	case 0:
		area->size = 0;
		break;
	case 1:
		area->size += 1 + any(PAGE_SIZE - 1);
		break;
	case 2:
		align = 0;
		break;
	case 3:
		align = PAGE_SIZE / 2;
		break;
	case 4:
		align = 3 * PAGE_SIZE;
		break;
	}
	shim_expect_warning();
	err = vmx_area_insert(area, align, model.start, model.end, GFP_KERNEL);
	trace("insert size=%#lx align=%#lx: %d", area->size, align, err);
	if (err != -EINVAL || shim_warned() != 1)
		fail("insert size=%#lx align=%#lx: %d", area->size, align, err);
	vmx_area_free(area);
}

static void no_memory(void)
{
	unsigned long size = any_size();
	int node = any_node(), err;
	bool spare = node == NUMA_NO_NODE && subject_has_spare(size);
	struct vmx_area *area;

	shim_fail_in = 0;
	area = vmx_area_alloc(size, 0, CALLER, GFP_KERNEL, node);
	shim_fail_in = -1;
	trace("alloc without memory: %p", area);
	if (!area != !spare)
		fail("alloc without memory: %p", area);
	if (!area)
		return;

	/* An aligned area may split a hole, which takes a descriptor. */
	subject_drop_spares();
	shim_fail_in = 0;
	err = vmx_area_insert(area, 2 * PAGE_SIZE, model.start, model.end, GFP_KERNEL);
	shim_fail_in = -1;
	trace("insert without memory: %d", err);
	if (err != -ENOMEM)
		fail("insert without memory: %d", err);
	vmx_area_free(area);
}

/* Do more than @lazy_max bytes wait for a flush, if @parked bytes are those of batches? */
static bool is_due(unsigned long lazy_max, unsigned long parked)
{
	return model.stats.quarantined_bytes + parked > lazy_max ||
	       parked > model.pages / 4 * PAGE_SIZE;
}

static void quarantine(struct model_area *it)
{
	unsigned long most;
	bool due, may, parked;

	trace("quarantine %#lx, %#lx", it->addr, it->size);
	check_descriptor(it);
	due = vmx_area_quarantine(it->area);
	model_unpark(subject_is_parked);	/* if the CPU had too many */
	parked = subject_is_parked(it->addr);
	if (parked && (!it->listed || !vmx_lazy_max ||
		       it->size > (VMX_PARK_PAGES + 1) * PAGE_SIZE))
		fail("quarantine %#lx, %#lx: parked", it->addr, it->size);
	if (parked)
		model_park(it);
	else
		model_quarantine(it);
	tally.parked += parked;
	/* One that is parked tells it only if a batch is full; one that is not, without room. */
	most = min(vmx_lazy_max, model.pages / 4 * PAGE_SIZE);
	may = is_due(vmx_lazy_max, vmx_park_waiting());
	if (due ? !may && (parked || vmx_park_waiting() <= most / 8) :
	    !parked && model.stats.quarantined_bytes + vmx_park_waiting() > vmx_lazy_max)
		fail("quarantine: purge due: %d", due);
	if (due)
		purge();
}

/* Take a parked area. */
static void reuse(void)
{
	unsigned long pages = 1 + any(min_t(unsigned int, play.profile->max_pages, VMX_PARK_PAGES));
	unsigned long size = pages * PAGE_SIZE - any(PAGE_SIZE);
	const unsigned long flags = VMX_ALLOC | VMX_UNLIST | VMX_PARKABLE;
	bool ready = subject_is_ready(pages);
	struct vmx_area *area = vmx_area_reuse(size, flags, CALLER);
	struct model_area *it;

	trace("reuse %lu pages: %p", pages, area ? area->addr : NULL);
	if (!area != !ready)
		fail("reuse: %p, but ready: %d", area, ready);
	if (!area)
		return;
	it = model_parked(area);
	if (!it || !it->flushed || it->size != (pages + 1) * PAGE_SIZE)
		fail("reuse: %p is not parked, not flushed or has another size", area->addr);
	if (area->flags != flags || area->requested != size || area->pages || area->nr_pages)
		fail("reuse: %p is not as after an insertion", area->addr);
	area->pages = OWNERS_PAGES;
	model_reuse(it);
	check_descriptor(it);
	tally.reused++;
}

/* Really free all parked areas. */
static void unpark(void)
{
	if (play.purging)
		return;
	trace("unpark");
	play.purging = true;
	play.flushes = 0;
	vmx_areas_unpark(false);
	model_unpark(subject_is_parked);
	play.purging = false;
	/* Those that others have parked meanwhile may be left. */
}

static void quarantine_one(void)
{
	if (model.nr_dying)
		quarantine(model.dying[any(model.nr_dying)]);
}

static struct model_area *any_live(void)
{
	return model.nr_live ? model.live[any(model.nr_live)] : NULL;
}

/* Mark an area as a magazine does: cached areas are free, but still listed. */
static void set_cached(struct model_area *it, bool cached)
{
	it->cached = cached;
	it->area->flags &= ~(VMX_CACHEABLE | VMX_CACHED);
	it->area->flags |= cached ? VMX_CACHED : VMX_CACHEABLE;
}

static void cache_or_not(void)
{
	struct model_area *it = any_live();

	if (!it)
		return;
	set_cached(it, !it->cached);
	trace("cached %#lx: %d", it->addr, it->cached);
}

static void resize(void)
{
	struct model_area *it = any_live();
	unsigned long room, bytes;
	struct vmx_area *undo;
	int err;

	if (!it)
		return;
	room = model_room(it);
	bytes = (1 + any(one_in(2) ? play.profile->max_pages : room / PAGE_SIZE + 2)) * PAGE_SIZE;
	undo = vmx_area_extend(it->area, bytes, GFP_KERNEL);
	err = IS_ERR(undo) ? PTR_ERR(undo) : 0;
	trace("extend %#lx, %#lx by %#lx of %#lx: %d", it->addr, it->size, bytes, room, err);
	if (err != (bytes <= room ? 0 : -ENOSPC))
		fail("extend %#lx by %#lx, with %#lx of room: %d", it->addr, bytes, room, err);
	if (err)
		return;
	model_resize(it, it->size + bytes);
	/* The caller retracts if it gets no frames for the new pages. Others may be faster. */
	if (one_in(3)) {
		if (one_in(2))
			insert_plain();
		vmx_area_retract(it->area, bytes, undo);
		model_resize(it, it->size - bytes);
	} else {
		vmx_area_extended(undo);
	}
}

static void cut(void)
{
	struct model_area *it = any_live();
	unsigned long keep, pages;
	struct vmx_area *tail;

	if (!it)
		return;
	pages = vmx_area_pages(it->area);
	if (pages < 2)
		return;
	keep = 1 + any(pages - 1);
	tail = new_area(PAGE_SIZE, VMX_NO_GUARD);
	vmx_area_cut(it->area, tail, keep);
	trace("cut %#lx, %#lx to %lu pages", it->addr, it->size, keep);
	if ((unsigned long)tail->addr != it->addr + keep * PAGE_SIZE + it->guard ||
	    tail->size != (pages - keep) * PAGE_SIZE || it->area->nr_pages != keep)
		fail("cut %#lx, %#lx to %lu pages: the tail is %p, %#lx",
		     it->addr, it->size, keep, tail->addr, tail->size);
	quarantine(model_cut(it, tail));
}

static void remove_one(void)
{
	struct model_area *it = any_live();
	bool claimed = one_in(4);
	struct vmx_area *area;

	if (!it)
		return;
	it->area->flags &= ~VMX_UNLIST;		/* as clear_vmx_unlist() */
	if (it->cached) {
		if (vmx_area_remove((void *)it->addr))
			fail("remove %#lx: a cached area was removed", it->addr);
		it->area->flags &= ~VMX_FREED;	/* as vmx_magazine_get() */
		set_cached(it, false);
	}
	if (claimed) {
		/* As vmx_free_atomic() and its worker do it */
		area = it->area;
		trace("claim and remove %#lx", it->addr);
		if (!vmx_area_claim(area))
			fail("claim %#lx: refused", it->addr);
		if (vmx_area_claim(area) || vmx_area_remove((void *)it->addr))
			fail("claim %#lx: somebody else can still free it", it->addr);
		if (vmx_area_at((void *)it->addr))
			fail("claim %#lx: it is still in use", it->addr);
		vmx_area_unlist(area);
	} else {
		area = vmx_area_remove((void *)it->addr);
		trace("remove %#lx", it->addr);
		if (area != it->area)
			fail("remove %#lx: %p, not %p", it->addr, area, it->area);
	}
	if (area->flags & VMX_CACHEABLE && !(area->flags & VMX_FREED))
		fail("remove %#lx: a magazine can still take it", it->addr);
	model_remove(it, area->state == VMX_LIVE);
	if (it->listed != (area->flags & VMX_PARKABLE && vmx_area_is_short(area) && !claimed))
		fail("remove %#lx: it is still listed: %d", it->addr, it->listed);
	/* One free in eight is not finished before the next operation. */
	if (!one_in(8))
		quarantine(it);
	else if (model.nr_dying > MAX_DYING)
		quarantine_one();
}

/* No live area starts at the address. */
static void remove_refused(void)
{
	unsigned long addr = any_addr();
	struct model_area *it = model_find(addr);
	struct vmx_area *area;

	if (it && !it->dying && addr == it->addr)
		addr += 1 + any(it->size - 1);
	area = vmx_area_remove((void *)addr);
	trace("remove %#lx: %p", addr, area);
	if (area)
		fail("remove %#lx: %p, but no area starts there", addr, area);
}

static void cancel(void)
{
	struct model_area *it = any_live();

	if (!it)
		return;
	trace("cancel %#lx, %#lx", it->addr, it->size);
	check_descriptor(it);
	vmx_area_cancel(it->area);
	model_cancel(it);
}

static void look_up(void)
{
	unsigned long addr = any_addr();
	struct model_area *within = model_find(addr), *first = model_first_from(addr);
	struct vmx_area *found, *at, *in_use, *from;

	spin_lock(&vmx_area_lock);
	found = vmx_area_find(addr);
	from = vmx_area_first_from(addr);
	at = vmx_listed_at((void *)addr);
	in_use = vmx_area_at((void *)addr);
	spin_unlock(&vmx_area_lock);
	trace("look up %#lx: in %p, at %p, from %p", addr, found, at, from);
	if (found != (within && !within->cached && !within->dying ? within->area : NULL))
		fail("find %#lx: %p", addr, found);
	if (from != (first ? first->area : NULL))
		fail("first_from %#lx: %p", addr, from);
	if (at != (within && within->addr == addr ? within->area : NULL))
		fail("listed_at %#lx: %p", addr, at);
	if (in_use != (at && !within->cached && !within->dying ? at : NULL))
		fail("area_at %#lx: %p", addr, in_use);
}

static bool same_range(const struct vmx_range *a, const struct vmx_range *b)
{
	return a->start == b->start && a->end == b->end && a->kind == b->kind && a->area == b->area;
}

static void explore(void)
{
	unsigned long addr = model.start + any(model.pages) * PAGE_SIZE;
	struct vmx_range range, hole, should_hole, should;
	bool has, should_have;

	if (one_in(4))
		addr += any(PAGE_SIZE);
	should = model_range_at(addr);
	should_have = model_hole_from(addr, &should_hole);
	spin_lock(&vmx_area_lock);
	vmx_range_at(addr, &range);
	has = vmx_hole_from(addr, &hole);
	spin_unlock(&vmx_area_lock);
	trace("explore %#lx: [%#lx, %#lx) of kind %d", addr, range.start, range.end, range.kind);
	if (!same_range(&range, &should))
		fail("range_at %#lx: [%#lx, %#lx) of kind %d should be [%#lx, %#lx) of kind %d",
		     addr, range.start, range.end, range.kind,
		     should.start, should.end, should.kind);
	if (has != should_have || (has && !same_range(&hole, &should_hole)))
		fail("hole_from %#lx: %d, [%#lx, %#lx)", addr, has, hole.start, hole.end);
}

static void set_lazy_max(void)
{
	vmx_lazy_max = one_in(3) ? ULONG_MAX : any(model.pages) * PAGE_SIZE;
	trace("lazy_max=%#lx", vmx_lazy_max);
}

/* ---- purge, and operations of other CPUs during a purge ---- */

static void step(void);

static bool is_hole(unsigned long addr)
{
	return !subject_range(addr);
}

static void others_do(unsigned long most)
{
	unsigned long n = any(most + 1);

	while (n--)
		step();
}

static void flush(void)
{
	shim_might_sleep("the flush");
	model_unpark(subject_is_parked);
	if (!play.purging)
		fail("purge: a flush outside of a purge");
	/* Flush again only if more than vmx_lazy_max, as it was then, was freed meanwhile. */
	if (!play.asking && play.flushes && !is_due(play.lazy_max, subject_flushing()))
		fail("purge: a second flush, but less than lazy_max waits for it");
	if (memchr(model.kind, PURGING, model.pages))
		fail("purge: a flush before all ranges of the last one are holes");
	model.stats.purges++;
	if (!model_purge_begin() && !subject_flushing())
		fail("purge: a flush, but nothing waits for it");
	if (model_purge_some(is_hole))
		fail("purge: a range became a hole before the flush");
	play.flushes++;
	trace("flush");
	tally.most_purged = max(tally.most_purged, model.stats.quarantined_ranges);
	others_do(12);
	play.lazy_max = vmx_lazy_max;
}

static void resched(void)
{
	size_t purged;

	if (!play.purging)
		fail("cond_resched() outside a purge");
	model_unpark(subject_is_parked);
	/* A request looks for runs, and parked areas are freed, before the first flush. */
	if (!play.flushes)
		return;
	purged = model_purge_some(is_hole);
	trace("purged %zu", purged);
	if (purged > PURGE_BATCH)
		fail("purge: %zu ranges in one critical section", purged);
	others_do(6);
	/* The next flush is decided on after the last ranges are purged. */
	if (purged)
		play.lazy_max = vmx_lazy_max;
}

static void purge(void)
{
	bool asked_for = one_in(2), waiting, purged;
	unsigned int most;

	waiting = model.stats.quarantined_ranges || subject_would_flush(asked_for);
	purged = waiting;

	/* During a purge, vmx_areas_purge() would wait; a try does nothing. */
	if (play.purging) {
		vmx_areas_try_purge();
		return;
	}
	trace("purge");
	tally.purges++;
	play.purging = true;
	play.flushes = 0;
	if (asked_for)
		purged = vmx_areas_purge();
	else
		vmx_areas_try_purge();
	most = PURGE_ROUNDS + asked_for;
	if (purged != waiting || !play.flushes == waiting || play.flushes > most)
		fail("purge: %d, flushes: %u, waiting: %d", purged, play.flushes, waiting);
	if (play.flushes < most && is_due(vmx_lazy_max, vmx_park_waiting()))
		fail("purge: ended, but another one is due");
	tally.most_flushes = max(tally.most_flushes, play.flushes);
	model_purge_some(is_hole);
	if (memchr(model.kind, PURGING, model.pages))
		fail("purge: ended, but not all flushed ranges are holes");
	if (asked_for && subject_spares())
		fail("purge: ended, but spare descriptors are kept");
	play.purging = false;
}

/* ---- the play ---- */

/* Insert more often while the slice is far from the profile's limits. */
static void insert_or_remove(void)
{
	size_t aim = model.pages * play.profile->fill / 100 * PAGE_SIZE;
	unsigned long inserts = 20;	/* percent */

	if (model.nr_live < play.profile->max_areas && model.stats.area_bytes < aim)
		inserts = model.nr_live < play.profile->max_areas / 4 * 3 ? 90 : 60;
	if (any(100) < inserts)
		insert();
	else
		remove_one();
}

static void step(void)
{
	/* Really free the spare descriptors: ASan then finds a late use. */
	if (one_in(3))
		subject_drop_spares();
	play.step++;
	tally.steps++;
	tally.while_purging += play.purging;
	switch (any(40)) {
	case 0:
	case 1:
	case 2:
	case 3:
		look_up();
		break;
	case 4:
		cancel();
		break;
	case 5:
		remove_refused();
		break;
	case 6:
		insert_refused();
		break;
	case 7:
		no_memory();
		break;
	case 8:
		if (one_in(8))
			set_lazy_max();
		break;
	case 9:
		quarantine_one();
		break;
	case 10:
		cache_or_not();
		break;
	case 11:
		resize();
		break;
	case 12:
		cut();
		break;
	case 13:
		explore();
		break;
	case 14:
	case 15:
	case 16:
		if (!play.profile->hoards)
			reuse();
		break;
	case 17:
		if (one_in(64))
			unpark();
		break;
	default:
		insert_or_remove();
	}
	check_stats();
	/*
	 * Most steps leave the tree stale, for the next search to repair.
	 * Check it after each step in one stretch of watch_odds.
	 */
	if (play.step / STRETCH % play.profile->watch_odds == 0)
		subject_check_holes();
	if (play.step % play.profile->check_every == 0)
		check_all();
}

void play_step(void)
{
	if (one_in(play.profile->purge_odds))
		purge();
	step();
	if (shim_spinning)
		fail("a lock is still held");
}

/* Choose the slice's start: a multiple of 2 MiB, any page, or the highest. */
static unsigned long any_start(size_t pages)
{
	unsigned long top = 0UL - (pages + 1) * PAGE_SIZE;

	switch (any(4)) {
	case 0:
		return top;
	case 1:
		return top / 4 * 3 & -(PAGE_SIZE << HUGE_SHIFT);
	default:
		return (top / 4 * 3 & -(PAGE_SIZE << HUGE_SHIFT)) + any(512) * PAGE_SIZE;
	}
}

void play_begin(const struct profile *profile, struct source *source)
{
	unsigned long start;
	int err;

	play.profile = profile;
	play.source = source;
	play.step = 0;
	play.purging = false;
	start = any_start(profile->pages);
	vmx_lazy_max = ULONG_MAX;
	shim_resched = resched;

	/* If init cannot allocate a cache, the first hole or the index, it leaves nothing. */
	shim_fail_in = any(5);
	err = vmx_areas_init(start, start + profile->pages * PAGE_SIZE, flush);
	if (err) {
		if (err != -ENOMEM || shim_allocated())
			fail("init: %d, %zu allocations", err, shim_allocated());
		shim_fail_in = -1;
		err = vmx_areas_init(start, start + profile->pages * PAGE_SIZE, flush);
	}
	if (err)
		fail("init: %d", err);
	shim_fail_in = -1;
	model_init(start, profile->pages);
	trace("slice [%#lx, %#lx)", model.start, model.end);
}

void play_end(void)
{
	struct source nothing = source_from_bytes((const unsigned char *)"", 0);

	vmx_lazy_max = ULONG_MAX;
	while (model.nr_live)
		remove_one();
	while (model.nr_dying)
		quarantine_one();
	check_all();
	/* vmx_areas_exit() purges. */
	play.purging = true;
	play.flushes = 0;
	play.source = &nothing;
	vmx_areas_exit();
	if (shim_allocated())
		fail("exit: %zu allocations are left", shim_allocated());
}
