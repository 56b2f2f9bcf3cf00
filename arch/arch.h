/* SPDX-License-Identifier: GPL-2.0 */
/*
 * The architecture's part of the page-table walker
 *
 * Each architecture gives:
 *
 *   vmx_arch_kernel_root()	the top table that is in use now
 *   vmx_arch_flush_local()	drops all of this CPU's kernel translations
 *   vmx_arch_pte_stores_trap()	must the hypervisor store PTEs? (for the next three)
 *   vmx_arch_set_pte(), vmx_arch_clear_pte()	store a PTE of the slice
 *   vmx_arch_mk_pte()		a PTE that maps a frame
 *   vmx_arch_move_pte()	the same PTE for another frame, if stores don't trap
 *   vmx_arch_prot_maps()	does a PTE of this protection lead anywhere?
 *   vmx_arch_has_leaves()	may a table above the PTEs hold a leaf?
 *   vmx_arch_leaf()		such a leaf
 *   vmx_arch_set_leaf()	store it in an empty entry
 *   VMX_GFP_32			where frames below 4 GiB are
 *   vmx_arch_entry_flags(), vmx_arch_entry_phys()	the halves of an entry
 *   vmx_arch_entry_present()	does it lead anywhere?
 *   vmx_arch_flag_name()	a flag bit's name, for people
 *   vmx_arch_dump_flags()	... and as the kernel's dump prints them
 */
#ifndef _VMX_ARCH_H
#define _VMX_ARCH_H

#include <linux/mm.h>

/* The order of a block that one leaf maps. */
#define VMX_LEAF_ORDER (PMD_SHIFT - PAGE_SHIFT)

/* Do neighbours in the array of struct page always describe neighbours? */
#define VMX_PAGE_ARRAY_LINEAR (IS_ENABLED(CONFIG_SPARSEMEM_VMEMMAP) || \
			       IS_ENABLED(CONFIG_FLATMEM))

#ifdef CONFIG_X86
#include "x86.h"
#else
#error "vmx knows the page tables of x86 only (x86-64 and i386)."
#endif

#endif /* _VMX_ARCH_H */
