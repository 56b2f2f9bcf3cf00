/* SPDX-License-Identifier: GPL-2.0 */
/*
 * Page tables of x86-64 (4- and 5-level) and i386
 */
#ifndef _VMX_ARCH_X86_H
#define _VMX_ARCH_X86_H

#include <linux/mm.h>
#include <asm/cpufeature.h>
#include <asm/invpcid.h>
#include <asm/pgtable.h>
#include <asm/special_insns.h>
#include <asm/tlbflush.h>

#include "vmx_compat.h"

/*
 * The table in CR3 belongs to the process that runs now.  Its entries for the
 * vmalloc range lead to the same lower tables as every other process's, but
 * the top table itself lives only as long as that process's mm.
 */
static inline pgd_t *vmx_arch_kernel_root(void)
{
	return __va(read_cr3_pa());
}

#if VMX_HAVE_FLUSH_TLB_ALL
static inline void vmx_arch_flush_local(void *unused)
{
	__flush_tlb_all();
}
#else
/*
 * INVLPG would leave the entries of other PCIDs in place, and under page-table
 * isolation they hold kernel addresses too.  What drops everything, global
 * entries included, is INVPCID type 2 or a change of CR4.PGE.  Runs as an
 * inter-processor call, so interrupts are off and CR4 can't change meanwhile.
 */
static inline void vmx_arch_flush_local(void *unused)
{
	unsigned long cr4;

	if (boot_cpu_has(X86_FEATURE_INVPCID)) {
		invpcid_flush_all();
		return;
	}
	asm volatile("mov %%cr4, %0" : "=r" (cr4));
	asm volatile("mov %0, %%cr4" : : "r" (cr4 ^ X86_CR4_PGE) : "memory");
	asm volatile("mov %0, %%cr4" : : "r" (cr4) : "memory");
}
#endif

/* Frames that a device with 32 address lines reaches. */
#define VMX_GFP_32 (IS_ENABLED(CONFIG_ZONE_DMA32) ? GFP_DMA32 : 0)

/*
 * set_pte() is a call through the paravirt table, three times the price of a
 * store.  Only a Xen PV guest needs it: there, page tables are read-only and
 * the hypervisor does the store.  Asked once for a run of entries.
 */
static __always_inline bool vmx_arch_pte_stores_trap(void)
{
	return cpu_feature_enabled(X86_FEATURE_XENPV);
}

static __always_inline void vmx_arch_set_pte(pte_t *ptep, pte_t pte, bool trap)
{
	if (trap)
		set_pte(ptep, pte);
	else
		native_set_pte(ptep, pte);
}

/* An entry that is not present has its frame inverted (L1TF): not for vmx. */
static inline bool vmx_arch_prot_maps(pgprot_t prot)
{
	return pgprot_val(prot) & _PAGE_PRESENT;
}

/* What mk_pte() checks besides is of no use for a kernel's entry that is present. */
static __always_inline pte_t vmx_arch_mk_pte(struct page *page, pgprot_t prot, bool trap)
{
	if (trap)
		return mk_pte(page, prot);
	return native_make_pte(((pteval_t)page_to_pfn(page) << PAGE_SHIFT) |
			       (pgprot_val(prot) & __supported_pte_mask));
}

/* The same entry, which is present and no hypervisor's, so many frames further on. */
static __always_inline pte_t vmx_arch_move_pte(pte_t pte, long frames)
{
	return native_make_pte(native_pte_val(pte) + ((pteval_t)frames << PAGE_SHIFT));
}

/* Not native_set_pte(0): with PAE, that would drop the upper half first. */
static __always_inline void vmx_arch_clear_pte(pte_t *ptep, bool trap)
{
	if (trap)
		set_pte(ptep, __pte(0));
	else
		native_pte_clear(NULL, 0, ptep);
}

/*
 * On i386 with page-table isolation each process has PMD tables of its own,
 * so a leaf set in one of them would be seen by that process alone.
 */
static inline bool vmx_arch_has_leaves(void)
{
	return IS_ENABLED(CONFIG_X86_64) && boot_cpu_has(X86_FEATURE_PSE) &&
	       !cpu_feature_enabled(X86_FEATURE_XENPV);
}

static inline pgprot_t vmx_arch_leaf_prot(pgprot_t prot)
{
	return pgprot_4k_2_large(prot);
}

static inline pmd_t vmx_arch_leaf(struct page *page, pgprot_t prot)
{
	return pmd_mkhuge(pfn_pmd(page_to_pfn(page), vmx_arch_leaf_prot(prot)));
}

/* Where stores trap there are no leaves. */
static inline void vmx_arch_set_leaf(pmd_t *pmdp, pmd_t leaf)
{
	native_set_pmd(pmdp, leaf);
}

static inline u64 vmx_arch_entry_flags(u64 entry)
{
	return entry & PTE_FLAGS_MASK;
}

static inline bool vmx_arch_entry_present(u64 entry)
{
	return entry & _PAGE_PRESENT;
}

static inline u64 vmx_arch_entry_phys(u64 entry)
{
	return entry & PTE_PFN_MASK;
}

/* As the manuals name them; bit 7 is PS above the PTE level and PAT in a PTE. */
static inline const char *vmx_arch_flag_name(unsigned int bit)
{
	switch (bit) {
	case _PAGE_BIT_PRESENT:
		return "P";
	case _PAGE_BIT_RW:
		return "R/W";
	case _PAGE_BIT_USER:
		return "U/S";
	case _PAGE_BIT_PWT:
		return "PWT";
	case _PAGE_BIT_PCD:
		return "PCD";
	case _PAGE_BIT_ACCESSED:
		return "A";
	case _PAGE_BIT_DIRTY:
		return "D";
	case _PAGE_BIT_PSE:
		return "PS/PAT";
	case _PAGE_BIT_GLOBAL:
		return "G";
	case _PAGE_BIT_NX:
		return "XD";
	default:
		return NULL;
	}
}

/*
 * One run's flags in the columns of the kernel's own page-table dump, so that
 * the two can be compared line by line.  @level counts from 0, the top table.
 */
static inline void vmx_arch_dump_flags(char *to, size_t size, u64 entry,
				       int level)
{
	bool pat;

	if (!(entry & _PAGE_PRESENT)) {
		snprintf(to, size, "%30s", "");
		return;
	}
	pat = level == 4 ? entry & _PAGE_PAT :
	      level >= 2 && entry & _PAGE_PAT_LARGE;
	snprintf(to, size, "%s%s%s%s%s%s%s%s",
		 entry & _PAGE_USER ? "USR " : "    ",
		 entry & _PAGE_RW ? "RW " : "ro ",
		 entry & _PAGE_PWT ? "PWT " : "    ",
		 entry & _PAGE_PCD ? "PCD " : "    ",
		 level <= 3 && entry & _PAGE_PSE ? "PSE " : "    ",
		 pat ? "PAT " : "    ",
		 entry & _PAGE_GLOBAL ? "GLB " : "    ",
		 entry & _PAGE_NX ? "NX " : "x  ");
}

#endif /* _VMX_ARCH_X86_H */
