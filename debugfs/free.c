// SPDX-License-Identifier: GPL-2.0
/*
 * free: free areas that were made by writing to "alloc"
 *
 * A write frees all areas that it names, or none. A file that was opened without
 * CAP_SYSLOG takes ids and offsets, but no addresses: each address is refused in the same
 * way, so that nobody can find out where areas are by trying.
 *
 * After a write that ends in "explain", a read of the same open file tells the steps.
 * After any other write that was done, it is empty.
 *
 * Locking: vmx_owned_lock(), and vmx_area_lock inside; free_file.lock is taken alone.
 */
#include <linux/err.h>
#include <linux/fs.h>
#include <linux/mm.h>
#include <linux/module.h>
#include <linux/mutex.h>
#include <linux/seq_file.h>
#include <linux/slab.h>
#include <linux/string.h>

#include "vmx_area.h"
#include "vmx_pgtable.h"
#include "files.h"

/* Return the id of the area in use that starts at an address; 0 without one. */
static unsigned long id_at(unsigned long addr)
{
	struct vmx_area *area;
	unsigned long id;

	spin_lock(&vmx_area_lock);
	area = vmx_area_at((void *)addr);
	id = area && vmx_area_complete(area) ? area->id : 0;
	spin_unlock(&vmx_area_lock);
	return id;
}

/* Mark the area that a word names; @may_address: an address may be written. */
static int mark_word(struct vmx_text *text, bool may_address)
{
	bool by_addr = vmx_text_is_hex(text);
	unsigned long value, id;
	int err;

	err = vmx_text_number(text, text->word, &value);
	if (err)
		return err;
	if (by_addr && !may_address && value >= vmx_end - vmx_start)
		return vmx_text_refuse(text, -EPERM, text->word,
				       "an address needs CAP_SYSLOG; write an id or an offset");
	id = by_addr ? id_at(vmx_address(value)) : value;
	switch (vmx_owned_mark(id)) {
	case 0:
		return 0;
	case -EEXIST:
		return vmx_text_refuse(text, -ENOENT, text->word, "named twice");
	}
	if (by_addr && id)
		return vmx_text_refuse(text, -EPERM, text->word,
				       "no finished write to alloc made this area");
	return vmx_text_refuse(text, -ENOENT, text->word,
			       "no such area was made by writing to alloc");
}

/* Mark what the text names. @explain: it ends in "explain". */
static int mark_words(struct vmx_text *text, bool may_address, bool *explain)
{
	const char *all = NULL;
	bool any = false;
	int err = 0;

	while (!err && vmx_text_word(text)) {
		if (*explain)
			return vmx_text_wrong(text, "explain stands at the end");
		if (all && !vmx_text_is(text, "explain"))
			return vmx_text_refuse(text, -EINVAL, all, "all stands alone");
		if (vmx_text_is(text, "explain") && any) {
			*explain = true;
		} else if (vmx_text_is(text, "all")) {
			if (any)
				return vmx_text_wrong(text, "all stands alone");
			vmx_owned_mark_all();
			all = text->word;
		} else {
			err = mark_word(text, may_address);
		}
		any = true;
	}
	return err;
}

/* An open file, and the answer to its last write. */
struct free_file {
	struct mutex lock;		/* protects the rest */
	struct vmx_explanation *why;	/* NULL without the word "explain" */
};

static int free_text(struct file *file, struct vmx_text *text)
{
	struct free_file *ff = ((struct seq_file *)file->private_data)->private;
	struct vmx_explanation *why = NULL;
	bool explain = false;
	int err;

	vmx_owned_lock();
	err = mark_words(text, vmx_may_see_addresses(file), &explain);
	if (!err && explain) {
		why = vmx_explain_begin();
		if (IS_ERR(why))
			err = vmx_text_refuse(text, PTR_ERR(why), NULL,
					      "the steps cannot be recorded");
	}
	if (err) {
		vmx_owned_unmark();
		vmx_owned_unlock();
		return err;
	}
	vmx_owned_free_marked();
	if (why)
		vmx_explain_end(why);
	vmx_owned_unlock();

	mutex_lock(&ff->lock);
	swap(ff->why, why);
	mutex_unlock(&ff->lock);
	kvfree(why);
	return 0;
}

VMX_DEFINE_WRITE(free);

static int free_show(struct seq_file *m, void *v)
{
	struct free_file *ff = m->private;

	mutex_lock(&ff->lock);
	if (ff->why)
		vmx_explain_show(m, ff->why);
	mutex_unlock(&ff->lock);
	return 0;
}

static int free_open(struct inode *inode, struct file *file)
{
	struct free_file *ff = kzalloc(sizeof(*ff), GFP_KERNEL);
	int err;

	if (!ff)
		return -ENOMEM;
	mutex_init(&ff->lock);
	err = single_open(file, free_show, ff);
	if (err)
		kfree(ff);
	else
		file->f_mode |= FMODE_PWRITE;	/* see alloc_open() */
	return err;
}

static int free_release(struct inode *inode, struct file *file)
{
	struct free_file *ff = ((struct seq_file *)file->private_data)->private;

	kvfree(ff->why);
	kfree(ff);
	return single_release(inode, file);
}

const struct file_operations vmx_free_fops = {
	.owner = THIS_MODULE,
	.open = free_open,
	.read = seq_read,
	.write_iter = free_write_iter,
	.llseek = seq_lseek,
	.release = free_release,
};
