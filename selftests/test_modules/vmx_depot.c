// SPDX-License-Identifier: GPL-2.0
/*
 * A module that holds crowds of areas for the processes that ask
 *
 * Each open file of debugfs/vmx_depot has its own crowd. A write, "COUNT SIZE", makes it
 * COUNT areas, with vmx_alloc(SIZE), or with vmx_free() of the newest ones, in the task
 * that writes, so on its CPU. A read returns how many of the areas are on each node,
 * "N0=1 N1=0". A close frees them all.
 */
#include <linux/debugfs.h>
#include <linux/fs.h>
#include <linux/mm.h>
#include <linux/module.h>
#include <linux/sched.h>
#include <linux/slab.h>
#include <linux/uaccess.h>

#include "vmx.h"

#define CROWD_MAX 8192

struct crowd {
	unsigned int count;
	void *area[CROWD_MAX];
};

static struct dentry *file_of_depot;

static int hold(struct crowd *crowd, unsigned int count, unsigned long size)
{
	for (; crowd->count < count; crowd->count++) {
		void *p = vmx_alloc(size);

		if (!p)
			return -ENOMEM;
		crowd->area[crowd->count] = p;
		cond_resched();
	}
	while (crowd->count > count) {
		vmx_free(crowd->area[--crowd->count]);
		cond_resched();
	}
	return 0;
}

static int depot_open(struct inode *inode, struct file *file)
{
	struct crowd *crowd = kvzalloc(sizeof(*crowd), GFP_KERNEL);

	file->private_data = crowd;
	return crowd ? 0 : -ENOMEM;
}

static int depot_release(struct inode *inode, struct file *file)
{
	hold(file->private_data, 0, 0);
	kvfree(file->private_data);
	return 0;
}

static ssize_t depot_write(struct file *file, const char __user *text, size_t len, loff_t *pos)
{
	unsigned int count;
	unsigned long size;
	char buf[32] = "";
	int err;

	if (len >= sizeof(buf))
		return -EINVAL;
	if (copy_from_user(buf, text, len))
		return -EFAULT;
	if (sscanf(buf, "%u %lu", &count, &size) != 2 || count > CROWD_MAX)
		return -EINVAL;
	err = hold(file->private_data, count, size);
	return err ?: len;
}

static ssize_t depot_read(struct file *file, char __user *text, size_t len, loff_t *pos)
{
	struct crowd *crowd = file->private_data;
	unsigned int i, areas_of[2] = {};
	char buf[48];

	for (i = 0; i < crowd->count; i++)
		areas_of[page_to_nid(vmx_to_page(crowd->area[i])) & 1]++;
	return simple_read_from_buffer(text, len, pos, buf,
				       scnprintf(buf, sizeof(buf), "N0=%u N1=%u\n",
						 areas_of[0], areas_of[1]));
}

static const struct file_operations depot_fops = {
	.owner = THIS_MODULE,
	.open = depot_open,
	.release = depot_release,
	.write = depot_write,
	.read = depot_read,
};

static int __init depot_init(void)
{
	file_of_depot = debugfs_create_file("vmx_depot", 0600, NULL, NULL, &depot_fops);
	return PTR_ERR_OR_ZERO(file_of_depot);
}
module_init(depot_init);

static void __exit depot_exit(void)
{
	debugfs_remove(file_of_depot);
}
module_exit(depot_exit);

MODULE_DESCRIPTION("Test: crowds of areas for the processes that ask");
MODULE_LICENSE("GPL");
