// SPDX-License-Identifier: GPL-2.0
/*
 * Map frames of somebody else: vmap() and vm_map_ram() of the slice
 *
 * Descriptors, holes and quarantine are the same as for vmx_alloc(). But the caller
 * provides the frames. They stay the caller's, except with VM_MAP_PUT_PAGES.
 *
 * Units: counts are in pages.
 */
#include <linux/export.h>
#include <linux/mm.h>

#include "arch/arch.h"
#include "vmx_area.h"
#include "vmx_pgtable.h"
#include "chain.h"

static void *map_pages(struct page **pages, unsigned int count,
		       unsigned long flags, pgprot_t prot, int node,
		       const void *caller)
{
	struct vmx_area *area;
	unsigned int i;
	int err;

	might_sleep();
	if (!count || count > totalram_pages() || !vmx_arch_prot_maps(prot) ||
	    count > (vmx_end - vmx_start) >> PAGE_SHIFT || !vmx_node_exists(node))
		return NULL;
	for (i = 0; i < count; i++) {
		if (WARN_ON_ONCE(!pages[i]))
			return NULL;
	}
	area = get_vmx_area_caller((unsigned long)count << PAGE_SHIFT,
				   flags | VMX_MAP | VMX_UNLIST | VMX_PARKABLE,
				   node, caller);
	if (IS_ERR(area)) {
		vmx_count_failure(PTR_ERR(area));
		return NULL;
	}
	err = -EIO;
	if (!vmx_is_lost())
		err = vmx_pgtable_map((unsigned long)area->addr, pages, count, prot,
				      VMX_SCATTERED);
	if (err) {
		vmx_count_failure(err);
		vmx_undo_area(area, err);
		return NULL;
	}
	if (flags & VMX_PUT_PAGES) {
		area->pages = pages;
		area->nr_pages = count;
	}
	clear_vmx_unlist(area);
	return area->addr;
}

/**
 * vmx_map() - map an array of frames, as vmap() does
 * @pages: the frames
 * @count: how many
 * @flags: VM_MAP. With VM_MAP_PUT_PAGES, vmx_free() drops one reference to each frame
 *	and frees the array with kvfree(). All other flags are ignored
 * @prot: the entries' protection. The entries are never executable
 *
 * Context: process context; may sleep.
 * Return: the address, for vmx_unmap(), or for vmx_free() with VM_MAP_PUT_PAGES. NULL
 * if @count is 0, or more than the frames of the machine or the pages of the slice; if
 * @prot maps nothing, as PAGE_NONE; if a pointer in @pages is NULL, with a warning; if
 * there is no hole, or no memory; if the slice is lost. Then the frames and the array
 * stay the caller's.
 */
void *vmx_map(struct page **pages, unsigned int count, unsigned long flags,
	      pgprot_t prot)
{
	return map_pages(pages, count, flags & VMX_PUT_PAGES, pgprot_nx(prot),
			 NUMA_NO_NODE, __builtin_return_address(0));
}
EXPORT_SYMBOL_GPL(vmx_map);

/**
 * vmx_unmap() - undo vmx_map()
 * @addr: the address that vmx_map() returned; NULL does nothing
 *
 * The frames and the array stay the caller's, even with VM_MAP_PUT_PAGES. An address
 * that is not the start of an area is a bug in the caller: vmx warns, and does nothing
 * else.
 *
 * Context: process context; may sleep.
 */
void vmx_unmap(const void *addr)
{
	might_sleep();
	if (addr && !WARN_ON_ONCE(in_interrupt()) && __vmx_unmap(addr, false))
		vmx_areas_try_purge();
}
EXPORT_SYMBOL_GPL(vmx_unmap);

/**
 * vmx_map_ram() - map frames for a short time, as vm_map_ram() does
 * @pages: the frames
 * @count: how many
 * @node: the node for the descriptor, which must be online; or NUMA_NO_NODE
 *
 * vm_map_ram() keeps blocks of addresses for small counts. vmx does the same as for
 * vmx_map(), because that does not cost more.
 *
 * Context: process context; may sleep.
 * Return: the address, for vmx_unmap_ram(); NULL in the cases of vmx_map(), and if
 * @node is not online.
 */
void *vmx_map_ram(struct page **pages, unsigned int count, int node)
{
	return map_pages(pages, count, 0, PAGE_KERNEL, node,
			 __builtin_return_address(0));
}
EXPORT_SYMBOL_GPL(vmx_map_ram);

/**
 * vmx_unmap_ram() - undo vmx_map_ram()
 * @mem: the address that vmx_map_ram() returned
 * @count: the count that vmx_map_ram() was given
 *
 * If no area of @count pages starts at @mem, vmx warns once and does nothing else.
 *
 * Context: process context; may sleep.
 */
void vmx_unmap_ram(const void *mem, unsigned int count)
{
	struct vmx_area *area = vmx_area_at(mem);

	might_sleep();
	if (WARN_ON_ONCE(!area || vmx_area_pages(area) != count))
		return;
	if (__vmx_unmap(mem, false))
		vmx_areas_try_purge();
}
EXPORT_SYMBOL_GPL(vmx_unmap_ram);

/**
 * vmx_unmap_aliases() - purge what was freed or unmapped before
 *
 * Afterwards no CPU reaches a frame through an address of the slice that was freed
 * before the call. These addresses are holes, or parked, until they are allocated again.
 * The call waits for the workers of vmx_free_atomic(). This does not include areas that
 * another task is freeing during the call.
 *
 * The kernel's vm_unmap_aliases() does not do this for the slice. So call this function
 * before set_memory_*() changes the attributes of frames that were in an area.
 *
 * Context: process context; may sleep. Not in a work item of a workqueue with
 * WQ_MEM_RECLAIM: the workers that it waits for have no such queue.
 */
void vmx_unmap_aliases(void)
{
	might_sleep();
	vmx_free_wait();
	vmx_magazines_drain();
	vmx_areas_purge();
}
EXPORT_SYMBOL_GPL(vmx_unmap_aliases);
