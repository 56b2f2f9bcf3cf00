// SPDX-License-Identifier: GPL-2.0
/*
 * io_buffer: a driver for QEMU's edu device whose buffer is one area
 *
 * The CPU sees the buffer as one piece; a device sees frames. So a buffer of megabytes
 * need not be contiguous in memory, which kmalloc() could hardly provide: a scatterlist
 * tells the device one frame after the other. User space maps the same frames.
 *
 * The device reaches only 28 bits of addresses, so not every frame will do. A zone is the
 * only choice that the page allocator offers, GFP_DMA, and it may be too large.
 *
 * Linux 3.10's drivers (video capture, for example) took such buffers from
 * vmalloc_32_user(); today's have dma_alloc_noncontiguous(), too, which does all this.
 */
#include <linux/dma-mapping.h>
#include <linux/miscdevice.h>
#include <linux/module.h>
#include <linux/pci.h>
#include <vmx.h>
#include "edu.h"

static unsigned long size = 4UL << 20;
module_param(size, ulong, 0444);
MODULE_PARM_DESC(size, "bytes of the buffer (default 4 MiB)");
static unsigned int dma_bits = 28;
module_param(dma_bits, uint, 0444);
MODULE_PARM_DESC(dma_bits, "bits of an address that the device has (default 28)");

static struct {
	struct pci_dev *pdev;		/* the one device, or NULL */
	void __iomem *registers;
	void *buffer;
	struct sg_table sgt;		/* an entry for each page of the buffer */
	struct completion moved;
	atomic_t free;			/* 0 while somebody has the file open */
	struct mutex lock;		/* for moves, and for the device's going away */
} edu = {
	.moved = COMPLETION_INITIALIZER(edu.moved), .free = ATOMIC_INIT(1),
	.lock = __MUTEX_INITIALIZER(edu.lock),
};

static irqreturn_t edu_interrupt(int irq, void *unused)
{
	u32 status = readl(edu.registers + EDU_IRQ_STATUS);

	if (status) {
		writel(status, edu.registers + EDU_IRQ_ACK);
		complete(&edu.moved);
	}
	return IRQ_RETVAL(status);	/* the line may have other devices */
}

static int edu_dma(u32 from, u32 to, u32 bytes, u32 command)
{
	if (readl(edu.registers + EDU_DMA_COMMAND) & EDU_DMA_RUNS)
		return -EBUSY;	/* one that timed out: the device would ignore this one */
	reinit_completion(&edu.moved);
	writel(from, edu.registers + EDU_DMA_FROM);
	writel(to, edu.registers + EDU_DMA_TO);
	writel(bytes, edu.registers + EDU_DMA_BYTES);
	writel(command, edu.registers + EDU_DMA_COMMAND);
	return wait_for_completion_timeout(&edu.moved, 10 * HZ) ? 0 : -ETIMEDOUT;
}

/* The address by which the device reaches a byte of the buffer. */
static u32 dma_address(unsigned long at)
{
	struct sg_dma_page_iter iter;

	for_each_sgtable_dma_page(&edu.sgt, &iter, at >> PAGE_SHIFT)
		break;
	return sg_page_iter_dma_address(&iter) + offset_in_page(at);
}

/* Let the device fetch bytes, and store them elsewhere in the buffer. */
static int move(struct device *dev, ulong from, ulong to, ulong bytes)
{
	unsigned long n;
	int err = 0;

	dma_sync_sgtable_for_device(dev, &edu.sgt, DMA_BIDIRECTIONAL);
	for (; bytes && !err; bytes -= n, from += n, to += n) {
		/* A piece may cross into another frame neither here nor there. */
		n = min3(bytes, PAGE_SIZE - offset_in_page(from), PAGE_SIZE - offset_in_page(to));
		n = min_t(unsigned long, n, EDU_BYTES);
		err = fatal_signal_pending(current) ? -EINTR :
			edu_dma(dma_address(from), EDU_MEMORY, n, EDU_DMA_SEND);
		if (!err)
			err = edu_dma(EDU_MEMORY, dma_address(to), n, EDU_DMA_RECEIVE);
	}
	dma_sync_sgtable_for_cpu(dev, &edu.sgt, DMA_BIDIRECTIONAL);
	return err;
}

/* The attribute "move" of the PCI device: write FROM TO BYTES. */
static ssize_t move_store(struct device *dev, struct device_attribute *attr,
			  const char *text, size_t len)
{
	unsigned long from, to, bytes;
	int err;

	if (sscanf(text, "%lu %lu %lu", &from, &to, &bytes) != 3)
		return -EINVAL;
	/* The device copies in ascending order: it must not overwrite what it has to read. */
	if (from < to && to - from < bytes)
		return -EINVAL;
	if (bytes > size || from > size - bytes || to > size - bytes)
		return -ERANGE;
	if (mutex_lock_killable(&edu.lock))
		return -EINTR;
	err = move(dev, from, to, bytes);
	mutex_unlock(&edu.lock);
	return err ?: len;
}
static DEVICE_ATTR_WO(move);
static struct attribute *edu_attrs[] = { &dev_attr_move.attr, NULL };
ATTRIBUTE_GROUPS(edu);

static int buffer_open(struct inode *inode, struct file *file)
{
	return atomic_dec_if_positive(&edu.free) < 0 ? -EBUSY : 0;
}

static int buffer_release(struct inode *inode, struct file *file)
{
	atomic_set(&edu.free, 1);
	return 0;
}

static int buffer_mmap(struct file *file, struct vm_area_struct *vma)
{
	int err;

	if (mutex_lock_killable(&edu.lock))
		return -EINTR;
	err = edu.pdev ? remap_vmx_range(vma, edu.buffer, vma->vm_pgoff) : -ENODEV;
	mutex_unlock(&edu.lock);
	return err;
}

static const struct file_operations buffer_fops = {
	.owner = THIS_MODULE, .open = buffer_open, .release = buffer_release, .mmap = buffer_mmap,
};

static struct miscdevice buffer_file = {
	.minor = MISC_DYNAMIC_MINOR, .name = "io_buffer", .mode = 0600, .fops = &buffer_fops,
};

static void put_buffer(void *dev)
{
	if (edu.sgt.nents)
		dma_unmap_sgtable(dev, &edu.sgt, DMA_BIDIRECTIONAL, 0);
	sg_free_table(&edu.sgt);
	vmx_free(edu.buffer);
}

/* Take frames that the device reaches (an IOMMU reaches all), and make their table. */
static int take_buffer(struct device *dev)
{
	gfp_t zone = dma_bits < 32 ? GFP_DMA : GFP_DMA32;
	struct scatterlist *sg;
	int err, i;

	edu.buffer = __vmx_alloc_node_range(size, SHMLBA, 0, ULONG_MAX,
					    GFP_KERNEL | __GFP_ZERO | zone, PAGE_KERNEL,
					    VMX_USERMAP, NUMA_NO_NODE, take_buffer);
	if (!edu.buffer)
		return -ENOMEM;
	err = sg_alloc_table(&edu.sgt, PAGE_ALIGN(size) >> PAGE_SHIFT, GFP_KERNEL);
	if (!err) {
		for_each_sgtable_sg(&edu.sgt, sg, i) {
			sg_set_page(sg, vmx_to_page(edu.buffer + i * PAGE_SIZE), PAGE_SIZE, 0);
			if (!device_iommu_mapped(dev) && sg_phys(sg) > dma_get_mask(dev))
				err = -EIO;
		}
		edu.sgt.nents = 0;
		err = err ?: dma_map_sgtable(dev, &edu.sgt, DMA_BIDIRECTIONAL, 0);
	}
	if (err)
		put_buffer(dev);
	return err ?: devm_add_action_or_reset(dev, put_buffer, dev);
}

/* What is set up here goes away in reverse order when the device or the driver does. */
static int edu_probe(struct pci_dev *pdev, const struct pci_device_id *id)
{
	struct device *dev = &pdev->dev;
	int err;

	if (edu.pdev)
		return dev_err_probe(dev, -EBUSY, "there is an edu device already\n");
	err = pcim_enable_device(pdev) ?: dma_set_mask_and_coherent(dev, DMA_BIT_MASK(dma_bits));
	if (err)
		return dev_err_probe(dev, err, "%u bits reach no memory here\n", dma_bits);
	edu.registers = pcim_iomap(pdev, 0, 0);
	err = edu.registers ? take_buffer(dev) : -ENOMEM;
	if (err)
		return dev_err_probe(dev, err, "no %lu bytes that the device reaches\n", size);
	err = pci_alloc_irq_vectors(pdev, 1, 1, PCI_IRQ_ALL_TYPES);
	if (err > 0)
		err = devm_request_irq(dev, pci_irq_vector(pdev, 0), edu_interrupt,
				       IRQF_SHARED, "io_buffer", &edu);
	if (err)
		return dev_err_probe(dev, err, "no interrupt\n");
	pci_set_master(pdev);
	edu.pdev = pdev;	/* before the file is there, which needs it */
	err = misc_register(&buffer_file);
	if (err)
		edu.pdev = NULL;
	return err ? dev_err_probe(dev, err, "no file /dev/io_buffer\n") : 0;
}

static void edu_remove(struct pci_dev *pdev)
{
	misc_deregister(&buffer_file);
	pci_clear_master(pdev);
	mutex_lock(&edu.lock);
	edu.pdev = NULL;	/* an open file can no longer map the buffer */
	mutex_unlock(&edu.lock);
}

/* No MODULE_DEVICE_TABLE(): a sample should not be loaded by itself. */
static const struct pci_device_id edu_ids[] = { { PCI_DEVICE(0x1234, 0x11e8) }, {} };

static struct pci_driver edu_driver = {
	.name = "io_buffer", .id_table = edu_ids, .dev_groups = edu_groups,
	.probe = edu_probe, .remove = edu_remove,
};

static int __init io_buffer_init(void)
{
	int err = dma_bits && dma_bits <= 32 ? pci_register_driver(&edu_driver) : -EINVAL;

	if (err || edu.pdev)
		return err;
	pci_unregister_driver(&edu_driver);
	pr_err("io_buffer: no edu device that works: QEMU has one with \"-device edu\"\n");
	return -ENODEV;
}
module_init(io_buffer_init);

static void __exit io_buffer_exit(void)
{
	pci_unregister_driver(&edu_driver);
}
module_exit(io_buffer_exit);

MODULE_DESCRIPTION("Sample: a driver for QEMU's edu device, with an area as its buffer");
MODULE_LICENSE("GPL");
