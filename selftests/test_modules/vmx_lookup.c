// SPDX-License-Identifier: GPL-2.0
/*
 * A module that looks addresses up while another CPU changes the list around them
 *
 * The init function makes an area, and looks up each of its pages while a thread
 * allocates and frees small areas on both sides of it. The area is found each time, and
 * an address that no area has is found in none. A check that fails writes a line to the
 * kernel log, and insmod fails with EUCLEAN.
 */
#include <linux/err.h>
#include <linux/kthread.h>
#include <linux/module.h>
#include <linux/sched.h>

#include "vmx.h"
#include "check.h"

#define PAGES	150	/* a word of the index has marks of 64 */
#define CHURN	40	/* areas that come and go, half of them on each side */
#define ROUNDS	1000
#define TURNS	10000	/* areas that come and go meanwhile, at least */

static void *churned[CHURN];
static unsigned long turns;

/* Replace the areas in turn. Their sizes change, so that they also move. */
static int churn(void *unused)
{
	while (!kthread_should_stop()) {
		void **p = &churned[turns * 7 % CHURN];

		vmx_free(*p);
		WRITE_ONCE(*p, vmx_alloc((1 + turns % 5) * PAGE_SIZE));
		WRITE_ONCE(turns, turns + 1);
		cond_resched();
	}
	return 0;
}

/* Look up each page of @p, its guard page, and the last page of the slice. */
static bool look_up(const char *p, const struct vmx_area *area)
{
	const char *nowhere = p;
	unsigned int i;

	while (is_vmx_addr(nowhere + PAGE_SIZE))
		nowhere += PAGE_SIZE;
	for (i = 0; i <= PAGES; i++)
		if (!CHECK(find_vmx_area(p + i * PAGE_SIZE + i) == area) ||
		    !CHECK(!find_vmx_area(nowhere)))
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
	struct task_struct *thread;
	unsigned int i, round;
	bool good;
	char *p;

	for (i = 0; i < CHURN / 2; i++)
		churned[i] = vmx_alloc(PAGE_SIZE);
	p = vmx_alloc(PAGES * PAGE_SIZE);
	for (; i < CHURN; i++)
		churned[i] = vmx_alloc(PAGE_SIZE);
	thread = kthread_run(churn, NULL, "vmx_churn");
	good = CHECK(p) && CHECK(!IS_ERR(thread));

	for (round = 0; good && (round < ROUNDS || READ_ONCE(turns) < TURNS); round++) {
		good = look_up(p, find_vmx_area(p)) && CHECK(find_vmx_area(p));
		look_around(p);
		cond_resched();
	}

	if (!IS_ERR(thread))
		kthread_stop(thread);
	vmx_free(p);
	for (i = 0; i < CHURN; i++)
		vmx_free(churned[i]);
	return good ? 0 : -EUCLEAN;
}
module_init(lookup_init);

static void __exit lookup_exit(void)
{
}
module_exit(lookup_exit);

MODULE_DESCRIPTION("Test: looks addresses up while the list changes");
MODULE_LICENSE("GPL");
