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
 * Allocating and freeing in turn would change all levels each time. So the word of level
 * 0 that became zero last keeps its mark above. A search that goes down there continues at
 * lower addresses.
 *
 * Locking: changes under vmx_area_lock. A search needs no lock. It sees all marks of an
 * area that is listed during the whole search, because each word that is stored has
 * them. If others come and go meanwhile, it may come to a word without marks, or to a
 * marked page where no area starts: then it continues at lower addresses. An area is marked
 * before it is in vmx_starts, and leaves vmx_starts before it loses its mark.
 *
 * Units: pages of the slice, except addresses.
 *
 * This file compiles unmodified in user space, as vmx_area.c does.
 */
#include <linux/bitops.h>
#include <linux/cache.h>
#include <linux/errno.h>
#include <linux/lockdep.h>
#include <linux/minmax.h>
#include <linux/slab.h>

#include "index.h"

#define NO_PAGE ULONG_MAX

struct vmx_starts vmx_starts __read_mostly;
struct vmx_marks vmx_marks;

/**
 * vmx_index_mark_up() - set the marks above a word of level 0
 * @word: the number of the word, which had no marks
 */
void vmx_index_mark_up(unsigned long word)
{
	unsigned int level;

	lockdep_assert_held(&vmx_area_lock);
	for (level = 1; level < vmx_marks.levels; level++, word /= BITS_PER_LONG)
		if (!vmx_index_mark(level, word))
			break;
}

/**
 * vmx_index_unmark_up() - clear the marks above a word of level 0
 * @word: the number of the word, which has no marks any longer
 */
void vmx_index_unmark_up(unsigned long word)
{
	unsigned int level;

	lockdep_assert_held(&vmx_area_lock);
	for (level = 1; level < vmx_marks.levels; level++, word /= BITS_PER_LONG)
		if (!vmx_index_unmark(level, word))
			break;
}

/* Return the last page below @page that has a mark, or NO_PAGE. */
static unsigned long mark_before(unsigned long page)
{
	unsigned long bit = page - 1, word;
	unsigned int level = 0;

	if (!page)
		return NO_PAGE;
	for (;;) {
		word = READ_ONCE(vmx_marks.level[level][bit / BITS_PER_LONG]) &
		       (~0UL >> (BITS_PER_LONG - 1 - bit % BITS_PER_LONG));
		if (word) {
			bit = round_down(bit, BITS_PER_LONG) + __fls(word);
			if (!level)
				return bit;
			/* Down, to the last bit of the word that has marks. */
			level--;
			bit = bit * BITS_PER_LONG + BITS_PER_LONG - 1;
		} else {
			/* Up, to the word before. The top level is one word. */
			if (bit < BITS_PER_LONG)
				return NO_PAGE;
			level++;
			bit = bit / BITS_PER_LONG - 1;
		}
	}
}

/**
 * __vmx_index_below() - find the last listed area that starts below a page
 * @page: a page of the slice
 *
 * Context and return value: as vmx_index_below().
 */
struct vmx_area *__vmx_index_below(unsigned long page)
{
	struct vmx_area *area;

	do {
		page = mark_before(page);
		if (page == NO_PAGE)
			return NULL;
		area = vmx_index_at(page);
	} while (!area);
	return area;
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
	unsigned long offset[VMX_INDEX_LEVELS], words = bits + 1;
	unsigned int level = 0;

	/*
	 * One allocation: vmx_starts, and behind it the marks, level by level. A descriptor of
	 * a hole has the address behind the slice, so vmx_starts has an entry for it, too.
	 */
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
	vmx_marks.spent = ULONG_MAX;
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
