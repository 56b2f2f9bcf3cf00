/* SPDX-License-Identifier: GPL-2.0 */
/*
 * Frames: a page array, and the frames that it points to
 *
 * This part knows descriptors, but no address and no page table.
 *
 * Units: counts are in pages.
 */
#ifndef _VMX_FRAMES_H
#define _VMX_FRAMES_H

#include <linux/cpuset.h>
#include <linux/gfp.h>
#include <linux/mempolicy.h>
#include <linux/mm.h>
#include <linux/nodemask.h>
#include <linux/sched.h>
#include <linux/topology.h>
#include "vmx.h"
#include "vmx_compat.h"

/*
 * The gfp flags of a caller that vmx honours; docs/module.md has the same as a table.
 * Every other flag is stripped here, because of what it would do:
 *
 *	__GFP_COMP		the frames of a compound block do not count references
 *	__GFP_MOVABLE		frames of vmx cannot be moved
 *	__GFP_RECLAIMABLE	nor reclaimed
 *	__GFP_WRITE		nor are they page cache, which becomes dirty
 *	__GFP_ZEROTAGS		with __GFP_ZERO on x86: the frames would not be cleared
 *	__GFP_SKIP_ZERO		the same
 *	__GFP_SKIP_KASAN...	KASAN would not know that the frames are in use
 *	__GFP_NO_OBJ_EXT	for the slab's own use
 *
 * So a flag that a later kernel adds is stripped until somebody has thought about it.
 */
#define VMX_GFP_META (__GFP_RECLAIM | __GFP_IO | __GFP_FS | __GFP_HIGH | VMX_GFP_ATOMIC | \
		      __GFP_NOWARN | __GFP_RETRY_MAYFAIL | __GFP_NORETRY | __GFP_NOFAIL | \
		      __GFP_MEMALLOC | __GFP_NOMEMALLOC | __GFP_HARDWALL | \
		      __GFP_THISNODE | __GFP_NOLOCKDEP)
#define VMX_GFP_FRAMES (VMX_GFP_META | __GFP_DMA | __GFP_DMA32 | __GFP_HIGHMEM | \
			__GFP_ZERO | __GFP_ACCOUNT)

struct vmx_frames_stats {
	long	frames;		/* taken now */
	long	highmem;	/* of these, from ZONE_HIGHMEM */
	long	peak;		/* the most "frames" so far; wrong by at most VMX_FEW a CPU */
};

/* Frames that an area gets when it grows, until it adopts them. */
struct vmx_growth {
	struct page **pages;	/* the new page array, old frames first */
	unsigned int nr;	/* length of pages */
	short nid;		/* node of the new frames; NUMA_NO_NODE: several */
};

/*
 * May the task's frames have to come from another node than that of its CPU? This is so
 * if the task has a memory policy, or if its cpuset does not have that node. A request
 * that names a @node follows no policy.
 */
static __always_inline bool vmx_has_policy(int node)
{
#ifdef CONFIG_NUMA
	return node == NUMA_NO_NODE && unlikely(nr_online_nodes > 1) &&
	       (current->mempolicy ||
		!node_isset(numa_mem_id(), cpuset_current_mems_allowed));
#else
	return false;
#endif
}

/*
 * page->private of the first frame of a block is this plus the order. Whoever uses the
 * field writes it before he reads it. Another value makes single frames of the block,
 * which costs time only.
 */
#define VMX_BLOCK_MARK 0x766d7800UL

/* Return the order of the block that begins with @head; 0 for a single frame. */
static inline unsigned int vmx_block_order(struct page *head)
{
	unsigned long order = READ_ONCE(head->private) - VMX_BLOCK_MARK;

	return likely(order > MAX_PAGE_ORDER) ? 0 : order;
}

/* Does nobody else hold any of these frames, and has the hardware lost none? */
static __always_inline bool vmx_frames_are_ours(struct page *const *pages, unsigned int nr)
{
	unsigned int refs = 0, i;

	for (i = 0; i < nr; i++) {
		refs += page_ref_count(pages[i]);
		if (unlikely(PageHWPoison(pages[i])))
			return false;
	}
	/* Each frame has at least the reference of the area. */
	return refs == nr;
}

/*
 * Do not wake the OOM killer, unless the caller insists on success. A caller that may
 * not sleep cannot insist: the kernel would warn.
 */
static inline gfp_t vmx_no_oom_gfp(gfp_t gfp)
{
	if (!gfpflags_allow_blocking(gfp))
		return gfp & ~__GFP_NOFAIL;
	return gfp & __GFP_NOFAIL ? gfp : gfp | __GFP_RETRY_MAYFAIL;
}

/* Return the flags for memory that is not frames: descriptors and page arrays. */
static inline gfp_t vmx_meta_gfp(gfp_t gfp)
{
	return vmx_no_oom_gfp(gfp & VMX_GFP_META);
}

int vmx_frames_take(struct vmx_area *area, gfp_t gfp, int node, bool leaves);
void vmx_frames_return(struct vmx_area *area, bool may_sleep);

int vmx_frames_grow(struct vmx_area *area, unsigned int nr, gfp_t gfp, int node,
		    struct vmx_growth *growth);
struct page **vmx_frames_adopt(struct vmx_area *area,
			       const struct vmx_growth *growth);
void vmx_frames_ungrow(struct vmx_area *area, const struct vmx_growth *growth);
void vmx_frames_free_array(struct vmx_area *area, struct page **pages);
void vmx_frames_cut(struct vmx_area *area, unsigned int keep, unsigned int nr);

void vmx_frames_stats(struct vmx_frames_stats *stats);

#endif /* _VMX_FRAMES_H */
