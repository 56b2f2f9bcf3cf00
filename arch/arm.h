/* SPDX-License-Identifier: GPL-2.0 */
/*
 * Page tables of 32-bit ARM (ARMv7): two levels, or three with LPAE
 *
 * With two levels (short descriptors) the hardware knows neither "dirty" nor "accessed".
 * So a page that Linux uses as a PTE table has 512 entries in the form of Linux, and then
 * 512 in that of the hardware, two tables of 256. Two entries of the top table lead to
 * these two tables: both are in one pgd_t. The kernel's function that stores a PTE writes
 * both forms. vmx reads the first one, as the kernel does.
 *
 * The architecture allows a CPU to cache an entry that is valid, and nothing else. So a
 * new entry needs no flush, but the table walker must see the store: see
 * vmx_arch_publish().
 *
 * With two levels each process has a copy of the top table. Its entries for the vmalloc
 * range are copied from the kernel's own table when the process first needs them, by the
 * handler of faults. They lead to tables that stay where they are until vmx gives the slice
 * back, so vmx has nothing to do with that.
 */
#ifndef _VMX_ARCH_ARM_H
#define _VMX_ARCH_ARM_H

#include <linux/mm.h>
#include <linux/pgtable.h>
#include <linux/smp.h>
#include <asm/barrier.h>
#include <asm/cacheflush.h>
#include <asm/proc-fns.h>
#include <asm/tlbflush.h>

#include "vmx_compat.h"

#if __LINUX_ARM_ARCH__ < 7
#error "vmx on 32-bit ARM needs a kernel for ARMv7 only: data caches of older CPUs have aliases."
#endif

/* The kernel itself takes PAGE_KERNEL here, which may be written. */
#undef PAGE_KERNEL_RO
#define PAGE_KERNEL_RO __pgprot(pgprot_val(PAGE_KERNEL) | L_PTE_RDONLY)

/* The kernel's own pgprot_nx() takes nothing away here. */
#undef pgprot_nx
#define pgprot_nx(prot) __pgprot(pgprot_val(prot) | L_PTE_XN)

/* The top table has no leaves of this level: pud_leaf() is always 0. */
#ifndef pud_pfn
static inline unsigned long pud_pfn(pud_t pud)
{
	return 0;
}
#endif

#ifdef CONFIG_ARM_LPAE

/*
 * TTBR1 has the kernel's own top table. If the upper GiB has translations of its own
 * (T1SZ is not 0), they begin at the second level: the tables of the second level come
 * after the top table, and TTBR1 has the address of the last one.
 */
static inline pgd_t *vmx_arch_kernel_root(void)
{
	phys_addr_t ttbr = cpu_get_ttbr(1) & PHYS_MASK;
	u32 ttbcr;

	asm volatile("mrc p15, 0, %0, c2, c0, 2" : "=r" (ttbcr));
	if (ttbcr & GENMASK(18, 16))
		ttbr -= TTBR1_OFFSET;
	return phys_to_virt(ttbr & (s32)PAGE_MASK);
}

#else

/* A pgd_t is two entries of the top table, and each maps a section or leads to a table. */
#define VMX_PGD_PARTS 2

/* The kernel's own pmd_pfn() leaves the flags of a section in the number of the frame. */
#undef pmd_pfn
#define pmd_pfn(pmd) __phys_to_pfn(pmd_val(pmd) & SECTION_MASK)

/*
 * TTBR1 has the kernel's own top table. The hardware does not walk it, but the kernel
 * copies this register to TTBR0 while it changes the address space. TTBR0 has the table of
 * the current process, which may lack entries. Bits 13:0 are not a part of the address.
 */
static inline pgd_t *vmx_arch_kernel_root(void)
{
	u32 ttbr;

	asm volatile("mrc p15, 0, %0, c2, c0, 1" : "=r" (ttbr));
	return phys_to_virt(ttbr & ~(sizeof(pgd_t) * PTRS_PER_PGD - 1));
}

#endif

/*
 * The barriers are in the function: first the walker sees what this CPU stored before, in
 * the end all translations are gone.
 */
static inline void vmx_arch_flush_one(void *unused)
{
	local_flush_tlb_all();
}

/*
 * Not the one instruction that reaches all CPUs: whether they are a group that listens to
 * it, and what Cortex-A15 needs besides, is known to functions that are not exported. The
 * inter-processor call orders the caller's stores before the other CPUs' flush.
 */
static inline void vmx_arch_flush(void)
{
	on_each_cpu(vmx_arch_flush_one, NULL, 1);
}

/* Low memory, as in the kernel's vmalloc_32() on 32-bit machines. */
#define VMX_GFP_32 0

/* Hypervisors of ARM have tables of their own. */
static __always_inline bool vmx_arch_pte_stores_trap(void)
{
	return false;
}

/*
 * The function of this CPU type. It writes both forms of a short descriptor, or works out
 * whether a long one may be written to, and cleans the cache if the walker does not look
 * there. All CPUs have the same one, also where each has a table of functions of its own:
 * those tables are not exported. The parentheses are against a macro of the same name.
 */
static __always_inline void vmx_arch_set_pte(pte_t *ptep, pte_t pte, bool trap)
{
#ifdef CONFIG_ARM_LPAE
	(processor.set_pte_ext)(ptep, pte);
#else
	(processor.set_pte_ext)(ptep, pte, 0);
#endif
}

static __always_inline void vmx_arch_clear_pte(pte_t *ptep, bool trap)
{
	vmx_arch_set_pte(ptep, __pte(0), trap);
}

/*
 * DSB: the table walkers of all CPUs see the entries that were stored before. Its partner
 * is the walk of an access after it. ISB: this CPU has no earlier access under way that
 * walked too soon.
 */
static __always_inline void vmx_arch_publish(void)
{
	dsb(ishst);
	isb();
}

/* An entry that is not young faults, too, and the kernel does not age its own pages. */
static inline bool vmx_arch_prot_maps(pgprot_t prot)
{
	return (pgprot_val(prot) & (L_PTE_VALID | L_PTE_YOUNG | L_PTE_NONE)) ==
	       (L_PTE_VALID | L_PTE_YOUNG);
}

static __always_inline pte_t vmx_arch_mk_pte(struct page *page, pgprot_t prot, bool trap)
{
	return mk_pte(page, prot);
}

static __always_inline pte_t vmx_arch_move_pte(pte_t pte, long frames)
{
	return __pte(pte_val(pte) + ((pteval_t)frames << PAGE_SHIFT));
}

/*
 * With two levels, only the processes that copy it afterwards would see a leaf. With three,
 * all share it, but the handler of faults copies an entry of this level over itself: it
 * could bring back one that was just replaced.
 */
static inline bool vmx_arch_has_leaves(void)
{
	return false;
}

/* So nobody calls these two. */
static inline pmd_t vmx_arch_leaf(struct page *page, pgprot_t prot)
{
	WARN_ON_ONCE(1);
	return __pmd(0);
}

static inline void vmx_arch_set_pmd(pmd_t *pmdp, pmd_t pmd)
{
	WARN_ON_ONCE(1);
}

static inline bool vmx_arch_can_forbid_exec(void)
{
	return true;
}

#define VMX_PAGE_KERNEL_ROX __pgprot(pgprot_val(PAGE_KERNEL_EXEC) | L_PTE_RDONLY)

/*
 * Data and instructions have caches of their own: the former are written back, the latter
 * dropped, on all CPUs. A CPU drops what it has fetched when it returns from the flush's
 * inter-processor call.
 */
static inline void vmx_arch_sync_code(unsigned long addr, unsigned long bytes)
{
	flush_icache_range(addr, addr + bytes);
}

/* What @level is, an enum vmx_walk_level, at the top and at the bottom. */
#define VMX_ARM_PGD 0
#define VMX_ARM_PTE 4

/* The bits of an entry that are an address. In a short descriptor, the form decides. */
static inline u64 vmx_arch_entry_phys(u64 entry, int level)
{
	if (IS_ENABLED(CONFIG_ARM_LPAE))
		return entry & PHYS_MASK & (s32)PAGE_MASK;
	if (level == VMX_ARM_PTE)
		return entry & (u32)PAGE_MASK;
	if (entry & PMD_TYPE_SECT)
		return entry & (u32)SECTION_MASK;
	return entry & ~(u64)(PTE_HWTABLE_SIZE / 2 - 1);
}

static inline u64 vmx_arch_entry_flags(u64 entry, int level)
{
	return entry & ~vmx_arch_entry_phys(entry, level);
}

/* Bit 1 alone is a section, but only in a short descriptor. */
static inline bool vmx_arch_entry_present(u64 entry)
{
	return entry & (IS_ENABLED(CONFIG_ARM_LPAE) ? 1 : 3);
}

#ifdef CONFIG_ARM_LPAE

/*
 * The names of the manual; SW: bits for software. Bit 1 is 1 in a table and in a PTE, and
 * 0 in a section. A table has only the first two, and hierarchical bits.
 */
static inline const char *vmx_arch_flag_name(unsigned int bit, int level)
{
	static const char * const names[64] = {
		[0] = "V", [1] = "T", [2] = "Attr0", [3] = "Attr1", [4] = "Attr2",
		[5] = "NS", [6] = "AP1", [7] = "AP2", [8] = "SH0", [9] = "SH1",
		[10] = "AF", [11] = "nG", [52] = "Cont", [53] = "PXN", [54] = "XN",
		[55] = "SW:dirty", [56] = "SW:special", [57] = "SW:none",
		[58] = "SW:rdonly", [59] = "PXNTable", [60] = "XNTable",
		[61] = "APTable0", [62] = "APTable1", [63] = "NSTable",
	};

	if (level == VMX_ARM_PGD && BIT_ULL(bit) == L_PGD_SWAPPER)
		return "SW:swapper";
	return names[bit];
}

#else

/*
 * The top table has the form of the hardware, and the names of the manual: in front of a
 * slash that of an entry that leads to a table (T), behind it that of a section (Sect). The
 * kernel sets BIT4 in tables, where it means nothing. The PTEs have the form of Linux, and the
 * kernel's names.
 */
static inline const char *vmx_arch_flag_name(unsigned int bit, int level)
{
	static const char * const top[64] = {
		[0] = "T/PXN", [1] = "Sect", [2] = "PXN/B", [3] = "NS/C", [4] = "BIT4/XN",
		[5] = "Domain0", [6] = "Domain1", [7] = "Domain2", [8] = "Domain3",
		[10] = "AP0", [11] = "AP1", [12] = "TEX0", [13] = "TEX1",
		[14] = "TEX2", [15] = "AP2", [16] = "S", [17] = "nG", [18] = "Super",
		[19] = "NS",
	};
	static const char * const ptes[64] = {
		[0] = "VALID", [1] = "YOUNG", [2] = "MT0", [3] = "MT1", [4] = "MT2",
		[5] = "MT3", [6] = "DIRTY", [7] = "RDONLY", [8] = "USER", [9] = "XN",
		[10] = "SHARED", [11] = "NONE",
	};

	return level == VMX_ARM_PTE ? ptes[bit] : top[bit];
}

#endif

/* Return what the kernel's own dump calls the type of memory. */
static inline const char *vmx_arch_memory_type(pteval_t pte)
{
	switch (pte & L_PTE_MT_MASK) {
	case L_PTE_MT_UNCACHED:
		return "SO/UNCACHED";
	case L_PTE_MT_BUFFERABLE:
		return "MEM/BUFFERABLE/WC";
	case L_PTE_MT_WRITETHROUGH:
		return "MEM/CACHED/WT";
	case L_PTE_MT_WRITEBACK:
		return "MEM/CACHED/WBRA";
	case L_PTE_MT_WRITEALLOC:
		return "MEM/CACHED/WBWA";
	case L_PTE_MT_DEV_SHARED:
		return "DEV/SHARED";
#ifndef CONFIG_ARM_LPAE
	case L_PTE_MT_DEV_NONSHARED:
		return "DEV/NONSHARED";
	case L_PTE_MT_DEV_WC:
		return "DEV/WC";
	case L_PTE_MT_DEV_CACHED:
		return "DEV/CACHED";
#endif
	default:
		return "";
	}
}

/* Print the flags of a run in the words of the kernel's own page-table dump. */
static inline void vmx_arch_dump_flags(char *to, size_t size, u64 entry,
				       int level)
{
	if (!vmx_arch_entry_present(entry)) {
		snprintf(to, size, "%30s", "");
		return;
	}
	if (level == VMX_ARM_PTE) {
		snprintf(to, size, "%s%s%s%s%-17s ",
			 entry & L_PTE_USER ? "USR " : "    ",
			 entry & L_PTE_RDONLY ? "ro " : "RW ",
			 entry & L_PTE_XN ? "NX " : "x  ",
			 entry & L_PTE_SHARED ? "SHD " : "    ",
			 vmx_arch_memory_type(entry));
		return;
	}
#ifdef CONFIG_ARM_LPAE
	snprintf(to, size, "%s%s%s%s%-17s ",
		 entry & PMD_SECT_USER ? "USR " : "    ",
		 entry & PMD_SECT_AP2 ? "ro " : "RW ",
		 entry & PMD_SECT_XN ? "NX " : "x  ",
		 entry & PMD_SECT_S ? "SHD " : "    ", "");
#else
	snprintf(to, size, "%s%s%s%s%-17s ",
		 entry & PMD_SECT_AP_READ ? "USR " : "    ",
		 entry & PMD_SECT_APX ? "ro " : "RW ",
		 entry & PMD_SECT_XN ? "NX " : "x  ",
		 entry & PMD_SECT_S ? "SHD " : "    ", "");
#endif
}

static inline unsigned int vmx_arch_ranges(struct vmx_kernel_range *ranges)
{
	ranges[0] = (struct vmx_kernel_range){
		"Modules", MODULES_VADDR, MODULES_END - 1,
	};
	ranges[1] = (struct vmx_kernel_range){
		"vmalloc() Area", VMALLOC_START, VMX_VMALLOC_LAST,
	};
	return 2;
}

#endif /* _VMX_ARCH_ARM_H */
