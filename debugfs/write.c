// SPDX-License-Identifier: GPL-2.0
/*
 * What the files have in common: how text comes in, and who sees addresses
 *
 * A write is one text, at offset 0 and shorter than a page.  It is done as a
 * whole or refused with an errno, and each refusal of a text that could be read
 * goes into the error log.  Addresses are for those who opened the file with CAP_SYSLOG; all
 * others see offsets in the slice.
 *
 * Locking: none.  Units: bytes.
 */
#include <linux/capability.h>
#include <linux/fs.h>
#include <linux/minmax.h>
#include <linux/seq_file.h>
#include <linux/slab.h>
#include <linux/string.h>

#include "vmx_alloc.h"
#include "vmx_pgtable.h"
#include "files.h"

/** vmx_may_see_addresses() - was the file opened with CAP_SYSLOG? */
bool vmx_may_see_addresses(const struct file *file)
{
	return file_ns_capable(file, &init_user_ns, CAP_SYSLOG);
}

/** vmx_show_address() - print an address, or for most people its offset */
void vmx_show_address(struct seq_file *m, unsigned long addr)
{
	if (!vmx_may_see_addresses(m->file))
		addr -= vmx_start;
	seq_printf(m, "0x%0*lx", BITS_PER_LONG / 4, addr);
}

/** vmx_show_range() - print the addresses [@start, @end) */
void vmx_show_range(struct seq_file *m, unsigned long start, unsigned long end)
{
	vmx_show_address(m, start);
	seq_putc(m, '-');
	vmx_show_address(m, end);
}

/** vmx_address() - the address that somebody wrote: in full, or as an offset */
unsigned long vmx_address(unsigned long value)
{
	return value < vmx_end - vmx_start ? vmx_start + value : value;
}

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
 * @pos: the offset, which must be 0; it does not move, for the read that follows
 * @handler: acts on the text, or refuses it
 *
 * Return: @len, or the errno of the refusal, which has been logged; -EFAULT and
 * -ENOMEM, unlogged, when the text could not even be read.
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

/** vmx_read_rewinding() - seq_read(), but at the end the next write is welcome */
ssize_t vmx_read_rewinding(struct file *file, char __user *to, size_t len,
			   loff_t *ppos)
{
	ssize_t n = seq_read(file, to, len, ppos);

	if (!n && len)
		*ppos = 0;
	return n;
}
