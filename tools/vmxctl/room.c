// SPDX-License-Identifier: GPL-2.0
/*
 * How large a slice would fit now, and who has the rest of the vmalloc range.
 *
 * A slice fits into RAM and into one hole. Of a 64-bit machine, the range has terabytes, and
 * RAM decides. If the addresses are hidden, so are the holes: then all that is free counts.
 */
#include <inttypes.h>
#include <stdio.h>

#include "room.h"
#include "vmallocinfo.h"
#include "vmxctl.h"

/* A slice is a multiple of this, and begins at one; beside it is a guard page. */
#define ROUNDING (2ull << 20)

/* A line of /proc/meminfo, in bytes; 0 if it is not there. */
static uint64_t memory_line(const char *format)
{
	FILE *file = fopen("/proc/meminfo", "re");
	uint64_t kilobytes = 0;
	char line[256];

	while (file && fgets(line, sizeof(line), file) &&
	       sscanf(line, format, &kilobytes) != 1)
		;
	if (file)
		fclose(file);
	return kilobytes << 10;
}

/* The largest hole of the range, which begins with its first area. */
static uint64_t largest_hole(struct vmallocinfo *info, uint64_t range)
{
	uint64_t at = 0, end = UINT64_MAX, largest = 0;

	vmallocinfo_sort(info);
	for (size_t i = 0; i < info->count && at < end; i++) {
		const struct vm_line *line = &info->lines[i];

		if (!line->start)
			continue;
		if (!at) {
			at = line->start;
			end = add(at, range);
		}
		if (line->start > at && line->start - at > largest)
			largest = (line->start < end ? line->start : end) - at;
		if (line->start < end && line->start + line->size > at)
			at = line->start + line->size;
		else if (line->start >= end)
			at = end;
	}
	return at < end && end - at > largest ? end - at : largest;
}

static uint64_t round_down(uint64_t bytes)
{
	return bytes & ~(ROUNDING - 1);
}

bool room_look(struct room *room)
{
	uint64_t ram = memory_line("MemTotal: %" SCNu64);
	uint64_t range = memory_line("VmallocTotal: %" SCNu64);
	FILE *file = fopen("/proc/vmallocinfo", "re");
	struct vmallocinfo info;
	struct reader reader;
	uint64_t used = 0, hole;

	*room = (struct room){ 0 };
	if (!file)
		return false;
	reader_open(&reader, fileno(file));
	vmallocinfo_read(&info, &reader);
	reader_close(&reader);
	fclose(file);
	for (size_t i = 0; i < info.count; i++) {
		room->used[info.lines[i].kind] = add(room->used[info.lines[i].kind],
						     info.lines[i].size);
		used = add(used, info.lines[i].size);
	}
	hole = used < range ? range - used : 0;
	if (info.addresses == ADDRESSES_REAL)
		hole = largest_hole(&info, range);
	/* Its first address is rounded up, and its guard page takes some, too. */
	hole = hole > 2 * ROUNDING ? hole - 2 * ROUNDING : 0;
	room->slice = round_down(ram < hole ? ram : hole);
	used = info.count;
	vmallocinfo_free(&info);
	return used && ram && range;
}
