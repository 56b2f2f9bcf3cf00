// SPDX-License-Identifier: GPL-2.0
/*
 * A module that makes a mistake: it gives an address of vmx to a function of the
 * kernel, which then unmaps the whole slice
 *
 * The init function checks that vmx notices, refuses all requests, and does not unmap
 * what the kernel has put there since.  Parameter how: 0 kvfree(), 1 vunmap().
 */
#include <linux/mm.h>
#include <linux/module.h>
#include <linux/slab.h>
#include <linux/vmalloc.h>

#include "vmx.h"
#include "check.h"

#define BYTES	(4 * PAGE_SIZE)

static int how;
module_param(how, int, 0);

static unsigned long others_bytes = 12 << 20;
module_param_named(others, others_bytes, ulong, 0);

static void *others;	/* vmalloc() memory in what was the slice */

static bool all_mapped(const char *p, unsigned long bytes)
{
	for (; bytes; bytes -= PAGE_SIZE, p += PAGE_SIZE) {
		if (!CHECK(vmalloc_to_page(p)))
			return false;
	}
	return true;
}

/* Nothing is changed: neither the page tables nor the memory of others. */
static bool vmx_keeps_off(char *mapped, char *user)
{
	bool good = CHECK(!vmx_realloc(user, 2 * BYTES, GFP_KERNEL)) &&
		    CHECK(!vmx_realloc(user, PAGE_SIZE, GFP_KERNEL));

	vmx_free(user);
	vmx_unmap(mapped);
	vmx_unmap_aliases();
	return good && all_mapped(others, others_bytes) &&
	       CHECK(!memchr_inv(others, 0x5a, others_bytes));
}

static bool vmx_refuses(void)
{
	struct page *page = alloc_page(GFP_KERNEL);
	gfp_t gfp = GFP_KERNEL | __GFP_NOWARN;
	bool good = CHECK(page) && CHECK(!__vmx_alloc(65 * PAGE_SIZE, gfp)) &&
		    CHECK(!__vmx_alloc(PAGE_SIZE, gfp)) &&
		    CHECK(!vmx_zalloc(PAGE_SIZE)) &&
		    CHECK(!vmx_alloc_huge(PMD_SIZE, gfp)) &&
		    CHECK(!vmx_map(&page, 1, VM_MAP, PAGE_KERNEL));

	if (page)
		__free_page(page);
	return good;
}

static int __init culprit_init(void)
{
	struct page *page = alloc_page(GFP_KERNEL);
	char *cached = vmx_alloc(PAGE_SIZE), *user = vmx_alloc_user(BYTES);
	char *leaf = vmx_alloc(PMD_SIZE), *victim = vmx_alloc(BYTES);
	char *mapped = page ? vmx_map(&page, 1, VM_MAP, PAGE_KERNEL) : NULL;
	bool good;

	if (!CHECK(cached) || !CHECK(user) || !CHECK(leaf) || !CHECK(victim) ||
	    !CHECK(mapped))
		return -EUCLEAN;
	vmx_free(cached);
	if (how)
		vunmap(victim);
	else
		kvfree(victim);
	good = CHECK(!vmalloc_to_page(user)) && CHECK(!vmalloc_to_page(leaf));

	vm_unmap_aliases();
	others = vmalloc(others_bytes);
	if (!CHECK(others))
		return -EUCLEAN;
	memset(others, 0x5a, others_bytes);
	pr_info("vmx_culprit: the kernel has%s given addresses of vmx to others\n",
		is_vmx_addr(others) || is_vmx_addr(others + others_bytes - 1) ? "" : " not");

	/* In this order, for the first time also something else than a request notices. */
	good = how ? vmx_refuses() && vmx_keeps_off(mapped, user) && good :
		     vmx_keeps_off(mapped, user) && vmx_refuses() && good;
	vmx_free(victim);
	vmx_free(leaf);
	good = good && all_mapped(others, others_bytes);
	__free_page(page);
	if (good)
		return 0;
	vfree(others);
	return -EUCLEAN;
}
module_init(culprit_init);

static void __exit culprit_exit(void)
{
	vfree(others);
}
module_exit(culprit_exit);

MODULE_DESCRIPTION("Test: gives an address of vmx to the kernel's functions");
MODULE_LICENSE("GPL");
