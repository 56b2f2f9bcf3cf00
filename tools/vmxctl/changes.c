// SPDX-License-Identifier: GPL-2.0
/*
 * What changed between two readings of /proc/vmallocinfo.
 */
#include "changes.h"

/* Tell the lines that only @some has. */
static void tell_only(const struct vmallocinfo *some, const struct vmallocinfo *others,
		      bool is_new,
		      void (*tell)(void *data, bool is_new, const struct vm_line *line), void *data)
{
	size_t other = 0;

	for (size_t i = 0; i < some->count; i++) {
		const struct vm_line *line = &some->lines[i];
		bool found = false;

		if (!line->start || !line->size || line->kind == KIND_UNPURGED)
			continue;
		while (other < others->count && others->lines[other].start < line->start)
			other++;
		for (size_t j = other; j < others->count && others->lines[j].start == line->start &&
		     !found; j++)
			found = others->lines[j].size == line->size &&
				others->lines[j].kind != KIND_UNPURGED;
		if (!found)
			tell(data, is_new, line);
	}
}

void changes_find(const struct vmallocinfo *before, const struct vmallocinfo *now,
		  void (*tell)(void *data, bool is_new, const struct vm_line *line), void *data)
{
	tell_only(before, now, false, tell, data);
	tell_only(now, before, true, tell, data);
}
