// SPDX-License-Identifier: GPL-2.0
/*
 * gaps: the holes in address order, and how fragmented the slice is
 *
 * vmx_area_lock is taken for each hole separately. So the sums in the last line are
 * those of the holes that were shown, which need not have existed at one moment.
 */
#include <linux/fs.h>
#include <linux/math64.h>
#include <linux/module.h>
#include <linux/sched.h>
#include <linux/seq_file.h>

#include "vmx_area.h"
#include "vmx_pgtable.h"
#include "files.h"

struct gaps {
	unsigned long count, total, largest;
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
		*gaps = (struct gaps){};
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
	*pos = gaps->hole.end - vmx_start + 1;
	cond_resched();
	return gaps_find(m, *pos);
}

static void gaps_stop(struct seq_file *m, void *v)
{
}

static int gaps_show(struct seq_file *m, void *v)
{
	struct gaps *gaps = m->private;
	struct vmx_area_stats stats;
	u64 scattered;

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
	scattered = div64_u64((u64)(gaps->total - gaps->largest) * 1000,
			      max(gaps->total, 1UL));
	seq_printf(m, "# count=%lu total=%lu largest=%lu fragmentation=0.%03llu quarantined=%lu guard=%lu\n",
		   gaps->count, gaps->total, gaps->largest, scattered,
		   stats.quarantined_bytes, stats.guard_bytes);
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
