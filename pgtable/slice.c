// SPDX-License-Identifier: GPL-2.0
/*
 * Reserving the slice and giving it back whole
 *
 * Modules can't reserve addresses of the vmalloc range as such, but they can
 * vmap().  So one placeholder page is mapped over the whole slice, which makes
 * the kernel build every page table below the top and keep the range in its
 * own books (and in /proc/vmallocinfo, under this function's name).  Then the
 * walker clears the entries, and the slice is blank: vmx's to fill.  vunmap()
 * of the same address undoes it.
 *
 * vmap() aligns to pages only.  Where 2 MiB leaves are possible, a leaf more is
 * reserved and the aligned inside used; what is left over at both ends stays
 * mapped, read-only, to the placeholder.
 *
 * Locking: none; called once from init and once from exit.  Units: bytes.
 */
#define pr_fmt(fmt) KBUILD_MODNAME ": " fmt

#include <linux/mm.h>
#include <linux/slab.h>
#include <linux/vmalloc.h>

#include "vmx_pgtable.h"

unsigned long vmx_start, vmx_end;

static void *vmx_reserved;		/* what vmap() gave */
static struct page *vmx_placeholder;

static void *map_placeholder(unsigned long size)
{
	unsigned long i, nr = size >> PAGE_SHIFT;
	struct page **pages;
	void *addr = NULL;

	pages = kvmalloc_array(nr, sizeof(*pages), GFP_KERNEL | __GFP_NOWARN);
	if (!pages)
		return NULL;
	for (i = 0; i < nr; i++)
		pages[i] = vmx_placeholder;
	addr = vmap(pages, nr, VM_MAP, PAGE_KERNEL_RO);
	kvfree(pages);
	return addr;
}

static int complain(unsigned long size, int err, const char *why)
{
	pr_err("slice=%lu: %s\n", size, why);
	return err;
}

/**
 * vmx_slice_reserve() - take a slice of the vmalloc range
 * @size: bytes
 *
 * On success the slice is [vmx_start, vmx_end), and nothing in it is mapped.
 *
 * Return: 0; -EINVAL for a size of zero or not page-sized; -ENOMEM when the
 * kernel can't give that much. An error has been logged.
 */
int vmx_slice_reserve(unsigned long size)
{
	unsigned long leaf = vmx_pgtable_leaf_size();
	unsigned long whole, align = leaf ?: PAGE_SIZE;
	int err;

	if (!size || !PAGE_ALIGNED(size))
		return complain(size, -EINVAL,
				"must be a multiple of the page size, and not 0");
	size = ALIGN(size, align);
	whole = size + align - PAGE_SIZE;
	/* vmap() refuses these without a word. */
	if (!size || whole < size || whole >> PAGE_SHIFT > totalram_pages())
		return complain(size, -ENOMEM,
				"more than this machine has memory; take less");

	vmx_placeholder = alloc_page(GFP_KERNEL | __GFP_ZERO);
	if (!vmx_placeholder)
		return complain(size, -ENOMEM, "no memory");
	vmx_reserved = map_placeholder(whole);
	if (!vmx_reserved) {
		err = complain(size, -ENOMEM,
			       "vmap() can't give that much of the vmalloc range; take less");
		goto free_placeholder;
	}
	vmx_start = ALIGN((unsigned long)vmx_reserved, align);
	vmx_end = vmx_start + size;
	err = vmx_pgtable_init(vmx_start, vmx_end);
	if (err) {
		complain(size, err, "no memory");
		goto unmap_placeholder;
	}
	return 0;

unmap_placeholder:
	vunmap(vmx_reserved);
free_placeholder:
	__free_page(vmx_placeholder);
	return err;
}

/**
 * vmx_slice_release() - give it back
 *
 * Nothing in it is mapped any more.
 */
void vmx_slice_release(void)
{
	vmx_pgtable_exit(vmx_end);
	vunmap(vmx_reserved);
	__free_page(vmx_placeholder);
}
