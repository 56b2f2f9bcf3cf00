// SPDX-License-Identifier: GPL-2.0
/*
 * The way back of the chapter: an area is taken down
 *
 *	vmx_free()
 *	  __vmx_unmap()
 *	    remove_vmx_area()		off the list, entries cleared
 *	    frames, page array, descriptor; the address goes into quarantine
 *
 * Frames go back before the flush: until the next purge a stale translation can
 * reach a frame that belongs to somebody else. The kernel does the same; only
 * the address is quarantined. Whoever touches freed memory has a bug anyway.
 *
 * Locking: none of its own.  Units: bytes, but for nr_pages.
 */
#include <linux/export.h>
#include <linux/kmemleak.h>
#include <linux/llist.h>
#include <linux/mm.h>
#include <linux/percpu.h>
#include <linux/slab.h>
#include <linux/workqueue.h>

#include "vmx_magazine.h"

/* Requests that vmx_free() got in an interrupt, waiting for a worker. */
struct vmx_deferred {
	struct llist_head list;
	struct work_struct work;
};

static DEFINE_PER_CPU(struct vmx_deferred, vmx_deferred);

/* Off the list, and nothing is reachable through its addresses any more. */
static struct vmx_area *remove_vmx_area(const void *addr)
{
	struct vmx_area *area = vmx_area_remove(addr);

	if (area)
		vmx_pgtable_unmap((unsigned long)addr, vmx_area_pages(area));
	return area;
}

/* Frames that VM_MAP_PUT_PAGES handed over, one reference to each. */
static void put_pages(struct vmx_area *area)
{
	unsigned int i;

	for (i = 0; i < area->nr_pages; i++) {
		__free_page(area->pages[i]);
		cond_resched();
	}
	kvfree(area->pages);
}

/* The chapter's order: list, entries, frames, page array, descriptor. */
static __always_inline bool unmap_noflush(const void *addr, bool deallocate_pages)
{
	struct vmx_area *area;

	kmemleak_free(addr);
	area = remove_vmx_area(addr);
	if (unlikely(!area)) {
		WARN(addr, "vmx: %p is no area's start: not freed\n", addr);
		return false;
	}
	debug_check_no_locks_freed(addr, vmx_area_pages(area) * PAGE_SIZE);
	if (area->flags & VMX_ALLOC) {
		vmx_area_return_pages(area, 0, area->nr_pages, true);
		vmx_page_array_free(area, area->pages);
	} else if (deallocate_pages && area->flags & VMX_PUT_PAGES) {
		put_pages(area);
	}
	return vmx_area_quarantine(area);
}

/**
 * __vmx_unmap_noflush() - take an area down, and leave the purge to the caller
 * @addr: its first address; NULL is fine
 * @deallocate_pages: its frames go too, if they are its own
 *
 * For whoever takes down many.
 *
 * Context: may sleep.
 * Return: true when vmx_areas_try_purge() is due.
 */
bool __vmx_unmap_noflush(const void *addr, bool deallocate_pages)
{
	return unmap_noflush(addr, deallocate_pages);
}

/**
 * __vmx_unmap() - take an area down
 * @addr: its first address; NULL is fine
 * @deallocate_pages: its frames go too, if they are its own
 *
 * Context: may sleep.
 */
void __vmx_unmap(const void *addr, bool deallocate_pages)
{
	if (unmap_noflush(addr, deallocate_pages))
		vmx_areas_try_purge();
}

static void free_deferred(struct work_struct *work)
{
	struct vmx_deferred *deferred =
		container_of(work, struct vmx_deferred, work);
	struct llist_node *node, *next;
	bool due = false;

	llist_for_each_safe(node, next, llist_del_all(&deferred->list)) {
		due |= __vmx_unmap_noflush(node, true);
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
	struct vmx_area *area;

	if (!addr || WARN_ON_ONCE(in_nmi()))
		return;
	/* Before anything is written there. */
	area = vmx_area_at(addr);
	if (WARN(!area || READ_ONCE(area->flags) & VMX_CACHED,
		 "vmx: %p is no area's start: not freed\n", addr))
		return;
	/* Another CPU's list would do as well: no need to stay on this one. */
	deferred = raw_cpu_ptr(&vmx_deferred);
	if (llist_add((struct llist_node *)addr, &deferred->list))
		schedule_work(&deferred->work);
}
EXPORT_SYMBOL_GPL(vmx_free_atomic);

/* Apart, so that without magazines nothing is paid for them. */
static noinline void free_to_magazine(const void *addr)
{
	if (!vmx_magazine_put(addr))
		__vmx_unmap(addr, true);
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
	if (READ_ONCE(vmx_magazine_max))
		free_to_magazine(addr);
	else
		__vmx_unmap(addr, true);
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
