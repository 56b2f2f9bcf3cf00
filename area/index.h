/* SPDX-License-Identifier: GPL-2.0 */
/*
 * The index: from an address to a listed area
 *
 * The short ways of area/index.c, to be inlined. Everything under vmx_area_lock.
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
	/* No listed area starts at these pages, but some may still have marks. */
	unsigned long	stale, stale_end;
};

extern struct vmx_marks vmx_marks;

int vmx_index_init(unsigned long start, unsigned long end);
void vmx_index_exit(void);
void vmx_index_mark_up(unsigned long bit);
void vmx_index_settle(void);
struct vmx_area *vmx_index_below(unsigned long addr);

static inline unsigned long vmx_index_page(const struct vmx_area *area)
{
	return ((unsigned long)area->addr - vmx_starts.first) >> PAGE_SHIFT;
}

/** vmx_index_add() - note that @area, which is in the list, starts at its addr */
static inline void vmx_index_add(struct vmx_area *area)
{
	unsigned long page = vmx_index_page(area);
	unsigned long *word = &vmx_marks.level[0][page / BITS_PER_LONG];
	unsigned long old;

	if (unlikely(page < vmx_marks.stale_end && page >= vmx_marks.stale))
		vmx_index_settle();
	old = *word;
	WRITE_ONCE(vmx_starts.area[page], area);
	*word = old | 1UL << page % BITS_PER_LONG;
	if (!old)
		vmx_index_mark_up(page / BITS_PER_LONG);
}

/**
 * vmx_index_del() - undo vmx_index_add()
 * @area: the area
 *
 * The mark may stay until the next vmx_index_settle().
 */
static inline void vmx_index_del(const struct vmx_area *area)
{
	unsigned long page = vmx_index_page(area);
	unsigned long end = page + (area->size >> PAGE_SHIFT);

	WRITE_ONCE(vmx_starts.area[page], NULL);
	/* No area starts in the hole in front. */
	if (likely(page - (area->hole >> PAGE_SHIFT) == vmx_marks.stale_end)) {
		vmx_marks.stale_end = end;
	} else if (end == vmx_marks.stale) {
		vmx_marks.stale = page;
	} else {
		vmx_index_settle();
		vmx_marks.stale = page;
		vmx_marks.stale_end = end;
	}
}

#endif /* _VMX_AREA_INDEX_H */
