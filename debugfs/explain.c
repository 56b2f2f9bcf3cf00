// SPDX-License-Identifier: GPL-2.0
/*
 * The word "explain": the chapter's steps of one request, with their values
 *
 * While the request is served, probes on vmx's own tracepoints record its steps,
 * whether tracing is on or not. Events of other tasks are ignored. The rest of vmx
 * does not know of explanations.
 *
 * Steps are recorded as numbers and become text when they are read. The number of
 * recorded steps does not depend on the size of the request: neighbouring blocks count
 * as one step, and further steps after KEPT of a kind are only summed up.
 *
 * The time of a step begins when the previous step has been recorded, so the time that
 * recording takes is not counted.
 *
 * No lock is needed: only the task that makes the request writes to its explanation.
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
#include "files.h"

#define KEPT 16		/* steps of a kind that are shown one by one */
#define STEPS_MAX (S_KINDS * (KEPT + 1))

enum kind {
	S_REQUEST, S_DESCRIPTOR, S_HOLE, S_PURGE, S_FLUSH, S_HOLE_BACK,
	S_PAGE_ARRAY, S_BLOCK, S_TABLE, S_ENTRIES, S_COMPLETE, S_REFUSED,
	S_KINDS
};

struct step {
	enum kind kind;
	unsigned int events;	/* how many events this step sums up */
	bool rest;		/* it sums up all events of its kind after KEPT */
	u64 ns;
	union {
		struct {
			unsigned long size;
		} request;
		struct {
			const void *area;
			unsigned long size, guard;
		} descriptor;
		struct {
			unsigned long size, align, addr, start, end;
			enum vmx_fit fit;
			unsigned int looked;
			struct vmx_range below, above;
			unsigned long below_id, above_id;
		} hole;
		struct {
			unsigned long bytes, ranges;
		} range;
		struct {
			const void *pages;
			unsigned int nr;
			unsigned int page_order;
			unsigned long flags;
		} array;
		struct {
			unsigned long pfn, nr;
			unsigned int order;
			const char *zone;
			int node;
		} block;
		struct {
			unsigned long addr;
			u64 entry;
		} table;
		struct {
			unsigned long addr, nr;
			int level;
			phys_addr_t table;
			unsigned int index;
		} entries;
		struct {
			unsigned long id, flags;
		} complete;
		int err;
	};
};

struct vmx_explanation {
	const struct task_struct *task;
	unsigned int probes;	/* how many are registered */
	u64 since;		/* when the previous step was recorded, in ns */
	unsigned int nr;	/* steps in step[] */
	unsigned int seen[S_KINDS];	/* steps in step[], by kind */
	struct step step[STEPS_MAX];
};

/* --- recording steps --- */

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

static void look_at(unsigned long addr, struct vmx_range *range,
		    unsigned long *id)
{
	if (!is_vmx_addr((void *)addr))
		return;
	vmx_range_at(addr, range);
	*id = range->area ? range->area->id : 0;
}

/* vmx_area_insert() calls this under vmx_area_lock, before it fills the hole. */
static void on_hole(void *data, const struct vmx_area *area,
		    unsigned long align, unsigned int looked, unsigned long addr,
		    const struct vmx_area *succ)
{
	struct step *step = succ ? NULL : same_step(data, S_HOLE);

	/* A second search without a purge in between is not shown. */
	if (step && !step->hole.addr) {
		charge(data, step, ktime_get_ns());
		noted(data);
		return;
	}
	step = next_step(data, S_HOLE);
	if (!step)
		return;
	step->hole.size = area->size;
	step->hole.align = align;
	step->hole.fit = VMX_FIT_OF(area->flags);
	step->hole.looked = looked;
	step->hole.addr = addr;
	if (succ) {
		step->hole.end = vmx_area_start(succ);
		step->hole.start = step->hole.end - succ->hole;
		look_at(step->hole.start - 1, &step->hole.below,
			&step->hole.below_id);
		look_at(step->hole.end, &step->hole.above,
			&step->hole.above_id);
	}
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

static void on_page_array(void *data, const void *pages, unsigned int nr,
			  unsigned int page_order, unsigned long flags)
{
	struct step *step = next_step(data, S_PAGE_ARRAY);

	if (!step)
		return;
	step->array.pages = pages;
	step->array.nr = nr;
	step->array.page_order = page_order;
	step->array.flags = flags;
	noted(data);
}

static void on_take_block(void *data, struct page *page, unsigned int order)
{
	struct step *step = same_step(data, S_BLOCK);
	unsigned long pfn = page_to_pfn(page);

	if (step && step->block.order == order &&
	    step->block.pfn + step->block.nr == pfn &&
	    step->block.zone == page_zone(page)->name) {
		charge(data, step, ktime_get_ns());
	} else {
		step = next_step(data, S_BLOCK);
		if (!step)
			return;
		step->block.pfn = pfn;
		step->block.order = order;
		step->block.zone = page_zone(page)->name;
		step->block.node = page_to_nid(page);
	}
	step->block.nr += 1UL << order;
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
 * Two events may set adjacent leaves of one table. They never set adjacent PTEs of one
 * table.
 */
static void on_entries(void *data, unsigned long addr, int level,
		       unsigned int nr)
{
	struct step *step = same_step(data, S_ENTRIES);
	struct vmx_walk walk;

	if (step && level == VMX_PMD && step->entries.level == level &&
	    step->entries.index + step->entries.nr == pmd_index(addr)) {
		charge(data, step, ktime_get_ns());
	} else {
		step = next_step(data, S_ENTRIES);
		if (!step)
			return;
		vmx_pgtable_describe(addr, &walk);
		step->entries.addr = addr;
		step->entries.level = level;
		step->entries.table = walk.step[level].table;
		step->entries.index = walk.step[level].index;
	}
	step->entries.nr += nr;
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
	step->err = err;
	noted(data);
}

#define DO_FOR_EACH_EVENT() do {					\
	DO(request); DO(descriptor); DO(hole); DO(purge); DO(flush);	\
	DO(hole_back); DO(page_array); DO(take_block); DO(table);	\
	DO(entries); DO(complete); DO(refused);				\
} while (0)

/**
 * vmx_explain_begin() - begin to record the steps of the current task's request
 *
 * Context: process context; may sleep.
 * Return: the explanation; the caller calls vmx_explain_end() after the request, and
 * kvfree() in the end. Or ERR_PTR(): -ENOMEM; -ENOSYS if the kernel has no tracepoints.
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

/* --- printing --- */

static void tell_neighbour(struct seq_file *m, const char *where,
			   const struct vmx_range *range, unsigned long id,
			   const char *edge)
{
	seq_printf(m, "\n%*s%s: ", 20, "", where);
	if (!range->end) {
		seq_puts(m, edge);
		return;
	}
	if (id)
		seq_printf(m, "area id=%lu ", id);
	else
		seq_puts(m, "quarantined ");
	vmx_show_range(m, range->start, range->end);
}

static void tell_hole(struct seq_file *m, const struct step *step)
{
	seq_printf(m, "find a hole: %s fit, size=%lu align=%lu, holes looked at: ",
		   vmx_fit_name(step->hole.fit), step->hole.size,
		   step->hole.align);
	if (step->hole.looked)
		seq_printf(m, "%u, ", step->hole.looked);
	else
		seq_puts(m, "none (the root of the tree has the longest hole), ");
	if (!step->hole.addr) {
		seq_puts(m, "and none fits");
		return;
	}
	seq_puts(m, "chosen: ");
	vmx_show_range(m, step->hole.start, step->hole.end);
	tell_neighbour(m, "below it", &step->hole.below, step->hole.below_id,
		       "the start of the slice");
	tell_neighbour(m, "above it", &step->hole.above, step->hole.above_id,
		       "the end of the slice");
	seq_printf(m, "\n%*saddr = ", 20, "");
	vmx_show_address(m, step->hole.addr);
}

static void tell_array(struct seq_file *m, const struct step *step)
{
	seq_printf(m, "the page array: nr_pages = %u, ", step->array.nr);
	if (step->array.page_order)
		seq_printf(m, "a pointer for each %u of them, ",
			   1U << step->array.page_order);
	seq_puts(m, step->array.nr >> step->array.page_order <= VMX_INLINE_PAGES ?
		 "inside the descriptor" : is_vmalloc_addr(step->array.pages) ?
		 "by __vmalloc" : "by kmalloc_node");
	if (vmx_may_see_addresses(m->file))
		seq_printf(m, ", pages = 0x%px", step->array.pages);
}

static void tell_block(struct seq_file *m, const struct step *step)
{
	if (step->rest) {
		seq_printf(m, "alloc_pages: %u more blocks, %lu frames",
			   step->events, step->block.nr);
		return;
	}
	seq_printf(m, "alloc_pages: order=%u", step->block.order);
	if (step->events > 1)
		seq_printf(m, " blocks=%u", step->events);
	seq_printf(m, " frames=%lu", step->block.nr);
	if (vmx_may_see_addresses(m->file))
		seq_printf(m, " pfn=0x%lx-0x%lx", step->block.pfn,
			   step->block.pfn + step->block.nr);
	seq_printf(m, " zone=%s node=%d", step->block.zone, step->block.node);
}

static void tell_table(struct seq_file *m, const struct step *step)
{
	if (step->rest) {
		seq_printf(m, "vmx_map_area: %u more pte tables attached",
			   step->events);
		return;
	}
	seq_puts(m, "vmx_map_area: a pte table is missing at ");
	vmx_show_range(m, step->table.addr, step->table.addr + PMD_SIZE);
	if (vmx_may_see_addresses(m->file))
		seq_printf(m, ", attached: pmd entry 0x%016llx, table 0x%llx",
			   step->table.entry,
			   vmx_arch_entry_phys(step->table.entry));
}

static void tell_entries(struct seq_file *m, const struct step *step)
{
	if (step->rest) {
		seq_printf(m, "vmx_map_area: %lu more entries, in %u tables",
			   step->entries.nr, step->events);
		return;
	}
	seq_printf(m, "vmx_map_area: set %lu %s %s",
		   step->entries.nr, vmx_level_name(step->entries.level),
		   step->entries.nr == 1 ? "entry" : "entries");
	/* The index reveals part of the address. */
	if (vmx_may_see_addresses(m->file))
		seq_printf(m, " from index %u on in table %pap",
			   step->entries.index, &step->entries.table);
	seq_puts(m, ": ");
	vmx_show_range(m, step->entries.addr, step->entries.addr +
		       step->entries.nr * vmx_level_size(step->entries.level));
}

static void tell_step(struct seq_file *m, const struct step *step)
{
	switch (step->kind) {
	case S_REQUEST:
		seq_printf(m, "__vmx_alloc_node_range: PAGE_ALIGN(%lu) = %lu, %lu pages; 0, or more than RAM or the slice, is refused",
			   step->request.size, PAGE_ALIGN(step->request.size),
			   PAGE_ALIGN(step->request.size) >> PAGE_SHIFT);
		break;
	case S_DESCRIPTOR:
		seq_puts(m, "__get_vmx_area_node: kmalloc_node the descriptor");
		if (vmx_may_see_addresses(m->file))
			seq_printf(m, ": struct vmx_area at 0x%px",
				   step->descriptor.area);
		seq_printf(m, "\n%*sadd the guard page: size = %lu + %lu = %lu",
			   20, "", step->descriptor.size - step->descriptor.guard,
			   step->descriptor.guard, step->descriptor.size);
		break;
	case S_HOLE:
		tell_hole(m, step);
		break;
	case S_PURGE:
		seq_printf(m, "purge: quarantined ranges=%lu bytes=%lu",
			   step->range.ranges, step->range.bytes);
		break;
	case S_FLUSH:
		seq_puts(m, "flush the TLB of every CPU");
		break;
	case S_HOLE_BACK:
		seq_printf(m, "the quarantined addresses are holes again: ranges=%lu bytes=%lu",
			   step->range.ranges, step->range.bytes);
		break;
	case S_PAGE_ARRAY:
		tell_array(m, step);
		break;
	case S_BLOCK:
		tell_block(m, step);
		break;
	case S_TABLE:
		tell_table(m, step);
		break;
	case S_ENTRIES:
		tell_entries(m, step);
		break;
	case S_COMPLETE:
		seq_printf(m, "clear_vmx_unlist: flags 0x%lx -> 0x%lx, VMX_UNLIST is cleared: id=%lu may be seen",
			   step->complete.flags | VMX_UNLIST,
			   step->complete.flags, step->complete.id);
		break;
	case S_REFUSED:
		seq_printf(m, "refused: -%s", vmx_errno_name(step->err));
		break;
	case S_KINDS:
		break;
	}
}

/**
 * vmx_explain_show() - print an explanation, with a number for each step
 * @m: the file; without CAP_SYSLOG it gets offsets, and no physical address
 * @why: the explanation
 */
void vmx_explain_show(struct seq_file *m, const struct vmx_explanation *why)
{
	unsigned int i;
	u64 ns = 0;

	if (!why->nr)
		seq_puts(m, "     no step was taken: so much memory is not available\n");
	for (i = 0; i < why->nr; i++) {
		seq_printf(m, "%3u. %10llu ns  ", i + 1, why->step[i].ns);
		tell_step(m, &why->step[i]);
		seq_putc(m, '\n');
		ns += why->step[i].ns;
	}
	seq_printf(m, "     %10llu ns  in all\n", ns);
}
