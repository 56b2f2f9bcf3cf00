// SPDX-License-Identifier: GPL-2.0
/*
 * walk: the way of an address through the page tables, level by level
 *
 * The address may be any one that the kernel maps by vmalloc's means: see pgtables.c.
 */
#include <linux/fs.h>
#include <linux/mm.h>
#include <linux/module.h>
#include <linux/seq_file.h>

#include "arch/arch.h"
#include "vmx_pgtable.h"
#include "files.h"

static bool is_kernels(unsigned long addr)
{
	struct vmx_kernel_range range[VMX_KERNEL_RANGES];
	unsigned int n = vmx_arch_ranges(range);

	while (n--) {
		if (addr >= range[n].start && addr <= range[n].last)
			return true;
	}
	return false;
}

static int walk_text(struct file *file, struct vmx_text *text)
{
	unsigned long addr;
	int err = vmx_asked_number(text, &addr);

	if (err)
		return err;
	addr = vmx_address(addr);
	if (!is_kernels(addr))
		return vmx_text_wrong(text, "not an address of the vmalloc range, nor of modules");
	vmx_asked_tell(file, addr);
	return 0;
}

static void show_step(struct seq_file *m, const struct vmx_walk *walk,
		      enum vmx_walk_level level)
{
	u64 entry = walk->step[level].entry;
	u64 flags = vmx_arch_entry_flags(entry, level);
	phys_addr_t table = walk->step[level].table;
	unsigned int bit;

	seq_printf(m, "%s  table %pap index %3u entry 0x%016llx",
		   vmx_level_name(level), &table, walk->step[level].index,
		   entry);
	for (bit = 0; bit < BITS_PER_BYTE * sizeof(entry); bit++) {
		if (flags >> bit & 1 && vmx_arch_flag_name(bit, level))
			seq_printf(m, " %s", vmx_arch_flag_name(bit, level));
	}
	if (level != walk->last)
		seq_printf(m, " -> table 0x%llx", vmx_arch_entry_phys(entry, level));
	seq_putc(m, '\n');
}

static int walk_show(struct seq_file *m, void *v)
{
	unsigned long addr = vmx_asked(m, "an address");
	enum vmx_walk_level level;
	struct vmx_walk walk;

	if (!addr)
		return 0;
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
		seq_printf(m, "lost: the %s entry cannot be read\n",
			   vmx_level_name(walk.last));
		break;
	}
	return 0;
}

VMX_DEFINE_ASKED(walk);
