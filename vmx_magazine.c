// SPDX-License-Identifier: GPL-2.0
/*
 * Magazines: areas just freed, still mapped, to be handed out again
 *
 * In front of the area layer, each CPU keeps a short stack of freed areas for
 * every size from one page to MAX_PAGES.  An area taken from there needs no
 * hole, no frame and no page-table entry, whatever its size.  The idea is that
 * of Bonwick and Adams, "Magazines and Vmem" (USENIX 2001), without the depot:
 * what a magazine has no room for is really freed, and what it hasn't got is
 * really allocated.  fork() keeps stacks in the same manner.
 *
 * Only plain areas come here: GFP_KERNEL, no alignment, the whole slice, and
 * asked for by a module; what was written to debugfs is always really freed.
 * A cached area stays in the list, marked VMX_CACHED, and belongs to nobody:
 * find_vmx_area() doesn't know it.
 *
 * The price: a cached area's memory is still mapped, so a use after free meets
 * no fault.  Whoever looks for one loads vmx with magazines=0.
 *
 * Bounds: ROUNDS areas of a size, and vmx_magazine_max pages in all, for each
 * CPU.  Memory pressure (a shrinker), a request that finds no hole, a CPU that
 * goes offline, writing to "purge" and magazines=0 empty them.
 *
 * Locking: each CPU's magazines have a lock of their own, taken with nothing
 * else inside; any CPU may take any.  Units: pages, but for size.
 */
#include <linux/cpuhotplug.h>
#include <linux/kmemleak.h>
#include <linux/mm.h>
#include <linux/module.h>
#include <linux/moduleparam.h>
#include <linux/percpu.h>
#include <linux/sched/mm.h>
#include <linux/string.h>
#include <linux/topology.h>
#include <trace/events/vmx.h>

#include "vmx_internal.h"

#define MAX_PAGES 64	/* the largest area that is kept */
#define ROUNDS 16	/* areas of one size that are kept, at the most */

struct vmx_magazines {
	spinlock_t lock;		/* protects what follows */
	unsigned int pages;		/* in all magazines together */
	unsigned int areas;
	unsigned long gets, puts;
	struct vmx_magazine {
		struct vmx_area *top;
		unsigned int rounds;
	} size[MAX_PAGES + 1];
};

static DEFINE_PER_CPU(struct vmx_magazines, vmx_magazines);
static unsigned int vmx_magazine_max;
static bool vmx_magazines_on = true;
static bool vmx_magazines_ready;
static struct vmx_shrinker vmx_magazine_shrinker;
static int vmx_hotplug_state;

/**
 * vmx_magazine_get() - take a cached area
 * @size: bytes
 * @gfp: with __GFP_ZERO, the area is cleared
 * @caller: who asks
 *
 * Context: not in an interrupt.
 * Return: its address; NULL when there is none of that size.
 */
void *vmx_magazine_get(unsigned long size, gfp_t gfp, const void *caller)
{
	unsigned long nr = (size - 1) / PAGE_SIZE + 1;
	struct vmx_magazines *mags;
	struct vmx_area *area;

	might_alloc(gfp);
	if (!READ_ONCE(vmx_magazines_on) || !size || nr > MAX_PAGES ||
	    unlikely(in_interrupt()))
		return NULL;
	mags = raw_cpu_ptr(&vmx_magazines);
	spin_lock(&mags->lock);
	area = mags->size[nr].top;
	if (!area) {
		spin_unlock(&mags->lock);
		return NULL;
	}
	mags->size[nr].top = area->cached;
	mags->size[nr].rounds--;
	mags->pages -= nr;
	mags->areas--;
	mags->gets++;
	spin_unlock(&mags->lock);

	area->requested = size;
	area->caller = caller;
	vmx_area_note_owner(area);
	WRITE_ONCE(area->flags, VMX_ALLOC | VMX_CACHEABLE |
		   (gfp & __GFP_ZERO ? VMX_ZEROED : 0));
	if (want_init_on_alloc(gfp))
		memset(area->addr, 0, nr * PAGE_SIZE);
	kmemleak_alloc(area->addr, nr * PAGE_SIZE, 2, gfp);
	trace_vmx_cache_get(area->id, area->addr, area->size, size);
	return area->addr;
}

/**
 * vmx_magazine_put() - keep an area that is being freed
 * @addr: its first address
 *
 * Context: not in an interrupt.
 * Return: false when it must really be freed.
 */
bool vmx_magazine_put(const void *addr)
{
	struct vmx_area *area = vmx_area_at(addr);
	struct vmx_magazines *mags;
	struct vmx_magazine *mag;
	unsigned long flags;
	bool kept = false;

	if (!READ_ONCE(vmx_magazines_on) || !area)
		return false;
	flags = READ_ONCE(area->flags);
	if ((flags & ~VMX_ZEROED) != (VMX_ALLOC | VMX_CACHEABLE) ||
	    area->nr_pages > MAX_PAGES || area->nid != numa_mem_id())
		return false;
	debug_check_no_locks_freed(addr, area->nr_pages * PAGE_SIZE);
	if (want_init_on_free())
		memset(area->addr, 0, area->nr_pages * PAGE_SIZE);

	mags = raw_cpu_ptr(&vmx_magazines);
	mag = &mags->size[area->nr_pages];
	spin_lock(&mags->lock);
	/* Again, inside the lock: nothing comes in after magazines=0 has drained. */
	if (vmx_magazines_on && mag->rounds < ROUNDS &&
	    mags->pages + area->nr_pages <= vmx_magazine_max &&
	    /* Of two CPUs that free the same area, one is to be warned about. */
	    cmpxchg(&area->flags, flags, VMX_ALLOC | VMX_CACHED) == flags) {
		area->cached = mag->top;
		mag->top = area;
		mag->rounds++;
		mags->pages += area->nr_pages;
		mags->areas++;
		mags->puts++;
		kept = true;
		/* Once the lock is gone, so may be the area. */
		kmemleak_free(addr);
		trace_vmx_cache_put(area->id, addr, area->size,
				    area->requested);
	}
	spin_unlock(&mags->lock);
	return kept;
}

static struct vmx_area *take_size(struct vmx_magazines *mags, unsigned int nr)
{
	struct vmx_magazine *mag = &mags->size[nr];
	struct vmx_area *top;

	spin_lock(&mags->lock);
	top = mag->top;
	mags->pages -= nr * mag->rounds;
	mags->areas -= mag->rounds;
	mag->top = NULL;
	mag->rounds = 0;
	spin_unlock(&mags->lock);
	return top;
}

/* Frees what one CPU has cached; returns how many pages that were. */
static unsigned long drain_cpu(unsigned int cpu)
{
	struct vmx_magazines *mags = per_cpu_ptr(&vmx_magazines, cpu);
	struct vmx_area *area, *next;
	unsigned long pages = 0;
	unsigned int nr;

	for (nr = 1; nr <= MAX_PAGES; nr++) {
		for (area = take_size(mags, nr); area; area = next) {
			next = area->cached;
			pages += nr;
			WRITE_ONCE(area->flags, VMX_ALLOC);
			__vmx_unmap(area->addr, true);
		}
	}
	return pages;
}

/**
 * vmx_magazines_drain() - really free every cached area
 *
 * Context: may sleep.
 */
void vmx_magazines_drain(void)
{
	unsigned int cpu;

	for_each_possible_cpu(cpu)
		drain_cpu(cpu);
}

/** vmx_magazines_stats() - what they hold and have done */
void vmx_magazines_stats(struct vmx_magazines_stats *stats)
{
	unsigned int cpu;

	*stats = (struct vmx_magazines_stats){};
	for_each_possible_cpu(cpu) {
		struct vmx_magazines *mags = per_cpu_ptr(&vmx_magazines, cpu);

		spin_lock(&mags->lock);
		stats->areas += mags->areas;
		stats->pages += mags->pages;
		stats->gets += mags->gets;
		stats->puts += mags->puts;
		spin_unlock(&mags->lock);
	}
}

static unsigned long count_cached(struct shrinker *s, struct shrink_control *sc)
{
	struct vmx_magazines_stats stats;

	vmx_magazines_stats(&stats);
	return stats.pages ?: SHRINK_EMPTY;
}

static unsigned long scan_cached(struct shrinker *s, struct shrink_control *sc)
{
	unsigned long freed = 0;
	unsigned int cpu;

	for_each_possible_cpu(cpu) {
		if (freed >= sc->nr_to_scan)
			break;
		freed += drain_cpu(cpu);
	}
	return freed ?: SHRINK_STOP;
}

static int cpu_is_dead(unsigned int cpu)
{
	drain_cpu(cpu);
	return 0;
}

static int set_magazines(const char *val, const struct kernel_param *kp)
{
	int err = param_set_bool(val, kp);

	if (!err && vmx_magazines_ready && !vmx_magazines_on)
		vmx_magazines_drain();
	return err;
}

static const struct kernel_param_ops magazines_ops = {
	.flags = KERNEL_PARAM_OPS_FL_NOARG,
	.set = set_magazines,
	.get = param_get_bool,
};

module_param_cb(magazines, &magazines_ops, &vmx_magazines_on, 0644);
__MODULE_PARM_TYPE(magazines, "bool");
MODULE_PARM_DESC(magazines, "keep areas that modules free mapped, for reuse (default Y); N to have a use after free fault");

/**
 * vmx_magazines_init() - get ready, with the slice at hand
 *
 * Return: 0 or a negative errno, with nothing left behind.
 */
int vmx_magazines_init(void)
{
	unsigned long slice = (vmx_end - vmx_start) >> PAGE_SHIFT;
	unsigned int cpu;
	int err;

	/* 4 MiB for each CPU, but an eighth of the slice for all together. */
	vmx_magazine_max = min(1024UL, slice / 8 / num_possible_cpus());
	for_each_possible_cpu(cpu)
		spin_lock_init(&per_cpu_ptr(&vmx_magazines, cpu)->lock);

	err = vmx_shrinker_register(&vmx_magazine_shrinker, count_cached,
				    scan_cached, "vmx-magazines");
	if (err)
		return err;
	err = cpuhp_setup_state_nocalls(CPUHP_BP_PREPARE_DYN, "vmx:magazines",
					NULL, cpu_is_dead);
	if (err < 0) {
		vmx_shrinker_unregister(&vmx_magazine_shrinker);
		return err;
	}
	vmx_hotplug_state = err;
	vmx_magazines_ready = true;
	return 0;
}

/** vmx_magazines_exit() - give everything back; no user is left */
void vmx_magazines_exit(void)
{
	/* Parameters go later than this: from here on, setting one is enough. */
	kernel_param_lock(THIS_MODULE);
	vmx_magazines_ready = false;
	kernel_param_unlock(THIS_MODULE);
	cpuhp_remove_state_nocalls(vmx_hotplug_state);
	vmx_shrinker_unregister(&vmx_magazine_shrinker);
	vmx_magazines_drain();
}
