// SPDX-License-Identifier: GPL-2.0
/*
 * Record by readings of /proc/vmallocinfo, where there are no tracepoints of vmalloc.
 */
#include "changes.h"
#include "recording.h"
#include "source.h"
#include "vmxctl.h"

static struct vmallocinfo before;

static void tell(void *data, bool is_new, const struct vm_line *line)
{
	struct recording *recording = data;
	uint64_t page = recording->page_size;

	if (is_new)
		recording_alloc(recording, line->start,
				line->size > page ? line->size - page : line->size, page);
	else
		recording_free(recording, line->start);
}

static int read_now(struct vmallocinfo *now)
{
	struct reader reader;
	int code = source_open("vmallocinfo", NULL, &reader);

	if (code)
		return code;
	vmallocinfo_read(now, &reader);
	code = source_close(&reader, "vmallocinfo");
	if (!code && now->addresses != ADDRESSES_REAL)
		code = fail(FORBIDDEN, _("addresses are hidden: as root, run sysctl "
					 "kernel.kptr_restrict=1"));
	if (code)
		vmallocinfo_free(now);
	else
		vmallocinfo_sort(now);
	return code;
}

static int begin(struct recording *recording, bool of_vmx)
{
	(void)recording;
	if (of_vmx)
		return fail(ABSENT, _("the requests of vmx are recorded by its tracepoints only"));
	return read_now(&before);
}

static int take(struct recording *recording)
{
	struct vmallocinfo now;
	int code = read_now(&now);

	if (code)
		return code;
	changes_find(&before, &now, tell, recording);
	vmallocinfo_free(&before);
	before = now;
	return DONE;
}

static void end(void)
{
	vmallocinfo_free(&before);
}

const struct means comparing = { "readings", 10, begin, take, NULL, end };
