/* SPDX-License-Identifier: GPL-2.0 */
/*
 * The file stats of vmx.
 */
#ifndef VMXCTL_COUNTERS_H
#define VMXCTL_COUNTERS_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#include "names.h"
#include "reader.h"

#define MAX_COUNTERS 256

struct counters {
	char version[32];
	struct {
		uint32_t name;
		uint64_t value;
	} list[MAX_COUNTERS];
	size_t count;
	struct names names;
};

/* False if it is not such a file. */
bool counters_read(struct counters *counters, struct reader *reader);

/* The value of this counter, or 0 if there is none. */
uint64_t counters_value(const struct counters *counters, const char *name);

void counters_free(struct counters *counters);

#endif
