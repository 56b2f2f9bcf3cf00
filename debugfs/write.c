// SPDX-License-Identifier: GPL-2.0
/*
 * Common to all files: taking a written text, and who sees addresses
 *
 * A write is one text, shorter than a page. vmx does all of it, or refuses it with an
 * errno. Each refusal of a text that could be read goes into the error log. The pieces
 * of a writev() are one text. A write of 0 bytes is no text: nothing happens.
 *
 * A file that was opened with CAP_SYSLOG shows addresses. Other files show offsets in
 * the slice.
 */
#include <linux/fs.h>
#include <linux/minmax.h>
#include <linux/seq_file.h>
#include <linux/slab.h>
#include <linux/string.h>
#include <linux/uio.h>

#include "vmx_alloc.h"
#include "vmx_pgtable.h"
#include "files.h"

#define HEX (2 + 2 * sizeof(unsigned long))	/* "0x" and all digits */

static void put_hex(char text[HEX], unsigned long value)
{
	char *digit;

	memcpy(text, "0x", 2);
	for (digit = text + HEX - 1; digit > text + 1; digit--, value >>= 4)
		*digit = "0123456789abcdef"[value & 0xf];
}

/**
 * vmx_show_hex_range() - print [@start, @end), with 0x and all hexadecimal digits
 * @m: the file
 * @start: the first number
 * @end: the number behind the last one
 *
 * This takes a fifth of the instructions of seq_printf().
 */
void vmx_show_hex_range(struct seq_file *m, unsigned long start, unsigned long end)
{
	char text[HEX + 1 + HEX];

	put_hex(text, start);
	text[HEX] = '-';
	put_hex(text + HEX + 1, end);
	seq_write(m, text, sizeof(text));
}

/* What addresses are shown relative to: 0, or the slice's start without CAP_SYSLOG. */
static unsigned long base(const struct seq_file *m)
{
	return vmx_may_see_addresses(m->file) ? 0 : vmx_start;
}

/**
 * vmx_show_address() - print an address, or its offset in the slice
 * @m: the file; without CAP_SYSLOG it gets the offset
 * @addr: an address of the slice, or the end of the slice
 */
void vmx_show_address(struct seq_file *m, unsigned long addr)
{
	char text[HEX];

	put_hex(text, addr - base(m));
	seq_write(m, text, sizeof(text));
}

/**
 * vmx_show_range() - print the addresses [@start, @end) as vmx_show_address() does
 * @m: the file
 * @start: the first address
 * @end: the address behind the last one
 */
void vmx_show_range(struct seq_file *m, unsigned long start, unsigned long end)
{
	unsigned long hidden = base(m);

	vmx_show_hex_range(m, start - hidden, end - hidden);
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

/*
 * A plain write() arrives at the file's position, which reading has moved. Only a
 * pwrite() arrives at another one.
 */
static bool is_pwrite(const struct kiocb *iocb)
{
	return iocb->ki_pos && iocb->ki_pos != iocb->ki_filp->f_pos;
}

static int check_write(struct vmx_text *text, size_t len, bool at_offset)
{
	if (at_offset)
		return vmx_text_refuse(text, -EINVAL, NULL,
				       "a request is one write(), or a pwrite() at offset 0");
	if (len > VMX_TEXT_MAX)
		return vmx_text_refuse(text, -EINVAL, text->start + VMX_TEXT_MAX,
				       "longer than 4095 bytes");
	return vmx_text_check(text, len);
}

/**
 * vmx_write_text() - take a text that was written to a file
 * @iocb: the write; its position must be 0 or the file's position, and becomes 0
 * @from: the text, of one piece or, from writev(), of several
 * @handler: acts on the text, or refuses it
 *
 * Afterwards the file's position is 0, whether the text was refused or not, so that a
 * read begins at the start of the answer. An empty write changes nothing.
 *
 * Context: process context; may sleep.
 * Return: the length of the text; 0 for an empty write; the negative errno of a
 * refusal, which is in the error log; -EFAULT and -ENOMEM, not in the log, if the text
 * could not be read.
 */
ssize_t vmx_write_text(struct kiocb *iocb, struct iov_iter *from,
		       vmx_text_handler handler)
{
	struct file *file = iocb->ki_filp;
	size_t len = iov_iter_count(from), kept = min_t(size_t, len, VMX_TEXT_MAX);
	bool at_offset = is_pwrite(iocb);
	struct vmx_text text;
	char *copy;
	int err;

	if (!len)
		return 0;
	copy = kmalloc(kept + 1, GFP_USER | __GFP_NOWARN);
	if (!copy)
		return -ENOMEM;
	if (!copy_from_iter_full(copy, kept, from)) {
		kfree(copy);
		return -EFAULT;
	}
	copy[kept] = '\0';
	vmx_text_init(&text, copy);
	err = check_write(&text, len, at_offset);
	if (!err)
		err = handler(file, &text);
	if (err) {
		vmx_count_failure(err);
		vmx_error_log_add(file, err, &text);
	}
	kfree(copy);
	if (!at_offset) {
		vfs_llseek(file, 0, SEEK_SET);
		iocb->ki_pos = 0;
	}
	return err ?: len;
}
