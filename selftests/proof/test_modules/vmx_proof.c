// SPDX-License-Identifier: GPL-2.0
/*
 * Calls exported functions of vmx for a process that writes to a file
 *
 * A write to debugfs/vmx_proof has a name from calls[] and up to two numbers.
 * The call runs in the task that writes, so that faults armed for this task
 * apply, and several writers run concurrently.  Everything that the call has
 * allocated is freed before the write returns.  The write fails with ENOMEM if
 * the call fails, and with EUCLEAN if the call does not do what its
 * documentation says; the kernel log then has the line of this file.  mmap()
 * maps an area of vmx_alloc_user().
 *
 * Some calls make a mistake that KASAN must report.
 */
#include <linux/debugfs.h>
#include <linux/fs.h>
#include <linux/kasan-checks.h>
#include <linux/mm.h>
#include <linux/module.h>
#include <linux/random.h>
#include <linux/sched.h>
#include <linux/slab.h>
#include <linux/string.h>
#include <linux/uaccess.h>
#include <linux/uio.h>
#include <linux/vmalloc.h>

#include "vmx.h"

#define AMISS() ({ pr_err("vmx_proof: line %d\n", __LINE__); -EUCLEAN; })

/* Write a byte to each page that marks its owner.  KASAN must allow all bytes. */
static void mark(u8 *p, unsigned long bytes, u8 with)
{
	unsigned long i;

	kasan_check_write(p, bytes);
	for (i = 0; i < bytes; i += PAGE_SIZE)
		p[i] = with + i / PAGE_SIZE;
}

static bool marked(const u8 *p, unsigned long bytes, u8 with)
{
	unsigned long i;

	for (i = 0; i < bytes; i += PAGE_SIZE) {
		if (p[i] != (u8)(with + i / PAGE_SIZE))
			return false;
	}
	return true;
}

static int use_and_free(void *p, unsigned long bytes, bool zeroed)
{
	u8 with = get_random_u8();
	int ret = 0;

	if (!p)
		return -ENOMEM;
	if (zeroed && memchr_inv(p, 0, bytes))
		ret = AMISS();
	mark(p, bytes, with);
	cond_resched();
	if (!marked(p, bytes, with))
		ret = AMISS();
	vmx_free(p);
	return ret;
}

static int try_alloc(unsigned long bytes, unsigned long unused)
{
	return use_and_free(vmx_alloc(bytes), bytes, false);
}

static int try_zalloc(unsigned long bytes, unsigned long unused)
{
	return use_and_free(vmx_zalloc(bytes), bytes, true);
}

static int try_alloc_node(unsigned long bytes, unsigned long node)
{
	return use_and_free(vmx_alloc_node(bytes, node), bytes, false);
}

static int try_alloc_32(unsigned long bytes, unsigned long unused)
{
	return use_and_free(vmx_alloc_32(bytes), bytes, false);
}

static int try_alloc_huge(unsigned long bytes, unsigned long unused)
{
	return use_and_free(vmx_alloc_huge(bytes, GFP_KERNEL), bytes, false);
}

static int try_alloc_user(unsigned long bytes, unsigned long unused)
{
	return use_and_free(vmx_alloc_user(bytes), bytes, true);
}

static int try_alloc_nowait(unsigned long bytes, unsigned long unused)
{
	return use_and_free(__vmx_alloc(bytes, GFP_NOWAIT | __GFP_NOWARN), bytes, false);
}

static int try_free_atomic(unsigned long bytes, unsigned long unused)
{
	unsigned long flags;
	void *p = vmx_alloc(bytes);

	if (!p)
		return -ENOMEM;
	local_irq_save(flags);
	vmx_free_atomic(p);
	local_irq_restore(flags);
	return 0;
}

/* Resize an area.  If that fails, the area must be unchanged. */
static int try_realloc(unsigned long bytes, unsigned long new_bytes)
{
	u8 with = get_random_u8();
	void *p = vmx_alloc(bytes), *q;
	struct vmx_area *area;
	unsigned long size;
	int ret = 0;

	if (!p)
		return -ENOMEM;
	mark(p, bytes, with);
	area = find_vmx_area(p);
	size = area->size;
	q = vmx_realloc(p, new_bytes, GFP_KERNEL);
	/* After a failure the area, and so the hole behind it, is unchanged. */
	if (!marked(q ?: p, min(bytes, new_bytes), with) ||
	    (!q && (!marked(p, bytes, with) || area->size != size)))
		ret = AMISS();
	if (q)
		mark(q, new_bytes, with);
	vmx_free(q ?: p);
	return ret ?: q ? 0 : -ENOMEM;
}

/* As try_realloc(), but with an area directly behind, so that it must move. */
static int try_move(unsigned long bytes, unsigned long new_bytes)
{
	u8 with = get_random_u8();
	void *p, *q, *behind;
	int ret = -ENOMEM;

	p = vmx_alloc(bytes);
	behind = vmx_alloc(bytes);
	if (!p || !behind)
		goto free_both;
	mark(p, bytes, with);
	q = vmx_realloc(p, new_bytes, GFP_KERNEL);
	if (q)
		ret = marked(q, min(bytes, new_bytes), with) ? 0 : AMISS();
	else if (!marked(p, bytes, with))
		ret = AMISS();
	p = q ?: p;
free_both:
	vmx_free(behind);
	vmx_free(p);
	return ret;
}

static void put_pages(struct page **pages, unsigned int nr)
{
	while (nr)
		__free_page(pages[--nr]);
	kvfree(pages);
}

static struct page **get_pages(unsigned int nr)
{
	struct page **pages = kvcalloc(nr, sizeof(*pages), GFP_KERNEL);
	unsigned int i;

	for (i = 0; pages && i < nr; i++) {
		pages[i] = alloc_page(GFP_KERNEL);
		if (!pages[i]) {
			put_pages(pages, i);
			return NULL;
		}
	}
	return pages;
}

static int try_map(unsigned long nr, unsigned long unused)
{
	struct page **pages = get_pages(nr);
	int ret = 0;
	u8 *p;

	if (!pages)
		return -ENOMEM;
	p = vmx_map(pages, nr, VM_MAP, PAGE_KERNEL);
	if (p) {
		mark(p, nr * PAGE_SIZE, 7);
		if (*(u8 *)page_address(pages[nr - 1]) != (u8)(7 + nr - 1))
			ret = AMISS();
	}
	vmx_unmap(p);
	put_pages(pages, nr);
	return p ? ret : -ENOMEM;
}

static int try_map_put_pages(unsigned long nr, unsigned long unused)
{
	struct page **pages = get_pages(nr);
	void *p;

	if (!pages)
		return -ENOMEM;
	p = vmx_map(pages, nr, VM_MAP | VM_MAP_PUT_PAGES, PAGE_KERNEL);
	if (!p) {
		/* After a failure the pages still belong to the caller. */
		put_pages(pages, nr);
		return -ENOMEM;
	}
	mark(p, nr * PAGE_SIZE, 9);
	vmx_free(p);
	return 0;
}

static int try_map_ram(unsigned long nr, unsigned long unused)
{
	struct page **pages = get_pages(nr);
	void *p;

	if (!pages)
		return -ENOMEM;
	p = vmx_map_ram(pages, nr, NUMA_NO_NODE);
	if (p) {
		mark(p, nr * PAGE_SIZE, 11);
		vmx_unmap_ram(p, nr);
	}
	put_pages(pages, nr);
	return p ? 0 : -ENOMEM;
}

static int try_read_iter(unsigned long bytes, unsigned long unused)
{
	u8 *p = vmx_alloc(bytes), *copy = kvzalloc(bytes, GFP_KERNEL);
	struct kvec vec = { .iov_base = copy, .iov_len = bytes };
	struct iov_iter iter;
	long ret = -ENOMEM;

	if (!p || !copy)
		goto free_both;
	mark(p, bytes, 13);
	iov_iter_kvec(&iter, ITER_DEST, &vec, 1, bytes);
	ret = vmx_read_iter(&iter, p, bytes);
	if (ret >= 0)
		ret = ret == bytes && marked(copy, bytes, 13) ? 0 : AMISS();
free_both:
	kvfree(copy);
	vmx_free(p);
	return ret;
}

/* Look addresses up that may be others': whatever is found may be freed meanwhile. */
static int try_find(unsigned long bytes, unsigned long more_bytes)
{
	char *p = vmx_alloc(PAGE_SIZE);
	struct vmx_area *area;
	int ret;

	if (!p)
		return -ENOMEM;
	find_vmx_area(p + bytes);
	find_vmx_area(p - more_bytes);
	area = find_vmx_area(p + bytes % PAGE_SIZE);
	ret = area && area->addr == p ? 0 : AMISS();
	vmx_free(p);
	return ret;
}

static int try_unmap_aliases(unsigned long unused, unsigned long unused2)
{
	vmx_unmap_aliases();
	vm_unmap_aliases();	/* the kernel's own frees KASAN's shadow */
	return 0;
}

/* ---- mistakes ---- */

/*
 * Ask KASAN about an access that it must report, and access nothing: it may be
 * unmapped.  scripts/lib/kernel-log.awk knows the name of this function.
 */
static noinline int wrong_access(const u8 *p)
{
	return kasan_check_read(p, 1) ? AMISS() : 0;
}

static int wrong_overrun(unsigned long bytes, unsigned long zeroed)
{
	int ret;
	u8 *p;

	/* If there are magazines, the area is one that had more bytes before. */
	vmx_free(vmx_alloc(PAGE_ALIGN(bytes)));
	p = zeroed ? vmx_zalloc(bytes) : vmx_alloc(bytes);
	if (!p)
		return -ENOMEM;
	mark(p, bytes, 15);
	ret = wrong_access(p + bytes);
	vmx_free(p);
	return ret;
}

static int wrong_underrun(unsigned long bytes, unsigned long unused)
{
	u8 *p = vmx_alloc(bytes), *q = vmx_alloc(bytes);
	int ret = -ENOMEM;

	/* Not in front of the slice: there may be no shadow. */
	if (p && q)
		ret = wrong_access(max(p, q) - 1);
	vmx_free(p);
	vmx_free(q);
	return ret;
}

static int wrong_use_freed(unsigned long bytes, unsigned long atomic)
{
	u8 *p = vmx_alloc(bytes);

	if (!p)
		return -ENOMEM;
	if (atomic)
		vmx_free_atomic(p);
	else
		vmx_free(p);
	return wrong_access(p + bytes - 1);
}

/* Use what is behind the new end. */
static int wrong_resized(unsigned long bytes, unsigned long new_bytes)
{
	u8 *p = vmx_alloc(bytes), *q = vmx_realloc(p, new_bytes, GFP_KERNEL);
	int ret = -ENOMEM;

	if (p && q) {
		mark(q, new_bytes, 17);
		ret = wrong_access(q + new_bytes);
	}
	vmx_free(q ?: p);
	return ret;
}

/* Use the last byte of what is lost. */
static int wrong_use_cut(unsigned long bytes, unsigned long new_bytes)
{
	u8 *p = vmx_alloc(bytes), *q = vmx_realloc(p, new_bytes, GFP_KERNEL);
	int ret = p && q ? wrong_access(p + bytes - 1) : -ENOMEM;

	vmx_free(q ?: p);
	return ret;
}

static int wrong_map_ram(unsigned long nr, unsigned long unmap)
{
	struct page **pages = get_pages(nr);
	int ret = -ENOMEM;
	u8 *p;

	if (!pages)
		return -ENOMEM;
	p = vmx_map_ram(pages, nr, NUMA_NO_NODE);
	if (p && !unmap)
		ret = wrong_access(p + nr * PAGE_SIZE);
	if (p)
		vmx_unmap_ram(p, nr);
	if (p && unmap)
		ret = wrong_access(p);
	put_pages(pages, nr);
	return ret;
}

/* Not the second time by vmx_free(), whose warning is a panic in these guests. */
static int wrong_free_twice(unsigned long bytes, unsigned long unused)
{
	void *p = vmx_alloc(bytes);

	if (!p)
		return -ENOMEM;
	vmx_free(p);
	vmx_free_atomic(p);
	return 0;
}

static const struct {
	const char *name;
	int (*call)(unsigned long first, unsigned long second);
} calls[] = {
	{ "alloc", try_alloc },
	{ "zalloc", try_zalloc },
	{ "alloc_node", try_alloc_node },
	{ "alloc_32", try_alloc_32 },
	{ "alloc_huge", try_alloc_huge },
	{ "alloc_user", try_alloc_user },
	{ "alloc_nowait", try_alloc_nowait },
	{ "free_atomic", try_free_atomic },
	{ "realloc", try_realloc },
	{ "move", try_move },
	{ "map", try_map },
	{ "map_put_pages", try_map_put_pages },
	{ "map_ram", try_map_ram },
	{ "read_iter", try_read_iter },
	{ "find", try_find },
	{ "unmap_aliases", try_unmap_aliases },
	{ "overrun", wrong_overrun },
	{ "underrun", wrong_underrun },
	{ "use_freed", wrong_use_freed },
	{ "resized", wrong_resized },
	{ "use_cut", wrong_use_cut },
	{ "wrong_map_ram", wrong_map_ram },
	{ "free_twice", wrong_free_twice },
};

static ssize_t proof_write(struct file *file, const char __user *text,
			   size_t len, loff_t *pos)
{
	unsigned long first = 0, second = 0;
	char name[16], buf[64];
	int i, ret;

	if (len >= sizeof(buf))
		return -EINVAL;
	if (copy_from_user(buf, text, len))
		return -EFAULT;
	buf[len] = '\0';
	if (sscanf(buf, "%15s %lu %lu", name, &first, &second) < 1)
		return -EINVAL;
	for (i = 0; i < ARRAY_SIZE(calls); i++) {
		if (!strcmp(name, calls[i].name)) {
			ret = calls[i].call(first, second);
			return ret ?: len;
		}
	}
	return -EINVAL;
}

/* The mapping has a reference to each frame, and keeps it after vmx_free(). */
static int proof_mmap(struct file *file, struct vm_area_struct *vma)
{
	void *p = vmx_alloc_user(vma->vm_end - vma->vm_start);
	int ret;

	if (!p)
		return -ENOMEM;
	ret = remap_vmx_range(vma, p, 0);
	vmx_free(p);
	return ret;
}

static const struct file_operations proof_fops = {
	.owner = THIS_MODULE,
	.open = simple_open,
	.write = proof_write,
	.mmap = proof_mmap,
};

static struct dentry *proof_file;

static int __init proof_init(void)
{
	/* debugfs_create_file() would not pass on mmap(). */
	proof_file = debugfs_create_file_unsafe("vmx_proof", 0600, NULL, NULL,
						&proof_fops);
	return PTR_ERR_OR_ZERO(proof_file);
}
module_init(proof_init);

static void __exit proof_exit(void)
{
	debugfs_remove(proof_file);
}
module_exit(proof_exit);

MODULE_DESCRIPTION("Test: calls exported functions of vmx for the proof tests");
MODULE_LICENSE("GPL");
