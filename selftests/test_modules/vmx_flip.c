// SPDX-License-Identifier: GPL-2.0
/*
 * A module whose thread makes the kernel free page tables of the vmalloc range, again
 * and again
 *
 * In turn, ioremap() maps small pages and a leaf of 2 MiB at the same addresses: small
 * pages, because the physical address is not aligned. For the leaf the kernel frees the
 * PTE table that is there; for the small pages it makes another. The thread fills frames
 * that have just become free with bytes that no real table has. A reader that takes such
 * a frame for a table finds frames behind the end of the memory.
 *
 * /sys/module/vmx_flip/parameters/leaves is the number of leaves so far.
 */
#include <linux/delay.h>
#include <linux/io.h>
#include <linux/kthread.h>
#include <linux/mm.h>
#include <linux/module.h>
#include <linux/string.h>
#include <linux/vmalloc.h>

#define FRAMES 8

/* Entries of such bytes are present. Their frame lies behind all memory. */
#define FLIP_BYTE 0x0b

/* An address where a 64-bit machine for tests has nothing. flip.c runs on no other. */
#define HOLE ((phys_addr_t)BIT_ULL(38))

static unsigned long leaves;
module_param(leaves, ulong, 0400);

static struct task_struct *thread;
static unsigned long frame[FRAMES];

/* Fill frames that have become free since the last time, and keep them until the next. */
static void use_free_frames(void)
{
	unsigned long old[FRAMES];
	int i;

	memcpy(old, frame, sizeof(old));
	for (i = 0; i < FRAMES; i++) {
		frame[i] = __get_free_page(GFP_KERNEL);
		if (frame[i])
			memset((void *)frame[i], FLIP_BYTE, PAGE_SIZE);
	}
	for (i = 0; i < FRAMES; i++)
		free_page(old[i]);
}

static void map_for_a_moment(phys_addr_t phys)
{
	void __iomem *addr = ioremap(phys, PMD_SIZE);

	use_free_frames();
	usleep_range(1000, 2000);
	leaves += addr && IS_ALIGNED(phys, PMD_SIZE);
	iounmap(addr);
	/* Now the next call gets the same addresses. */
	vm_unmap_aliases();
}

static int flip(void *unused)
{
	while (!kthread_should_stop()) {
		map_for_a_moment(HOLE + PAGE_SIZE);
		map_for_a_moment(HOLE);
		cond_resched();
	}
	return 0;
}

static int __init flip_init(void)
{
	thread = kthread_run(flip, NULL, "vmx_flip");
	return PTR_ERR_OR_ZERO(thread);
}
module_init(flip_init);

static void __exit flip_exit(void)
{
	int i;

	kthread_stop(thread);
	for (i = 0; i < FRAMES; i++)
		free_page(frame[i]);
}
module_exit(flip_exit);

MODULE_DESCRIPTION("Test: makes the kernel free page tables again and again");
MODULE_LICENSE("GPL");
