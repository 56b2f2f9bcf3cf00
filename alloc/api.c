// SPDX-License-Identifier: GPL-2.0
/*
 * The exported functions that allocate: vmalloc()'s family, with "vmx"
 *
 * Each is __vmx_alloc_node_range() with some arguments filled in. Plain requests ask
 * the magazines first.
 *
 * Units: bytes.
 */
#include <linux/export.h>
#include <linux/mm.h>

#include "arch/arch.h"
#include "vmx_pgtable.h"
#include "chain.h"
#include "magazine.h"

/**
 * __vmx_alloc_node() - allocate noncontiguous memory with plain protection
 * @size: bytes; made a multiple of the page size
 * @align: of the address; see __vmx_alloc_node_range()
 * @gfp_mask: likewise
 * @node: the node to take memory from, or NUMA_NO_NODE
 * @caller: who is to be named in the list
 *
 * (Linux 3.10's had the protection as a parameter; that of 6.12 has not.)
 *
 * Context: sleeps if @gfp_mask allows it.
 * Return: the address, or NULL.
 */
void *__vmx_alloc_node(unsigned long size, unsigned long align, gfp_t gfp_mask,
		       int node, const void *caller)
{
	return __vmx_alloc_node_range(size, align, vmx_start, vmx_end, gfp_mask,
				      PAGE_KERNEL, 0, node, caller);
}
EXPORT_SYMBOL_GPL(__vmx_alloc_node);

static __always_inline void *__vmx_alloc_node_flags(unsigned long size,
						    int node, gfp_t flags,
						    const void *caller)
{
	struct vmx_area *area;

	if (node != NUMA_NO_NODE ||
	    (flags & ~__GFP_ZERO) != (GFP_KERNEL | __GFP_HIGHMEM))
		return __vmx_alloc_node(size, 1, flags, node, caller);
	area = vmx_magazine_get(size, flags, caller);
	return area ? area->addr : vmx_alloc_plain(size, flags, caller);
}

/**
 * vmx_alloc() - allocate noncontiguous memory
 * @size: bytes; made a multiple of the page size
 *
 * Frames may come from high memory.  From 2 MiB on, the area is aligned and gets
 * 2 MiB entries where blocks of that size are to be had, as by vmalloc_huge();
 * vmalloc() leaves that to its caller because set_memory_ro() and its like can't
 * cut an entry, but those are not for the slice in any case.
 * See __vmx_alloc_node_range().
 *
 * Context: may sleep.
 * Return: the address, or NULL.
 */
void *vmx_alloc(unsigned long size)
{
	return __vmx_alloc_node_flags(size, NUMA_NO_NODE,
				      GFP_KERNEL | __GFP_HIGHMEM,
				      __builtin_return_address(0));
}
EXPORT_SYMBOL_GPL(vmx_alloc);

/**
 * vmx_zalloc() - vmx_alloc(), cleared
 * @size: bytes; made a multiple of the page size
 *
 * Context: may sleep.
 * Return: the address, or NULL.
 */
void *vmx_zalloc(unsigned long size)
{
	return __vmx_alloc_node_flags(size, NUMA_NO_NODE,
				      GFP_KERNEL | __GFP_HIGHMEM | __GFP_ZERO,
				      __builtin_return_address(0));
}
EXPORT_SYMBOL_GPL(vmx_zalloc);

/**
 * vmx_alloc_node() - vmx_alloc() with frames of a node, where it has them
 * @size: bytes; made a multiple of the page size
 * @node: the node to prefer, or NUMA_NO_NODE
 *
 * Context: may sleep.
 * Return: the address, or NULL.
 */
void *vmx_alloc_node(unsigned long size, int node)
{
	return __vmx_alloc_node_flags(size, node, GFP_KERNEL | __GFP_HIGHMEM,
				      __builtin_return_address(0));
}
EXPORT_SYMBOL_GPL(vmx_alloc_node);

/**
 * vmx_zalloc_node() - vmx_alloc_node(), cleared
 * @size: bytes; made a multiple of the page size
 * @node: the node to prefer, or NUMA_NO_NODE
 *
 * Context: may sleep.
 * Return: the address, or NULL.
 */
void *vmx_zalloc_node(unsigned long size, int node)
{
	return __vmx_alloc_node_flags(size, node,
				      GFP_KERNEL | __GFP_HIGHMEM | __GFP_ZERO,
				      __builtin_return_address(0));
}
EXPORT_SYMBOL_GPL(vmx_zalloc_node);

/**
 * __vmx_alloc() - vmx_alloc() with flags
 * @size: bytes; made a multiple of the page size
 * @gfp_mask: for the frames; GFP_ATOMIC and GFP_NOWAIT are fine, but not in an
 *	interrupt, nor with interrupts or bottom halves disabled
 *
 * A request that may not sleep can't purge: it fails when only quarantined
 * addresses are left.
 *
 * Context: sleeps if @gfp_mask allows it.
 * Return: the address, or NULL.
 */
void *__vmx_alloc(unsigned long size, gfp_t gfp_mask)
{
	return __vmx_alloc_node_flags(size, NUMA_NO_NODE, gfp_mask,
				      __builtin_return_address(0));
}
EXPORT_SYMBOL_GPL(__vmx_alloc);

/**
 * vmx_alloc_user() - cleared memory for remap_vmx_range()
 * @size: bytes; made a multiple of the page size
 *
 * Each frame counts references of its own.
 *
 * Context: may sleep.
 * Return: the address, aligned to SHMLBA; or NULL.
 */
void *vmx_alloc_user(unsigned long size)
{
	return __vmx_alloc_node_range(size, SHMLBA, vmx_start, vmx_end,
				      GFP_KERNEL | __GFP_HIGHMEM | __GFP_ZERO,
				      PAGE_KERNEL, VMX_USERMAP, NUMA_NO_NODE,
				      __builtin_return_address(0));
}
EXPORT_SYMBOL_GPL(vmx_alloc_user);

/**
 * vmx_alloc_32() - memory whose frames lie below 4 GiB
 * @size: bytes; made a multiple of the page size
 *
 * Context: may sleep.
 * Return: the address, or NULL.
 */
void *vmx_alloc_32(unsigned long size)
{
	return __vmx_alloc_node_flags(size, NUMA_NO_NODE,
				      GFP_KERNEL | VMX_GFP_32,
				      __builtin_return_address(0));
}
EXPORT_SYMBOL_GPL(vmx_alloc_32);

/**
 * vmx_alloc_huge() - memory with 2 MiB entries where that is possible
 * @size: bytes; made a multiple of the page size
 * @gfp_mask: for the frames
 *
 * From 2 MiB on, the area is aligned to 2 MiB, and each 2 MiB of it gets one
 * entry if a block of that size is to be had, small pages otherwise.  A request
 * that may not sleep gets small pages.
 *
 * Context: sleeps if @gfp_mask allows it.
 * Return: the address, or NULL.
 */
void *vmx_alloc_huge(unsigned long size, gfp_t gfp_mask)
{
	return __vmx_alloc_node_range(size, 1, vmx_start, vmx_end, gfp_mask,
				      PAGE_KERNEL, VMX_ALLOW_HUGE, NUMA_NO_NODE,
				      __builtin_return_address(0));
}
EXPORT_SYMBOL_GPL(vmx_alloc_huge);
