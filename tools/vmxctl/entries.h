/* SPDX-License-Identifier: GPL-2.0 */
/*
 * A walk through the page tables, drawn with the bits of each entry, and as JSON.
 */
#ifndef VMXCTL_ENTRIES_H
#define VMXCTL_ENTRIES_H

#include <stdio.h>

#include "json.h"
#include "walked.h"

/* Draw it in lines of at most @width characters; 0 means any number. */
void entries_print(const struct walked *walked, size_t width, FILE *stream);

/* What the bits of an entry are; all of them BIT_OTHER if the machine is not known. */
enum bit_kind { BIT_OTHER, BIT_ADDRESS, BIT_FLAG };

void entries_bits(const struct walked *walked, const struct walk_step *step,
		  enum bit_kind kinds[64]);

#ifdef HAVE_JANSSON
json_t *entries_json(const struct walked *walked);
#endif

#endif
