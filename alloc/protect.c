// SPDX-License-Identifier: GPL-2.0
/*
 * Turn an area into code, and back into data: writable or executable, never both
 *
 * Each turn has two steps with a flush after each: first the area loses what it had, then
 * it gets what it shall have. So at no time may one CPU write where another one executes,
 * and no entry is ever both writable and executable.
 *
 * This is about the addresses of the area. The kernel's direct map reaches the same frames,
 * where it has them, and stays writable there: no function that changes this is exported.
 *
 * Locking: the caller owns the area. vmx_area_lock protects its flags.
 */
#include <linux/bitops.h>
#include <linux/export.h>
#include <linux/log2.h>
#include <linux/mm.h>

#include "arch/arch.h"
#include "vmx_area.h"
#include "vmx_frames.h"
#include "vmx_pgtable.h"
#include "chain.h"

/* A whole area with frames of its own, which user space must not map. */
static struct vmx_area *area_of(unsigned long addr, int numpages)
{
	struct vmx_area *area = vmx_area_at((void *)addr);

	if (!area || (area->flags & (VMX_ALLOC | VMX_USERMAP)) != VMX_ALLOC ||
	    numpages < 0 || numpages != area->nr_pages)
		return ERR_PTR(-EINVAL);
	return vmx_is_lost() ? ERR_PTR(-EIO) : area;
}

static bool others_hold_frames(const struct vmx_area *area)
{
	unsigned int i;

	for (i = 0; i < area->nr_pages; i++) {
		struct page *page = vmx_area_page(area, i);

		if (!vmx_frames_are_ours(&page, 1))
			return true;
	}
	return false;
}

/* Mark the area, and keep it out of the magazines, which hand areas out as they are. */
static void mark(struct vmx_area *area, bool rox)
{
	spin_lock(&vmx_area_lock);
	clear_bit(ilog2(VMX_CACHEABLE), &area->flags);
	assign_bit(ilog2(VMX_ROX), &area->flags, rox);
	spin_unlock(&vmx_area_lock);
}

static void protect(const struct vmx_area *area, pgprot_t prot)
{
	vmx_pgtable_protect((unsigned long)area->addr, area->nr_pages, prot);
	vmx_pgtable_flush();
}

/**
 * vmx_set_memory_rox() - make an area read-only and executable, as set_memory_rox() does
 * @addr: the first address of an area with frames of its own, not for user space, that
 *	was allocated with PAGE_KERNEL
 * @numpages: all of its pages
 *
 * Write the code before. Until vmx_set_memory_rw(), the area cannot be resized. It may be
 * freed: then all CPUs drop their translations before the frames go back.
 *
 * Context: process context; may sleep. Nobody else resizes or frees the area meanwhile.
 * Return: 0, also if it is so already; -EINVAL for any other address or number;
 * -EOPNOTSUPP if the CPU cannot forbid to execute data; -EBUSY if somebody else holds a
 * frame, and could write to it; -EIO if the slice is lost.
 */
int vmx_set_memory_rox(unsigned long addr, int numpages)
{
	struct vmx_area *area = area_of(addr, numpages);

	might_sleep();
	if (IS_ERR(area))
		return PTR_ERR(area);
	if (!vmx_arch_can_forbid_exec())
		return -EOPNOTSUPP;
	if (area->flags & VMX_ROX)
		return 0;
	if (others_hold_frames(area))
		return -EBUSY;
	mark(area, true);
	protect(area, PAGE_KERNEL_RO);
	vmx_arch_sync_code(addr, numpages * PAGE_SIZE);
	protect(area, VMX_PAGE_KERNEL_ROX);
	return 0;
}
EXPORT_SYMBOL_GPL(vmx_set_memory_rox);

/**
 * vmx_set_memory_rw() - undo vmx_set_memory_rox()
 * @addr: as for vmx_set_memory_rox()
 * @numpages: all of its pages
 *
 * The kernel's set_memory_rw() makes an area writable and leaves it executable. This one
 * does not.
 *
 * Context: process context; may sleep. Nobody executes the code any longer.
 * Return: 0, also if it is so already; -EINVAL and -EIO as vmx_set_memory_rox().
 */
int vmx_set_memory_rw(unsigned long addr, int numpages)
{
	struct vmx_area *area = area_of(addr, numpages);

	might_sleep();
	if (IS_ERR(area))
		return PTR_ERR(area);
	if (!(area->flags & VMX_ROX))
		return 0;
	protect(area, PAGE_KERNEL_RO);
	protect(area, PAGE_KERNEL);
	mark(area, false);
	return 0;
}
EXPORT_SYMBOL_GPL(vmx_set_memory_rw);
