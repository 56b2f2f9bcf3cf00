// SPDX-License-Identifier: GPL-2.0
/*
 * map: the slice as text, one character for several pages
 *
 * A character shows what most of its bytes are. If most are a hole, but not all, the
 * character is a different one, so that small areas can be seen.
 *
 * vmx_area_lock is taken for each range separately: a character of a large slice may
 * stand for thousands.
 */
#include <linux/kernel.h>
#include <linux/log2.h>
#include <linux/module.h>
#include <linux/sched.h>
#include <linux/seq_file.h>

#include "vmx_area.h"
#include "vmx_debugfs.h"
#include "vmx_pgtable.h"
#include "files.h"

#define MAP_LINES 32

unsigned int vmx_map_width = 64;

enum { M_HOLE, M_AREA, M_LEAF, M_GUARD, M_CACHED, M_QUARANTINE, M_PARKED, M_KINDS };
static const char marks[M_KINDS] = ".#HgcQp";

/* Return the kind of the range at @from, and its end, or that of a part of it, in *@end. */
static int kind_at(unsigned long from, unsigned long *end)
{
	struct vmx_range range;
	unsigned long guard;
	int kind;

	vmx_range_at(from, &range);
	*end = range.end;
	if (range.kind != VMX_RANGE_AREA)
		return range.kind == VMX_RANGE_QUARANTINE ? M_QUARANTINE :
		       range.kind == VMX_RANGE_PARKED ? M_PARKED : M_HOLE;
	guard = (unsigned long)range.area->addr +
		vmx_area_pages(range.area) * PAGE_SIZE;
	kind = READ_ONCE(range.area->flags) & VMX_CACHED ? M_CACHED :
	       READ_ONCE(range.area->leaves) ? M_LEAF : M_AREA;
	if (from >= guard)
		return M_GUARD;
	*end = min(*end, guard);
	return kind;
}

/* Add up the bytes of each kind in [from, to). */
static void weigh(unsigned long from, unsigned long to,
		  unsigned long bytes[M_KINDS])
{
	unsigned long end;
	int kind;

	for (; from < to; from = end) {
		spin_lock(&vmx_area_lock);
		kind = kind_at(from, &end);
		spin_unlock(&vmx_area_lock);
		end = min(end, to);
		bytes[kind] += end - from;
		cond_resched();
	}
}

static char mark_of(unsigned long from, unsigned long to)
{
	unsigned long bytes[M_KINDS] = {};
	int kind, most = M_HOLE;

	weigh(from, to, bytes);
	for (kind = 0; kind < M_KINDS; kind++) {
		if (bytes[kind] > bytes[most])
			most = kind;
	}
	if (most == M_HOLE && bytes[M_HOLE] < to - from)
		return ',';
	return marks[most];
}

static int map_show(struct seq_file *m, void *v)
{
	unsigned long width = clamp(READ_ONCE(vmx_map_width), 16U, 256U);
	unsigned long cell, at;
	unsigned int column;

	cell = roundup_pow_of_two(DIV_ROUND_UP(vmx_end - vmx_start,
					       width * MAP_LINES));
	cell = max(cell, PAGE_SIZE);
	seq_printf(m, "# vmx map 1: a character is %lu KiB (%lu pages), a line %lu KiB\n",
		   cell >> 10, cell >> PAGE_SHIFT, cell * width >> 10);
	seq_puts(m, "# by what most of it is: . hole  , hole with something in it  # area  H area with leaves\n"
		    "#                        g guard  c cached  Q quarantined  p parked\n");
	for (at = vmx_start; at < vmx_end;) {
		vmx_show_address(m, at);
		seq_putc(m, ' ');
		for (column = 0; column < width && at < vmx_end; column++) {
			unsigned long next = min(at + cell, vmx_end);

			seq_putc(m, mark_of(at, next));
			at = next;
		}
		seq_putc(m, '\n');
	}
	return 0;
}

VMX_DEFINE_SHOWN(map);
