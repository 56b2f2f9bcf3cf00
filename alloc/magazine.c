// SPDX-License-Identifier: GPL-2.0
/*
 * Magazines: keep freed areas mapped, and hand them out again
 *
 * In front of the area layer, each CPU keeps stacks of freed areas, called magazines. For
 * every size from one page to VMX_MAGAZINE_PAGES it has two: the loaded one serves
 * requests and takes what is freed; the previous one is full, or there is none. To serve
 * a request from a magazine, vmx needs no hole, no frame and no page-table entry,
 * whatever its size. If the loaded magazine is empty, or full, the CPU exchanges it for
 * the previous one; if that does not help, it exchanges a whole magazine with the depot
 * (alloc/depot.c). So a CPU that goes up and down at the edge of a magazine needs the
 * depot only once for a whole magazine. The idea is that of Bonwick and Adams, "Magazines
 * and Vmem" (USENIX 2001). What the depot has no room for is really freed, and a request
 * that it cannot serve goes through the whole chain.
 *
 * Only areas of plain requests of modules are cached: GFP_KERNEL, no alignment, the
 * whole slice. Areas that were made by a write to debugfs are always really freed. A
 * cached area stays in the list, marked VMX_CACHED. It belongs to nobody, and
 * find_vmx_area() does not find it. The magazines of a CPU have areas of its node only.
 *
 * The price: the memory of a cached area is still mapped, so a use after free does not
 * fault. To find one, load vmx with magazines=0, or on a kernel with KASAN.
 *
 * Bounds: set_limits(). Magazines and depot are drained under memory pressure (by a
 * shrinker), when a request finds no hole, by a write to "purge", and by magazines=0;
 * those of a CPU also when it goes offline.
 *
 * Locking: drain_mutex is held while magazines are drained. The purge_mutex of
 * vmx_area.c is tried inside. Reclaim only tries drain_mutex, so nothing may be
 * allocated under it. Each CPU's magazines have their own spinlock. Any CPU may take
 * any of these, and takes no other lock inside than one of the depot.
 *
 * Units: pages, except size.
 */
#include <linux/cpuhotplug.h>
#include <linux/module.h>
#include <linux/moduleparam.h>
#include <linux/mutex.h>
#include <linux/nodemask.h>
#include <linux/sched.h>
#include <linux/sizes.h>
#include <linux/topology.h>

#include "vmx_compat.h"
#include "vmx_pgtable.h"
#include "chain.h"
#include "depot.h"
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

/* Exchange the loaded magazine for the previous one. Both are full, or empty. */
static void exchange(struct vmx_magazines *mags, unsigned int nr)
{
	struct vmx_magazine *loaded = &mags->size[nr];

	swap(loaded->top, mags->previous[nr]);
	loaded->room = loaded->top ? 0 : vmx_magazine_rounds[nr];
}

/* Count the areas of a magazine that has come from the depot or, if negative, gone. */
static void count_moved(struct vmx_magazines *mags, unsigned int nr, int rounds)
{
	mags->pages += rounds * (int)nr;
	mags->moved -= rounds;
}

/**
 * vmx_magazine_load() - load a full magazine in place of an empty one, and take an area
 * @mags: the magazines of a CPU; the caller holds their lock
 * @nr: the pages of each area
 *
 * Return: the area; NULL if the depot has no magazine, or if there is no room for it.
 */
noinline struct vmx_area *vmx_magazine_load(struct vmx_magazines *mags, unsigned int nr)
{
	unsigned int rounds = vmx_magazine_rounds[nr];
	struct vmx_area *area;

	lockdep_assert_held(&mags->lock);
	if (!mags->previous[nr]) {
		/* With magazines=0 there is no room, so nothing comes in after the drain. */
		if (mags->pages + rounds * nr > READ_ONCE(vmx_magazine_limits.pages))
			return NULL;
		mags->previous[nr] = vmx_depot_take(mags->nid, nr);
		if (!mags->previous[nr])
			return NULL;
		count_moved(mags, nr, rounds);
	}
	exchange(mags, nr);
	area = mags->size[nr].top;
	vmx_magazine_pop(mags, nr);
	return area;
}

/**
 * vmx_magazine_unload() - put an area, if a magazine is full or the CPU has enough pages
 * @mags: the magazines of a CPU; the caller holds their lock
 * @nr: its pages. The area may be freed meanwhile, so they are not read again
 * @area: the area, as for vmx_magazine_push()
 *
 * Return: false if there is no room, not in the depot either, or if the area is freed
 * already.
 */
noinline bool vmx_magazine_unload(struct vmx_magazines *mags, unsigned int nr,
				  struct vmx_area *area)
{
	unsigned int limit = READ_ONCE(vmx_magazine_limits.pages);
	struct vmx_magazine *loaded = &mags->size[nr];

	lockdep_assert_held(&mags->lock);
	if (!loaded->room && !mags->previous[nr])
		exchange(mags, nr);
	if (!loaded->room || mags->pages + nr > limit) {
		if (!mags->previous[nr] ||
		    !vmx_depot_give(mags->nid, nr, mags->previous[nr]))
			return false;
		mags->previous[nr] = NULL;
		count_moved(mags, nr, -vmx_magazine_rounds[nr]);
		if (!loaded->room)
			exchange(mags, nr);
	}
	return mags->pages + nr <= limit && vmx_magazine_push(mags, nr, area);
}

/* How many areas of @nr pages does a CPU have? */
static unsigned int count_size(const struct vmx_magazines *mags, unsigned int nr)
{
	unsigned int rounds = vmx_magazine_rounds[nr];

	return rounds - mags->size[nr].room + (mags->previous[nr] ? rounds : 0);
}

/* Really free the areas of a magazine. Return their pages; note if a purge is due. */
static unsigned long free_areas(struct vmx_area *area, bool *due)
{
	unsigned long pages = 0;
	struct vmx_area *next;

	lockdep_assert_held(&magazines.drain_mutex);
	for (; area; area = next) {
		next = area->cached;
		pages += area->nr_pages;
		WRITE_ONCE(area->flags, VMX_ALLOC | VMX_FREED);
		*due |= vmx_unmap_claimed(area);
	}
	cond_resched();
	return pages;
}

/* Really free all areas that one CPU has cached. Return their pages. */
static unsigned long drain_cpu(unsigned int cpu)
{
	struct vmx_magazines *mags = per_cpu_ptr(&vmx_magazines, cpu);
	struct vmx_area *loaded, *previous;
	unsigned long pages = 0;
	unsigned int nr, areas;
	bool due = false;

	for (nr = 1; nr <= VMX_MAGAZINE_PAGES; nr++) {
		spin_lock(&mags->lock);
		if (!mags->pages) {
			spin_unlock(&mags->lock);
			break;
		}
		areas = count_size(mags, nr);
		mags->pages -= areas * nr;
		mags->moved += areas;
		loaded = mags->size[nr].top;
		previous = mags->previous[nr];
		mags->size[nr].top = NULL;
		mags->size[nr].room = vmx_magazine_rounds[nr];
		mags->previous[nr] = NULL;
		spin_unlock(&mags->lock);
		pages += free_areas(loaded, &due);
		pages += free_areas(previous, &due);
	}
	if (due)
		vmx_areas_try_purge();
	return pages;
}

/* Really free at least @enough pages of the depot, or all. Return how many. */
static unsigned long drain_depot(unsigned long enough)
{
	unsigned long pages = 0;
	struct vmx_area *top;
	unsigned int nid, nr;
	bool due = false;

	if (!vmx_depot_pages())
		return 0;
	for (nid = 0; nid < nr_node_ids; nid++) {
		for (nr = 1; nr <= VMX_MAGAZINE_PAGES; nr++) {
			while (pages < enough && (top = vmx_depot_remove(nid, nr)))
				pages += free_areas(top, &due);
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
	/*
	 * A CPU that has been drained can neither take what is still in the depot nor
	 * give to it: so nothing is missed, and the depot becomes empty.
	 */
	vmx_depot_close(true);
	for_each_possible_cpu(cpu)
		drain_cpu(cpu);
	drain_depot(ULONG_MAX);
	vmx_depot_close(false);
	mutex_unlock(&magazines.drain_mutex);
}

/** vmx_magazines_stats() - read the counters of all magazines and of the depot */
void vmx_magazines_stats(struct vmx_magazines_stats *stats)
{
	struct vmx_depot_stats depot;
	unsigned int cpu, nr;

	*stats = (struct vmx_magazines_stats){};
	for_each_possible_cpu(cpu) {
		struct vmx_magazines *mags = per_cpu_ptr(&vmx_magazines, cpu);
		unsigned long areas = 0;

		spin_lock(&mags->lock);
		for (nr = 1; nr <= VMX_MAGAZINE_PAGES; nr++)
			areas += count_size(mags, nr);
		stats->areas += areas;
		stats->pages += mags->pages;
		stats->puts += mags->puts;
		stats->gets += mags->puts - mags->moved - areas;
		spin_unlock(&mags->lock);
	}
	vmx_depot_stats(&depot);
	stats->areas += depot.areas;
	stats->pages += depot.pages;
	stats->depot_areas = depot.areas;
	stats->depot_pages = depot.pages;
	stats->given = depot.given;
	stats->taken = depot.taken;
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
	unsigned long pages = vmx_depot_pages();
	unsigned int cpu;

	for_each_possible_cpu(cpu)
		pages += pages_of_cpu(cpu);
	return pages ?: SHRINK_EMPTY;
}

static unsigned long scan_cached(struct shrinker *s, struct shrink_control *sc)
{
	unsigned long freed;
	unsigned int cpu;

	/* Reclaim does not wait for another task that drains. */
	if (!mutex_trylock(&magazines.drain_mutex))
		return SHRINK_STOP;
	freed = drain_depot(sc->nr_to_scan);
	for_each_possible_cpu(cpu) {
		if (freed >= sc->nr_to_scan)
			break;
		if (pages_of_cpu(cpu))
			freed += drain_cpu(cpu);
	}
	mutex_unlock(&magazines.drain_mutex);
	return freed ?: SHRINK_STOP;
}

/* What it has given to the depot stays there. */
static int cpu_is_dead(unsigned int cpu)
{
	mutex_lock(&magazines.drain_mutex);
	drain_cpu(cpu);
	mutex_unlock(&magazines.drain_mutex);
	vmx_area_cpu_is_dead(cpu);
	return 0;
}

/*
 * A CPU may come up on another node than before. If a task that was about to free on it
 * when it went down has put or parked an area there since, that is really freed.
 */
static int cpu_comes_up(unsigned int cpu)
{
	struct vmx_magazines *mags = per_cpu_ptr(&vmx_magazines, cpu);

	spin_lock(&mags->lock);
	mags->nid = cpu_to_mem(cpu);
	spin_unlock(&mags->lock);
	mutex_lock(&magazines.drain_mutex);
	drain_cpu(cpu);
	mutex_unlock(&magazines.drain_mutex);
	vmx_area_cpu_is_dead(cpu);
	return 0;
}

static unsigned long sixteenth_of_slice(void)
{
	return (vmx_end - vmx_start) >> PAGE_SHIFT >> 4;
}

/* The pages that the magazines of a CPU may have. */
static unsigned long room_of_cpu(void)
{
	return min(sixteenth_of_slice() / num_possible_cpus(), SZ_4M / PAGE_SIZE);
}

/*
 * Allow 4 MiB for the magazines of each CPU, and 16 MiB for each CPU in the depot; but for
 * each of the two at most a sixteenth of the slice's pages in all. Guard pages are not
 * counted.
 */
static void set_limits(void)
{
	unsigned long depot = min(sixteenth_of_slice(),
				  num_possible_cpus() * (SZ_16M / PAGE_SIZE));
	bool on = magazines.on && !vmx_slice_is_lost();
	unsigned long room = on ? room_of_cpu() : 0;

	WRITE_ONCE(vmx_magazine_limits.pages, room);
	/* Two magazines of one area must fit. */
	WRITE_ONCE(vmx_magazine_limits.size, min_t(unsigned long, room / 2, VMX_MAGAZINE_PAGES));
	vmx_depot_set_limit(on ? depot : 0);
}

/** vmx_magazines_stop() - cache nothing any longer, because the slice is lost */
void vmx_magazines_stop(void)
{
	WRITE_ONCE(vmx_magazine_limits.pages, 0);
	WRITE_ONCE(vmx_magazine_limits.size, 0);
	vmx_depot_set_limit(0);
}

/**
 * vmx_magazine_clear() - clear the memory of an area
 * @area: the area, which is mapped
 * @nr: its pages
 *
 * KASAN allows all bytes of its pages afterwards.
 *
 * Return: false if the slice is lost: then nothing is written.
 */
noinline bool vmx_magazine_clear(struct vmx_area *area, unsigned int nr)
{
	if (vmx_is_lost())
		return false;
	vmx_shadow_allow(area, nr * PAGE_SIZE);
	memset(area->addr, 0, nr * PAGE_SIZE);
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
 * vmx_magazines_init() - make the depot, set the limits; register shrinker and CPU hotplug
 *
 * Context: the slice is reserved.
 * Return: 0; -ENOMEM; or the errno of register_shrinker() or cpuhp_setup_state(), such as
 * -ENOSPC. Then nothing is registered.
 */
int vmx_magazines_init(void)
{
	unsigned int cpu, nr;
	int err;

	err = vmx_depot_init(room_of_cpu());
	if (err)
		return err;
	for_each_possible_cpu(cpu) {
		struct vmx_magazines *mags = per_cpu_ptr(&vmx_magazines, cpu);

		spin_lock_init(&mags->lock);
		for (nr = 1; nr <= VMX_MAGAZINE_PAGES; nr++)
			mags->size[nr].room = vmx_magazine_rounds[nr];
	}

	err = vmx_shrinker_register(&magazines.shrinker, count_cached,
				    scan_cached, "vmx-magazines");
	if (err)
		goto exit_depot;
	err = cpuhp_setup_state(CPUHP_BP_PREPARE_DYN, "vmx:magazines", cpu_comes_up,
				cpu_is_dead);
	if (err < 0)
		goto unregister_shrinker;
	magazines.hotplug_state = err;
	/* Parameters have files already: they may change at any time. */
	kernel_param_lock(THIS_MODULE);
	set_limits();
	magazines.ready = true;
	kernel_param_unlock(THIS_MODULE);
	return 0;

unregister_shrinker:
	vmx_shrinker_unregister(&magazines.shrinker);
exit_depot:
	vmx_depot_exit();
	return err;
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
	vmx_depot_exit();
}
