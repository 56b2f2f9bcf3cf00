// SPDX-License-Identifier: GPL-2.0
/*
 * mem: the bytes of the slice by offset, for pread(), pwrite() and mmap()
 *
 * Only areas that were made by writing to "alloc" can be reached; the areas of modules
 * cannot. If there is no such area at the offset, a read or a write fails with EFAULT
 * or stops there, and an access to a mapping raises SIGBUS.
 *
 * Only a process with CAP_SYSLOG opens the file: a frame that was not cleared has what
 * its former owner left there, which may be addresses.
 *
 * If the area is freed while it is mapped, the last unmapping returns the frames.
 *
 * vmx_area_lock is held for each page separately, so that the area exists while its
 * frame is copied or mapped: areas of the files are never parked.
 */
#include <linux/fs.h>
#include <linux/highmem.h>
#include <linux/mm.h>
#include <linux/module.h>
#include <linux/sched/signal.h>
#include <linux/uaccess.h>

#include "vmx_area.h"
#include "vmx_compat.h"
#include "vmx_frames.h"
#include "vmx_pgtable.h"
#include "files.h"

/* Return the area at an offset of the slice if the files own it, or NULL. */
static struct vmx_area *area_at(loff_t offset)
{
	struct vmx_area *area;

	lockdep_assert_held(&vmx_area_lock);
	area = vmx_area_find(vmx_start + offset);
	return area && vmx_area_complete(area) && vmx_is_owned(area) ? area : NULL;
}

/* Return the frame at an offset that is inside @area; NULL for the guard page. */
static struct page *page_at(const struct vmx_area *area, loff_t offset)
{
	unsigned int i = (vmx_start + offset - (unsigned long)area->addr) >> PAGE_SHIFT;

	return i < area->nr_pages ? vmx_area_page(area, i) : NULL;
}

/*
 * Copy inside one page. The caller has a buffer, because user memory may fault, and a
 * fault is not allowed under vmx_area_lock.
 */
static bool copy_at(loff_t offset, char *buf, size_t len, bool write)
{
	struct vmx_area *area;
	struct page *page;

	spin_lock(&vmx_area_lock);
	area = area_at(offset);
	page = area ? page_at(area, offset) : NULL;
	if (page && write)
		memcpy_to_page(page, offset_in_page(offset), buf, len);
	else if (page)
		memcpy_from_page(buf, page, offset_in_page(offset), len);
	spin_unlock(&vmx_area_lock);
	return page;
}

static ssize_t copy_range(char __user *to, const char __user *from, size_t count,
			  loff_t *ppos)
{
	loff_t size = vmx_end - vmx_start;
	ssize_t done = 0;
	char *buf;

	if (*ppos < 0 || *ppos >= size || !count)
		return 0;
	count = min_t(loff_t, count, size - *ppos);
	buf = (char *)__get_free_page(GFP_KERNEL);
	if (!buf)
		return -ENOMEM;
	while (done < count && !fatal_signal_pending(current)) {
		size_t len = min_t(size_t, count - done,
				   PAGE_SIZE - offset_in_page(*ppos));

		if (from && copy_from_user(buf, from + done, len))
			break;
		if (!copy_at(*ppos, buf, len, from))
			break;
		if (to && copy_to_user(to + done, buf, len))
			break;
		done += len;
		*ppos += len;
		cond_resched();
	}
	free_page((unsigned long)buf);
	if (done)
		return done;
	/* A fault on user memory ends early, too, when the task is killed. */
	return fatal_signal_pending(current) ? -EINTR : -EFAULT;
}

static int mem_open(struct inode *inode, struct file *file)
{
	return vmx_may_see_addresses(file) ? 0 : -EPERM;
}

static ssize_t mem_read(struct file *file, char __user *to, size_t len,
			loff_t *ppos)
{
	return copy_range(to, NULL, len, ppos);
}

static ssize_t mem_write(struct file *file, const char __user *from, size_t len,
			 loff_t *ppos)
{
	return copy_range(NULL, from, len, ppos) ?: len ? -ENOSPC : 0;
}

static loff_t mem_llseek(struct file *file, loff_t offset, int whence)
{
	return fixed_size_llseek(file, offset, whence, vmx_end - vmx_start);
}

static vm_fault_t mem_fault(struct vm_fault *vmf)
{
	loff_t offset = (loff_t)vmf->pgoff << PAGE_SHIFT;
	struct vmx_area *area;
	struct page *page;

	if (vmf->pgoff >= (vmx_end - vmx_start) >> PAGE_SHIFT)
		return VM_FAULT_SIGBUS;
	spin_lock(&vmx_area_lock);
	area = area_at(offset);
	page = area ? page_at(area, offset) : NULL;
	if (page)
		get_page(page);
	spin_unlock(&vmx_area_lock);
	if (!page)
		return VM_FAULT_SIGBUS;
	vmf->page = page;
	return 0;
}

static const struct vm_operations_struct mem_vm_ops = {
	.fault = mem_fault,
};

static int mem_mmap(struct file *file, struct vm_area_struct *vma)
{
	if (!(vma->vm_flags & VM_MAYSHARE))
		return -EINVAL;
	vm_flags_set(vma, VM_DONTEXPAND | VM_DONTDUMP);
	vma->vm_ops = &mem_vm_ops;
	return 0;
}

const struct file_operations vmx_mem_fops = {
	.owner = THIS_MODULE,
	.open = mem_open,
	.read = mem_read,
	.write = mem_write,
	.llseek = mem_llseek,
	.mmap = mem_mmap,
};
