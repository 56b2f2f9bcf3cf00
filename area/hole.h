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
void vmx_hole_add(struct vmx_hole *hole, struct vmx_area *succ, unsigned long size);
void vmx_hole_del(struct vmx_hole *hole);
void __vmx_hole_resize(struct vmx_hole *hole, unsigned long size);
struct vmx_place __vmx_hole_find(unsigned long size, unsigned long align,
				 unsigned long start, enum vmx_fit fit);

/* Return the lowest hole, or NULL. */
static inline struct vmx_hole *vmx_hole_lowest(void)
{
	return rb_entry_safe(rb_first_cached(&vmx_holes.tree), struct vmx_hole, rb);
}

static inline unsigned long vmx_hole_start(const struct vmx_hole *hole)
{
	return vmx_area_start(hole->succ) - hole->size;
}

/*
 * Set the length of a hole. Nearly always it is the lowest hole: then the tree is told
 * only when the next search needs it.
 */
static inline void vmx_hole_resize(struct vmx_hole *hole, unsigned long size)
{
	lockdep_assert_held(&vmx_area_lock);
	if (vmx_holes.tree.rb_leftmost == &hole->rb) {
		hole->size = size;
		vmx_holes.lowest_stale = true;
	} else {
		__vmx_hole_resize(hole, size);
	}
}

/*
 * Let a hole be in front of @succ. There is no other hole between it and its former
 * place.
 */
static inline void vmx_hole_move(struct vmx_hole *hole, struct vmx_area *succ)
{
	hole->succ->hole = NULL;
	hole->succ = succ;
	succ->hole = hole;
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
	struct vmx_hole *lowest = vmx_hole_lowest();
	unsigned long addr;

	lockdep_assert_held(&vmx_area_lock);
	if (likely(lowest && lowest->size >= size && align == PAGE_SIZE &&
		   fit == VMX_FIT_FIRST)) {
		addr = vmx_hole_start(lowest);
		if (addr >= start) {
			vmx_holes.looked_at = 1;
			return (struct vmx_place){ lowest->succ, addr };
		}
	}
	return __vmx_hole_find(size, align, start, fit);
}

#endif /* _VMX_AREA_HOLE_H */
