// SPDX-License-Identifier: GPL-2.0
/*
 * Areas seen from outside: mapped to user space, and read through an iterator
 *
 * Locking: vmx_area_lock around each page that is read.
 * Units: bytes, but for pgoff.
 */
#include <linux/export.h>
#include <linux/mm.h>
#include <linux/overflow.h>
#include <linux/slab.h>
#include <linux/uaccess.h>
#include <linux/uio.h>

#include "vmx_area.h"
#include "vmx_compat.h"
#include "vmx_pgtable.h"
#include "chain.h"

/**
 * remap_vmx_range() - map an area to user space
 * @vma: where to; all of it is filled
 * @addr: an area's first address, from vmx_alloc_user() or with VMX_USERMAP
 * @pgoff: pages of the area to leave out at its start
 *
 * The frames stay until both the area is freed and the last user mapping is
 * gone.
 *
 * Context: the mmap method of a file, mmap lock held for writing.
 * Return: 0; -EINVAL when @addr is no such area, is not page-aligned, or is too
 * short for @vma; otherwise vm_insert_pages()'s errno.
 */
int remap_vmx_range(struct vm_area_struct *vma, void *addr, unsigned long pgoff)
{
	unsigned long nr = vma_pages(vma), last;
	struct vmx_area *area = vmx_area_at(addr);

	if (!area || !(area->flags & VMX_USERMAP) ||
	    check_add_overflow(pgoff, nr, &last) || last > area->nr_pages)
		return -EINVAL;
	vm_flags_set(vma, VM_DONTEXPAND | VM_DONTDUMP);
	return vm_insert_pages(vma, vma->vm_start, area->pages + pgoff, &nr);
}
EXPORT_SYMBOL_GPL(remap_vmx_range);

/*
 * One page at the most.  Under the lock nobody takes the area down, so what the
 * address reaches is the area's and not a frame that has moved on.
 */
static bool copy_from_area(void *to, unsigned long addr, size_t len)
{
	struct vmx_area *area;
	bool copied;

	spin_lock(&vmx_area_lock);
	area = vmx_area_find(addr);
	/* Not the guard page: after vmx_realloc() a TLB may still reach it. */
	copied = area && vmx_area_complete(area) &&
		 addr - (unsigned long)area->addr <
		 vmx_area_pages(area) * PAGE_SIZE &&
		 !copy_from_kernel_nofault(to, (void *)addr, len);
	spin_unlock(&vmx_area_lock);
	return copied;
}

/**
 * vmx_read_iter() - read from the slice, as vread_iter() does
 * @iter: where to
 * @addr: from where
 * @count: how many bytes
 *
 * Holes, guard pages and quarantined addresses read as zeros.
 *
 * Context: may sleep.
 * Return: the bytes copied, fewer than @count only when @iter takes no more or
 * the slice ends; 0 when nothing in the range belongs to an area; -ENOMEM.
 */
long vmx_read_iter(struct iov_iter *iter, const char *addr, size_t count)
{
	unsigned long at = (unsigned long)addr;
	bool found = false;
	long done = 0;
	void *page;

	might_sleep();
	if (!is_vmx_addr(addr))
		return 0;
	count = min_t(size_t, count, vmx_end - at);
	page = (void *)__get_free_page(GFP_KERNEL);
	if (!page)
		return -ENOMEM;
	while (count) {
		size_t len = min_t(size_t, count, PAGE_SIZE - offset_in_page(at));
		size_t copied;

		if (copy_from_area(page, at, len))
			found = true;
		else
			memset(page, 0, len);
		copied = copy_to_iter(page, len, iter);
		done += copied;
		if (copied < len)
			break;
		at += len;
		count -= len;
		cond_resched();
	}
	free_page((unsigned long)page);
	if (!found) {
		iov_iter_revert(iter, done);
		return 0;
	}
	return done;
}
EXPORT_SYMBOL_GPL(vmx_read_iter);
