// SPDX-License-Identifier: GPL-2.0
/*
 * Show areas to others: map them to user space, and read them through an iterator
 *
 * Locking: vmx_read_iter() takes vmx_area_lock for each page that it reads.
 * Units: bytes, except pgoff.
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

/**
 * remap_vmx_range_partial() - map a part of an area to a part of a user mapping
 * @vma: the user mapping
 * @uaddr: the first user address, page-aligned, inside @vma
 * @kaddr: the first address of an area from vmx_alloc_user() or vmx_alloc_32_user(), or
 *	with VMX_USERMAP. The kernel's function takes any address inside the area here, and
 *	checks the size as if it were the first one
 * @pgoff: how many pages to leave out at the start of the area
 * @size: bytes; rounded up to pages
 *
 * A frame stays allocated until the area has been freed and the last user mapping of
 * the frame is gone.
 *
 * Context: the mmap method of a file, with the mmap lock held for writing.
 * Return: 0; -EINVAL if @uaddr is not page-aligned, if @kaddr is not the first address of
 * such an area, if @size is 0, or if the area has fewer pages than @pgoff and @size
 * together; -EFAULT if @vma does not have all of the addresses; otherwise the errno of
 * vm_insert_pages(): -EBUSY if one is mapped already, -ENOMEM.
 */
int remap_vmx_range_partial(struct vm_area_struct *vma, unsigned long uaddr,
			    void *kaddr, unsigned long pgoff, unsigned long size)
{
	unsigned long nr = PAGE_ALIGN(size) >> PAGE_SHIFT, last;
	struct vmx_area *area = vmx_area_at(kaddr);

	if (!area || !(area->flags & VMX_USERMAP) || !PAGE_ALIGNED(uaddr) || !nr ||
	    check_add_overflow(pgoff, nr, &last) || last > area->nr_pages)
		return -EINVAL;
	/* vm_insert_pages() does not notice an end that overflows. */
	if (uaddr < vma->vm_start || uaddr >= vma->vm_end ||
	    nr > (vma->vm_end - uaddr) >> PAGE_SHIFT)
		return -EFAULT;
	vm_flags_set(vma, VM_DONTEXPAND | VM_DONTDUMP);
	return vm_insert_pages(vma, uaddr, area->pages + pgoff, &nr);
}
EXPORT_SYMBOL_GPL(remap_vmx_range_partial);

/**
 * remap_vmx_range() - map an area to user space
 * @vma: the user mapping; the function fills all of it
 * @addr: the first address of an area, as for remap_vmx_range_partial()
 * @pgoff: how many pages to leave out at the start of the area
 *
 * Context: the mmap method of a file, with the mmap lock held for writing.
 * Return: 0, or an errno of remap_vmx_range_partial().
 */
int remap_vmx_range(struct vm_area_struct *vma, void *addr, unsigned long pgoff)
{
	return remap_vmx_range_partial(vma, vma->vm_start, addr, pgoff,
				       vma->vm_end - vma->vm_start);
}
EXPORT_SYMBOL_GPL(remap_vmx_range);

/*
 * Copy at most one page. Nobody can unmap the area while it is read, so the
 * address reaches a frame of the area, not one that belongs to somebody else by now.
 */
static bool copy_from_area(void *to, unsigned long addr, size_t len)
{
	struct vmx_area *area;
	bool copied;

	vmx_area_read_lock();
	area = vmx_area_find(addr);
	/* Leave out the guard page: after vmx_realloc(), a TLB may still map it. */
	copied = area && vmx_area_complete(area) && !vmx_slice_is_lost() &&
		 addr - (unsigned long)area->addr <
		 vmx_area_pages(area) * PAGE_SIZE &&
		 !copy_from_kernel_nofault(to, (void *)addr, len);
	vmx_area_read_unlock();
	return copied;
}

/**
 * vmx_read_iter() - read from the slice, as vread_iter() does
 * @iter: the destination
 * @addr: the first address to read
 * @count: how many bytes to read
 *
 * Holes, guard pages and quarantined addresses read as zeros.
 *
 * Context: process context; may sleep. Takes vmx_area_lock.
 * Return: the number of bytes copied. It is less than @count if @iter cannot take more,
 * or if the slice ends. 0 if @count is 0, if @addr is outside the slice, or if no byte
 * of the range belongs to an area. -ENOMEM without memory.
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
