/* SPDX-License-Identifier: GPL-2.0 */
/*
 * The steps of the chain, for the files of this folder
 */
#ifndef _VMX_ALLOC_CHAIN_H
#define _VMX_ALLOC_CHAIN_H

#include <linux/gfp.h>
#include <linux/nodemask.h>
#include <linux/numa.h>

#include "vmx_alloc.h"
#include "vmx_pgtable.h"

/* alloc/magazine.c */
void vmx_magazines_stop(void);

/* Has the kernel unmapped the slice? Then magazines must not hand out areas either. */
static __always_inline bool vmx_is_lost(void)
{
	if (likely(!vmx_slice_is_lost()))
		return false;
	vmx_magazines_stop();
	return true;
}

/* The page allocator looks a node up without a check. */
static inline bool vmx_node_exists(int node)
{
	return node == NUMA_NO_NODE ||
	       (node >= 0 && node < MAX_NUMNODES && node_online(node));
}

/*
 * Frames may come from high memory unless the caller names a zone, as in vmalloc(): the
 * page allocator has no zone for two of these flags.
 */
static inline gfp_t vmx_highmem_gfp(gfp_t gfp)
{
	return gfp & (__GFP_DMA | __GFP_DMA32) ? gfp : gfp | __GFP_HIGHMEM;
}

/* vmx_alloc.c */
struct vmx_area *get_vmx_area_caller(unsigned long size, unsigned long flags,
				     int node, const void *caller);
void clear_vmx_unlist(struct vmx_area *area);
void *vmx_alloc_plain(unsigned long size, gfp_t gfp_mask, const void *caller);

/* alloc/unmap.c */
bool __vmx_unmap(const void *addr, bool deallocate_pages);
bool vmx_unmap_claimed(struct vmx_area *area);
void vmx_undo_area(struct vmx_area *area, int err);

/* alloc/free.c */
void vmx_free_init(void);
void vmx_free_wait(void);

/* alloc/failures.c */
void vmx_warn_failed(gfp_t gfp, unsigned long size, int err);
void vmx_warn_not_freed(const void *addr);
void *vmx_fail_area(struct vmx_area *area, gfp_t gfp, unsigned long size);

#endif /* _VMX_ALLOC_CHAIN_H */
