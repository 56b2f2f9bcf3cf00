// SPDX-License-Identifier: GPL-2.0
/*
 * The word "explain": record the chapter's steps of a request or a free
 *
 * While the request is served, or the areas are freed, probes on vmx's own tracepoints
 * record the steps, whether tracing is on or not. Each value is what the chain itself
 * hands to its tracepoint, or a field of the descriptor at that moment: nothing is
 * computed a second time. Events of other tasks are ignored. The rest of vmx does not
 * know of explanations.
 *
 * Steps are recorded as numbers; explain_show.c makes them text when they are read. The number of
 * recorded steps does not depend on the size of the request: neighbouring blocks count
 * as one step, and further steps after KEPT of a kind are only summed up.
 *
 * The time of a step begins when the previous step has been recorded, so the time that
 * recording takes is not counted.
 *
 * No lock is needed: only the task that makes the request, or frees, writes to its explanation.
 * Probes run where the tracepoints are, so they may not sleep.
 */
#include <linux/err.h>
#include <linux/mm.h>
#include <linux/sched.h>
#include <linux/seq_file.h>
#include <linux/slab.h>
#include <linux/timekeeping.h>
#include <trace/events/vmx.h>

#include "arch/arch.h"
#include "vmx_area.h"
#include "vmx_pgtable.h"
#include "explain.h"
#include "files.h"

/* Count an event, and its time, in a step. */
static void charge(struct vmx_explanation *why, struct step *step, u64 now)
{
	step->events++;
	step->ns += max_t(s64, now - why->since, 0);
}

/*
 * Return the step for an event: a new one, or after KEPT of its kind the one that sums
 * up the rest. Return NULL if the event is not one of this request, or without room.
 */
static struct step *next_step(struct vmx_explanation *why, enum kind kind)
{
	u64 now = ktime_get_ns();
	struct step *step;

	/* An interrupt may arrive in this task, but is not part of the request. */
	if (why->task != current || in_interrupt())
		return NULL;
	if (why->seen[kind] <= KEPT && why->nr < STEPS_MAX) {
		why->seen[kind]++;
		step = &why->step[why->nr++];
		*step = (struct step){ .kind = kind };
	} else {
		step = &why->step[why->nr - 1];
		while (step->kind != kind) {
			if (step-- == why->step)
				return NULL;
		}
		step->rest = true;
	}
	charge(why, step, now);
	return step;
}

/* Return the previous step if an event of this kind may be added to it, or NULL. */
static struct step *same_step(struct vmx_explanation *why, enum kind kind)
{
	struct step *step;

	if (why->task != current || in_interrupt() || !why->nr)
		return NULL;
	step = &why->step[why->nr - 1];
	return step->kind == kind && !step->rest ? step : NULL;
}

/* A step has been recorded: the time of the next one begins. */
static void noted(struct vmx_explanation *why)
{
	why->since = ktime_get_ns();
}

static void on_request(void *data, unsigned long size, unsigned long align,
		       gfp_t gfp, int node, const void *caller)
{
	struct step *step = next_step(data, S_REQUEST);

	if (!step)
		return;
	step->request.size = size;
	step->request.align = align;
	noted(data);
}

static void on_descriptor(void *data, const void *area, unsigned long size,
			  unsigned long guard)
{
	struct step *step = next_step(data, S_DESCRIPTOR);

	if (!step)
		return;
	step->descriptor.area = area;
	step->descriptor.size = size;
	step->descriptor.guard = guard;
	noted(data);
}

static void on_hole(void *data, const struct vmx_area *area,
		    unsigned long align, unsigned int looked, unsigned long addr,
		    const struct vmx_area *succ)
{
	struct step *step = next_step(data, S_HOLE);

	if (!step)
		return;
	step->hole.size = area->size;
	step->hole.align = align;
	step->hole.fit = VMX_FIT_OF(area->flags);
	step->hole.looked = looked;
	step->hole.addr = addr;
	if (succ) {
		step->hole.end = vmx_area_start(succ);
		step->hole.start = step->hole.end - vmx_area_hole(succ);
	}
	noted(data);
}

static void on_no_hole(void *data, unsigned long size, unsigned long align,
		       unsigned long holes, unsigned long longest,
		       unsigned long quarantined)
{
	struct step *step = same_step(data, S_HOLE);

	if (!step)
		return;
	step->hole.total = holes;
	step->hole.longest = longest;
	step->hole.quarantined = quarantined;
	noted(data);
}

/* The area is in the list, and vmx_area_lock is held. */
static void note_place(struct list_place *place, const struct vmx_area *area)
{
	place->before_id = 0;
	if (area->link != &vmx_list)
		place->before_id = container_of(area->link, struct vmx_area, next)->id;
	place->next = area->next;
	place->next_id = area->next ? area->next->id : 0;
}

/* The ring closes at the end of the slice: a range of length 0 stands there. */
static void note_neighbour(struct neighbour *beside, const struct vmx_area *range)
{
	if (vmx_area_start(range) == vmx_end)
		return;
	beside->start = vmx_area_start(range);
	beside->end = vmx_area_end(range);
	beside->id = range->state == VMX_LIVE ? range->id : 0;
}

/* vmx_area_insert() calls this under vmx_area_lock. */
static void on_link(void *data, const struct vmx_area *area)
{
	struct step *step = next_step(data, S_LINK);

	if (!step)
		return;
	step->link.area = area;
	step->link.id = area->id;
	step->link.caller = area->caller;
	step->link.addr = vmx_area_start(area);
	step->link.size = area->size;
	step->link.flags = area->flags;
	step->link.left_below = vmx_area_hole(area);
	step->link.left_above = vmx_area_hole(area->after);
	note_neighbour(&step->link.below, area->before);
	note_neighbour(&step->link.above, area->after);
	note_place(&step->link.place, area);
	noted(data);
}

static void on_weigh_purge(void *data, unsigned long size, bool could_help)
{
	struct step *step = next_step(data, S_WEIGH);

	if (!step)
		return;
	step->weigh.size = size;
	step->weigh.could_help = could_help;
	noted(data);
}

static void on_purge(void *data, unsigned long ranges, unsigned long bytes)
{
	struct step *step = next_step(data, S_PURGE);

	if (!step)
		return;
	step->range.ranges = ranges;
	step->range.bytes = bytes;
	noted(data);
}

static void on_flush(void *data, unsigned long count)
{
	if (next_step(data, S_FLUSH))
		noted(data);
}

static void on_hole_back(void *data, const void *addr, unsigned long size)
{
	struct step *step = same_step(data, S_HOLE_BACK);

	if (step)
		charge(data, step, ktime_get_ns());
	else
		step = next_step(data, S_HOLE_BACK);
	if (!step)
		return;
	step->range.ranges++;
	step->range.bytes += size;
	noted(data);
}

static void on_page_array(void *data, const struct vmx_area *area, const void *pages,
			  unsigned int nr, unsigned int page_order)
{
	struct step *step = next_step(data, S_PAGE_ARRAY);

	if (!step)
		return;
	step->array.pages = pages;
	step->array.nr = nr;
	step->array.page_order = page_order;
	step->array.inside = pages == area->inline_pages;
	noted(data);
}

/* Blocks that follow one another in memory are one step. */
static void note_block(struct vmx_explanation *why, enum kind kind, struct page *page,
		       unsigned int order)
{
	struct step *step = same_step(why, kind);
	unsigned long pfn = page_to_pfn(page);

	if (step && step->block.order == order &&
	    step->block.pfn + step->block.nr == pfn &&
	    step->block.zone == page_zone(page)->name) {
		charge(why, step, ktime_get_ns());
	} else {
		step = next_step(why, kind);
		if (!step)
			return;
		step->block.pfn = pfn;
		step->block.order = order;
		step->block.zone = page_zone(page)->name;
		step->block.node = page_to_nid(page);
	}
	step->block.nr += 1UL << order;
	noted(why);
}

static void on_take_block(void *data, struct page *page, unsigned int order)
{
	note_block(data, S_BLOCK, page, order);
}

static void on_return_block(void *data, struct page *page, unsigned int order)
{
	struct step *drain = same_step(data, S_DRAIN);

	if (!drain) {
		note_block(data, S_RETURN, page, order);
		return;
	}
	charge(data, drain, ktime_get_ns());
	drain->drain.frames += 1UL << order;
	noted(data);
}

static void on_table(void *data, unsigned long addr, u64 value)
{
	struct step *step = next_step(data, S_TABLE);

	if (!step)
		return;
	step->table.addr = addr & PMD_MASK;
	step->table.entry = value;
	noted(data);
}

/*
 * Two events may be about adjacent leaves of one table. They are never about adjacent
 * PTEs of one table.
 */
static void note_entries(struct vmx_explanation *why, enum kind kind, unsigned long addr,
			 int level, unsigned int nr)
{
	struct step *step = same_step(why, kind);
	struct vmx_walk walk;

	if (step && level == VMX_PMD && step->entries.level == level &&
	    step->entries.index + step->entries.nr == pmd_index(addr)) {
		charge(why, step, ktime_get_ns());
	} else {
		step = next_step(why, kind);
		if (!step)
			return;
		vmx_pgtable_describe(addr, &walk);
		step->entries.addr = addr;
		step->entries.level = level;
		step->entries.table = walk.step[level].table;
		step->entries.index = walk.step[level].index;
	}
	step->entries.nr += nr;
	noted(why);
}

static void on_entries(void *data, unsigned long addr, int level,
		       unsigned int nr)
{
	note_entries(data, S_ENTRIES, addr, level, nr);
}

static void on_clear(void *data, unsigned long addr, int level,
		     unsigned int nr)
{
	struct step *drain = same_step(data, S_DRAIN);

	if (!drain) {
		note_entries(data, S_CLEAR, addr, level, nr);
		return;
	}
	charge(data, drain, ktime_get_ns());
	drain->drain.entries += nr;
	noted(data);
}

static void on_complete(void *data, const struct vmx_area *area)
{
	struct step *step = next_step(data, S_COMPLETE);

	if (!step)
		return;
	step->complete.id = area->id;
	step->complete.flags = area->flags;
	noted(data);
}

static void on_refused(void *data, unsigned long size, int err)
{
	struct step *step = next_step(data, S_REFUSED);

	if (!step)
		return;
	step->refused.err = err;
	step->refused.ram = totalram_pages();
	noted(data);
}

static void on_too_many(void *data, unsigned long size, unsigned long count,
			unsigned long slice)
{
	struct step *step = next_step(data, S_COUNT);

	if (!step)
		return;
	step->count.size = size;
	step->count.count = count;
	step->count.slice = slice;
	noted(data);
}

static void on_too_little_memory(void *data, unsigned long pages,
				 unsigned long available, unsigned long reserve)
{
	struct step *step = next_step(data, S_MEMORY);

	if (!step)
		return;
	step->memory.pages = pages;
	step->memory.available = available;
	step->memory.reserve = reserve;
	noted(data);
}

/* Is this the request's own area, or one that it drains from a magazine? */
static bool is_drained(const struct vmx_explanation *why, const struct vmx_area *area)
{
	unsigned int i;

	if (why->task != current || !why->seen[S_REQUEST])
		return false;
	for (i = 0; i < why->nr; i++) {
		if (why->step[i].kind == S_LINK && why->step[i].link.area == area)
			return false;
	}
	return true;
}

/* vmx_area_remove() and vmx_area_unlist() call this under vmx_area_lock. */
static void on_unlink(void *data, const struct vmx_area *area)
{
	bool drained = is_drained(data, area);
	struct step *step = drained ? same_step(data, S_DRAIN) : NULL;

	if (step)
		charge(data, step, ktime_get_ns());
	else
		step = next_step(data, drained ? S_DRAIN : S_UNLINK);
	if (!step)
		return;
	if (drained) {
		step->drain.areas++;
		step->drain.bytes += area->size;
	} else {
		step->unlink.area = area;
		step->unlink.id = area->id;
		step->unlink.addr = vmx_area_start(area);
		step->unlink.size = area->size;
		step->unlink.flags = area->flags;
		note_place(&step->unlink.place, area);
	}
	noted(data);
}

static void on_quarantine(void *data, const void *addr, unsigned long size,
			  unsigned long bytes, unsigned long max)
{
	struct step *step = same_step(data, S_DRAIN);

	if (step) {
		charge(data, step, ktime_get_ns());
		noted(data);
		return;
	}
	step = next_step(data, S_QUARANTINE);
	if (!step)
		return;
	step->quarantine.addr = (unsigned long)addr;
	step->quarantine.size = size;
	step->quarantine.bytes = bytes;
	step->quarantine.max = max;
	noted(data);
}

static void on_undo(void *data, const void *area, unsigned long addr,
		    unsigned long size)
{
	struct step *step = next_step(data, S_UNDO);

	if (!step)
		return;
	step->undo.area = area;
	step->undo.addr = addr;
	step->undo.size = size;
	noted(data);
}

#define DO_FOR_EACH_EVENT() do {					\
	DO(request); DO(descriptor); DO(hole); DO(no_hole); DO(link);	\
	DO(weigh_purge); DO(purge); DO(flush); DO(hole_back);		\
	DO(page_array); DO(take_block); DO(table); DO(entries);		\
	DO(complete); DO(too_many); DO(too_little_memory); DO(refused);	\
	DO(unlink); DO(clear); DO(return_block); DO(quarantine);	\
	DO(undo);							\
} while (0)

/**
 * vmx_explain_begin() - begin to record what the current task does
 *
 * Context: process context; may sleep.
 * Return: the explanation; the caller calls vmx_explain_end() after the request or
 * the free, and kvfree() in the end. Or ERR_PTR(): -ENOMEM; -ENOSYS if the kernel has no
 * tracepoints.
 */
struct vmx_explanation *vmx_explain_begin(void)
{
	struct vmx_explanation *why;
	int err = 0;

	why = kvzalloc(sizeof(*why), GFP_KERNEL | __GFP_RETRY_MAYFAIL);
	if (!why)
		return ERR_PTR(-ENOMEM);
	why->task = current;
#define DO(name) do {							\
	err = err ?: register_trace_vmx_##name(on_##name, why);		\
	why->probes += !err;						\
} while (0)
	DO_FOR_EACH_EVENT();
#undef DO
	if (err) {
		vmx_explain_end(why);
		kvfree(why);
		return ERR_PTR(err);
	}
	why->since = ktime_get_ns();
	return why;
}

/**
 * vmx_explain_end() - end the recording
 * @why: the explanation, which keeps its steps
 *
 * Context: process context; may sleep.
 */
void vmx_explain_end(struct vmx_explanation *why)
{
	/* If not all probes are registered, the first ones are. */
#define DO(name) do {							\
	if (why->probes) {						\
		unregister_trace_vmx_##name(on_##name, why);		\
		why->probes--;						\
	}								\
} while (0)
	DO_FOR_EACH_EVENT();
#undef DO
	tracepoint_synchronize_unregister();
}
