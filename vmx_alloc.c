// SPDX-License-Identifier: GPL-2.0
/*
 * The call chain of the chapter, composed from areas, frames and page tables
 *
 *	vmx_alloc()
 *	  __vmx_alloc_node_flags()
 *	    __vmx_alloc_node()
 *	      __vmx_alloc_node_range()
 *		__get_vmx_area_node()	descriptor, guard page, hole
 *		__vmx_alloc_area_node()	page array, frames
 *		  vmx_map_area()	page-table entries
 *		clear_vmx_unlist()	the area is complete
 *
 * The names are those of Linux 3.10's mm/vmalloc.c with "vmx" for "vm", and each
 * does what its namesake did.  The way back, vmx_free(), has a file of its own.
 *
 * Locking: none of its own.  Units: bytes, but for nr_pages.
 */
#include <linux/export.h>
#include <linux/kmemleak.h>
#include <linux/log2.h>
#include <linux/mm.h>
#include <linux/module.h>
#include <linux/moduleparam.h>
#include <linux/ratelimit.h>
#include <linux/sched.h>
#include <linux/sizes.h>
#include <trace/events/vmx.h>

#include "vmx_magazine.h"

/* How often a request that finds no hole purges before it fails. */
#define VMX_PURGES_MAX 4

static atomic_long_t vmx_failures[VMX_FAIL_KINDS];

/* In the order of enum vmx_fail. */
static const int fail_errno[VMX_FAIL_KINDS] = {
	-EINVAL, -E2BIG, -ENOSPC, -ENOMEM, -ENOENT, -EPERM, -EINTR,
};

/** vmx_count_failure() - a request was refused with @err */
void vmx_count_failure(int err)
{
	int i;

	for (i = 0; i < VMX_FAIL_KINDS; i++) {
		if (fail_errno[i] == err)
			atomic_long_inc(&vmx_failures[i]);
	}
}

/** vmx_failures_read() - how many requests have been refused with each errno */
void vmx_failures_read(unsigned long counts[VMX_FAIL_KINDS])
{
	int i;

	for (i = 0; i < VMX_FAIL_KINDS; i++)
		counts[i] = atomic_long_read(&vmx_failures[i]);
}

static __printf(3, 4)
void warn_alloc_failed(gfp_t gfp, unsigned long size, const char *fmt, ...)
{
	static DEFINE_RATELIMIT_STATE(rs, DEFAULT_RATELIMIT_INTERVAL,
				      DEFAULT_RATELIMIT_BURST);
	struct va_format vaf;
	va_list args;

	if (gfp & __GFP_NOWARN || !__ratelimit(&rs))
		return;
	va_start(args, fmt);
	vaf.fmt = fmt;
	vaf.va = &args;
	pr_warn("%s: allocation of %lu bytes failed: %pV, mode:%#x(%pGg)\n",
		current->comm, size, &vaf, (__force unsigned int)gfp, &gfp);
	va_end(args);
	dump_stack();
}

/* No hole: purge and look again; others may quarantine or take what came free. */
static noinline int insert_after_purge(struct vmx_area *area,
				       unsigned long align, unsigned long start,
				       unsigned long end)
{
	int err = -ENOSPC, purges;
	bool any = true;

	for (purges = 0; err == -ENOSPC && any && purges < VMX_PURGES_MAX; purges++) {
		vmx_magazines_drain();
		/* If this finds nothing, somebody else's purge may just have ended. */
		any = vmx_areas_purge();
		err = vmx_area_insert(area, align, start, end);
	}
	return err;
}

/* __get_vmx_area_node(), for a caller that has it made to measure. */
static __always_inline struct vmx_area *
get_vmx_area(unsigned long size, unsigned long align, unsigned long flags,
	     unsigned long start, unsigned long end, int node, gfp_t gfp_mask,
	     const void *caller)
{
	struct vmx_area *area;
	int err;

	/* The locks are taken with interrupts on. Who may sleep has them on, or is told. */
	if (WARN_ON_ONCE(in_interrupt() ||
			 (!gfpflags_allow_blocking(gfp_mask) && irqs_disabled())))
		return ERR_PTR(-EINVAL);

	area = vmx_area_alloc(size, flags, caller, vmx_meta_gfp(gfp_mask),
			      node);
	if (!area)
		return ERR_PTR(-ENOMEM);
	trace_vmx_descriptor(area, area->size,
			     flags & VMX_NO_GUARD ? 0 : PAGE_SIZE);

	err = vmx_area_insert(area, align, start, end);
	if (unlikely(err == -ENOSPC) && gfpflags_allow_blocking(gfp_mask))
		err = insert_after_purge(area, align, start, end);
	if (unlikely(err)) {
		vmx_area_free(area);
		return ERR_PTR(err);
	}
	return area;
}

/* The descriptor, the guard page, and a hole that holds both. */
struct vmx_area *
__get_vmx_area_node(unsigned long size, unsigned long align,
		    unsigned long flags, unsigned long start, unsigned long end,
		    int node, gfp_t gfp_mask, const void *caller)
{
	return get_vmx_area(size, align, flags, start, end, node, gfp_mask,
			    caller);
}

static __always_inline int vmx_map_area(struct vmx_area *area, pgprot_t prot,
					bool huge)
{
	unsigned long addr = (unsigned long)area->addr;
	unsigned int nr = area->nr_pages;
	enum vmx_frames frames;
	int count;

	if (huge && area->page_order) {
		count = vmx_pgtable_map_leaves(addr, area->pages,
					       nr >> area->page_order, prot);
	} else {
		frames = huge ? VMX_FRAMES_LEAVES :
			 nr <= 1U << vmx_pages_order(area->pages[0]) ?
			 VMX_FRAMES_LINEAR : VMX_FRAMES_ANY;
		count = vmx_pgtable_map(addr, area->pages, nr, prot, frames);
	}
	if (count < 0)
		return count;
	area->leaves = count;
	return 0;
}

/* A page array, and frames in it. */
static __always_inline int take_pages(struct vmx_area *area, unsigned int nr,
				      gfp_t gfp_mask, unsigned long flags,
				      int node)
{
	int err;

	area->pages = vmx_page_array(area, nr, gfp_mask, node);
	if (!area->pages)
		return -ENOMEM;
	trace_vmx_page_array(area->pages, nr, 0, area->flags);
	err = vmx_pages_take(area->pages, nr, gfp_mask, node,
			     flags & VMX_USERMAP, &area->nid);
	if (err) {
		vmx_page_array_free(area, area->pages);
		area->pages = NULL;
	}
	return err;
}

/* Would it be leaves all through, if there are blocks for all of them? */
static bool is_for_leaves(const struct vmx_area *area, unsigned int nr,
			  unsigned long flags)
{
	unsigned long leaf = vmx_pgtable_leaf_size();

	return leaf && !(flags & VMX_USERMAP) &&
	       IS_ALIGNED(nr * PAGE_SIZE, leaf) &&
	       IS_ALIGNED((unsigned long)area->addr, leaf);
}

/* The page array, the frames, and the entries that reach them. */
static __always_inline int
__vmx_alloc_area_node(struct vmx_area *area, unsigned int nr, gfp_t gfp_mask,
		      pgprot_t prot, unsigned long flags, int node)
{
	bool may_sleep = gfpflags_allow_blocking(gfp_mask);
	bool huge = flags & VMX_ALLOW_HUGE && may_sleep && nr >> VMX_LEAF_ORDER;
	int err;

	area->nr_pages = nr;
	if (huge && is_for_leaves(area, nr, flags))
		err = vmx_page_array_leaves(area, nr, gfp_mask, node);
	else
		err = take_pages(area, nr, gfp_mask, flags, node);
	if (unlikely(err))
		return err;
	err = vmx_map_area(area, prot, huge);
	if (unlikely(err)) {
		vmx_area_return_pages(area, 0, area->nr_pages, may_sleep);
		vmx_page_array_free(area, area->pages);
		area->pages = NULL;
	}
	return err;
}

/** clear_vmx_unlist() - an area is complete and may be shown */
void clear_vmx_unlist(struct vmx_area *area)
{
	/*
	 * What was written to the area comes first for whoever sees the flag
	 * gone.  Pairs with smp_rmb() in vmx_area_complete().
	 */
	smp_wmb();
	WRITE_ONCE(area->flags, area->flags & ~VMX_UNLIST);
	trace_vmx_complete(area);
}

/*
 * Linux's promise for __GFP_NOFAIL: others will free addresses, so wait for them.
 * What the range could not hold if it were empty fails all the same.  Each look has
 * the magazines emptied, so the next one is later.
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
	warn_alloc_failed(gfp_mask, size, "no addresses: waiting for some");
	for (ticks = 1; area == ERR_PTR(-ENOSPC); ticks = min(2 * ticks, HZ / 10L)) {
		schedule_timeout_uninterruptible(ticks);
		area = get_vmx_area(size, align, flags, start, end, node,
				    gfp_mask, caller);
	}
	return area;
}

/* vmx_alloc_area(), for a caller that has it made to measure. */
static __always_inline struct vmx_area *
alloc_area(unsigned long size, unsigned long align, unsigned long start,
	   unsigned long end, gfp_t gfp_mask, pgprot_t prot,
	   unsigned long vm_flags, int node, const void *caller)
{
	unsigned long leaf = 0, real_size = PAGE_ALIGN(size);
	struct vmx_area *area;
	int err;

	trace_vmx_request(size, align, gfp_mask, node, caller);
	align = max(align, PAGE_SIZE);
	err = -EINVAL;
	if (!size || !is_power_of_2(align))
		goto refuse;
	start = max(start, vmx_start);
	end = min(end, vmx_end);
	err = -E2BIG;
	if (real_size < size || real_size >> PAGE_SHIFT > totalram_pages() ||
	    start >= end || real_size > end - start)
		goto refuse;
	vm_flags |= VMX_ALLOC | VMX_UNLIST;
	if (gfp_mask & __GFP_ZERO)
		vm_flags |= VMX_ZEROED;

	area = ERR_PTR(-ENOSPC);
	if (vm_flags & VMX_ALLOW_HUGE)
		leaf = vmx_pgtable_leaf_size();
	if (leaf && real_size >= leaf)
		area = __get_vmx_area_node(size, max(align, leaf), vm_flags,
					   start, end, node, gfp_mask, caller);
	/* Better small pages than none. */
	if (area == ERR_PTR(-ENOSPC))
		area = get_vmx_area(size, align, vm_flags, start, end, node,
				    gfp_mask, caller);
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
		goto cancel_area;
	clear_vmx_unlist(area);

	/*
	 * The third argument says how many references make the block no leak:
	 * one is in the descriptor, so there must be another.
	 */
	kmemleak_alloc(area->addr, real_size, 2, gfp_mask);
	return area;

cancel_area:
	if (err == -EBUSY)	/* some of it was mapped for a moment */
		vmx_area_quarantine(vmx_area_remove(area->addr));
	else
		vmx_area_cancel(area);
refuse:
	trace_vmx_refused(size, err);
	return ERR_PTR(err);
}

/*
 * The whole chain, for callers that want the descriptor; the parameters are
 * those of __vmx_alloc_node_range(), which is this, but for saying why it
 * failed.
 *
 * Returns the area; -EINVAL for zero, for an alignment above a page that is not a
 * power of two, for a protection that maps nothing, and where the locks can't be
 * taken (in an interrupt, and with interrupts disabled); -E2BIG for
 * more than the machine or [start, end) holds; -ENOSPC without a hole; -ENOMEM
 * without memory; -EINTR after a fatal signal; -EBUSY, after a warning, where
 * entries of a hole are in use.
 */
struct vmx_area *vmx_alloc_area(unsigned long size, unsigned long align,
				unsigned long start, unsigned long end,
				gfp_t gfp_mask, pgprot_t prot,
				unsigned long vm_flags, int node,
				const void *caller)
{
	if (!vmx_arch_prot_maps(prot))
		return ERR_PTR(-EINVAL);
	return alloc_area(size, align, start, end, gfp_mask, prot, vm_flags,
			  node, caller);
}

/* What a module is told of a failure: NULL, and a line in the log. */
static __always_inline void *area_addr(struct vmx_area *area, gfp_t gfp_mask,
				       unsigned long size)
{
	if (IS_ERR(area)) {
		vmx_count_failure(PTR_ERR(area));
		warn_alloc_failed(gfp_mask, size, "%pe", area);
		return NULL;
	}
	return area->addr;
}

/*
 * The chain for a plain request: as for any other, but what is known is left to
 * the compiler.  What magazines have room for may go there.
 */
static noinline void *alloc_plain(unsigned long size, gfp_t zero,
				  const void *caller)
{
	gfp_t gfp_mask = GFP_KERNEL | __GFP_HIGHMEM | (zero & __GFP_ZERO);
	struct vmx_area *area;

	if (size >= PMD_SIZE)
		area = vmx_alloc_area(size, PAGE_SIZE, 0, ULONG_MAX, gfp_mask,
				      PAGE_KERNEL, VMX_ALLOW_HUGE, NUMA_NO_NODE,
				      caller);
	else
		area = alloc_area(size, PAGE_SIZE, 0, ULONG_MAX, gfp_mask,
				  PAGE_KERNEL,
				  size <= VMX_MAGAZINE_PAGES * PAGE_SIZE ?
				  VMX_CACHEABLE : 0, NUMA_NO_NODE, caller);
	return area_addr(area, gfp_mask, size);
}

/* Nothing about the request is out of the ordinary. */
static __always_inline bool is_plain(unsigned long align, unsigned long start,
				     unsigned long end, gfp_t gfp_mask,
				     pgprot_t prot, unsigned long vm_flags,
				     int node)
{
	return (gfp_mask & ~__GFP_ZERO) == (GFP_KERNEL | __GFP_HIGHMEM) &&
	       node == NUMA_NO_NODE && align <= PAGE_SIZE && !vm_flags &&
	       start <= vmx_start && end >= vmx_end &&
	       pgprot_val(prot) == pgprot_val(PAGE_KERNEL);
}

/**
 * __vmx_alloc_node_range() - allocate noncontiguous memory, in full detail
 * @size: bytes; made a multiple of the page size
 * @align: of the first address, in bytes: a power of two; less than a page
 *	means a page
 * @start: the area lies at or above this address
 * @end: the area, guard page included, ends at or below this address
 * @gfp_mask: for the frames (__GFP_HIGHMEM is welcome) and, without the zone,
 *	for what describes them; __GFP_ZERO clears. With __GFP_NOFAIL it waits, for
 *	frames and, unless there can't be enough, for addresses
 * @prot: the entries' protection, PAGE_KERNEL for plain memory; never PAGE_NONE
 * @vm_flags: VMX_NO_GUARD, VMX_USERMAP, VMX_ALLOW_HUGE, VMX_FIT(), or 0. A fit
 *	holds for the whole slice, the lowest hole is taken of a part; with 0, a
 *	plain request of 2 MiB and more gets large leaves
 * @node: the node to take memory from, or NUMA_NO_NODE
 * @caller: who is to be named in the list, __builtin_return_address(0)
 *
 * @start and @end narrow the slice; 0 and ULONG_MAX leave it whole.
 *
 * Context: process context; sleeps if @gfp_mask allows it.
 * Return: the address; NULL for a size of zero, for one that is more than the
 * machine has memory or the range has room, and when addresses or frames run
 * out. A failure is logged, rate-limited, unless @gfp_mask has __GFP_NOWARN.
 * The OOM killer is never woken.
 */
void *__vmx_alloc_node_range(unsigned long size, unsigned long align,
			     unsigned long start, unsigned long end,
			     gfp_t gfp_mask, pgprot_t prot,
			     unsigned long vm_flags, int node,
			     const void *caller)
{
	struct vmx_area *area;

	if (is_plain(align, start, end, gfp_mask, prot, vm_flags, node))
		return alloc_plain(size, gfp_mask, caller);
	area = vmx_alloc_area(size, align, start, end, gfp_mask, prot, vm_flags,
			      node, caller);
	return area_addr(area, gfp_mask, size);
}
EXPORT_SYMBOL_GPL(__vmx_alloc_node_range);

/**
 * __vmx_alloc_node() - allocate noncontiguous memory with plain protection
 * @size: bytes; made a multiple of the page size
 * @align: of the address; see __vmx_alloc_node_range()
 * @gfp_mask: likewise
 * @node: the node to take memory from, or NUMA_NO_NODE
 * @caller: who is to be named in the list
 *
 * (Linux 3.10's had the protection as a parameter; that of 6.12 has not.)
 *
 * Context: sleeps if @gfp_mask allows it.
 * Return: the address, or NULL.
 */
void *__vmx_alloc_node(unsigned long size, unsigned long align, gfp_t gfp_mask,
		       int node, const void *caller)
{
	return __vmx_alloc_node_range(size, align, vmx_start, vmx_end, gfp_mask,
				      PAGE_KERNEL, 0, node, caller);
}
EXPORT_SYMBOL_GPL(__vmx_alloc_node);

static __always_inline void *__vmx_alloc_node_flags(unsigned long size,
						    int node, gfp_t flags,
						    const void *caller)
{
	struct vmx_area *area;

	if (node != NUMA_NO_NODE ||
	    (flags & ~__GFP_ZERO) != (GFP_KERNEL | __GFP_HIGHMEM))
		return __vmx_alloc_node(size, 1, flags, node, caller);
	area = vmx_magazine_get(size, flags, caller);
	return area ? area->addr : alloc_plain(size, flags, caller);
}

/**
 * vmx_alloc() - allocate noncontiguous memory
 * @size: bytes; made a multiple of the page size
 *
 * Frames may come from high memory.  From 2 MiB on, the area is aligned and gets
 * 2 MiB entries where blocks of that size are to be had, as by vmalloc_huge();
 * vmalloc() leaves that to its caller because set_memory_ro() and its like can't
 * cut an entry, but those are not for the slice in any case.
 * See __vmx_alloc_node_range().
 *
 * Context: may sleep.
 * Return: the address, or NULL.
 */
void *vmx_alloc(unsigned long size)
{
	return __vmx_alloc_node_flags(size, NUMA_NO_NODE,
				      GFP_KERNEL | __GFP_HIGHMEM,
				      __builtin_return_address(0));
}
EXPORT_SYMBOL_GPL(vmx_alloc);

/**
 * vmx_zalloc() - vmx_alloc(), cleared
 * @size: bytes; made a multiple of the page size
 *
 * Context: may sleep.
 * Return: the address, or NULL.
 */
void *vmx_zalloc(unsigned long size)
{
	return __vmx_alloc_node_flags(size, NUMA_NO_NODE,
				      GFP_KERNEL | __GFP_HIGHMEM | __GFP_ZERO,
				      __builtin_return_address(0));
}
EXPORT_SYMBOL_GPL(vmx_zalloc);

/**
 * vmx_alloc_node() - vmx_alloc() with frames of a node, where it has them
 * @size: bytes; made a multiple of the page size
 * @node: the node to prefer, or NUMA_NO_NODE
 *
 * Context: may sleep.
 * Return: the address, or NULL.
 */
void *vmx_alloc_node(unsigned long size, int node)
{
	return __vmx_alloc_node_flags(size, node, GFP_KERNEL | __GFP_HIGHMEM,
				      __builtin_return_address(0));
}
EXPORT_SYMBOL_GPL(vmx_alloc_node);

/**
 * vmx_zalloc_node() - vmx_alloc_node(), cleared
 * @size: bytes; made a multiple of the page size
 * @node: the node to prefer, or NUMA_NO_NODE
 *
 * Context: may sleep.
 * Return: the address, or NULL.
 */
void *vmx_zalloc_node(unsigned long size, int node)
{
	return __vmx_alloc_node_flags(size, node,
				      GFP_KERNEL | __GFP_HIGHMEM | __GFP_ZERO,
				      __builtin_return_address(0));
}
EXPORT_SYMBOL_GPL(vmx_zalloc_node);

/**
 * __vmx_alloc() - vmx_alloc() with flags
 * @size: bytes; made a multiple of the page size
 * @gfp_mask: for the frames; GFP_ATOMIC and GFP_NOWAIT are fine, but not in an
 *	interrupt, nor with interrupts or bottom halves disabled
 *
 * A request that may not sleep can't purge: it fails when only quarantined
 * addresses are left.
 *
 * Context: sleeps if @gfp_mask allows it.
 * Return: the address, or NULL.
 */
void *__vmx_alloc(unsigned long size, gfp_t gfp_mask)
{
	return __vmx_alloc_node_flags(size, NUMA_NO_NODE, gfp_mask,
				      __builtin_return_address(0));
}
EXPORT_SYMBOL_GPL(__vmx_alloc);

/**
 * vmx_alloc_user() - cleared memory for remap_vmx_range()
 * @size: bytes; made a multiple of the page size
 *
 * Each frame counts references of its own.
 *
 * Context: may sleep.
 * Return: the address, aligned to SHMLBA; or NULL.
 */
void *vmx_alloc_user(unsigned long size)
{
	return __vmx_alloc_node_range(size, SHMLBA, vmx_start, vmx_end,
				      GFP_KERNEL | __GFP_HIGHMEM | __GFP_ZERO,
				      PAGE_KERNEL, VMX_USERMAP, NUMA_NO_NODE,
				      __builtin_return_address(0));
}
EXPORT_SYMBOL_GPL(vmx_alloc_user);

/**
 * vmx_alloc_32() - memory whose frames lie below 4 GiB
 * @size: bytes; made a multiple of the page size
 *
 * Context: may sleep.
 * Return: the address, or NULL.
 */
void *vmx_alloc_32(unsigned long size)
{
	return __vmx_alloc_node_flags(size, NUMA_NO_NODE,
				      GFP_KERNEL | VMX_GFP_32,
				      __builtin_return_address(0));
}
EXPORT_SYMBOL_GPL(vmx_alloc_32);

/**
 * vmx_alloc_huge() - memory with 2 MiB entries where that is possible
 * @size: bytes; made a multiple of the page size
 * @gfp_mask: for the frames
 *
 * From 2 MiB on, the area is aligned to 2 MiB, and each 2 MiB of it gets one
 * entry if a block of that size is to be had, small pages otherwise.  A request
 * that may not sleep gets small pages.
 *
 * Context: sleeps if @gfp_mask allows it.
 * Return: the address, or NULL.
 */
void *vmx_alloc_huge(unsigned long size, gfp_t gfp_mask)
{
	return __vmx_alloc_node_range(size, 1, vmx_start, vmx_end, gfp_mask,
				      PAGE_KERNEL, VMX_ALLOW_HUGE, NUMA_NO_NODE,
				      __builtin_return_address(0));
}
EXPORT_SYMBOL_GPL(vmx_alloc_huge);

/** vmx_alloc_init() - get ready for vmx_alloc(), on the slice's addresses */
int vmx_alloc_init(void)
{
	int err;

	/* The parameter's file is there already. */
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
 * vmx_alloc_exit() - free whatever is left
 *
 * No other module uses vmx any more, so an area that is left is a leak.
 */
void vmx_alloc_exit(void)
{
	unsigned long left = 0;

	vmx_free_exit();
	vmx_magazines_exit();
	for (; vmx_list; left++) {
		if (!left)
			pr_warn("%lu bytes were left behind, asked for by %s\n",
				vmx_list->requested, vmx_list->comm);
		__vmx_unmap_noflush(vmx_list->addr, true);
		cond_resched();
	}
	if (left)
		pr_warn("freed %lu areas that nobody had freed\n", left);
	vmx_areas_exit();
}
