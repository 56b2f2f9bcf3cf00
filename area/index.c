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
 * A mark may be stale. It is set when an area starts at its page, or when its word
 * gets its first bit. It is cleared by a search that finds nothing below it, or by a
 * purge, which clears the marks of many addresses at a time. So areas that come and
 * go at one address change vmx_starts alone.
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
 * vmx_index_clear() - clear the marks of a range in which no area starts
 * @area: the range
 */
void vmx_index_clear(const struct vmx_area *area)
{
	unsigned long from = vmx_index_page(area);
	unsigned long to = from + (area->size >> PAGE_SHIFT);
	unsigned int level;

	lockdep_assert_held(&vmx_area_lock);
	/* A word is certainly empty only if all of its bits are in the range. */
	for (level = 0; level < vmx_marks.levels && from < to; level++) {
		bitmap_clear(vmx_marks.level[level], from, to - from);
		from = DIV_ROUND_UP(from, BITS_PER_LONG);
		to /= BITS_PER_LONG;
	}
}

static void unmark(unsigned int level, unsigned long bit)
{
	vmx_marks.level[level][bit / BITS_PER_LONG] &=
		~BIT(bit % BITS_PER_LONG);
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
again:
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
	for (; level; level--) {
		word = vmx_marks.level[level - 1][bit];
		if (!word)
			break;
		bit = bit * BITS_PER_LONG + __fls(word);
	}
	if (!level && vmx_starts.area[bit])
		return vmx_starts.area[bit];
	unmark(level, bit);
	goto again;
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
	unsigned long pages = (end - start) >> PAGE_SHIFT, bits = pages;
	unsigned long offset[VMX_INDEX_LEVELS], words = pages;
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
