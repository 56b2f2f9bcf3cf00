// SPDX-License-Identifier: GPL-2.0
/*
 * alloc: requests for areas
 *
 * A write is all or nothing: its areas belong to the files (owned.c), and can be freed,
 * only after all of them are made. An open file reads back the areas that its last
 * write made, even if somebody has freed them since.
 *
 * alloc_file.lock protects the list that is read back. The lock of owned.c's xarray is
 * taken inside.
 */
#include <linux/fs.h>
#include <linux/list.h>
#include <linux/mm.h>
#include <linux/module.h>
#include <linux/mutex.h>
#include <linux/sched/signal.h>
#include <linux/seq_file.h>
#include <linux/slab.h>
#include <linux/string.h>
#include <trace/events/vmx.h>

#include "vmx_alloc.h"
#include "vmx_area.h"
#include "vmx_pgtable.h"
#include "files.h"

/* An open file, and the answer to its last write. */
struct alloc_file {
	struct mutex lock;	/* protects the rest */
	struct list_head made;
	/* Where the reader is: a list has no short way to its n-th member. */
	struct list_head *at;
	loff_t pos;
};

struct made {
	struct list_head list;
	struct vmx_area *area;	/* not valid once the area can be freed */
	unsigned long id;	/* 0: no area was made, or it was undone */
	unsigned long addr;
	unsigned long size;
	struct vmx_explanation *why;	/* NULL without the word "explain" */
};

static const char *why_not(int err)
{
	switch (err) {
	case -E2BIG:
		return "more than the machine's memory or the slice holds";
	case -ENOSPC:
		return "no hole in the slice is large enough";
	case -ENOMEM:
		return "out of memory";
	case -EINTR:
		return "ended by a signal";
	case -EIO:
		return "the slice is lost: see the kernel log";
	default:
		return "refused";
	}
}

/* Could the empty slice hold @count areas of @size bytes, even without guard pages? */
static bool fits_slice(unsigned long size, unsigned long count)
{
	/* One that is too large is refused by vmx_alloc_area(). */
	if (count <= 1 || count <= (vmx_end - vmx_start) / size)
		return true;
	trace_vmx_too_many(size, count, vmx_end - vmx_start);
	return false;
}

/*
 * Is there enough memory for @count areas of @size bytes?
 *
 * A request that takes the last frames only fails, but then an allocation of another
 * task would make the kernel wake the OOM killer. So a request must leave a
 * sixty-fourth of the machine's memory. A size that is larger than RAM or the slice
 * counts as affordable, because vmx_alloc_area() refuses it with a better errno.
 */
static bool is_affordable(unsigned long size, unsigned long count)
{
	unsigned long pages = ((size - 1) >> PAGE_SHIFT) + 1;
	unsigned long reserve = totalram_pages() / 64;
	long available;

	if (size > vmx_end - vmx_start || pages > totalram_pages() ||
	    (pages + 1) * count > (vmx_end - vmx_start) >> PAGE_SHIFT)
		return true;
	available = si_mem_available();
	if ((long)(pages * count + reserve) < available)
		return true;
	trace_vmx_too_little_memory(pages * count, max(available, 0L), reserve);
	return false;
}

/*
 * Make the first of @left areas that are still to be made. This is not inline, because
 * the list names this function as the caller.
 */
static noinline struct vmx_area *make_area(const struct vmx_request *req,
					   unsigned long left)
{
	gfp_t gfp = GFP_KERNEL | __GFP_HIGHMEM | __GFP_NOWARN;
	unsigned long flags = VMX_FIT(req->fit);

	if (!fits_slice(req->size, left)) {
		trace_vmx_refused(req->size, -E2BIG);
		return ERR_PTR(-E2BIG);
	}
	if (!is_affordable(req->size, left)) {
		trace_vmx_refused(req->size, -ENOMEM);
		return ERR_PTR(-ENOMEM);
	}
	if (req->zero)
		gfp |= __GFP_ZERO;
	if (req->huge)
		flags |= VMX_ALLOW_HUGE;
	return vmx_alloc_area(req->size, req->align, vmx_start, vmx_end, gfp,
			      PAGE_KERNEL, flags, req->node, (void *)_THIS_IP_);
}

static struct vmx_area *make_explained(const struct vmx_request *req, unsigned long left,
				       struct vmx_explanation **why)
{
	struct vmx_explanation *explanation = vmx_explain_begin();
	struct vmx_area *area;

	if (IS_ERR(explanation))
		return ERR_CAST(explanation);
	area = make_area(req, left);
	vmx_explain_end(explanation);
	*why = explanation;
	return area;
}

/*
 * Make the first of @left areas that are still to be made. If that fails, its
 * explanation stays in @made.
 */
static int make_one(struct list_head *made, const struct vmx_request *req,
		    unsigned long left, bool explain)
{
	struct vmx_area *area;
	struct made *new;
	int err;

	new = kzalloc(sizeof(*new), GFP_KERNEL | __GFP_RETRY_MAYFAIL);
	if (!new)
		return -ENOMEM;
	new->size = req->size;
	list_add_tail(&new->list, made);
	area = explain ? make_explained(req, left, &new->why) : make_area(req, left);
	if (IS_ERR(area))
		return PTR_ERR(area);
	err = vmx_own_prepare(area);
	if (err) {
		vmx_free(area->addr);
		return err;
	}
	new->area = area;
	new->id = area->id;
	new->addr = (unsigned long)area->addr;
	return 0;
}

/* The sizes of the last requests, for the file "gaps". Any mixture of old and new is right. */
static unsigned long asked_lately[8];

static void note_asked(unsigned long size)
{
	static unsigned int next;
	unsigned int i = READ_ONCE(next);

	WRITE_ONCE(asked_lately[i % ARRAY_SIZE(asked_lately)], size);
	WRITE_ONCE(next, i + 1);
}

/**
 * vmx_largest_asked() - return the bytes that the largest of the last eight requests took
 *
 * Return: its size with the guard page, whether it was met or not; 0 without a request.
 */
unsigned long vmx_largest_asked(void)
{
	unsigned long largest = 0;
	unsigned int i;

	for (i = 0; i < ARRAY_SIZE(asked_lately); i++)
		largest = max(largest, READ_ONCE(asked_lately[i]));
	if (!largest || largest > ULONG_MAX - 2 * PAGE_SIZE)
		return largest;
	return PAGE_ALIGN(largest) + PAGE_SIZE;
}

static int make_requested(struct list_head *made, struct vmx_text *text,
			  const struct vmx_request *req)
{
	unsigned long i;
	int err = 0;

	note_asked(req->size);
	for (i = 0; !err && i < req->count; i++)
		err = fatal_signal_pending(current) ? -EINTR :
			make_one(made, req, req->count - i, req->explain && !i);
	if (err)
		vmx_text_refuse(text, err, req->at, why_not(err));
	return err;
}

static void forget(struct made *made)
{
	list_del(&made->list);
	kvfree(made->why);
	kfree(made);
}

static void forget_made(struct list_head *made)
{
	struct made *m, *tmp;

	list_for_each_entry_safe(m, tmp, made, list)
		forget(m);
}

/* Free the areas, but keep the explanations. */
static void undo_made(struct list_head *made)
{
	struct made *m, *tmp;

	list_for_each_entry_safe_reverse(m, tmp, made, list) {
		if (m->id) {
			vmx_own_cancel(m->area);
			vmx_free((void *)m->addr);
			m->id = 0;
		}
		if (!m->why)
			forget(m);
		cond_resched();
	}
}

static void forget_requests(struct list_head *requests)
{
	struct vmx_request *req, *tmp;

	list_for_each_entry_safe(req, tmp, requests, list)
		kfree(req);
}

/* Read the whole text before an area is made, so that a typo costs nothing. */
static int read_requests(struct vmx_text *text, struct list_head *requests)
{
	enum vmx_fit fit = vmx_default_fit();
	struct vmx_request *req;
	int more;

	do {
		req = kmalloc(sizeof(*req), GFP_KERNEL | __GFP_RETRY_MAYFAIL);
		if (!req)
			return vmx_text_refuse(text, -ENOMEM, text->next,
					       why_not(-ENOMEM));
		more = vmx_text_request(text, req, fit);
		if (more > 0)
			list_add_tail(&req->list, requests);
		else
			kfree(req);
	} while (more > 0);
	return more;
}

static int make_all(struct list_head *made, struct vmx_text *text,
		    struct list_head *requests)
{
	struct vmx_request *req;
	int err;

	list_for_each_entry(req, requests, list) {
		err = make_requested(made, text, req);
		if (err) {
			undo_made(made);
			return err;
		}
	}
	return 0;
}

static void rewind(struct alloc_file *af)
{
	af->at = af->made.next;
	af->pos = 0;
}

static int alloc_text(struct file *file, struct vmx_text *text)
{
	struct seq_file *seq = file->private_data;
	struct alloc_file *af = seq->private;
	LIST_HEAD(requests);
	struct made *m;
	LIST_HEAD(made);
	int err;

	err = read_requests(text, &requests);
	if (err)
		goto forget_requests;
	err = make_all(&made, text, &requests);

	mutex_lock(&af->lock);
	/* After a failure without an explanation, the previous answer stays. */
	if (!err || !list_empty(&made))
		forget_made(&af->made);
	list_for_each_entry(m, &made, list) {
		if (m->id)
			vmx_own(m->area);
	}
	list_splice(&made, &af->made);
	rewind(af);
	mutex_unlock(&af->lock);
forget_requests:
	forget_requests(&requests);
	return err;
}

VMX_DEFINE_WRITE(alloc);

/* Usually the reader goes on where it was, and the loop is not entered. */
static void *made_start(struct seq_file *m, loff_t *pos)
{
	struct alloc_file *af = m->private;

	mutex_lock(&af->lock);
	if (*pos < af->pos)
		rewind(af);
	for (; af->pos < *pos && af->at != &af->made; af->pos++)
		af->at = af->at->next;
	return af->at == &af->made ? NULL : af->at;
}

static void *made_next(struct seq_file *m, void *v, loff_t *pos)
{
	struct alloc_file *af = m->private;

	af->at = af->at->next;
	af->pos = ++*pos;
	cond_resched();
	return af->at == &af->made ? NULL : af->at;
}

static void made_stop(struct seq_file *m, void *v)
{
	struct alloc_file *af = m->private;

	mutex_unlock(&af->lock);
}

static int made_show(struct seq_file *m, void *v)
{
	struct made *made = list_entry(v, struct made, list);

	if (made->id) {
		seq_printf(m, "%lu ", made->id);
		vmx_show_address(m, made->addr);
		seq_printf(m, " %lu\n", made->size);
	} else {
		seq_printf(m, "# %lu bytes: %s\n", made->size, made->addr ?
			   "made, and undone, because a later request failed" : "not made");
	}
	if (made->why)
		vmx_explain_show(m, made->why);
	return 0;
}

static const struct seq_operations made_seq_ops = {
	.start = made_start,
	.next = made_next,
	.stop = made_stop,
	.show = made_show,
};

static int alloc_open(struct inode *inode, struct file *file)
{
	struct alloc_file *af;

	af = __seq_open_private(file, &made_seq_ops, sizeof(*af));
	if (!af)
		return -ENOMEM;
	/* Without this, pwrite() fails with ESPIPE and is not in error_log. */
	file->f_mode |= FMODE_PWRITE;
	mutex_init(&af->lock);
	INIT_LIST_HEAD(&af->made);
	rewind(af);
	return 0;
}

static int alloc_release(struct inode *inode, struct file *file)
{
	struct seq_file *seq = file->private_data;
	struct alloc_file *af = seq->private;

	forget_made(&af->made);
	return seq_release_private(inode, file);
}

const struct file_operations vmx_alloc_fops = {
	.owner = THIS_MODULE,
	.open = alloc_open,
	.read = seq_read,
	.write_iter = alloc_write_iter,
	.llseek = seq_lseek,
	.release = alloc_release,
};
