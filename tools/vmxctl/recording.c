// SPDX-License-Identifier: GPL-2.0
/*
 * The file that vmxctl record writes; operations.c has its form.
 */
#include <inttypes.h>

#include "recording.h"

void recording_begin(struct recording *recording, bool of_vmx)
{
	fprintf(recording->file, "# vmxctl record 1 of=%s page=%" PRIu64 "\n",
		of_vmx ? "vmx" : "vmalloc", recording->page_size);
}

/* vmalloc() has no alignment below a page's; vmx's requests say 1 for that. */
void recording_alloc(struct recording *recording, uint64_t addr, uint64_t size, uint64_t align)
{
	fprintf(recording->file, "alloc 0x%" PRIx64 " %" PRIu64 " %" PRIu64 "\n", addr, size,
		align);
	recording->allocated++;
}

void recording_fail(struct recording *recording, uint64_t size, uint64_t align)
{
	fprintf(recording->file, "fail %" PRIu64 " %" PRIu64 "\n", size, align);
	recording->failed++;
}

void recording_free(struct recording *recording, uint64_t addr)
{
	fprintf(recording->file, "free 0x%" PRIx64 "\n", addr);
	recording->freed++;
}
