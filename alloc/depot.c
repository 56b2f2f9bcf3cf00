// SPDX-License-Identifier: GPL-2.0
/*
 * The depot: full magazines that wait for any CPU of their node
 *
 * A CPU that has one full magazine too many gives it to the depot, and a CPU that has no
 * area of some size takes one from there: a whole magazine with one short lock section.
 * So areas stay mapped if they are allocated in crowds and then freed, or allocated on
 * one CPU and freed on another. This is the depot of Bonwick and Adams, "Magazines and
 * Vmem" (USENIX 2001), except that it has no empty magazines: a magazine is a list of
 * areas, linked by cached, and an empty one is a NULL pointer.
 *
 * Each node has its own stacks, one for each size, of magazines whose areas all have
 * frames of that node. The top area of a magazine leads to the next magazine, by below.
 *
 * Bounds: the magazines of a node have at most node_limit pages together.
 *
 * Locking: each stack has a spinlock. It may be taken with the lock of a CPU's magazines
 * held, and no other lock is taken inside. Pages are counted without a lock: before a
 * magazine comes in, and after it has gone.
 *
 * Units: pages.
 */
#include <linux/atomic.h>
#include <linux/minmax.h>
#include <linux/nodemask.h>
#include <linux/slab.h>
#include <linux/spinlock.h>

#include "depot.h"

static struct vmx_depot {
	atomic_long_t pages;
	struct vmx_stack {
		spinlock_t lock;		/* protects the fields below */
		unsigned int magazines;
		struct vmx_area *top;		/* of the magazine that came last */
		unsigned long given;		/* magazines since loading */
		unsigned long taken;
	} size[VMX_MAGAZINE_PAGES + 1];		/* by pages of an area */
} *depots;					/* by node */

unsigned char vmx_magazine_rounds[VMX_MAGAZINE_PAGES + 1];

static unsigned long node_limit;
static bool is_closed;

/* Take the magazine that came last to a stack, or return NULL. */
static struct vmx_area *pop(int nid, unsigned int nr, bool drain)
{
	struct vmx_depot *depot = &depots[nid];
	struct vmx_stack *stack = &depot->size[nr];
	struct vmx_area *top;

	/* One that comes in at this moment may be missed. */
	if (!READ_ONCE(stack->top))
		return NULL;
	spin_lock(&stack->lock);
	top = stack->top;
	if (top) {
		WRITE_ONCE(stack->top, top->below);
		stack->magazines--;
		stack->taken += !drain;
	}
	spin_unlock(&stack->lock);
	if (top)
		atomic_long_sub(nr * vmx_magazine_rounds[nr], &depot->pages);
	return top;
}

/**
 * vmx_depot_take() - take a full magazine
 * @nid: the node of the frames
 * @nr: the pages of each area
 *
 * Context: a lock of magazines is held.
 * Return: its top area, linked to the others by cached; NULL if there is none, or if the
 * depot is closed.
 */
struct vmx_area *vmx_depot_take(int nid, unsigned int nr)
{
	return READ_ONCE(is_closed) ? NULL : pop(nid, nr, false);
}

/** vmx_depot_remove() - as vmx_depot_take(), for a drain: even if the depot is closed */
struct vmx_area *vmx_depot_remove(int nid, unsigned int nr)
{
	return pop(nid, nr, true);
}

/**
 * vmx_depot_give() - hand over a full magazine
 * @nid: the node of all frames of its areas
 * @nr: the pages of each area
 * @top: its top area
 *
 * Context: a lock of magazines is held.
 * Return: false if there is no room for it, or if the depot is closed.
 */
bool vmx_depot_give(int nid, unsigned int nr, struct vmx_area *top)
{
	unsigned int pages = nr * vmx_magazine_rounds[nr];
	struct vmx_depot *depot = &depots[nid];
	struct vmx_stack *stack = &depot->size[nr];

	if (READ_ONCE(is_closed))
		return false;
	if (atomic_long_add_return(pages, &depot->pages) > READ_ONCE(node_limit)) {
		atomic_long_sub(pages, &depot->pages);
		return false;
	}
	spin_lock(&stack->lock);
	top->below = stack->top;
	WRITE_ONCE(stack->top, top);
	stack->magazines++;
	stack->given++;
	spin_unlock(&stack->lock);
	return true;
}

/**
 * vmx_depot_close() - refuse to give and to take, or allow it again
 * @closed: true to refuse
 *
 * Whoever takes a lock of magazines after a CPU that called this has released it, sees
 * the new setting.
 */
void vmx_depot_close(bool closed)
{
	WRITE_ONCE(is_closed, closed);
}

/** vmx_depot_set_limit() - set how many pages there may be, on all nodes together */
void vmx_depot_set_limit(unsigned long pages)
{
	/* Nobody gives to a node that has no CPU. */
	WRITE_ONCE(node_limit, pages / max(1, num_node_state(N_CPU)));
}

/** vmx_depot_pages() - count the pages, without a lock; they may change at any time */
unsigned long vmx_depot_pages(void)
{
	unsigned long pages = 0;
	unsigned int nid;

	for (nid = 0; nid < nr_node_ids; nid++)
		pages += atomic_long_read(&depots[nid].pages);
	return pages;
}

/** vmx_depot_stats() - read the counters */
void vmx_depot_stats(struct vmx_depot_stats *stats)
{
	unsigned int nid, nr;

	*stats = (struct vmx_depot_stats){};
	for (nid = 0; nid < nr_node_ids; nid++) {
		for (nr = 1; nr <= VMX_MAGAZINE_PAGES; nr++) {
			struct vmx_stack *stack = &depots[nid].size[nr];
			unsigned long areas;

			spin_lock(&stack->lock);
			areas = stack->magazines * vmx_magazine_rounds[nr];
			stats->areas += areas;
			stats->pages += areas * nr;
			stats->given += stack->given;
			stats->taken += stack->taken;
			spin_unlock(&stack->lock);
		}
	}
}

/**
 * vmx_depot_init() - make the depot of each node, without room for anything
 * @room: the pages that the magazines of a CPU may have
 *
 * A magazine has 16 areas; fewer if they are long, so that it has 128 pages, but at least
 * 4 areas; and so few that two magazines fit into @room.
 *
 * Return: 0 or -ENOMEM.
 */
int vmx_depot_init(unsigned int room)
{
	unsigned int nid, nr;

	for (nr = 1; nr <= VMX_MAGAZINE_PAGES; nr++)
		vmx_magazine_rounds[nr] = min(clamp(128 / nr, 4U, 16U), room / 2 / nr);
	depots = kvcalloc(nr_node_ids, sizeof(*depots), GFP_KERNEL);
	if (!depots)
		return -ENOMEM;
	for (nid = 0; nid < nr_node_ids; nid++) {
		for (nr = 1; nr <= VMX_MAGAZINE_PAGES; nr++)
			spin_lock_init(&depots[nid].size[nr].lock);
	}
	return 0;
}

/** vmx_depot_exit() - undo vmx_depot_init(); the depot is empty */
void vmx_depot_exit(void)
{
	WARN_ON_ONCE(vmx_depot_pages());
	kvfree(depots);
}
