/* SPDX-License-Identifier: GPL-2.0 */
/*
 * A set of texts, each with a small number: a million lines have a few hundred callers.
 */
#ifndef VMXCTL_NAMES_H
#define VMXCTL_NAMES_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

struct names {
	char **texts;		/* by number */
	uint32_t count;
	uint32_t *slots;	/* open addressing: number + 1, or 0 */
	uint32_t nr_slots;
};

/*
 * The number of @text. A new text is copied; its bytes that a terminal or JSON could not
 * take become '?'.
 */
uint32_t names_number(struct names *names, const char *text, size_t length);

/* The same for a text that may not be there: false then. */
bool names_find(const struct names *names, const char *text, size_t length, uint32_t *number);

void names_free(struct names *names);

#endif
