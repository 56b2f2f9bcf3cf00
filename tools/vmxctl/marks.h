/* SPDX-License-Identifier: GPL-2.0 */
/*
 * The file map of vmx: the slice in at most a few thousand characters.
 */
#ifndef VMXCTL_MARKS_H
#define VMXCTL_MARKS_H

#include <stddef.h>
#include <stdint.h>

#include "header.h"
#include "reader.h"

struct marks {
	uint64_t start;		/* of the slice */
	uint64_t bytes;		/* that a character stands for; the last one for fewer */
	char *list;
	size_t count;
	size_t bad;		/* lines that could not be read */
};

enum parse_result marks_read(struct marks *marks, struct reader *reader);
void marks_free(struct marks *marks);

#endif
