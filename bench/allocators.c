// SPDX-License-Identifier: GPL-2.0
/*
 * The allocators to measure: vmx, the kernel's own allocators, and the floor
 *
 * The floor does the least work that an allocator of this kind can do: it takes
 * as few blocks as possible from the page allocator, lets each frame count its own
 * references, writes each page-table entry once, clears it once, and returns the
 * blocks.  Its entries are in tables that no CPU walks.  From 512 pages on, it
 * writes a leaf for each 2 MiB.
 *
 * Counts are in pages.
 */
#include <linux/gfp.h>
#include <linux/io.h>
#include <linux/log2.h>
#include <linux/mm.h>
#include <linux/slab.h>
#include <linux/vmalloc.h>

#include "bench.h"
#include "machine.h"
#include "vmx.h"

#define FRAME_GFP	(GFP_KERNEL | __GFP_HIGHMEM)
#define LEAF_ORDER	(PMD_SHIFT - PAGE_SHIFT)
#define MAX_PAGES	4096

/* The blocks for the current number of pages, the largest first. */
static struct {
	unsigned int	nr;
	unsigned char	order[MAX_PAGES / PTRS_PER_PTE + LEAF_ORDER];
	struct page	*page[MAX_PAGES / PTRS_PER_PTE + LEAF_ORDER];
} blocks;

/* For vm_map_ram() and vmx_map_ram(): as many frames as there are pages in use. */
static struct {
	unsigned int	nr;
	struct page	**page;
} given;

/* Entries are as the machine has them, without paravirtualisation. */
static u64 *floor_ptes, *floor_pmds;
static u64 bits, leaf_bits;

static int blocks_prepare(unsigned int nr)
{
	if (nr > MAX_PAGES)
		return -E2BIG;
	for (blocks.nr = 0; nr; blocks.nr++) {
		blocks.order[blocks.nr] = min(ilog2(nr), LEAF_ORDER);
		nr -= 1U << blocks.order[blocks.nr];
	}
	return 0;
}

static __always_inline void blocks_return(unsigned int i)
{
	while (i--) {
		struct page *head = blocks.page[i], *page;
		unsigned int order = blocks.order[i];

		/* Nobody else has a reference, so the block becomes one again. */
		for (page = head + 1; page < head + (1U << order); page++)
			put_page_testzero(page);
		__free_pages(head, order);
	}
}

static __always_inline bool blocks_take(void)
{
	unsigned int i;

	for (i = 0; i < blocks.nr; i++) {
		blocks.page[i] = alloc_pages(FRAME_GFP, blocks.order[i]);
		if (!blocks.page[i]) {
			blocks_return(i);
			return false;
		}
		split_page(blocks.page[i], blocks.order[i]);
	}
	return true;
}

static void *floor_alloc(unsigned int nr)
{
	u64 *pmd = floor_pmds, *pte = floor_ptes;
	unsigned int i, n;

	if (!blocks_take())
		return NULL;
	for (i = 0; i < blocks.nr; i++) {
		phys_addr_t phys = page_to_phys(blocks.page[i]);

		if (blocks.order[i] == LEAF_ORDER) {
			WRITE_ONCE(*pmd++, BENCH_ENTRY(phys) | leaf_bits);
			continue;
		}
		for (n = 1U << blocks.order[i]; n; n--, phys += PAGE_SIZE)
			WRITE_ONCE(*pte++, BENCH_ENTRY(phys) | bits);
	}
	return floor_ptes;
}

static void floor_free(void *p, unsigned int nr)
{
	u64 *pmd = floor_pmds, *pte = floor_ptes;
	unsigned int i, n;

	for (i = 0; i < blocks.nr; i++) {
		if (blocks.order[i] == LEAF_ORDER) {
			WRITE_ONCE(*pmd++, 0);
			continue;
		}
		for (n = 1U << blocks.order[i]; n; n--)
			WRITE_ONCE(*pte++, 0);
	}
	blocks_return(blocks.nr);
}

/*
 * vm_map_ram() gets its frames from the caller.  They are taken once, as in
 * vm_map_ram_test() of the kernel's lib/test_vmalloc.c, so that a pair is only
 * the mapping.
 */
static void given_finish(void)
{
	while (given.nr)
		__free_page(given.page[--given.nr]);
}

static int given_prepare(unsigned int nr)
{
	if (nr > MAX_PAGES)
		return -E2BIG;
	while (given.nr < nr) {
		struct page *page = alloc_page(FRAME_GFP);

		if (!page) {
			given_finish();
			return -ENOMEM;
		}
		given.page[given.nr++] = page;
	}
	return 0;
}

static void *map_ram_alloc(unsigned int nr)
{
	return vm_map_ram(given.page, nr, NUMA_NO_NODE);
}

static void map_ram_free(void *p, unsigned int nr)
{
	vm_unmap_ram(p, nr);
}

static void *vmx_map_ram_alloc(unsigned int nr)
{
	return vmx_map_ram(given.page, nr, NUMA_NO_NODE);
}

static void vmx_map_ram_free(void *p, unsigned int nr)
{
	vmx_unmap_ram(p, nr);
}

/* Measures the cost of measuring, to be subtracted from other results. */
static void *nothing_alloc(unsigned int nr)
{
	return floor_ptes;
}

static void nothing_free(void *p, unsigned int nr)
{
}

static void *nothing_find(const void *addr)
{
	return floor_ptes;
}

static unsigned long bytes(unsigned int nr)
{
	return (unsigned long)nr << PAGE_SHIFT;
}

static void *kernel_alloc(unsigned int nr)
{
	return vmalloc(bytes(nr));
}

static void *kernel_try(unsigned int nr)
{
	return __vmalloc(bytes(nr), FRAME_GFP | __GFP_NOWARN);
}

static void kernel_free(void *p, unsigned int nr)
{
	vfree(p);
}

static void *kernel_huge_alloc(unsigned int nr)
{
	return vmalloc_huge(bytes(nr), GFP_KERNEL);
}

static void *kv_alloc(unsigned int nr)
{
	return kvmalloc(bytes(nr), GFP_KERNEL);
}

static void kv_free(void *p, unsigned int nr)
{
	kvfree(p);
}

static void *kernel_to_page(const void *addr)
{
	return vmalloc_to_page(addr);
}

static void kernel_purge(void)
{
	vm_unmap_aliases();
}

static void *vmx_plain_alloc(unsigned int nr)
{
	return vmx_alloc(bytes(nr));
}

static void *vmx_try_aligned(unsigned int nr, unsigned long align)
{
	return __vmx_alloc_node_range(bytes(nr), align, 0, ULONG_MAX,
				      FRAME_GFP | __GFP_NOWARN, PAGE_KERNEL, 0,
				      NUMA_NO_NODE, __builtin_return_address(0));
}

static void *vmx_try(unsigned int nr)
{
	return vmx_try_aligned(nr, PAGE_SIZE);
}

static void *vmx_aligned_alloc(unsigned int nr)
{
	return vmx_try_aligned(nr, PMD_SIZE);
}

static void *vmx_huge_alloc(unsigned int nr)
{
	return vmx_alloc_huge(bytes(nr), GFP_KERNEL);
}

static void vmx_plain_free(void *p, unsigned int nr)
{
	vmx_free(p);
}

static void *vmx_find(const void *addr)
{
	return find_vmx_area(addr);
}

static void *vmx_page(const void *addr)
{
	return vmx_to_page(addr);
}

static void vmx_purge(void)
{
	vmx_unmap_aliases();
}

static struct bench_allocator allocators[] = {
	{ "nothing", .alloc = nothing_alloc, .free = nothing_free,
	  .find = nothing_find, .to_page = nothing_find },
	{ "floor", .prepare = blocks_prepare, .alloc = floor_alloc,
	  .free = floor_free, .one_at_a_time = true },

	{ "vmalloc", .alloc = kernel_alloc, .try_alloc = kernel_try,
	  .free = kernel_free, .to_page = kernel_to_page, .purge = kernel_purge },
	{ "vmalloc_huge", .alloc = kernel_huge_alloc, .free = kernel_free,
	  .purge = kernel_purge },
	{ "vm_map_ram", .prepare = given_prepare, .alloc = map_ram_alloc,
	  .free = map_ram_free, .purge = kernel_purge, .finish = given_finish,
	  .one_at_a_time = true },
	{ "kvmalloc", .alloc = kv_alloc, .free = kv_free,
	  .purge = kernel_purge },

	/* With magazines=0 and 1; the latter leaves no work for a purge. */
	{ "vmx_cold", .alloc = vmx_plain_alloc, .try_alloc = vmx_try,
	  .free = vmx_plain_free, .find = vmx_find, .to_page = vmx_page,
	  .purge = vmx_purge },
	{ "vmx_warm", .alloc = vmx_plain_alloc, .free = vmx_plain_free },
	{ "vmx_huge", .alloc = vmx_huge_alloc, .free = vmx_plain_free,
	  .purge = vmx_purge },
	{ "vmx_map_ram", .prepare = given_prepare, .alloc = vmx_map_ram_alloc,
	  .free = vmx_map_ram_free, .purge = vmx_purge, .finish = given_finish,
	  .one_at_a_time = true },
	{ "vmx_aligned", .alloc = vmx_aligned_alloc, .free = vmx_plain_free,
	  .purge = vmx_purge },
};

/**
 * bench_find() - find an allocator by its name
 * @name: as in the table
 *
 * Return: the allocator, or NULL.
 */
const struct bench_allocator *bench_find(const char *name)
{
	unsigned int i;

	for (i = 0; i < ARRAY_SIZE(allocators); i++) {
		if (!strcmp(allocators[i].name, name))
			return &allocators[i];
	}
	return NULL;
}

/**
 * bench_allocators_init() - allocate the floor's tables and the page array
 *
 * Return: 0 or -ENOMEM.
 */
int bench_allocators_init(void)
{
	bits = pgprot_val(PAGE_KERNEL);
	leaf_bits = pmd_val(pmd_mkhuge(pfn_pmd(0, PAGE_KERNEL)));
	floor_ptes = (u64 *)get_zeroed_page(GFP_KERNEL);
	floor_pmds = (u64 *)get_zeroed_page(GFP_KERNEL);
	given.page = kcalloc(MAX_PAGES, sizeof(*given.page), GFP_KERNEL);
	if (floor_ptes && floor_pmds && given.page)
		return 0;
	bench_allocators_exit();
	return -ENOMEM;
}

/** bench_allocators_exit() - free the memory of bench_allocators_init() */
void bench_allocators_exit(void)
{
	kfree(given.page);
	free_page((unsigned long)floor_pmds);
	free_page((unsigned long)floor_ptes);
}
