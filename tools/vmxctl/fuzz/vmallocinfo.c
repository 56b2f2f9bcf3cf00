// SPDX-License-Identifier: GPL-2.0
/*
 * libFuzzer over the parser of /proc/vmallocinfo, and over what is done with its lines.
 */
#include "../cells.h"
#include "../stretches.h"
#include "../vmallocinfo.h"
#include "../vmxctl.h"

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size);

static struct span span_of(const void *data, size_t index)
{
	const struct vm_line *line = &((const struct vmallocinfo *)data)->lines[index];

	return (struct span){ line->start ? line->start : NOWHERE, line->start + line->size,
			      line->kind, "" };
}

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
	struct vmallocinfo info;
	struct drawing drawing = {
		.looks = kinds, .nr_looks = NR_KINDS, .span = span_of, .data = &info,
	};
	struct stretches stretches;
	struct reader reader;
	struct cells cells;
	struct cell cell;
	unsigned int n = 0;

	reader_open_text(&reader, data, size);
	if (vmallocinfo_read(&info, &reader))
		abort();
	reader_close(&reader);
	for (size_t i = 0; i < info.count; i++) {
		if (info.lines[i].kind >= NR_KINDS || !vm_caller(&info, &info.lines[i]))
			abort();
	}
	vmallocinfo_sort(&info);
	drawing.nr = info.count;
	stretches_find(&stretches, &drawing);
	cells_begin(&cells, &drawing, &stretches, 56, 20);
	while (cells_next(&cells, &cell)) {
		if (cell.start >= cell.end || ++n > 56 * (20 + stretches.nr))
			abort();
	}
	stretches_free(&stretches);
	vmallocinfo_free(&info);
	return 0;
}
