// SPDX-License-Identifier: GPL-2.0
/*
 * fit: the fit that requests in "alloc" get if they do not name one
 */
#include <linux/fs.h>
#include <linux/module.h>
#include <linux/seq_file.h>

#include "vmx_area.h"
#include "files.h"

static enum vmx_fit default_fit;

/** vmx_default_fit() - return the fit of requests that name none */
enum vmx_fit vmx_default_fit(void)
{
	return READ_ONCE(default_fit);
}

static int fit_text(struct file *file, struct vmx_text *text)
{
	enum vmx_fit fit;
	int err;

	vmx_text_word(text);
	err = vmx_text_fit(text, text->word, &fit);
	if (!err && vmx_text_word(text))
		err = vmx_text_wrong(text, "only one fit is expected");
	if (!err)
		WRITE_ONCE(default_fit, fit);
	return err;
}

VMX_DEFINE_WRITE(fit);

static int fit_show(struct seq_file *m, void *v)
{
	seq_printf(m, "%s\n", vmx_fit_name(READ_ONCE(default_fit)));
	return 0;
}

static int fit_open(struct inode *inode, struct file *file)
{
	int err = single_open(file, fit_show, NULL);

	file->f_mode |= FMODE_PWRITE;
	return err;
}

const struct file_operations vmx_fit_fops = {
	.owner = THIS_MODULE,
	.open = fit_open,
	.read = seq_read,
	.write_iter = fit_write_iter,
	.llseek = seq_lseek,
	.release = single_release,
};
