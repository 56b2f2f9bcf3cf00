/* SPDX-License-Identifier: GPL-2.0 */
/*
 * Page tables of riscv64: three, four or five levels (Sv39, Sv48, Sv57)
 *
 * The architecture allows a CPU to cache an invalid entry. An SFENCE.VMA after the store
 * ends that, but only on the CPU that executes it: see vmx_arch_publish(). The kernel
 * finds out at boot how many levels the CPU has; satp says it. The levels that are not
 * there are folded into the top table.
 */
#ifndef _VMX_ARCH_RISCV_H
#define _VMX_ARCH_RISCV_H

#include <linux/mm.h>
#include <linux/pgtable.h>
#include <linux/smp.h>
#include <asm/cacheflush.h>
#include <asm/csr.h>
#include <asm/tlbflush.h>

#ifndef CONFIG_64BIT
#error "vmx knows the page tables of 64-bit RISC-V only."
#endif

/* The kernel itself takes PAGE_KERNEL here, which may be written. */
#undef PAGE_KERNEL_RO
#define PAGE_KERNEL_RO PAGE_KERNEL_READ

/* The kernel has these two out of line, and does not export them. */
static inline p4d_t *vmx_p4d_offset(pgd_t *pgd, unsigned long addr)
{
	if (pgtable_l5_enabled)
		return pgd_pgtable(READ_ONCE(*pgd)) + p4d_index(addr);
	return (p4d_t *)pgd;
}

static inline pud_t *vmx_pud_offset(p4d_t *p4d, unsigned long addr)
{
	if (pgtable_l4_enabled)
		return p4d_pgtable(READ_ONCE(*p4d)) + pud_index(addr);
	return (pud_t *)p4d;
}

/* p4d_offset_lockless() and pud_offset_lockless() expand to these names. */
#undef p4d_offset
#define p4d_offset vmx_p4d_offset
#undef pud_offset
#define pud_offset vmx_pud_offset

/*
 * The table in satp belongs to the current process. Its entries for the vmalloc range
 * lead to lower tables that all processes share.
 */
static inline pgd_t *vmx_arch_kernel_root(void)
{
	return pfn_to_virt(csr_read(CSR_SATP) & SATP_PPN);
}

/*
 * SFENCE.VMA without operands: what this CPU stored before is seen by its later walks, and
 * all its translations go, global ones and invalid ones included.
 */
static inline void vmx_arch_flush_one(void *unused)
{
	local_flush_tlb_all();
}

/*
 * flush_tlb_all() is not exported. The inter-processor call orders the caller's stores
 * before the other CPUs' SFENCE.VMA: sending it is a release, receiving it an acquire.
 */
static inline void vmx_arch_flush(void)
{
	on_each_cpu(vmx_arch_flush_one, NULL, 1);
}

/* The zone of frames below 4 GiB. */
#define VMX_GFP_32 (IS_ENABLED(CONFIG_ZONE_DMA32) ? GFP_DMA32 : 0)

/* The hypervisor extension has tables of its own. */
static __always_inline bool vmx_arch_pte_stores_trap(void)
{
	return false;
}

static __always_inline void vmx_arch_set_pte(pte_t *ptep, pte_t pte, bool trap)
{
	WRITE_ONCE(*ptep, pte);
}

static __always_inline void vmx_arch_clear_pte(pte_t *ptep, bool trap)
{
	WRITE_ONCE(*ptep, __pte(0));
}

/*
 * Each CPU may have cached that these entries are invalid, or may have walked there too
 * soon. The kernel's vmap() marks that there are new entries (since 6.12: new_vmalloc[]),
 * and a CPU that faults executes SFENCE.VMA and tries again. Without the mark, a fault is
 * an oops, and modules cannot set it. So do what vmap() did before: make each CPU execute
 * SFENCE.VMA now. Svvptc does not spare this: it promises that entries become visible
 * soon, and not at once.
 */
static inline void vmx_arch_publish(void)
{
	vmx_arch_flush();
}

/* Without R, W and X, an entry is taken for a table. */
static inline bool vmx_arch_prot_maps(pgprot_t prot)
{
	return pgprot_val(prot) & _PAGE_PRESENT && pgprot_val(prot) & _PAGE_LEAF;
}

static __always_inline pte_t vmx_arch_mk_pte(struct page *page, pgprot_t prot, bool trap)
{
	return pfn_pte(page_to_pfn(page), prot);
}

static __always_inline pte_t vmx_arch_move_pte(pte_t pte, long frames)
{
	return __pte(pte_val(pte) + ((unsigned long)frames << _PAGE_PFN_SHIFT));
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

#define VMX_PAGE_KERNEL_ROX PAGE_KERNEL_READ_EXEC

static inline void vmx_arch_sync_code_one(void *unused)
{
	local_flush_icache_all();
}

/* FENCE.I is for the CPU that executes it. The call orders the stores before it. */
static inline void vmx_arch_sync_code(unsigned long addr, unsigned long bytes)
{
	on_each_cpu(vmx_arch_sync_code_one, NULL, 1);
}

/* With N set, 16 entries are one translation: this is the first frame of all of them. */
static inline u64 vmx_arch_entry_phys(u64 entry, int level)
{
	return PFN_PHYS(pte_pfn(__pte(entry)));
}

static inline u64 vmx_arch_entry_flags(u64 entry, int level)
{
	return entry & ~(u64)_PAGE_PFN_MASK;
}

static inline bool vmx_arch_entry_present(u64 entry)
{
	return entry & _PAGE_PRESENT;
}

/* The names of the manual; SW: bits for software. A table has only V. */
static inline const char *vmx_arch_flag_name(unsigned int bit, int level)
{
	static const char * const names[64] = {
		[0] = "V", [1] = "R", [2] = "W", [3] = "X", [4] = "U", [5] = "G",
		[6] = "A", [7] = "D", [8] = "SW:special", [9] = "SW:devmap",
		[61] = "NC", [62] = "IO", [63] = "N",
	};

	return names[bit];
}

/*
 * Print the flags of a run in the columns of the kernel's own page-table dump, so that
 * the two can be compared line by line.
 */
static inline void vmx_arch_dump_flags(char *to, size_t size, u64 entry,
				       int level)
{
	static const char * const types[] = { "  ..  ", "MT(NC)", "MT(IO)", "MT(??)" };
	static const char * const software[] = { "  ..  ", "RSW(1)", "RSW(2)", "RSW(3)" };

	if (!(entry & _PAGE_PRESENT)) {
		snprintf(to, size, "%32s", "");
		return;
	}
	snprintf(to, size, "%s %s %s %s %s %s %s %s %s %s V ",
		 entry & _PAGE_NAPOT ? "N" : ".",
		 types[(entry & _PAGE_MTMASK_SVPBMT) >> 61],
		 software[(entry & _PAGE_SOFT) >> 8],
		 entry & _PAGE_DIRTY ? "D" : ".",
		 entry & _PAGE_ACCESSED ? "A" : ".",
		 entry & _PAGE_GLOBAL ? "G" : ".",
		 entry & _PAGE_USER ? "U" : ".",
		 entry & _PAGE_EXEC ? "X" : ".",
		 entry & _PAGE_WRITE ? "W" : ".",
		 entry & _PAGE_READ ? "R" : ".");
}

/*
 * pci_remap_iospace() maps with the function that vmap() uses. The modules are below the
 * kernel's image, wherever KASLR has put it. MODULES_VADDR, which is not exported, is at
 * or above the lowest address.
 */
static inline unsigned int vmx_arch_ranges(struct vmx_kernel_range *ranges)
{
	ranges[0] = (struct vmx_kernel_range){
		"PCI I/O start", PCI_IO_START, PCI_IO_END - 1,
	};
	ranges[1] = (struct vmx_kernel_range){
		"vmalloc() area", VMALLOC_START, VMX_VMALLOC_LAST,
	};
	ranges[2] = (struct vmx_kernel_range){
		"Modules/BPF mapping", MODULES_LOWEST_VADDR, kernel_map.virt_addr - 1,
	};
	return 3;
}

#endif /* _VMX_ARCH_RISCV_H */
