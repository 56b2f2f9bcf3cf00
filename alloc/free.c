// SPDX-License-Identifier: GPL-2.0
/*
 * vmx_free(): into a magazine, or for real; now, or by a worker
 *
 * Units: bytes.
 */
#include <linux/export.h>
#include <linux/llist.h>
#include <linux/mm.h>
#include <linux/percpu.h>
#include <linux/sched.h>
#include <linux/workqueue.h>

#include "vmx_area.h"
#include "chain.h"
#include "magazine.h"

/* What vmx_free_atomic() was given, until a worker frees it. */
struct vmx_deferred {
	struct llist_head list;
	struct work_struct work;
};

static DEFINE_PER_CPU(struct vmx_deferred, vmx_deferred);

static void free_deferred(struct work_struct *work)
{
	struct vmx_deferred *deferred =
		container_of(work, struct vmx_deferred, work);
	struct llist_node *node, *next;
	bool due = false;

	llist_for_each_safe(node, next, llist_del_all(&deferred->list)) {
		due |= __vmx_unmap(node, true);
		cond_resched();
	}
	if (due)
		vmx_areas_try_purge();
}

/**
 * vmx_free_atomic() - vmx_free() for callers that may not sleep
 * @addr: as for vmx_free()
 *
 * A worker of this CPU does it soon; until then the memory's first bytes hold
 * the link that it is queued by.
 *
 * Context: any but NMI.
 */
void vmx_free_atomic(const void *addr)
{
	struct vmx_deferred *deferred;

	if (!addr || WARN_ON_ONCE(in_nmi()))
		return;
	/* Before the link is written there. */
	if (WARN(!vmx_area_at(addr), "vmx: %p is no area's start: not freed\n", addr))
		return;
	/* Another CPU's list would do as well: no need to stay on this one. */
	deferred = raw_cpu_ptr(&vmx_deferred);
	if (llist_add((struct llist_node *)addr, &deferred->list))
		schedule_work(&deferred->work);
}
EXPORT_SYMBOL_GPL(vmx_free_atomic);

static __always_inline void really_free(const void *addr)
{
	if (__vmx_unmap(addr, true))
		vmx_areas_try_purge();
}

/* Not inline: without magazines, nothing is paid for them. */
static noinline void free_to_magazine(const void *addr)
{
	if (!vmx_magazine_put(addr))
		really_free(addr);
}

/**
 * vmx_free() - free what vmx_alloc() and its like gave
 * @addr: the address that they returned, or vmx_map() with VM_MAP_PUT_PAGES; NULL
 *	is fine
 *
 * An address that is no area's start is a bug in the caller: it is warned
 * about, and nothing happens.
 *
 * Context: may sleep; in an interrupt the work is left to a worker.  What
 * smp_call_function() calls may run with interrupts disabled and outside of one:
 * there, as under a lock, vmx_free_atomic() is the one to call.
 */
void vmx_free(const void *addr)
{
	if (unlikely(in_interrupt())) {
		vmx_free_atomic(addr);
		return;
	}
	if (IS_ENABLED(CONFIG_DEBUG_ATOMIC_SLEEP))
		might_sleep();
	if (READ_ONCE(vmx_magazine_limits.pages))
		free_to_magazine(addr);
	else
		really_free(addr);
}
EXPORT_SYMBOL_GPL(vmx_free);

/** vmx_free_init() - get ready for vmx_free_atomic() */
void vmx_free_init(void)
{
	int cpu;

	for_each_possible_cpu(cpu) {
		struct vmx_deferred *deferred = per_cpu_ptr(&vmx_deferred, cpu);

		init_llist_head(&deferred->list);
		INIT_WORK(&deferred->work, free_deferred);
	}
}

/** vmx_free_exit() - what vmx_free_atomic() got is freed; no more comes */
void vmx_free_exit(void)
{
	int cpu;

	for_each_possible_cpu(cpu)
		flush_work(&per_cpu_ptr(&vmx_deferred, cpu)->work);
}
