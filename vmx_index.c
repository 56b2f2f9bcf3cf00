// SPDX-License-Identifier: GPL-2.0
/*
 * The index: from an address to a live area, without a search
 *
 * For each page of the slice, starts[] has the live area that starts there, if
 * any, so that freeing needs no search: 8 bytes for a page.  For addresses inside
 * an area there is a radix tree of bits: marks[0] has a bit for each page where
 * an area starts, marks[n + 1] one for each word of marks[n] that isn't zero, up
 * to a level of one word.  The last area that starts at or below an address is
 * found by going up while there is no bit, and down again: O(log(pages)), to the
 * base of 64 (32 on 32-bit).
 *
 * A mark may be left over: it is set when the first area starts there, or its
 * word gets its first bit, and cleared by a search that finds nothing below it.
 * So areas that come and go in one place change starts[] alone.  A purge clears
 * the marks of what becomes a hole, many at a time.
 *
 * Locking: all under vmx_area_lock.  Units: pages of the slice, but for addresses.
 *
 * This file compiles unmodified in user space, as vmx_area.c does.
 */
#include <linux/bitmap.h>
#include <linux/bitops.h>
#include <linux/errno.h>
#include <linux/lockdep.h>
#include <linux/slab.h>

#include "vmx_area.h"

struct vmx_index vmx_index;

/**
 * vmx_index_mark_up() - a word of marks[0] is zero no more
 * @bit: the number of that word
 */
void vmx_index_mark_up(unsigned long bit)
{
	unsigned long *word, old;
	unsigned int level;

	lockdep_assert_held(&vmx_area_lock);
	for (level = 1; level < vmx_index.levels; level++) {
		word = &vmx_index.marks[level][bit / BITS_PER_LONG];
		old = *word;
		*word = old | BIT(bit % BITS_PER_LONG);
		if (old)
			break;
		bit /= BITS_PER_LONG;
	}
}

/**
 * vmx_index_clear() - no live area starts in a range
 * @area: the range
 */
void vmx_index_clear(const struct vmx_area *area)
{
	unsigned long from = vmx_index_page(area);
	unsigned long to = from + (area->size >> PAGE_SHIFT);
	unsigned int level;

	lockdep_assert_held(&vmx_area_lock);
	/* A word is empty for certain if all of its bits were in the range. */
	for (level = 0; level < vmx_index.levels && from < to; level++) {
		bitmap_clear(vmx_index.marks[level], from, to - from);
		from = DIV_ROUND_UP(from, BITS_PER_LONG);
		to /= BITS_PER_LONG;
	}
}

static void unmark(unsigned int level, unsigned long bit)
{
	vmx_index.marks[level][bit / BITS_PER_LONG] &=
		~BIT(bit % BITS_PER_LONG);
}

/**
 * vmx_index_below() - the last live area that starts at or below an address
 * @addr: an address in the slice
 *
 * Return: the area, or NULL.
 */
struct vmx_area *vmx_index_below(unsigned long addr)
{
	unsigned long page = (addr - vmx_index.first) >> PAGE_SHIFT;
	unsigned long bit, word;
	unsigned int level;

	lockdep_assert_held(&vmx_area_lock);
again:
	bit = page;
	for (level = 0;; level++) {
		word = vmx_index.marks[level][bit / BITS_PER_LONG] &
		       (~0UL >> (BITS_PER_LONG - 1 - bit % BITS_PER_LONG));
		if (word)
			break;
		/* The top level is one word. */
		if (bit < BITS_PER_LONG)
			return NULL;
		bit = bit / BITS_PER_LONG - 1;
	}
	bit = bit / BITS_PER_LONG * BITS_PER_LONG + __fls(word);
	for (; level; level--) {
		word = vmx_index.marks[level - 1][bit];
		if (!word)
			break;
		bit = bit * BITS_PER_LONG + __fls(word);
	}
	if (!level && vmx_index.starts[bit])
		return vmx_index.starts[bit];
	unmark(level, bit);
	goto again;
}

/**
 * vmx_index_init() - an empty index
 * @start: first address of the slice
 * @end: first address behind it
 *
 * Return: 0 or -ENOMEM.
 */
int vmx_index_init(unsigned long start, unsigned long end)
{
	unsigned long pages = (end - start) >> PAGE_SHIFT, bits = pages;
	unsigned long offset[VMX_INDEX_LEVELS], words = pages;
	unsigned int level = 0;

	/* One block: the areas, and behind them the marks, level by level. */
	do {
		offset[level++] = words;
		bits = DIV_ROUND_UP(bits, BITS_PER_LONG);
		words += bits;
	} while (bits > 1);
	vmx_index.starts = kvcalloc(words, sizeof(long), GFP_KERNEL);
	if (!vmx_index.starts)
		return -ENOMEM;
	vmx_index.first = start;
	vmx_index.pages = pages;
	vmx_index.levels = level;
	while (level--)
		vmx_index.marks[level] =
			(unsigned long *)vmx_index.starts + offset[level];
	return 0;
}

/** vmx_index_exit() - the end of it */
void vmx_index_exit(void)
{
	kvfree(vmx_index.starts);
	vmx_index.starts = NULL;
}
