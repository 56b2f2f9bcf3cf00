/* SPDX-License-Identifier: GPL-2.0 */
/*
 * The pieces that lines of the kernel are made of: numbers, addresses, words.
 */
#ifndef VMXCTL_LEXER_H
#define VMXCTL_LEXER_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>
#include <string.h>

/* Read digits; *text moves behind them. False if there are none, or too many. */
bool lex_number(const char **text, unsigned int base, uint64_t *value);

/*
 * Read "0x" and an address. An address that the kernel hides, "0x(____ptrval____)", sets
 * *hidden and is 0.
 */
bool lex_address(const char **text, uint64_t *value, bool *hidden);

/* Read "0xSTART-0xEND". */
bool lex_range(const char **text, uint64_t *start, uint64_t *end, bool *hidden);

/* Read "N" or "0xN". */
bool lex_value(const char *text, uint64_t *value);

/* "key=N" or "key=0xN": is @text that, with this key? Inline: lines have many such words. */
static inline bool lex_pair(const char *text, size_t length, const char *key, uint64_t *value)
{
	size_t known = strlen(key);

	return length > known + 1 && !memcmp(text, key, known) && text[known] == '=' &&
	       lex_value(text + known + 1, value);
}

static inline size_t lex_length(const char *text)
{
	return strchrnul(text, ' ') - text;
}

static inline const char *lex_blanks(const char *text)
{
	while (*text == ' ')
		text++;
	return text;
}

static inline bool lex_is(const char *text, size_t length, const char *word)
{
	return length == strlen(word) && !memcmp(text, word, length);
}

/* The length of a caller: "function+0x1/0x2 [module]" has a blank in it. */
size_t lex_caller(const char *text);

#endif
