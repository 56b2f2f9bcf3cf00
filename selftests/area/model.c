// SPDX-License-Identifier: GPL-2.0
/* The naive model of the slice: one byte for each page */
#include <stdlib.h>
#include <string.h>

#include <linux/kernel.h>

#include "model.h"
#include "shim.h"
#include "subject.h"

struct model model;

static size_t page_of(unsigned long addr)
{
	return (addr - model.start) / PAGE_SIZE;
}

static unsigned long addr_of(size_t page)
{
	return model.start + page * PAGE_SIZE;
}

void model_init(unsigned long start, size_t pages)
{
	model.start = start;
	model.end = start + pages * PAGE_SIZE;
	model.pages = pages;
	memset(model.kind, HOLE, pages);
	memset(model.owner, 0, pages * sizeof(model.owner[0]));
	model.next_fit = 0;
	model.nr_live = 0;
	model.nr_dying = 0;
	model.nr_parked = 0;
	model.stats = (struct vmx_area_stats){ .slice_bytes = pages * PAGE_SIZE };
}

static bool all_hole(size_t page, size_t pages)
{
	size_t last = page + pages;

	if (last > model.pages)
		return false;
	while (page < last)
		if (model.kind[page++] != HOLE)
			return false;
	return true;
}

static unsigned long first_fit(unsigned long size, unsigned long align,
			       unsigned long start, unsigned long end)
{
	size_t page;

	for (page = 0; page < model.pages; page++) {
		unsigned long addr = addr_of(page);

		if (model.kind[page] != HOLE || addr & (align - 1) || addr < start)
			continue;
		if (addr >= end || end - addr < size)
			break;
		if (all_hole(page, size / PAGE_SIZE))
			return addr;
	}
	return 0;
}

static unsigned long last_fit(unsigned long size, unsigned long align)
{
	size_t page = model.pages;

	while (page--)
		if (!(addr_of(page) & (align - 1)) && all_hole(page, size / PAGE_SIZE))
			return addr_of(page);
	return 0;
}

static unsigned long best_fit(unsigned long size, unsigned long align)
{
	size_t page, last, best = 0, shortest = SIZE_MAX;
	unsigned long need = size / PAGE_SIZE + align / PAGE_SIZE - 1;

	for (page = 0; page < model.pages; page = last) {
		last = page + 1;
		if (model.kind[page] != HOLE)
			continue;
		while (last < model.pages && model.kind[last] == HOLE)
			last++;
		if (last - page >= need && last - page < shortest) {
			shortest = last - page;
			best = page;
		}
	}
	if (shortest == SIZE_MAX)
		return 0;
	while (addr_of(best) & (align - 1))
		best++;
	return addr_of(best);
}

unsigned long model_find_hole(unsigned long size, unsigned long align,
			      unsigned long start, unsigned long end, enum vmx_fit fit)
{
	unsigned long place = 0;

	if (fit == VMX_FIT_LAST)
		return last_fit(size, align);
	if (fit == VMX_FIT_BEST)
		place = best_fit(size, align);
	if (fit == VMX_FIT_NEXT)
		place = first_fit(size, align, model.next_fit, end);
	if (!place)
		place = first_fit(size, align, start, end);
	if (place && fit == VMX_FIT_NEXT)
		model.next_fit = place + size;
	return place;
}

static bool is_area(enum kind kind)
{
	return kind == AREA || kind == PARKED;
}

/* Set the kind and the owner of the pages from @page to below @last. */
static void paint(size_t page, size_t last, enum kind kind, struct model_area *owner)
{
	for (; page < last; page++) {
		model.kind[page] = kind;
		model.owner[page] = owner;
		model.kept[page] &= !is_area(kind);
	}
}

void model_watch(void)
{
	size_t page;

	for (page = 0; page < model.pages; page++)
		model.kept[page] = !is_area(model.kind[page]);
}

static bool is_usable(size_t page, enum usable usable)
{
	switch (usable) {
	case NO_AREA:
		return !is_area(model.kind[page]);
	case NO_AREA_IN_USE:
		return model.kind[page] != AREA;
	default:
		return model.kept[page];
	}
}

bool model_purge_could_help(unsigned long size, unsigned long align, unsigned long start,
			    unsigned long end, enum usable usable)
{
	size_t page = model.pages, run = 0;

	while (page--) {
		unsigned long addr = addr_of(page);

		run = is_usable(page, usable) ? run + 1 : 0;
		if (run >= size / PAGE_SIZE && !(addr & (align - 1)) && addr >= start &&
		    addr < end && end - addr >= size)
			return true;
	}
	return false;
}

static void paint_area(struct model_area *it, enum kind kind)
{
	size_t page = page_of(it->addr);

	paint(page, page + it->size / PAGE_SIZE, kind, is_area(kind) ? it : NULL);
}

static void set_add(struct model_area **set, size_t *nr, struct model_area *it)
{
	it->index = (*nr)++;
	set[it->index] = it;
}

static void set_del(struct model_area **set, size_t *nr, struct model_area *it)
{
	set[it->index] = set[--*nr];
	set[it->index]->index = it->index;
}

static void count(struct model_area *it, int sign)
{
	struct vmx_area_stats *stats = &model.stats;

	stats->areas += sign;
	stats->area_bytes += sign * it->size;
	stats->guard_bytes += sign * it->guard;
	if (stats->peak_areas < stats->areas + stats->parked_areas)
		stats->peak_areas = stats->areas + stats->parked_areas;
}

static struct model_area *new_area(struct vmx_area *area)
{
	struct model_area *it = malloc(sizeof(*it));

	if (!it)
		fail("no memory for the test itself");
	*it = (struct model_area){
		.area = area,
		.addr = (unsigned long)area->addr,
		.size = area->size,
		.guard = area->flags & VMX_NO_GUARD ? 0 : PAGE_SIZE,
		.id = area->id,
	};
	paint_area(it, AREA);
	count(it, 1);
	model.stats.allocs++;
	return it;
}

struct model_area *model_insert(struct vmx_area *area)
{
	struct model_area *it = new_area(area);

	set_add(model.live, &model.nr_live, it);
	return it;
}

void model_remove(struct model_area *it, bool listed)
{
	it->dying = true;
	it->listed = listed;
	set_del(model.live, &model.nr_live, it);
	set_add(model.dying, &model.nr_dying, it);
}

void model_cancel(struct model_area *it)
{
	paint_area(it, HOLE);
	set_del(model.live, &model.nr_live, it);
	count(it, -1);
	model.stats.allocs--;
	free(it);
}

unsigned long model_room(const struct model_area *it)
{
	size_t page = page_of(it->addr + it->size), last = page;

	while (last < model.pages && model.kind[last] == HOLE)
		last++;
	return (last - page) * PAGE_SIZE;
}

void model_resize(struct model_area *it, unsigned long size)
{
	count(it, -1);
	paint_area(it, HOLE);
	it->size = size;
	paint_area(it, AREA);
	count(it, 1);
}

struct model_area *model_cut(struct model_area *it, struct vmx_area *tail)
{
	struct model_area *cut;

	model_resize(it, (unsigned long)tail->addr - it->addr);
	cut = new_area(tail);
	cut->dying = true;
	set_add(model.dying, &model.nr_dying, cut);
	return cut;
}

/*
 * A range whose flush has begun stays as it is, and so does every hole. Only ranges
 * that touch and wait for the same flush are one range.
 */
static void wait_for_flush(struct model_area *it)
{
	size_t first = page_of(it->addr), last = first + it->size / PAGE_SIZE;

	paint(first, last, LAZY, NULL);
	model.stats.quarantined_bytes += it->size;
	model.stats.quarantined_ranges++;
	if (first && model.kind[first - 1] == LAZY)
		model.stats.quarantined_ranges--;
	if (last < model.pages && model.kind[last] == LAZY)
		model.stats.quarantined_ranges--;
	free(it);
}

void model_quarantine(struct model_area *it)
{
	set_del(model.dying, &model.nr_dying, it);
	count(it, -1);
	model.stats.frees++;
	wait_for_flush(it);
}

static void count_parked(struct model_area *it, int sign)
{
	model.stats.parked_areas += sign;
	model.stats.parked_bytes += sign * it->size;
}

void model_park(struct model_area *it)
{
	set_del(model.dying, &model.nr_dying, it);
	set_add(model.parked, &model.nr_parked, it);
	count(it, -1);
	count_parked(it, 1);
	model.stats.frees++;
	it->flushed = false;
	paint_area(it, PARKED);
}

void model_reuse(struct model_area *it)
{
	set_del(model.parked, &model.nr_parked, it);
	set_add(model.live, &model.nr_live, it);
	count_parked(it, -1);
	count(it, 1);
	model.stats.allocs++;
	it->dying = false;
	it->listed = false;
	paint_area(it, AREA);
}

struct model_area *model_parked(const struct vmx_area *area)
{
	size_t i;

	for (i = 0; i < model.nr_parked; i++)
		if (model.parked[i]->area == area)
			return model.parked[i];
	return NULL;
}

void model_unpark(bool (*still)(unsigned long addr))
{
	size_t i = model.nr_parked;

	while (i--) {
		struct model_area *it = model.parked[i];

		if (still(it->addr))
			continue;
		set_del(model.parked, &model.nr_parked, it);
		count_parked(it, -1);
		wait_for_flush(it);
	}
}

bool model_purge_begin(void)
{
	bool any = false;
	size_t page;

	for (page = 0; page < model.pages; page++) {
		if (model.kind[page] == LAZY) {
			model.kind[page] = PURGING;
			any = true;
		}
	}
	for (page = 0; page < model.nr_parked; page++)
		model.parked[page]->flushed = true;
	return any;
}

size_t model_purge_some(bool (*is_hole)(unsigned long addr))
{
	size_t page, last, n = 0;

	for (page = 0; page < model.pages; page = last) {
		last = page + 1;
		if (model.kind[page] != PURGING)
			continue;
		while (last < model.pages && model.kind[last] == PURGING)
			last++;
		if (!is_hole(addr_of(page)))
			continue;
		paint(page, last, HOLE, NULL);
		model.stats.quarantined_bytes -= (last - page) * PAGE_SIZE;
		model.stats.quarantined_ranges--;
		n++;
	}
	return n;
}

static bool is_listed(const struct model_area *it)
{
	return !it->dying || it->listed;
}

struct model_area *model_find(unsigned long addr)
{
	struct model_area *it;

	if (addr < model.start || addr >= model.end)
		return NULL;
	it = model.owner[page_of(addr)];
	return it && is_listed(it) ? it : NULL;
}

struct model_area *model_first_from(unsigned long addr)
{
	size_t page;

	for (page = 0; page < model.pages; page++) {
		struct model_area *it = model.owner[page];

		if (it && is_listed(it) && it->addr == addr_of(page) && it->addr >= addr)
			return it;
	}
	return NULL;
}

struct vmx_range model_range_at(unsigned long addr)
{
	size_t page = page_of(addr), first = page, last = page + 1;
	struct model_area *it = model.owner[page];

	while (first && model.kind[first - 1] == model.kind[page] &&
	       model.owner[first - 1] == it)
		first--;
	while (last < model.pages && model.kind[last] == model.kind[page] &&
	       model.owner[last] == it)
		last++;
	if (model.kind[page] == HOLE)
		return (struct vmx_range){ addr, addr_of(last), VMX_RANGE_HOLE };
	if (model.kind[page] == PARKED)
		return (struct vmx_range){ addr_of(first), addr_of(last), VMX_RANGE_PARKED };
	if (!it || !is_listed(it))
		return (struct vmx_range){ addr_of(first), addr_of(last), VMX_RANGE_QUARANTINE };
	return (struct vmx_range){ addr_of(first), addr_of(last), VMX_RANGE_AREA, it->area };
}

bool model_hole_from(unsigned long addr, struct vmx_range *hole)
{
	size_t page;

	for (page = 0; page < model.pages; page++) {
		if (model.kind[page] == HOLE && addr_of(page) >= addr) {
			*hole = model_range_at(addr_of(page));
			return true;
		}
	}
	return false;
}

void model_check_stats(const struct vmx_area_stats *stats)
{
#define FIELD(name) { #name, offsetof(struct vmx_area_stats, name) }
	static const struct {
		const char *name;
		size_t offset;
	} fields[] = {
		FIELD(slice_bytes), FIELD(areas), FIELD(area_bytes), FIELD(guard_bytes),
		FIELD(quarantined_bytes), FIELD(quarantined_ranges),
		FIELD(parked_areas), FIELD(parked_bytes), FIELD(peak_areas),
		FIELD(allocs), FIELD(frees), FIELD(purges),
	};
	size_t i;

	for (i = 0; i < ARRAY_SIZE(fields); i++) {
		unsigned long is = *(unsigned long *)((char *)stats + fields[i].offset);
		unsigned long should = *(unsigned long *)((char *)&model.stats + fields[i].offset);

		if (is != should)
			fail("stats: %s is %lu and should be %lu", fields[i].name, is, should);
	}
}

/* Check the pages of one range, or of a hole (NULL), up to below @last. */
static size_t check_pages(size_t page, size_t last, const struct vmx_area *range)
{
	enum kind kind = HOLE;

	if (range && range->state <= VMX_DYING)
		kind = vmx_area_is_parked(range) ? PARKED : AREA;
	else if (range)
		kind = subject_waits(range) ? LAZY : PURGING;
	for (; page < last; page++) {
		struct model_area *it = model.owner[page];

		if (model.kind[page] != kind)
			fail("page %#lx is of kind %d and should be %d",
			     addr_of(page), kind, model.kind[page]);
		if (!it)
			continue;
		if (it->area != range)
			fail("page %#lx belongs to another area", addr_of(page));
		if (range->state != (is_listed(it) ? VMX_LIVE : VMX_DYING))
			fail("page %#lx: its area is in state %d", addr_of(page), range->state);
	}
	return page;
}

void model_check_ranges(struct vmx_area *(*next)(struct vmx_area *range))
{
	struct vmx_area *range = NULL;
	size_t page = 0, ranges = 0;

	while ((range = next(range))) {
		size_t first = page_of((unsigned long)range->addr);

		page = check_pages(page, first, NULL);
		page = check_pages(page, first + range->size / PAGE_SIZE, range);
		ranges++;
	}
	check_pages(page, model.pages, NULL);
	if (ranges != model.stats.areas + model.stats.quarantined_ranges +
		      model.stats.parked_areas)
		fail("there are %zu ranges, not %lu areas, %lu quarantined and %lu parked",
		     ranges, model.stats.areas, model.stats.quarantined_ranges,
		     model.stats.parked_areas);
}
