/* SPDX-License-Identifier: GPL-2.0 */
/*
 * Page tables of arm64: with pages of 4 KiB four or five levels, with pages of 16 KiB three
 * or four
 *
 * The architecture allows a CPU to cache an entry that was valid, and nothing else. So a
 * new entry needs no flush, but the table walker must see the store: see
 * vmx_arch_publish(). Between a table and a leaf, the entry must be invalid and the TLBs
 * flushed (break-before-make): the states of a slot see to that.
 */
#ifndef _VMX_ARCH_ARM64_H
#define _VMX_ARCH_ARM64_H

#include <linux/mm.h>
#include <asm/barrier.h>
#include <asm/cacheflush.h>
#include <asm/mmu.h>
#include <asm/pgtable.h>
#include <asm/sysreg.h>
#include <asm/tlbflush.h>

#include "vmx_compat.h"

#if !defined(CONFIG_ARM64_4K_PAGES) && !defined(CONFIG_ARM64_16K_PAGES)
#error "vmx on arm64 needs pages of 4 or 16 KiB: no other size has been tried."
#endif

/*
 * TTBR1 has the kernel's own top table. Bit 0 is CnP, the upper 16 bits are the ASID. With
 * addresses of 52 bits, bits 5:2 of the register are bits 51:48 of the address.
 */
static inline pgd_t *vmx_arch_kernel_root(void)
{
	u64 ttbr = read_sysreg(ttbr1_el1) & GENMASK_ULL(47, 1);

	if (IS_ENABLED(CONFIG_ARM64_PA_BITS_52))
		ttbr = (ttbr & GENMASK_ULL(47, 6)) | (ttbr & GENMASK_ULL(5, 2)) << 46;
	return __va(ttbr);
}

/*
 * The instruction reaches all CPUs, so there is no inter-processor call. flush_tlb_all()
 * has the barriers: the walkers see all stores before it, and each CPU has finished when
 * it returns.
 */
static inline void vmx_arch_flush(void)
{
	flush_tlb_all();
}

/* The zone of frames below 4 GiB, or the one below that. */
#define VMX_GFP_32 (IS_ENABLED(CONFIG_ZONE_DMA32) ? GFP_DMA32 : \
		    IS_ENABLED(CONFIG_ZONE_DMA) ? GFP_DMA : 0)

/* Hypervisors of arm64 have tables of their own. */
static __always_inline bool vmx_arch_pte_stores_trap(void)
{
	return false;
}

/* Not set_pte(): it has the barriers of vmx_arch_publish() for each entry. */
static __always_inline void vmx_arch_set_pte(pte_t *ptep, pte_t pte, bool trap)
{
	WRITE_ONCE(*ptep, pte);
}

static __always_inline void vmx_arch_clear_pte(pte_t *ptep, bool trap)
{
	WRITE_ONCE(*ptep, __pte(0));
}

/*
 * DSB: the table walkers of all CPUs see the entries that were stored before. Its partner
 * is the walk of an access after it. ISB: this CPU has no earlier access under way that
 * walked too soon. Another CPU may have one, as after vmap(): the kernel's fault handler
 * finds that the entry is valid, warns, and lets it try again.
 */
static __always_inline void vmx_arch_publish(void)
{
	dsb(ishst);
	isb();
}

static inline bool vmx_arch_prot_maps(pgprot_t prot)
{
	return pgprot_val(prot) & PTE_VALID;
}

static __always_inline pte_t vmx_arch_mk_pte(struct page *page, pgprot_t prot, bool trap)
{
	return pfn_pte(page_to_pfn(page), prot);
}

/* With addresses of 52 bits, the upper bits of a frame's address stand elsewhere. */
static __always_inline pte_t vmx_arch_move_pte(pte_t pte, long frames)
{
	if (IS_ENABLED(CONFIG_ARM64_PA_BITS_52))
		return pfn_pte(pte_pfn(pte) + frames, pte_pgprot(pte));
	return __pte(pte_val(pte) + ((pteval_t)frames << PAGE_SHIFT));
}

static inline bool vmx_arch_has_leaves(void)
{
	return true;
}

static inline pmd_t vmx_arch_leaf(struct page *page, pgprot_t prot)
{
	return pmd_mkhuge(pfn_pmd(page_to_pfn(page), prot));
}

static inline void vmx_arch_set_pmd(pmd_t *pmdp, pmd_t pmd)
{
	set_pmd(pmdp, pmd);
}

static inline bool vmx_arch_can_forbid_exec(void)
{
	return true;
}

#define VMX_PAGE_KERNEL_ROX PAGE_KERNEL_ROX

/*
 * Data and instructions have caches of their own: the former are written back, the latter
 * dropped. Then each CPU has an interrupt, and so drops what it has fetched.
 */
static inline void vmx_arch_sync_code(unsigned long addr, unsigned long bytes)
{
	flush_icache_range(addr, addr + bytes);
}

/* The address of an entry, as it is written there. */
#define VMX_ENTRY_PHYS ((u64)__phys_to_pte_val(PHYS_MASK & PAGE_MASK))

static inline u64 vmx_arch_entry_phys(u64 entry, int level)
{
	return __pte_to_phys(__pte(entry));
}

static inline u64 vmx_arch_entry_flags(u64 entry, int level)
{
	return entry & ~VMX_ENTRY_PHYS;
}

static inline bool vmx_arch_entry_present(u64 entry)
{
	return entry & PTE_VALID;
}

/*
 * The names of the manual; SW: bits for software. Bit 1 is 1 in a table and in a PTE, and
 * 0 in a leaf above the PTEs. A table has only the first two, and hierarchical bits.
 */
static inline const char *vmx_arch_flag_name(unsigned int bit, int level)
{
	static const char * const names[64] = {
		[0] = "V", [1] = "T", [2] = "Attr0", [3] = "Attr1", [4] = "Attr2",
		[5] = "NS", [6] = "AP1", [7] = "AP2", [8] = "SH0", [9] = "SH1",
		[10] = "AF", [11] = "nG", [50] = "GP", [51] = "DBM", [52] = "Cont",
		[53] = "PXN", [54] = "UXN", [55] = "SW:dirty", [56] = "SW:special",
		[59] = "PXNTable", [60] = "UXNTable", [61] = "APTable0",
		[62] = "APTable1", [63] = "NSTable",
	};

	return names[bit];
}

/*
 * Print the flags of a run in the words of the kernel's own page-table dump. @level is an
 * enum vmx_walk_level.
 */
static inline void vmx_arch_dump_flags(char *to, size_t size, u64 entry,
				       int level)
{
	static const char * const types[] = {
		[MT_NORMAL] = "MEM/NORMAL",
		[MT_NORMAL_TAGGED] = "MEM/NORMAL-TAGGED",
		[MT_NORMAL_NC] = "MEM/NORMAL-NC",
		[MT_DEVICE_nGnRnE] = "DEVICE/nGnRnE",
		[MT_DEVICE_nGnRE] = "DEVICE/nGnRE",
	};
	unsigned int type = (entry & PTE_ATTRINDX_MASK) >> 2;

	if (!(entry & PTE_VALID)) {
		snprintf(to, size, "%30s", "");
		return;
	}
	snprintf(to, size, "%s%s%s%s%s%s%s%s%s%s ",
		 entry & PTE_USER ? "USR " : "    ",
		 entry & PTE_RDONLY ? "ro " : "RW ",
		 entry & PTE_PXN ? "NX " : "x  ",
		 entry & PTE_SHARED ? "SHD " : "    ",
		 entry & PTE_AF ? "AF " : "   ",
		 entry & PTE_NG ? "NG " : "   ",
		 entry & PTE_CONT ? "CON " : "    ",
		 level <= 3 && (entry & PMD_TYPE_MASK) == PMD_TYPE_SECT ? "BLK " : "    ",
		 entry & PTE_UXN ? "UXN " : "    ",
		 type < ARRAY_SIZE(types) && types[type] ? types[type] : "");
}

/* pci_remap_iospace() maps with the function that vmap() uses. */
static inline unsigned int vmx_arch_ranges(struct vmx_kernel_range *ranges)
{
	ranges[0] = (struct vmx_kernel_range){
		"Modules start", MODULES_VADDR, MODULES_END - 1,
	};
	ranges[1] = (struct vmx_kernel_range){
		"vmalloc() area", VMALLOC_START, VMX_VMALLOC_LAST,
	};
	ranges[2] = (struct vmx_kernel_range){
		"PCI I/O start", PCI_IO_START, PCI_IO_END - 1,
	};
	return 3;
}

#endif /* _VMX_ARCH_ARM64_H */
