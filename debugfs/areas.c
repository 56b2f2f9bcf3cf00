// SPDX-License-Identifier: GPL-2.0
/*
 * areas: the list of areas in address order, in the format of /proc/vmallocinfo
 *
 * An area that exists during the whole time of reading is shown exactly once, whatever
 * happens to the list between two reads. An area that is not complete is left out.
 *
 * A line is printed from a copy of the descriptor. vmx_area_lock is held while one
 * descriptor is copied, or while COUNTED frames are counted one by one.
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

#define COUNTED	4096U

/* A part of a line, as it was printed last. */
struct part {
	unsigned int len;
	char text[256];
};

/*
 * Looking up the name of a caller takes ten times as long as the rest of a line, and
 * thousands of areas have the same caller, so the last name is kept. Often a line differs
 * from the one before in the address and the id only, so its other two parts are kept,
 * too: printing their numbers takes most of the rest.
 */
struct areas_file {
	struct shown {		/* copied from a descriptor: the area may be gone */
		unsigned long start, id;
		struct words {
			unsigned long size, flags, requested;
			const void *caller;
			unsigned int nr_pages, leaves;
			int nid;
			pid_t pid;
			char comm[TASK_COMM_LEN];
			bool vpages;
		} words;
		bool complete;
	} shown;
	unsigned long base;	/* subtracted from addresses: 0, or the slice's start */
	struct words words;	/* those that the parts tell, if there are any */
	struct part before_id, behind_id;
	const void *caller;
	char name[KSYM_SYMBOL_LEN];
};

/* A magazine hands out areas without vmx_area_lock: see vmx_area_note_owner(). */
static void copy(struct shown *shown, const struct vmx_area *area)
{
	struct words *words = &shown->words;

	lockdep_assert_held(&vmx_area_lock);
	shown->start = vmx_area_start(area);
	words->size = area->size;
	/* These flags, not later ones: it may be freed, and parked, meanwhile. */
	words->flags = READ_ONCE(area->flags);
	shown->complete = !(words->flags & VMX_UNLIST) && vmx_area_complete(area);
	if (!shown->complete)
		return;
	shown->id = area->id;
	words->requested = READ_ONCE(area->requested);
	words->caller = READ_ONCE(area->caller);
	words->nr_pages = area->nr_pages;
	words->leaves = READ_ONCE(area->leaves);
	words->nid = area->nid;
	words->pid = READ_ONCE(area->pid);
	/* It may be a part of the former owner's name. */
	data_race(memcpy(words->comm, area->comm, sizeof(words->comm)));
	words->vpages = is_vmalloc_addr(area->pages);
}

/*
 * Position 0 is the header. Position n + 1 is the first area at or above offset n of
 * the slice. So the next read goes on at the right address, whatever happens to the
 * list in between.
 */
static void *areas_at(struct areas_file *file, loff_t pos)
{
	struct shown *shown = &file->shown;
	struct vmx_area *area;

	vmx_area_read_lock();
	area = vmx_area_first_from(vmx_start + pos - 1);
	if (area)
		copy(shown, area);
	vmx_area_read_unlock();
	return area ? shown : NULL;
}

static void *areas_start(struct seq_file *m, loff_t *pos)
{
	return *pos ? areas_at(m->private, *pos) : SEQ_START_TOKEN;
}

static void *areas_next(struct seq_file *m, void *v, loff_t *pos)
{
	const struct shown *shown = v;

	*pos = v == SEQ_START_TOKEN ? 1 : shown->start + shown->words.size - vmx_start + 1;
	cond_resched();
	return areas_at(m->private, *pos);
}

static void areas_stop(struct seq_file *m, void *v)
{
}

static void show_caller(struct seq_file *m, const void *caller)
{
	struct areas_file *file = m->private;

	if (file->base) {
		seq_puts(m, " -");
		return;
	}
	if (!*file->name || file->caller != caller) {
		vmx_caller_name(file->name, sizeof(file->name), caller);
		file->caller = caller;
	}
	seq_putc(m, ' ');
	seq_puts(m, file->name);
}

/* There may be thousands of lines, so avoid the cost of seq_printf(). */
static void show_node(struct seq_file *m, int nid, unsigned int pages)
{
	seq_put_decimal_ull(m, " N", nid);
	seq_put_decimal_ull(m, "=", pages);
}

/*
 * Count frames of a node, from page @from on. If the area is made shorter meanwhile, the
 * counts do not add up to its pages. Return false if it was freed. If it comes from what
 * is parked or cached since, the frames are the new user's.
 */
static bool count_frames(const struct shown *shown, unsigned int from, int nid,
			 unsigned int *n)
{
	const struct vmx_area *area;
	unsigned int i, end;
	bool same;

	vmx_area_read_lock();
	area = vmx_listed_at((void *)shown->start);
	same = area && area->id == shown->id && vmx_area_has_frames(area);
	end = same ? min3(from + COUNTED, area->nr_pages, shown->words.nr_pages) : 0;
	for (i = from; i < end; i++)
		*n += page_to_nid(vmx_area_page(area, i)) == nid;
	vmx_area_read_unlock();
	cond_resched();
	return same;
}

/* Return false if the area was freed while its frames were counted. */
static bool show_nodes(struct seq_file *m, const struct shown *shown)
{
	unsigned int i, n, nr_pages = shown->words.nr_pages;
	int nid = shown->words.nid;

	if (nr_pages && nid != NUMA_NO_NODE) {
		show_node(m, nid, nr_pages);
		return true;
	}
	for_each_online_node(nid) {
		for (i = 0, n = 0; i < nr_pages; i += COUNTED)
			if (!count_frames(shown, i, nid, &n))
				return false;
		if (n)
			show_node(m, nid, n);
	}
	return true;
}

/* Print a blank and the size, in seven columns at least. */
static void show_size(struct seq_file *m, unsigned long size)
{
	unsigned long least;

	for (least = 1000000; least > 1 && size < least; least /= 10)
		seq_putc(m, ' ');
	seq_put_decimal_ull(m, " ", size);
}

/* Return false if the area was freed meanwhile. */
static bool show_before_id(struct seq_file *m, const struct shown *area)
{
	const struct words *words = &area->words;

	show_size(m, words->size);
	show_caller(m, words->caller);
	if (words->nr_pages)
		seq_put_decimal_ull(m, " pages=", words->nr_pages);
	seq_puts(m, words->flags & VMX_MAP ? " vmap" : " vmalloc");
	if (words->flags & VMX_USERMAP)
		seq_puts(m, " user");
	if (words->vpages)
		seq_puts(m, " vpages");
	return show_nodes(m, area);
}

static void show_behind_id(struct seq_file *m, const struct words *words)
{
	seq_put_decimal_ull(m, " req=", words->requested);
	if (words->leaves)
		seq_put_decimal_ull(m, " huge=", words->leaves);
	if (words->flags & VMX_ZEROED)
		seq_puts(m, " zero");
	if (words->flags & VMX_ROX)
		seq_puts(m, " rox");
	if (words->flags & VMX_CACHED)
		seq_puts(m, " cached");
	if (words->flags & VMX_FREED)
		seq_puts(m, " freed");
	seq_put_decimal_ll(m, " pid=", words->pid);
	seq_puts(m, " comm=");
	seq_escape_mem(m, words->comm, strnlen(words->comm, sizeof(words->comm)),
		       ESCAPE_HEX | ESCAPE_NAP | ESCAPE_APPEND, " \\");
	seq_putc(m, '\n');
}

/* Keep what was printed from @from on. Return false if there is no room. */
static bool keep(struct part *part, struct seq_file *m, size_t from)
{
	size_t len = m->count - from;

	if (seq_has_overflowed(m) || len > sizeof(part->text))
		return false;
	memcpy(part->text, m->buf + from, len);
	part->len = len;
	return true;
}

static int areas_show(struct seq_file *m, void *v)
{
	struct areas_file *file = m->private;
	const struct shown *area = v;
	unsigned long start;
	bool kept;
	size_t from;

	if (v == SEQ_START_TOKEN) {
		/* The caller may have been unloaded since. */
		*file->name = '\0';
		file->before_id.len = 0;
		seq_puts(m, "# vmx areas 1 slice=");
		vmx_show_range(m, vmx_start, vmx_end);
		seq_putc(m, '\n');
		return 0;
	}
	if (!area->complete)
		return SEQ_SKIP;
	start = area->start - file->base;
	vmx_show_hex_range(m, start, start + area->words.size);
	if (file->before_id.len && !memcmp(&file->words, &area->words, sizeof(file->words))) {
		seq_write(m, file->before_id.text, file->before_id.len);
		seq_put_decimal_ull(m, " id=", area->id);
		seq_write(m, file->behind_id.text, file->behind_id.len);
		return 0;
	}
	from = m->count;
	if (!show_before_id(m, area))
		return SEQ_SKIP;
	/* The frames of one area may lie elsewhere than those of another. */
	kept = area->words.nid != NUMA_NO_NODE && keep(&file->before_id, m, from);
	seq_put_decimal_ull(m, " id=", area->id);
	from = m->count;
	show_behind_id(m, &area->words);
	if (kept && keep(&file->behind_id, m, from))
		file->words = area->words;
	else
		file->before_id.len = 0;
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
