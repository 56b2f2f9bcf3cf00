// SPDX-License-Identifier: GPL-2.0
/*
 * A module that looks addresses up while another CPU changes the list around them
 *
 * The init function makes an area, and looks up each of its pages while a thread
 * allocates and frees areas on both sides of it. The area is found each time. Nothing is
 * found at its address after an area was freed, nor at a page that stays a hole,
 * although long areas are allocated below it. A check that fails writes a line to the
 * kernel log, and insmod fails with EUCLEAN.
 */
#include <linux/err.h>
#include <linux/jiffies.h>
#include <linux/kthread.h>
#include <linux/mm.h>
#include <linux/module.h>
#include <linux/sched.h>

#include "vmx.h"
#include "check.h"

#define PAGES	150	/* a word of the index has marks of 64 */
#define CHURN	40	/* areas that come and go, half of them on each side */
#define LONG	64	/* pages of the longest of them */
#define HOLE	8192	/* pages up to the hole: more than are in use or quarantined */
#define ROUNDS	1000
#define LEAST	(4 * CHURN)	/* areas that come and go meanwhile */
#define ENOUGH	10000

/* Wait so long for more than the least. Emulated CPUs that take turns need long for a flush. */
static uint msec;
module_param(msec, uint, 0);

static void *churned[CHURN];
static unsigned long turns;
static unsigned long hole;	/* at and above this address there is no area */
static bool bad;

/* Allocate in the last pages below the hole. If there is no room, NULL does no harm. */
static void *alloc_below_hole(unsigned long pages)
{
	return __vmx_alloc_node_range(pages * PAGE_SIZE, 1, hole - LONG * PAGE_SIZE, hole,
				      GFP_KERNEL | __GFP_NOWARN, PAGE_KERNEL, 0,
				      NUMA_NO_NODE, alloc_below_hole);
}

/* Replace the areas in turn. Their sizes change, so that they also move. */
static int churn(void *unused)
{
	while (!kthread_should_stop()) {
		unsigned long pages = 1 + (turns * 5 + turns / CHURN * 3) % (LONG - 1);
		void **p = &churned[turns * 7 % CHURN], *freed = *p;

		vmx_free(freed);
		if (!CHECK(!find_vmx_area(freed)))
			WRITE_ONCE(bad, true);
		WRITE_ONCE(*p, turns % 3 ? vmx_alloc(pages * PAGE_SIZE) : alloc_below_hole(pages));
		/* Free descriptors, too, and not only addresses. */
		if (turns % 128 == 0)
			vmx_unmap_aliases();
		WRITE_ONCE(turns, turns + 1);
		cond_resched();
	}
	return 0;
}

/* Look up each page of @p, its guard page, and pages of the hole. */
static bool look_up(const char *p, const struct vmx_area *area)
{
	unsigned int i;

	for (i = 0; i <= PAGES; i++)
		if (!CHECK(find_vmx_area(p + i * PAGE_SIZE + i) == area) ||
		    !CHECK(!find_vmx_area((void *)hole + i % LONG * PAGE_SIZE)))
			return false;
	return true;
}

/* Look up addresses of others' areas: whatever is found may be freed meanwhile. */
static void look_around(const char *p)
{
	unsigned int i;

	for (i = 0; i < CHURN; i++) {
		find_vmx_area(READ_ONCE(churned[i]));
		find_vmx_area(p - i * PAGE_SIZE);
		find_vmx_area(p + (PAGES + i) * PAGE_SIZE);
	}
}

static int __init lookup_init(void)
{
	const struct vmx_area *area;
	unsigned long end = jiffies + msecs_to_jiffies(msec);
	struct task_struct *thread;
	unsigned int i, round;
	bool good;
	char *p;

	for (i = 0; i < CHURN / 2; i++)
		churned[i] = vmx_alloc(PAGE_SIZE);
	p = vmx_alloc(PAGES * PAGE_SIZE);
	area = find_vmx_area(p);
	good = CHECK(area) && CHECK(area->addr == p) && CHECK(area->nr_pages == PAGES);
	hole = (unsigned long)p + HOLE * PAGE_SIZE;
	thread = kthread_run(churn, NULL, "vmx_churn");
	good = CHECK(!IS_ERR(thread)) && good;

	for (round = 0; good; round++) {
		if (round >= ROUNDS && READ_ONCE(turns) >= LEAST &&
		    (READ_ONCE(turns) >= ENOUGH || time_after(jiffies, end)))
			break;
		good = look_up(p, area) && !READ_ONCE(bad) &&
		       CHECK(time_before(jiffies, end + 60 * HZ));
		look_around(p);
		cond_resched();
	}

	if (!IS_ERR(thread))
		kthread_stop(thread);
	vmx_free(p);
	for (i = 0; i < CHURN; i++)
		vmx_free(churned[i]);
	return good && !bad ? 0 : -EUCLEAN;
}
module_init(lookup_init);

static void __exit lookup_exit(void)
{
}
module_exit(lookup_exit);

MODULE_DESCRIPTION("Test: looks addresses up while the list changes");
MODULE_LICENSE("GPL");
