// SPDX-License-Identifier: GPL-2.0
/*
 * Scarce blocks: when asking the page allocator for one is a waste
 *
 * In fragmented memory a request for a block is refused, and being refused costs
 * more than ten single frames do.  (Linux 6.12 even takes it for a sign that memory
 * is short, and shortens each CPU's lists of free frames.)  So from an order that
 * was refused on, the free lists are looked at before anybody asks.  They decide:
 * with blocks in them, asking goes on.
 *
 * What CPUs keep in lists of their own is not seen: small blocks that just came
 * back may lie there a while, and single frames are taken meanwhile.
 *
 * Locking: none.  vmx_scarce_order is a hint, whoever writes it last, and the free
 * lists are read without their lock: what comes out is an opinion.  Units: orders.
 */
#include <linux/gfp.h>
#include <linux/limits.h>
#include <linux/mm.h>
#include <linux/mmzone.h>
#include <linux/nodemask.h>
#include <linux/vmstat.h>

#include "vmx_compat.h"
#include "scarce.h"

unsigned int vmx_scarce_order = UINT_MAX;

/* The zone would give frames away, rather than keep them for others. */
static bool has_to_spare(struct zone *zone, enum zone_type highest)
{
	/* They may be set anew meanwhile: either will do. */
	unsigned long kept = data_race(low_wmark_pages(zone) + zone->lowmem_reserve[highest]);

	return zone_page_state(zone, NR_FREE_PAGES) > kept;
}

/* Some block of this order is free, and not set aside for a purpose. */
static bool has_free(struct free_area *area)
{
	unsigned int type;

	/* Without the zone's lock: an opinion. */
	for (type = 0; data_race(area->nr_free) && type < MIGRATE_PCPTYPES; type++) {
		/* Likewise. */
		if (!data_race(list_empty(&area->free_list[type])))
			return true;
	}
	return false;
}

/* The largest order up to @order, and above @least, that the zone has; or @least. */
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
 * vmx_order_seen() - the largest block that lies in the free lists
 * @order: no larger than this
 * @gfp: as for alloc_pages()
 *
 * Context: any.
 * Return: its order; 0 when there are single frames at the most.
 */
unsigned int vmx_order_seen(unsigned int order, gfp_t gfp)
{
	enum zone_type highest = gfp_zone(gfp), i;
	unsigned int best = 0;
	int nid;

	for_each_online_node(nid) {
		for (i = 0; i <= highest && best < order; i++) {
			struct zone *zone = &NODE_DATA(nid)->node_zones[i];

			if (has_to_spare(zone, highest))
				best = largest_free(zone, order, best);
		}
	}
	return best;
}

/**
 * vmx_block_asked() - remember how asking for a block went
 * @order: of the block
 * @got: there was one
 */
void vmx_block_asked(unsigned int order, bool got)
{
	/* Most answers are no news, and write nothing. */
	if (unlikely(got == vmx_order_is_scarce(order)))
		WRITE_ONCE(vmx_scarce_order, order + got);
}
