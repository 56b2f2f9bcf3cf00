// SPDX-License-Identifier: GPL-2.0
/*
 * Reserve the slice, and give it back
 *
 * No function that is exported to modules reserves addresses of the vmalloc range only.
 * But modules can call vmap(). So vmx maps one frame, the placeholder, at every page of
 * the slice. The kernel then builds all page tables below the top one, and records the
 * range as used. /proc/vmallocinfo shows it under the name of vmx_slice_reserve(). Then
 * vmx_pgtable_init() clears the entries. vunmap() of the same address undoes all this.
 *
 * vmap() aligns to pages only. Where 2 MiB leaves are possible, vmx reserves 2 MiB less
 * a page more than the slice and uses the aligned part. The rest, at both ends, stays
 * mapped to the placeholder, read-only.
 *
 * The functions are called once each, by init and by exit.
 */
#define pr_fmt(fmt) KBUILD_MODNAME ": " fmt

#include <linux/mm.h>
#include <linux/slab.h>
#include <linux/vmalloc.h>

#include "vmx_pgtable.h"

unsigned long vmx_start, vmx_end;

static void *vmx_reserved;		/* what vmap() returned */
static struct page *vmx_placeholder;

/* Map the placeholder at every page of @size bytes. */
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
 * vmx_slice_reserve() - reserve a slice of the vmalloc range
 * @size: bytes; rounded up to a leaf where leaves are possible
 *
 * On success the slice is [vmx_start, vmx_end), and nothing in it is mapped.
 *
 * Context: process context; may sleep.
 * Return: 0; -EINVAL if @size is 0 or not a multiple of the page size; -ENOMEM if it is
 * more than the machine has memory, if vmap() cannot reserve that much, or without
 * memory. The log says why.
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
	/* vmap() refuses these and logs nothing. */
	if (!size || whole < size || whole >> PAGE_SHIFT > totalram_pages())
		return complain(size, -ENOMEM,
				"more than this machine has memory; take less");

	vmx_placeholder = alloc_page(GFP_KERNEL | __GFP_ZERO);
	if (!vmx_placeholder)
		return complain(size, -ENOMEM, "no memory");
	vmx_reserved = map_placeholder(whole);
	if (!vmx_reserved) {
		err = complain(size, -ENOMEM,
			       "vmap() cannot reserve that much of the vmalloc range; take less");
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
 * vmx_slice_release() - give the slice back to the kernel
 *
 * Context: process context; may sleep. Nothing in the slice is mapped any more.
 */
void vmx_slice_release(void)
{
	vmx_pgtable_exit(vmx_end);
	vunmap(vmx_reserved);
	__free_page(vmx_placeholder);
}
