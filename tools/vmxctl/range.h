/* SPDX-License-Identifier: GPL-2.0 */
/*
 * Addresses and ranges of them, as people write them on a command line.
 */
#ifndef VMXCTL_RANGE_H
#define VMXCTL_RANGE_H

#include <argp.h>
#include <stdbool.h>
#include <stdint.h>

/* Read a number, decimal, or 0x and hexadecimal; *text moves behind it. */
bool address_parse(const char **text, uint64_t *number);

/* Read "START-END", or one address. *last is the last address. Anything else is a usage error. */
void range_parse(const struct argp_state *state, const char *argument, uint64_t *first,
		 uint64_t *last);

#endif
