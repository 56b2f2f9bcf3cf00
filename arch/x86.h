/* SPDX-License-Identifier: GPL-2.0 */
/*
 * Page tables of x86-64 (4- and 5-level) and i386
 */
#ifndef _VMX_ARCH_X86_H
#define _VMX_ARCH_X86_H

#include <linux/mm.h>
#include <linux/smp.h>
#include <asm/cpufeature.h>
#include <asm/invpcid.h>
#include <asm/pgtable.h>
#include <asm/pgtable_areas.h>
#include <asm/special_insns.h>
#include <asm/tlbflush.h>

#include "vmx_compat.h"

/*
 * The table in CR3 belongs to the current process. Its entries for the vmalloc range
 * lead to lower tables that all processes share, but the top table itself exists only
 * as long as that process's mm.
 */
static inline pgd_t *vmx_arch_kernel_root(void)
{
	return __va(read_cr3_pa());
}

#if VMX_HAVE_FLUSH_TLB_ALL
static inline void vmx_arch_flush_one(void *unused)
{
	__flush_tlb_all();
}
#else
/*
 * INVLPG would leave the entries of other PCIDs in place, and with page-table isolation
 * those hold kernel addresses, too. INVPCID type 2 and a change of CR4.PGE drop
 * everything, global entries included. This runs as an inter-processor call, so
 * interrupts are off and CR4 cannot change meanwhile.
 */
static inline void vmx_arch_flush_one(void *unused)
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

static inline void vmx_arch_flush(void)
{
	on_each_cpu(vmx_arch_flush_one, NULL, 1);
}

/* The zone of frames below 4 GiB. Without ZONE_DMA32, all of low memory is there. */
#define VMX_GFP_32 (IS_ENABLED(CONFIG_ZONE_DMA32) ? GFP_DMA32 : 0)

/*
 * set_pte() is a call through the paravirt table and costs three times as much as a
 * store. Only a Xen PV guest needs it: there, page tables are read-only and the
 * hypervisor stores the entry. Callers ask once for a run of entries.
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

/* Not native_set_pte(0): with PAE, it would clear the upper half first. */
static __always_inline void vmx_arch_clear_pte(pte_t *ptep, bool trap)
{
	if (trap)
		set_pte(ptep, __pte(0));
	else
		native_pte_clear(NULL, 0, ptep);
}

/* Stores are seen in their order, and CPUs do not cache absent entries. */
static __always_inline void vmx_arch_publish(void)
{
}

/* vmx writes only present entries. (The frame of others is inverted, against L1TF.) */
static inline bool vmx_arch_prot_maps(pgprot_t prot)
{
	return pgprot_val(prot) & _PAGE_PRESENT;
}

/* mk_pte() has further checks that a present entry of the kernel does not need. */
static __always_inline pte_t vmx_arch_mk_pte(struct page *page, pgprot_t prot, bool trap)
{
	if (trap)
		return mk_pte(page, prot);
	return native_make_pte(((pteval_t)page_to_pfn(page) << PAGE_SHIFT) |
			       (pgprot_val(prot) & __supported_pte_mask));
}

/* Return the same entry for the frame that is @frames further on. */
static __always_inline pte_t vmx_arch_move_pte(pte_t pte, long frames)
{
	return native_make_pte(native_pte_val(pte) + ((pteval_t)frames << PAGE_SHIFT));
}

/*
 * On i386 with page-table isolation each process has its own PMD tables, so only one
 * process would see a leaf in them.
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

/* A plain store: where stores trap, there are no leaves. */
static inline void vmx_arch_set_pmd(pmd_t *pmdp, pmd_t pmd)
{
	native_set_pmd(pmdp, pmd);
}

/* Old CPUs do not have the bit NX. */
static inline bool vmx_arch_can_forbid_exec(void)
{
	return __supported_pte_mask & _PAGE_NX;
}

#define VMX_PAGE_KERNEL_ROX PAGE_KERNEL_ROX

/*
 * The caches see stores. An instruction that was fetched before is dropped by IRET, at the
 * latest at the end of the flush's inter-processor call.
 */
static inline void vmx_arch_sync_code(unsigned long addr, unsigned long bytes)
{
}

static inline u64 vmx_arch_entry_phys(u64 entry, int level)
{
	return entry & PTE_PFN_MASK;
}

static inline u64 vmx_arch_entry_flags(u64 entry, int level)
{
	return entry & PTE_FLAGS_MASK;
}

static inline bool vmx_arch_entry_present(u64 entry)
{
	return entry & _PAGE_PRESENT;
}

/* The names of the manuals. Bit 7 is PS above the PTE level and PAT in a PTE. */
static inline const char *vmx_arch_flag_name(unsigned int bit, int level)
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
 * Print the flags of a run in the columns of the kernel's own page-table dump, so that
 * the two can be compared line by line. @level is an enum vmx_walk_level.
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

/* On i386 the modules are in the vmalloc range. */
static inline unsigned int vmx_arch_ranges(struct vmx_kernel_range *ranges)
{
	ranges[0] = (struct vmx_kernel_range){
		"vmalloc() Area", VMALLOC_START, VMX_VMALLOC_LAST,
	};
	if (!IS_ENABLED(CONFIG_X86_64))
		return 1;
	ranges[1] = (struct vmx_kernel_range){
		"Modules", MODULES_VADDR, MODULES_END - 1,
	};
	return 2;
}

#endif /* _VMX_ARCH_X86_H */
