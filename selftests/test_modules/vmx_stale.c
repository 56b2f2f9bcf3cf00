// SPDX-License-Identifier: GPL-2.0
/*
 * A module that looks for stale translations, on all CPUs
 *
 * The init function makes an area, reads a word of each page on each CPU, and frees the
 * area. It keeps the frames and purges. The next area gets the same addresses and other
 * frames: no CPU may read the old words there. It does the same with a crowd of areas,
 * which are parked. A CPU that was interrupted by others may have dropped its translations
 * by itself, so all this is done many times. A check that fails writes a line to the
 * kernel log, and insmod fails with EUCLEAN.
 */
#include <linux/gfp.h>
#include <linux/highmem.h>
#include <linux/mm.h>
#include <linux/module.h>
#include <linux/smp.h>
#include <linux/vmalloc.h>

#include "vmx.h"
#include "check.h"

#define ROUNDS 50
#define CROWD 100	/* several batches of parked areas */

static const struct {
	unsigned long size;
	unsigned long flags;
} kinds[] = {
	{ PAGE_SIZE }, { 16 * PAGE_SIZE }, { 100 * PAGE_SIZE },
	{ PMD_SIZE, VMX_ALLOW_HUGE }, { PMD_SIZE + 4 * PAGE_SIZE, VMX_ALLOW_HUGE },
};

struct reader {
	const char *addr;
	unsigned long size;
	u32 wanted;
	atomic_t wrong;
};

static void read_all(void *data)
{
	struct reader *r = data;
	unsigned long at;

	for (at = 0; at < r->size; at += PAGE_SIZE)
		if (READ_ONCE(*(const u32 *)(r->addr + at)) != r->wanted)
			atomic_inc(&r->wrong);
}

static void write_through_kernel_mapping(struct page *page, u32 word)
{
	u32 *frame = kmap_local_page(page);

	*frame = word;
	kunmap_local(frame);
}

/* Make an area with @word in each page, and keep its frames. Return what each CPU read. */
static bool make_and_read(unsigned int kind, u32 word, char **p)
{
	struct reader r = { .size = kinds[kind].size, .wanted = word };
	unsigned long at;

	*p = __vmx_alloc_node_range(r.size, 1, 0, ULONG_MAX, GFP_KERNEL, PAGE_KERNEL,
				    kinds[kind].flags, NUMA_NO_NODE, make_and_read);
	if (!CHECK(*p))
		return false;
	for (at = 0; at < r.size; at += PAGE_SIZE) {
		struct page *page = vmalloc_to_page(*p + at);

		get_page(page);
		write_through_kernel_mapping(page, word);
	}
	r.addr = *p;
	flush_kernel_vmap_range(*p, r.size);
	on_each_cpu(read_all, &r, true);
	return CHECK(!atomic_read(&r.wrong));
}

/* Free the area. The frames are the caller's now: they are listed in @frames. */
static void free_but_keep_frames(char *p, struct page **frames, unsigned long pages)
{
	unsigned long i;

	for (i = 0; i < pages; i++)
		frames[i] = vmalloc_to_page(p + i * PAGE_SIZE);
	vmx_free(p);
	vmx_unmap_aliases();
}

static void put_frames(struct page **frames, unsigned long pages)
{
	while (pages--)
		put_page(frames[pages]);
}

static bool no_old_words(unsigned int kind, unsigned int round, struct page **frames)
{
	unsigned long pages = kinds[kind].size / PAGE_SIZE;
	char *first, *second;
	bool good;

	if (!make_and_read(kind, 2 * round, &first))
		return false;
	free_but_keep_frames(first, frames, pages);
	good = make_and_read(kind, 2 * round + 1, &second);
	/* Otherwise this was no test. */
	good = CHECK(first == second) && good;
	put_frames(frames, pages);
	if (second) {
		free_but_keep_frames(second, frames, pages);
		put_frames(frames, pages);
	}
	return good;
}

static bool is_one_of(const char *p, char *const *areas)
{
	unsigned int i;

	for (i = 0; i < CROWD; i++)
		if (areas[i] == p)
			return true;
	return false;
}

/* The areas of a crowd get the addresses of the crowd before, in any order. */
static bool no_old_words_in_crowds(void)
{
	static char *areas[2][CROWD];
	static struct page *frames[2][CROWD];
	unsigned int round, made, i, again;
	bool good = true;

	for (round = 0; good && round < ROUNDS; round++) {
		char **now = areas[round & 1], **before = areas[~round & 1];

		for (made = 0, again = 0; good && made < CROWD; made++) {
			good = make_and_read(0, round * CROWD + made, &now[made]);
			again += is_one_of(now[made], before);
		}
		/* Otherwise this was no test. */
		good = CHECK(!round || again > CROWD / 2) && good;
		if (round)
			put_frames(frames[~round & 1], CROWD);
		for (i = 0; i < made && now[i]; i++) {
			frames[round & 1][i] = vmalloc_to_page(now[i]);
			vmx_free(now[i]);
		}
		vmx_unmap_aliases();
	}
	/* If a request failed, frames are lost. */
	if (good)
		put_frames(frames[~round & 1], CROWD);
	return good;
}

static int __init stale_init(void)
{
	struct page **frames = vmalloc(array_size(PMD_SIZE / PAGE_SIZE + 4, sizeof(*frames)));
	unsigned int kind, round;
	bool good = frames;

	for (kind = 0; good && kind < ARRAY_SIZE(kinds); kind++)
		for (round = 0; good && round < ROUNDS; round++)
			good = no_old_words(kind, round, frames);
	good = good && no_old_words_in_crowds();
	vfree(frames);
	return good ? 0 : -EUCLEAN;
}
module_init(stale_init);

static void __exit stale_exit(void)
{
}
module_exit(stale_exit);

MODULE_DESCRIPTION("Test: looks for stale translations on all CPUs");
MODULE_LICENSE("GPL");
