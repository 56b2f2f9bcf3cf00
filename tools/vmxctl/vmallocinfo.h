/* SPDX-License-Identifier: GPL-2.0 */
/*
 * /proc/vmallocinfo, of Linux 3.10 to 7.3: its lines, read, and in address order.
 */
#ifndef VMXCTL_VMALLOCINFO_H
#define VMXCTL_VMALLOCINFO_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#include "kinds.h"
#include "names.h"
#include "reader.h"

/* One line. There may be millions. */
struct vm_line {
	uint64_t start;		/* 0 if the address is hidden, or does not fit the size */
	uint64_t size;		/* of addresses, the guard page included */
	uint32_t pages;		/* frames, 0 if the line does not say */
	uint32_t caller : 27;	/* a number in callers, or NO_CALLER */
	uint32_t kind : 5;
};

#define NO_CALLER ((1u << 27) - 1)

enum vm_addresses { ADDRESSES_REAL, ADDRESSES_HASHED, ADDRESSES_ZERO };

struct vmallocinfo {
	struct vm_line *lines;
	size_t count;
	struct names callers;
	uint64_t page_size;	/* found from the lines; 4096 if they do not tell */
	enum vm_addresses addresses;	/* what most lines have */
	size_t odd;		/* lines whose addresses and size disagree, if most agree */
	size_t bad;		/* lines that could not be read */
};

/* Read all of it. Returns 0, or the errno of a read. info->count may be 0. */
int vmallocinfo_read(struct vmallocinfo *info, struct reader *reader);

void vmallocinfo_free(struct vmallocinfo *info);

/* The caller of a line as text. */
const char *vm_caller(const struct vmallocinfo *info, const struct vm_line *line);

/* Bytes of frames that a line tells. */
static inline uint64_t vm_memory(const struct vmallocinfo *info, const struct vm_line *line)
{
	return line->pages * info->page_size;
}

/*
 * Put the lines into address order. Since 6.9 the kernel does not: it prints one list of
 * areas after the other. Lines without an address come first.
 */
void vmallocinfo_sort(struct vmallocinfo *info);

#endif
