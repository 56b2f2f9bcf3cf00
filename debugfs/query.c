// SPDX-License-Identifier: GPL-2.0
/*
 * The files "area" and "walk": a write says what to show, a read shows it
 *
 * A write holds for the open file that it was written to. An open file without a write
 * of its own shows the last write to any open file of the same name, so that
 * "echo 3 > area; cat area" works. After a refused write, a read says that it was
 * refused, and does not show the answer to an earlier write.
 *
 * vmx_asked_lock protects every struct vmx_told.
 */
#include <linux/fs.h>
#include <linux/seq_file.h>
#include <linux/slab.h>
#include <linux/spinlock.h>
#include <linux/string.h>

#include "files.h"

static DEFINE_SPINLOCK(vmx_asked_lock);

struct asked {
	struct vmx_told	told;	/* the last write to this open file */
	struct vmx_told	*last;	/* the last write to any open file of this name */
};

/**
 * vmx_asked_open() - open "area" or "walk"
 * @file: the file
 * @last: keeps the last write to any open file of this name
 * @show: prints what vmx_asked() returns
 *
 * Both files show physical addresses and kernel addresses.
 *
 * Return: 0; -EPERM without CAP_SYSLOG; -ENOMEM.
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

/**
 * vmx_asked_release() - undo vmx_asked_open()
 * @inode: the file's inode
 * @file: the file
 *
 * Return: 0.
 */
int vmx_asked_release(struct inode *inode, struct file *file)
{
	kfree(((struct seq_file *)file->private_data)->private);
	return single_release(inode, file);
}

/**
 * vmx_asked_number() - read a text that is one number
 * @text: the text
 * @value: gets the number
 *
 * Return: 0, or the negative errno of the refusal.
 */
int vmx_asked_number(struct vmx_text *text, unsigned long *value)
{
	int err;

	vmx_text_word(text);
	err = vmx_text_number(text, text->word, value);
	if (!err && *skip_spaces(text->next)) {
		vmx_text_word(text);
		err = vmx_text_wrong(text, "only one word is expected");
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

/**
 * vmx_asked_tell() - set the address that a file shows from now on
 * @file: the file
 * @addr: the address, not 0
 */
void vmx_asked_tell(struct file *file, unsigned long addr)
{
	tell(file, addr, 0);
}

/**
 * vmx_asked_write() - take a text as vmx_write_text() does, and keep a refusal
 * @iocb: the write
 * @from: the text
 * @handler: acts on the text and calls vmx_asked_tell(), or refuses it
 *
 * Return: as vmx_write_text().
 */
ssize_t vmx_asked_write(struct kiocb *iocb, struct iov_iter *from,
			vmx_text_handler handler)
{
	ssize_t ret = vmx_write_text(iocb, from, handler);

	/* If the text could not be read, there is no refusal in error_log. */
	if (ret < 0 && ret != -EFAULT && ret != -ENOMEM)
		tell(iocb->ki_filp, 0, ret);
	return ret;
}

/**
 * vmx_asked() - return the address that a file shows
 * @m: the file; if there is no address, it gets a line with the reason
 * @hint: what one may write to the file
 *
 * Return: the address, or 0.
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
