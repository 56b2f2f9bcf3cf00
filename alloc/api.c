// SPDX-License-Identifier: GPL-2.0
/*
 * The exported functions that allocate: vmalloc()'s family, with "vmx"
 *
 * Each is __vmx_alloc_node_range() with some arguments filled in. A plain request asks
 * the magazines first, and then goes to vmx_alloc_plain(), which is the same chain.
 *
 * Units: bytes.
 */
#include <linux/export.h>
#include <linux/mm.h>
#include <linux/overflow.h>

#include "arch/arch.h"
#include "vmx_pgtable.h"
#include "chain.h"
#include "magazine.h"

/**
 * __vmx_alloc_node() - allocate noncontiguous memory with plain protection
 * @size: bytes; rounded up to pages
 * @align: alignment of the address in bytes, as for __vmx_alloc_node_range()
 * @gfp_mask: for the frames, as for __vmx_alloc_node_range()
 * @node: the node to take frames from, which must be online; or NUMA_NO_NODE
 * @caller: shown in the list
 *
 * Linux 3.10's __vmalloc_node() has the protection as a parameter. Linux 6.12's does
 * not.
 *
 * Context: process context; sleeps if @gfp_mask allows it.
 * Return: the address; NULL in the cases of __vmx_alloc_node_range().
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
 * @size: bytes; rounded up to pages
 *
 * Frames may come from high memory. From PMD_SIZE on, the area is aligned to PMD_SIZE
 * and gets leaves where blocks of that size are available, as vmalloc_huge() does it.
 * vmalloc() does this only on request, because set_memory_ro() and similar functions
 * cannot split a leaf. They must not be used on the slice in any case.
 *
 * Context: process context; may sleep.
 * Return: the address; NULL in the cases of __vmx_alloc_node_range().
 */
void *vmx_alloc(unsigned long size)
{
	return __vmx_alloc_node_flags(size, NUMA_NO_NODE,
				      GFP_KERNEL | __GFP_HIGHMEM,
				      __builtin_return_address(0));
}
EXPORT_SYMBOL_GPL(vmx_alloc);

/**
 * vmx_zalloc() - allocate noncontiguous memory that is cleared
 * @size: bytes; rounded up to pages
 *
 * As vmx_alloc(), with all bytes 0.
 *
 * Context: process context; may sleep.
 * Return: the address; NULL in the cases of __vmx_alloc_node_range().
 */
void *vmx_zalloc(unsigned long size)
{
	return __vmx_alloc_node_flags(size, NUMA_NO_NODE,
				      GFP_KERNEL | __GFP_HIGHMEM | __GFP_ZERO,
				      __builtin_return_address(0));
}
EXPORT_SYMBOL_GPL(vmx_zalloc);

/**
 * vmx_alloc_node() - allocate noncontiguous memory, preferably from one node
 * @size: bytes; rounded up to pages
 * @node: the node to prefer, which must be online; or NUMA_NO_NODE
 *
 * As vmx_alloc(). If the node has no free frames, they come from other nodes.
 *
 * Context: process context; may sleep.
 * Return: the address; NULL in the cases of __vmx_alloc_node_range().
 */
void *vmx_alloc_node(unsigned long size, int node)
{
	return __vmx_alloc_node_flags(size, node, GFP_KERNEL | __GFP_HIGHMEM,
				      __builtin_return_address(0));
}
EXPORT_SYMBOL_GPL(vmx_alloc_node);

/**
 * vmx_zalloc_node() - allocate cleared memory, preferably from one node
 * @size: bytes; rounded up to pages
 * @node: the node to prefer, which must be online; or NUMA_NO_NODE
 *
 * As vmx_alloc_node(), with all bytes 0.
 *
 * Context: process context; may sleep.
 * Return: the address; NULL in the cases of __vmx_alloc_node_range().
 */
void *vmx_zalloc_node(unsigned long size, int node)
{
	return __vmx_alloc_node_flags(size, node,
				      GFP_KERNEL | __GFP_HIGHMEM | __GFP_ZERO,
				      __builtin_return_address(0));
}
EXPORT_SYMBOL_GPL(vmx_zalloc_node);

/**
 * __vmx_alloc() - allocate noncontiguous memory with GFP flags
 * @size: bytes; rounded up to pages
 * @gfp_mask: for the frames. GFP_ATOMIC and GFP_NOWAIT are allowed in process context
 *	with interrupts and bottom halves enabled, for example under a spinlock
 *
 * A request that may not sleep cannot purge: it fails if only quarantined addresses
 * are left.
 *
 * Context: process context; sleeps if @gfp_mask allows it.
 * Return: the address; NULL in the cases of __vmx_alloc_node_range().
 */
void *__vmx_alloc(unsigned long size, gfp_t gfp_mask)
{
	return __vmx_alloc_node_flags(size, NUMA_NO_NODE, gfp_mask,
				      __builtin_return_address(0));
}
EXPORT_SYMBOL_GPL(__vmx_alloc);

/**
 * vmx_alloc_user() - allocate cleared memory for remap_vmx_range()
 * @size: bytes; rounded up to pages
 *
 * Context: process context; may sleep.
 * Return: the address, aligned to SHMLBA; NULL in the cases of
 * __vmx_alloc_node_range().
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
 * vmx_alloc_32() - allocate memory whose frames lie below 4 GiB
 * @size: bytes; rounded up to pages
 *
 * Context: process context; may sleep.
 * Return: the address; NULL in the cases of __vmx_alloc_node_range().
 */
void *vmx_alloc_32(unsigned long size)
{
	return __vmx_alloc_node_flags(size, NUMA_NO_NODE,
				      GFP_KERNEL | VMX_GFP_32,
				      __builtin_return_address(0));
}
EXPORT_SYMBOL_GPL(vmx_alloc_32);

/**
 * vmx_alloc_32_user() - allocate cleared memory below 4 GiB for remap_vmx_range()
 * @size: bytes; rounded up to pages
 *
 * Context: process context; may sleep.
 * Return: the address, aligned to SHMLBA; NULL in the cases of
 * __vmx_alloc_node_range().
 */
void *vmx_alloc_32_user(unsigned long size)
{
	return __vmx_alloc_node_range(size, SHMLBA, vmx_start, vmx_end,
				      GFP_KERNEL | VMX_GFP_32 | __GFP_ZERO,
				      PAGE_KERNEL, VMX_USERMAP, NUMA_NO_NODE,
				      __builtin_return_address(0));
}
EXPORT_SYMBOL_GPL(vmx_alloc_32_user);

/*
 * If the product overflows, it is the largest number, and no area is that long. The
 * kernel's functions refuse this, too, but do not log it.
 */
static __always_inline void *alloc_array(size_t n, size_t size, gfp_t flags,
					 const void *caller)
{
	return __vmx_alloc_node_flags(size_mul(n, size), NUMA_NO_NODE,
				      vmx_highmem_gfp(flags), caller);
}

/**
 * __vmx_alloc_array() - allocate noncontiguous memory for an array, with GFP flags
 * @n: the number of elements
 * @size: the size of an element in bytes
 * @flags: as for __vmx_alloc(). Without a zone, frames may come from high memory
 *
 * Context: process context; sleeps if @flags allow it.
 * Return: the address; NULL if the size in bytes overflows, and in the cases of
 * __vmx_alloc_node_range().
 */
void *__vmx_alloc_array(size_t n, size_t size, gfp_t flags)
{
	return alloc_array(n, size, flags, __builtin_return_address(0));
}
EXPORT_SYMBOL_GPL(__vmx_alloc_array);

/**
 * vmx_alloc_array() - allocate noncontiguous memory for an array
 * @n: the number of elements
 * @size: the size of an element in bytes
 *
 * Context: process context; may sleep.
 * Return: as __vmx_alloc_array().
 */
void *vmx_alloc_array(size_t n, size_t size)
{
	return alloc_array(n, size, GFP_KERNEL, __builtin_return_address(0));
}
EXPORT_SYMBOL_GPL(vmx_alloc_array);

/**
 * __vmx_calloc() - allocate cleared memory for an array, with GFP flags
 * @n: the number of elements
 * @size: the size of an element in bytes
 * @flags: as for __vmx_alloc_array()
 *
 * Context: process context; sleeps if @flags allow it.
 * Return: as __vmx_alloc_array().
 */
void *__vmx_calloc(size_t n, size_t size, gfp_t flags)
{
	return alloc_array(n, size, flags | __GFP_ZERO, __builtin_return_address(0));
}
EXPORT_SYMBOL_GPL(__vmx_calloc);

/**
 * vmx_calloc() - allocate cleared memory for an array
 * @n: the number of elements
 * @size: the size of an element in bytes
 *
 * Context: process context; may sleep.
 * Return: as __vmx_alloc_array().
 */
void *vmx_calloc(size_t n, size_t size)
{
	return alloc_array(n, size, GFP_KERNEL | __GFP_ZERO, __builtin_return_address(0));
}
EXPORT_SYMBOL_GPL(vmx_calloc);

/**
 * vmx_alloc_huge_node() - allocate memory that is mapped by leaves where possible
 * @size: bytes; rounded up to pages
 * @gfp_mask: for the frames
 * @node: the node to prefer, which must be online; or NUMA_NO_NODE
 *
 * From PMD_SIZE on, the area is aligned to PMD_SIZE if there is such a hole. Then each
 * PMD_SIZE of it gets one leaf if a block of that size is available, and small pages
 * otherwise. A request that may not sleep gets small pages.
 *
 * Context: process context; sleeps if @gfp_mask allows it.
 * Return: the address; NULL in the cases of __vmx_alloc_node_range().
 */
void *vmx_alloc_huge_node(unsigned long size, gfp_t gfp_mask, int node)
{
	return __vmx_alloc_node_range(size, 1, vmx_start, vmx_end, gfp_mask,
				      PAGE_KERNEL, VMX_ALLOW_HUGE, node,
				      __builtin_return_address(0));
}
EXPORT_SYMBOL_GPL(vmx_alloc_huge_node);

/**
 * vmx_alloc_huge() - allocate memory that is mapped by leaves where possible
 * @size: bytes; rounded up to pages
 * @gfp_mask: for the frames
 *
 * As vmx_alloc_huge_node() with NUMA_NO_NODE.
 *
 * Context: process context; sleeps if @gfp_mask allows it.
 * Return: the address; NULL in the cases of __vmx_alloc_node_range().
 */
void *vmx_alloc_huge(unsigned long size, gfp_t gfp_mask)
{
	return __vmx_alloc_node_range(size, 1, vmx_start, vmx_end, gfp_mask,
				      PAGE_KERNEL, VMX_ALLOW_HUGE, NUMA_NO_NODE,
				      __builtin_return_address(0));
}
EXPORT_SYMBOL_GPL(vmx_alloc_huge);
