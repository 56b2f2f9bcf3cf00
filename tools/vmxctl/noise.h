/* SPDX-License-Identifier: GPL-2.0 */
/*
 * What a build prints that looks like an error: known by its text.
 */
#ifndef VMXCTL_NOISE_H
#define VMXCTL_NOISE_H

#include <stdbool.h>
#include <stddef.h>

struct noise {
	const char *what;	/* a short name */
	const char *text;	/* a line that has this is known */
	bool good;		/* there is nothing to do */
	const char *meaning;
};

extern const struct noise noises[];
extern const size_t nr_noises;

#endif
