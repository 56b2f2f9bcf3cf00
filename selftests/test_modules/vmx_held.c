// SPDX-License-Identifier: GPL-2.0
/*
 * A module that holds frames of areas, as the network and user mappings do
 *
 * The init function runs the checks. It takes a reference to frames of areas of every
 * size and kind, before and after the area is freed or cut. The witness is the frame:
 * its count, and its bytes through the kernel's own mapping of memory. The parameter
 * lost=1 hands frames to memory_failure() instead, as a machine check does. A check that
 * fails writes a line to the kernel log, and insmod fails with EUCLEAN.
 */
#include <linux/gfp.h>
#include <linux/highmem.h>
#include <linux/mm.h>
#include <linux/module.h>
#include <linux/page-flags.h>
#include <linux/slab.h>
#include <linux/string.h>
#include <linux/version.h>
#include <linux/vmalloc.h>

#include "vmx.h"
#include "check.h"

static bool lost;
module_param(lost, bool, 0400);

#define LEAF ((unsigned int)PTRS_PER_PTE)
#define PAGES_MAX (LEAF > 550 ? 2 * LEAF : 1100U)

static const struct {
	unsigned int pages;
	gfp_t gfp;		/* besides GFP_KERNEL */
	unsigned long flags;
} kinds[] = {
	{ 1 }, { 2 }, { 4 }, { 7 }, { 16 }, { 64 }, { 100 }, { 512 }, { 1100 },
	{ 4, __GFP_ACCOUNT }, { 100, __GFP_ACCOUNT }, { 64, __GFP_ZERO },
	{ 1, 0, VMX_USERMAP }, { 16, 0, VMX_USERMAP }, { 100, 0, VMX_USERMAP },
	{ LEAF, 0, VMX_ALLOW_HUGE }, { 2 * LEAF, 0, VMX_ALLOW_HUGE },
	{ LEAF + 88, 0, VMX_ALLOW_HUGE }, { LEAF, __GFP_ACCOUNT, VMX_ALLOW_HUGE },
};

static struct page *held[PAGES_MAX];

static char *make(unsigned int kind)
{
	return __vmx_alloc_node_range(kinds[kind].pages * PAGE_SIZE, 1, 0, ULONG_MAX,
				      GFP_KERNEL | kinds[kind].gfp, PAGE_KERNEL,
				      kinds[kind].flags, NUMA_NO_NODE, make);
}

static u8 mark(unsigned int i)
{
	return i % 251 + 1;
}

/* Is each byte of the frame what page @i got? */
static bool has_mark(struct page *page, unsigned int i)
{
	void *seen = kmap_local_page(page);
	bool good = !memchr_inv(seen, mark(i), PAGE_SIZE);

	kunmap_local(seen);
	return good;
}

/* Write a mark to each page, and hold every @step-th one from @from on. */
static bool hold(char *p, unsigned int pages, unsigned int from, unsigned int step)
{
	bool good = true;
	unsigned int i;

	for (i = 0; i < pages; i++) {
		memset(p + i * PAGE_SIZE, mark(i), PAGE_SIZE);
		held[i] = NULL;
		if (i < from || (i - from) % step)
			continue;
		held[i] = vmalloc_to_page(p + i * PAGE_SIZE);
		/* Others hold a reference for a moment at the most. */
		good = CHECK(page_count(held[i]) == 1) && good;
		get_page(held[i]);
		good = CHECK(page_count(held[i]) == 2) && good;
	}
	return good;
}

/* Overwrite frames that were freed meanwhile: they are likely to be taken again. */
static void reuse(unsigned int pages)
{
	void *p = vmx_alloc(pages * PAGE_SIZE);

	if (p)
		memset(p, 0xff, pages * PAGE_SIZE);
	vmx_free(p);
	vmx_unmap_aliases();
}

/* The area, or this part of it, is gone. Nobody else may have a held frame. */
static bool let_go(unsigned int pages)
{
	bool good = true;
	unsigned int i;

	for (i = 0; i < pages; i++) {
		if (!held[i])
			continue;
		good = CHECK(page_count(held[i]) == 1) && CHECK(has_mark(held[i], i)) && good;
		put_page(held[i]);
	}
	return good;
}

static bool held_while_used(unsigned int kind)
{
	unsigned int pages = kinds[kind].pages, i;
	char *p = make(kind);
	bool good;

	if (!CHECK(p))
		return false;
	good = hold(p, pages, 0, 1);
	for (i = 0; i < pages; i++) {
		put_page(held[i]);
		good = CHECK(page_count(held[i]) == 1) && CHECK(has_mark(held[i], i)) && good;
	}
	vmx_free(p);
	return good;
}

static bool held_after_free(unsigned int kind, unsigned int from, unsigned int step)
{
	unsigned int pages = kinds[kind].pages;
	char *p = make(kind);
	bool good;

	if (!CHECK(p))
		return false;
	good = hold(p, pages, from, step);
	vmx_free(p);
	vmx_unmap_aliases();
	reuse(pages);
	return let_go(pages) && good;
}

static void write_private(char *p, unsigned int pages)
{
	unsigned int i;

	for (i = 0; i < pages; i++)
		set_page_private(vmalloc_to_page(p + i * PAGE_SIZE), i % 12);
}

/* Since 7.3 it is a bug to return a frame whose page->private is not 0. */
static void clear_private(char *p, unsigned int pages)
{
	unsigned int i;

	for (i = 0; LINUX_VERSION_CODE >= KERNEL_VERSION(7, 3, 0) && i < pages; i++)
		set_page_private(vmalloc_to_page(p + i * PAGE_SIZE), 0);
}

/* page->private is the caller's, as that of vmalloc()'s frames is. */
static bool private_is_used(unsigned int kind)
{
	unsigned int pages = kinds[kind].pages;
	char *p = make(kind);
	bool good;

	if (!CHECK(p))
		return false;
	good = hold(p, pages, 3, 5);
	write_private(p, pages);
	clear_private(p, pages);
	vmx_free(p);
	reuse(pages);
	return let_go(pages) && good;
}

static bool held_after_cut(unsigned int kind)
{
	unsigned int pages = kinds[kind].pages, wanted = pages / 3 + 1, kept, i;
	char *p = make(kind);
	bool good;

	if (!CHECK(p))
		return false;
	good = hold(p, pages, 0, 3);
	write_private(p, min(wanted, pages));
	good = CHECK(vmx_realloc(p, wanted * PAGE_SIZE, GFP_KERNEL) == p) && good;
	/* A leaf stays whole. */
	kept = find_vmx_area(p)->nr_pages;
	for (i = 0; i < kept; i++) {
		if (held[i])
			put_page(held[i]);
		held[i] = NULL;
	}
	reuse(pages);
	good = let_go(pages) && good;
	for (i = 0; i < wanted && i < pages; i++) {
		good = CHECK(!memchr_inv(p + i * PAGE_SIZE, mark(i), PAGE_SIZE)) && good;
		good = CHECK(page_private(vmalloc_to_page(p + i * PAGE_SIZE)) == i % 12) && good;
	}
	clear_private(p, min(wanted, pages));
	vmx_free(p);
	return good;
}

/* A magazine must not hand out an area while somebody holds one of its frames. */
static bool not_again_from_a_magazine(unsigned int pages)
{
	char *p = vmx_alloc(pages * PAGE_SIZE), *q;
	bool good;

	if (!CHECK(p))
		return false;
	good = hold(p, pages, pages / 2, pages);
	vmx_free(p);
	q = vmx_alloc(pages * PAGE_SIZE);
	good = CHECK(q) && good;
	if (q)
		memset(q, 0xff, pages * PAGE_SIZE);
	good = let_go(pages) && good;
	vmx_free(q);
	return good;
}

static bool holding(void)
{
	static const unsigned int cached[] = { 1, 2, 3, 16, 17, 64 };
	bool good = true;
	unsigned int i;

	for (i = 0; good && i < ARRAY_SIZE(kinds); i++) {
		good = held_while_used(i) && held_after_free(i, 0, 1) &&
		       held_after_free(i, 0, 512) && held_after_free(i, 1, 7) &&
		       held_after_free(i, kinds[i].pages - 1, 1) && held_after_cut(i) &&
		       private_is_used(i);
		if (!good)
			pr_err("vmx_held: %u pages, flags %#lx\n", kinds[i].pages,
			       kinds[i].flags);
	}
	for (i = 0; good && i < ARRAY_SIZE(cached); i++)
		good = not_again_from_a_magazine(cached[i]);
	return good;
}

#ifdef CONFIG_MEMORY_FAILURE
/* The page allocator must not get a frame back with which it can serve a request. */
static bool never_used_again(unsigned int pages, unsigned int which, bool freed)
{
	char *p = vmx_alloc(pages * PAGE_SIZE), *again[8];
	struct page *page;
	unsigned int i, j;
	bool good = true;

	if (!CHECK(p))
		return false;
	page = vmx_to_page(p + which * PAGE_SIZE);
	if (freed)
		vmx_free(p);
	memory_failure(page_to_pfn(page), 0);
	if (!freed)
		vmx_free(p);
	for (i = 0; i < ARRAY_SIZE(again); i++) {
		again[i] = vmx_alloc(pages * PAGE_SIZE);
		for (j = 0; again[i] && j < pages; j++)
			good = good && CHECK(vmx_to_page(again[i] + j * PAGE_SIZE) != page);
	}
	while (i)
		vmx_free(again[--i]);
	vmx_unmap_aliases();
	return CHECK(PageHWPoison(page)) && CHECK(!is_free_buddy_page(page)) && good;
}

static bool losing(void)
{
	/* An area of 512 pages does not go into a magazine. */
	return never_used_again(1, 0, false) && never_used_again(16, 0, false) &&
	       never_used_again(16, 5, false) && never_used_again(64, 63, false) &&
	       never_used_again(512, 300, false) &&
	       never_used_again(1, 0, true) && never_used_again(16, 7, true);
}
#else
static bool losing(void)
{
	return true;
}
#endif

static int __init vmx_held_init(void)
{
	bool good = lost ? losing() : holding();

	vmx_unmap_aliases();
	return good ? 0 : -EUCLEAN;
}
module_init(vmx_held_init);

static void __exit vmx_held_exit(void)
{
}
module_exit(vmx_held_exit);

MODULE_DESCRIPTION("Test: holds frames of areas");
MODULE_LICENSE("GPL");
