// SPDX-License-Identifier: GPL-2.0
/*
 * Parked areas: addresses of small sizes, for the next request of that size
 *
 * A freed area of up to VMX_PARK_PAGES pages loses its frames and its entries, but may
 * stay where it is: in the ring, in the list and in the index, with its descriptor. It
 * is parked: nobody uses it, and nobody finds it. The next request of that size takes
 * it back. So a free and an allocation that follow one another take no lock that all
 * CPUs share, and look for no hole. The quantum caches of Bonwick and Adams, "Magazines
 * and Vmem" (USENIX 2001) do this; but they know no TLB.
 *
 * A CPU's TLB may still reach the addresses of an area that has been parked. So it
 * waits for a flush, like a quarantined range. Then it is ready.
 *
 *	in use --put--> waiting on this CPU --a batch of them--> waiting for a flush
 *	   ^                                                            |
 *	   +---take---- ready on this CPU <--a batch of them--- ready <-+ purge
 *
 * Each CPU has a stack of waiting and one of ready areas of each size. Between CPUs, and
 * through the flush, areas go in batches: one lock section for 16 areas, or for fewer,
 * down to 4, if they are long. A batch is linked by cached. Its top area leads to the next
 * batch, by below.
 *
 * Bounds: a flush is due when batches of more than most_waiting() bytes wait for it, and
 * all batches together, the ready ones that CPUs have loaded, too, have at most a quarter
 * more. What else waits on CPUs is at most half of most_waiting() in all. So a size is not
 * parked if there are so many CPUs that two of its batches are more than the share of one.
 * With lazy_max=0, nothing is parked. Ready batches that nobody needed between two flushes
 * are idle, and are really freed: this is the working set of Bonwick and Adams.
 *
 * Locking: the lock of a CPU, then the lock of a size. Both may be taken under
 * vmx_area_lock. space.purge_mutex is held from the beginning of a flush to its end, and
 * while batches that no CPU has loaded are removed.
 *
 * Units: bytes, except nr, which is in pages, guard page not included.
 *
 * This file compiles unmodified in user space, as vmx_area.c does.
 */
#include <linux/atomic.h>
#include <linux/bug.h>
#include <linux/cache.h>
#include <linux/compiler.h>
#include <linux/cpumask.h>
#include <linux/log2.h>
#include <linux/minmax.h>
#include <linux/percpu.h>
#include <linux/spinlock.h>
#include <trace/events/vmx.h>

#include "park.h"
#include "index.h"

/* What a CPU has. */
struct parker {
	spinlock_t lock;		/* protects everything below */
	unsigned long waiting_bytes;
	struct vmx_park_stats stats;	/* read without the lock */
	struct {
		struct vmx_area *ready, *waiting;
		unsigned int nr_waiting;
	} size[VMX_PARK_PAGES + 1];	/* by pages */
};

static DEFINE_PER_CPU(struct parker, parkers);

static struct {
	unsigned int share;		/* log2: what part of most_waiting() a CPU may have */
	bool is_closed;
	unsigned char areas[VMX_PARK_PAGES + 1];	/* in a batch */
	unsigned int bytes[VMX_PARK_PAGES + 1];		/* of a batch */
} rules __read_mostly;

static struct {
	atomic_long_t bytes;		/* of all batches, those that CPUs have loaded, too */
	struct batches {
		spinlock_t lock;	/* protects everything below */
		struct stack {
			struct vmx_area *top;	/* the first area of the top batch */
			struct vmx_area *bottom;
			unsigned int nr;	/* batches */
		} waiting, flushing, ready;
		unsigned int idle;	/* the least ready.nr since the last flush */
	} ____cacheline_aligned_in_smp size[VMX_PARK_PAGES + 1];
} parked;

atomic_long_t vmx_park_waiting_bytes;

static unsigned long bytes_of(unsigned int nr)
{
	return (nr + 1) * PAGE_SIZE;
}

static unsigned long batch_bytes(unsigned int nr)
{
	return rules.bytes[nr];
}

/* How much may wait for a flush. */
static unsigned long most_waiting(unsigned long lazy_max)
{
	return min(lazy_max, vmx_starts.pages / 4 * PAGE_SIZE);
}

static void push(struct stack *stack, struct vmx_area *top)
{
	top->below = stack->top;
	if (!stack->top)
		stack->bottom = top;
	WRITE_ONCE(stack->top, top);
	stack->nr++;
}

static struct vmx_area *pop(struct stack *stack)
{
	struct vmx_area *top = stack->top;

	if (top) {
		WRITE_ONCE(stack->top, top->below);
		stack->nr--;
	}
	return top;
}

/* Put all of @from on top of @to, and leave @from empty. */
static void move_all(struct stack *from, struct stack *to)
{
	if (!from->top)
		return;
	from->bottom->below = to->top;
	if (!to->top)
		to->bottom = from->bottom;
	WRITE_ONCE(to->top, from->top);
	to->nr += from->nr;
	*from = (struct stack){};
}

/* Hand over the waiting areas of a size, which are a batch; false if there are too many. */
static bool give(struct parker *mine, unsigned int nr, unsigned long most)
{
	unsigned long bytes = batch_bytes(nr);
	struct batches *batches = &parked.size[nr];

	lockdep_assert_held(&mine->lock);
	if (atomic_long_add_return(bytes, &parked.bytes) > most + most / 4) {
		atomic_long_sub(bytes, &parked.bytes);
		return false;
	}
	atomic_long_add(bytes, &vmx_park_waiting_bytes);
	spin_lock(&batches->lock);
	push(&batches->waiting, mine->size[nr].waiting);
	spin_unlock(&batches->lock);
	mine->size[nr].waiting = NULL;
	mine->size[nr].nr_waiting = 0;
	mine->waiting_bytes -= bytes;
	return true;
}

/* Load a batch that is ready, if there is one. */
static void load(struct parker *mine, unsigned int nr)
{
	struct batches *batches = &parked.size[nr];
	struct vmx_area *top;

	lockdep_assert_held(&mine->lock);
	/* One that comes in at this moment may be missed. */
	if (READ_ONCE(rules.is_closed) || !READ_ONCE(batches->ready.top))
		return;
	spin_lock(&batches->lock);
	top = pop(&batches->ready);
	WRITE_ONCE(batches->idle, min(batches->idle, batches->ready.nr));
	spin_unlock(&batches->lock);
	mine->size[nr].ready = top;
}

/**
 * vmx_park_take() - take a parked area that is ready
 * @nr: its pages
 *
 * Context: process context; does not sleep.
 * Return: the area, still marked VMX_PARKED; NULL if there is none.
 */
struct vmx_area *vmx_park_take(unsigned int nr)
{
	struct parker *mine;
	struct vmx_area *area;

	if (nr > VMX_PARK_PAGES)
		return NULL;
	mine = raw_cpu_ptr(&parkers);
	spin_lock(&mine->lock);
	if (unlikely(!mine->size[nr].ready))
		load(mine, nr);
	area = mine->size[nr].ready;
	if (area) {
		mine->size[nr].ready = area->cached;
		if (!area->cached)	/* the batch is used up */
			atomic_long_sub(batch_bytes(nr), &parked.bytes);
		mine->stats.takes++;
		mine->stats.take_bytes += area->size;
	}
	spin_unlock(&mine->lock);
	return area;
}

/**
 * vmx_park_put() - park an area
 * @area: a listed area that the caller has claimed, with a guard page, and with its
 *	entries cleared; it is the caller's no longer
 * @lazy_max: the bytes that may wait for a flush
 *
 * Context: process context; does not sleep.
 * Return: VMX_PARK_DONE; VMX_PARK_GIVEN if a batch waits for a flush now, besides, so that
 * a purge may be due. After the others, nothing has changed: VMX_PARK_CROWDED if too much
 * waits on this CPU; VMX_PARK_NO_ROOM if there are enough batches; VMX_PARK_NEVER if this
 * size is not parked, or nothing is at this moment.
 */
enum vmx_park_put vmx_park_put(struct vmx_area *area, unsigned long lazy_max)
{
	enum vmx_park_put result = VMX_PARK_DONE;
	unsigned long most = most_waiting(lazy_max), share = most >> rules.share;
	unsigned int nr = vmx_area_pages(area);
	struct parker *mine;

	if (WARN_ON_ONCE(!nr || nr > VMX_PARK_PAGES))
		return VMX_PARK_NEVER;
	mine = raw_cpu_ptr(&parkers);
	spin_lock(&mine->lock);
	if (unlikely(READ_ONCE(rules.is_closed)))
		result = VMX_PARK_NEVER;
	else if (unlikely(batch_bytes(nr) > share / 2))
		result = mine->waiting_bytes > share ? VMX_PARK_CROWDED : VMX_PARK_NEVER;
	else if (unlikely(mine->size[nr].nr_waiting == rules.areas[nr]))
		result = give(mine, nr, most) ? VMX_PARK_GIVEN : VMX_PARK_NO_ROOM;
	else if (unlikely(mine->waiting_bytes + area->size > share))
		result = VMX_PARK_CROWDED;
	if (likely(result <= VMX_PARK_GIVEN)) {
		trace_vmx_park(area);
		WRITE_ONCE(area->flags, VMX_PARKED | VMX_FREED | VMX_UNLIST);
		area->cached = mine->size[nr].waiting;
		mine->size[nr].waiting = area;
		mine->size[nr].nr_waiting++;
		mine->waiting_bytes += area->size;
		mine->stats.puts++;
		mine->stats.put_bytes += area->size;
	}
	spin_unlock(&mine->lock);
	return result;
}

/** vmx_park_has_batches() - is any batch parked, or loaded by a CPU? */
bool vmx_park_has_batches(void)
{
	return atomic_long_read(&parked.bytes);
}

/** vmx_park_is_full() - do more bytes than most_waiting() wait for the next flush? */
bool vmx_park_is_full(unsigned long lazy_max)
{
	return vmx_park_waiting() > most_waiting(lazy_max);
}

/**
 * vmx_park_would_help() - would a flush make room for batches, by letting many be used?
 * @lazy_max: the bytes that may wait for a flush
 */
bool vmx_park_would_help(unsigned long lazy_max)
{
	return vmx_park_waiting() > most_waiting(lazy_max) / 8;
}

/** vmx_park_is_crammed() - is there hardly any room for another batch? */
bool vmx_park_is_crammed(unsigned long lazy_max)
{
	unsigned long most = most_waiting(lazy_max);

	return atomic_long_read(&parked.bytes) > most + most / 8;
}

/**
 * vmx_park_flush_begins() - let a flush serve all batches that wait for one
 *
 * Context: space.purge_mutex held.
 * Return: true if there are any. In any case, call vmx_park_flush_ends() afterwards.
 */
bool vmx_park_flush_begins(void)
{
	unsigned int nr, any = 0;

	if (!vmx_park_waiting())
		return false;
	for (nr = 1; nr <= VMX_PARK_PAGES; nr++) {
		struct batches *batches = &parked.size[nr];

		spin_lock(&batches->lock);
		any += batches->waiting.nr;
		atomic_long_sub(batches->waiting.nr * batch_bytes(nr), &vmx_park_waiting_bytes);
		move_all(&batches->waiting, &batches->flushing);
		spin_unlock(&batches->lock);
	}
	return any;
}

/**
 * vmx_park_flush_ends() - the batches that the flush has served are ready
 *
 * Context: space.purge_mutex held, since vmx_park_flush_begins().
 */
void vmx_park_flush_ends(void)
{
	unsigned int nr;

	if (!vmx_park_has_batches())
		return;
	for (nr = 1; nr <= VMX_PARK_PAGES; nr++) {
		struct batches *batches = &parked.size[nr];

		spin_lock(&batches->lock);
		move_all(&batches->flushing, &batches->ready);
		batches->idle = batches->ready.nr;
		spin_unlock(&batches->lock);
	}
}

/**
 * vmx_park_close() - park nothing any longer, or allow it again
 * @closed: true to refuse
 *
 * A CPU of which everything has been removed since has nothing, and gets no batch.
 */
void vmx_park_close(bool closed)
{
	WRITE_ONCE(rules.is_closed, closed);
}

/** vmx_park_is_empty() - does a CPU have no parked area? */
bool vmx_park_is_empty(unsigned int cpu)
{
	struct parker *its = per_cpu_ptr(&parkers, cpu);
	bool any = false;
	unsigned int nr;

	spin_lock(&its->lock);
	for (nr = 1; nr <= VMX_PARK_PAGES && !any; nr++)
		any = its->size[nr].waiting || its->size[nr].ready;
	spin_unlock(&its->lock);
	return !any;
}

/**
 * vmx_park_remove() - take all areas of a size that a CPU has parked
 * @cpu: the CPU
 * @nr: their pages
 * @ready: the ready ones, or those that wait
 *
 * Return: the first of them, linked by cached, or NULL.
 */
struct vmx_area *vmx_park_remove(unsigned int cpu, unsigned int nr, bool ready)
{
	struct parker *its = per_cpu_ptr(&parkers, cpu);
	struct vmx_area *top;

	spin_lock(&its->lock);
	if (ready) {
		top = its->size[nr].ready;
		its->size[nr].ready = NULL;
		if (top)
			atomic_long_sub(batch_bytes(nr), &parked.bytes);
	} else {
		top = its->size[nr].waiting;
		its->waiting_bytes -= its->size[nr].nr_waiting * bytes_of(nr);
		its->size[nr].waiting = NULL;
		its->size[nr].nr_waiting = 0;
	}
	spin_unlock(&its->lock);
	return top;
}

/**
 * vmx_park_remove_batch() - take a batch from all CPUs
 * @nr: the pages of its areas
 * @idle: only one that nobody has needed since the last flush; else one that waits, too
 *
 * Context: space.purge_mutex held.
 * Return: the first of its areas, linked by cached, or NULL.
 */
struct vmx_area *vmx_park_remove_batch(unsigned int nr, bool idle)
{
	struct batches *batches = &parked.size[nr];
	unsigned long bytes = batch_bytes(nr);
	struct vmx_area *top = NULL;

	/* Batches that are taken at this moment may no longer be idle. */
	if (idle && !READ_ONCE(batches->idle))
		return NULL;
	spin_lock(&batches->lock);
	if (!idle || batches->idle)
		top = pop(&batches->ready);
	if (top && batches->idle)
		batches->idle--;
	if (!top && !idle) {
		top = pop(&batches->waiting);
		if (top)
			atomic_long_sub(bytes, &vmx_park_waiting_bytes);
	}
	spin_unlock(&batches->lock);
	if (top)
		atomic_long_sub(bytes, &parked.bytes);
	return top;
}

/** vmx_park_add_puts() - add up what all CPUs have parked since loading */
void vmx_park_add_puts(struct vmx_park_stats *stats)
{
	unsigned int cpu;

	for_each_possible_cpu(cpu) {
		const struct vmx_park_stats *its = &per_cpu_ptr(&parkers, cpu)->stats;

		/* Written under the lock of the CPU: an old value does not matter. */
		stats->puts += data_race(READ_ONCE(its->puts));
		/* The same. */
		stats->put_bytes += data_race(READ_ONCE(its->put_bytes));
	}
}

/** vmx_park_add_takes() - add up what all CPUs have taken back into use since loading */
void vmx_park_add_takes(struct vmx_park_stats *stats)
{
	unsigned int cpu;

	for_each_possible_cpu(cpu) {
		const struct vmx_park_stats *its = &per_cpu_ptr(&parkers, cpu)->stats;

		/* Written under the lock of the CPU: an old value does not matter. */
		stats->takes += data_race(READ_ONCE(its->takes));
		/* The same. */
		stats->take_bytes += data_race(READ_ONCE(its->take_bytes));
	}
}

/** vmx_park_init() - begin without a parked area */
void vmx_park_init(void)
{
	unsigned int cpu, nr;

	atomic_long_set(&vmx_park_waiting_bytes, 0);
	parked = (typeof(parked)){};
	rules = (typeof(rules)){
		.share = 1 + ilog2(roundup_pow_of_two(num_possible_cpus())),
	};
	for (nr = 1; nr <= VMX_PARK_PAGES; nr++) {
		rules.areas[nr] = clamp(64 / (nr + 1), 4U, 16U);
		rules.bytes[nr] = rules.areas[nr] * bytes_of(nr);
		spin_lock_init(&parked.size[nr].lock);
	}
	for_each_possible_cpu(cpu) {
		struct parker *its = per_cpu_ptr(&parkers, cpu);

		*its = (struct parker){};
		spin_lock_init(&its->lock);
	}
}
