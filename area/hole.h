/* SPDX-License-Identifier: GPL-2.0 */
/*
 * Holes: how long they are, and which one a request gets
 *
 * The short ways of area/hole.c, to be inlined. Everything under vmx_area_lock.
 *
 * Units: bytes, page-aligned.
 */
#ifndef _VMX_AREA_HOLE_H
#define _VMX_AREA_HOLE_H

#include <linux/lockdep.h>
#include <linux/rbtree.h>
#include "vmx_area.h"

/* A place for an area. */
struct vmx_place {
	struct vmx_area	*succ;		/* the range behind the hole; NULL: no place */
	unsigned long	addr;		/* without a place: ULONG_MAX */
};

struct vmx_holes {
	struct rb_root_cached tree;	/* by address */
	bool lowest_stale;		/* the lowest hole's length is not in the tree yet */
	unsigned int looked_at;		/* holes that the last search looked at */
};

extern struct vmx_holes vmx_holes;

void vmx_holes_init(void);
unsigned long vmx_hole_longest(void);
void __vmx_hole_resize(struct vmx_area *area, unsigned long hole);
struct vmx_place __vmx_hole_find(unsigned long size, unsigned long align,
				 unsigned long start, enum vmx_fit fit);

/* Return the range behind the lowest hole, or NULL. */
static inline struct vmx_area *vmx_hole_lowest(void)
{
	return rb_entry_safe(rb_first_cached(&vmx_holes.tree), struct vmx_area, rb);
}

/*
 * Set the length of the hole in front of @area. Nearly always it is the lowest
 * hole: then the tree is told only when the next search needs it.
 */
static inline void vmx_hole_resize(struct vmx_area *area, unsigned long hole)
{
	lockdep_assert_held(&vmx_area_lock);
	if (area->hole == hole)
		return;
	if (hole && vmx_holes.tree.rb_leftmost == &area->rb) {
		area->hole = hole;
		vmx_holes.lowest_stale = true;
	} else {
		__vmx_hole_resize(area, hole);
	}
}

/**
 * vmx_hole_find() - choose a hole
 * @size: bytes that must fit into it
 * @align: alignment of the place, a power of two, at least a page
 * @start: lowest acceptable address; only the first fit looks at it
 * @fit: the rule
 *
 * If the lowest hole fits, it is the first fit. vmx_holes.looked_at tells
 * afterwards how many holes were looked at.
 *
 * Context: vmx_area_lock held.
 * Return: the place; succ is NULL and addr is ULONG_MAX when no hole fits.
 */
static inline struct vmx_place vmx_hole_find(unsigned long size,
					     unsigned long align,
					     unsigned long start,
					     enum vmx_fit fit)
{
	struct vmx_area *lowest = vmx_hole_lowest();
	unsigned long addr;

	lockdep_assert_held(&vmx_area_lock);
	if (likely(lowest && lowest->hole >= size && align == PAGE_SIZE &&
		   fit == VMX_FIT_FIRST)) {
		addr = (unsigned long)lowest->addr - lowest->hole;
		if (addr >= start) {
			vmx_holes.looked_at = 1;
			return (struct vmx_place){ lowest, addr };
		}
	}
	return __vmx_hole_find(size, align, start, fit);
}

#endif /* _VMX_AREA_HOLE_H */
