// SPDX-License-Identifier: GPL-2.0
/*
 * Files to look with: gaps, map, area and walk
 *
 * "area" and "walk" are told what to show by a write; a read shows it.  What a
 * file was told counts for that open file, and for files that were told
 * nothing: "echo 3 > area; cat area" works.
 *
 * Locking: vmx_area_lock, let go of for each character of "map" and each CHUNK
 * pages of "area".  vmx_last_lock protects what was told last.
 * Units: bytes, but for counts of pages.
 */
#include <linux/ctype.h>
#include <linux/fs.h>
#include <linux/math64.h>
#include <linux/mm.h>
#include <linux/module.h>
#include <linux/seq_file.h>
#include <linux/slab.h>

#include "vmx_files.h"
#include "vmx_internal.h"

#define CHUNK 256	/* pages of an area that are looked at under one lock */
#define MAP_LINES 32

/* --- gaps --- */

struct gaps {
	unsigned long count, total, largest;
	struct vmx_range hole;
	bool done;
};

static void *gaps_find(struct seq_file *m, loff_t pos)
{
	struct gaps *gaps = m->private;
	bool found;

	spin_lock(&vmx_area_lock);
	found = vmx_start + pos - 1 < vmx_end &&
		vmx_hole_from(vmx_start + pos - 1, &gaps->hole);
	spin_unlock(&vmx_area_lock);
	gaps->done = !found;
	return gaps;
}

/* 0 is the header; then the offset that was come to, and one; then the sums. */
static void *gaps_start(struct seq_file *m, loff_t *pos)
{
	struct gaps *gaps = m->private;

	if (!*pos) {
		*gaps = (struct gaps){};
		return SEQ_START_TOKEN;
	}
	return *pos > (loff_t)(vmx_end - vmx_start) + 1 ?
	       NULL : gaps_find(m, *pos);
}

static void *gaps_next(struct seq_file *m, void *v, loff_t *pos)
{
	struct gaps *gaps = m->private;
	unsigned long size = gaps->hole.end - gaps->hole.start;

	if (v == SEQ_START_TOKEN) {
		*pos = 1;
		return gaps_find(m, *pos);
	}
	if (gaps->done) {
		*pos = (loff_t)(vmx_end - vmx_start) + 2;
		return NULL;
	}
	gaps->count++;
	gaps->total += size;
	gaps->largest = max(gaps->largest, size);
	*pos = gaps->hole.end - vmx_start + 1;
	return gaps_find(m, *pos);
}

static void gaps_stop(struct seq_file *m, void *v)
{
}

static int gaps_show(struct seq_file *m, void *v)
{
	struct gaps *gaps = m->private;
	struct vmx_area_stats stats;
	u64 scattered;

	if (v == SEQ_START_TOKEN) {
		seq_puts(m, "# vmx gaps 1 slice=");
		vmx_show_range(m, vmx_start, vmx_end);
		seq_putc(m, '\n');
		return 0;
	}
	if (!gaps->done) {
		vmx_show_range(m, gaps->hole.start, gaps->hole.end);
		seq_printf(m, " %7lu\n", gaps->hole.end - gaps->hole.start);
		return 0;
	}
	vmx_areas_stats(&stats);
	scattered = div64_u64((u64)(gaps->total - gaps->largest) * 1000,
			      max(gaps->total, 1UL));
	seq_printf(m, "# count=%lu total=%lu largest=%lu fragmentation=0.%03llu quarantined=%lu guard=%lu\n",
		   gaps->count, gaps->total, gaps->largest, scattered,
		   stats.quarantined_bytes, stats.guard_bytes);
	return 0;
}

static const struct seq_operations gaps_sops = {
	.start = gaps_start,
	.next = gaps_next,
	.stop = gaps_stop,
	.show = gaps_show,
};

static int gaps_open(struct inode *inode, struct file *file)
{
	return seq_open_private(file, &gaps_sops, sizeof(struct gaps));
}

const struct file_operations vmx_gaps_fops = {
	.owner = THIS_MODULE,
	.open = gaps_open,
	.read = seq_read,
	.llseek = seq_lseek,
	.release = seq_release_private,
};

/* --- map --- */

static unsigned int map_width = 64;
module_param(map_width, uint, 0644);
MODULE_PARM_DESC(map_width, "characters in a line of the file map (default 64)");

enum { M_HOLE, M_AREA, M_LEAF, M_GUARD, M_CACHED, M_QUARANTINE, M_KINDS };
static const char marks[M_KINDS] = ".#HgcQ";

/* Bytes of each kind in [from, to); the slice may change between two calls. */
static void weigh(unsigned long from, unsigned long to,
		  unsigned long bytes[M_KINDS])
{
	unsigned long end;

	for (; from < to; from = end) {
		struct vmx_range range;
		unsigned long guard;
		int kind = M_HOLE;

		vmx_range_at(from, &range);
		end = min(range.end, to);
		if (range.kind == VMX_RANGE_QUARANTINE) {
			kind = M_QUARANTINE;
		} else if (range.kind == VMX_RANGE_AREA) {
			guard = (unsigned long)range.area->addr +
				vmx_area_pages(range.area) * PAGE_SIZE;
			kind = range.area->flags & VMX_CACHED ? M_CACHED :
			       range.area->leaves ? M_LEAF : M_AREA;
			if (from >= guard)
				kind = M_GUARD;
			else
				end = min(end, guard);
		}
		bytes[kind] += end - from;
	}
}

static char mark_of(unsigned long from, unsigned long to)
{
	unsigned long bytes[M_KINDS] = {};
	int kind, most = M_HOLE;

	weigh(from, to, bytes);
	for (kind = 0; kind < M_KINDS; kind++) {
		if (bytes[kind] > bytes[most])
			most = kind;
	}
	if (most == M_HOLE && bytes[M_HOLE] < to - from)
		return ',';
	return marks[most];
}

/** vmx_map_show() - the slice as text, a character for so many pages */
int vmx_map_show(struct seq_file *m, void *v)
{
	unsigned long width = clamp(READ_ONCE(map_width), 16U, 256U);
	unsigned long cell, at;
	unsigned int column;

	cell = roundup_pow_of_two(DIV_ROUND_UP(vmx_end - vmx_start,
					       width * MAP_LINES));
	cell = max(cell, PAGE_SIZE);
	seq_printf(m, "# vmx map 1: a character is %lu KiB (%lu pages), a line %lu KiB\n",
		   cell >> 10, cell >> PAGE_SHIFT, cell * width >> 10);
	seq_puts(m, "# by what most of it is: . hole  , hole with something in it  # area  H area with 2 MiB leaves\n"
		    "#                        g guard  c cached  Q quarantined\n");
	for (at = vmx_start; at < vmx_end;) {
		vmx_show_address(m, at);
		seq_putc(m, ' ');
		for (column = 0; column < width && at < vmx_end; column++) {
			unsigned long next = min(at + cell, vmx_end);

			spin_lock(&vmx_area_lock);
			seq_putc(m, mark_of(at, next));
			spin_unlock(&vmx_area_lock);
			at = next;
		}
		seq_putc(m, '\n');
		cond_resched();
	}
	return 0;
}

/* --- area and walk: a write says what to show --- */

enum told { TOLD_AREA, TOLD_WALK, TOLD_KINDS };
static unsigned long vmx_last[TOLD_KINDS];
static DEFINE_SPINLOCK(vmx_last_lock);

/* Of an open file; 0: nothing was written to it. */
struct asked {
	enum told kind;
	unsigned long addr;
};

static void tell(struct file *file, unsigned long addr)
{
	struct asked *asked = ((struct seq_file *)file->private_data)->private;

	spin_lock(&vmx_last_lock);
	vmx_last[asked->kind] = addr;
	asked->addr = addr;
	spin_unlock(&vmx_last_lock);
}

static unsigned long what_to_show(struct seq_file *m)
{
	struct asked *asked = m->private;
	unsigned long addr;

	spin_lock(&vmx_last_lock);
	addr = asked->addr ?: vmx_last[asked->kind];
	spin_unlock(&vmx_last_lock);
	return addr;
}

static int one_address(struct vmx_text *text, unsigned long *addr)
{
	int err;

	vmx_text_word(text);
	err = vmx_text_number(text, text->word, addr);
	if (!err && *skip_spaces(text->next)) {
		vmx_text_word(text);
		err = vmx_text_wrong(text, "one at a time");
	}
	return err;
}

/* Entries and frames tell where things are: not for everybody. */
static int open_asking(struct file *file, enum told kind,
		       int (*show)(struct seq_file *m, void *v))
{
	struct asked *asked;
	int err;

	if (!vmx_may_see_addresses(file))
		return -EPERM;
	asked = kzalloc(sizeof(*asked), GFP_KERNEL);
	if (!asked)
		return -ENOMEM;
	asked->kind = kind;
	err = single_open(file, show, asked);
	if (err)
		kfree(asked);
	else
		file->f_mode |= FMODE_PWRITE;
	return err;
}

static int release_asking(struct inode *inode, struct file *file)
{
	kfree(((struct seq_file *)file->private_data)->private);
	return single_release(inode, file);
}

/* The area of an id, found without holding the lock for long; 0: none. */
static unsigned long addr_of_id(unsigned long id)
{
	unsigned long at = vmx_start, found = 0;
	struct vmx_area *area;
	int n;

	do {
		spin_lock(&vmx_area_lock);
		area = vmx_area_first_from(at);
		for (n = 0; area && !found && n < CHUNK; n++) {
			if (area->id == id)
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
	int err = one_address(text, &value);

	if (err)
		return err;
	if (text->len > 1 && tolower(text->word[1]) == 'x') {
		if (value < vmx_end - vmx_start)
			value += vmx_start;
		spin_lock(&vmx_area_lock);
		area = vmx_area_find(value);
		value = area ? (unsigned long)area->addr : 0;
		spin_unlock(&vmx_area_lock);
	} else {
		value = addr_of_id(value);
	}
	if (!value)
		return vmx_text_refuse(text, -ENOENT, text->word,
				       "no such area");
	tell(file, value);
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
		{ VMX_CACHED, "CACHED" }, { VMX_SPLIT, "SPLIT" },
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
		   area->id, area, area->requested);
	seq_printf(m, "next       0x%px", area->next);
	if (area->next)
		seq_printf(m, " (id=%lu at 0x%px)", area->next->id,
			   area->next->addr);
	seq_printf(m, "\naddr       0x%px\n", area->addr);
	seq_printf(m, "size       %lu\n", area->size);
	show_flags(m, "flags", area->flags);
	seq_printf(m, "pages      0x%px\n", area->pages);
	seq_printf(m, "nr_pages   %u\n", area->nr_pages);
	seq_printf(m, "phys_addr  %pap\n", &area->phys_addr);
	seq_printf(m, "caller     %pS\n", area->caller);
}

/* The block of frames that begins at page @i; returns its pages. */
static unsigned int show_block(struct seq_file *m, const struct vmx_area *area,
			       unsigned int i)
{
	struct page *page = area->pages[i];
	unsigned int order = area->flags & VMX_ALLOC ? vmx_pages_order(page) : 0;
	unsigned long start = (unsigned long)area->addr + i * PAGE_SIZE;

	seq_printf(m, "frames     0x%lx-0x%lx pfn=0x%lx order=%u zone=%s node=%d flags=%pGp\n",
		   start, start + (PAGE_SIZE << order), page_to_pfn(page), order,
		   page_zone(page)->name, page_to_nid(page), &page->flags);
	return 1U << order;
}

/* The run of like entries over neighbouring frames from page @i on. */
static unsigned int show_entries(struct seq_file *m,
				 const struct vmx_area *area, unsigned int i)
{
	unsigned long addr = (unsigned long)area->addr + i * PAGE_SIZE;
	unsigned int nr = min(vmx_area_pages(area) - i, (unsigned int)CHUNK);
	unsigned int n = 1;
	struct vmx_walk first, walk;
	char flags[64];

	vmx_pgtable_describe(addr, &first);
	if (first.last == VMX_PMD && first.end == VMX_WALK_PAGE)
		n = PMD_SIZE >> PAGE_SHIFT;
	for (; n < nr; n++) {
		vmx_pgtable_describe(addr + n * PAGE_SIZE, &walk);
		if (walk.end != first.end || walk.last != first.last ||
		    walk.pfn != first.pfn + n ||
		    vmx_arch_entry_flags(walk.step[walk.last].entry) !=
		    vmx_arch_entry_flags(first.step[first.last].entry))
			break;
	}
	vmx_arch_dump_flags(flags, sizeof(flags), first.step[first.last].entry,
			    first.last);
	seq_printf(m, "entries    0x%lx-0x%lx %s%s pfn=0x%lx\n", addr,
		   addr + n * PAGE_SIZE, flags, vmx_level_name(first.last),
		   first.pfn);
	return n;
}

static int area_show(struct seq_file *m, void *v)
{
	unsigned long addr = what_to_show(m), id = 0;
	unsigned int i = 0, frames = 0, n, run;
	struct vmx_area *area;
	bool more = true;

	if (!addr) {
		seq_puts(m, "# write an address or an id first\n");
		return 0;
	}
	while (more && !seq_has_overflowed(m)) {
		spin_lock(&vmx_area_lock);
		area = vmx_area_at((void *)addr);
		if (!area || !vmx_area_complete(area) || (id && area->id != id)) {
			spin_unlock(&vmx_area_lock);
			seq_puts(m, "# the area has been freed\n");
			return 0;
		}
		if (!id)
			show_descriptor(m, area);
		id = area->id;
		for (n = 0; n < CHUNK && frames < area->nr_pages; n++)
			frames += show_block(m, area, frames);
		for (; n < CHUNK && i < vmx_area_pages(area); i += run) {
			run = show_entries(m, area, i);
			n += run;
		}
		more = i < vmx_area_pages(area);
		spin_unlock(&vmx_area_lock);
		cond_resched();
	}
	return 0;
}

VMX_DEFINE_WRITE(area);

static int area_open(struct inode *inode, struct file *file)
{
	return open_asking(file, TOLD_AREA, area_show);
}

const struct file_operations vmx_area_fops = {
	.owner = THIS_MODULE,
	.open = area_open,
	.read = vmx_read_rewinding,
	.write = area_write,
	.llseek = seq_lseek,
	.release = release_asking,
};

static int walk_text(struct file *file, struct vmx_text *text)
{
	unsigned long addr;
	int err = one_address(text, &addr);

	if (err)
		return err;
	if (addr < vmx_end - vmx_start)
		addr += vmx_start;
	if (addr < VMALLOC_START || addr >= VMALLOC_END)
		return vmx_text_wrong(text, "not an address of the vmalloc range");
	tell(file, addr);
	return 0;
}

static void show_step(struct seq_file *m, const struct vmx_walk *walk,
		      enum vmx_walk_level level)
{
	u64 entry = walk->step[level].entry;
	phys_addr_t table = walk->step[level].table;
	unsigned int bit;

	seq_printf(m, "%s  table %pap index %3u entry 0x%016llx",
		   vmx_level_name(level), &table, walk->step[level].index,
		   entry);
	for (bit = 0; bit < BITS_PER_BYTE * sizeof(entry); bit++) {
		if (entry >> bit & 1 && vmx_arch_flag_name(bit))
			seq_printf(m, " %s", vmx_arch_flag_name(bit));
	}
	if (level != walk->last)
		seq_printf(m, " -> table 0x%llx", vmx_arch_entry_phys(entry));
	seq_putc(m, '\n');
}

static int walk_show(struct seq_file *m, void *v)
{
	unsigned long addr = what_to_show(m);
	enum vmx_walk_level level;
	struct vmx_walk walk;

	if (!addr) {
		seq_puts(m, "# write an address first\n");
		return 0;
	}
	vmx_pgtable_describe(addr, &walk);
	seq_printf(m, "# vmx walk 1 address=0x%lx%s\n", addr,
		   is_vmx_addr((void *)addr) ? " (in the slice)" : "");
	for (level = VMX_PGD; level < VMX_LEVELS; level++) {
		if (walk.step[level].used)
			show_step(m, &walk, level);
	}
	switch (walk.end) {
	case VMX_WALK_PAGE:
		seq_printf(m, "mapped: frame 0x%lx, by a leaf of %lu KiB\n",
			   walk.pfn, vmx_level_size(walk.last) >> 10);
		break;
	case VMX_WALK_NONE:
		seq_printf(m, "not mapped: the %s entry is %s\n",
			   vmx_level_name(walk.last),
			   walk.step[walk.last].entry ? "not present" : "empty");
		break;
	case VMX_WALK_BAD:
		seq_printf(m, "lost: the %s entry can't be read\n",
			   vmx_level_name(walk.last));
		break;
	}
	return 0;
}

VMX_DEFINE_WRITE(walk);

static int walk_open(struct inode *inode, struct file *file)
{
	return open_asking(file, TOLD_WALK, walk_show);
}

const struct file_operations vmx_walk_fops = {
	.owner = THIS_MODULE,
	.open = walk_open,
	.read = vmx_read_rewinding,
	.write = walk_write,
	.llseek = seq_lseek,
	.release = release_asking,
};
