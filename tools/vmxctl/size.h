/* SPDX-License-Identifier: GPL-2.0 */
/*
 * Sizes as people write and read them: 64K, 1.5M.
 */
#ifndef VMXCTL_SIZE_H
#define VMXCTL_SIZE_H

#include <stdbool.h>
#include <stdint.h>

/* Room for what size_format() writes. */
#define SIZE_TEXT 16

/* At most five characters: "4.0K", "1023M". Returns @text. */
char *size_format(char text[SIZE_TEXT], uint64_t bytes);

/* Decimal or 0x, with K, M, G, T or without. */
bool size_parse(const char *text, uint64_t *bytes);

#endif
