/* SPDX-License-Identifier: GPL-2.0 */
/*
 * A file that vmxctl record writes, line by line, and the two ways to fill it.
 */
#ifndef VMXCTL_RECORDING_H
#define VMXCTL_RECORDING_H

#include <stdbool.h>
#include <stdint.h>
#include <stdio.h>

struct recording {
	FILE *file;
	int error;		/* errno of the write that failed first, or 0 */
	uint64_t allocated, failed, freed;
	uint64_t lost;		/* events that the kernel had no room for */
	uint64_t page_size;
};

/* Begin the file. */
void recording_begin(struct recording *recording, bool of_vmx);

/* A size as the caller asked for it, in bytes, without a guard page. */
void recording_alloc(struct recording *recording, uint64_t addr, uint64_t size, uint64_t align);
void recording_fail(struct recording *recording, uint64_t size, uint64_t align);
void recording_free(struct recording *recording, uint64_t addr);

/*
 * Where events come from. Each function returns an exit code, and has told why if it is
 * not DONE.
 */
struct means {
	const char *name;
	unsigned int rest;	/* a pause is at least so many times as long as a take() */
	int (*begin)(struct recording *recording, bool of_vmx);
	int (*take)(struct recording *recording);	/* what has happened since the last time */
	int (*settle)(struct recording *recording);	/* take and write the rest, or NULL */
	void (*end)(void);	/* may be called more than once, also before begin() */
};

/* Tracepoints, through libtracefs. */
extern const struct means tracing;

/* Does this kernel have them? */
bool tracing_possible(bool of_vmx);

/* Readings of /proc/vmallocinfo: what comes and goes between two is not seen. */
extern const struct means comparing;

#endif
