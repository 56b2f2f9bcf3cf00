// SPDX-License-Identifier: GPL-2.0
/*
 * The word "explain": print what debugfs/explain.c has recorded
 *
 * Each step has a number, the name of Linux 3.10's function and that of vmx's, and its
 * time. The lines below it have its values. What 3.10 did otherwise stands in
 * parentheses, in the same line. A refused request ends with a diagnosis.
 *
 * A reader without CAP_SYSLOG gets offsets in the slice instead of addresses, and no
 * pointer, no frame number and no index.
 */
#include <linux/mm.h>
#include <linux/seq_file.h>

#include "arch/arch.h"
#include "vmx_pgtable.h"
#include "explain.h"
#include "files.h"

#define INDENT "      "

/* The functions of each step. Without a name, Linux 3.10 had no such step. */
static const struct {
	const char *linux_3_10;
	const char *vmx;
} names[S_KINDS] = {
	[S_REQUEST] = { "__vmalloc_node_range()", "__vmx_alloc_node_range()" },
	[S_DESCRIPTOR] = { "__get_vm_area_node()", "__get_vmx_area_node()" },
	[S_HOLE] = { "alloc_vmap_area()", "vmx_area_insert()" },
	[S_LINK] = { "__insert_vmap_area()", "list_add_area()" },
	[S_PAGE_ARRAY] = { "__vmalloc_area_node()", "__vmx_alloc_area_node()" },
	[S_BLOCK] = { "alloc_page()", "vmx_take_block()" },
	[S_TABLE] = { "pte_alloc_kernel()", "slot_attach_table()" },
	[S_ENTRIES] = { "map_vm_area()", "vmx_map_area()" },
	[S_COMPLETE] = { "clear_vm_unlist()", "clear_vmx_unlist()" },
	[S_COUNT] = { NULL, "fits_slice()" },
	[S_DRAIN] = { NULL, "vmx_magazines_drain()" },
	[S_WEIGH] = { NULL, "purge_could_help()" },
	[S_MEMORY] = { NULL, "is_affordable()" },
	[S_UNLINK] = { "remove_vm_area()", "remove_vmx_area()" },
	[S_CLEAR] = { "vunmap_page_range()", "vmx_pgtable_unmap()" },
	[S_RETURN] = { "__free_page()", "vmx_return_block()" },
	[S_QUARANTINE] = { "free_vmap_area_noflush()", "vmx_area_quarantine()" },
	[S_UNDO] = { "free_vmap_area()", "vmx_area_cancel()" },
	[S_PURGE] = { "__purge_vmap_area_lazy()", "vmx_areas_purge()" },
	[S_FLUSH] = { "flush_tlb_kernel_range()", "vmx_pgtable_flush()" },
	[S_HOLE_BACK] = { "__free_vmap_area()", "purge_batch()" },
};

static void tell_names(struct seq_file *m, enum kind kind)
{
	seq_printf(m, "%s / %s", names[kind].linux_3_10 ?: "-", names[kind].vmx);
}

static void tell_head(struct seq_file *m, const struct step *step)
{
	if (step->kind == S_REFUSED)
		seq_printf(m, "refused: -%s", vmx_errno_name(step->refused.err));
	else if (step->kind == S_UNDO && !step->undo.addr)
		seq_puts(m, "kfree() / vmx_area_free()");
	else
		tell_names(m, step->kind);
}

static void tell_request(struct seq_file *m, const struct step *step)
{
	unsigned long size = PAGE_ALIGN(step->request.size);

	seq_printf(m, INDENT "PAGE_ALIGN(%lu) = %lu, %lu pages: 0 is refused, and more than RAM (vmx: or the slice)\n",
		   step->request.size, size, size >> PAGE_SHIFT);
	seq_printf(m, INDENT "align = %lu: less than a page means a page\n",
		   step->request.align);
}

static void tell_descriptor(struct seq_file *m, const struct step *step)
{
	seq_puts(m, INDENT "not in an interrupt, where the lock must not be taken (3.10: BUG_ON; vmx: -EINVAL)\n");
	seq_puts(m, INDENT "kzalloc_node() / vmx_area_alloc(): struct vmx_area");
	if (vmx_may_see_addresses(m->file))
		seq_printf(m, " at 0x%px", step->descriptor.area);
	seq_puts(m, ", pages, nr_pages, phys_addr = 0 (3.10: all of it is zeroed)\n");
	seq_printf(m, INDENT "the guard page: size = %lu + %lu = %lu\n",
		   step->descriptor.size - step->descriptor.guard,
		   step->descriptor.guard, step->descriptor.size);
}

static void tell_hole(struct seq_file *m, const struct step *step)
{
	seq_puts(m, INDENT "under vmap_area_lock / vmx_area_lock\n");
	seq_printf(m, INDENT "%s fit, size=%lu align=%lu, ",
		   vmx_fit_name(step->hole.fit), step->hole.size, step->hole.align);
	if (step->hole.addr) {
		seq_printf(m, "holes looked at: %u, chosen: ", step->hole.looked);
		vmx_show_range(m, step->hole.start, step->hole.end);
		seq_puts(m, "\n" INDENT "addr = ");
		vmx_show_address(m, step->hole.addr);
		seq_puts(m, " (3.10: it walks from area to area, from the last hole on)\n");
		return;
	}
	seq_puts(m, "and none fits\n");
	seq_printf(m, INDENT "The largest hole has %lu bytes: %s. ", step->hole.longest,
		   step->hole.longest < step->hole.size ? "too small" :
		   "large enough, but not from an aligned address on");
	if (step->hole.looked)
		seq_printf(m, "Holes searched: %u.\n", step->hole.looked);
	else
		seq_puts(m, "No hole was searched.\n");
}

static void tell_neighbour(struct seq_file *m, const char *where,
			   const struct neighbour *beside, const char *edge)
{
	seq_printf(m, INDENT "%s: ", where);
	if (!beside->end) {
		seq_printf(m, "%s\n", edge);
		return;
	}
	if (beside->id)
		seq_printf(m, "area id=%lu ", beside->id);
	else
		seq_puts(m, "quarantined ");
	vmx_show_range(m, beside->start, beside->end);
	seq_putc(m, '\n');
}

static void tell_area(struct seq_file *m, const void *area, unsigned long id)
{
	if (!area) {
		seq_puts(m, "0");
		return;
	}
	if (vmx_may_see_addresses(m->file))
		seq_printf(m, "0x%px ", area);
	seq_printf(m, "(id=%lu)", id);
}

static void tell_link_of(struct seq_file *m, unsigned long id)
{
	if (id)
		seq_printf(m, "next of id=%lu: ", id);
	else
		seq_puts(m, "vmx_list: ");
}

static void tell_link(struct seq_file *m, const struct step *step)
{
	const struct list_place *place = &step->link.place;

	tell_neighbour(m, "below", &step->link.below, "the start of the slice");
	tell_neighbour(m, "above", &step->link.above, "the end of the slice");
	seq_printf(m, INDENT "tree of holes: %lu bytes below the area and %lu above stay a hole (3.10: a tree of areas)\n",
		   step->link.left_below, step->link.left_above);
	seq_puts(m, INDENT "list: ");
	tell_link_of(m, place->before_id);
	tell_area(m, place->next, place->next_id);
	seq_puts(m, " -> ");
	tell_area(m, step->link.area, step->link.id);
	seq_puts(m, ", ");
	tell_link_of(m, step->link.id);
	tell_area(m, place->next, place->next_id);
	seq_puts(m, " (3.10: vmap_area_list; before: vmlist)\n");
	seq_printf(m, INDENT "setup_vmalloc_vm(): size = %lu, flags = 0x%lx",
		   step->link.size, step->link.flags);
	if (vmx_may_see_addresses(m->file)) {
		seq_puts(m, ", caller = ");
		vmx_show_caller(m, step->link.caller);
	}
	seq_puts(m, " (vmx: since vmx_area_alloc())\n");
}

static void tell_array(struct seq_file *m, const struct step *step)
{
	bool inside = step->array.inside;

	seq_printf(m, INDENT "nr_pages = %u, ", step->array.nr);
	if (step->array.page_order)
		seq_printf(m, "a pointer for each %u of them, ",
			   1U << step->array.page_order);
	seq_puts(m, inside ? "the page array is inside the descriptor" :
		 is_vmalloc_addr(step->array.pages) ? "the page array is from __vmalloc()" :
		 "the page array is from kmalloc_node()");
	if (vmx_may_see_addresses(m->file))
		seq_printf(m, ", pages = 0x%px", step->array.pages);
	seq_puts(m, inside ? " (3.10: kmalloc_node())\n" : "\n");
}

static void tell_block(struct seq_file *m, const struct step *step)
{
	if (step->rest) {
		seq_printf(m, INDENT "%u more blocks, %lu frames (3.10: %lu single frames)\n",
			   step->events, step->block.nr, step->block.nr);
		return;
	}
	seq_printf(m, INDENT "order=%u", step->block.order);
	if (step->events > 1)
		seq_printf(m, " blocks=%u", step->events);
	seq_printf(m, " frames=%lu", step->block.nr);
	if (vmx_may_see_addresses(m->file))
		seq_printf(m, " pfn=0x%lx-0x%lx", step->block.pfn,
			   step->block.pfn + step->block.nr);
	seq_printf(m, " zone=%s node=%d", step->block.zone, step->block.node);
	if (step->block.order)
		seq_printf(m, " (3.10: %lu single frames)", step->block.nr);
	seq_putc(m, '\n');
}

static void tell_table(struct seq_file *m, const struct step *step)
{
	if (step->rest) {
		seq_printf(m, INDENT "%u more pte tables attached\n", step->events);
		return;
	}
	seq_puts(m, INDENT "a pte table is missing at ");
	vmx_show_range(m, step->table.addr, step->table.addr + PMD_SIZE);
	if (vmx_may_see_addresses(m->file))
		seq_printf(m, ", attached: pmd entry 0x%016llx, table 0x%llx",
			   step->table.entry,
			   vmx_arch_entry_phys(step->table.entry, VMX_PMD));
	seq_puts(m, " (3.10: allocated; vmx: by vmap() at load)\n");
}

/* @verb: what happened to the entries. */
static void tell_entries(struct seq_file *m, const struct step *step, const char *verb)
{
	if (step->rest) {
		seq_printf(m, INDENT "%s %lu more entries, in %u tables\n", verb,
			   step->entries.nr, step->events);
		return;
	}
	/* Where the slice may begin inside a table, the number is that of the first index. */
	if (!vmx_may_see_addresses(m->file) && !vmx_pgtable_leaf_size()) {
		seq_printf(m, INDENT "%s entries in a table\n", verb);
		return;
	}
	seq_printf(m, INDENT "%s %lu %s %s", verb,
		   step->entries.nr, vmx_level_name(step->entries.level),
		   step->entries.nr == 1 ? "entry" : "entries");
	/* The index reveals part of the address. */
	if (vmx_may_see_addresses(m->file))
		seq_printf(m, " from index %u on in table %pap",
			   step->entries.index, &step->entries.table);
	seq_puts(m, ": ");
	vmx_show_range(m, step->entries.addr, step->entries.addr +
		       step->entries.nr * vmx_level_size(step->entries.level));
	if (step->entries.level == VMX_PMD)
		seq_puts(m, " (3.10: pte entries only)");
	seq_putc(m, '\n');
}

static void tell_complete(struct seq_file *m, const struct step *step)
{
	seq_printf(m, INDENT "flags 0x%lx -> 0x%lx: VMX_UNLIST is cleared, id=%lu may be seen\n",
		   step->complete.flags | VMX_UNLIST, step->complete.flags,
		   step->complete.id);
	seq_printf(m, INDENT "kmemleak_alloc(): it is no leak while 2 references exist (3.10: 3)%s\n",
		   IS_ENABLED(CONFIG_DEBUG_KMEMLEAK) ? "" : "; this kernel has no kmemleak");
}

static void tell_drain(struct seq_file *m, const struct step *step)
{
	seq_printf(m, INDENT "magazines gave up areas=%lu bytes=%lu: entries=%lu cleared, frames=%lu returned\n",
		   step->drain.areas, step->drain.bytes, step->drain.entries,
		   step->drain.frames);
}

static void tell_weigh(struct seq_file *m, const struct step *step)
{
	seq_printf(m, INDENT "a purge could %s %lu bytes (3.10: purges once, in any case)\n",
		   step->weigh.could_help ? "make a hole of" : "make no hole of",
		   step->weigh.size);
}

static void tell_count(struct seq_file *m, const struct step *step)
{
	seq_printf(m, INDENT "asked for: %lu areas of %lu bytes, and the slice has %lu bytes\n",
		   step->count.count, step->count.size, step->count.slice);
}

static void tell_memory(struct seq_file *m, const struct step *step)
{
	seq_printf(m, INDENT "pages asked for: %lu, available: %lu, of which %lu must stay (3.10: tries, and wakes the OOM killer)\n",
		   step->memory.pages, step->memory.available,
		   step->memory.reserve);
}

static void tell_unlink(struct seq_file *m, const struct step *step)
{
	const struct list_place *place = &step->unlink.place;

	if (step->rest) {
		seq_printf(m, INDENT "%u more areas\n", step->events);
		return;
	}
	seq_printf(m, INDENT "id=%lu ", step->unlink.id);
	vmx_show_range(m, step->unlink.addr, step->unlink.addr + step->unlink.size);
	seq_printf(m, "\n" INDENT "flags 0x%lx -> 0x%lx: VMX_FREED is set%s\n",
		   step->unlink.flags & ~(unsigned long)VMX_FREED, step->unlink.flags,
		   step->unlink.flags & VMX_CACHEABLE ? "" :
		   "; without VMX_CACHEABLE, no magazine may keep it");
	seq_puts(m, INDENT "list: ");
	tell_link_of(m, place->before_id);
	tell_area(m, step->unlink.area, step->unlink.id);
	seq_puts(m, " -> ");
	tell_area(m, place->next, place->next_id);
	seq_puts(m, " (3.10: stays in the list and the tree until the purge)\n");
}

static void tell_quarantine(struct seq_file *m, const struct step *step)
{
	if (step->rest) {
		seq_printf(m, INDENT "%u more ranges wait\n", step->events);
	} else {
		seq_puts(m, INDENT);
		vmx_show_range(m, step->quarantine.addr,
			       step->quarantine.addr + step->quarantine.size);
		seq_puts(m, " waits, with its descriptor (3.10: before the frames are returned)\n");
	}
	seq_printf(m, INDENT "quarantined: %lu bytes, lazy_max: %lu: %s\n",
		   step->quarantine.bytes, step->quarantine.max,
		   step->quarantine.bytes > step->quarantine.max ?
		   "a purge is due" : "no purge yet");
}

static void tell_undo(struct seq_file *m, const struct step *step)
{
	if (step->undo.addr) {
		seq_puts(m, INDENT);
		vmx_show_range(m, step->undo.addr, step->undo.addr + step->undo.size);
		seq_puts(m, " is a hole at once: nothing was mapped there\n");
	}
	seq_puts(m, INDENT "the descriptor");
	if (vmx_may_see_addresses(m->file))
		seq_printf(m, " at 0x%px", step->undo.area);
	seq_puts(m, " is given back\n");
}

static const struct step *last_of(const struct vmx_explanation *why, enum kind kind)
{
	const struct step *step = why->step + why->nr;

	while (step-- > why->step) {
		if (step->kind == kind)
			return step;
	}
	return NULL;
}

/* Which step gave up? It is the one behind the last that was done. */
static enum kind gave_up(const struct vmx_explanation *why, int err)
{
	const struct step *hole = last_of(why, S_HOLE);

	if (why->seen[S_COUNT])
		return S_COUNT;
	if (why->seen[S_MEMORY])
		return S_MEMORY;
	if (why->seen[S_LINK]) {
		if (err == -EIO || err == -EBUSY)
			return S_ENTRIES;
		return why->seen[S_PAGE_ARRAY] ? S_BLOCK : S_PAGE_ARRAY;
	}
	if (hole && !hole->hole.addr)
		return S_HOLE;
	return err == -ENOMEM ? S_DESCRIPTOR : S_REQUEST;
}

static void diagnose_holes(struct seq_file *m, const struct vmx_explanation *why,
			   const struct step *hole)
{
	const struct step *back = last_of(why, S_HOLE_BACK);

	seq_printf(m, INDENT "holes: %lu bytes, the largest: %lu; quarantined: %lu\n",
		   hole->hole.total, hole->hole.longest, hole->hole.quarantined);
	if (back)
		seq_printf(m, INDENT "a purge brought: %lu bytes in %lu ranges\n",
			   back->range.bytes, back->range.ranges);
	else
		seq_puts(m, INDENT "a purge brought: nothing, none was made\n");
}

static void diagnose_undone(struct seq_file *m, const struct vmx_explanation *why)
{
	const struct step *undo = last_of(why, S_UNDO);
	unsigned long frames = 0;
	unsigned int i;

	for (i = 0; i < why->nr; i++) {
		if (why->step[i].kind == S_RETURN)
			frames += why->step[i].block.nr;
	}
	seq_puts(m, INDENT "undone: ");
	if (frames)
		seq_printf(m, "%lu frames returned, ", frames);
	if (!undo)
		seq_puts(m, "nothing, as nothing was taken\n");
	else
		seq_printf(m, "%sthe descriptor is given back\n",
			   undo->undo.addr ? "the addresses are a hole, " : "");
}

static void diagnose(struct seq_file *m, const struct vmx_explanation *why,
		     const struct step *step)
{
	const struct step *request = last_of(why, S_REQUEST);
	const struct step *descriptor = last_of(why, S_DESCRIPTOR);
	const struct step *hole = last_of(why, S_HOLE);
	enum kind kind = gave_up(why, step->refused.err);

	if (request)
		seq_printf(m, INDENT "asked for: %lu bytes%s", request->request.size,
			   descriptor ? "" : "\n");
	if (descriptor)
		seq_printf(m, ", %lu with the guard page\n", descriptor->descriptor.size);
	if (kind == S_REQUEST)
		seq_printf(m, INDENT "RAM: %lu pages, the slice: %lu bytes\n",
			   step->refused.ram, vmx_end - vmx_start);
	if (hole && !hole->hole.addr)
		diagnose_holes(m, why, hole);
	seq_puts(m, INDENT "gave up: ");
	tell_names(m, kind);
	seq_putc(m, '\n');
	diagnose_undone(m, why);
}

static void tell_values(struct seq_file *m, const struct vmx_explanation *why,
			const struct step *step)
{
	switch (step->kind) {
	case S_REQUEST:
		return tell_request(m, step);
	case S_DESCRIPTOR:
		return tell_descriptor(m, step);
	case S_HOLE:
		return tell_hole(m, step);
	case S_LINK:
		return tell_link(m, step);
	case S_PAGE_ARRAY:
		return tell_array(m, step);
	case S_BLOCK:
	case S_RETURN:
		return tell_block(m, step);
	case S_TABLE:
		return tell_table(m, step);
	case S_ENTRIES:
		return tell_entries(m, step, "set");
	case S_CLEAR:
		return tell_entries(m, step, "clear");
	case S_COMPLETE:
		return tell_complete(m, step);
	case S_DRAIN:
		return tell_drain(m, step);
	case S_WEIGH:
		return tell_weigh(m, step);
	case S_COUNT:
		return tell_count(m, step);
	case S_MEMORY:
		return tell_memory(m, step);
	case S_REFUSED:
		return diagnose(m, why, step);
	case S_UNLINK:
		return tell_unlink(m, step);
	case S_QUARANTINE:
		return tell_quarantine(m, step);
	case S_UNDO:
		return tell_undo(m, step);
	case S_PURGE:
		seq_printf(m, INDENT "quarantined ranges=%lu bytes=%lu\n",
			   step->range.ranges, step->range.bytes);
		break;
	case S_FLUSH:
		seq_puts(m, INDENT "every CPU drops its translations (3.10: those from the lowest address to the highest)\n");
		break;
	case S_HOLE_BACK:
		seq_printf(m, INDENT "the quarantined addresses are holes again: ranges=%lu bytes=%lu\n",
			   step->range.ranges, step->range.bytes);
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
	const struct step *step;
	unsigned int i;
	u64 ns = 0;

	for (i = 0; i < why->nr; i++) {
		step = &why->step[i];
		seq_printf(m, "%2u. ", i + 1);
		tell_head(m, step);
		seq_printf(m, ", %llu ns\n", step->ns);
		tell_values(m, why, step);
		ns += step->ns;
	}
	seq_printf(m, "in all, %llu ns\n", ns);
}
