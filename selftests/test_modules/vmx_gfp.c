// SPDX-License-Identifier: GPL-2.0
/*
 * A module that gives each bit of gfp_t to vmx, one at a time
 *
 * The init function runs the checks, with GFP_KERNEL and with GFP_NOWAIT. For each bit
 * it allocates areas of one frame, of one block and of several blocks, for the kernel
 * and for user space, and one for a leaf. It looks at their frames, makes the areas
 * shorter and longer, and frees them. docs/module.md has a table of what vmx does with
 * each flag. A check that fails writes a line to the kernel log, and insmod fails with
 * EUCLEAN.
 */
#include <linux/gfp.h>
#include <linux/mm.h>
#include <linux/module.h>
#include <linux/string.h>

#include "vmx.h"
#include "check.h"

static const struct {
	unsigned int pages;
	unsigned long flags;
} requests[] = {
	{ 1 }, { 16 }, { 64 }, { 100 },
	{ 1, VMX_USERMAP }, { 16, VMX_USERMAP }, { 64, VMX_USERMAP }, { 100, VMX_USERMAP },
	{ PTRS_PER_PTE, VMX_ALLOW_HUGE },
};

/* Each frame lies in the zone that was asked for, and no block is compound. */
static bool frames_are_right(const struct vmx_area *area, gfp_t gfp)
{
	unsigned int i;

	for (i = 0; i < area->nr_pages; i++) {
		struct page *page = vmx_area_page(area, i);

		if (!CHECK(!PageCompound(page)) ||
		    !CHECK(!(gfp & __GFP_DMA) || page_zonenum(page) <= gfp_zone(__GFP_DMA)) ||
		    !CHECK(!(gfp & __GFP_DMA32) || page_to_pfn(page) >> (32 - PAGE_SHIFT) == 0) ||
		    !CHECK(page_count(page) == 1))
			return false;
	}
	return true;
}

/* Leave bytes in the frames that the next request is likely to get. */
static void make_dirty(unsigned int pages)
{
	void *p = __vmx_alloc(pages * PAGE_SIZE, GFP_KERNEL);

	if (p)
		memset(p, 0xa5, pages * PAGE_SIZE);
	vmx_free(p);
}

static bool one_request(gfp_t gfp, unsigned int pages, unsigned long flags)
{
	unsigned long bytes = pages * PAGE_SIZE;
	struct vmx_area *area;
	bool good;
	char *p, *q;

	make_dirty(pages);
	if (flags)
		p = __vmx_alloc_node_range(bytes, 1, 0, ULONG_MAX, gfp, PAGE_KERNEL, flags,
					   NUMA_NO_NODE, NULL);
	else
		p = __vmx_alloc(bytes, gfp);
	if (!CHECK(p))
		return false;
	area = find_vmx_area(p);
	good = CHECK(area && area->nr_pages == pages) && frames_are_right(area, gfp) &&
	       CHECK(!(gfp & __GFP_ZERO) || !memchr_inv(p, 0, bytes));
	memset(p, 0x5a, bytes);

	q = vmx_realloc(p, pages / 4 * PAGE_SIZE + 1, gfp | __GFP_DIRECT_RECLAIM);
	if (CHECK(q))
		p = q;
	else
		good = false;
	q = vmx_realloc(p, bytes + PAGE_SIZE, gfp | __GFP_DIRECT_RECLAIM);
	if (CHECK(q))
		p = q;
	else
		good = false;
	good = good && CHECK(!memchr_inv(p, 0x5a, pages / 4 * PAGE_SIZE + 1)) &&
	       frames_are_right(find_vmx_area(p), gfp);
	vmx_free(p);
	return good;
}

static bool one_mask(gfp_t gfp)
{
	unsigned int i;

	for (i = 0; i < ARRAY_SIZE(requests); i++) {
		if (!one_request(gfp, requests[i].pages, requests[i].flags)) {
			pr_err("vmx_gfp: gfp %#x, %u pages, flags %#lx\n", (__force u32)gfp,
			       requests[i].pages, requests[i].flags);
			return false;
		}
	}
	return true;
}

/* Return the number of masks that failed. */
static unsigned int walk(gfp_t base)
{
	unsigned int bit, failed = 0;

	for (bit = 0; bit < BITS_PER_TYPE(gfp_t); bit++)
		failed += !one_mask(base | (__force gfp_t)(1U << bit));
	/* __GFP_ZEROTAGS stops the page allocator from clearing. */
	failed += !one_mask(base | __GFP_ZERO | __GFP_ZEROTAGS);
	failed += !one_mask(base | __GFP_ZERO | __GFP_COMP);
	return failed;
}

static int __init vmx_gfp_init(void)
{
	return walk(GFP_KERNEL) + walk(GFP_NOWAIT) ? -EUCLEAN : 0;
}
module_init(vmx_gfp_init);

static void __exit vmx_gfp_exit(void)
{
}
module_exit(vmx_gfp_exit);

MODULE_DESCRIPTION("Test: gives each bit of gfp_t to vmx");
MODULE_LICENSE("GPL");
