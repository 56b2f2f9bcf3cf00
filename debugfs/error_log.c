// SPDX-License-Identifier: GPL-2.0
/*
 * error_log: the last refused writes, and the reasons
 *
 * The format is that of tracefs's error_log: a line with the reason, the line that was
 * written, and a caret under the wrong word. An entry has no caret if the text is
 * correct, but was written in a way that is refused.
 *
 * A text that was written with CAP_SYSLOG may contain addresses, so it is shown only to
 * readers with CAP_SYSLOG.
 *
 * refused.lock protects the log. No other lock is taken inside.
 */
#include <linux/err.h>
#include <linux/math64.h>
#include <linux/minmax.h>
#include <linux/module.h>
#include <linux/mutex.h>
#include <linux/sched/clock.h>
#include <linux/seq_file.h>
#include <linux/string.h>

#include "files.h"

#define ENTRIES 8
#define WINDOW 100	/* characters that are kept of the wrong line */
#define BEFORE 60	/* ... at most this many of them before the wrong word */

struct entry {
	u64		when;		/* local_clock(); 0: never used */
	const char	*file;
	int		err;
	bool		syslog;		/* the writer might see addresses */
	const char	*why;
	int		caret;		/* column in text; -1: none */
	char		text[WINDOW + sizeof("......")];
};

static struct {
	struct mutex lock;	/* protects entry and next */
	struct entry entry[ENTRIES];
	unsigned int next;	/* modulo ENTRIES: the oldest entry, overwritten next */
} refused = {
	.lock = __MUTEX_INITIALIZER(refused.lock),
};

/* Keep the line that contains @at, or the part of it around @at. */
static void keep_window(struct entry *entry, const char *start, const char *at)
{
	const char *from = at, *to = at;
	char *out = entry->text;

	while (from > start && from[-1] != '\n')
		from--;
	while (*to && *to != '\n')
		to++;
	if (to - from > WINDOW && at - from > BEFORE) {
		from = at - BEFORE;
		out += strscpy(out, "...", sizeof(entry->text));
	}
	entry->caret = at - from + (out - entry->text);
	for (; from < to && out < entry->text + WINDOW; from++) {
		if (*from == '\t')
			*out++ = ' ';
		else
			*out++ = *from >= ' ' && *from <= '~' ? *from : '?';
	}
	strscpy(out, from < to ? "..." : "", sizeof("..."));
}

/**
 * vmx_error_log_add() - add a refused write to the log
 * @file: the file that was written to
 * @err: the negative errno of the write
 * @text: the text, with why and at set
 *
 * Context: process context; may sleep.
 */
void vmx_error_log_add(const struct file *file, int err,
		       const struct vmx_text *text)
{
	struct entry *entry;

	mutex_lock(&refused.lock);
	entry = &refused.entry[refused.next++ % ENTRIES];
	entry->when = local_clock();
	entry->file = file_dentry(file)->d_name.name;
	entry->syslog = vmx_may_see_addresses(file);
	entry->err = err;
	entry->why = text->why;
	keep_window(entry, text->start, text->at ?: text->start);
	if (!text->at)
		entry->caret = -1;
	mutex_unlock(&refused.lock);
}

/**
 * vmx_errno_name() - return the name of an errno, as %pe prints it
 * @err: a negative errno
 *
 * %pe prints names only with CONFIG_SYMBOLIC_ERRNAME.
 *
 * Return: the name.
 */
const char *vmx_errno_name(int err)
{
	switch (err) {
	case -EINVAL:
		return "EINVAL";
	case -E2BIG:
		return "E2BIG";
	case -EIO:
		return "EIO";
	case -ENOSPC:
		return "ENOSPC";
	case -ENOMEM:
		return "ENOMEM";
	case -ENOENT:
		return "ENOENT";
	case -EPERM:
		return "EPERM";
	case -EINTR:
		return "EINTR";
	case -EBUSY:
		return "EBUSY";
	default:
		return "an error";
	}
}

static void show_text(struct seq_file *m, const struct entry *entry)
{
	if (entry->syslog && !vmx_may_see_addresses(m->file)) {
		seq_puts(m, "  Command: hidden, because it was written with CAP_SYSLOG\n");
		return;
	}
	seq_printf(m, "  Command: %s\n", entry->text);
	if (entry->caret >= 0)
		seq_printf(m, "           %*s^\n", entry->caret, "");
}

static int error_log_show(struct seq_file *m, void *v)
{
	unsigned int i;

	mutex_lock(&refused.lock);
	for (i = 0; i < ENTRIES; i++) {
		struct entry *entry = &refused.entry[(refused.next + i) % ENTRIES];
		u32 us;
		u64 s;

		if (!entry->when)
			continue;
		s = div_u64_rem(div_u64(entry->when, NSEC_PER_USEC),
				USEC_PER_SEC, &us);
		seq_printf(m, "[%5llu.%06u] vmx: %s: error: %s: %s\n", s, us,
			   entry->file, vmx_errno_name(entry->err), entry->why);
		show_text(m, entry);
	}
	mutex_unlock(&refused.lock);
	return 0;
}

VMX_DEFINE_SHOWN(error_log);
