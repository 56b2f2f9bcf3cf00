// SPDX-License-Identifier: GPL-2.0
/*
 * The files under /sys/kernel/debug/vmx: parse, call, print
 *
 * Areas made by writing to "alloc" belong to these files: they, and only they,
 * can be freed by writing to "free".  They stand in vmx_owned, by id, from the
 * end of a write that succeeded as a whole.
 *
 * An open file holds a reference to the module (debugfs calls its release
 * function even after the files are gone), so rmmod waits for nobody: it is
 * refused while a file is open.
 *
 * Locking: alloc_file.lock protects what one open "alloc" file reads back;
 * vmx_free_mutex makes a write to "free" one step.  Neither is taken inside
 * the other; vmx_area_lock is taken inside both.
 * Units: bytes.
 */
#include <linux/capability.h>
#include <linux/ctype.h>
#include <linux/debugfs.h>
#include <linux/fs.h>
#include <linux/kallsyms.h>
#include <linux/kmemleak.h>
#include <linux/list.h>
#include <linux/module.h>
#include <linux/mutex.h>
#include <linux/nodemask.h>
#include <linux/sched/signal.h>
#include <linux/seq_file.h>
#include <linux/slab.h>
#include <linux/string_helpers.h>
#include <linux/uaccess.h>
#include <linux/xarray.h>

#include "vmx_files.h"
#include "vmx_internal.h"

#define TO_BE_FREED XA_MARK_0

static struct dentry *vmx_dir;
static DEFINE_XARRAY(vmx_owned);
static DEFINE_MUTEX(vmx_free_mutex);
static enum vmx_fit vmx_fit;	/* of requests that name none */

/* What one open "alloc" file has made with its last write. */
struct alloc_file {
	struct mutex lock;	/* protects made */
	struct list_head made;
};

struct made {
	struct list_head list;
	struct vmx_area *area;	/* not to be touched once it can be freed */
	unsigned long id;	/* 0: there is no area, only an explanation */
	unsigned long addr;
	unsigned long size;
	struct vmx_explanation *why;	/* NULL: not asked for */
};

/** vmx_may_see_addresses() - was the file opened with CAP_SYSLOG? */
bool vmx_may_see_addresses(struct seq_file *m)
{
	return file_ns_capable(m->file, &init_user_ns, CAP_SYSLOG);
}

/** vmx_shown_address() - an address, or for most people its offset */
unsigned long vmx_shown_address(struct seq_file *m, unsigned long addr)
{
	return vmx_may_see_addresses(m) ? addr : addr - vmx_start;
}

/* --- writing: what all files that take text have in common --- */

static int check_write(struct vmx_text *text, size_t len, loff_t pos)
{
	if (pos)
		return vmx_text_refuse(text, -EINVAL, text->start,
				       "a write begins at offset 0");
	if (len > VMX_TEXT_MAX)
		return vmx_text_refuse(text, -EINVAL, text->start,
				       "longer than 4095 bytes");
	return vmx_text_check(text, len);
}

/**
 * vmx_write_text() - what every file does with what is written to it
 * @file: the file
 * @from: the text
 * @len: its length
 * @pos: the offset, which must be 0; it does not move
 * @handler: acts on the text, or refuses it
 *
 * Return: @len, or the errno of the refusal, which has been counted and logged.
 */
ssize_t vmx_write_text(struct file *file, const char __user *from, size_t len,
		       loff_t pos, vmx_text_handler handler)
{
	size_t kept = min_t(size_t, len, VMX_TEXT_MAX);
	struct vmx_text text;
	char *copy;
	int err;

	copy = memdup_user_nul(from, kept);
	if (IS_ERR(copy))
		return PTR_ERR(copy);
	vmx_text_init(&text, copy);
	err = check_write(&text, len, pos);
	if (!err)
		err = handler(file, &text);
	if (err) {
		vmx_count_failure(err);
		vmx_error_log_add(file_dentry(file)->d_name.name, err, &text);
	}
	kfree(copy);
	return err ?: len;
}

/* --- alloc --- */

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
	default:
		return "refused";
	}
}

/*
 * Whoever takes the last frames gets an error, but others, who want one more,
 * would have the kernel wake the OOM killer.  So a sixty-fourth of the machine's
 * memory is left.  What no machine or no hole is large enough for is for
 * vmx_alloc_area() to refuse.
 */
static bool is_affordable(unsigned long size, unsigned long count)
{
	unsigned long pages = ((size - 1) >> PAGE_SHIFT) + 1;

	return size > vmx_end - vmx_start || pages > totalram_pages() ||
	       (pages + 1) * count > (vmx_end - vmx_start) >> PAGE_SHIFT ||
	       (long)(pages * count + totalram_pages() / 64) <
	       si_mem_available();
}

/* Not inline: it is the caller that the list names. */
static noinline struct vmx_area *make_area(const struct vmx_request *req)
{
	gfp_t gfp = GFP_KERNEL | __GFP_HIGHMEM | __GFP_NOWARN;
	unsigned long flags = VMX_FIT(req->fit);

	if (!is_affordable(req->size, 1))
		return ERR_PTR(-ENOMEM);
	if (req->zero)
		gfp |= __GFP_ZERO;
	if (req->huge)
		flags |= VMX_ALLOW_HUGE;
	return vmx_alloc_area(req->size, req->align, vmx_start, vmx_end, gfp,
			      PAGE_KERNEL, flags, req->node, (void *)_THIS_IP_);
}

static struct vmx_area *make_explained(const struct vmx_request *req,
				       struct vmx_explanation **why)
{
	struct vmx_explanation *explanation = vmx_explain_begin(req->fit);
	struct vmx_area *area;

	if (IS_ERR(explanation))
		return ERR_CAST(explanation);
	area = make_area(req);
	vmx_explain_end(explanation);
	*why = explanation;
	return area;
}

/* The area becomes the files'; an explanation is kept even when there is none. */
static int make_one(struct list_head *made, const struct vmx_request *req,
		    bool explain)
{
	struct vmx_area *area;
	struct made *new;
	int err;

	new = kzalloc(sizeof(*new), GFP_KERNEL | __GFP_RETRY_MAYFAIL);
	if (!new)
		return -ENOMEM;
	new->size = req->size;
	list_add_tail(&new->list, made);
	area = explain ? make_explained(req, &new->why) : make_area(req);
	if (IS_ERR(area))
		return PTR_ERR(area);
	/* Its owner, vmx_owned, keeps the descriptor and not the address. */
	kmemleak_not_leak(area->addr);
	/* Reserves the entry; an id that has come round again is refused. */
	err = xa_insert(&vmx_owned, area->id, NULL,
			GFP_KERNEL | __GFP_RETRY_MAYFAIL);
	if (err) {
		vmx_free(area->addr);
		return err;
	}
	new->area = area;
	new->id = area->id;
	new->addr = (unsigned long)area->addr;
	return 0;
}

static int make_requested(struct list_head *made, struct vmx_text *text,
			  const struct vmx_request *req)
{
	unsigned long i;
	int err = 0;

	if (req->count > 1 && req->count > (vmx_end - vmx_start) / req->size)
		err = -E2BIG;
	else if (!is_affordable(req->size, req->count))
		err = -ENOMEM;
	for (i = 0; !err && i < req->count; i++)
		err = fatal_signal_pending(current) ? -EINTR :
			make_one(made, req, req->explain && !i);
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

/* Frees the areas, and leaves the explanations. */
static void undo_made(struct list_head *made)
{
	struct made *m, *tmp;

	list_for_each_entry_safe_reverse(m, tmp, made, list) {
		if (m->id) {
			xa_release(&vmx_owned, m->id);
			vmx_free((void *)m->addr);
			m->id = 0;
		}
		if (!m->why)
			forget(m);
		cond_resched();
	}
}

static int alloc_text(struct file *file, struct vmx_text *text)
{
	struct seq_file *seq = file->private_data;
	struct alloc_file *af = seq->private;
	enum vmx_fit fit = READ_ONCE(vmx_fit);
	struct vmx_request req;
	struct made *m;
	LIST_HEAD(made);
	int err;

	/* Look at the whole text first: a typo in it must not cost anything. */
	do {
		err = vmx_text_request(text, &req, fit);
	} while (err > 0);
	if (err)
		return err;

	vmx_text_init(text, text->start);
	while (!err && vmx_text_request(text, &req, fit) > 0)
		err = make_requested(&made, text, &req);
	if (err)
		undo_made(&made);

	mutex_lock(&af->lock);
	/* A write that failed without a word has made nothing to be read. */
	if (!err || !list_empty(&made))
		forget_made(&af->made);
	/* Reserved, so storing can't fail; from here on "free" finds it. */
	list_for_each_entry(m, &made, list) {
		if (m->id)
			xa_store(&vmx_owned, m->id, m->area, GFP_KERNEL);
	}
	list_splice(&made, &af->made);
	mutex_unlock(&af->lock);
	return err;
}

/* A write leaves the position at 0, for the read that follows it. */
static ssize_t alloc_write(struct file *file, const char __user *from,
			   size_t len, loff_t *ppos)
{
	return vmx_write_text(file, from, len, *ppos, alloc_text);
}

/** vmx_read_rewinding() - seq_read(), but at the end the next write is welcome */
ssize_t vmx_read_rewinding(struct file *file, char __user *to, size_t len,
			   loff_t *ppos)
{
	ssize_t n = seq_read(file, to, len, ppos);

	if (!n && len)
		*ppos = 0;
	return n;
}

static void *made_start(struct seq_file *m, loff_t *pos)
{
	struct alloc_file *af = m->private;

	mutex_lock(&af->lock);
	return seq_list_start(&af->made, *pos);
}

static void *made_next(struct seq_file *m, void *v, loff_t *pos)
{
	struct alloc_file *af = m->private;

	return seq_list_next(v, &af->made, pos);
}

static void made_stop(struct seq_file *m, void *v)
{
	struct alloc_file *af = m->private;

	mutex_unlock(&af->lock);
}

static int made_show(struct seq_file *m, void *v)
{
	struct made *made = list_entry(v, struct made, list);

	if (made->id)
		seq_printf(m, "%lu 0x%0*lx %lu\n", made->id, BITS_PER_LONG / 4,
			   vmx_shown_address(m, made->addr), made->size);
	else
		seq_printf(m, "# %lu bytes: %s\n", made->size,
			   made->addr ? "made, and undone" : "not made");
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
	/* seq_open() would have pwrite() fail with ESPIPE, unlogged. */
	file->f_mode |= FMODE_PWRITE;
	mutex_init(&af->lock);
	INIT_LIST_HEAD(&af->made);
	return 0;
}

static int alloc_release(struct inode *inode, struct file *file)
{
	struct seq_file *seq = file->private_data;
	struct alloc_file *af = seq->private;

	forget_made(&af->made);
	return seq_release_private(inode, file);
}

static const struct file_operations alloc_fops = {
	.owner = THIS_MODULE,
	.open = alloc_open,
	.read = vmx_read_rewinding,
	.write = alloc_write,
	.llseek = seq_lseek,
	.release = alloc_release,
};

/* --- free --- */

/** vmx_is_owned() - was this area made by writing to "alloc"? */
bool vmx_is_owned(const struct vmx_area *area)
{
	return xa_load(&vmx_owned, area->id) == area;
}

/* The id of the area that the word names, if these files may free it. */
static int named_area(struct vmx_text *text, unsigned long *id)
{
	bool by_addr = text->len > 1 && tolower(text->word[1]) == 'x';
	struct vmx_area *area;
	unsigned long value;
	int err;

	err = vmx_text_number(text, text->word, text->len, &value);
	if (err)
		return err;
	if (by_addr) {
		if (value < vmx_end - vmx_start)
			value += vmx_start;
		spin_lock(&vmx_area_lock);
		area = vmx_area_at((void *)value);
		*id = area && vmx_area_complete(area) &&
		      !(area->flags & VMX_CACHED) ? area->id : 0;
		spin_unlock(&vmx_area_lock);
	} else {
		*id = value;
	}
	if (xa_load(&vmx_owned, *id))
		return 0;
	if (by_addr && *id)
		return vmx_text_refuse(text, -EPERM, text->word,
				       "no finished write to alloc made this area");
	return vmx_text_refuse(text, -ENOENT, text->word,
			       "no such area was made by writing to alloc");
}

static int mark_named(struct vmx_text *text)
{
	unsigned long id;
	int err;

	while (vmx_text_word(text)) {
		err = named_area(text, &id);
		if (err)
			return err;
		if (xa_get_mark(&vmx_owned, id, TO_BE_FREED))
			return vmx_text_refuse(text, -ENOENT, text->word,
					       "named twice");
		xa_set_mark(&vmx_owned, id, TO_BE_FREED);
	}
	return 0;
}

static void mark_all(void)
{
	struct vmx_area *area;
	unsigned long id;

	xa_for_each(&vmx_owned, id, area) {
		xa_set_mark(&vmx_owned, id, TO_BE_FREED);
		cond_resched();
	}
}

static int free_text(struct file *file, struct vmx_text *text)
{
	struct vmx_text first = *text;
	struct vmx_area *area;
	unsigned long id;
	int err = 0;

	mutex_lock(&vmx_free_mutex);
	if (vmx_text_word(&first) && vmx_text_is(&first, "all") &&
	    !*skip_spaces(first.next))
		mark_all();
	else
		err = mark_named(text);
	xa_for_each_marked(&vmx_owned, id, area, TO_BE_FREED) {
		if (err) {
			xa_clear_mark(&vmx_owned, id, TO_BE_FREED);
			continue;
		}
		xa_erase(&vmx_owned, id);
		vmx_free(area->addr);
		cond_resched();
	}
	mutex_unlock(&vmx_free_mutex);
	return err;
}

static ssize_t free_write(struct file *file, const char __user *from,
			  size_t len, loff_t *ppos)
{
	return vmx_write_text(file, from, len, *ppos, free_text);
}

static const struct file_operations free_fops = {
	.owner = THIS_MODULE,
	.open = simple_open,
	.write = free_write,
	.llseek = default_llseek,
};

/* --- fit --- */

static int fit_text(struct file *file, struct vmx_text *text)
{
	enum vmx_fit fit;
	int err;

	vmx_text_word(text);
	err = vmx_text_fit(text, text->word, text->len, &fit);
	if (!err && vmx_text_word(text))
		err = vmx_text_refuse(text, -EINVAL, text->word,
				      "one at a time");
	if (!err)
		WRITE_ONCE(vmx_fit, fit);
	return err;
}

static ssize_t fit_write(struct file *file, const char __user *from, size_t len,
			 loff_t *ppos)
{
	return vmx_write_text(file, from, len, *ppos, fit_text);
}

static int fit_show(struct seq_file *m, void *v)
{
	seq_printf(m, "%s\n", vmx_fit_name(READ_ONCE(vmx_fit)));
	return 0;
}

static int fit_open(struct inode *inode, struct file *file)
{
	int err = single_open(file, fit_show, NULL);

	file->f_mode |= FMODE_PWRITE;
	return err;
}

static const struct file_operations fit_fops = {
	.owner = THIS_MODULE,
	.open = fit_open,
	.read = vmx_read_rewinding,
	.write = fit_write,
	.llseek = seq_lseek,
	.release = single_release,
};

/* --- purge --- */

static int purge_text(struct file *file, struct vmx_text *text)
{
	if (!vmx_text_word(text) || !vmx_text_is(text, "1") ||
	    *skip_spaces(text->next))
		return vmx_text_refuse(text, -EINVAL, text->word,
				       "write 1 to purge");
	vmx_magazines_drain();
	vmx_areas_purge();
	return 0;
}

static ssize_t purge_write(struct file *file, const char __user *from,
			   size_t len, loff_t *ppos)
{
	return vmx_write_text(file, from, len, *ppos, purge_text);
}

static const struct file_operations purge_fops = {
	.owner = THIS_MODULE,
	.open = simple_open,
	.write = purge_write,
	.llseek = default_llseek,
};

/* --- areas --- */

/*
 * Looking up a name takes ten times as long as all else in a line, and areas by
 * the thousand have one caller.
 */
struct areas_file {
	unsigned long base;	/* of the addresses shown: 0, or the slice */
	const void *caller;
	char name[KSYM_SYMBOL_LEN];
};

/*
 * The position is the offset in the slice that the reader has come to, and one
 * more, as 0 stands for the header: whatever happens to the list between two
 * reads, the next one goes on at the right address.
 */
static void *areas_at(loff_t pos)
{
	return vmx_area_first_from(vmx_start + pos - 1);
}

static void *areas_start(struct seq_file *m, loff_t *pos)
	__acquires(&vmx_area_lock)
{
	spin_lock(&vmx_area_lock);
	return *pos ? areas_at(*pos) : SEQ_START_TOKEN;
}

static void *areas_next(struct seq_file *m, void *v, loff_t *pos)
{
	struct vmx_area *area = v;

	if (v == SEQ_START_TOKEN) {
		*pos = 1;
		return areas_at(*pos);
	}
	*pos = (unsigned long)area->addr + area->size - vmx_start + 1;
	return area->next;
}

static void areas_stop(struct seq_file *m, void *v)
	__releases(&vmx_area_lock)
{
	spin_unlock(&vmx_area_lock);
}

static void show_caller(struct seq_file *m, const void *caller)
{
	struct areas_file *file = m->private;

	if (file->base) {
		seq_puts(m, " -");
		return;
	}
	/* %pS prints the bare address of a caller that has been unloaded. */
	if (!*file->name || file->caller != caller) {
		snprintf(file->name, sizeof(file->name), " %pS", caller);
		file->caller = caller;
	}
	seq_puts(m, file->name);
}

/* For lines by the thousand, the price of seq_printf() counts. */
static void show_node(struct seq_file *m, int nid, unsigned int pages)
{
	seq_put_decimal_ull(m, " N", nid);
	seq_put_decimal_ull(m, "=", pages);
}

static void show_nodes(struct seq_file *m, const struct vmx_area *area)
{
	unsigned int i, n;
	int nid;

	if (area->nr_pages && area->nid != NUMA_NO_NODE) {
		show_node(m, area->nid, area->nr_pages);
		return;
	}
	for_each_online_node(nid) {
		for (i = 0, n = 0; i < area->nr_pages; i++)
			n += page_to_nid(area->pages[i]) == nid;
		if (n)
			show_node(m, nid, n);
	}
}

static int areas_show(struct seq_file *m, void *v)
{
	const int digits = BITS_PER_LONG / 4;
	struct areas_file *file = m->private;
	struct vmx_area *area = v;
	unsigned long start;

	if (v == SEQ_START_TOKEN) {
		*file->name = '\0';	/* what it names may have gone since */
		seq_printf(m, "# vmx areas 1 slice=0x%0*lx-0x%0*lx\n",
			   digits, vmx_start - file->base,
			   digits, vmx_end - file->base);
		return 0;
	}
	if (!vmx_area_complete(area))
		return SEQ_SKIP;
	start = (unsigned long)area->addr - file->base;
	seq_printf(m, "0x%0*lx-0x%0*lx %7lu", digits, start, digits,
		   start + area->size, area->size);
	show_caller(m, area->caller);
	if (area->nr_pages)
		seq_put_decimal_ull(m, " pages=", area->nr_pages);
	seq_puts(m, area->flags & VMX_MAP ? " vmap" : " vmalloc");
	if (area->flags & VMX_USERMAP)
		seq_puts(m, " user");
	if (area->flags & VMX_VPAGES)
		seq_puts(m, " vpages");
	show_nodes(m, area);
	seq_put_decimal_ull(m, " id=", area->id);
	seq_put_decimal_ull(m, " req=", area->requested);
	if (area->leaves)
		seq_put_decimal_ull(m, " huge=", area->leaves);
	if (area->flags & VMX_ZEROED)
		seq_puts(m, " zero");
	if (area->flags & VMX_CACHED)
		seq_puts(m, " cached");
	seq_put_decimal_ll(m, " pid=", area->pid);
	seq_puts(m, " comm=");
	seq_escape_mem(m, area->comm, strnlen(area->comm, TASK_COMM_LEN),
		       ESCAPE_HEX | ESCAPE_NAP | ESCAPE_APPEND, " \\");
	seq_putc(m, '\n');
	return 0;
}

static const struct seq_operations areas_sops = {
	.start = areas_start,
	.next = areas_next,
	.stop = areas_stop,
	.show = areas_show,
};

static int areas_open(struct inode *inode, struct file *file)
{
	struct areas_file *af;

	af = __seq_open_private(file, &areas_sops, sizeof(*af));
	if (!af)
		return -ENOMEM;
	af->base = vmx_may_see_addresses(file->private_data) ? 0 : vmx_start;
	return 0;
}

static const struct file_operations areas_fops = {
	.owner = THIS_MODULE,
	.open = areas_open,
	.read = seq_read,
	.llseek = seq_lseek,
	.release = seq_release_private,
};

/* --- stats --- */

static int stats_show(struct seq_file *m, void *v)
{
	unsigned long failures[VMX_FAIL_KINDS];
	struct vmx_area_stats area;
	struct vmx_magazines_stats magazines;
	struct vmx_pages_stats now;

	vmx_magazines_stats(&magazines);
	vmx_areas_stats(&area);
	vmx_pages_stats(&now);
	vmx_failures_read(failures);
#define SHOW(key, value) seq_printf(m, key " %lu\n", (unsigned long)(value))
	seq_puts(m, "version " VMX_VERSION "\n");
	SHOW("slice_bytes", area.slice_bytes);
	SHOW("areas", area.areas);
	SHOW("area_bytes", area.area_bytes);
	SHOW("guard_bytes", area.guard_bytes);
	SHOW("hole_bytes", area.slice_bytes - area.area_bytes -
			   area.quarantined_bytes);
	SHOW("quarantined_bytes", area.quarantined_bytes);
	SHOW("quarantined_ranges", area.quarantined_ranges);
	SHOW("lazy_max_bytes", READ_ONCE(vmx_lazy_max));
	SHOW("pages", now.pages);
	SHOW("pages_highmem", now.pages_highmem);
	SHOW("peak_areas", area.peak_areas);
	SHOW("peak_pages", now.peak_pages);
	SHOW("cached_areas", magazines.areas);
	SHOW("cached_pages", magazines.pages);
	SHOW("cached_allocs", magazines.gets);
	SHOW("cached_frees", magazines.puts);
	SHOW("allocs", area.allocs);
	SHOW("frees", area.frees);
	SHOW("purges", area.purges);
	SHOW("flushes", vmx_pgtable_flushes());
	SHOW("fail_einval", failures[VMX_FAIL_EINVAL]);
	SHOW("fail_e2big", failures[VMX_FAIL_E2BIG]);
	SHOW("fail_enospc", failures[VMX_FAIL_ENOSPC]);
	SHOW("fail_enomem", failures[VMX_FAIL_ENOMEM]);
	SHOW("fail_enoent", failures[VMX_FAIL_ENOENT]);
	SHOW("fail_eperm", failures[VMX_FAIL_EPERM]);
	SHOW("fail_eintr", failures[VMX_FAIL_EINTR]);
#undef SHOW
	return 0;
}
DEFINE_SHOW_ATTRIBUTE(stats);

/* --- error_log --- */

static int error_log_show(struct seq_file *m, void *v)
{
	vmx_error_log_show(m);
	return 0;
}
DEFINE_SHOW_ATTRIBUTE(error_log);

/* --- README --- */

static const char readme[] =
"vmx " VMX_VERSION ": explore vmalloc areas\n"
"\n"
"  alloc      write requests: SIZE[K|M|G] [word]..., several on a line or lines\n"
"               align=SIZE  a power of two      node=N   from this NUMA node\n"
"               count=N     so many of them     zero     cleared\n"
"               fit=FIT     which hole to take: first, best, last, next\n"
"               huge        2 MiB entries where frames allow\n"
"               explain     tell each step; read it as described below\n"
"             all of a write is done, or nothing; reading the same open file\n"
"             gives back \"id address size\" of what its last write made\n"
"  free       write ids (decimal), addresses (0x...), or all\n"
"  fit        write a FIT for requests that name none; read it\n"
"  areas      the list, in address order, as /proc/vmallocinfo prints it\n"
"  gaps       the holes, and how scattered they are\n"
"  map        the slice as text, a character for so many pages\n"
"  area       write an id or address, read its descriptor, frames and entries\n"
"  walk       write an address of the vmalloc range, read its way through the\n"
"             page tables\n"
"  pgtables   the whole vmalloc range as its page tables have it\n"
"  mem        the slice's bytes by offset: pread, pwrite, mmap\n"
"  stats      counters, \"key value\"\n"
"  purge      write 1: flush, and turn quarantined addresses into holes\n"
"  error_log  the last eight refused writes, and what was wrong with them\n"
"\n"
"  # cd /sys/kernel/debug/vmx\n"
"  # echo 4096 > alloc\n"
"  # echo \"64K 1M 2M align=2M\" > alloc\n"
"  # cat areas\n"
"  # echo 2 3 > free\n"
"  # echo all > free\n"
"  # echo 12Q > alloc || cat error_log\n"
"\n"
"  # exec 3<>alloc; echo \"16K zero count=4\" >&3; cat <&3\n"
"  # exec 3<>alloc; echo \"64K explain\" >&3; cat <&3\n";

static int readme_show(struct seq_file *m, void *v)
{
	seq_puts(m, readme);
	return 0;
}
DEFINE_SHOW_ATTRIBUTE(readme);

static const struct {
	const char *name;
	umode_t mode;
	const struct file_operations *fops;
} files[] = {
	{ "README",	0400, &readme_fops },
	{ "alloc",	0600, &alloc_fops },
	{ "free",	0200, &free_fops },
	{ "fit",	0600, &fit_fops },
	{ "areas",	0400, &areas_fops },
	{ "gaps",	0400, &vmx_gaps_fops },
	{ "map",	0400, &vmx_map_fops },
	{ "area",	0600, &vmx_area_fops },
	{ "walk",	0600, &vmx_walk_fops },
	{ "pgtables",	0400, &vmx_pgtables_fops },
	{ "mem",	0600, &vmx_mem_fops },
	{ "stats",	0400, &stats_fops },
	{ "purge",	0200, &purge_fops },
	{ "error_log",	0400, &error_log_fops },
};

/**
 * vmx_debugfs_init() - create the files
 *
 * Without debugfs (compiled out or switched off) vmx still serves other
 * modules.
 *
 * Return: 0 or a negative errno, with nothing left behind.
 */
int vmx_debugfs_init(void)
{
	struct dentry *file;
	int i;

	vmx_dir = debugfs_create_dir("vmx", NULL);
	if (vmx_dir == ERR_PTR(-ENODEV) || vmx_dir == ERR_PTR(-EPERM)) {
		pr_notice("debugfs is off: no files, only the functions\n");
		return 0;
	}
	if (IS_ERR(vmx_dir))
		return PTR_ERR(vmx_dir);
	inode_lock(d_inode(vmx_dir));
	d_inode(vmx_dir)->i_mode = S_IFDIR | 0700;
	inode_unlock(d_inode(vmx_dir));

	for (i = 0; i < ARRAY_SIZE(files); i++) {
		/*
		 * "Unsafe" is what lets mmap() through.  The files go in
		 * module exit only, when none is open: nothing to protect.
		 */
		file = debugfs_create_file_unsafe(files[i].name, files[i].mode,
						  vmx_dir, NULL, files[i].fops);
		if (IS_ERR(file)) {
			debugfs_remove(vmx_dir);
			return PTR_ERR(file);
		}
	}
	return 0;
}

/** vmx_debugfs_exit() - remove the files, and free what they have made */
void vmx_debugfs_exit(void)
{
	struct vmx_area *area;
	unsigned long id;

	debugfs_remove(vmx_dir);
	xa_for_each(&vmx_owned, id, area) {
		xa_erase(&vmx_owned, id);
		vmx_free(area->addr);
		cond_resched();
	}
	xa_destroy(&vmx_owned);
}
