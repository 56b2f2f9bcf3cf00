/* SPDX-License-Identifier: GPL-2.0 */
/*
 * Functions and types that the files under /sys/kernel/debug/vmx share
 *
 *	vmx_debugfs.c -> the .c of each file's name
 *		      -> owned.c, explain*.c, query.c -> write.c
 *		      -> caller.c, error_log.c, text.c
 *
 * write.c takes each write to a file: text.c splits the text into words and numbers,
 * the file acts on them, and error_log.c keeps refused texts and the reasons.
 */
#ifndef _VMX_FILES_H
#define _VMX_FILES_H

#include <linux/capability.h>
#include <linux/cred.h>
#include <linux/fs.h>
#include <linux/list.h>
#include <linux/seq_file.h>
#include <linux/types.h>

#include "vmx.h"

struct vmx_explanation;

/*
 * The longest text, in bytes. It is short: stdio cuts a longer text into
 * writes of 4096 bytes, and then vmx refuses the first part instead of acting on half a
 * text.
 */
#define VMX_TEXT_MAX 4095

/**
 * struct vmx_text - a text that is read word by word
 * @start: the whole text, with a NUL at its end
 * @next: the end of the current word; the next word is searched from here
 * @word: the current word, the one that was read last; without a NUL at its end
 * @len: length of the current word in characters; 0 at the end of the text
 * @first: the current word is the first word of its line
 * @why: if the text was refused: the reason, for people
 * @at: if the text was refused: the wrong character; NULL if no character is wrong
 */
struct vmx_text {
	const char	*start;
	const char	*next;
	const char	*word;
	size_t		len;
	bool		first;
	const char	*why;
	const char	*at;
};

/**
 * struct vmx_request - one request written to "alloc"
 * @list: the requests of one write
 * @size: bytes
 * @align: bytes; a power of two
 * @count: the number of areas to make
 * @node: prefer frames of this node; NUMA_NO_NODE if the request names none
 * @fit: which hole to take
 * @zero: clear the frames
 * @huge: use leaves
 * @explain: tell the steps of the first area
 * @at: the position of the request in the text
 */
struct vmx_request {
	struct list_head list;
	unsigned long	size;
	unsigned long	align;
	unsigned long	count;
	int		node;
	enum vmx_fit	fit;
	bool		zero;
	bool		huge;
	bool		explain;
	const char	*at;
};

/* text.c */
void vmx_text_init(struct vmx_text *text, const char *start);
int vmx_text_refuse(struct vmx_text *text, int err, const char *at,
		    const char *why);
int vmx_text_wrong(struct vmx_text *text, const char *why);
int vmx_text_check(struct vmx_text *text, size_t len);
bool vmx_text_word(struct vmx_text *text);
bool vmx_text_is(const struct vmx_text *text, const char *word);
bool vmx_text_is_hex(const struct vmx_text *text);
int vmx_text_number(struct vmx_text *text, const char *at,
		    unsigned long *value);
int vmx_text_size(struct vmx_text *text, const char *at, unsigned long *value);
int vmx_text_fit(struct vmx_text *text, const char *at, enum vmx_fit *fit);
int vmx_text_request(struct vmx_text *text, struct vmx_request *req,
		     enum vmx_fit fit);

/* error_log.c */
void vmx_error_log_add(const struct file *file, int err,
		       const struct vmx_text *text);
const char *vmx_errno_name(int err);

/* write.c */
typedef int (*vmx_text_handler)(struct file *file, struct vmx_text *text);

/* Was @file opened with CAP_SYSLOG? What its reader may do now does not matter. */
static inline bool vmx_may_see_addresses(const struct file *file)
{
	return file_ns_capable(file, &init_user_ns, CAP_SYSLOG);
}

unsigned long vmx_address(unsigned long value);
void vmx_show_hex_range(struct seq_file *m, unsigned long start, unsigned long end);
void vmx_show_address(struct seq_file *m, unsigned long addr);
void vmx_show_range(struct seq_file *m, unsigned long start, unsigned long end);
ssize_t vmx_write_text(struct kiocb *iocb, struct iov_iter *from,
		       vmx_text_handler handler);

/* Define name_write_iter() for a file's operations; it calls the file's name_text(). */
#define VMX_DEFINE_WRITE(name)						\
static ssize_t name##_write_iter(struct kiocb *iocb, struct iov_iter *from) \
{									\
	return vmx_write_text(iocb, from, name##_text);			\
}

/* caller.c */
void vmx_caller_name(char *name, size_t size, const void *caller);
void vmx_show_caller(struct seq_file *m, const void *caller);
void vmx_caller_init(void);
void vmx_caller_exit(void);

/* query.c */

/**
 * struct vmx_told - the last write to "area" or "walk"; all zero before the first
 * @addr: the address to show
 * @err: the negative errno of a refused write, or 0
 */
struct vmx_told {
	unsigned long	addr;
	int		err;
};

int vmx_asked_open(struct file *file, struct vmx_told *last,
		   int (*show)(struct seq_file *m, void *v));
int vmx_asked_release(struct inode *inode, struct file *file);
int vmx_asked_number(struct vmx_text *text, unsigned long *value);
ssize_t vmx_asked_write(struct kiocb *iocb, struct iov_iter *from,
			vmx_text_handler handler);
void vmx_asked_tell(struct file *file, unsigned long addr);
unsigned long vmx_asked(struct seq_file *m, const char *hint);

/*
 * Define the operations of a file that shows the address that was written to it. The
 * file has name_text() and name_show().
 */
#define VMX_DEFINE_ASKED(name)						\
static ssize_t name##_write_iter(struct kiocb *iocb, struct iov_iter *from) \
{									\
	return vmx_asked_write(iocb, from, name##_text);		\
}									\
									\
static int name##_open(struct inode *inode, struct file *file)		\
{									\
	static struct vmx_told last;					\
									\
	return vmx_asked_open(file, &last, name##_show);		\
}									\
									\
const struct file_operations vmx_##name##_fops = {			\
	.owner = THIS_MODULE,						\
	.open = name##_open,						\
	.read = seq_read,						\
	.write_iter = name##_write_iter,				\
	.llseek = seq_lseek,						\
	.release = vmx_asked_release,					\
}

/* explain.c, explain_show.c */
struct vmx_explanation *vmx_explain_begin(void);
void vmx_explain_end(struct vmx_explanation *why);
void vmx_explain_show(struct seq_file *m, const struct vmx_explanation *why);

/* alloc.c */
unsigned long vmx_largest_asked(void);

/* fit.c */
enum vmx_fit vmx_default_fit(void);

/* owned.c */
int vmx_own_prepare(const struct vmx_area *area);
void vmx_own_cancel(const struct vmx_area *area);
void vmx_own(struct vmx_area *area);
bool vmx_is_owned(const struct vmx_area *area);
void vmx_owned_lock(void);
void vmx_owned_unlock(void);
int vmx_owned_mark(unsigned long id);
void vmx_owned_mark_all(void);
void vmx_owned_unmark(void);
void vmx_owned_free_marked(void);
void vmx_owned_exit(void);

/* Define the operations of a file that is only read. The file has name_show(). */
#define VMX_DEFINE_SHOWN(name)						\
static int name##_open(struct inode *inode, struct file *file)		\
{									\
	return single_open(file, name##_show, NULL);			\
}									\
									\
const struct file_operations vmx_##name##_fops = {			\
	.owner = THIS_MODULE,						\
	.open = name##_open,						\
	.read = seq_read,						\
	.llseek = seq_lseek,						\
	.release = single_release,					\
}

/* vmx_NAME_fops is in NAME.c; that of README is in vmx_debugfs.c. */
extern const struct file_operations
	vmx_alloc_fops, vmx_free_fops, vmx_fit_fops, vmx_purge_fops,
	vmx_areas_fops, vmx_gaps_fops, vmx_map_fops, vmx_area_fops,
	vmx_walk_fops, vmx_pgtables_fops, vmx_mem_fops, vmx_stats_fops,
	vmx_error_log_fops, vmx_README_fops;

#endif /* _VMX_FILES_H */
