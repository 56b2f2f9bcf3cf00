// SPDX-License-Identifier: GPL-2.0
/*
 * swap_map: a table with a byte for each slot of a swap area, which counts its users
 *
 * A slot is a page of the swap file. The swap code must know for each how many page-table
 * entries refer to it. The table is as long as the file is large, 256 KiB for each GiB, and
 * it must be allocated while the machine already lacks memory: kmalloc() would fail where
 * an area of single frames does not.
 *
 * Linux 3.10 allocated the array swap_map of this kind with vzalloc(), in swapon(); 6.x still
 * does, and the newest kernels keep the counts in small tables for each cluster of slots.
 * The kernel does not show its own table. So this one counts what it is told: entries of
 * /proc/PID/pagemap. It cannot know slots to which no entry leads: those of shared memory,
 * of the swap cache, and of processes that nobody has written here.
 */
#include <linux/debugfs.h>
#include <linux/file.h>
#include <linux/fs.h>
#include <linux/mm.h>
#include <linux/module.h>
#include <linux/mutex.h>
#include <linux/seq_file.h>
#include <linux/slab.h>
#include <linux/swap.h>
#include <linux/uaccess.h>
#include <vmx.h>

/* As in Linux 3.10: a slot that cannot be used, and the highest count. */
#define SLOT_BAD 0x3f
#define SLOT_MAX 0x3e

/* An entry of /proc/PID/pagemap: Documentation/admin-guide/mm/pagemap.rst */
#define PAGEMAP_SWAPPED	BIT_ULL(62)
#define PAGEMAP_TYPE	GENMASK_ULL(4, 0)	/* which swap area, in the order of swapon */
#define PAGEMAP_SLOT	GENMASK_ULL(54, 5)

static char *path;
module_param(path, charp, 0400);
MODULE_PARM_DESC(path, "the swap file or device");
static uint type;
module_param(type, uint, 0400);
MODULE_PARM_DESC(type, "its number in the order of swapon, from 0 (default 0)");

static unsigned char *table;
static unsigned long nr_slots;		/* length of the table; slot 0 has the header */
static DEFINE_MUTEX(lock);		/* protects the counts */
static struct dentry *dir;

static void count_entry(u64 entry)
{
	u64 slot = (entry & PAGEMAP_SLOT) >> 5;

	if (entry & PAGEMAP_SWAPPED && (entry & PAGEMAP_TYPE) == type &&
	    slot < nr_slots && table[slot] < SLOT_MAX)
		table[slot]++;
}

/* count: opening it for ">" forgets all counts, but ">>" does not. */
static int count_open(struct inode *inode, struct file *file)
{
	unsigned long i;

	if (!(file->f_flags & O_TRUNC))
		return 0;
	mutex_lock(&lock);
	for (i = 0; i < nr_slots; i++)
		table[i] = table[i] == SLOT_BAD ? SLOT_BAD : 0;
	mutex_unlock(&lock);
	return 0;
}

/* A write is entries of pagemap, each of 8 bytes. */
static ssize_t count_write(struct file *file, const char __user *bytes, size_t len, loff_t *pos)
{
	size_t done, n, i;
	u64 *entries;
	int err = 0;

	if (len % sizeof(*entries))
		return -EINVAL;
	entries = kmalloc(PAGE_SIZE, GFP_KERNEL);
	if (!entries)
		return -ENOMEM;
	for (done = 0; done < len && !err; done += n) {
		n = min(len - done, PAGE_SIZE);
		if (copy_from_user(entries, bytes + done, n)) {
			err = -EFAULT;
			break;
		}
		mutex_lock(&lock);
		for (i = 0; i < n / sizeof(*entries); i++)
			count_entry(entries[i]);
		mutex_unlock(&lock);
		cond_resched();
	}
	kfree(entries);
	return done ?: err;
}

static const struct file_operations count_fops = {
	.owner = THIS_MODULE, .open = count_open, .write = count_write,
};

/* map: the table itself, a byte for each slot. */
static ssize_t map_read(struct file *file, char __user *to, size_t len, loff_t *pos)
{
	return simple_read_from_buffer(to, len, pos, table, nr_slots);
}

static const struct file_operations map_fops = { .owner = THIS_MODULE, .read = map_read };

/* slots: sums of the table, and what the kernel says. */
static int slots_show(struct seq_file *m, void *unused)
{
	unsigned long i, bad = 0, in_use = 0, shared = 0;

	mutex_lock(&lock);
	for (i = 0; i < nr_slots; i++) {
		bad += table[i] == SLOT_BAD;
		in_use += table[i] && table[i] != SLOT_BAD;
		shared += table[i] > 1 && table[i] != SLOT_BAD;
	}
	mutex_unlock(&lock);
	seq_printf(m, "slots %lu\nbad %lu\nin_use %lu\nshared %lu\n",
		   nr_slots, bad, in_use, shared);
	seq_printf(m, "kernel_free %ld\n", get_nr_swap_pages());	/* of all swap areas */
	seq_printf(m, "area 0x%px\n", table);
	return 0;
}
DEFINE_SHOW_ATTRIBUTE(slots);

static int refuse(int err, const char *why)
{
	pr_err("swap_map: %s: %s\n", path ?: "path=", why);
	return err;
}

/* Make the table that the header asks for, with the slots in it that cannot be used. */
static int make_table(const union swap_header *header)
{
	unsigned long i;

	if (memcmp(header->magic.magic, "SWAPSPACE2", 10) || header->info.version != 1)
		return refuse(-EINVAL, "no swap area: run mkswap");
	if (!header->info.last_page || header->info.nr_badpages > MAX_SWAP_BADPAGES)
		return refuse(-EINVAL, "the header makes no sense");
	nr_slots = (unsigned long)header->info.last_page + 1;
	table = vmx_calloc(nr_slots, sizeof(*table));
	if (!table)
		return refuse(-ENOMEM, "no memory for the table");
	table[0] = SLOT_BAD;
	for (i = 0; i < header->info.nr_badpages; i++) {
		if (header->info.badpages[i] < nr_slots)
			table[header->info.badpages[i]] = SLOT_BAD;
	}
	return 0;
}

static int read_header(union swap_header *header)
{
	struct file *file = filp_open(path, O_RDONLY | O_LARGEFILE, 0);
	loff_t pos = 0;
	ssize_t got;

	if (IS_ERR(file))
		return refuse(PTR_ERR(file), "cannot open it");
	got = kernel_read(file, header, sizeof(*header), &pos);
	fput(file);
	return got == sizeof(*header) ? 0 : refuse(got < 0 ? got : -EINVAL, "no header");
}

static int __init swap_map_init(void)
{
	union swap_header *header;
	int err;

	if (!path)
		return refuse(-EINVAL, "which swap file? Give path=");
	header = kmalloc(sizeof(*header), GFP_KERNEL);
	if (!header)
		return -ENOMEM;
	err = read_header(header) ?: make_table(header);
	kfree(header);
	if (err)
		return err;
	dir = debugfs_create_dir("swap_map", NULL);
	debugfs_create_file("count", 0200, dir, NULL, &count_fops);
	debugfs_create_file("map", 0400, dir, NULL, &map_fops);
	debugfs_create_file("slots", 0400, dir, NULL, &slots_fops);
	return 0;
}
module_init(swap_map_init);

static void __exit swap_map_exit(void)
{
	debugfs_remove(dir);
	vmx_free(table);
}
module_exit(swap_map_exit);

MODULE_DESCRIPTION("Sample: a table of the slots of a swap area");
MODULE_LICENSE("GPL");
