/* SPDX-License-Identifier: GPL-2.0 */
/*
 * What vmx's own files offer one another
 *
 * Knowledge flows one way:
 *
 *	vmx_main.c -> the files of vmx_files.h -> vmx_alloc.c, vmx_free.c
 *		-> vmx_area.c
 *		-> vmx_page_array.c -> vmx_pages.c -> vmx_scarce.c
 *		-> vmx_slice.c -> vmx_pgtable.c -> include/arch
 *
 * A file calls only what stands to its right.  vmx_map.c, vmx_realloc.c,
 * vmx_user.c and vmx_lookup.c stand beside vmx_alloc.c, and so does vmx_magazine.c,
 * which the chain asks first and which frees through vmx_free.c.
 */
#ifndef _VMX_INTERNAL_H
#define _VMX_INTERNAL_H

#undef pr_fmt
#define pr_fmt(fmt) "vmx: " fmt

#include <linux/mm.h>
#include <linux/slab.h>
#include "vmx.h"
#include "vmx_area.h"
#include "vmx_compat.h"
#include "arch/arch.h"

#define VMX_VERSION "0.1.0"

/* vmx_slice.c */
extern unsigned long vmx_start, vmx_end;	/* the slice, [start, end) */

int vmx_slice_reserve(unsigned long size);
void vmx_slice_release(void);

/* vmx_pgtable.c */
enum vmx_walk_level { VMX_PGD, VMX_P4D, VMX_PUD, VMX_PMD, VMX_PTE, VMX_LEVELS };

enum vmx_walk_end {
	VMX_WALK_PAGE,		/* a leaf: the address is mapped */
	VMX_WALK_NONE,		/* an empty entry */
	VMX_WALK_BAD,		/* an entry that leads to no table */
};

/**
 * struct vmx_walk - one address's way through the page tables
 * @step: what was found at each level; a level that the machine folds away is
 *	left out (@used is false)
 * @last: the level of the last entry read
 * @end: why the walk ended there
 * @pfn: with VMX_WALK_PAGE, the frame that the address reaches
 */
struct vmx_walk {
	struct {
		bool		used;
		phys_addr_t	table;
		unsigned int	index;
		u64		entry;
	} step[VMX_LEVELS];
	enum vmx_walk_level	last;
	enum vmx_walk_end	end;
	unsigned long		pfn;
};

/* The order of a block that a leaf above the PTE level maps. */
#define VMX_LEAF_ORDER (PMD_SHIFT - PAGE_SHIFT)

/* What is known of the frames that are to be mapped. */
enum vmx_frames {
	VMX_FRAMES_ANY,		/* nothing */
	VMX_FRAMES_LINEAR,	/* they follow one another */
	VMX_FRAMES_LEAVES,	/* they are vmx_pages_take()'s: a block of 2 MiB that
				 * lies aligned gets one entry
				 */
};

int vmx_pgtable_init(unsigned long start, unsigned long end);
void vmx_pgtable_exit(unsigned long end);
int vmx_pgtable_map(unsigned long addr, struct page **pages, unsigned int nr,
		    pgprot_t prot, enum vmx_frames frames);
int vmx_pgtable_map_leaves(unsigned long addr, struct page **heads,
			   unsigned int nr, pgprot_t prot);
void vmx_pgtable_unmap(unsigned long addr, unsigned int nr);
unsigned long vmx_pgtable_leaf_size(void);
void vmx_pgtable_flush(void);
unsigned long vmx_pgtable_flushes(void);
void vmx_pgtable_describe(unsigned long addr, struct vmx_walk *walk);

/* A copy of the PTE table that was looked at last; starts all zero. */
struct vmx_ptes {
	bool		valid;
	unsigned long	base;
	pte_t		pte[PTRS_PER_PTE];
};

u64 vmx_pgtable_entry(struct vmx_ptes *ptes, unsigned long addr,
		      enum vmx_walk_level *level);
const char *vmx_level_name(enum vmx_walk_level level);
unsigned long vmx_level_size(enum vmx_walk_level level);

/* vmx_scarce.c */
extern unsigned int vmx_scarce_order;

static inline bool vmx_order_is_scarce(unsigned int order)
{
	return unlikely(order >= READ_ONCE(vmx_scarce_order));
}

unsigned int vmx_order_seen(unsigned int order, gfp_t gfp);

/* The largest order up to @order that is worth asking for, which may be 0. */
static inline unsigned int vmx_order_in_sight(unsigned int order, gfp_t gfp)
{
	return vmx_order_is_scarce(order) ? vmx_order_seen(order, gfp) : order;
}

/* A block is an offer to be taken up, never worth any work: there is another way. */
static inline gfp_t vmx_block_gfp(gfp_t gfp)
{
	return (gfp & ~(__GFP_RECLAIM | __GFP_NOFAIL | __GFP_HIGH |
			__GFP_RETRY_MAYFAIL)) |
	       __GFP_NOWARN | __GFP_NORETRY | __GFP_NOMEMALLOC;
}

void vmx_block_asked(unsigned int order, bool got);

/* vmx_pages.c */
struct vmx_pages_stats {
	long	pages;			/* frames taken */
	long	pages_highmem;		/* ... of them from ZONE_HIGHMEM */
	long	peak_pages;
};

/* The size of the block that a frame of an area's own begins: its order. */
static inline unsigned int vmx_pages_order(struct page *head)
{
	return page_private(head);
}

int vmx_pages_take_single(struct page **pages, gfp_t gfp, int node, short *nid);
int vmx_pages_take_block(struct page **pages, unsigned int nr, gfp_t gfp,
			 int node, short *nid);
int vmx_pages_take_many(struct page **pages, unsigned int had, unsigned int nr,
			gfp_t gfp, int node, bool split, short *nid);

/**
 * vmx_pages_take() - fill a page array with frames
 * @pages: the array
 * @nr: how many frames
 * @gfp: as for alloc_pages(); with __GFP_ZERO they are cleared
 * @node: the node to prefer, or NUMA_NO_NODE
 * @split: each frame is to count references of its own
 * @nid: where to leave the node that all frames are from, or NUMA_NO_NODE when
 *	there are several
 *
 * Context: sleeps if @gfp allows it.
 * Return: 0; -ENOMEM, or -EINTR when a fatal signal ended a request that may
 * sleep. On failure all frames have gone back.
 */
static __always_inline int vmx_pages_take(struct page **pages, unsigned int nr,
					  gfp_t gfp, int node, bool split, short *nid)
{
	if (nr == 1)
		return vmx_pages_take_single(pages, gfp, node, nid);
	if (!split && likely(!vmx_pages_take_block(pages, nr, gfp, node, nid)))
		return 0;
	return vmx_pages_take_many(pages, 0, nr, gfp, node, split, nid);
}

unsigned int vmx_leaves_take(struct page **heads, unsigned int nr, gfp_t gfp,
			     int node, short *nid);
void vmx_leaves_spread(struct page **pages, struct page **heads, unsigned int nr);
void vmx_leaves_return(struct page **heads, unsigned int nr);
void vmx_pages_return(struct page **pages, unsigned int nr, bool may_sleep);

void vmx_pages_split(struct page *head);
void vmx_pages_stats(struct vmx_pages_stats *stats);

/* vmx_page_array.c */
/* Flags for what is no frame: descriptors and page arrays. */
static inline gfp_t vmx_meta_gfp(gfp_t gfp)
{
	gfp &= ~(GFP_ZONEMASK | __GFP_ZERO | __GFP_COMP | __GFP_ACCOUNT);
	if (gfpflags_allow_blocking(gfp) && !(gfp & __GFP_NOFAIL))
		gfp |= __GFP_RETRY_MAYFAIL;	/* no OOM killer for these either */
	return gfp;
}

struct page **__vmx_page_array(unsigned int nr, gfp_t gfp, int node);

/* Room for @nr page pointers; a few have it in the descriptor itself. */
static inline struct page **vmx_page_array(struct vmx_area *area,
					   unsigned int nr, gfp_t gfp, int node)
{
	return nr <= VMX_INLINE_PAGES ? area->inline_pages :
					__vmx_page_array(nr, gfp, node);
}

/* Free what vmx_page_array() gave. */
static inline void vmx_page_array_free(struct vmx_area *area, struct page **pages)
{
	if (pages != area->inline_pages)
		kvfree(pages);
}

int vmx_page_array_leaves(struct vmx_area *area, unsigned int nr, gfp_t gfp,
			  int node);

/* Give back @nr of an area's frames, from page @from on: of leaves, whole ones. */
static __always_inline void vmx_area_return_pages(struct vmx_area *area,
						  unsigned int from,
						  unsigned int nr, bool may_sleep)
{
	unsigned int order = area->page_order;

	if (unlikely(order))
		vmx_leaves_return(area->pages + (from >> order), nr >> order);
	else
		vmx_pages_return(area->pages + from, nr, may_sleep);
}

/* vmx_alloc.c */
enum vmx_fail {
	VMX_FAIL_EINVAL, VMX_FAIL_E2BIG, VMX_FAIL_ENOSPC, VMX_FAIL_ENOMEM,
	VMX_FAIL_ENOENT, VMX_FAIL_EPERM, VMX_FAIL_EINTR, VMX_FAIL_KINDS
};

int vmx_alloc_init(void);
void vmx_alloc_exit(void);
void vmx_count_failure(int err);
void vmx_failures_read(unsigned long counts[VMX_FAIL_KINDS]);
struct vmx_area *
__get_vmx_area_node(unsigned long size, unsigned long align,
		    unsigned long flags, unsigned long start, unsigned long end,
		    int node, gfp_t gfp_mask, const void *caller);
void clear_vmx_unlist(struct vmx_area *area);
struct vmx_area *vmx_alloc_area(unsigned long size, unsigned long align,
				unsigned long start, unsigned long end,
				gfp_t gfp_mask, pgprot_t prot,
				unsigned long vm_flags, int node,
				const void *caller);

/* vmx_free.c */
void vmx_free_init(void);
void vmx_free_exit(void);
bool __vmx_unmap_noflush(const void *addr, bool deallocate_pages);
void __vmx_unmap(const void *addr, bool deallocate_pages);

/* vmx_magazine.c */
struct vmx_magazines_stats {
	unsigned long	areas;		/* cached now */
	unsigned long	pages;
	unsigned long	gets;		/* requests met from a magazine */
	unsigned long	puts;		/* areas freed into one */
};

int vmx_magazines_init(void);
void vmx_magazines_exit(void);
void vmx_magazines_drain(void);
void vmx_magazines_stats(struct vmx_magazines_stats *stats);

/* vmx_debugfs.c */
int vmx_debugfs_init(void);
void vmx_debugfs_exit(void);

#endif /* _VMX_INTERNAL_H */
