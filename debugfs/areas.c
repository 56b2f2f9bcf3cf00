// SPDX-License-Identifier: GPL-2.0
/*
 * areas: the list of areas in address order, in the format of /proc/vmallocinfo
 *
 * An area that exists during the whole time of reading is shown exactly once, whatever
 * happens to the list between two reads. An area that is not complete is left out.
 *
 * vmx_area_lock is held for at most BATCH lines, or for COUNTED frames if they have to
 * be counted one by one. A seek makes seq_file print everything up to the new position
 * at once, so the buffer's size would be no limit.
 */
#include <linux/fs.h>
#include <linux/kallsyms.h>
#include <linux/mm.h>
#include <linux/module.h>
#include <linux/nodemask.h>
#include <linux/sched.h>
#include <linux/seq_file.h>
#include <linux/string_helpers.h>

#include "vmx_area.h"
#include "vmx_pgtable.h"
#include "files.h"

#define BATCH	16
#define COUNTED	4096U

/*
 * Looking up the name of a caller takes ten times as long as the rest of a line, and
 * thousands of areas have the same caller, so the last name is kept.
 */
struct areas_file {
	loff_t after;		/* position behind the area that is shown */
	unsigned int lines;	/* lines since vmx_area_lock was taken */
	bool stale;		/* the lock was released: the area may be gone */
	unsigned long base;	/* subtracted from addresses: 0, or the slice's start */
	const void *caller;
	char name[KSYM_SYMBOL_LEN];
};

/*
 * Position 0 is the header. Position n + 1 is the first area at or above offset n of
 * the slice. So the next read goes on at the right address, whatever happens to the
 * list in between.
 */
static void *areas_at(struct areas_file *file, loff_t pos)
{
	struct vmx_area *area = vmx_area_first_from(vmx_start + pos - 1);

	file->lines = 0;
	file->stale = false;
	return area;
}

static void *areas_start(struct seq_file *m, loff_t *pos)
	__acquires(&vmx_area_lock)
{
	spin_lock(&vmx_area_lock);
	return *pos ? areas_at(m->private, *pos) : SEQ_START_TOKEN;
}

static void *areas_next(struct seq_file *m, void *v, loff_t *pos)
{
	struct areas_file *file = m->private;

	if (v == SEQ_START_TOKEN) {
		*pos = 1;
		return areas_at(file, *pos);
	}
	*pos = file->after;
	if (++file->lines == BATCH) {
		spin_unlock(&vmx_area_lock);
		cond_resched();
		spin_lock(&vmx_area_lock);
		file->stale = true;
	}
	return file->stale ? areas_at(file, *pos) : ((struct vmx_area *)v)->next;
}

static void areas_stop(struct seq_file *m, void *v)
	__releases(&vmx_area_lock)
{
	spin_unlock(&vmx_area_lock);
}

static void show_caller(struct seq_file *m, const void *caller)
{
	struct areas_file *file = m->private;

	if (file->base) {
		seq_puts(m, " -");
		return;
	}
	/* %pS prints the bare address of a caller that has been unloaded. */
	if (!*file->name || file->caller != caller) {
		snprintf(file->name, sizeof(file->name), " %pS", caller);
		file->caller = caller;
	}
	seq_puts(m, file->name);
}

/* There may be thousands of lines, so avoid the cost of seq_printf(). */
static void show_node(struct seq_file *m, int nid, unsigned int pages)
{
	seq_put_decimal_ull(m, " N", nid);
	seq_put_decimal_ull(m, "=", pages);
}

/* Release vmx_area_lock for a moment. Return false if the area was freed meanwhile. */
static bool pause_at(struct areas_file *file, const struct vmx_area *area)
{
	const void *addr = area->addr;
	unsigned long id = area->id;

	spin_unlock(&vmx_area_lock);
	cond_resched();
	spin_lock(&vmx_area_lock);
	file->stale = true;
	area = vmx_listed_at(addr);
	return area && area->id == id;
}

/* Return false if the area was freed while its frames were counted. */
static bool show_nodes(struct seq_file *m, const struct vmx_area *area)
{
	unsigned int i, n;
	int nid;

	if (area->nr_pages && area->nid != NUMA_NO_NODE) {
		show_node(m, area->nid, area->nr_pages);
		return true;
	}
	for_each_online_node(nid) {
		for (i = 0, n = 0; i < area->nr_pages; i++) {
			n += page_to_nid(vmx_area_page(area, i)) == nid;
			if (i % COUNTED == COUNTED - 1 && !pause_at(m->private, area))
				return false;
		}
		if (n)
			show_node(m, nid, n);
	}
	return true;
}

static int areas_show(struct seq_file *m, void *v)
{
	const int digits = BITS_PER_LONG / 4;
	struct areas_file *file = m->private;
	struct vmx_area *area = v;
	unsigned long start, flags;
	char comm[TASK_COMM_LEN];

	if (v == SEQ_START_TOKEN) {
		*file->name = '\0';	/* the module may have been unloaded since */
		seq_puts(m, "# vmx areas 1 slice=");
		vmx_show_range(m, vmx_start, vmx_end);
		seq_putc(m, '\n');
		return 0;
	}
	file->after = (unsigned long)area->addr + area->size - vmx_start + 1;
	if (!vmx_area_complete(area))
		return SEQ_SKIP;
	flags = READ_ONCE(area->flags);
	start = (unsigned long)area->addr - file->base;
	seq_printf(m, "0x%0*lx-0x%0*lx %7lu", digits, start, digits,
		   start + area->size, area->size);
	show_caller(m, READ_ONCE(area->caller));
	if (area->nr_pages)
		seq_put_decimal_ull(m, " pages=", area->nr_pages);
	seq_puts(m, flags & VMX_MAP ? " vmap" : " vmalloc");
	if (flags & VMX_USERMAP)
		seq_puts(m, " user");
	if (is_vmalloc_addr(area->pages))
		seq_puts(m, " vpages");
	if (!show_nodes(m, area))
		return SEQ_SKIP;
	seq_put_decimal_ull(m, " id=", area->id);
	seq_put_decimal_ull(m, " req=", READ_ONCE(area->requested));
	if (READ_ONCE(area->leaves))
		seq_put_decimal_ull(m, " huge=", READ_ONCE(area->leaves));
	if (flags & VMX_ZEROED)
		seq_puts(m, " zero");
	if (flags & VMX_ROX)
		seq_puts(m, " rox");
	if (flags & VMX_CACHED)
		seq_puts(m, " cached");
	if (flags & VMX_FREED)
		seq_puts(m, " freed");
	seq_put_decimal_ll(m, " pid=", READ_ONCE(area->pid));
	seq_puts(m, " comm=");
	/* See vmx_area_note_owner(). */
	data_race(memcpy(comm, area->comm, sizeof(comm)));
	seq_escape_mem(m, comm, strnlen(comm, sizeof(comm)),
		       ESCAPE_HEX | ESCAPE_NAP | ESCAPE_APPEND, " \\");
	seq_putc(m, '\n');
	return 0;
}

static const struct seq_operations areas_sops = {
	.start = areas_start,
	.next = areas_next,
	.stop = areas_stop,
	.show = areas_show,
};

static int areas_open(struct inode *inode, struct file *file)
{
	struct areas_file *af;

	af = __seq_open_private(file, &areas_sops, sizeof(*af));
	if (!af)
		return -ENOMEM;
	af->base = vmx_may_see_addresses(file) ? 0 : vmx_start;
	return 0;
}

const struct file_operations vmx_areas_fops = {
	.owner = THIS_MODULE,
	.open = areas_open,
	.read = seq_read,
	.llseek = seq_lseek,
	.release = seq_release_private,
};
