// SPDX-License-Identifier: GPL-2.0
/*
 * Make the vmalloc range of the kernel small
 *
 * On 64-bit machines the vmalloc range cannot be limited and is never full.  To
 * compare allocators when addresses are scarce, this file takes the whole range
 * except for one hole: most of it with ioremap() of physical addresses without
 * memory, in 1 GiB leaves that need no tables, and the rest with vmap() of one
 * frame.
 *
 * While the range is plugged, the rest of the kernel has only this hole too.
 * So each command plugs and unplugs before it returns.
 *
 * Sizes are in bytes.
 */
#include <linux/io.h>
#include <linux/mm.h>
#include <linux/sizes.h>
#include <linux/slab.h>
#include <linux/vmalloc.h>

#include "bench.h"
#include "machine.h"

#define PLUGS_MAX	4096
#define VMAP_PAGES	(SZ_1G / PAGE_SIZE)	/* of the first vmap() */

static void **plugs;
static unsigned int nr_plugs, nr_ioremap_plugs;

/*
 * Map up to a quarter of all physical addresses at a time, where there is no
 * memory.  ioremap() aligns to 1 GiB and adds a guard page: with two pages
 * less, no usable addresses are left between the mappings.
 */
static void plug_with_ioremap(void)
{
	phys_addr_t nowhere = bench_nowhere();
	unsigned long size;

	for (size = nowhere / 2; size >= SZ_1G; size /= 2) {
		while (nr_plugs < PLUGS_MAX) {
			void __iomem *p = ioremap(nowhere, size - 2 * PAGE_SIZE);

			if (!p)
				break;
			plugs[nr_plugs++] = (__force void *)p;
		}
	}
	nr_ioremap_plugs = nr_plugs;
}

static int plug_with_vmap(void)
{
	struct page **same;
	unsigned int i, nr;

	same = kvmalloc_array(VMAP_PAGES, sizeof(*same), GFP_KERNEL);
	if (!same)
		return -ENOMEM;
	for (i = 0; i < VMAP_PAGES; i++)
		same[i] = ZERO_PAGE(0);
	for (nr = VMAP_PAGES; nr; nr /= 2) {
		while (nr_plugs < PLUGS_MAX) {
			void *p = vmap(same, nr, VM_MAP, PAGE_KERNEL_RO);

			if (!p)
				break;
			plugs[nr_plugs++] = p;
		}
	}
	kvfree(same);
	return nr_plugs < PLUGS_MAX ? 0 : -E2BIG;
}

/**
 * bench_unplug() - free all that bench_plug() has taken, if anything
 */
void bench_unplug(void)
{
	while (nr_plugs > nr_ioremap_plugs)
		vunmap(plugs[--nr_plugs]);
	while (nr_plugs)
		iounmap((__force void __iomem *)plugs[--nr_plugs]);
	nr_ioremap_plugs = 0;
	kvfree(plugs);
	plugs = NULL;
}

/**
 * bench_plug() - leave only one hole in the vmalloc range
 * @a: the allocator to be measured; nothing is done unless it is vmalloc()
 * @size: of the hole, in bytes
 *
 * Return: 0 or an error.
 */
int bench_plug(const struct bench_allocator *a, unsigned long size)
{
	void __iomem *hole;
	int err;

	if (a != bench_find("vmalloc"))
		return 0;
	plugs = kvcalloc(PLUGS_MAX, sizeof(*plugs), GFP_KERNEL);
	if (!plugs)
		return -ENOMEM;
	/* Together with its guard page it is as large as the hole. */
	hole = ioremap(bench_nowhere(), size - PAGE_SIZE);
	if (!hole) {
		err = -ENOMEM;
		goto unplug;
	}
	plug_with_ioremap();
	err = plug_with_vmap();
	iounmap(hole);
	vm_unmap_aliases();
	if (!err)
		return 0;
unplug:
	bench_unplug();
	return err;
}
