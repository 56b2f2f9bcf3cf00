/* SPDX-License-Identifier: GPL-2.0 */
/*
 * The index: from an address to a listed area
 *
 * The short ways of area/index.c, to be inlined. Changes are made under vmx_area_lock.
 */
#ifndef _VMX_AREA_INDEX_H
#define _VMX_AREA_INDEX_H

#include <linux/bits.h>
#include <linux/compiler.h>
#include "vmx_area.h"

/* Enough levels for any address space. */
#define VMX_INDEX_LEVELS 10

struct vmx_marks {
	unsigned long	*level[VMX_INDEX_LEVELS];
	unsigned int	levels;
	/* This word of level 0 has become zero, but still has a mark above; or ULONG_MAX. */
	unsigned long	spent;
};

extern struct vmx_marks vmx_marks;

int vmx_index_init(unsigned long start, unsigned long end);
void vmx_index_exit(void);
void vmx_index_mark_up(unsigned long word);
void vmx_index_unmark_up(unsigned long word);
struct vmx_area *__vmx_index_below(unsigned long page);

static inline unsigned long vmx_index_page(const struct vmx_area *area)
{
	return ((unsigned long)READ_ONCE(area->addr) - vmx_starts.first) >> PAGE_SHIFT;
}

/* Return the listed area that starts at a page, or NULL. */
static inline struct vmx_area *vmx_index_at(unsigned long page)
{
	/* Pairs with smp_store_release() in vmx_index_add(). */
	return smp_load_acquire(&vmx_starts.area[page]);
}

/**
 * vmx_index_below() - find the last listed area that starts at or below an address
 * @addr: an address in the slice
 *
 * Context: vmx_area_lock held; or an RCU read-side critical section, so that the
 * descriptor stays one. Then an area that is listed or unlisted during the call may be
 * found or not.
 * Return: the area, or NULL.
 */
static inline struct vmx_area *vmx_index_below(unsigned long addr)
{
	unsigned long page = (addr - vmx_starts.first) >> PAGE_SHIFT;

	return vmx_index_at(page) ?: __vmx_index_below(page);
}

/* Set a mark. Return true if it is the first one in its word. */
static inline bool vmx_index_mark(unsigned int level, unsigned long bit)
{
	unsigned long *word = &vmx_marks.level[level][bit / BITS_PER_LONG];
	unsigned long old = *word;

	WRITE_ONCE(*word, old | BIT(bit % BITS_PER_LONG));
	return !old;
}

/* Clear a mark. Return true if it was the last one in its word. */
static inline bool vmx_index_unmark(unsigned int level, unsigned long bit)
{
	unsigned long *word = &vmx_marks.level[level][bit / BITS_PER_LONG];
	unsigned long rest = *word & ~BIT(bit % BITS_PER_LONG);

	WRITE_ONCE(*word, rest);
	return !rest;
}

/** vmx_index_add() - note that @area, which is in the list, starts at its addr */
static inline void vmx_index_add(struct vmx_area *area)
{
	unsigned long page = vmx_index_page(area), word = page / BITS_PER_LONG;

	if (vmx_index_mark(0, page)) {
		if (word == vmx_marks.spent)
			vmx_marks.spent = ULONG_MAX;
		else
			vmx_index_mark_up(word);
	}
	/* Pairs with smp_load_acquire() in vmx_index_at(): the area is complete. */
	smp_store_release(&vmx_starts.area[page], area);
}

/** vmx_index_del() - undo vmx_index_add(), before the descriptor changes */
static inline void vmx_index_del(const struct vmx_area *area)
{
	unsigned long page = vmx_index_page(area);

	WRITE_ONCE(vmx_starts.area[page], NULL);
	if (vmx_index_unmark(0, page)) {
		if (vmx_marks.spent != ULONG_MAX)
			vmx_index_unmark_up(vmx_marks.spent);
		vmx_marks.spent = page / BITS_PER_LONG;
	}
	/*
	 * Whoever sees a later change of the descriptor also sees that it is not in the index.
	 * Pairs with smp_rmb() in contains().
	 */
	smp_wmb();
}

#endif /* _VMX_AREA_INDEX_H */
