// SPDX-License-Identifier: GPL-2.0
/*
 * A module that leaves one node with single frames only, and that allocates for the
 * process that asks
 *
 * Loading takes all free memory of the node "node", or with "dma" that of its ZONE_DMA,
 * and gives every odd frame back.
 * Their buddies have even numbers, so nothing merges until the module is unloaded.
 *
 * The file debugfs/vmx_numa takes a size. The write allocates an area of that size with
 * vmx_alloc(), and frees it again; a read returns how many of its frames each node had,
 * "N0=1 N1=0".
 */
#include <linux/debugfs.h>
#include <linux/fs.h>
#include <linux/gfp.h>
#include <linux/list.h>
#include <linux/mm.h>
#include <linux/module.h>
#include <linux/mutex.h>
#include <linux/sched.h>
#include <linux/workqueue.h>

#include "vmx.h"

#define ORDER_MAX 10	/* no block of the page allocator is larger */

static int node = NUMA_NO_NODE;
module_param(node, int, 0);
static bool dma;
module_param(dma, bool, 0);

static LIST_HEAD(kept);
static DEFINE_MUTEX(lock);
static unsigned int frames_of[2];
static struct dentry *file_of_numa;

static void release(struct list_head *pages)
{
	struct page *page, *next;

	list_for_each_entry_safe(page, next, pages, lru) {
		list_del(&page->lru);
		__free_page(page);
		cond_resched();
	}
}

/* Take all free blocks of an order, without reclaim, and split them into frames. */
static void take(unsigned int order, struct list_head *odd)
{
	gfp_t gfp = __GFP_THISNODE | __GFP_NOWARN | __GFP_MEMALLOC;
	struct page *page;
	unsigned int i;

	if (dma)
		gfp |= __GFP_DMA;
	while ((page = alloc_pages_node(node, gfp, order))) {
		split_page(page, order);
		for (i = 0; i < 1U << order; i++, page++)
			list_add(&page->lru, page_to_pfn(page) % 2 ? odd : &kept);
	}
}

static long take_all(void *odd)
{
	int order, pass;

	for (pass = 0; pass < 2; pass++) {
		for (order = ORDER_MAX; order >= 0; order--)
			take(order, odd);
	}
	return 0;
}

/* On each CPU, because each keeps free blocks of its own. */
static void shatter(void)
{
	LIST_HEAD(odd);
	int cpu;

	for_each_online_cpu(cpu)
		work_on_cpu(cpu, take_all, &odd);
	release(&odd);
}

static ssize_t numa_write(struct file *file, const char __user *text, size_t len, loff_t *pos)
{
	struct vmx_area *area;
	unsigned long size;
	unsigned int i;
	char *p;
	int err;

	err = kstrtoul_from_user(text, len, 10, &size);
	if (err)
		return err;
	p = vmx_alloc(size);
	if (!p)
		return -ENOMEM;
	mutex_lock(&lock);
	memset(frames_of, 0, sizeof(frames_of));
	area = find_vmx_area(p);
	for (i = 0; i < area->nr_pages; i++)
		frames_of[page_to_nid(vmx_area_page(area, i)) & 1]++;
	mutex_unlock(&lock);
	vmx_free(p);
	return len;
}

static ssize_t numa_read(struct file *file, char __user *text, size_t len, loff_t *pos)
{
	char buf[48];

	return simple_read_from_buffer(text, len, pos, buf,
				       scnprintf(buf, sizeof(buf), "N0=%u N1=%u\n",
						 frames_of[0], frames_of[1]));
}

static const struct file_operations numa_fops = {
	.owner = THIS_MODULE,
	.open = simple_open,
	.write = numa_write,
	.read = numa_read,
};

static int __init numa_init(void)
{
	if (node != NUMA_NO_NODE)
		shatter();
	file_of_numa = debugfs_create_file("vmx_numa", 0600, NULL, NULL, &numa_fops);
	return PTR_ERR_OR_ZERO(file_of_numa);
}
module_init(numa_init);

static void __exit numa_exit(void)
{
	debugfs_remove(file_of_numa);
	release(&kept);
}
module_exit(numa_exit);

MODULE_DESCRIPTION("Test: a node in single frames, and areas for the process that asks");
MODULE_LICENSE("GPL");
