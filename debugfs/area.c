// SPDX-License-Identifier: GPL-2.0
/*
 * area: one area: its descriptor, its frames, and the entries that map them
 *
 * vmx_area_lock is held for at most CHUNK blocks, entries or areas at a time.
 */
#include <linux/fs.h>
#include <linux/mm.h>
#include <linux/module.h>
#include <linux/sched.h>
#include <linux/seq_file.h>

#include "arch/arch.h"
#include "vmx_area.h"
#include "vmx_frames.h"
#include "vmx_pgtable.h"
#include "files.h"

#define CHUNK 64	/* blocks, entries or areas per holding of vmx_area_lock */

/* Return the address of the area with this id, or 0. */
static unsigned long addr_of_id(unsigned long id)
{
	unsigned long at = vmx_start, found = 0;
	struct vmx_area *area;
	int n;

	do {
		spin_lock(&vmx_area_lock);
		area = vmx_area_first_from(at);
		for (n = 0; area && !found && n < CHUNK; n++) {
			if (area->id == id && !vmx_area_is_parked(area))
				found = (unsigned long)area->addr;
			at = (unsigned long)area->addr + area->size;
			area = area->next;
		}
		spin_unlock(&vmx_area_lock);
		cond_resched();
	} while (area && !found);
	return found;
}

static int area_text(struct file *file, struct vmx_text *text)
{
	struct vmx_area *area;
	unsigned long value;
	int err = vmx_asked_number(text, &value);

	if (err)
		return err;
	if (vmx_text_is_hex(text)) {
		spin_lock(&vmx_area_lock);
		area = vmx_area_find(vmx_address(value));
		value = area ? (unsigned long)area->addr : 0;
		spin_unlock(&vmx_area_lock);
	} else {
		value = addr_of_id(value);
	}
	if (!value)
		return vmx_text_refuse(text, -ENOENT, text->word,
				       "no such area");
	vmx_asked_tell(file, value);
	return 0;
}

static void show_flags(struct seq_file *m, const char *name,
		       unsigned long flags)
{
	static const struct {
		unsigned long flag;
		const char *name;
	} names[] = {
		{ VMX_ALLOC, "ALLOC" }, { VMX_MAP, "MAP" },
		{ VMX_USERMAP, "USERMAP" }, { VMX_UNLIST, "UNLIST" },
		{ VMX_NO_GUARD, "NO_GUARD" }, { VMX_PUT_PAGES, "PUT_PAGES" },
		{ VMX_ALLOW_HUGE, "ALLOW_HUGE" },
		{ VMX_ZEROED, "ZEROED" }, { VMX_CACHEABLE, "CACHEABLE" },
		{ VMX_CACHED, "CACHED" },
		{ VMX_ROX, "ROX" }, { VMX_PARKABLE, "PARKABLE" },
	};
	int i;

	seq_printf(m, "%-11s0x%lx", name, flags);
	for (i = 0; i < ARRAY_SIZE(names); i++) {
		if (flags & names[i].flag)
			seq_printf(m, " VMX_%s", names[i].name);
	}
	if (flags & VMX_FIT_MASK)
		seq_printf(m, " fit=%s", vmx_fit_name(VMX_FIT_OF(flags)));
	seq_putc(m, '\n');
}

static void show_descriptor(struct seq_file *m, const struct vmx_area *area)
{
	seq_printf(m, "# vmx area 1 id=%lu descriptor=0x%px requested=%lu\n",
		   area->id, area, READ_ONCE(area->requested));
	seq_printf(m, "next       0x%px", area->next);
	if (area->next)
		seq_printf(m, " (id=%lu at 0x%px)", area->next->id,
			   area->next->addr);
	seq_printf(m, "\naddr       0x%px\n", area->addr);
	seq_printf(m, "size       %lu\n", area->size);
	show_flags(m, "flags", READ_ONCE(area->flags));
	seq_printf(m, "pages      0x%px\n", area->pages);
	seq_printf(m, "nr_pages   %u\n", area->nr_pages);
	seq_printf(m, "phys_addr  %pap\n", &area->phys_addr);
	seq_puts(m, "caller     ");
	vmx_show_caller(m, READ_ONCE(area->caller));
	seq_putc(m, '\n');
	/* The chapter has no such field. It is not 0 only in an area of only leaves. */
	if (area->page_order)
		seq_printf(m, "page_order %u\n", area->page_order);
}

/* Print the block of frames that begins at page @i; return its number of pages. */
static unsigned int show_block(struct seq_file *m, const struct vmx_area *area,
			       unsigned int i)
{
	struct page *page = vmx_area_page(area, i);
	unsigned int order = READ_ONCE(area->flags) & VMX_ALLOC ? vmx_block_order(page) : 0;
	unsigned long start = (unsigned long)area->addr + i * PAGE_SIZE;

	seq_printf(m, "frames     0x%lx-0x%lx pfn=0x%lx order=%u zone=%s node=%d flags=%pGp\n",
		   start, start + (PAGE_SIZE << order), page_to_pfn(page), order,
		   page_zone(page)->name, page_to_nid(page), &page->flags);
	return 1U << order;
}

/*
 * A run of entries with the same flags that map neighbouring frames. It may continue
 * after vmx_area_lock was released and taken again.
 */
struct entries {
	unsigned long addr;
	unsigned int nr;		/* pages; 0: the run is empty */
	struct vmx_walk first;
};

static void show_entries(struct seq_file *m, const struct entries *run)
{
	u64 entry = run->first.step[run->first.last].entry;
	char flags[64];

	if (!run->nr)
		return;
	vmx_arch_dump_flags(flags, sizeof(flags), entry, run->first.last);
	seq_printf(m, "entries    0x%lx-0x%lx %s%s pfn=0x%lx\n", run->addr,
		   run->addr + run->nr * PAGE_SIZE, flags,
		   vmx_level_name(run->first.last), run->first.pfn);
}

/*
 * Add the entry of page @i to the run, or print the run and begin another one. Return
 * the number of pages that the entry maps.
 */
static unsigned int next_entry(struct seq_file *m, struct entries *run,
			       const struct vmx_area *area, unsigned int i)
{
	const struct vmx_walk *first = &run->first;
	unsigned long addr = (unsigned long)area->addr + i * PAGE_SIZE;
	struct vmx_walk walk;
	unsigned int pages;

	vmx_pgtable_describe(addr, &walk);
	pages = walk.last == VMX_PMD && walk.end == VMX_WALK_PAGE ?
		1U << VMX_LEAF_ORDER : 1;
	if (!run->nr || walk.end != first->end || walk.last != first->last ||
	    walk.pfn != first->pfn + run->nr ||
	    vmx_arch_entry_flags(walk.step[walk.last].entry, walk.last) !=
	    vmx_arch_entry_flags(first->step[first->last].entry, first->last)) {
		show_entries(m, run);
		*run = (struct entries){ .addr = addr, .first = walk };
	}
	run->nr += pages;
	return pages;
}

static int area_show(struct seq_file *m, void *v)
{
	unsigned long addr = vmx_asked(m, "an address or an id"), id = 0;
	unsigned int i = 0, frames = 0, n;
	struct entries run = {};
	struct vmx_area *area;
	bool more = true;

	if (!addr)
		return 0;
	while (more && !seq_has_overflowed(m)) {
		vmx_area_read_lock();
		area = vmx_listed_at((void *)addr);
		if (!area || !vmx_area_has_frames(area) || (id && area->id != id)) {
			vmx_area_read_unlock();
			show_entries(m, &run);
			seq_puts(m, "# the area has been freed\n");
			return 0;
		}
		if (!id)
			show_descriptor(m, area);
		id = area->id;
		for (n = 0; n < CHUNK && frames < area->nr_pages; n++)
			frames += show_block(m, area, frames);
		for (; n < CHUNK && i < vmx_area_pages(area); n++)
			i += next_entry(m, &run, area, i);
		more = i < vmx_area_pages(area);
		vmx_area_read_unlock();
		cond_resched();
	}
	show_entries(m, &run);
	return 0;
}

VMX_DEFINE_ASKED(area);
