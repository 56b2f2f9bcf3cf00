// SPDX-License-Identifier: GPL-2.0
/*
 * vmx_free(): put an area into a magazine, or really free it
 *
 * In an interrupt, a worker does it later.
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
#include "shadow.h"

/* The areas that vmx_free_atomic() has left to the worker of a CPU. */
struct vmx_deferred {
	struct llist_head list;
	struct work_struct work;
};

static DEFINE_PER_CPU(struct vmx_deferred, vmx_deferred);

static void free_deferred(struct work_struct *work)
{
	struct vmx_deferred *queue = container_of(work, struct vmx_deferred, work);
	struct vmx_area *area, *next;
	bool due = false;

	llist_for_each_entry_safe(area, next, llist_del_all(&queue->list), deferred) {
		due |= vmx_unmap_claimed(area);
		cond_resched();
	}
	if (due)
		vmx_areas_try_purge();
}

/**
 * vmx_free_atomic() - free an area in a context that may not sleep
 * @addr: as for vmx_free()
 *
 * A worker frees the area soon. Until then its memory stays mapped, but vmx does not
 * write to it. find_vmx_area() does not find the area any longer.
 *
 * A bad address, or an area that has been freed already, is a bug in the caller. vmx
 * logs it, rate-limited, and does nothing else.
 *
 * Context: any except NMI; takes no lock.
 */
void vmx_free_atomic(const void *addr)
{
	struct vmx_deferred *queue;
	struct vmx_area *area;

	if (!addr || WARN_ON_ONCE(in_nmi()))
		return;
	area = vmx_listed_at(addr);
	if (!area || !vmx_area_claim(area)) {
		vmx_warn_not_freed(addr);
		return;
	}
	vmx_shadow_allow(area, 0);
	/* Any CPU's list is right, so the task may move to another CPU meanwhile. */
	queue = raw_cpu_ptr(&vmx_deferred);
	if (llist_add(&area->deferred, &queue->list))
		schedule_work(&queue->work);
}
EXPORT_SYMBOL_GPL(vmx_free_atomic);

static __always_inline void really_free(const void *addr)
{
	if (__vmx_unmap(addr, true))
		vmx_areas_try_purge();
}

/* Not inline, so that vmx_free() without magazines does not pay for them. */
static noinline void free_to_magazine(const void *addr)
{
	if (!vmx_magazine_put(addr))
		really_free(addr);
}

/**
 * vmx_free() - free an area
 * @addr: the address that an allocating function returned, or vmx_map() with
 *	VM_MAP_PUT_PAGES; NULL does nothing
 *
 * An address that is not the start of an area, or an area that has been freed already,
 * is a bug in the caller: vmx warns, and does nothing else.
 *
 * Context: process context, may sleep; or in an interrupt, where a worker frees the
 * area later. With a spinlock held, and with interrupts or bottom halves disabled, use
 * vmx_free_atomic(). A function that smp_call_function() calls must use it, too: it
 * may run outside of an interrupt, with interrupts disabled.
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

/** vmx_free_init() - set up the queues of vmx_free_atomic() */
void vmx_free_init(void)
{
	int cpu;

	for_each_possible_cpu(cpu) {
		struct vmx_deferred *deferred = per_cpu_ptr(&vmx_deferred, cpu);

		init_llist_head(&deferred->list);
		INIT_WORK(&deferred->work, free_deferred);
	}
}

/** vmx_free_wait() - wait until the workers have freed what was queued before */
void vmx_free_wait(void)
{
	int cpu;

	for_each_possible_cpu(cpu) {
		struct vmx_deferred *queue = per_cpu_ptr(&vmx_deferred, cpu);

		/* Who filled the list may not have come to schedule the work yet. */
		if (!llist_empty(&queue->list))
			schedule_work(&queue->work);
		flush_work(&queue->work);
	}
}
