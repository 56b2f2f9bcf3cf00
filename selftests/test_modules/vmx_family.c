// SPDX-License-Identifier: GPL-2.0
/*
 * A module that calls the exported functions of vmx that vmx_user.c does not
 * call
 *
 * The init function runs the checks.  A check that fails writes a line to the
 * kernel log, and insmod fails with EUCLEAN.  The kernel's own functions for
 * vmalloc() memory are the witnesses.
 *
 * While the module is loaded, debugfs/vmx_family is one area of
 * vmx_alloc_user(): it can be read and mapped (at page offset REVERSED, the last page
 * first), and a write of anything frees it.
 */
#include <linux/debugfs.h>
#include <linux/fs.h>
#include <linux/highmem.h>
#include <linux/mm.h>
#include <linux/module.h>
#include <linux/mutex.h>
#include <linux/nodemask.h>
#include <linux/preempt.h>
#include <linux/slab.h>
#include <linux/spinlock.h>
#include <linux/string.h>
#include <linux/uaccess.h>
#include <linux/uio.h>
#include <linux/vmalloc.h>
#include <linux/workqueue.h>

#include "vmx.h"
#include "check.h"

#define SHARED_PAGES 5
#define REVERSED 1000	/* the page offset that asks for the pages in reverse order */

/* The kernel finds a frame for every page of @p, and vmx the same one. */
static bool is_mapped(const char *p, unsigned int pages)
{
	unsigned int i;

	for (i = 0; i < pages; i++, p += PAGE_SIZE) {
		if (!CHECK(vmalloc_to_page(p)) ||
		    !CHECK(vmx_to_page(p) == vmalloc_to_page(p)) ||
		    !CHECK(vmx_to_pfn(p) == vmalloc_to_pfn(p)))
			return false;
	}
	return true;
}

static bool zeroed_on_node(void)
{
	unsigned long bytes = 3 * PAGE_SIZE;
	void *p = vmx_zalloc_node(bytes, first_online_node);
	bool good = CHECK(p) && is_mapped(p, 3) &&
		    CHECK(!memchr_inv(p, 0, bytes)) &&
		    CHECK(page_to_nid(vmx_to_page(p)) == first_online_node);

	vmx_free(p);
	return good;
}

static bool aligned_in_somebodys_name(void)
{
	const unsigned long align = 16 * PAGE_SIZE;
	void *p = __vmx_alloc_node(3 * PAGE_SIZE, align, GFP_KERNEL | __GFP_ZERO,
				   first_online_node, zeroed_on_node);
	void *q = __vmx_alloc_node(1, align, GFP_KERNEL, NUMA_NO_NODE, NULL);
	bool good = CHECK(p) && is_mapped(p, 3) && CHECK(q) && is_mapped(q, 1) &&
		    CHECK(IS_ALIGNED((unsigned long)p, align)) &&
		    CHECK(IS_ALIGNED((unsigned long)q, align)) &&
		    CHECK(!memchr_inv(p, 0, 3 * PAGE_SIZE)) &&
		    CHECK(find_vmx_area(p)->caller == zeroed_on_node) &&
		    CHECK(!__vmx_alloc_node(1, 3 * PAGE_SIZE, GFP_KERNEL | __GFP_NOWARN,
					    NUMA_NO_NODE, NULL));

	vmx_free(p);
	vmx_free(q);
	return good;
}

/* PAGE_NONE is refused; somebody_elses_pages() tests that for vmx_map(). */
static bool not_without_access(void)
{
	void *p = __vmx_alloc_node_range(PAGE_SIZE, PAGE_SIZE, VMALLOC_START,
					 VMALLOC_END, GFP_KERNEL | __GFP_NOWARN,
					 PAGE_NONE, 0, NUMA_NO_NODE, NULL);
	bool good = CHECK(!p);

	vmx_free(p);
	return good;
}

static void *with_flags(unsigned long bytes, unsigned long vm_flags)
{
	return __vmx_alloc_node_range(bytes, 1, 0, ULONG_MAX, GFP_KERNEL | __GFP_NOWARN,
				      PAGE_KERNEL, vm_flags, NUMA_NO_NODE, with_flags);
}

/* A caller may give three flags and a fit; vmx refuses all other bits and fits. */
static bool private_flags_are_refused(void)
{
	const unsigned long callers = VMX_USERMAP | VMX_NO_GUARD | VMX_ALLOW_HUGE;
	/* An area of 65 pages is too long for a magazine. */
	const unsigned long sizes[] = { PAGE_SIZE, 65 * PAGE_SIZE };
	unsigned int i, bit, fit;
	bool good = true;

	for (i = 0; i < ARRAY_SIZE(sizes); i++) {
		for (bit = 0; good && bit < BITS_PER_LONG; bit++) {
			bool ours = BIT(bit) & (callers | VMX_FIT_MASK);
			void *p = ours ? NULL : with_flags(sizes[i], BIT(bit));
			void *q = ours ? NULL : with_flags(sizes[i], callers | BIT(bit));

			good = CHECK(!p) && CHECK(!q);
			vmx_free(p);
			vmx_free(q);
		}
		for (fit = 0; good && fit < 16; fit++) {
			void *p = with_flags(sizes[i], VMX_FIT(fit) | VMX_USERMAP);

			good = CHECK(!p == (fit > VMX_FIT_NEXT));
			vmx_free(p);
		}
		if (good) {
			void *p = with_flags(sizes[i], callers | VMX_FIT(VMX_FIT_LAST));

			good = CHECK(p);
			vmx_free(p);
		}
	}
	return good;
}

/* vmx refuses a node that is not online before it takes anything. */
static bool nodes_that_are_not_there(void)
{
	static const int nodes[] = {
		77, MAX_NUMNODES - 1, MAX_NUMNODES, INT_MAX, -2, INT_MIN,
	};
	struct page *page = alloc_page(GFP_KERNEL);
	bool good = CHECK(page);
	int i;

	for (i = 0; good && i < ARRAY_SIZE(nodes); i++) {
		int node = nodes[i];

		if (node >= 0 && node < MAX_NUMNODES && node_online(node))
			continue;
		good = CHECK(!vmx_alloc_node(PAGE_SIZE, node)) &&
		       CHECK(!vmx_zalloc_node(65 * PAGE_SIZE, node)) &&
		       CHECK(!__vmx_alloc_node(1, 1, GFP_ATOMIC | __GFP_NOWARN, node, NULL)) &&
		       CHECK(!__vmx_alloc_node_range(PMD_SIZE, 1, 0, ULONG_MAX,
						     GFP_KERNEL | __GFP_NOWARN,
						     PAGE_KERNEL, VMX_ALLOW_HUGE,
						     node, NULL)) &&
		       CHECK(!vmx_map_ram(&page, 1, node));
	}
	if (page)
		__free_page(page);
	return good;
}

static bool below_4g(void)
{
	char *p = vmx_alloc_32(64 * PAGE_SIZE);
	bool good = CHECK(p) && is_mapped(p, 64);
	unsigned int i;

	for (i = 0; good && i < 64; i++)
		good = CHECK(vmx_to_pfn(p + i * PAGE_SIZE) >> (32 - PAGE_SHIFT) == 0);
	vmx_free(p);
	return good;
}

static bool below_4g_for_users(void)
{
	char *p = vmx_alloc_32_user(5 * PAGE_SIZE);
	bool good = CHECK(p) && is_mapped(p, 5) &&
		    CHECK(find_vmx_area(p)->flags & VMX_USERMAP) &&
		    CHECK(IS_ALIGNED((unsigned long)p, SHMLBA)) &&
		    CHECK(!memchr_inv(p, 0, 5 * PAGE_SIZE));
	unsigned int i;

	for (i = 0; good && i < 5; i++)
		good = CHECK(vmx_to_pfn(p + i * PAGE_SIZE) >> (32 - PAGE_SHIFT) == 0);
	vmx_free(p);
	return good;
}

/* The size is that of all elements, and a product that overflows is refused. */
static bool arrays(void)
{
	const unsigned int pages = DIV_ROUND_UP(5 * 3000, PAGE_SIZE);
	const gfp_t quiet = GFP_KERNEL | __GFP_NOWARN;
	unsigned int i;

	for (i = 0; i < 4; i++) {
		bool zeroed = i & 1;
		char *p = i == 0 ? vmx_alloc_array(5, 3000) :
			  i == 1 ? vmx_calloc(5, 3000) :
			  i == 2 ? __vmx_alloc_array(5, 3000, GFP_KERNEL) :
				   __vmx_calloc(5, 3000, GFP_KERNEL);
		bool good = CHECK(p) && is_mapped(p, pages) &&
			    CHECK(find_vmx_area(p)->nr_pages == pages) &&
			    CHECK(!zeroed || !memchr_inv(p, 0, 15000));

		/* The next one is likely to get these frames. */
		if (good)
			memset(p, 0xee, 15000);
		vmx_free(p);
		if (!good)
			return false;
	}
	return CHECK(!__vmx_alloc_array(SIZE_MAX / 2, 3, quiet)) &&
	       CHECK(!__vmx_calloc(SIZE_MAX, SIZE_MAX, quiet)) &&
	       CHECK(!__vmx_calloc(BIT(BITS_PER_LONG / 2), BIT(BITS_PER_LONG / 2), quiet)) &&
	       CHECK(!__vmx_alloc_array(0, 3000, quiet)) &&
	       CHECK(!__vmx_alloc_array(3000, 0, quiet));
}

static bool huge(bool on_node)
{
	unsigned int pages = 2 * PMD_SIZE / PAGE_SIZE + 1;
	unsigned long bytes = pages * PAGE_SIZE;
	const gfp_t gfp = GFP_KERNEL | __GFP_ZERO;
	char *p = on_node ? vmx_alloc_huge_node(bytes, gfp, first_online_node) :
			    vmx_alloc_huge(bytes, gfp);
	struct vmx_area *area = find_vmx_area(p);
	bool good = CHECK(p) && CHECK(area) && is_mapped(p, pages) &&
		    CHECK(area->nr_pages == pages) &&
		    CHECK(!memchr_inv(p, 0, pages * PAGE_SIZE)) &&
		    CHECK(!vmalloc_to_page(p + pages * PAGE_SIZE));

	/* A leaf maps adjacent frames, and the first is aligned. */
	if (good && area->leaves)
		good = CHECK(IS_ALIGNED((unsigned long)p, PMD_SIZE)) &&
		       CHECK(vmx_to_pfn(p) % PTRS_PER_PTE == 0) &&
		       CHECK(vmx_to_pfn(p + PMD_SIZE - 1) ==
			     vmx_to_pfn(p) + PTRS_PER_PTE - 1);
	if (good && on_node)
		good = CHECK(page_to_nid(vmx_to_page(p)) == first_online_node);
	vmx_free(p);
	return good;
}

/* Atomic requests succeed under a spinlock, without sleeping. */
static bool atomic(void)
{
	static DEFINE_SPINLOCK(lock);
	void *a, *b;
	bool good;

	spin_lock(&lock);
	a = __vmx_alloc(9 * PAGE_SIZE, GFP_ATOMIC | __GFP_HIGHMEM);
	b = __vmx_alloc(PAGE_SIZE, GFP_NOWAIT);
	spin_unlock(&lock);
	good = CHECK(a) && is_mapped(a, 9) && CHECK(b) && is_mapped(b, 1) &&
	       CHECK(!__vmx_alloc(0, GFP_KERNEL | __GFP_NOWARN)) &&
	       CHECK(!vmx_alloc_huge(0, GFP_KERNEL | __GFP_NOWARN));
	vmx_free(a);
	vmx_free(b);
	return good;
}

/* __GFP_NOFAIL works even if the page array is larger than a page. */
static bool never_fails(void)
{
	unsigned int nr = 1100;
	void *p = __vmx_alloc(nr * PAGE_SIZE, GFP_KERNEL | __GFP_NOFAIL);
	bool good = CHECK(p) && is_mapped(p, nr);

	vmx_free(p);
	return good;
}

/* With __GFP_NOFAIL vmx waits for addresses too, like vmalloc(). */
struct release {
	struct delayed_work work;
	void *p;
};

static void release(struct work_struct *work)
{
	vmx_free(container_of(work, struct release, work.work)->p);
}

static bool waits_for_addresses(void)
{
	unsigned long bytes = 4 * PAGE_SIZE, start, end;
	struct release later = { .p = vmx_alloc(bytes) };
	void *p, *q;
	bool good;

	if (!CHECK(later.p))
		return false;
	start = (unsigned long)later.p;
	end = start + bytes + PAGE_SIZE;
	/* It fails at once without __GFP_NOFAIL, or in too small a range. */
	p = __vmx_alloc_node_range(bytes, 1, start, end, GFP_KERNEL | __GFP_NOWARN,
				   PAGE_KERNEL, 0, NUMA_NO_NODE, release);
	q = __vmx_alloc_node_range(bytes, 1, start, end - PAGE_SIZE,
				   GFP_KERNEL | __GFP_NOFAIL | __GFP_NOWARN,
				   PAGE_KERNEL, 0, NUMA_NO_NODE, release);
	good = CHECK(!p) && CHECK(!q);
	vmx_free(p);
	vmx_free(q);

	INIT_DELAYED_WORK_ONSTACK(&later.work, release);
	schedule_delayed_work(&later.work, HZ / 10);
	p = __vmx_alloc_node_range(bytes, 1, start, end, GFP_KERNEL | __GFP_NOFAIL,
				   PAGE_KERNEL, 0, NUMA_NO_NODE, release);
	flush_delayed_work(&later.work);
	destroy_delayed_work_on_stack(&later.work);
	good = good && CHECK(p == (void *)start) && is_mapped(p, 4);
	vmx_free(p);
	return good;
}

static bool grows_in_place(void)
{
	unsigned long bytes = 2 * PAGE_SIZE;
	char *p = __vmx_alloc(bytes, GFP_KERNEL | __GFP_ZERO), *q;
	bool good;

	if (!CHECK(p))
		return false;
	memset(p, 0x5a, bytes);
	q = vmx_realloc(p, 7 * PAGE_SIZE, GFP_KERNEL | __GFP_ZERO);
	good = CHECK(q == p) && is_mapped(q, 7) &&
	       CHECK(!memchr_inv(q, 0x5a, bytes)) &&
	       CHECK(!memchr_inv(q + bytes, 0, 5 * PAGE_SIZE)) &&
	       CHECK(find_vmx_area(q)->nr_pages == 7) &&
	       CHECK(!vmalloc_to_page(q + 7 * PAGE_SIZE));
	vmx_free(q ?: p);
	return good;
}

/* Pages that are added to an area for user space are cleared. */
static bool grows_cleared_for_users(void)
{
	unsigned long dirty = 100 * PAGE_SIZE, bytes = 50 * PAGE_SIZE;
	char *p = vmx_alloc(dirty), *q;
	bool good;

	if (!CHECK(p))
		return false;
	memset(p, 0x5a, dirty);
	vmx_free(p);

	p = vmx_alloc_user(PAGE_SIZE);
	if (!CHECK(p))
		return false;
	q = vmx_realloc(p, bytes, GFP_KERNEL);
	good = CHECK(q) && CHECK(!memchr_inv(q, 0, bytes)) &&
	       CHECK(find_vmx_area(q)->flags & VMX_USERMAP);
	vmx_free(q ?: p);
	return good;
}

static bool moves_when_it_must(void)
{
	char *p = vmx_alloc(PAGE_SIZE), *wall = vmx_alloc(PAGE_SIZE), *q;
	bool good;

	if (!CHECK(p) || !CHECK(wall))
		return false;
	memset(p, 0xa5, PAGE_SIZE);
	q = vmx_realloc(p, 4 * PAGE_SIZE, GFP_KERNEL);
	good = CHECK(q) && CHECK(q != p) && is_mapped(q, 4) &&
	       CHECK(!memchr_inv(q, 0xa5, PAGE_SIZE)) &&
	       CHECK(!find_vmx_area(p));
	vmx_free(q ?: p);
	vmx_free(wall);
	return good;
}

/* An area that moves keeps the alignment that the caller asks for, and no other. */
static bool moves_aligned(void)
{
	const unsigned long align = 16 * PAGE_SIZE;
	char *p = __vmx_alloc_node(PAGE_SIZE, align, GFP_KERNEL, NUMA_NO_NODE, NULL);
	char *wall = __vmx_alloc_node_range(PAGE_SIZE, 1, (unsigned long)p, ULONG_MAX,
					    GFP_KERNEL, PAGE_KERNEL, 0, NUMA_NO_NODE,
					    moves_aligned);
	char *q = NULL;
	bool good = CHECK(p) && CHECK(wall == p + 2 * PAGE_SIZE);

	if (good) {
		memset(p, 0x6b, PAGE_SIZE);
		good = CHECK(!vmx_realloc_node_align(p, 5 * PAGE_SIZE, align, GFP_KERNEL,
						     MAX_NUMNODES)) &&
		       CHECK(find_vmx_area(p)->nr_pages == 1);
		q = vmx_realloc_node_align(p, 5 * PAGE_SIZE, align, GFP_KERNEL,
					   first_online_node);
		good = good && CHECK(q) && CHECK(q != p) && is_mapped(q, 5) &&
		       CHECK(IS_ALIGNED((unsigned long)q, align)) &&
		       CHECK(!memchr_inv(q, 0x6b, PAGE_SIZE)) &&
		       CHECK(page_to_nid(vmx_to_page(q + 4 * PAGE_SIZE)) == first_online_node);
	}
	vmx_free(q ?: p);
	vmx_free(wall);
	return good;
}

/* With __GFP_THISNODE an area of another node moves, even if it becomes shorter. */
static bool moves_to_the_node(void)
{
	const gfp_t gfp = GFP_KERNEL | __GFP_THISNODE;
	int here = first_online_node, there = next_online_node(here);
	char *p = vmx_alloc_node(4 * PAGE_SIZE, here), *q;
	bool good;

	if (!CHECK(p))
		return false;
	memset(p, 0x4d, 4 * PAGE_SIZE);
	q = vmx_realloc_node(p, 3 * PAGE_SIZE, gfp, here);
	good = CHECK(q == p);
	if (good && there < MAX_NUMNODES) {
		q = vmx_realloc_node(p, 2 * PAGE_SIZE, gfp, there);
		good = CHECK(q && q != p) && is_mapped(q, 2) &&
		       CHECK(page_to_nid(vmx_to_page(q)) == there) &&
		       CHECK(page_to_nid(vmx_to_page(q + PAGE_SIZE)) == there);
	}
	good = good && CHECK(!memchr_inv(q, 0x4d, 2 * PAGE_SIZE));
	vmx_free(q ?: p);
	return good;
}

/*
 * An area of only leaves has one page pointer for each leaf, until it grows or
 * shrinks by pages.
 */
static bool leaves_grow_and_shrink(void)
{
	const unsigned int leaf = PMD_SIZE / PAGE_SIZE;
	char *p = vmx_alloc_huge(3 * PMD_SIZE, GFP_KERNEL), *q;
	struct vmx_area *area = find_vmx_area(p);
	unsigned int leaves;
	bool good;

	if (!CHECK(p))
		return false;
	leaves = area->leaves;
	good = CHECK(!area->page_order || leaves == 3) &&
	       CHECK(vmx_area_page(area, leaf + 5) ==
		     vmalloc_to_page(p + (leaf + 5) * PAGE_SIZE));
	memset(p, 0x77, 3 * PMD_SIZE);

	q = vmx_realloc(p, PMD_SIZE + 1, GFP_KERNEL);
	good = good && CHECK(q == p) && is_mapped(p, leaf + 1) &&
	       CHECK(area->nr_pages == (leaves ? 2 * leaf : leaf + 1)) &&
	       CHECK(!vmalloc_to_page(p + area->nr_pages * PAGE_SIZE)) &&
	       CHECK(!memchr_inv(p, 0x77, PMD_SIZE + 1));

	/* The addresses behind the area become a hole with the purge. */
	vmx_unmap_aliases();
	q = vmx_realloc(p, 2 * PMD_SIZE + 3 * PAGE_SIZE, GFP_KERNEL);
	good = good && CHECK(q == p) && is_mapped(p, 2 * leaf + 3) &&
	       CHECK(!area->page_order) &&
	       CHECK(area->pages[2 * leaf + 2] ==
		     vmalloc_to_page(p + 2 * PMD_SIZE + 2 * PAGE_SIZE)) &&
	       CHECK(!memchr_inv(p, 0x77, PMD_SIZE + 1));
	vmx_free(q ?: p);
	return good;
}

static long read_into(void *to, const char *from, size_t bytes)
{
	struct kvec vec = { .iov_base = to, .iov_len = bytes };
	struct iov_iter iter;

	iov_iter_kvec(&iter, READ, &vec, 1, bytes);
	return vmx_read_iter(&iter, from, bytes);
}

/*
 * A CPU may still have translations for the cut off pages, but vmx_read_iter()
 * must not read them.
 */
static bool shrinks(void)
{
	unsigned int pages = 20, kept = 3;
	char *p = vmx_alloc(pages * PAGE_SIZE), *q, byte;
	unsigned int i;
	bool good;

	if (!CHECK(p))
		return false;
	memset(p, 0x3c, pages * PAGE_SIZE);
	q = vmx_realloc(p, kept * PAGE_SIZE - 1, GFP_KERNEL);
	good = CHECK(q == p) && is_mapped(p, kept) &&
	       CHECK(find_vmx_area(p)->nr_pages == kept) &&
	       CHECK(find_vmx_area(p)->size == (kept + 1) * PAGE_SIZE) &&
	       CHECK(!memchr_inv(p, 0x3c, kept * PAGE_SIZE - 1));
	for (i = kept; good && i < pages; i++)
		good = CHECK(!vmalloc_to_page(p + i * PAGE_SIZE)) &&
		       CHECK(!read_into(&byte, p + i * PAGE_SIZE, 1));
	vmx_free(p);
	return good;
}

/*
 * The page array of 17 pages is too long for the descriptor, and the area keeps it
 * when it is cut to one page: that page, and no other, must be freed.
 */
static bool shrinks_to_one_page(void)
{
	char *p = vmx_alloc(17 * PAGE_SIZE);
	struct page *page;
	bool good;

	if (!CHECK(p))
		return false;
	if (!CHECK(vmx_realloc(p, 1, GFP_KERNEL) == p) || !is_mapped(p, 1)) {
		vmx_free(p);
		return false;
	}
	page = vmx_to_page(p);
	get_page(page);
	vmx_free(p);
	good = CHECK(page_count(page) == 1);
	__free_page(page);
	return good;
}

static bool realloc_at_the_edges(void)
{
	char *p = vmx_realloc(NULL, 100, GFP_KERNEL);
	bool good = CHECK(p) &&
		    CHECK(!vmx_realloc(p, ULONG_MAX, GFP_KERNEL | __GFP_NOWARN)) &&
		    CHECK(!vmx_realloc(p, 0x90000000UL, GFP_KERNEL | __GFP_NOWARN)) &&
		    CHECK(find_vmx_area(p)) && is_mapped(p, 1) &&
		    CHECK(!vmx_realloc(p, 0, GFP_KERNEL)) &&
		    CHECK(!find_vmx_area(p));

	return good;
}

/* Can the first byte be written? A fault is an answer, too. */
static bool may_write(char *p)
{
	char byte = 'w';

	__put_kernel_nofault(p, &byte, char, fault);
	return true;
fault:
	return false;
}

/*
 * An area becomes read-only and executable, and writable again, and keeps its bytes.
 * sample_module_room executes one.
 */
static bool becomes_code(unsigned long bytes)
{
	int nr = bytes / PAGE_SIZE;
	unsigned long addr;
	struct page *page;
	char *p, *q;
	bool good;

	/* All free addresses are holes, here and at the end: the lowest one fits again. */
	vmx_unmap_aliases();
	p = vmx_alloc(bytes);
	if (!CHECK(p))
		return false;
	addr = (unsigned long)p;
	memset(p, 0x63, bytes);
	page = vmx_to_page(p);
	good = CHECK(vmx_set_memory_rox(addr + PAGE_SIZE, nr) == -EINVAL) &&
	       CHECK(vmx_set_memory_rox(addr, nr - 1) == -EINVAL) &&
	       CHECK(vmx_set_memory_rox(addr, -1) == -EINVAL) &&
	       CHECK(vmx_set_memory_rw(addr, nr + 1) == -EINVAL) &&
	       CHECK(!vmx_set_memory_rw(addr, nr)) && CHECK(may_write(p));
	/* Page tables of two levels have no bit that forbids to execute. */
	if (IS_ENABLED(CONFIG_X86_32) && !IS_ENABLED(CONFIG_X86_PAE)) {
		good = good && CHECK(vmx_set_memory_rox(addr, nr) == -EOPNOTSUPP) &&
		       CHECK(may_write(p));
		vmx_free(p);
		return good;
	}
	get_page(page);
	good = good && CHECK(vmx_set_memory_rox(addr, nr) == -EBUSY) && CHECK(may_write(p));
	put_page(page);
	p[0] = 0x63;

	good = good && CHECK(!vmx_set_memory_rox(addr, nr)) &&
	       CHECK(!vmx_set_memory_rox(addr, nr)) &&
	       CHECK(!may_write(p)) && CHECK(!may_write(p + bytes - 1)) &&
	       CHECK(!memchr_inv(p, 0x63, bytes)) && is_mapped(p, nr) &&
	       CHECK(!vmx_realloc(p, 1, GFP_KERNEL)) &&
	       CHECK(!vmx_realloc(p, bytes + 1, GFP_KERNEL)) &&
	       CHECK(!vmx_set_memory_rw(addr, nr)) &&
	       CHECK(may_write(p)) && CHECK(may_write(p + bytes - 1)) && is_mapped(p, nr) &&
	       CHECK(!vmx_set_memory_rox(addr, nr));
	vmx_free(p);

	/* Whoever gets the frames and the addresses next gets ordinary memory. */
	vmx_unmap_aliases();
	q = vmx_alloc(bytes);
	good = good && CHECK(q == p) && CHECK(may_write(q)) && CHECK(may_write(q + bytes - 1));
	vmx_free(q);
	return good;
}

static bool users_get_no_code(void)
{
	struct page *page = alloc_page(GFP_KERNEL);
	void *p = vmx_alloc_user(PAGE_SIZE), *q = vmx_map(&page, 1, VM_MAP, PAGE_KERNEL);
	bool good = CHECK(page) && CHECK(p) && CHECK(q) &&
		    CHECK(vmx_set_memory_rox((unsigned long)p, 1) == -EINVAL) &&
		    CHECK(vmx_set_memory_rox((unsigned long)q, 1) == -EINVAL) &&
		    CHECK(vmx_set_memory_rox((unsigned long)&page, 1) == -EINVAL) &&
		    CHECK(vmx_set_memory_rox(0, 1) == -EINVAL);

	vmx_free(p);
	vmx_unmap(q);
	__free_page(page);
	return good;
}

/* vmx_map() and vmx_map_ram() map this module's frames, the first one twice. */
static bool somebody_elses_pages(void)
{
	struct page *page = alloc_page(GFP_KERNEL), *last = alloc_page(GFP_KERNEL);
	struct page *pages[] = { page, last, page };
	char *p, *q;
	bool good;

	if (!CHECK(page) || !CHECK(last))
		return false;
	p = vmx_map(pages, ARRAY_SIZE(pages), VM_MAP, PAGE_KERNEL);
	q = vmx_map_ram(pages, 2, NUMA_NO_NODE);
	good = CHECK(p) && is_mapped(p, 3) && CHECK(q) && is_mapped(q, 2) &&
	       CHECK(!vmx_map(pages, 0, VM_MAP, PAGE_KERNEL)) &&
	       CHECK(!vmx_map(pages, 2, VM_MAP, PAGE_NONE)) &&
	       CHECK(!vmx_map(pages, 0x100001, VM_MAP, PAGE_KERNEL)) &&
	       CHECK(vmalloc_to_page(p) == page) &&
	       CHECK(vmalloc_to_page(p + PAGE_SIZE) == last) &&
	       CHECK(!vmalloc_to_page(p + 3 * PAGE_SIZE));
	if (good) {
		strscpy(p, "written here", PAGE_SIZE);
		good = CHECK(!strcmp(p + 2 * PAGE_SIZE, "written here")) &&
		       CHECK(!strcmp(q, "written here")) &&
		       CHECK(!strcmp(page_address(page), "written here"));
	}
	if (p)
		vmx_unmap(p);
	if (q)
		vmx_unmap_ram(q, 2);
	vmx_unmap(NULL);
	good = good && CHECK(!vmalloc_to_page(p)) && CHECK(!vmalloc_to_page(q)) &&
	       CHECK(page_count(page) == 1) && CHECK(page_count(last) == 1);
	__free_page(page);
	__free_page(last);
	return good;
}

/* VM_MAP_PUT_PAGES: vmx_free() frees the array and a reference per page. */
static bool pages_handed_over(void)
{
	struct page **pages = kvmalloc_array(2, sizeof(*pages), GFP_KERNEL);
	struct page *page = alloc_page(GFP_KERNEL);
	bool good;
	void *p;

	if (!CHECK(pages) || !CHECK(page))
		return false;
	get_page(page);
	get_page(page);
	pages[0] = page;
	pages[1] = page;
	p = vmx_map(pages, 2, VM_MAP | VM_MAP_PUT_PAGES, PAGE_KERNEL);
	good = CHECK(p) && is_mapped(p, 2);
	vmx_free(p);
	good = good && CHECK(page_count(page) == 1);
	__free_page(page);
	return good;
}

/* After the flush the freed addresses are the lowest hole again. */
static bool aliases_are_flushed(void)
{
	void *p, *q;
	bool good;

	vmx_unmap_aliases();
	p = __vmx_alloc(PAGE_SIZE, GFP_KERNEL);
	vmx_free(p);
	vmx_unmap_aliases();
	q = __vmx_alloc(PAGE_SIZE, GFP_KERNEL);
	good = CHECK(p) && CHECK(q == p);
	vmx_free(q);
	return good;
}

/* vmx_read_iter() reads across a guard page, which it shows as zeros. */
static bool reads_across(void)
{
	char *a = vmx_alloc(2 * PAGE_SIZE), *b = vmx_alloc(PAGE_SIZE);
	char *buf = kmalloc(4 * PAGE_SIZE, GFP_KERNEL);
	bool good = CHECK(a) && CHECK(b) && CHECK(buf);

	if (good) {
		memset(a, 'a', 2 * PAGE_SIZE);
		memset(b, 'b', PAGE_SIZE);
		memset(buf, 'x', 4 * PAGE_SIZE);
		good = CHECK(b == a + 3 * PAGE_SIZE) &&
		       CHECK(read_into(buf, a + 100, 4 * PAGE_SIZE - 200) ==
			     4 * PAGE_SIZE - 200) &&
		       CHECK(!memchr_inv(buf, 'a', 2 * PAGE_SIZE - 100)) &&
		       CHECK(!memchr_inv(buf + 2 * PAGE_SIZE - 100, 0, PAGE_SIZE)) &&
		       CHECK(!memchr_inv(buf + 3 * PAGE_SIZE - 100, 'b', PAGE_SIZE - 100)) &&
		       CHECK(buf[4 * PAGE_SIZE - 200] == 'x') &&
		       CHECK(!read_into(buf, a + 2 * PAGE_SIZE, PAGE_SIZE)) &&
		       CHECK(!read_into(buf, (char *)&good, 1));
	}
	kfree(buf);
	vmx_free(a);
	vmx_free(b);
	return good;
}

/* ---- the shared area ---- */

static char *shared;
static DEFINE_MUTEX(shared_lock);	/* protects shared */

/* Map the area page by page, the last page first. */
static int map_reversed(struct vm_area_struct *vma)
{
	unsigned long first = vma->vm_start, last = vma->vm_end - PAGE_SIZE, i;
	int ret;

	if (!CHECK(remap_vmx_range_partial(vma, first + 1, shared, 0, PAGE_SIZE) == -EINVAL) ||
	    !CHECK(remap_vmx_range_partial(vma, first, shared + PAGE_SIZE, 0, 1) == -EINVAL) ||
	    !CHECK(remap_vmx_range_partial(vma, first, shared, 0, 0) == -EINVAL) ||
	    !CHECK(remap_vmx_range_partial(vma, first, shared, ULONG_MAX, 1) == -EINVAL) ||
	    !CHECK(remap_vmx_range_partial(vma, first, shared, SHARED_PAGES, 1) == -EINVAL) ||
	    !CHECK(remap_vmx_range_partial(vma, last, shared, 0, 2 * PAGE_SIZE) == -EFAULT) ||
	    !CHECK(remap_vmx_range_partial(vma, -PAGE_SIZE, shared, 0, 2 * PAGE_SIZE) == -EFAULT))
		return -EUCLEAN;
	for (i = 0; i < vma_pages(vma); i++) {
		ret = remap_vmx_range_partial(vma, last - i * PAGE_SIZE, shared, i, 1);
		if (ret)
			return ret;
	}
	if (!CHECK(remap_vmx_range_partial(vma, first, shared, 0, 1) == -EBUSY))
		return -EUCLEAN;
	return 0;
}

static int shared_mmap(struct file *file, struct vm_area_struct *vma)
{
	int ret;

	mutex_lock(&shared_lock);
	if (vma->vm_pgoff == REVERSED)
		ret = map_reversed(vma);
	else
		ret = remap_vmx_range(vma, shared, vma->vm_pgoff);
	mutex_unlock(&shared_lock);
	return ret;
}

static ssize_t shared_read_iter(struct kiocb *iocb, struct iov_iter *to)
{
	size_t left = SHARED_PAGES * PAGE_SIZE - iocb->ki_pos;
	ssize_t ret = 0;
	char *from;

	if (iocb->ki_pos >= SHARED_PAGES * PAGE_SIZE)
		return 0;
	/*
	 * Do not hold the lock while reading: a page fault takes mmap_lock, and
	 * mmap() takes this lock under mmap_lock.
	 */
	mutex_lock(&shared_lock);
	from = shared;
	mutex_unlock(&shared_lock);
	if (from)
		ret = vmx_read_iter(to, from + iocb->ki_pos,
				    min(left, iov_iter_count(to)));
	if (ret > 0)
		iocb->ki_pos += ret;
	return ret;
}

static ssize_t shared_write(struct file *file, const char __user *text,
			    size_t len, loff_t *pos)
{
	mutex_lock(&shared_lock);
	vmx_free(shared);
	shared = NULL;
	mutex_unlock(&shared_lock);
	return len;
}

static const struct file_operations shared_fops = {
	.owner = THIS_MODULE,
	.open = simple_open,
	.read_iter = shared_read_iter,
	.write = shared_write,
	.mmap = shared_mmap,
};

static struct dentry *shared_file;

static int __init family_init(void)
{
	bool good = zeroed_on_node() && aligned_in_somebodys_name() &&
		    not_without_access() && private_flags_are_refused() &&
		    nodes_that_are_not_there() &&
		    below_4g() && below_4g_for_users() && arrays() &&
		    huge(false) && huge(true) && atomic() && never_fails() &&
		    waits_for_addresses() && grows_in_place() &&
		    grows_cleared_for_users() &&
		    moves_when_it_must() && moves_aligned() && moves_to_the_node() &&
		    shrinks() && shrinks_to_one_page() &&
		    leaves_grow_and_shrink() &&
		    realloc_at_the_edges() &&
		    becomes_code(PAGE_SIZE) && becomes_code(20 * PAGE_SIZE) &&
		    becomes_code(PMD_SIZE) && becomes_code(PMD_SIZE + 3 * PAGE_SIZE) &&
		    users_get_no_code() &&
		    somebody_elses_pages() && pages_handed_over() &&
		    aliases_are_flushed() && reads_across();

	shared = vmx_alloc_user(SHARED_PAGES * PAGE_SIZE);
	good = good && CHECK(shared) &&
	       CHECK(IS_ALIGNED((unsigned long)shared, SHMLBA)) &&
	       CHECK(!memchr_inv(shared, 0, SHARED_PAGES * PAGE_SIZE));
	/* debugfs_create_file() would not pass on mmap(). */
	if (good) {
		shared_file = debugfs_create_file_unsafe("vmx_family", 0600, NULL,
							 NULL, &shared_fops);
		return 0;
	}
	vmx_free(shared);
	return -EUCLEAN;
}
module_init(family_init);

static void __exit family_exit(void)
{
	debugfs_remove(shared_file);
	vmx_free(shared);
}
module_exit(family_exit);

MODULE_DESCRIPTION("Test: calls the exported functions of vmx that vmx_user does not");
MODULE_LICENSE("GPL");
