// SPDX-License-Identifier: GPL-2.0
/*
 * highmem: a store for large values, in frames that the direct map need not reach
 *
 * On a 32-bit machine the kernel maps only the first 900 MiB or so of memory for good:
 * low memory, which kmalloc() must use. All frames above are high memory, and the kernel
 * reaches them only through addresses that it maps for the purpose. An area is such a
 * mapping. So large data that the kernel keeps for long belong into an area: they leave
 * low memory to those who have no choice.
 *
 * Linux 3.10's vmalloc() took frames of high memory for this reason, and today's does, too.
 * On a 64-bit machine the direct map reaches every frame. There, an area only spares the
 * search for frames in a row.
 */
#include <linux/debugfs.h>
#include <linux/kref.h>
#include <linux/mm.h>
#include <linux/module.h>
#include <linux/mutex.h>
#include <linux/seq_file.h>
#include <linux/slab.h>
#include <linux/uaccess.h>
#include <vmx.h>

#define KEY_MAX 32	/* bytes, with the final NUL */

static unsigned long limit = 8UL << 20;
module_param(limit, ulong, 0444);
MODULE_PARM_DESC(limit, "bytes that all values together may have (default 8 MiB)");

/* A value stays until it is out of the list and its last reader has gone. */
struct value {
	struct list_head list;
	struct kref ref;
	size_t bytes;
	char *data;
	char key[KEY_MAX];
};

static LIST_HEAD(values);		/* the one that was used last comes first */
static unsigned long used;		/* bytes of all values in the list */
static DEFINE_MUTEX(lock);		/* protects both, and private_data of the file get */
static struct dentry *dir;

static void value_release(struct kref *ref)
{
	struct value *value = container_of(ref, struct value, ref);

	vmx_free(value->data);
	kfree(value);
}

static void value_put(struct value *value)	/* or NULL */
{
	if (value)
		kref_put(&value->ref, value_release);
}

static void evict(struct value *value)
{
	list_del(&value->list);
	used -= value->bytes;
	value_put(value);
}

static struct value *find(const char *key)
{
	struct value *value;

	list_for_each_entry(value, &values, list) {
		if (!strcmp(value->key, key))
			return value;
	}
	return NULL;
}

/* Copy the key, up to a newline or the end; return the bytes with the newline, or an errno. */
static ssize_t copy_key(char key[KEY_MAX], const char __user *text, size_t len)
{
	size_t got = min_t(size_t, len, KEY_MAX);
	char *end;

	if (copy_from_user(key, text, got))
		return -EFAULT;
	end = memchr(key, '\n', got);
	if (!end && got == KEY_MAX)
		return -ENAMETOOLONG;
	end = end ?: key + got;
	if (end == key)
		return -EINVAL;
	*end = '\0';
	return min_t(size_t, end - key + 1, len);
}

/* put: a write is a key, a newline, and the value. */
static ssize_t put_write(struct file *file, const char __user *text, size_t len, loff_t *pos)
{
	struct value *value, *old;
	ssize_t skip;
	int err;

	value = kzalloc(sizeof(*value), GFP_KERNEL);
	if (!value)
		return -ENOMEM;
	kref_init(&value->ref);
	skip = copy_key(value->key, text, len);
	value->bytes = len - skip;
	err = skip < 0 ? skip : !value->bytes ? -EINVAL : value->bytes > limit ? -EFBIG : 0;
	if (err)
		goto fail;
	value->data = vmx_alloc(value->bytes);
	if (!value->data || copy_from_user(value->data, text + skip, value->bytes)) {
		err = value->data ? -EFAULT : -ENOMEM;
		goto fail;
	}

	mutex_lock(&lock);
	old = find(value->key);
	if (old)
		evict(old);
	while (used + value->bytes > limit)
		evict(list_last_entry(&values, struct value, list));
	list_add(&value->list, &values);
	used += value->bytes;
	mutex_unlock(&lock);
	return len;

fail:
	value_put(value);
	return err;
}

/* Hold the value of the key that the user wrote; with @out, take it out of the store. */
static struct value *hold(const char __user *text, size_t len, bool out)
{
	char key[KEY_MAX];
	ssize_t skip = copy_key(key, text, len);
	struct value *value;

	if (skip < 0)
		return ERR_PTR(skip);
	mutex_lock(&lock);
	value = find(key);
	if (value) {
		kref_get(&value->ref);
		list_move(&value->list, &values);
		if (out)
			evict(value);
	}
	mutex_unlock(&lock);
	return value ?: ERR_PTR(-ENOENT);
}

/* get: write a key, then read the value through the same open file. */
static ssize_t get_write(struct file *file, const char __user *text, size_t len, loff_t *pos)
{
	struct value *value = hold(text, len, false);

	if (IS_ERR(value))
		return PTR_ERR(value);
	mutex_lock(&lock);
	swap(value, *(struct value **)&file->private_data);
	mutex_unlock(&lock);
	*pos = 0;	/* each value is read from its start */
	value_put(value);
	return len;
}

static ssize_t get_read(struct file *file, char __user *to, size_t len, loff_t *pos)
{
	struct value *value;
	ssize_t got = -ENODATA;

	mutex_lock(&lock);
	value = file->private_data;
	if (value)
		got = simple_read_from_buffer(to, len, pos, value->data, value->bytes);
	mutex_unlock(&lock);
	return got;
}

static int get_release(struct inode *inode, struct file *file)
{
	value_put(file->private_data);
	return 0;
}

/* evict: write a key. */
static ssize_t evict_write(struct file *file, const char __user *text, size_t len, loff_t *pos)
{
	struct value *value = hold(text, len, true);

	if (IS_ERR(value))
		return PTR_ERR(value);
	value_put(value);
	return len;
}

/* list: key, bytes, frames, frames in high memory; the one that was used last is first. */
static int list_show(struct seq_file *m, void *unused)
{
	struct value *value;

	mutex_lock(&lock);
	list_for_each_entry(value, &values, list) {
		struct vmx_area *area = find_vmx_area(value->data);
		unsigned int i, high = 0;

		for (i = 0; i < area->nr_pages; i++)
			high += !!PageHighMem(vmx_area_page(area, i));
		seq_printf(m, "%s bytes=%zu frames=%u highmem=%u\n", value->key,
			   value->bytes, area->nr_pages, high);
	}
	mutex_unlock(&lock);
	return 0;
}
DEFINE_SHOW_ATTRIBUTE(list);

static const struct file_operations put_fops = { .owner = THIS_MODULE, .write = put_write };
static const struct file_operations evict_fops = { .owner = THIS_MODULE, .write = evict_write };
static const struct file_operations get_fops = {
	.owner = THIS_MODULE, .write = get_write, .read = get_read, .release = get_release,
};

static int __init highmem_init(void)
{
	if (!IS_ENABLED(CONFIG_HIGHMEM))
		pr_info("highmem: the direct map of this kernel reaches every frame: there is no high memory\n");
	dir = debugfs_create_dir("highmem", NULL);
	debugfs_create_file("put", 0200, dir, NULL, &put_fops);
	debugfs_create_file("get", 0600, dir, NULL, &get_fops);
	debugfs_create_file("evict", 0200, dir, NULL, &evict_fops);
	debugfs_create_file("list", 0400, dir, NULL, &list_fops);
	return 0;
}
module_init(highmem_init);

static void __exit highmem_exit(void)
{
	debugfs_remove(dir);
	while (!list_empty(&values))
		evict(list_first_entry(&values, struct value, list));
}
module_exit(highmem_exit);

MODULE_DESCRIPTION("Sample: a store for large values in high memory");
MODULE_LICENSE("GPL");
