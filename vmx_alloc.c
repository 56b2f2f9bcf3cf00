// SPDX-License-Identifier: GPL-2.0
/*
 * The chain of calls of the chapter, composed from areas, frames and page tables
 *
 * The chapter is chapter 8, "Noncontiguous Memory Area Management", of Understanding
 * the Linux Kernel; vmx follows Linux 3.10's mm/vmalloc.c.
 *
 *	vmx_alloc()				alloc/api.c
 *	  __vmx_alloc_node_flags()		alloc/api.c
 *	    __vmx_alloc_node()			alloc/api.c
 *	      __vmx_alloc_node_range()
 *		__get_vmx_area_node()	descriptor, guard page, hole
 *		__vmx_alloc_area_node()	page array, frames
 *		  vmx_map_area()	page-table entries
 *		clear_vmx_unlist()	the area is complete
 *
 * The names are Linux 3.10's, with "vmx" for "vm", and each function does what its
 * namesake did. A plain request skips the middle of the chain (vmx_alloc_plain()), and
 * the debugfs files begin with vmx_alloc_area(), which returns the descriptor.
 * alloc/unmap.c is the way back.
 *
 * Units: bytes, except nr_pages.
 */
#define pr_fmt(fmt) KBUILD_MODNAME ": " fmt

#include <linux/export.h>
#include <linux/kmemleak.h>
#include <linux/log2.h>
#include <linux/mm.h>
#include <linux/module.h>
#include <linux/moduleparam.h>
#include <linux/sched.h>
#include <linux/sizes.h>
#include <trace/events/vmx.h>

#include "arch/arch.h"
#include "vmx_area.h"
#include "vmx_frames.h"
#include "vmx_pgtable.h"
#include "alloc/chain.h"
#include "alloc/magazine.h"
#include "alloc/shadow.h"

/* Really free the cached areas, purge if that could help, and look again. */
static noinline int insert_after_purge(struct vmx_area *area,
				       unsigned long align, unsigned long start,
				       unsigned long end, gfp_t gfp)
{
	if (vmx_start == vmx_end)
		return -ENOSPC;		/* slice=0: nothing can become a hole */
	vmx_magazines_drain();
	return vmx_area_insert_after_purge(area, align, start, end, gfp);
}

/*
 * Make the descriptor, add the guard page, and find a hole that holds both. A plain
 * request takes a parked area, which has all three, if one is ready.
 */
static __always_inline struct vmx_area *
__get_vmx_area_node(unsigned long size, unsigned long align,
		    unsigned long flags, unsigned long start, unsigned long end,
		    int node, gfp_t gfp_mask, const void *caller)
{
	gfp_t meta_gfp = vmx_meta_gfp(gfp_mask);
	struct vmx_area *area;
	int err;

	/*
	 * The spinlocks are not IRQ-safe: refuse interrupt context, and atomic callers
	 * with interrupts off.
	 */
	if (WARN_ON_ONCE(in_interrupt() ||
			 (!gfpflags_allow_blocking(gfp_mask) && irqs_disabled())))
		return ERR_PTR(-EINVAL);

	if (flags & VMX_PARKABLE && size <= VMX_PARK_PAGES * PAGE_SIZE) {
		area = vmx_area_reuse(size, flags, caller);
		if (likely(area))
			return area;
	}
	area = vmx_area_alloc(size, flags, caller, meta_gfp, node);
	if (!area)
		return ERR_PTR(-ENOMEM);
	trace_vmx_descriptor(area, area->size,
			     flags & VMX_NO_GUARD ? 0 : PAGE_SIZE);

	err = vmx_area_insert(area, align, start, end, meta_gfp);
	if (unlikely(err == -ENOSPC) && gfpflags_allow_blocking(gfp_mask))
		err = insert_after_purge(area, align, start, end, meta_gfp);
	if (unlikely(err)) {
		vmx_area_free(area);
		return ERR_PTR(err);
	}
	return area;
}

/* As Linux 3.10's get_vm_area_caller(): an area for somebody else's frames. */
struct vmx_area *get_vmx_area_caller(unsigned long size, unsigned long flags,
				     int node, const void *caller)
{
	return __get_vmx_area_node(size, PAGE_SIZE, flags, vmx_start, vmx_end,
				   node, GFP_KERNEL, caller);
}

/*
 * Does a block of the size of a leaf begin with @page? A frame inside a block may have
 * any private value, but it is not aligned to a leaf.
 */
static bool begins_leaf(struct page *page)
{
	return vmx_block_order(page) == VMX_LEAF_ORDER &&
	       IS_ALIGNED(page_to_pfn(page), PTRS_PER_PTE);
}

static __always_inline int vmx_map_area(struct vmx_area *area, pgprot_t prot,
					bool huge)
{
	unsigned long addr = (unsigned long)area->addr;
	unsigned int nr = area->nr_pages;
	int count;

	if (unlikely(vmx_is_lost()))
		return -EIO;
	if (likely(!huge))
		return vmx_pgtable_map(addr, area->pages, nr, prot,
				       nr <= 1U << vmx_block_order(area->pages[0]) ?
				       VMX_LINEAR : VMX_SCATTERED);
	if (area->page_order)
		count = vmx_pgtable_map_leaves(addr, area->pages,
					       nr >> area->page_order, prot);
	else
		count = vmx_pgtable_map_mixed(addr, area->pages, nr, prot,
					      begins_leaf);
	if (count < 0)
		return count;
	area->leaves = count;
	return 0;
}

/* Would the area consist of leaves only, if there are enough blocks? */
static bool is_for_leaves(const struct vmx_area *area, unsigned int nr,
			  unsigned long flags)
{
	unsigned long leaf = vmx_pgtable_leaf_size();

	return leaf && !(flags & VMX_USERMAP) &&
	       IS_ALIGNED(nr * PAGE_SIZE, leaf) &&
	       IS_ALIGNED((unsigned long)area->addr, leaf);
}

/* Make the page array, take the frames, and write the entries. */
static __always_inline int
__vmx_alloc_area_node(struct vmx_area *area, unsigned int nr, gfp_t gfp_mask,
		      pgprot_t prot, unsigned long flags, int node)
{
	bool may_sleep = gfpflags_allow_blocking(gfp_mask);
	bool huge = flags & VMX_ALLOW_HUGE && may_sleep && nr >> VMX_LEAF_ORDER;
	int err;

	area->nr_pages = nr;
	err = vmx_frames_take(area, gfp_mask, node,
			      huge && is_for_leaves(area, nr, flags));
	if (unlikely(err))
		return err;
	err = vmx_map_area(area, prot, huge);
	if (unlikely(err))
		vmx_frames_return(area, may_sleep);
	return err;
}

/** clear_vmx_unlist() - mark an area complete: from now on it may be used and shown */
void clear_vmx_unlist(struct vmx_area *area)
{
	vmx_shadow_allow(area, area->requested);
	/*
	 * Whoever sees the flag cleared must see everything that was written to the
	 * area before. Pairs with smp_rmb() in vmx_area_complete().
	 */
	smp_wmb();
	WRITE_ONCE(area->flags, area->flags & ~VMX_UNLIST);
	trace_vmx_complete(area);
}

/*
 * Keep Linux's promise for __GFP_NOFAIL: other tasks will free addresses, so wait for
 * them. A request that even an empty range cannot hold fails all the same. Each try
 * drains the magazines, so the waits become longer.
 */
static noinline struct vmx_area *
wait_for_hole(unsigned long size, unsigned long align, unsigned long flags,
	      unsigned long start, unsigned long end, int node, gfp_t gfp_mask,
	      const void *caller)
{
	unsigned long guard = flags & VMX_NO_GUARD ? 0 : PAGE_SIZE;
	unsigned long first = ALIGN(start, align);
	struct vmx_area *area = ERR_PTR(-ENOSPC);
	long ticks;

	if (first < start || first >= end || PAGE_ALIGN(size) + guard > end - first)
		return area;
	vmx_warn_failed(gfp_mask, size, 0);
	for (ticks = 1; area == ERR_PTR(-ENOSPC); ticks = min(2 * ticks, HZ / 10L)) {
		schedule_timeout_uninterruptible(ticks);
		area = __get_vmx_area_node(size, align, flags, start, end, node,
					   gfp_mask, caller);
	}
	return area;
}

/* May a caller give these flags? All others are private to vmx. */
static __always_inline bool are_for_callers(unsigned long vm_flags)
{
	const unsigned long fits = VMX_FIT(roundup_pow_of_two(VMX_FIT_KINDS) - 1);

	/* The compiler drops the second test while there are 4 fits. */
	return !(vm_flags & ~(VMX_CALLER_FLAGS | fits)) &&
	       (is_power_of_2(VMX_FIT_KINDS) || VMX_FIT_OF(vm_flags) < VMX_FIT_KINDS);
}

/*
 * The whole chain. It is inlined into its two callers: the compiler then drops what a
 * plain request never needs, which saves it 80 instructions.
 */
static __always_inline struct vmx_area *
alloc_area(unsigned long size, unsigned long align, unsigned long start,
	   unsigned long end, gfp_t gfp_mask, pgprot_t prot,
	   unsigned long vm_flags, unsigned long our_flags, int node, const void *caller)
{
	unsigned long leaf = 0, real_size = PAGE_ALIGN(size);
	struct vmx_area *area;
	int err;

	trace_vmx_request(size, align, gfp_mask, node, caller);
	align = max(align, PAGE_SIZE);
	err = -EINVAL;
	if (!size || !is_power_of_2(align) || !vmx_arch_prot_maps(prot))
		goto refuse;
	start = max(start, vmx_start);
	end = min(end, vmx_end);
	err = -E2BIG;
	if (real_size < size || real_size >> PAGE_SHIFT > totalram_pages() ||
	    start >= end || real_size > end - start)
		goto refuse;
	vm_flags |= VMX_ALLOC | VMX_UNLIST | our_flags;
	if (gfp_mask & __GFP_ZERO)
		vm_flags |= VMX_ZEROED;

	area = ERR_PTR(-ENOSPC);
	if (vm_flags & VMX_ALLOW_HUGE)
		leaf = vmx_pgtable_leaf_size();
	if (leaf && real_size >= leaf)
		area = __get_vmx_area_node(size, max(align, leaf), vm_flags,
					   start, end, node, gfp_mask, caller);
	/* Without an aligned hole, or memory to split one, small pages are better than nothing. */
	if (area == ERR_PTR(-ENOSPC) || area == ERR_PTR(-ENOMEM))
		area = __get_vmx_area_node(size, align, vm_flags, start, end,
					   node, gfp_mask, caller);
	if (area == ERR_PTR(-ENOSPC) && gfp_mask & __GFP_NOFAIL &&
	    gfpflags_allow_blocking(gfp_mask))
		area = wait_for_hole(size, align, vm_flags, start, end, node,
				     gfp_mask, caller);
	if (IS_ERR(area)) {
		err = PTR_ERR(area);
		goto refuse;
	}
	err = __vmx_alloc_area_node(area, real_size >> PAGE_SHIFT, gfp_mask, prot,
				    vm_flags, node);
	if (err)
		goto undo_area;
	clear_vmx_unlist(area);

	/*
	 * The third argument is how many references make the block no leak. One is in
	 * the descriptor, so there must be another.
	 */
	kmemleak_alloc(area->addr, real_size, 2, gfp_mask);
	return area;

undo_area:
	vmx_undo_area(area, err);
refuse:
	trace_vmx_refused(size, err);
	return ERR_PTR(err);
}

/* Not inline: what is refused must not cost the others registers. */
static noinline struct vmx_area *
refuse_area(unsigned long size, unsigned long align, gfp_t gfp_mask, int node,
	    const void *caller, int err)
{
	trace_vmx_request(size, align, gfp_mask, node, caller);
	trace_vmx_refused(size, err);
	vmx_warn_failed(gfp_mask, size, err);
	return ERR_PTR(err);
}

/* Not inline: the compiler would inline the chain a third time. */
static noinline struct vmx_area *
alloc_any(unsigned long size, unsigned long align, unsigned long start,
	  unsigned long end, gfp_t gfp_mask, pgprot_t prot, unsigned long vm_flags,
	  unsigned long our_flags, int node, const void *caller)
{
	if (unlikely(!are_for_callers(vm_flags) || !vmx_node_exists(node)))
		return refuse_area(size, align, gfp_mask, node, caller, -EINVAL);
	return alloc_area(size, align, start, end, gfp_mask, prot, vm_flags, our_flags,
			  node, caller);
}

/**
 * vmx_alloc_area() - go through the whole chain, and return the descriptor
 * @size: bytes; made a multiple of the page size
 * @align: alignment of the first address, in bytes
 * @start: lowest address
 * @end: end of the addresses
 * @gfp_mask: for the frames and for what describes them
 * @prot: the entries' protection
 * @vm_flags: VMX_NO_GUARD, VMX_USERMAP, VMX_ALLOW_HUGE, VMX_FIT()
 * @node: the node to take memory from, or NUMA_NO_NODE
 * @caller: shown in the list
 *
 * The parameters mean what they mean to __vmx_alloc_node_range().
 *
 * Context: process context; sleeps if @gfp_mask allows it.
 * Return: the area; -EINVAL for a size of zero, for an alignment above a page that is
 * not a power of two, for a protection that maps nothing, for any other flag or fit in
 * @vm_flags, for a node that is not online, and where the locks can't be taken (in an
 * interrupt, and in an atomic request with interrupts off); -E2BIG for more than the
 * machine or [@start, @end) holds; -ENOSPC without a hole; -ENOMEM without memory;
 * -EINTR after a fatal signal; -EBUSY, after a warning, when entries of a hole are in
 * use; -EIO if the slice is lost.
 */
struct vmx_area *vmx_alloc_area(unsigned long size, unsigned long align,
				unsigned long start, unsigned long end,
				gfp_t gfp_mask, pgprot_t prot,
				unsigned long vm_flags, int node,
				const void *caller)
{
	return alloc_any(size, align, start, end, gfp_mask, prot, vm_flags, 0, node,
			 caller);
}

/* Would any place with a guard page do? */
static __always_inline bool any_place(unsigned long align, unsigned long start,
				      unsigned long end, unsigned long vm_flags)
{
	return align <= PAGE_SIZE && start <= vmx_start && end >= vmx_end &&
	       !(vm_flags & (VMX_NO_GUARD | VMX_FIT_MASK));
}

/* Is there nothing unusual about the request? */
static __always_inline bool
is_plain(unsigned long align, unsigned long start, unsigned long end,
	 gfp_t gfp_mask, pgprot_t prot, unsigned long vm_flags, int node)
{
	return !vm_flags && node == NUMA_NO_NODE &&
	       any_place(align, start, end, vm_flags) &&
	       (gfp_mask & ~__GFP_ZERO) == (GFP_KERNEL | __GFP_HIGHMEM) &&
	       pgprot_val(prot) == pgprot_val(PAGE_KERNEL);
}

/**
 * vmx_alloc_plain() - go through the chain with a plain request
 * @size: bytes
 * @gfp_mask: GFP_KERNEL | __GFP_HIGHMEM, maybe with __GFP_ZERO
 * @caller: shown in the list
 *
 * A short area may go into a magazine when it is freed. A long one gets leaves.
 *
 * Context: may sleep.
 * Return: the address, or NULL; a failure is counted and logged.
 */
noinline void *vmx_alloc_plain(unsigned long size, gfp_t gfp_mask,
			       const void *caller)
{
	struct vmx_area *area;

	gfp_mask = GFP_KERNEL | __GFP_HIGHMEM | (gfp_mask & __GFP_ZERO);
	if (size >= PMD_SIZE)
		area = vmx_alloc_area(size, PAGE_SIZE, 0, ULONG_MAX, gfp_mask,
				      PAGE_KERNEL, VMX_ALLOW_HUGE, NUMA_NO_NODE,
				      caller);
	else
		area = alloc_area(size, PAGE_SIZE, 0, ULONG_MAX, gfp_mask,
				  PAGE_KERNEL, 0, VMX_PARKABLE |
				  (size <= VMX_MAGAZINE_PAGES * PAGE_SIZE ? VMX_CACHEABLE : 0),
				  NUMA_NO_NODE, caller);
	return IS_ERR(area) ? vmx_fail_area(area, gfp_mask, size) : area->addr;
}

/**
 * __vmx_alloc_node_range() - allocate noncontiguous memory, in full detail
 * @size: bytes; rounded up to pages
 * @align: alignment of the first address, in bytes: a power of two. Less than a page
 *	means a page
 * @start: the area lies at or above this address; 0 for no limit
 * @end: the area, guard page included, ends at or below this address; ULONG_MAX for no
 *	limit
 * @gfp_mask: for the frames, preferably with __GFP_HIGHMEM, and without the zone for
 *	the descriptor and the page array. __GFP_ZERO clears the frames. __GFP_ACCOUNT
 *	charges the frames, and nothing else, to the memory cgroup. With
 *	__GFP_NOFAIL, the call waits for frames and for addresses; it fails only if the
 *	range could not hold the area even if it were empty
 * @prot: the entries' protection: PAGE_KERNEL for plain memory; never PAGE_NONE
 * @vm_flags: VMX_NO_GUARD, VMX_USERMAP, VMX_ALLOW_HUGE, VMX_FIT(), or 0. The fit counts
 *	only if @start and @end leave the slice whole; otherwise the lowest hole is
 *	taken. With 0, a plain request of PMD_SIZE or more gets leaves. Other flags, and
 *	fits that do not exist, are refused
 * @node: the node to take frames from, which must be online; or NUMA_NO_NODE
 * @caller: shown in the list; __builtin_return_address(0)
 *
 * Context: process context; sleeps if @gfp_mask allows it.
 * Return: the address; NULL if @size is 0 or overflows, if it is more than the machine
 * has memory or the range has room, if @align is above a page and not a power of two,
 * if @prot maps nothing, if @vm_flags has other flags, if @node is not online, if there
 * is no hole or no memory, after a fatal signal, and if the slice is lost, which the
 * log tells once.
 * A failure is logged, rate-limited, unless @gfp_mask has __GFP_NOWARN. Only a request
 * with __GFP_NOFAIL may wake the OOM killer.
 */
void *__vmx_alloc_node_range(unsigned long size, unsigned long align,
			     unsigned long start, unsigned long end,
			     gfp_t gfp_mask, pgprot_t prot,
			     unsigned long vm_flags, int node,
			     const void *caller)
{
	unsigned long our_flags = 0;
	struct vmx_area *area;

	if (is_plain(align, start, end, gfp_mask, prot, vm_flags, node))
		return vmx_alloc_plain(size, gfp_mask, caller);
	if (size <= VMX_PARK_PAGES * PAGE_SIZE && any_place(align, start, end, vm_flags))
		our_flags = VMX_PARKABLE;
	area = alloc_any(size, align, start, end, gfp_mask, prot, vm_flags, our_flags, node,
			 caller);
	return IS_ERR(area) ? vmx_fail_area(area, gfp_mask, size) : area->addr;
}
EXPORT_SYMBOL_GPL(__vmx_alloc_node_range);

/**
 * vmx_alloc_init() - set up areas and magazines
 *
 * Context: vmx_slice_reserve() has been called.
 * Return: 0; -ENOMEM; or the errno of vmx_magazines_init(). Then nothing is left.
 */
int vmx_alloc_init(void)
{
	int err;

	/* Parameters have files already: they may change at any time. */
	kernel_param_lock(THIS_MODULE);
	if (vmx_lazy_max == ULONG_MAX)
		vmx_lazy_max = min((unsigned long)fls(num_online_cpus()) * SZ_32M,
				   (vmx_end - vmx_start) / 4);
	kernel_param_unlock(THIS_MODULE);

	vmx_free_init();
	err = vmx_areas_init(vmx_start, vmx_end, vmx_pgtable_flush);
	if (err)
		return err;
	err = vmx_magazines_init();
	if (err)
		vmx_areas_exit();
	return err;
}

/**
 * vmx_alloc_exit() - undo vmx_alloc_init(), and free all areas
 *
 * No other module uses vmx any more, so an area that is left is a leak. The log says
 * how many there were.
 *
 * Context: process context; may sleep.
 */
void vmx_alloc_exit(void)
{
	unsigned long left = 0;

	vmx_free_wait();
	vmx_magazines_exit();
	vmx_areas_unpark(true);
	for (; vmx_list; left++) {
		if (!left)
			pr_warn("%lu bytes were left behind, asked for by %s\n",
				vmx_list->requested, vmx_list->comm);
		__vmx_unmap(vmx_list->addr, true);
		cond_resched();
	}
	if (left)
		pr_warn("freed %lu areas that nobody had freed\n", left);
	vmx_areas_exit();
}
