// SPDX-License-Identifier: GPL-2.0
/*
 * Files that are asked about an address: area and walk
 *
 * A write says what to show; a read shows it.  What a file was told counts for
 * that open file, and for files that were told nothing: "echo 3 > area; cat area"
 * works.  After a write that was refused a read says so: what it would show else
 * is the answer to an older question.
 *
 * Locking: vmx_asked_lock protects what was told.  Units: addresses, or ids.
 */
#include <linux/fs.h>
#include <linux/seq_file.h>
#include <linux/slab.h>
#include <linux/spinlock.h>
#include <linux/string.h>

#include "files.h"

static DEFINE_SPINLOCK(vmx_asked_lock);

struct asked {
	struct vmx_told	told;	/* this open file */
	struct vmx_told	*last;	/* any file of its kind */
};

/**
 * vmx_asked_open() - open such a file
 * @file: the file
 * @last: where to keep what any file of its kind was told last
 * @show: shows what vmx_asked() answers
 *
 * Entries and frames tell where things are: not for everybody.
 *
 * Return: 0, -EPERM or -ENOMEM.
 */
int vmx_asked_open(struct file *file, struct vmx_told *last,
		   int (*show)(struct seq_file *m, void *v))
{
	struct asked *asked;
	int err;

	if (!vmx_may_see_addresses(file))
		return -EPERM;
	asked = kzalloc(sizeof(*asked), GFP_KERNEL);
	if (!asked)
		return -ENOMEM;
	asked->last = last;
	err = single_open(file, show, asked);
	if (err)
		kfree(asked);
	else
		file->f_mode |= FMODE_PWRITE;
	return err;
}

/** vmx_asked_release() - undo vmx_asked_open() */
int vmx_asked_release(struct inode *inode, struct file *file)
{
	kfree(((struct seq_file *)file->private_data)->private);
	return single_release(inode, file);
}

/**
 * vmx_asked_number() - read the one number that such a file takes
 * @text: what was written
 * @value: where to leave it
 *
 * Return: 0 or a negative errno with the refusal noted.
 */
int vmx_asked_number(struct vmx_text *text, unsigned long *value)
{
	int err;

	vmx_text_word(text);
	err = vmx_text_number(text, text->word, value);
	if (!err && *skip_spaces(text->next)) {
		vmx_text_word(text);
		err = vmx_text_wrong(text, "one at a time");
	}
	return err;
}

static void tell(struct file *file, unsigned long addr, int err)
{
	struct asked *asked = ((struct seq_file *)file->private_data)->private;
	struct vmx_told told = { .addr = addr, .err = err };

	spin_lock(&vmx_asked_lock);
	*asked->last = told;
	asked->told = told;
	spin_unlock(&vmx_asked_lock);
}

/** vmx_asked_tell() - from here on, @addr is what this file shows */
void vmx_asked_tell(struct file *file, unsigned long addr)
{
	tell(file, addr, 0);
}

/**
 * vmx_asked_write() - vmx_write_text(), and a refusal is what the file shows
 * @file: as there, and so are the others
 * @from: likewise
 * @len: likewise
 * @pos: likewise
 * @handler: likewise; calls vmx_asked_tell()
 *
 * Return: likewise.
 */
ssize_t vmx_asked_write(struct file *file, const char __user *from, size_t len,
			loff_t pos, vmx_text_handler handler)
{
	ssize_t ret = vmx_write_text(file, from, len, pos, handler);

	/* What could not be read was no request, and is not in error_log. */
	if (ret < 0 && ret != -EFAULT && ret != -ENOMEM)
		tell(file, 0, ret);
	return ret;
}

/**
 * vmx_asked() - what is this file to show?
 * @m: the file; gets a line that says why there is nothing
 * @hint: what people may write to it
 *
 * Return: an address; 0: nothing.
 */
unsigned long vmx_asked(struct seq_file *m, const char *hint)
{
	struct asked *asked = m->private;
	struct vmx_told told;

	spin_lock(&vmx_asked_lock);
	told = asked->told;
	if (!told.addr && !told.err)
		told = *asked->last;
	spin_unlock(&vmx_asked_lock);
	if (told.err)
		seq_printf(m, "# the last write was refused: %s; error_log has the reason\n",
			   vmx_errno_name(told.err));
	else if (!told.addr)
		seq_printf(m, "# write %s first\n", hint);
	return told.addr;
}
