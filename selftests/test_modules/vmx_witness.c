// SPDX-License-Identifier: GPL-2.0
/*
 * Examines the areas of vmx with functions of the kernel that know nothing of
 * vmx
 *
 * The module compares what vmx says about a page with vmalloc_to_page().  It
 * reads memory through the area, through a separate mapping of the frame, or
 * with a function that catches faults.
 *
 * The file debugfs/vmx_witness takes a command; a read returns the answer, a
 * number.  A command that finds an error fails with EUCLEAN and writes a line
 * to the kernel log.  Addresses are hexadecimal, with 0x.
 *
 *	compare ADDR		area, frames and entries agree: page count
 *	list ADDR		number of areas from this one on, along next
 *	fill ADDR BYTES SEED	write a pattern through the area
 *	check ADDR BYTES SEED	check the pattern through the area
 *	kmap ADDR BYTES SEED	check it through mappings of single frames
 *	touch ADDR [BYTES]	read a byte of each page: number without a fault
 *	mapped ADDR [BYTES]	number of pages that the kernel finds mapped
 *	frame ADDR		number of the frame that the kernel finds, or 0
 *
 * The caller must not free the areas while a command runs.
 */
#include <linux/debugfs.h>
#include <linux/fs.h>
#include <linux/highmem.h>
#include <linux/mm.h>
#include <linux/module.h>
#include <linux/slab.h>
#include <linux/uaccess.h>
#include <linux/vmalloc.h>

#include "vmx.h"

#define AMISS(fmt, ...) ({ pr_err("vmx_witness: " fmt "\n", ##__VA_ARGS__); -EUCLEAN; })

static u32 pattern(u32 seed, unsigned long word)
{
	return seed ^ (u32)word * 2654435761u;
}

static long compare_page(const struct vmx_area *area, unsigned int i)
{
	const void *addr = area->addr + i * PAGE_SIZE;
	struct page *mine = vmx_to_page(addr);
	struct page *kernels = vmalloc_to_page(addr);

	if (!kernels || mine != kernels || vmx_area_page(area, i) != kernels)
		return AMISS("area %lu: page %u: pages[] has %lx, vmx %lx, the kernel %lx",
			     area->id, i, page_to_pfn(vmx_area_page(area, i)),
			     mine ? page_to_pfn(mine) : 0,
			     kernels ? page_to_pfn(kernels) : 0);
	if (find_vmx_area(addr) != area)
		return AMISS("area %lu: page %u belongs to another area", area->id, i);
	return 0;
}

static long compare(unsigned long addr, unsigned long bytes, u32 seed)
{
	const struct vmx_area *area = find_vmx_area((void *)addr);
	const void *guard;
	unsigned int i;
	long ret;

	if (!area)
		return AMISS("%lx: no area", addr);
	if (area->addr != (void *)addr ||
	    area->size != (area->nr_pages + 1) * PAGE_SIZE ||
	    area->phys_addr || !area->caller || (area->flags & VM_UNINITIALIZED))
		return AMISS("area %lu: size %lx nr_pages %u flags %lx phys_addr %pa caller %ps",
			     area->id, area->size, area->nr_pages, area->flags,
			     &area->phys_addr, area->caller);
	for (i = 0; i < area->nr_pages; i++) {
		ret = compare_page(area, i);
		if (ret)
			return ret;
	}
	guard = area->addr + i * PAGE_SIZE;
	if (vmx_to_page(guard) || vmalloc_to_page(guard))
		return AMISS("area %lu: the guard page is mapped", area->id);
	return area->nr_pages;
}

static long list(unsigned long addr, unsigned long bytes, u32 seed)
{
	const struct vmx_area *area = find_vmx_area((void *)addr);
	long n = 0;

	for (; area; area = area->next) {
		n++;
		if (area->next && area->next->addr < area->addr + area->size)
			return AMISS("area %lu: the next area begins below its end", area->id);
	}
	return n;
}

static long fill(unsigned long addr, unsigned long bytes, u32 seed)
{
	unsigned long i;
	u32 *word = (u32 *)addr;

	for (i = 0; i < bytes / sizeof(*word); i++)
		word[i] = pattern(seed, i);
	return 0;
}

static long check(unsigned long addr, unsigned long bytes, u32 seed)
{
	unsigned long i;
	u32 *word = (u32 *)addr;

	for (i = 0; i < bytes / sizeof(*word); i++) {
		if (word[i] != pattern(seed, i))
			return AMISS("%lx: byte %lu is not what was written",
				     addr, i * sizeof(*word));
	}
	return 0;
}

static long kmap_check(unsigned long addr, unsigned long bytes, u32 seed)
{
	const unsigned long per_page = PAGE_SIZE / sizeof(u32);
	unsigned long i, words = bytes / sizeof(u32);
	u32 *word = NULL;
	long ret = 0;

	for (i = 0; i < words && !ret; i++) {
		if (i % per_page == 0)
			word = kmap_local_page(vmalloc_to_page((void *)addr + i * sizeof(u32)));
		if (word[i % per_page] != pattern(seed, i))
			ret = AMISS("%lx: byte %lu of the frame is not what was written",
				    addr, i * sizeof(u32));
		if (ret || i % per_page == per_page - 1 || i == words - 1)
			kunmap_local(word);
	}
	return ret;
}

static long touch(unsigned long addr, unsigned long bytes, u32 seed)
{
	unsigned long at = addr;
	long n = 0;
	char byte;

	do {
		n += !copy_from_kernel_nofault(&byte, (void *)at, 1);
		at += PAGE_SIZE;
	} while (at < addr + bytes);
	return n;
}

static long mapped(unsigned long addr, unsigned long bytes, u32 seed)
{
	unsigned long at = addr;
	long n = 0;

	do {
		n += !!vmalloc_to_page((void *)at);
		at += PAGE_SIZE;
	} while (at < addr + bytes);
	return n;
}

static long frame(unsigned long addr, unsigned long bytes, u32 seed)
{
	struct page *page = vmalloc_to_page((void *)addr);

	return page ? page_to_pfn(page) : 0;
}

static const struct {
	const char *name;
	long (*run)(unsigned long addr, unsigned long bytes, u32 seed);
} commands[] = {
	{ "compare", compare }, { "list", list }, { "fill", fill },
	{ "check", check }, { "kmap", kmap_check }, { "touch", touch },
	{ "mapped", mapped }, { "frame", frame },
};

static long answer;
static DEFINE_MUTEX(answer_lock);

static ssize_t witness_write(struct file *file, const char __user *text,
			     size_t len, loff_t *pos)
{
	unsigned long addr, bytes = 0;
	char name[16], buf[128];
	long ret = -EINVAL;
	u32 seed = 0;
	size_t i;

	if (len >= sizeof(buf))
		return -EINVAL;
	if (copy_from_user(buf, text, len))
		return -EFAULT;
	buf[len] = '\0';
	if (sscanf(buf, "%15s 0x%lx %lu %u", name, &addr, &bytes, &seed) < 2)
		return -EINVAL;

	mutex_lock(&answer_lock);
	for (i = 0; i < ARRAY_SIZE(commands); i++) {
		if (!strcmp(name, commands[i].name))
			ret = commands[i].run(addr, bytes, seed);
	}
	if (ret >= 0)
		answer = ret;
	mutex_unlock(&answer_lock);
	return ret < 0 ? ret : len;
}

static ssize_t witness_read(struct file *file, char __user *text, size_t len,
			    loff_t *pos)
{
	loff_t start = 0;
	char buf[24];

	return simple_read_from_buffer(text, len, &start, buf,
				       scnprintf(buf, sizeof(buf), "%ld\n", answer));
}

static const struct file_operations witness_fops = {
	.owner = THIS_MODULE,
	.open = simple_open,
	.write = witness_write,
	.read = witness_read,
};

static struct dentry *witness_file;

static int __init witness_init(void)
{
	witness_file = debugfs_create_file("vmx_witness", 0600, NULL, NULL, &witness_fops);
	return PTR_ERR_OR_ZERO(witness_file);
}
module_init(witness_init);

static void __exit witness_exit(void)
{
	debugfs_remove(witness_file);
}
module_exit(witness_exit);

MODULE_DESCRIPTION("Test: compares the areas of vmx with what the kernel finds");
MODULE_LICENSE("GPL");
