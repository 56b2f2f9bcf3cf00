// SPDX-License-Identifier: GPL-2.0
/*
 * What lies at an address: the slice, an area, a frame
 *
 * Locking: vmx_area_lock while an area is looked for.
 * Units: bytes.
 */
#include <linux/export.h>
#include <linux/mm.h>

#include "vmx_area.h"
#include "vmx_pgtable.h"

/**
 * is_vmx_addr() - does an address lie in the slice?
 * @addr: any address
 *
 * Context: any.
 * Return: true if so, mapped or not.
 */
bool is_vmx_addr(const void *addr)
{
	return (unsigned long)addr >= vmx_start && (unsigned long)addr < vmx_end;
}
EXPORT_SYMBOL_GPL(is_vmx_addr);

/**
 * find_vmx_area() - the area that an address lies in
 * @addr: any address
 *
 * Nothing holds the area in place: ask only about areas of your own, or such as
 * can't be freed meanwhile.
 *
 * Context: not in an interrupt, nor with interrupts or bottom halves disabled.
 * Return: the area, or NULL; the guard page belongs to its area.
 */
struct vmx_area *find_vmx_area(const void *addr)
{
	struct vmx_area *area;

	spin_lock(&vmx_area_lock);
	area = vmx_area_find((unsigned long)addr);
	spin_unlock(&vmx_area_lock);
	return area;
}
EXPORT_SYMBOL_GPL(find_vmx_area);

/**
 * vmx_to_page() - the frame behind an address
 * @addr: an address in an area of the caller's
 *
 * Walks the page tables, as vmalloc_to_page() does.  The frames of a block are
 * one allocation of which only the first counts references: don't get_page()
 * the result.
 *
 * Context: any.
 * Return: its struct page; NULL outside the slice and where nothing is mapped.
 */
struct page *vmx_to_page(const void *addr)
{
	struct vmx_walk walk;

	if (!is_vmx_addr(addr))
		return NULL;
	vmx_pgtable_describe((unsigned long)addr, &walk);
	return walk.end == VMX_WALK_PAGE ? pfn_to_page(walk.pfn) : NULL;
}
EXPORT_SYMBOL_GPL(vmx_to_page);

/**
 * vmx_to_pfn() - the frame number behind an address
 * @addr: an address in an area of the caller's, which is mapped
 *
 * Context: any.
 * Return: its frame number.
 */
unsigned long vmx_to_pfn(const void *addr)
{
	return page_to_pfn(vmx_to_page(addr));
}
EXPORT_SYMBOL_GPL(vmx_to_pfn);
