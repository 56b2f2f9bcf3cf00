// SPDX-License-Identifier: GPL-2.0
/*
 * quarantine - what is promised of quarantined addresses, in fixed scenes
 *
 * usage: quarantine SCENE
 *
 * The random tests compare each step with a model. The scenes here are large, and
 * each shows one promise: how much one purge gives back, and that addresses that
 * need no flush stay usable.
 */
#include <limits.h>
#include <stdio.h>
#include <string.h>

#include <linux/errno.h>
#include <linux/kernel.h>
#include <linux/slab.h>

#include "shim.h"
#include "vmx_area.h"

#define KIB	1024UL
#define MIB	(1024 * KIB)
#define START	(ULONG_MAX / 4 * 3 & -(2 * MIB))
#define SLICE	(256 * MIB)

static unsigned int flushes;
static void (*in_flush)(void);

static void flush(void)
{
	flushes++;
	if (in_flush)
		in_flush();
}

static struct vmx_area *try_insert(unsigned long size, unsigned long flags)
{
	struct vmx_area *area = vmx_area_alloc(size, flags, NULL, GFP_KERNEL, NUMA_NO_NODE);

	if (!vmx_area_insert(area, PAGE_SIZE, START, START + SLICE, GFP_KERNEL))
		return area;
	vmx_area_free(area);
	return NULL;
}

static struct vmx_area *insert(unsigned long size, unsigned long flags)
{
	struct vmx_area *area = try_insert(size, flags);

	if (!area)
		fail("no hole for %lu KiB", size / KIB);
	return area;
}

static void quarantine(struct vmx_area *area)
{
	vmx_area_quarantine(vmx_area_remove(area->addr));
}

static void expect_quarantined(unsigned long bytes, unsigned long ranges)
{
	struct vmx_area_stats stats;

	vmx_areas_stats(&stats);
	if (stats.quarantined_bytes != bytes || stats.quarantined_ranges != ranges)
		fail("%lu KiB in %lu ranges are quarantined, and should be %lu KiB in %lu",
		     stats.quarantined_bytes / KIB, stats.quarantined_ranges,
		     bytes / KIB, ranges);
}

/* ---- scenes ---- */

static struct vmx_area *beside[16];
static unsigned int nr_beside;

static void free_beside(void)
{
	if (nr_beside < ARRAY_SIZE(beside))
		quarantine(beside[nr_beside++]);
}

/*
 * 200 of 256 MiB are quarantined. In each flush, another CPU frees an area of a page
 * that touches what was freed before. One purge makes a hole of the 200 MiB.
 */
static void frees_during_flush(void)
{
	struct vmx_area *big = insert(200 * MIB, VMX_NO_GUARD);
	unsigned int i;

	for (i = 0; i < ARRAY_SIZE(beside); i++)
		beside[i] = insert(PAGE_SIZE, VMX_NO_GUARD);
	quarantine(big);
	if (try_insert(100 * MIB, 0))
		fail("100 MiB fit before the purge");

	in_flush = free_beside;
	vmx_areas_purge();
	in_flush = NULL;
	if (!try_insert(100 * MIB, 0))
		fail("100 MiB do not fit after a purge with %u flushes", flushes);
	if (flushes != 1)
		fail("%u flushes in one purge", flushes);
	expect_quarantined(PAGE_SIZE, 1);
}

/* The same, but the area that is freed lies below the range that is purged. */
static void frees_below(void)
{
	struct vmx_area *big;

	beside[0] = insert(PAGE_SIZE, VMX_NO_GUARD);
	big = insert(200 * MIB, VMX_NO_GUARD);
	nr_beside = ARRAY_SIZE(beside) - 1;
	beside[nr_beside] = beside[0];
	quarantine(big);

	in_flush = free_beside;
	vmx_areas_purge();
	in_flush = NULL;
	expect_quarantined(PAGE_SIZE, 1);
	quarantine(insert(200 * MIB, VMX_NO_GUARD));
}

/* A hole between two quarantined ranges can be used at once. */
static void clean_hole(void)
{
	struct vmx_area *low = insert(8 * KIB, 0);
	struct vmx_area *middle = insert(60 * MIB, 0);
	struct vmx_area *high = insert(8 * KIB, 0);
	unsigned long addr = vmx_area_start(middle);

	insert(190 * MIB, 0);
	vmx_area_cancel(middle);
	quarantine(low);
	quarantine(high);
	expect_quarantined(2 * (8 * KIB + PAGE_SIZE), 2);
	middle = insert(60 * MIB, 0);
	if (vmx_area_start(middle) != addr)
		fail("60 MiB are not in the hole that they left");
	if (flushes)
		fail("%u flushes for a hole that needs none", flushes);
}

/* Ranges that touch and wait for the same flush are one range. */
static void joins(void)
{
	struct vmx_area *area[5];
	unsigned int i;

	for (i = 0; i < ARRAY_SIZE(area); i++)
		area[i] = insert(PAGE_SIZE, 0);
	quarantine(area[0]);
	quarantine(area[1]);		/* joins the range below */
	expect_quarantined(4 * PAGE_SIZE, 1);
	quarantine(area[4]);
	quarantine(area[3]);		/* joins the range above */
	expect_quarantined(8 * PAGE_SIZE, 2);
	quarantine(area[2]);		/* joins both */
	expect_quarantined(10 * PAGE_SIZE, 1);
	vmx_areas_purge();
	expect_quarantined(0, 0);
}

static unsigned int reschedules;

static void count_resched(void)
{
	reschedules++;
}

/*
 * Every second area of 8 KiB is quarantined: a purge gives no hole of 12 KiB. A request
 * for that much makes no flush, however much is freed before it is made again. Of the
 * ranges it looks at no more than 64 in one critical section. When two holes would
 * meet, one flush is enough.
 */
static void refusals(void)
{
	struct vmx_area *area[2048], *big = vmx_area_alloc(12 * KIB, VMX_NO_GUARD, NULL,
							   GFP_KERNEL, NUMA_NO_NODE);
	unsigned int i;

	for (i = 0; i < ARRAY_SIZE(area); i++)
		area[i] = insert(8 * KIB, VMX_NO_GUARD);
	insert(SLICE - ARRAY_SIZE(area) * 8 * KIB, VMX_NO_GUARD);

	for (i = 0; i < ARRAY_SIZE(area); i += 2) {
		quarantine(area[i]);
		if (vmx_area_insert_after_purge(big, PAGE_SIZE, START, START + SLICE,
						GFP_KERNEL) != -ENOSPC)
			fail("12 KiB fit after %u frees of 8 KiB", i / 2 + 1);
	}
	if (flushes)
		fail("%u flushes for requests that they cannot help", flushes);

	shim_resched = count_resched;
	vmx_area_insert_after_purge(big, PAGE_SIZE, START, START + SLICE, GFP_KERNEL);
	shim_resched = NULL;
	if (reschedules < i / 2 / 64 - 1)
		fail("%u ranges in %u critical sections", i / 2, reschedules + 1);

	quarantine(area[1001]);
	if (vmx_area_insert_after_purge(big, PAGE_SIZE, START, START + SLICE, GFP_KERNEL))
		fail("12 KiB do not fit into 24 KiB of quarantine");
	if (flushes != 1)
		fail("%u flushes where one can help", flushes);
	if (vmx_area_start(big) != START + 1000 * 8 * KIB)
		fail("12 KiB are not where they fit");
}

/* Insert an area of @size as a request does that found no hole. */
static struct vmx_area *insert_after_purge(unsigned long size)
{
	struct vmx_area *area = vmx_area_alloc(size, VMX_NO_GUARD, NULL, GFP_KERNEL,
					       NUMA_NO_NODE);

	if (!vmx_area_insert(area, PAGE_SIZE, START, START + SLICE, GFP_KERNEL))
		fail("%lu KiB fit without a purge", size / KIB);
	if (vmx_area_insert_after_purge(area, PAGE_SIZE, START, START + SLICE, GFP_KERNEL))
		fail("%lu KiB do not fit, but a purge could help", size / KIB);
	return area;
}

/* A run is one hole after a purge, however many ranges and holes it consists of. */
static void long_run(void)
{
	struct vmx_area *area[1000];
	unsigned int i;

	for (i = 0; i < ARRAY_SIZE(area); i++)
		area[i] = insert(PAGE_SIZE, VMX_NO_GUARD);
	insert(SLICE - ARRAY_SIZE(area) * PAGE_SIZE, VMX_NO_GUARD);
	for (i = 0; i < ARRAY_SIZE(area); i += 2) {
		vmx_area_cancel(area[i]);
		quarantine(area[i + 1]);
	}
	insert_after_purge(ARRAY_SIZE(area) * PAGE_SIZE);
	if (flushes != 1)
		fail("%u flushes where one is enough", flushes);
}

static void purge_meanwhile(void)
{
	/* Not while the request unparks areas: then nobody else can purge. */
	vmx_areas_try_purge();
	if (flushes)
		shim_resched = NULL;
}

/* While a request looks for a run, another task's purge makes holes of everything. */
static void purged_meanwhile(void)
{
	struct vmx_area *area[400], *high;
	unsigned int i;

	for (i = 0; i < ARRAY_SIZE(area); i++)
		area[i] = insert(PAGE_SIZE, VMX_NO_GUARD);
	high = insert(MIB, VMX_NO_GUARD);
	insert(SLICE - MIB - ARRAY_SIZE(area) * PAGE_SIZE, VMX_NO_GUARD);
	for (i = 0; i < ARRAY_SIZE(area); i += 2)
		quarantine(area[i]);
	quarantine(high);
	shim_resched = purge_meanwhile;
	insert_after_purge(MIB);
	if (flushes != 1)
		fail("%u flushes where one is enough", flushes);
}

static const struct {
	const char *name;
	void (*play)(void);
} scenes[] = {
	{ "frees_during_flush", frees_during_flush },
	{ "frees_below", frees_below },
	{ "clean_hole", clean_hole },
	{ "joins", joins },
	{ "refusals", refusals },
	{ "long_run", long_run },
	{ "purged_meanwhile", purged_meanwhile },
};

int main(int argc, char **argv)
{
	size_t i;

	for (i = 0; i < ARRAY_SIZE(scenes) && argc == 2; i++) {
		if (strcmp(argv[1], scenes[i].name))
			continue;
		vmx_lazy_max = 64 * MIB;
		if (vmx_areas_init(START, START + SLICE, flush))
			fail("init");
		scenes[i].play();
		while (vmx_list)
			quarantine(vmx_list);
		vmx_areas_exit();
		if (shim_allocated())
			fail("exit: %zu allocations are left", shim_allocated());
		return 0;
	}
	fprintf(stderr, "usage: quarantine SCENE\n");
	return 2;
}
