// SPDX-License-Identifier: GPL-2.0
/*
 * Magazines: keep freed areas mapped, and hand them out again
 *
 * In front of the area layer, each CPU keeps a short stack of freed areas for every size
 * from one page to VMX_MAGAZINE_PAGES. To serve a request from such a stack, vmx needs
 * no hole, no frame and no page-table entry, whatever its size. The idea is that of
 * Bonwick and Adams, "Magazines and Vmem" (USENIX 2001), without the depot: an area
 * that does not fit into a magazine is really freed, and a request that finds its
 * magazine empty goes through the whole chain. fork() keeps stacks in the same manner.
 *
 * Only areas of plain requests of modules are cached: GFP_KERNEL, no alignment, the
 * whole slice. Areas that were made by a write to debugfs are always really freed. A
 * cached area stays in the list, marked VMX_CACHED. It belongs to nobody, and
 * find_vmx_area() does not find it.
 *
 * The price: the memory of a cached area is still mapped, so a use after free does not
 * fault. To find one, load vmx with magazines=0, or on a kernel with KASAN.
 *
 * Bounds: each CPU caches VMX_MAGAZINE_ROUNDS areas of a size, and
 * vmx_magazine_limits.pages pages in all. Magazines are drained under memory pressure
 * (by a shrinker), when a request finds no hole, when a CPU goes offline, by a write to
 * "purge", and by magazines=0.
 *
 * Locking: drain_mutex is held while magazines are drained. The purge_mutex of
 * vmx_area.c is tried inside. Reclaim only tries drain_mutex, so nothing may be
 * allocated under it. Each CPU's magazines have their own spinlock. Any CPU may take
 * any of these, and takes no other lock inside.
 *
 * Units: pages, except size.
 */
#include <linux/cpuhotplug.h>
#include <linux/module.h>
#include <linux/moduleparam.h>
#include <linux/mutex.h>
#include <linux/sizes.h>

#include "vmx_compat.h"
#include "vmx_pgtable.h"
#include "chain.h"
#include "magazine.h"

DEFINE_PER_CPU(struct vmx_magazines, vmx_magazines);
struct vmx_magazine_limits vmx_magazine_limits;

static struct {
	bool on;		/* the parameter */
	bool ready;
	struct mutex drain_mutex;	/* held while magazines are drained */
	struct vmx_shrinker shrinker;
	int hotplug_state;
} magazines = {
	.on = true,
	.drain_mutex = __MUTEX_INITIALIZER(magazines.drain_mutex),
};

/* Take all areas of @nr pages out of @mags. They are linked by cached. */
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

/* Really free all areas that one CPU has cached. Return their pages. */
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
			WRITE_ONCE(area->flags, VMX_ALLOC | VMX_FREED);
			due |= vmx_unmap_claimed(area);
		}
	}
	if (due)
		vmx_areas_try_purge();
	return pages;
}

/**
 * vmx_magazines_drain() - really free every cached area
 *
 * An area that was cached at the time of the call is unmapped afterwards, by this task
 * or by another one.
 *
 * Context: process context; may sleep.
 */
void vmx_magazines_drain(void)
{
	unsigned int cpu;

	mutex_lock(&magazines.drain_mutex);
	for_each_possible_cpu(cpu)
		drain_cpu(cpu);
	mutex_unlock(&magazines.drain_mutex);
}

/** vmx_magazines_stats() - read the counters of all magazines */
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

/* Read how many pages a CPU caches, without its lock. It may change at any time. */
static unsigned int pages_of_cpu(unsigned int cpu)
{
	/* Written under the lock only: an old count is as good. */
	return data_race(READ_ONCE(per_cpu_ptr(&vmx_magazines, cpu)->pages));
}

/* Each pass of reclaim asks this of each shrinker, so it must be cheap. */
static unsigned long count_cached(struct shrinker *s, struct shrink_control *sc)
{
	unsigned long pages = 0;
	unsigned int cpu;

	for_each_possible_cpu(cpu)
		pages += pages_of_cpu(cpu);
	return pages ?: SHRINK_EMPTY;
}

static unsigned long scan_cached(struct shrinker *s, struct shrink_control *sc)
{
	unsigned long freed = 0;
	unsigned int cpu;

	/* Reclaim does not wait for another task that drains. */
	if (!mutex_trylock(&magazines.drain_mutex))
		return SHRINK_STOP;
	for_each_possible_cpu(cpu) {
		if (freed >= sc->nr_to_scan)
			break;
		if (pages_of_cpu(cpu))
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

/* Allow 4 MiB for each CPU, but at most an eighth of the slice for all CPUs. */
static void set_limits(void)
{
	unsigned long slice = (vmx_end - vmx_start) >> PAGE_SHIFT;
	unsigned long room = min_t(unsigned long, SZ_4M >> PAGE_SHIFT,
				   slice / 8 / num_possible_cpus());

	bool on = magazines.on && !vmx_slice_is_lost();

	WRITE_ONCE(vmx_magazine_limits.pages, on ? room : 0);
	WRITE_ONCE(vmx_magazine_limits.size, on ? VMX_MAGAZINE_PAGES : 0);
}

/** vmx_magazines_stop() - cache nothing any longer, because the slice is lost */
void vmx_magazines_stop(void)
{
	WRITE_ONCE(vmx_magazine_limits.pages, 0);
	WRITE_ONCE(vmx_magazine_limits.size, 0);
}

/**
 * vmx_magazine_clear() - clear the memory of an area
 * @area: the area, which is mapped
 *
 * KASAN allows all bytes of its pages afterwards.
 *
 * Return: false if the slice is lost: then nothing is written.
 */
noinline bool vmx_magazine_clear(struct vmx_area *area)
{
	if (vmx_is_lost())
		return false;
	vmx_shadow_allow(area, area->nr_pages * PAGE_SIZE);
	memset(area->addr, 0, area->nr_pages * PAGE_SIZE);
	return true;
}

/**
 * vmx_magazine_discard() - free an area that vmx_magazine_get() must not hand out
 * @area: the area, out of its magazine and not claimed
 *
 * Return: NULL.
 */
noinline struct vmx_area *vmx_magazine_discard(struct vmx_area *area)
{
	if (__vmx_unmap(area->addr, true))
		vmx_areas_try_purge();
	return NULL;
}

/**
 * vmx_magazines_switch() - switch the magazines on, or drain them and switch them off
 * @on: true to switch them on
 *
 * Before vmx_magazines_init() and after vmx_magazines_exit(), only note the setting.
 *
 * Context: process context, may sleep; the caller holds the lock of the parameters.
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
 * vmx_magazines_init() - set the limits; register the shrinker and CPU hotplug
 *
 * Context: the slice is reserved.
 * Return: 0; or the errno of register_shrinker() or cpuhp_setup_state_nocalls(), such as
 * -ENOMEM and -ENOSPC. Then nothing is registered.
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
	/* Parameters have files already: they may change at any time. */
	kernel_param_lock(THIS_MODULE);
	set_limits();
	magazines.ready = true;
	kernel_param_unlock(THIS_MODULE);
	return 0;
}

/** vmx_magazines_exit() - undo vmx_magazines_init(), and drain; no user is left */
void vmx_magazines_exit(void)
{
	/* The parameters' files still exist. A write only notes the setting now. */
	kernel_param_lock(THIS_MODULE);
	magazines.ready = false;
	kernel_param_unlock(THIS_MODULE);
	cpuhp_remove_state_nocalls(magazines.hotplug_state);
	vmx_shrinker_unregister(&magazines.shrinker);
	vmx_magazines_drain();
}
