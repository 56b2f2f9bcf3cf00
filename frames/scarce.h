/* SPDX-License-Identifier: GPL-2.0 */
/*
 * Scarce blocks: is it worthwhile to ask for a block of this order?
 *
 * What the common cases need is inline here; frames/scarce.c has the rest.
 *
 * Units: orders.
 */
#ifndef _VMX_FRAMES_SCARCE_H
#define _VMX_FRAMES_SCARCE_H

#include <linux/compiler.h>
#include <linux/types.h>

/* Orders from here up are believed unavailable (a hint). */
extern unsigned int vmx_scarce_order;

unsigned int vmx_order_seen(unsigned int order, gfp_t gfp, int node);
void vmx_block_asked(unsigned int order, bool got);

static inline bool vmx_order_is_scarce(unsigned int order)
{
	return unlikely(order >= READ_ONCE(vmx_scarce_order));
}

/* Return the largest order up to @order that is worth asking for; maybe 0. */
static inline unsigned int vmx_order_in_sight(unsigned int order, gfp_t gfp, int node)
{
	return vmx_order_is_scarce(order) ? vmx_order_seen(order, gfp, node) : order;
}

#endif /* _VMX_FRAMES_SCARCE_H */
