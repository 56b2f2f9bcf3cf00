/* SPDX-License-Identifier: GPL-2.0 */
/*
 * What each architecture provides, in this order
 *
 * vmx_arch_kernel_root()	return the top table that is in use now
 * vmx_arch_flush()		make all CPUs drop all their kernel translations
 * VMX_GFP_32			the zone flag for frames below 4 GiB
 * vmx_arch_pte_stores_trap()	must a hypervisor store PTEs? Callers pass the answer as
 *				@trap
 * vmx_arch_set_pte()		store a PTE of the slice
 * vmx_arch_clear_pte()		clear a PTE of the slice
 * vmx_arch_publish()		let all CPUs see the PTEs and leaves that were stored
 *				before; interrupts are on
 * vmx_arch_prot_maps()		does a PTE with this protection map its frame?
 * vmx_arch_mk_pte()		return a PTE that maps a frame
 * vmx_arch_move_pte()		return the same PTE for another frame; not where stores
 *				trap
 * vmx_arch_has_leaves()	may a table above the PTEs hold a leaf?
 * vmx_arch_leaf()		return a leaf
 * vmx_arch_set_pmd()		store a leaf or a table in an empty entry, or another
 *				protection of the same leaf; where there are leaves
 * vmx_arch_can_forbid_exec()	can an entry forbid to execute its frame?
 * VMX_PAGE_KERNEL_ROX		the protection of code: read-only, executable
 * vmx_arch_sync_code()		let all CPUs execute what was stored before
 * vmx_arch_entry_phys()	return the physical address in an entry
 * vmx_arch_entry_flags()	return the flags of an entry
 * vmx_arch_entry_present()	does the entry map a frame or lead to a table?
 * vmx_arch_flag_name()		return the name of a flag at a level
 * vmx_arch_dump_flags()	print the flags as the kernel's own dump does
 * vmx_arch_ranges()		list, in address order, what the kernel maps by vmalloc's
 *				means; return how many ranges there are
 *
 * And VMX_PGD_PARTS, where a pgd_t is more than one of the hardware's entries: how many.
 */
#ifndef _VMX_ARCH_H
#define _VMX_ARCH_H

#include <linux/mm.h>

/* The order of a block that one leaf maps. */
#define VMX_LEAF_ORDER (PMD_SHIFT - PAGE_SHIFT)

/* Is the struct page of the next frame always the next in memory? */
#define VMX_PAGE_ARRAY_LINEAR (IS_ENABLED(CONFIG_SPARSEMEM_VMEMMAP) || \
			       IS_ENABLED(CONFIG_FLATMEM))

/* Addresses that the kernel maps by vmalloc's means; marker is its own dump's name. */
struct vmx_kernel_range {
	const char *marker;
	unsigned long start, last;	/* last is inclusive: start + size may overflow */
};

#define VMX_KERNEL_RANGES 3

/* VMALLOC_END is the last byte on x86-64, and the byte behind the last one elsewhere. */
#define VMX_VMALLOC_LAST (((unsigned long)VMALLOC_END - 1) | ~PAGE_MASK)

#if defined(CONFIG_X86)
#include "x86.h"
#elif defined(CONFIG_ARM64)
#include "arm64.h"
#elif defined(CONFIG_RISCV)
#include "riscv.h"
#elif defined(CONFIG_ARM)
#include "arm.h"
#endif

#ifndef VMX_PGD_PARTS
#define VMX_PGD_PARTS 1
#endif

#endif /* _VMX_ARCH_H */
