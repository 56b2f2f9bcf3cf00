// SPDX-License-Identifier: GPL-2.0
/*
 * The index: from an address to a listed area, without a search
 *
 * For each page of the slice, vmx_starts has the listed area that starts there, if
 * any: 8 bytes for a page. So freeing needs no search.
 *
 * For addresses inside an area there is a radix tree of bits, vmx_marks. Level 0
 * has a bit for each page where an area starts, level n + 1 a bit for each word of
 * level n that is not zero, up to a level of one word. The last area that starts at
 * or below an address is found by going up while there is no bit, and down again:
 * O(log(pages)), to the base of 64 (32 on 32-bit).
 *
 * An area that leaves the index leaves its mark for a moment. One stretch of pages
 * may have such stale marks: areas that are removed one after another, in address
 * order, extend it, and then vmx_starts alone changes. vmx_index_settle() clears the
 * marks of the whole stretch: before each search, before a new stretch begins, and
 * before an area is added to the stretch.
 *
 * Locking: everything under vmx_area_lock. Units: pages of the slice, except
 * addresses.
 *
 * This file compiles unmodified in user space, as vmx_area.c does.
 */
#include <linux/bitmap.h>
#include <linux/bitops.h>
#include <linux/errno.h>
#include <linux/lockdep.h>
#include <linux/minmax.h>
#include <linux/slab.h>

#include "index.h"

struct vmx_starts vmx_starts;
struct vmx_marks vmx_marks;

/**
 * vmx_index_mark_up() - note that a word of level 0 is not zero any longer
 * @bit: the number of that word
 */
void vmx_index_mark_up(unsigned long bit)
{
	unsigned long *word, old;
	unsigned int level;

	lockdep_assert_held(&vmx_area_lock);
	for (level = 1; level < vmx_marks.levels; level++) {
		word = &vmx_marks.level[level][bit / BITS_PER_LONG];
		old = *word;
		*word = old | BIT(bit % BITS_PER_LONG);
		if (old)
			break;
		bit /= BITS_PER_LONG;
	}
}

/**
 * vmx_index_settle() - clear the stale marks
 *
 * Cost: O(log n) and a write for each 64 pages of the stretch.
 */
void vmx_index_settle(void)
{
	unsigned long from = vmx_marks.stale, to = vmx_marks.stale_end, *words;
	unsigned int level;

	lockdep_assert_held(&vmx_area_lock);
	vmx_marks.stale = to;
	for (level = 0; level < vmx_marks.levels && from < to; level++) {
		words = vmx_marks.level[level];
		bitmap_clear(words, from, to - from);
		/* Only the first and the last word can have marks of other pages. */
		from /= BITS_PER_LONG;
		to = DIV_ROUND_UP(to, BITS_PER_LONG);
		if (words[to - 1])
			to--;
		if (from < to && words[from])
			from++;
	}
}

/**
 * vmx_index_below() - find the last listed area that starts at or below an address
 * @addr: an address in the slice
 *
 * Return: the area, or NULL.
 */
struct vmx_area *vmx_index_below(unsigned long addr)
{
	unsigned long page = (addr - vmx_starts.first) >> PAGE_SHIFT;
	unsigned long bit, word;
	unsigned int level;

	lockdep_assert_held(&vmx_area_lock);
	vmx_index_settle();
	bit = page;
	for (level = 0;; level++) {
		word = vmx_marks.level[level][bit / BITS_PER_LONG] &
		       (~0UL >> (BITS_PER_LONG - 1 - bit % BITS_PER_LONG));
		if (word)
			break;
		/* The top level is one word. */
		if (bit < BITS_PER_LONG)
			return NULL;
		bit = bit / BITS_PER_LONG - 1;
	}
	bit = bit / BITS_PER_LONG * BITS_PER_LONG + __fls(word);
	while (level--)
		bit = bit * BITS_PER_LONG + __fls(vmx_marks.level[level][bit]);
	return vmx_starts.area[bit];
}

/**
 * vmx_index_init() - make an empty index
 * @start: first address of the slice
 * @end: first address behind it
 *
 * Return: 0 or -ENOMEM.
 */
int vmx_index_init(unsigned long start, unsigned long end)
{
	unsigned long pages = (end - start) >> PAGE_SHIFT, bits = max(pages, 1UL);
	unsigned long offset[VMX_INDEX_LEVELS], words = bits;
	unsigned int level = 0;

	/* One allocation: vmx_starts, and behind it the marks, level by level. */
	do {
		offset[level++] = words;
		bits = DIV_ROUND_UP(bits, BITS_PER_LONG);
		words += bits;
	} while (bits > 1);
	vmx_starts.area = kvcalloc(words, sizeof(long), GFP_KERNEL);
	if (!vmx_starts.area)
		return -ENOMEM;
	vmx_starts.first = start;
	vmx_starts.pages = pages;
	vmx_marks.levels = level;
	vmx_marks.stale = 0;
	vmx_marks.stale_end = 0;
	while (level--)
		vmx_marks.level[level] =
			(unsigned long *)vmx_starts.area + offset[level];
	return 0;
}

/** vmx_index_exit() - free it */
void vmx_index_exit(void)
{
	kvfree(vmx_starts.area);
	vmx_starts.area = NULL;
}
