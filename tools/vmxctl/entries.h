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

#ifdef HAVE_JANSSON
json_t *entries_json(const struct walked *walked);
#endif

#endif
