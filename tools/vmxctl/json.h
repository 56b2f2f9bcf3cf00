/* SPDX-License-Identifier: GPL-2.0 */
/*
 * JSON on stdout, through jansson. Without jansson, main.c refuses --json.
 */
#ifndef VMXCTL_JSON_H
#define VMXCTL_JSON_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#ifdef HAVE_JANSSON
#include <jansson.h>

/* A number, or null for NONE of table.h. */
json_t *json_number(uint64_t number);

/* An address is a string: JavaScript's numbers have 53 bits. */
json_t *json_address(uint64_t address);

/* A list of the words of a text, which blanks part. */
json_t *json_words(const char *words);

/* A text from outside, a path for example: what is not UTF-8 has "?" for each such byte. */
json_t *json_text(const char *text);

/* Write one object, on one line, and free it. What could not be made, NULL, ends vmxctl. */
void json_put(json_t *object);
#endif

/* Write {"error": {"code": N, "message": "..."}}, once. */
void json_error(int code, const char *message);

/* Has an error been written? */
bool json_error_told(void);

#endif
