// SPDX-License-Identifier: GPL-2.0
/*
 * gaps: the holes in address order, and how fragmented the slice is
 *
 * vmx_area_lock is taken for each hole separately. So the sums in the last line are
 * those of the holes that were shown, which need not have existed at one moment.
 *
 * The fragmentation is 1 - largest / total. As long as most of the slice is one hole, it
 * is near 0, whatever the other holes are like. So the last line tells what the largest
 * of the last requests would find.
 */
#include <linux/fs.h>
#include <linux/math64.h>
#include <linux/module.h>
#include <linux/sched.h>
#include <linux/seq_file.h>

#include "vmx_area.h"
#include "vmx_pgtable.h"
#include "files.h"

#define DIGITS 6	/* of the fragmentation, at most */

struct gaps {
	unsigned long count, total, largest;
	unsigned long asked;	/* the largest request lately, with its guard page */
	unsigned long fit;	/* holes that hold it */
	struct vmx_range hole;
	bool done;
};

static void *gaps_find(struct seq_file *m, loff_t pos)
{
	struct gaps *gaps = m->private;
	bool found;

	spin_lock(&vmx_area_lock);
	found = vmx_start + pos - 1 < vmx_end &&
		vmx_hole_from(vmx_start + pos - 1, &gaps->hole);
	spin_unlock(&vmx_area_lock);
	gaps->done = !found;
	return gaps;
}

/*
 * Position 0 is the header. Position n + 1 is the first hole at or above offset n of the
 * slice, or the sums if there is none.
 */
static void *gaps_start(struct seq_file *m, loff_t *pos)
{
	struct gaps *gaps = m->private;

	if (!*pos) {
		*gaps = (struct gaps){ .asked = vmx_largest_asked() };
		return SEQ_START_TOKEN;
	}
	return *pos > (loff_t)(vmx_end - vmx_start) + 1 ?
	       NULL : gaps_find(m, *pos);
}

static void *gaps_next(struct seq_file *m, void *v, loff_t *pos)
{
	struct gaps *gaps = m->private;
	unsigned long size = gaps->hole.end - gaps->hole.start;

	if (v == SEQ_START_TOKEN) {
		*pos = 1;
		return gaps_find(m, *pos);
	}
	if (gaps->done) {
		*pos = (loff_t)(vmx_end - vmx_start) + 2;
		return NULL;
	}
	gaps->count++;
	gaps->total += size;
	gaps->largest = max(gaps->largest, size);
	gaps->fit += size >= gaps->asked;
	*pos = gaps->hole.end - vmx_start + 1;
	cond_resched();
	return gaps_find(m, *pos);
}

static void gaps_stop(struct seq_file *m, void *v)
{
}

/*
 * Print @part / @total, which is less than 1: three digits, or as many as it takes to
 * tell two of them from 0.
 */
static void show_fragmentation(struct seq_file *m, u64 part, u64 total)
{
	u64 scale = 1000;
	int digits = 3;

	for (; part && digits < DIGITS && part * scale < 10 * total; digits++)
		scale *= 10;
	seq_printf(m, " fragmentation=0.%0*llu", digits,
		   div64_u64(part * scale, max(total, 1ULL)));
}

static int gaps_show(struct seq_file *m, void *v)
{
	struct gaps *gaps = m->private;
	struct vmx_area_stats stats;

	if (v == SEQ_START_TOKEN) {
		seq_puts(m, "# vmx gaps 1 slice=");
		vmx_show_range(m, vmx_start, vmx_end);
		seq_putc(m, '\n');
		return 0;
	}
	if (!gaps->done) {
		vmx_show_range(m, gaps->hole.start, gaps->hole.end);
		seq_printf(m, " %7lu\n", gaps->hole.end - gaps->hole.start);
		return 0;
	}
	vmx_areas_stats(&stats);
	seq_printf(m, "# count=%lu total=%lu largest=%lu", gaps->count, gaps->total,
		   gaps->largest);
	show_fragmentation(m, gaps->total - gaps->largest, gaps->total);
	seq_printf(m, " quarantined=%lu guard=%lu\n", stats.quarantined_bytes,
		   stats.guard_bytes);
	if (gaps->asked)
		seq_printf(m, "# largest request lately: %lu bytes with its guard page; holes that hold it: %lu\n",
			   gaps->asked, gaps->fit);
	return 0;
}

static const struct seq_operations gaps_sops = {
	.start = gaps_start,
	.next = gaps_next,
	.stop = gaps_stop,
	.show = gaps_show,
};

static int gaps_open(struct inode *inode, struct file *file)
{
	return seq_open_private(file, &gaps_sops, sizeof(struct gaps));
}

const struct file_operations vmx_gaps_fops = {
	.owner = THIS_MODULE,
	.open = gaps_open,
	.read = seq_read,
	.llseek = seq_lseek,
	.release = seq_release_private,
};
