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
 * vmap() aligns to pages only. Where leaves are possible, vmx reserves a leaf less a
 * page more than the slice and uses the aligned part. Elsewhere it reserves a page
 * more. The rest, at one end or at both, stays mapped to the placeholder, read-only.
 *
 * vfree(), kvfree() and vunmap() take any address inside an area of the kernel. So if a
 * module gives them an address of the slice by mistake, the kernel unmaps all of it and
 * gives the addresses to others. It tells nobody. But it clears the entries of the
 * placeholder, too. One of these is the witness: before vmx writes an entry, it looks
 * there. When the witness has changed, the slice is lost for good: vmx writes no entry
 * any longer, and does not give the slice back. The check is not a lock: it cannot help
 * against a vfree() at the same moment.
 *
 * A slice of 0 bytes is an observer: vmx takes no addresses and writes no entry, only the
 * root of the page tables is pinned.
 */
#define pr_fmt(fmt) KBUILD_MODNAME ": " fmt

#include <linux/kasan.h>
#include <linux/mm.h>
#include <linux/slab.h>
#include <linux/vmalloc.h>

#include "arch/arch.h"
#include "vmx_compat.h"
#include "vmx_pgtable.h"
#include "root.h"

unsigned long vmx_start, vmx_end;
struct vmx_slice_witness vmx_slice_witness;

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
	/* KASAN with tags would take the tag for a part of the address. */
	addr = kasan_reset_tag(vmap(pages, nr, VM_MAP, PAGE_KERNEL_RO));
	kvfree(pages);
	return addr;
}

/* The tables of all pages that vmap() has mapped exist. */
static pte_t *entry_of(unsigned long addr)
{
	pgd_t *pgd = pgd_offset_pgd(vmx_root.table, addr);
	pmd_t *pmd = pmd_offset(pud_offset(p4d_offset(pgd, addr), addr), addr);

	return pte_offset_kernel(pmd, addr);
}

static void choose_witness(void)
{
	bool in_front = (unsigned long)vmx_reserved < vmx_start;

	vmx_slice_witness.entry = entry_of(in_front ? vmx_start - PAGE_SIZE : vmx_end);
	vmx_slice_witness.value = ptep_get(vmx_slice_witness.entry);
}

/**
 * vmx_slice_note_loss() - log that the slice is lost, once
 *
 * The kernel may free the table that has the witness, so it moves to a place that says
 * "lost" forever.
 *
 * Context: any.
 */
void vmx_slice_note_loss(void)
{
	static pte_t lost;

	if (xchg(&vmx_slice_witness.entry, &lost) != &lost)
		pr_err("the slice is lost: somebody gave an address of it to vfree(), kvfree() or vunmap(); vmx refuses all requests, unload it\n");
}

static int complain(unsigned long size, int err, const char *why)
{
	pr_err("slice=%lu: %s\n", size, why);
	return err;
}

/* An empty slice cannot be lost: its witness never changes. */
static void observe(void)
{
	static pte_t unchanging;

	vmx_start = 0;
	vmx_end = 0;
	vmx_slice_witness.entry = &unchanging;
	vmx_slice_witness.value = unchanging;
	vmx_pgtable_pin_root();
}

/**
 * vmx_slice_reserve() - reserve a slice of the vmalloc range
 * @size: bytes; rounded up to a leaf where leaves are possible. 0: only observe
 *
 * On success the slice is [vmx_start, vmx_end), and nothing in it is mapped.
 *
 * Context: process context; may sleep.
 * Return: 0; -EINVAL if @size is not a multiple of the page size; -ENOMEM if it is
 * more than the machine has memory, if vmap() cannot reserve that much, or without
 * memory. The log says why.
 */
int vmx_slice_reserve(unsigned long size)
{
	unsigned long leaf = vmx_pgtable_leaf_size();
	unsigned long whole, align = leaf ?: PAGE_SIZE;
	int err;

	if (!PAGE_ALIGNED(size))
		return complain(size, -EINVAL, "must be a multiple of the page size");
	if (!size) {
		observe();
		return 0;
	}
	size = ALIGN(size, align);
	/* At least one page is left over, for the witness. */
	whole = size + (leaf ? leaf - PAGE_SIZE : PAGE_SIZE);
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
	choose_witness();
	/* alloc/shadow.h allows what is in use. vunmap() poisons everything again. */
	if (VMX_HAVE_SHADOW)
		kasan_poison(vmx_reserved, whole, VMX_SHADOW_POISON, false);
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
 * If the slice is lost, its addresses may belong to others: leave them alone.
 *
 * Context: process context; may sleep. Nothing in the slice is mapped any more.
 */
void vmx_slice_release(void)
{
	bool lost = vmx_slice_is_lost();

	if (vmx_start == vmx_end) {
		vmx_pgtable_unpin_root();
		return;
	}
	vmx_pgtable_exit(lost ? vmx_start : vmx_end);
	if (!lost)
		vunmap(vmx_reserved);
	__free_page(vmx_placeholder);
}
