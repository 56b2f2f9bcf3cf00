// SPDX-License-Identifier: GPL-2.0
/*
 * Magazines: areas just freed, still mapped, to be handed out again
 *
 * In front of the area layer, each CPU keeps a short stack of freed areas for
 * every size from one page to VMX_MAGAZINE_PAGES.  An area taken from there needs no
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
 * Bounds: VMX_MAGAZINE_ROUNDS areas of a size, and vmx_magazine_limits.pages pages in all,
 * for each CPU.  Memory pressure (a shrinker), a request that finds no hole, a CPU
 * that goes offline, writing to "purge" and magazines=0 empty them.
 *
 * Locking: drain_mutex while magazines are emptied; inside, vmx_purge_mutex, tried.
 * Reclaim tries drain_mutex, so nothing is allocated there.  Each CPU's magazines
 * have a spinlock of their own, taken with nothing else inside; any CPU may take any.
 * Units: pages, but for size.
 */
#include <linux/cpuhotplug.h>
#include <linux/module.h>
#include <linux/moduleparam.h>
#include <linux/mutex.h>

#include "vmx_compat.h"
#include "vmx_pgtable.h"
#include "chain.h"
#include "magazine.h"

DEFINE_PER_CPU(struct vmx_magazines, vmx_magazines);
struct vmx_magazine_limits vmx_magazine_limits;

static struct {
	bool on;		/* the parameter */
	bool ready;
	struct mutex drain_mutex;	/* held while magazines are emptied */
	struct vmx_shrinker shrinker;
	int hotplug_state;
} magazines = {
	.on = true,
	.drain_mutex = __MUTEX_INITIALIZER(magazines.drain_mutex),
};

static struct vmx_area *take_size(struct vmx_magazines *mags, unsigned int nr)
{
	struct vmx_magazine *mag = &mags->size[nr];
	struct vmx_area *top;

	spin_lock(&mags->lock);
	top = mag->top;
	mags->pages -= nr * mag->rounds;
	mags->drained += mag->rounds;
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
	bool due = false;
	unsigned int nr;

	lockdep_assert_held(&magazines.drain_mutex);
	for (nr = 1; nr <= VMX_MAGAZINE_PAGES; nr++) {
		for (area = take_size(mags, nr); area; area = next) {
			next = area->cached;
			pages += nr;
			WRITE_ONCE(area->flags, VMX_ALLOC);
			due |= __vmx_unmap(area->addr, true);
		}
	}
	if (due)
		vmx_areas_try_purge();
	return pages;
}

/**
 * vmx_magazines_drain() - really free every cached area
 *
 * Whatever was cached when it was called is unmapped afterwards, no matter by whom.
 *
 * Context: may sleep.
 */
void vmx_magazines_drain(void)
{
	unsigned int cpu;

	mutex_lock(&magazines.drain_mutex);
	for_each_possible_cpu(cpu)
		drain_cpu(cpu);
	mutex_unlock(&magazines.drain_mutex);
}

/** vmx_magazines_stats() - what they hold and have done */
void vmx_magazines_stats(struct vmx_magazines_stats *stats)
{
	unsigned long drained = 0;
	unsigned int cpu, i;

	*stats = (struct vmx_magazines_stats){};
	for_each_possible_cpu(cpu) {
		struct vmx_magazines *mags = per_cpu_ptr(&vmx_magazines, cpu);

		spin_lock(&mags->lock);
		for (i = 1; i <= VMX_MAGAZINE_PAGES; i++)
			stats->areas += mags->size[i].rounds;
		stats->pages += mags->pages;
		stats->puts += mags->puts;
		drained += mags->drained;
		spin_unlock(&mags->lock);
	}
	stats->gets = stats->puts - drained - stats->areas;
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

	/* Reclaim does not wait for who is at it already. */
	if (!mutex_trylock(&magazines.drain_mutex))
		return SHRINK_STOP;
	for_each_possible_cpu(cpu) {
		if (freed >= sc->nr_to_scan)
			break;
		freed += drain_cpu(cpu);
	}
	mutex_unlock(&magazines.drain_mutex);
	return freed ?: SHRINK_STOP;
}

static int cpu_is_dead(unsigned int cpu)
{
	mutex_lock(&magazines.drain_mutex);
	drain_cpu(cpu);
	mutex_unlock(&magazines.drain_mutex);
	return 0;
}

/* 4 MiB for each CPU, but at most an eighth of the slice for all CPUs together. */
static void set_limits(void)
{
	unsigned long slice = (vmx_end - vmx_start) >> PAGE_SHIFT;
	unsigned long room = min(1024UL, slice / 8 / num_possible_cpus());

	WRITE_ONCE(vmx_magazine_limits.pages, magazines.on ? room : 0);
	WRITE_ONCE(vmx_magazine_limits.size, magazines.on ? VMX_MAGAZINE_PAGES : 0);
}

/**
 * vmx_magazines_switch() - switch the magazines on or off, which empties them
 * @on: on
 *
 * Before vmx_magazines_init() and after vmx_magazines_exit() only the setting changes.
 *
 * Context: may sleep; the caller holds the parameters' lock.
 */
void vmx_magazines_switch(bool on)
{
	magazines.on = on;
	if (!magazines.ready)
		return;
	set_limits();
	if (!on)
		vmx_magazines_drain();
}

/**
 * vmx_magazines_init() - get ready, with the slice at hand
 *
 * Return: 0 or a negative errno, with nothing left behind.
 */
int vmx_magazines_init(void)
{
	unsigned int cpu;
	int err;

	for_each_possible_cpu(cpu)
		spin_lock_init(&per_cpu_ptr(&vmx_magazines, cpu)->lock);

	err = vmx_shrinker_register(&magazines.shrinker, count_cached,
				    scan_cached, "vmx-magazines");
	if (err)
		return err;
	err = cpuhp_setup_state_nocalls(CPUHP_BP_PREPARE_DYN, "vmx:magazines",
					NULL, cpu_is_dead);
	if (err < 0) {
		vmx_shrinker_unregister(&magazines.shrinker);
		return err;
	}
	magazines.hotplug_state = err;
	/* The parameter's file is there already. */
	kernel_param_lock(THIS_MODULE);
	set_limits();
	magazines.ready = true;
	kernel_param_unlock(THIS_MODULE);
	return 0;
}

/** vmx_magazines_exit() - give everything back; no user is left */
void vmx_magazines_exit(void)
{
	/* Parameters go later than this: from here on, setting one is enough. */
	kernel_param_lock(THIS_MODULE);
	magazines.ready = false;
	kernel_param_unlock(THIS_MODULE);
	cpuhp_remove_state_nocalls(magazines.hotplug_state);
	vmx_shrinker_unregister(&magazines.shrinker);
	vmx_magazines_drain();
}
