// SPDX-License-Identifier: GPL-2.0
/*
 * A disk in memory, /dev/vmx_disk, for a test that needs a swap area
 *
 * The guest has no disk, and Debian's kernels have the drivers of disks, of memory too, in
 * modules that the guest does not have.
 */
#include <linux/blkdev.h>
#include <linux/highmem.h>
#include <linux/module.h>
#include <linux/string.h>
#include <linux/version.h>
#include <linux/vmalloc.h>

static unsigned long size = 32UL << 20;
module_param(size, ulong, 0);

static char *bytes;
static struct gendisk *disk;

static void disk_submit_bio(struct bio *bio)
{
	unsigned long at = bio->bi_iter.bi_sector << SECTOR_SHIFT;
	struct bvec_iter iter;
	struct bio_vec vec;

	bio_for_each_segment(vec, bio, iter) {
		char *page = bvec_kmap_local(&vec);

		if (op_is_write(bio_op(bio)))
			memcpy(bytes + at, page, vec.bv_len);
		else
			memcpy(page, bytes + at, vec.bv_len);
		kunmap_local(page);
		at += vec.bv_len;
	}
	bio_endio(bio);
}

static const struct block_device_operations disk_ops = {
	.owner = THIS_MODULE,
	.submit_bio = disk_submit_bio,
};

static int __init disk_init(void)
{
	int err;

	bytes = vzalloc(size);
	if (!bytes)
		return -ENOMEM;
	/* 6.9 added the limits, and made the error a pointer. */
#if LINUX_VERSION_CODE < KERNEL_VERSION(6, 9, 0)
	disk = blk_alloc_disk(NUMA_NO_NODE) ?: ERR_PTR(-ENOMEM);
#else
	disk = blk_alloc_disk(NULL, NUMA_NO_NODE);
#endif
	err = PTR_ERR_OR_ZERO(disk);
	if (err)
		goto free_bytes;
	disk->fops = &disk_ops;
	strscpy(disk->disk_name, "vmx_disk", sizeof(disk->disk_name));
	set_capacity(disk, size >> SECTOR_SHIFT);
	err = add_disk(disk);
	if (!err)
		return 0;
	put_disk(disk);
free_bytes:
	vfree(bytes);
	return err;
}
module_init(disk_init);

static void __exit disk_exit(void)
{
	del_gendisk(disk);
	put_disk(disk);
	vfree(bytes);
}
module_exit(disk_exit);

MODULE_DESCRIPTION("Test: a disk in memory");
MODULE_LICENSE("GPL");
