// SPDX-License-Identifier: GPL-2.0
/*
 * Look up an address: is it in the slice, in which area, and on which frame?
 *
 * Nothing here takes a lock.
 */
#include <linux/export.h>
#include <linux/mm.h>

#include "vmx_area.h"
#include "vmx_pgtable.h"

/**
 * is_vmx_addr() - tell whether an address lies in the slice
 * @addr: any address
 *
 * Context: any.
 * Return: true if the address lies in the slice, whether it is mapped or not.
 */
bool is_vmx_addr(const void *addr)
{
	return (unsigned long)addr >= vmx_start && (unsigned long)addr < vmx_end;
}
EXPORT_SYMBOL_GPL(is_vmx_addr);

/**
 * find_vmx_area() - find the area that an address lies in
 * @addr: any address; the guard page belongs to its area
 *
 * The function does not keep the area from being freed. Any address may be looked up, but
 * follow the result only if the area is your own, or cannot be freed meanwhile.
 *
 * Context: any. Takes no lock.
 * Return: the area; NULL if the address lies in no area, or in one that has been freed.
 */
struct vmx_area *find_vmx_area(const void *addr)
{
	return vmx_area_find((unsigned long)addr);
}
EXPORT_SYMBOL_GPL(find_vmx_area);

/**
 * vmx_to_page() - find the frame that an address reaches
 * @addr: an address in an area of the caller
 *
 * Read the entry, as vmalloc_to_page() does, but without a walk: vmx knows where each table
 * of the slice is. Each frame of a block counts its own references, so get_page() keeps this
 * frame when the area is freed.
 *
 * Context: any.
 * Return: the frame's struct page; NULL outside the slice, where nothing is mapped, and if
 * the slice is lost.
 */
struct page *vmx_to_page(const void *addr)
{
	if (!is_vmx_addr(addr) || vmx_slice_is_lost())
		return NULL;
	return vmx_pgtable_page((unsigned long)addr);
}
EXPORT_SYMBOL_GPL(vmx_to_page);

/**
 * vmx_to_pfn() - find the number of the frame that an address reaches
 * @addr: an address in an area of the caller; it must be mapped
 *
 * Context: any.
 * Return: the frame number. As with vmalloc_to_pfn(), it is meaningless if nothing is
 * mapped at @addr.
 */
unsigned long vmx_to_pfn(const void *addr)
{
	return page_to_pfn(vmx_to_page(addr));
}
EXPORT_SYMBOL_GPL(vmx_to_pfn);
