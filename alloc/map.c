// SPDX-License-Identifier: GPL-2.0
/*
 * Areas over somebody else's frames: vmap() and vm_map_ram() of the slice
 *
 * The same descriptors, holes and quarantine as for vmx_alloc(); only the
 * frames come from the caller and, unless VM_MAP_PUT_PAGES says otherwise, stay
 * the caller's.
 *
 * Locking: none of its own.  Units: counts are in pages.
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
	    count > (vmx_end - vmx_start) >> PAGE_SHIFT)
		return NULL;
	for (i = 0; i < count; i++) {
		if (WARN_ON_ONCE(!pages[i]))
			return NULL;
	}
	area = get_vmx_area_caller((unsigned long)count << PAGE_SHIFT,
				   flags | VMX_MAP | VMX_UNLIST, node, caller);
	if (IS_ERR(area)) {
		vmx_count_failure(PTR_ERR(area));
		return NULL;
	}
	err = vmx_pgtable_map((unsigned long)area->addr, pages, count, prot,
			      VMX_SCATTERED);
	if (err) {
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
 * vmx_map() - map an array of pages, as vmap() does
 * @pages: the pages
 * @count: how many
 * @flags: VM_MAP, and VM_MAP_PUT_PAGES to hand over the pages (one reference
 *	to each) and the array (from kvmalloc()), to be freed by vmx_free()
 * @prot: the entries' protection; never executable, nor PAGE_NONE
 *
 * Context: may sleep.
 * Return: the address, to be given back with vmx_unmap(), or vmx_free() after
 * VM_MAP_PUT_PAGES; NULL for a count of zero, for one of more than the machine
 * has memory or the slice has room, and when addresses or memory run out.
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
 * @addr: what it returned; NULL is fine
 *
 * The pages stay the caller's, whatever the flags were.
 *
 * Context: may sleep; not in an interrupt.
 */
void vmx_unmap(const void *addr)
{
	might_sleep();
	if (addr && !WARN_ON_ONCE(in_interrupt()) && __vmx_unmap(addr, false))
		vmx_areas_try_purge();
}
EXPORT_SYMBOL_GPL(vmx_unmap);

/**
 * vmx_map_ram() - map pages for a short time, as vm_map_ram() does
 * @pages: the pages
 * @count: how many
 * @node: where to keep the descriptor, or NUMA_NO_NODE
 *
 * vm_map_ram() keeps blocks of addresses for small counts; vmx needs no second
 * way, as its first costs no more.
 *
 * Context: may sleep.
 * Return: the address, to be given back with vmx_unmap_ram(); or NULL, as
 * vmx_map().
 */
void *vmx_map_ram(struct page **pages, unsigned int count, int node)
{
	return map_pages(pages, count, 0, PAGE_KERNEL, node,
			 __builtin_return_address(0));
}
EXPORT_SYMBOL_GPL(vmx_map_ram);

/**
 * vmx_unmap_ram() - undo vmx_map_ram()
 * @mem: what it returned
 * @count: how many pages, as given to it
 *
 * Context: may sleep.
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
 * vmx_unmap_aliases() - flush now what was freed or unmapped before
 *
 * Afterwards no CPU reaches a frame through an address of the slice that was
 * freed before the call, and the addresses can be used again.  (What was left to a
 * worker by vmx_free_atomic() is freed when that has run.)
 *
 * Context: may sleep.
 */
void vmx_unmap_aliases(void)
{
	vmx_magazines_drain();
	vmx_areas_purge();
}
EXPORT_SYMBOL_GPL(vmx_unmap_aliases);
