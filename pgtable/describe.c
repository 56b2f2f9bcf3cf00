// SPDX-License-Identifier: GPL-2.0
/*
 * Reading the page tables: what an address reaches, and by which entries
 *
 * These functions change no entry and take no lock. They accept any kernel address.
 * The kernel may change and free tables outside the slice while they are read. A frame
 * that was a table may then hold anything. Three things together make sure that what
 * was found in a table was found while it was one:
 *
 * - Each read uses copy_from_kernel_nofault().
 * - Interrupts are off from the first entry to the last. Before the kernel frees a table
 *   of the vmalloc range, it clears the entry above and flushes all CPUs. On x86 such a
 *   flush is an inter-processor call, which waits for this CPU. So a table that was found
 *   is not freed before the walk ends.
 * - ARM flushes without such a call, and a hypervisor may. So each walk is made again
 *   afterwards, and what was read is dropped if an entry above has changed.
 *
 * Units: bytes.
 */
#include <linux/irqflags.h>
#include <linux/mm.h>
#include <linux/pgtable.h>
#include <linux/string.h>
#include <linux/uaccess.h>

#include "arch/arch.h"
#include "vmx_pgtable.h"
#include "root.h"

/* What one entry of the top table covers, and the table's bytes. */
#define TOP_SIZE (PGDIR_SIZE / VMX_PGD_PARTS)
#define TOP_TABLE (PTRS_PER_PGD * sizeof(pgd_t))

/* Read the entry at @from, which may point to anything. Return false if that fails. */
static bool read_entry(struct vmx_walk *walk, enum vmx_walk_level level,
		       const void *from, void *entry, size_t size)
{
	unsigned long table = (unsigned long)from & -(level == VMX_PGD ? TOP_TABLE : PAGE_SIZE);

	walk->last = level;
	if (!virt_addr_valid(from) ||
	    copy_from_kernel_nofault(entry, from, size)) {
		walk->end = VMX_WALK_BAD;
		return false;
	}
	walk->step[level].used = true;
	walk->step[level].table = __pa(table);
	walk->step[level].index = ((unsigned long)from - table) / size;
	memcpy(&walk->step[level].entry, entry, size);
	return true;
}

/* Note why the walk ended, and the frame that it found. */
static void walk_ends(struct vmx_walk *walk, enum vmx_walk_end end,
		      unsigned long pfn)
{
	walk->end = end;
	walk->pfn = pfn;
}

/* Return the frame that @addr reaches through a leaf which begins with the frame @pfn. */
static unsigned long frame_in_leaf(const struct vmx_walk *walk, unsigned long pfn,
				   unsigned long addr)
{
	return pfn + ((addr & (vmx_level_size(walk->last) - 1)) >> PAGE_SHIFT);
}

/*
 * A level that is folded is the copy of the entry above, and then the lower name for it is
 * dropped; or it is the same table as that above, as on arm64 since 6.12, and then the
 * upper name is dropped.
 */
static void drop_if_folded(struct vmx_walk *walk, enum vmx_walk_level upper,
			   const void *upper_entry, const void *lower_entry)
{
	if (((unsigned long)upper_entry & PAGE_MASK) == ((unsigned long)lower_entry & PAGE_MASK))
		walk->step[upper].used = false;
}

/* Follow @addr from the root. Interrupts are off. */
static void walk_down(unsigned long addr, struct vmx_walk *walk)
{
	pgd_t pgd, *pgdp = pgd_offset_pgd(vmx_root.table, addr);
	size_t size = sizeof(pgd) / VMX_PGD_PARTS;
	p4d_t p4d, *p4dp;
	pud_t pud, *pudp;
	pmd_t pmd, *pmdp;
	pte_t pte, *ptep;

	/* For a level that is folded away, pXd_offset_lockless() returns &pXd. */
	*walk = (struct vmx_walk){};
	/* Of several entries in a pgd_t, read that of @addr. */
	memset(&pgd, 0, sizeof(pgd));
	if (!read_entry(walk, VMX_PGD, (void *)pgdp + (addr & ~PGDIR_MASK) / TOP_SIZE * size,
			&pgd, size))
		return;
	if (pgd_none(pgd))
		return walk_ends(walk, VMX_WALK_NONE, 0);

	p4dp = p4d_offset_lockless(pgdp, pgd, addr);
	if ((void *)p4dp == &pgd)
		memcpy(&p4d, &pgd, sizeof(p4d));
	else if (!read_entry(walk, VMX_P4D, p4dp, &p4d, sizeof(p4d)))
		return;
	drop_if_folded(walk, VMX_PGD, pgdp, p4dp);
	if (p4d_none(p4d))
		return walk_ends(walk, VMX_WALK_NONE, 0);

	pudp = pud_offset_lockless(p4dp, p4d, addr);
	if ((void *)pudp == &p4d)
		memcpy(&pud, &p4d, sizeof(pud));
	else if (!read_entry(walk, VMX_PUD, pudp, &pud, sizeof(pud)))
		return;
	drop_if_folded(walk, VMX_P4D, p4dp, pudp);
	if (pud_none(pud))
		return walk_ends(walk, VMX_WALK_NONE, 0);
	if (pud_leaf(pud))
		return walk_ends(walk, VMX_WALK_PAGE, frame_in_leaf(walk, pud_pfn(pud), addr));

	pmdp = pmd_offset_lockless(pudp, pud, addr);
	if ((void *)pmdp == &pud)
		memcpy(&pmd, &pud, sizeof(pmd));
	else if (!read_entry(walk, VMX_PMD, pmdp, &pmd, sizeof(pmd)))
		return;
	if (pmd_none(pmd))
		return walk_ends(walk, VMX_WALK_NONE, 0);
	if (pmd_leaf(pmd))
		return walk_ends(walk, VMX_WALK_PAGE, frame_in_leaf(walk, pmd_pfn(pmd), addr));

	ptep = pte_offset_kernel(&pmd, addr);
	if (!read_entry(walk, VMX_PTE, ptep, &pte, sizeof(pte)))
		return;
	if (!pte_present(pte))
		return walk_ends(walk, VMX_WALK_NONE, 0);
	walk_ends(walk, VMX_WALK_PAGE, pte_pfn(pte));
}

/* Did two walks end at the same entry of the same table? */
static bool same_way(const struct vmx_walk *a, const struct vmx_walk *b)
{
	enum vmx_walk_level level;

	if (a->last != b->last || a->step[a->last].used != b->step[b->last].used)
		return false;
	for (level = VMX_PGD; level < a->last; level++) {
		if (a->step[level].entry != b->step[level].entry)
			return false;
	}
	return true;
}

/*
 * Is the way to where the walk ended still there? Then all that was read so far was in
 * tables. Interrupts are off.
 */
static bool is_still_there(unsigned long addr, const struct vmx_walk *walk)
{
	struct vmx_walk again;

	/*
	 * What was read is older than what is read now. Pairs with the kernel's flush, which
	 * comes after the entry was cleared, and before the table is used for something else.
	 */
	smp_rmb();
	walk_down(addr, &again);
	return same_way(walk, &again);
}

/**
 * vmx_pgtable_describe() - follow an address through the page tables
 * @addr: any kernel address
 * @walk: gets what was found; its end is VMX_WALK_BAD if the tables changed during each of
 *	three walks
 *
 * Each entry is read once, so a table that changes meanwhile gives the old or the new
 * answer, but never a fault.
 *
 * Context: any.
 */
void vmx_pgtable_describe(unsigned long addr, struct vmx_walk *walk)
{
	unsigned long flags;
	bool same;
	int tries;

	for (tries = 3; tries; tries--) {
		local_irq_save(flags);
		walk_down(addr, walk);
		same = is_still_there(addr, walk);
		local_irq_restore(flags);
		if (same)
			return;
	}
	walk->end = VMX_WALK_BAD;
}

/*
 * Walk to @addr, and copy the PTE table if the walk ends in one. Return false if the way
 * there changed meanwhile: then the copy may be of a table that the kernel has freed.
 */
static bool read_table(unsigned long addr, struct vmx_walk *walk, struct vmx_ptes *ptes)
{
	unsigned long flags;
	bool same;

	local_irq_save(flags);
	walk_down(addr, walk);
	ptes->base = addr & PMD_MASK;
	ptes->valid = walk->last == VMX_PTE && walk->step[VMX_PTE].used &&
		      !copy_from_kernel_nofault(ptes->pte,
						__va(walk->step[VMX_PTE].table),
						sizeof(ptes->pte));
	same = is_still_there(addr, walk);
	local_irq_restore(flags);
	return same;
}

/**
 * vmx_pgtable_entry() - return the entry at which the walk to an address ends
 * @ptes: keeps a copy of a PTE table, for callers that read one entry after the other
 * @addr: any kernel address
 * @level: gets the entry's level
 *
 * Context: any.
 * Return: the entry; 0 if it is empty, or if the tables changed during each of three
 * tries to read it.
 */
u64 vmx_pgtable_entry(struct vmx_ptes *ptes, unsigned long addr,
		      enum vmx_walk_level *level)
{
	struct vmx_walk walk;
	int tries = 3;

	if (!ptes->valid || ptes->base != (addr & PMD_MASK)) {
		while (!read_table(addr, &walk, ptes)) {
			ptes->valid = false;
			*level = walk.last;
			if (!--tries)
				return 0;
		}
		*level = walk.last;
		if (!ptes->valid)
			return walk.last == VMX_PTE ? 0 : walk.step[walk.last].entry;
	}
	*level = VMX_PTE;
	return pte_val(ptes->pte[pte_index(addr)]);
}

/**
 * vmx_level_name() - return the name of a level
 * @level: the level
 *
 * Context: any.
 * Return: the name in the kernel's sources: "pgd", "p4d", "pud", "pmd" or "pte".
 */
const char *vmx_level_name(enum vmx_walk_level level)
{
	static const char * const names[] = { "pgd", "p4d", "pud", "pmd", "pte" };

	return names[level];
}

/**
 * vmx_level_size() - return how many bytes one entry of a level covers
 * @level: the level
 *
 * Context: any.
 * Return: the size in bytes.
 */
unsigned long vmx_level_size(enum vmx_walk_level level)
{
	switch (level) {
	case VMX_PGD:
		return TOP_SIZE;
	case VMX_P4D:
		return P4D_SIZE;
	case VMX_PUD:
		return PUD_SIZE;
	case VMX_PMD:
		return PMD_SIZE;
	default:
		return PAGE_SIZE;
	}
}
