/* SPDX-License-Identifier: GPL-2.0 */
/*
 * The file area of vmx: one area's descriptor, the blocks of its frames, its entries.
 */
#ifndef VMXCTL_DESCRIPTOR_H
#define VMXCTL_DESCRIPTOR_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#include "header.h"
#include "names.h"
#include "reader.h"

/* Addresses that one block of frames, or one run of entries, maps. */
struct mapped {
	uint64_t start, end, pfn;
	bool entries;		/* of frames are order, zone and node; of entries, level */
	uint64_t order, node;
	uint32_t zone, flags, level;	/* numbers in texts */
};

struct descriptor {
	uint64_t id, at, requested;
	uint64_t next, next_id, next_addr;	/* 0 behind the last one */
	uint64_t addr, size, flags, pages, nr_pages, phys_addr, page_order;
	uint32_t flag_names, caller;		/* numbers in texts */
	struct names texts;
	struct mapped *mapped;
	size_t nr_mapped;
	bool freed;				/* while it was read */
};

enum parse_result descriptor_read(struct descriptor *descriptor, struct reader *reader);

void descriptor_free(struct descriptor *descriptor);

#endif
