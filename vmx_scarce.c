// SPDX-License-Identifier: GPL-2.0
/*
 * Scarce blocks: when asking the page allocator for one is a waste
 *
 * In fragmented memory a request for a block is refused, and being refused costs
 * more than ten single frames do; the page allocator even takes it for a sign that
 * memory is short, and shortens each CPU's lists of free frames.  So once an order
 * was refused, the free lists are looked at before anybody asks for that order, or
 * a larger one, again.  They alone decide: with blocks in them, asking goes on.
 *
 * Locking: none.  vmx_scarce_order is a hint, whoever writes it last, and the free
 * lists are read without their lock: what comes out is an opinion.
 */
#include <linux/gfp.h>
#include <linux/limits.h>
#include <linux/mm.h>
#include <linux/mmzone.h>
#include <linux/nodemask.h>
#include <linux/vmstat.h>

#include "vmx_internal.h"

#define NOTHING_SCARCE UINT_MAX

/* The smallest order that was refused since one of its size was to be had. */
unsigned int vmx_scarce_order = NOTHING_SCARCE;

/* The zone would give frames away, rather than keep them for others. */
static bool has_to_spare(struct zone *zone, enum zone_type highest)
{
	/* They may be set anew meanwhile: either will do. */
	unsigned long kept = data_race(low_wmark_pages(zone) + zone->lowmem_reserve[highest]);

	return zone_page_state(zone, NR_FREE_PAGES) > kept;
}

/* The largest order up to @order, and above @least, that the zone has; or @least. */
static unsigned int largest_free(struct zone *zone, unsigned int order,
				 unsigned int least)
{
	unsigned int i;

	for (i = MAX_PAGE_ORDER; i > least; i--) {
		/* Without the zone's lock: an opinion. */
		if (data_race(zone->free_area[i].nr_free))
			return min(i, order);
	}
	return least;
}

/**
 * vmx_block_gfp() - flags to ask for a block with
 * @gfp: the request's
 *
 * A block is an offer to be taken up, never worth any work: whoever asks has
 * another way when there is none.
 */
gfp_t vmx_block_gfp(gfp_t gfp)
{
	return (gfp & ~(__GFP_RECLAIM | __GFP_NOFAIL | __GFP_HIGH | __GFP_RETRY_MAYFAIL)) |
	       __GFP_NOWARN | __GFP_NORETRY | __GFP_NOMEMALLOC;
}

/**
 * vmx_order_in_sight() - what size of block is worth asking for?
 * @order: the order that is wanted
 * @gfp: as for alloc_pages()
 *
 * Context: any.
 * Return: @order, or the largest one below it of which there seems to be a block;
 * 0, a single frame, is always worth it.
 */
unsigned int vmx_order_in_sight(unsigned int order, gfp_t gfp)
{
	enum zone_type highest = gfp_zone(gfp), i;
	unsigned int best = 0;
	int nid;

	if (!vmx_order_is_scarce(order))
		return order;
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
		WRITE_ONCE(vmx_scarce_order, got ? NOTHING_SCARCE : order);
}
