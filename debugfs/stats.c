// SPDX-License-Identifier: GPL-2.0
/*
 * stats: the counters of all parts, one line each
 *
 * The numbers of areas and addresses are from one moment. The other numbers are read
 * one by one. The keys give the units.
 */
#include <linux/module.h>
#include <linux/seq_file.h>

#include "vmx_alloc.h"
#include "vmx_area.h"
#include "vmx_frames.h"
#include "vmx_pgtable.h"
#include "files.h"

static int stats_show(struct seq_file *m, void *v)
{
	unsigned long failures[VMX_FAIL_KINDS];
	struct vmx_area_stats area;
	struct vmx_magazines_stats magazines;
	struct vmx_frames_stats frames;

	vmx_magazines_stats(&magazines);
	vmx_areas_stats(&area);
	vmx_frames_stats(&frames);
	vmx_failures_read(failures);
#define SHOW(key, value) seq_printf(m, key " %lu\n", (unsigned long)(value))
	seq_puts(m, "version " VMX_VERSION "\n");
	SHOW("slice_bytes", area.slice_bytes);
	SHOW("areas", area.areas);
	SHOW("area_bytes", area.area_bytes);
	SHOW("guard_bytes", area.guard_bytes);
	SHOW("hole_bytes", area.slice_bytes - area.area_bytes -
			   area.quarantined_bytes - area.parked_bytes);
	SHOW("quarantined_bytes", area.quarantined_bytes);
	SHOW("quarantined_ranges", area.quarantined_ranges);
	SHOW("parked_areas", area.parked_areas);
	SHOW("parked_bytes", area.parked_bytes);
	SHOW("lazy_max_bytes", READ_ONCE(vmx_lazy_max));
	SHOW("pages", frames.frames);
	SHOW("pages_highmem", frames.highmem);
	SHOW("peak_areas", area.peak_areas);
	SHOW("peak_pages", frames.peak);
	SHOW("cached_areas", magazines.areas);
	SHOW("cached_pages", magazines.pages);
	SHOW("cached_allocs", magazines.gets);
	SHOW("cached_frees", magazines.puts);
	SHOW("depot_areas", magazines.depot_areas);
	SHOW("depot_pages", magazines.depot_pages);
	SHOW("depot_given", magazines.given);
	SHOW("depot_taken", magazines.taken);
	SHOW("allocs", area.allocs);
	SHOW("frees", area.frees);
	SHOW("purges", area.purges);
	SHOW("flushes", vmx_pgtable_flushes());
	SHOW("fail_einval", failures[VMX_FAIL_EINVAL]);
	SHOW("fail_e2big", failures[VMX_FAIL_E2BIG]);
	SHOW("fail_enospc", failures[VMX_FAIL_ENOSPC]);
	SHOW("fail_enomem", failures[VMX_FAIL_ENOMEM]);
	SHOW("fail_enoent", failures[VMX_FAIL_ENOENT]);
	SHOW("fail_eperm", failures[VMX_FAIL_EPERM]);
	SHOW("fail_eintr", failures[VMX_FAIL_EINTR]);
	SHOW("fail_eio", failures[VMX_FAIL_EIO]);
#undef SHOW
	return 0;
}

VMX_DEFINE_SHOWN(stats);
