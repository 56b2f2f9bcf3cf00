// SPDX-License-Identifier: GPL-2.0
/*
 * Page arrays: a pointer for each page of an area, or for each of its leaves
 *
 * A few pointers have room in the descriptor itself, and never come here.  An
 * area that is 2 MiB leaves all through has one pointer for each, and their order
 * in page_order: vmx_area_page() finds any page of either kind.
 *
 * Locking: none; an area belongs to whoever makes it or takes it down.
 * Units: pages.
 */
#include <linux/log2.h>
#include <linux/mm.h>
#include <linux/overflow.h>
#include <linux/slab.h>
#include <trace/events/vmx.h>

#include "vmx_internal.h"

/**
 * __vmx_page_array() - room for an area's page pointers
 * @nr: how many
 * @gfp: the request's
 * @node: where to put the array, or NUMA_NO_NODE
 *
 * Return: the array, or NULL.
 */
struct page **__vmx_page_array(unsigned int nr, gfp_t gfp, int node)
{
	size_t bytes = array_size(nr, sizeof(struct page *));
	unsigned int order = get_order(bytes);
	struct page **pages;

	gfp = vmx_meta_gfp(gfp);
	if (bytes <= PAGE_SIZE || !gfpflags_allow_blocking(gfp))
		return kmalloc_node(bytes, gfp | __GFP_NOWARN, node);
	/*
	 * Not kvmalloc_node(): told not to wake the OOM killer, it would compact.  Nor
	 * a block where blocks are scarce: after thousands of single frames, freeing a
	 * small one empties the CPU's lists of them (Linux 6.1).
	 */
	if (order <= MAX_PAGE_ORDER &&
	    !vmx_order_is_scarce(max_t(unsigned int, order, VMX_LEAF_ORDER))) {
		pages = kmalloc_node(bytes, vmx_block_gfp(gfp), node);
		if (pages)
			return pages;
		/* Had there been some, it might have been the slab's doing. */
		vmx_block_asked(order, false);
	}
	return __vmalloc(bytes, gfp);
}

/**
 * vmx_page_array_leaves() - an array of leaves, and frames in it
 * @area: the area, a multiple of a leaf long; gets pages, page_order and nid
 * @nr: how many pages
 * @gfp: the request's, which may sleep
 * @node: the node to prefer, or NUMA_NO_NODE
 *
 * A pointer for each leaf will do: 1,300 instructions for filling in the others are
 * more than all else that vmx does to 512 pages.  If there are not blocks enough,
 * page_order stays 0, and each page gets its pointer after all.
 *
 * Context: may sleep.
 * Return: 0; -ENOMEM or -EINTR with nothing taken.
 */
int vmx_page_array_leaves(struct vmx_area *area, unsigned int nr, gfp_t gfp,
			  int node)
{
	unsigned int leaves = nr >> VMX_LEAF_ORDER, got;
	struct page **heads, **pages;
	int err = -ENOMEM;

	heads = vmx_page_array(area, leaves, gfp, node);
	if (!heads)
		return -ENOMEM;
	trace_vmx_page_array(heads, nr, VMX_LEAF_ORDER, area->flags);
	got = vmx_leaves_take(heads, leaves, gfp, node, &area->nid);
	if (likely(got == leaves)) {
		area->pages = heads;
		area->page_order = VMX_LEAF_ORDER;
		return 0;
	}

	pages = vmx_page_array(area, nr, gfp, node);
	if (!pages) {
		vmx_leaves_return(heads, got);
		goto free_heads;
	}
	trace_vmx_page_array(pages, nr, 0, area->flags);
	vmx_leaves_spread(pages, heads, got);
	err = vmx_pages_take_many(pages, got << VMX_LEAF_ORDER, nr, gfp,
				  node, false, &area->nid);
	if (err)
		vmx_page_array_free(area, pages);
	else
		area->pages = pages;
free_heads:
	vmx_page_array_free(area, heads);
	return err;
}
