// SPDX-License-Identifier: GPL-2.0
/*
 * Files that are asked about an address: area and walk
 *
 * A write says what to show; a read shows it.  What a file was told counts for
 * that open file, and for files that were told nothing: "echo 3 > area; cat area"
 * works.
 *
 * Locking: vmx_asked_lock protects what was told.
 */
#include <linux/fs.h>
#include <linux/seq_file.h>
#include <linux/slab.h>
#include <linux/spinlock.h>
#include <linux/string.h>

#include "vmx_files.h"

static DEFINE_SPINLOCK(vmx_asked_lock);

/* Of an open file. */
struct asked {
	unsigned long addr;	/* 0: nothing was written to it */
	unsigned long *last;	/* what any file of its kind was told */
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
int vmx_asked_open(struct file *file, unsigned long *last,
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

/** vmx_asked_tell() - from here on, @addr is what this file shows */
void vmx_asked_tell(struct file *file, unsigned long addr)
{
	struct asked *asked = ((struct seq_file *)file->private_data)->private;

	spin_lock(&vmx_asked_lock);
	*asked->last = addr;
	asked->addr = addr;
	spin_unlock(&vmx_asked_lock);
}

/** vmx_asked() - the address to show; 0 when nobody has told any */
unsigned long vmx_asked(struct seq_file *m)
{
	struct asked *asked = m->private;
	unsigned long addr;

	spin_lock(&vmx_asked_lock);
	addr = asked->addr ?: *asked->last;
	spin_unlock(&vmx_asked_lock);
	return addr;
}
