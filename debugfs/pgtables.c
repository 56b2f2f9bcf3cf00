// SPDX-License-Identifier: GPL-2.0
/*
 * pgtables: the page tables of all that the kernel maps by vmalloc's means
 *
 * That is the vmalloc range and, where these are not in it, the modules and the I/O ports
 * of PCI. The kernel maps other ranges in other ways, and they are left out: the direct
 * mapping, struct page, its own image, fixed and per-CPU mappings.
 *
 * The format is that of the kernel's own dump (CONFIG_PTDUMP_DEBUGFS): one line for each
 * run of entries with the same flags at the same level, so that the two can be
 * compared. Then come the frames and, in the slice, the area.
 *
 * The kernel changes these tables at the same time, and no lock is held. A table is
 * copied with reads that may not fault, and the copy is printed. So a table that is
 * freed meanwhile is printed as it was, or not at all.
 *
 * The ranges follow one another in the file. Position 0 of a range is its header,
 * position n + 1 is page n of it.
 */
#include <linux/fs.h>
#include <linux/mm.h>
#include <linux/module.h>
#include <linux/seq_file.h>

#include "arch/arch.h"
#include "vmx_area.h"
#include "vmx_pgtable.h"
#include "files.h"

#define FRAME_RUNS 8	/* a line shows at most this many runs of frames */

struct dump {
	struct vmx_ptes ptes;
	struct vmx_kernel_range range;	/* that of the current run */
	loff_t base;			/* the position of its header */
	/* the current run: entries of one level with the same flags */
	unsigned long start, last;	/* last is inclusive: start + size may overflow */
	enum vmx_walk_level level;
	u64 flags;
	unsigned int runs;
	struct {
		unsigned long pfn, nr;
	} frames[FRAME_RUNS];
};

static void add_frames(struct dump *dump, unsigned long pfn, unsigned long nr)
{
	unsigned int last = dump->runs - 1;

	if (dump->runs && dump->runs <= FRAME_RUNS &&
	    dump->frames[last].pfn + dump->frames[last].nr == pfn) {
		dump->frames[last].nr += nr;
		return;
	}
	if (dump->runs < FRAME_RUNS) {
		dump->frames[dump->runs].pfn = pfn;
		dump->frames[dump->runs].nr = nr;
	}
	dump->runs++;
}

/* Find the run of entries that begins at @addr. */
static void find_run(struct dump *dump, unsigned long addr)
{
	enum vmx_walk_level level;
	unsigned long last;
	u64 entry, flags;

	dump->start = addr;
	dump->runs = 0;
	for (;; addr = last + 1) {
		entry = vmx_pgtable_entry(&dump->ptes, addr, &level);
		flags = vmx_arch_entry_flags(entry, level);
		if (addr == dump->start) {
			dump->level = level;
			dump->flags = flags;
		} else if (level != dump->level || flags != dump->flags) {
			return;
		}
		last = min(addr | (vmx_level_size(level) - 1), dump->range.last);
		if (vmx_arch_entry_present(entry))
			add_frames(dump, (vmx_arch_entry_phys(entry, level) >>
					  PAGE_SHIFT) +
				   ((addr & (vmx_level_size(level) - 1)) >>
				    PAGE_SHIFT), (last - addr + 1) >> PAGE_SHIFT);
		dump->last = last;
		if (last == dump->range.last)
			return;
		cond_resched();
	}
}

/* The header of a range is a run without an end. */
static void *dump_start(struct seq_file *m, loff_t *pos)
{
	struct vmx_kernel_range range[VMX_KERNEL_RANGES];
	unsigned int i, n = vmx_arch_ranges(range);
	struct dump *dump = m->private;
	loff_t pages;

	dump->base = 0;
	for (i = 0; i < n; i++, dump->base += pages + 1) {
		pages = (range[i].last - range[i].start) / PAGE_SIZE + 1;
		if (*pos > dump->base + pages)
			continue;
		dump->range = range[i];
		dump->last = 0;
		if (*pos > dump->base)
			find_run(dump, range[i].start + (*pos - dump->base - 1) * PAGE_SIZE);
		return dump;
	}
	return NULL;
}

static void *dump_next(struct seq_file *m, void *v, loff_t *pos)
{
	struct dump *dump = v;

	*pos = !dump->last ? *pos + 1 :
	       dump->base + (dump->last - dump->range.start) / PAGE_SIZE + 2;
	return dump_start(m, pos);
}

static void dump_stop(struct seq_file *m, void *v)
{
}

static void show_frames(struct seq_file *m, const struct dump *dump)
{
	unsigned int i;

	for (i = 0; i < min_t(unsigned int, dump->runs, FRAME_RUNS); i++)
		seq_printf(m, "%s0x%lx-0x%lx", i ? "," : " frames=",
			   dump->frames[i].pfn,
			   dump->frames[i].pfn + dump->frames[i].nr);
	if (dump->runs > FRAME_RUNS)
		seq_printf(m, ",... (%u runs)", dump->runs);
}

static void show_owner(struct seq_file *m, const struct dump *dump)
{
	struct vmx_area *area;

	if (!dump->runs || !is_vmx_addr((void *)dump->start))
		return;
	spin_lock(&vmx_area_lock);
	area = vmx_area_find(dump->start);
	if (area)
		seq_printf(m, " id=%lu", area->id);
	spin_unlock(&vmx_area_lock);
}

static int dump_show(struct seq_file *m, void *v)
{
	const int digits = BITS_PER_LONG / 4;
	struct dump *dump = v;
	const char *unit = "BKMGTPE";
	unsigned long size;
	char flags[64];

	if (!dump->last) {
		seq_printf(m, "---[ %s ]---\n", dump->range.marker);
		return 0;
	}
	size = dump->last - dump->start + 1;
	for (; !(size & 1023) && unit[1]; unit++)
		size >>= 10;
	vmx_arch_dump_flags(flags, sizeof(flags), dump->flags, dump->level);
	seq_printf(m, "0x%0*lx-0x%0*lx   %9lu%c %s%s", digits, dump->start,
		   digits, dump->last + 1, size, *unit, flags,
		   vmx_level_name(dump->level));
	show_frames(m, dump);
	show_owner(m, dump);
	seq_putc(m, '\n');
	return 0;
}

static const struct seq_operations dump_sops = {
	.start = dump_start,
	.next = dump_next,
	.stop = dump_stop,
	.show = dump_show,
};

static int dump_open(struct inode *inode, struct file *file)
{
	if (!vmx_may_see_addresses(file))
		return -EPERM;
	return seq_open_private(file, &dump_sops, sizeof(struct dump));
}

const struct file_operations vmx_pgtables_fops = {
	.owner = THIS_MODULE,
	.open = dump_open,
	.read = seq_read,
	.llseek = seq_lseek,
	.release = seq_release_private,
};
