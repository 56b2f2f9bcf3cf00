// SPDX-License-Identifier: GPL-2.0
/*
 * Scarce blocks: when it is a waste to ask the page allocator for one
 *
 * In fragmented memory the page allocator refuses a request for a block, and a refusal
 * costs more than ten single frames. (Linux 6.12 also takes it for a sign that memory
 * is short, and shortens each CPU's lists of free frames.) So after a refusal, vmx
 * looks at the free lists before it asks for that order or a larger one again, and asks
 * only if they have such a block.
 *
 * This does not see the lists that each CPU keeps. A small block that was just returned
 * may lie there for a while, and vmx takes single frames meanwhile.
 *
 * Locking: none. vmx_scarce_order is a hint that any task may overwrite, and the free
 * lists are read without their lock. So an answer may be wrong: it costs a refusal or
 * smaller blocks, nothing else.
 * Units: orders.
 */
#include <linux/gfp.h>
#include <linux/limits.h>
#include <linux/mm.h>
#include <linux/mmzone.h>
#include <linux/nodemask.h>
#include <linux/topology.h>
#include <linux/vmstat.h>

#include "vmx_compat.h"
#include "scarce.h"

unsigned int vmx_scarce_order = UINT_MAX;

/* Does the zone have more free frames than it keeps back for other requests? */
static bool has_to_spare(struct zone *zone, enum zone_type highest)
{
	/* The limits may change meanwhile: the old and the new value are both good. */
	unsigned long kept = data_race(low_wmark_pages(zone) + zone->lowmem_reserve[highest]);

	return zone_page_state(zone, NR_FREE_PAGES) > kept;
}

/* Is a block of this order free, and not reserved (for CMA, or for atomic requests)? */
static bool has_free(struct free_area *area)
{
	unsigned int type;

	/* Without the zone's lock: see the top of this file. */
	for (type = 0; data_race(area->nr_free) && type < MIGRATE_PCPTYPES; type++) {
		/* Without the lock, too. */
		if (!data_race(list_empty(&area->free_list[type])))
			return true;
	}
	return false;
}

/* Return the largest order above @least, at most @order, that is free; or @least. */
static unsigned int largest_free(struct zone *zone, unsigned int order,
				 unsigned int least)
{
	unsigned int i;

	for (i = MAX_PAGE_ORDER; i > least; i--) {
		if (has_free(&zone->free_area[i]))
			return min(i, order);
	}
	return least;
}

/**
 * vmx_order_seen() - find the largest block in the free lists
 * @order: the largest order that is of use
 * @gfp: from vmx_block_source(); without __GFP_THISNODE, look at all nodes
 * @node: the node to look at, or NUMA_NO_NODE for this CPU's
 *
 * Context: any.
 * Return: the order of the block, at most @order; 0 if there are only single frames,
 * or nothing.
 */
unsigned int vmx_order_seen(unsigned int order, gfp_t gfp, int node)
{
	enum zone_type highest = gfp_zone(gfp), i;
	unsigned int best = 0;
	int nid;

	if (node == NUMA_NO_NODE)
		node = numa_mem_id();
	for_each_online_node(nid) {
		if (gfp & __GFP_THISNODE && nid != node)
			continue;
		for (i = 0; i <= highest && best < order; i++) {
			struct zone *zone = &NODE_DATA(nid)->node_zones[i];

			if (has_to_spare(zone, highest))
				best = largest_free(zone, order, best);
		}
	}
	return best;
}

/**
 * vmx_block_asked() - remember whether the page allocator had a block
 * @order: the order that was asked for
 * @got: true if there was one
 *
 * Context: any.
 */
void vmx_block_asked(unsigned int order, bool got)
{
	/* Most answers change nothing: write only what is new. */
	if (unlikely(got == vmx_order_is_scarce(order)))
		WRITE_ONCE(vmx_scarce_order, order + got);
}
