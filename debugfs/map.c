// SPDX-License-Identifier: GPL-2.0
/*
 * map: the slice as text, one character for several pages
 *
 * A character shows what most of its bytes are. If most are a hole, but not all, the
 * character is a different one, so that small areas can be seen.
 *
 * vmx_area_lock is held while BATCH ranges are looked at: a character of a large slice may
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
#define BATCH 16

unsigned int vmx_map_width = 64;

enum { M_HOLE, M_AREA, M_LEAF, M_GUARD, M_CACHED, M_QUARANTINE, M_PARKED, M_KINDS };
static const char marks[M_KINDS] = ".#HgcQp";

/* Add the bytes of [start, end) that are in [from, to). */
static void add(unsigned long *bytes, unsigned long start, unsigned long end,
		unsigned long from, unsigned long to)
{
	start = max(start, from);
	end = min(end, to);
	*bytes += start < end ? end - start : 0;
}

static void weigh_area(const struct vmx_area *area, unsigned long from,
		       unsigned long to, unsigned long bytes[M_KINDS])
{
	unsigned long start = vmx_area_start(area);
	unsigned long guard = start + vmx_area_pages(area) * PAGE_SIZE;
	int kind;

	if (vmx_area_is_parked(area)) {
		add(&bytes[M_PARKED], start, vmx_area_end(area), from, to);
		return;
	}
	kind = READ_ONCE(area->flags) & VMX_CACHED ? M_CACHED :
	       READ_ONCE(area->leaves) ? M_LEAF : M_AREA;
	add(&bytes[kind], start, guard, from, to);
	add(&bytes[M_GUARD], guard, vmx_area_end(area), from, to);
}

/*
 * Add up the bytes of each kind in [from, to), up to the end of BATCH ranges. Return how
 * far that went.
 */
static unsigned long weigh_some(unsigned long from, unsigned long to,
				unsigned long bytes[M_KINDS])
{
	static const int of_kind[] = {
		[VMX_RANGE_HOLE] = M_HOLE, [VMX_RANGE_QUARANTINE] = M_QUARANTINE,
		[VMX_RANGE_PARKED] = M_PARKED,
	};
	const struct vmx_area *next = NULL;	/* the list leads from area to area */
	struct vmx_range range;
	unsigned int n;

	spin_lock(&vmx_area_lock);
	for (n = 0; from < to && n < BATCH; n++) {
		if (!next || vmx_area_start(next) != from) {
			vmx_range_at(from, &range);
			if (range.kind != VMX_RANGE_AREA) {
				add(&bytes[of_kind[range.kind]], from, range.end, from, to);
				from = range.end;
				continue;
			}
			next = range.area;
		}
		weigh_area(next, from, to, bytes);
		from = vmx_area_end(next);
		next = next->next;
	}
	spin_unlock(&vmx_area_lock);
	return from;
}

/* Add up the bytes of each kind in [from, to). */
static void weigh(unsigned long from, unsigned long to,
		  unsigned long bytes[M_KINDS])
{
	while (from < to) {
		from = weigh_some(from, to, bytes);
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
