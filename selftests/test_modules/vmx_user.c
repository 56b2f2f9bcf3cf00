// SPDX-License-Identifier: GPL-2.0
/*
 * A module that uses the basic functions of include/vmx.h
 *
 * The init function runs the checks.  A check that fails writes a line to the
 * kernel log, and insmod fails with EUCLEAN.  While the module is loaded it
 * holds one area, which cannot be freed through debugfs.
 */
#include <linux/highmem.h>
#include <linux/irq_work.h>
#include <linux/mm.h>
#include <linux/module.h>
#include <linux/preempt.h>
#include <linux/slab.h>
#include <linux/spinlock.h>
#include <linux/string.h>
#include <linux/vmalloc.h>

#include "vmx.h"
#include "check.h"

#define HELD_BYTES 5000

static void *held;

static void *alloc_range(unsigned long bytes, unsigned long align,
			 unsigned long start, unsigned long end)
{
	/* __GFP_NOWARN: some of these calls are meant to fail. */
	return __vmx_alloc_node_range(bytes, align, start, end,
				      GFP_KERNEL | __GFP_NOWARN, PAGE_KERNEL, 0,
				      NUMA_NO_NODE, __builtin_return_address(0));
}

/* Impossible sizes are refused, even if they overflow when rounded up. */
static bool impossible_sizes(void)
{
	static const unsigned long sizes[] = {
		0, ULONG_MAX, ULONG_MAX - PAGE_SIZE, LONG_MAX, 1UL << 31,
	};
	int i;

	for (i = 0; i < ARRAY_SIZE(sizes); i++) {
		if (!CHECK(!alloc_range(sizes[i], 1, 0, ULONG_MAX)))
			return false;
	}
	return true;
}

static bool is_ours(void)
{
	unsigned long bytes = 3 * PAGE_SIZE - 1;
	struct vmx_area *area;
	char *p = vmx_alloc(bytes);
	void *kernels = vmalloc(PAGE_SIZE);
	bool good;

	if (!CHECK(p) || !CHECK(kernels))
		return false;
	memset(p, 0xa5, bytes);
	area = find_vmx_area(p);
	good = CHECK(PAGE_ALIGNED(p)) &&
	       CHECK(is_vmalloc_addr(p)) &&
	       CHECK(is_vmx_addr(p)) &&
	       CHECK(is_vmx_addr(p + bytes - 1)) &&
	       CHECK(!is_vmx_addr(kernels)) &&
	       CHECK(!is_vmx_addr(&area)) &&
	       CHECK(!is_vmx_addr(NULL)) &&
	       CHECK(area) &&
	       CHECK(area == find_vmx_area(p + bytes - 1)) &&
	       CHECK(area->addr == p) &&
	       CHECK(area->nr_pages == 3) &&
	       CHECK(area->size == 4 * PAGE_SIZE) &&
	       CHECK(!find_vmx_area(kernels)) &&
	       CHECK(vmx_to_page(p + PAGE_SIZE) == vmalloc_to_page(p + PAGE_SIZE)) &&
	       CHECK(vmx_to_page(p) == area->pages[0]) &&
	       CHECK(!vmx_to_page(p + 3 * PAGE_SIZE)) &&
	       CHECK(!vmx_to_page(kernels));
	vfree(kernels);
	vmx_free(p);
	return good && CHECK(!find_vmx_area(p)) && CHECK(!vmx_to_page(p));
}

static bool zalloc_is_zero(void)
{
	unsigned long bytes = 64 * PAGE_SIZE;
	bool good;
	char *p;
	int i;

	/* These frames are likely to be used again at once. */
	for (i = 0; i < 4; i++) {
		p = vmx_alloc(bytes);
		if (!CHECK(p))
			return false;
		memset(p, 0xff, bytes);
		vmx_free(p);
	}
	p = vmx_zalloc(bytes);
	if (!CHECK(p))
		return false;
	good = CHECK(!memchr_inv(p, 0, bytes));
	vmx_free(p);
	return good;
}

/* Alignment and limits are kept, in a range that is a hole. */
static bool range_is_kept(void)
{
	unsigned long base = ALIGN((unsigned long)held + MAX(HELD_BYTES, SZ_1M), SZ_1M);
	unsigned long low = base + PAGE_SIZE, end = base + 8 * PAGE_SIZE;
	unsigned long a = (unsigned long)alloc_range(PAGE_SIZE, PAGE_SIZE, low, end);
	unsigned long b = (unsigned long)alloc_range(PAGE_SIZE, 4 * PAGE_SIZE, low, end);
	void *c = alloc_range(4 * PAGE_SIZE, PAGE_SIZE, low, end);
	bool good = CHECK(a == low) &&
		    CHECK(b == base + 4 * PAGE_SIZE) &&
		    CHECK(!c);	/* the longest hole left has 2 pages */

	vmx_free((void *)a);
	vmx_free((void *)b);
	vmx_free(c);
	return good;
}

static bool node_is_asked(void)
{
	void *p = vmx_alloc_node(PAGE_SIZE, first_online_node);
	bool good = CHECK(p) &&
		    CHECK(page_to_nid(vmx_to_page(p)) == first_online_node);

	vmx_free(p);
	return good;
}

struct interrupt {
	struct irq_work work;
	void *p;
	int times;
	bool inside;
};

static void free_it(struct irq_work *work)
{
	struct interrupt *irq = container_of(work, struct interrupt, work);
	int i;

	irq->inside = in_hardirq();
	for (i = 0; i < irq->times; i++)
		vmx_free(irq->p);
}

/* Free @p in a hard interrupt, more than once if @times says so. */
static bool free_in_interrupt(void *p, int times)
{
	struct interrupt irq = {
		.work = IRQ_WORK_INIT_HARD(free_it),
		.p = p,
		.times = times,
	};

	/* Not smp_call_function(): an idle CPU runs it outside of interrupts. */
	irq_work_queue(&irq.work);
	irq_work_sync(&irq.work);
	return CHECK(irq.inside);
}

/* A worker frees @p; vmx_unmap_aliases() waits for it. */
static bool unmapped(const void *p)
{
	vmx_unmap_aliases();
	return CHECK(!find_vmx_area(p)) && CHECK(!vmalloc_to_page(p));
}

/* Like vfree(), vmx_free() works in an interrupt, and accepts NULL. */
static bool free_anywhere(void)
{
	static DEFINE_SPINLOCK(lock);
	void *a = vmx_alloc(PAGE_SIZE), *b = vmx_alloc(PAGE_SIZE), *c = vmx_alloc(PAGE_SIZE);
	bool good;

	if (!CHECK(a) || !CHECK(b) || !CHECK(c))
		return false;
	vmx_free(NULL);
	good = free_in_interrupt(a, 1);
	spin_lock_irq(&lock);
	vmx_free_atomic(b);
	spin_unlock_irq(&lock);
	vmx_free_atomic(NULL);
	local_bh_disable();
	vmx_free_atomic(c);
	local_bh_enable();
	return good && unmapped(a) && unmapped(b) && unmapped(c);
}

/*
 * The memory is read-only, so vmx must not write to it.  It is freed twice: the second
 * time is logged once, and the frame loses one reference only.
 */
static bool free_read_only_twice(void)
{
	struct page **pages = kvmalloc_array(1, sizeof(*pages), GFP_KERNEL);
	struct page *page = alloc_page(GFP_KERNEL);
	bool good;
	void *p;

	if (!CHECK(pages) || !CHECK(page))
		return false;
	pages[0] = page;
	get_page(page);
	p = vmx_map(pages, 1, VM_MAP | VM_MAP_PUT_PAGES, PAGE_KERNEL_RO);
	good = CHECK(p) && free_in_interrupt(p, 2) && unmapped(p) &&
	       CHECK(page_count(page) == 1);
	__free_page(page);
	return good;
}

/* Whoever has mapped the memory to user space sees the same bytes all the time. */
static bool free_what_a_user_sees(void)
{
	char *p = __vmx_alloc_node_range(PAGE_SIZE, 1, 0, ULONG_MAX, GFP_KERNEL,
					 PAGE_KERNEL, VMX_USERMAP, NUMA_NO_NODE,
					 free_what_a_user_sees);
	struct page *page;
	bool good;
	char *seen;

	if (!CHECK(p))
		return false;
	memset(p, 0x5a, PAGE_SIZE);
	page = vmx_to_page(p);
	get_page(page);		/* as a user mapping does */
	seen = kmap_local_page(page);
	good = free_in_interrupt(p, 1) && CHECK(!find_vmx_area(p)) &&
	       CHECK(!memchr_inv(seen, 0x5a, PAGE_SIZE)) && unmapped(p) &&
	       CHECK(!memchr_inv(seen, 0x5a, PAGE_SIZE));
	kunmap_local(seen);
	put_page(page);
	return good;
}

/*
 * The caller of the held area.  user_init() cannot be: its symbol is discarded
 * after init.
 */
static noinline void *hold(void)
{
	void *p = vmx_alloc(HELD_BYTES);

	/* Prevent a tail call: the return address must be in this function. */
	barrier();
	return p;
}

static int __init user_init(void)
{
	bool good;

	held = hold();
	good = CHECK(held) && range_is_kept() && impossible_sizes() &&
	       is_ours() && zalloc_is_zero() && node_is_asked() &&
	       free_anywhere() && free_read_only_twice() && free_what_a_user_sees();
	if (good)
		return 0;
	vmx_free(held);
	return -EUCLEAN;
}
module_init(user_init);

static void __exit user_exit(void)
{
	vmx_free(held);
}
module_exit(user_exit);

MODULE_DESCRIPTION("Test: uses the basic functions of vmx as another module does");
MODULE_LICENSE("GPL");
