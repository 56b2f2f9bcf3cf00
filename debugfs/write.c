// SPDX-License-Identifier: GPL-2.0
/*
 * Common to all files: taking a written text, and who sees addresses
 *
 * A write is one text, at offset 0 and shorter than a page. vmx does all of it, or
 * refuses it with an errno. Each refusal of a text that could be read goes into the
 * error log.
 *
 * A file that was opened with CAP_SYSLOG shows addresses. Other files show offsets in
 * the slice.
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

/**
 * vmx_may_see_addresses() - was a file opened with CAP_SYSLOG?
 * @file: the file
 *
 * Return: true if so; what the reader may do now does not matter.
 */
bool vmx_may_see_addresses(const struct file *file)
{
	return file_ns_capable(file, &init_user_ns, CAP_SYSLOG);
}

/**
 * vmx_show_address() - print an address, or its offset in the slice
 * @m: the file; without CAP_SYSLOG it gets the offset
 * @addr: an address of the slice, or the end of the slice
 */
void vmx_show_address(struct seq_file *m, unsigned long addr)
{
	if (!vmx_may_see_addresses(m->file))
		addr -= vmx_start;
	seq_printf(m, "0x%0*lx", BITS_PER_LONG / 4, addr);
}

/**
 * vmx_show_range() - print the addresses [@start, @end) as vmx_show_address() does
 * @m: the file
 * @start: the first address
 * @end: the address behind the last one
 */
void vmx_show_range(struct seq_file *m, unsigned long start, unsigned long end)
{
	vmx_show_address(m, start);
	seq_putc(m, '-');
	vmx_show_address(m, end);
}

/**
 * vmx_address() - turn a written number into an address
 * @value: an address, or an offset in the slice
 *
 * Return: the address.
 */
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
 * vmx_write_text() - take a text that was written to a file
 * @file: the file
 * @from: the text
 * @len: its length in bytes
 * @pos: the offset, which must be 0; a write does not move it, so that a read can
 *	follow
 * @handler: acts on the text, or refuses it
 *
 * Context: process context; may sleep.
 * Return: @len, or the negative errno of the refusal, which is in the error log.
 * -EFAULT and -ENOMEM, not in the log, if the text could not be read.
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

/**
 * vmx_read_rewinding() - seq_read() that sets the offset to 0 at the end
 * @file: the file
 * @to: where to copy the text
 * @len: bytes to copy at most
 * @ppos: the offset
 *
 * A write must be at offset 0, so after a read to the end the next write is taken.
 *
 * Return: the number of bytes copied, or a negative errno.
 */
ssize_t vmx_read_rewinding(struct file *file, char __user *to, size_t len,
			   loff_t *ppos)
{
	ssize_t n = seq_read(file, to, len, ppos);

	if (!n && len)
		*ppos = 0;
	return n;
}
