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

#include <linux/gfp.h>
#include <linux/mm.h>
#include "vmx.h"

struct vmx_frames_stats {
	long	frames;		/* taken now */
	long	highmem;	/* of these, from ZONE_HIGHMEM */
	long	peak;		/* the largest value that "frames" has had */
};

/* Frames that an area gets when it grows, until it adopts them. */
struct vmx_growth {
	struct page **pages;	/* the new page array, old frames first */
	unsigned int nr;	/* length of pages */
	short nid;		/* node of the new frames; NUMA_NO_NODE: several */
};

/* Return the order of the block that begins with @head. vmx has taken the block. */
static inline unsigned int vmx_block_order(struct page *head)
{
	return page_private(head);
}

/* Return the flags for memory that is not frames: descriptors and page arrays. */
static inline gfp_t vmx_meta_gfp(gfp_t gfp)
{
	gfp &= ~(GFP_ZONEMASK | __GFP_ZERO | __GFP_COMP | __GFP_ACCOUNT);
	/* Do not wake the OOM killer for these either. */
	if (gfpflags_allow_blocking(gfp) && !(gfp & __GFP_NOFAIL))
		gfp |= __GFP_RETRY_MAYFAIL;
	return gfp;
}

int vmx_frames_take(struct vmx_area *area, gfp_t gfp, int node, bool leaves);
void vmx_frames_return(struct vmx_area *area, bool may_sleep);

int vmx_frames_grow(struct vmx_area *area, unsigned int nr, gfp_t gfp,
		    struct vmx_growth *growth);
struct page **vmx_frames_adopt(struct vmx_area *area,
			       const struct vmx_growth *growth);
void vmx_frames_ungrow(struct vmx_area *area, const struct vmx_growth *growth);
void vmx_frames_free_array(struct vmx_area *area, struct page **pages);
void vmx_frames_cut(struct vmx_area *area, unsigned int keep, unsigned int nr);

void vmx_block_split(struct page *head);
void vmx_frames_stats(struct vmx_frames_stats *stats);

#endif /* _VMX_FRAMES_H */
