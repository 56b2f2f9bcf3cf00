/* SPDX-License-Identifier: GPL-2.0 */
/*
 * The first line of a file of vmx: "# vmx NAME VERSION ...".
 */
#ifndef VMXCTL_HEADER_H
#define VMXCTL_HEADER_H

#include <stdint.h>

enum parse_result { PARSED, NO_HEADER, OTHER_VERSION };

/* Is this line the first one of the file @name? *line moves to what comes behind the version. */
enum parse_result header_parse(const char **line, const char *name);

/* The same, and what comes behind it is "slice=0xSTART-0xEND". */
enum parse_result header_parse_slice(const char *line, const char *name, uint64_t *start,
				     uint64_t *end);

#endif
