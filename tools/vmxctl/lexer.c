// SPDX-License-Identifier: GPL-2.0
/*
 * The pieces that lines of the kernel are made of.
 */
#include "lexer.h"

/* The value of each digit, and 1; of what is none, 0. */
static const unsigned char digits[256] = {
	['0'] = 1, 2, 3, 4, 5, 6, 7, 8, 9, 10,
	['A'] = 11, 12, 13, 14, 15, 16,
	['a'] = 11, 12, 13, 14, 15, 16,
};

/* Inline: the base is known where it is called, and there are millions of numbers. */
static inline bool number_of(const char **text, unsigned int base, uint64_t *value)
{
	const char *begin = *text, *c = begin;
	uint64_t sum = 0;
	unsigned int digit;

	for (; (digit = digits[(unsigned char)*c] - 1u) < base; c++) {
		if (sum > UINT64_MAX / base ||
		    __builtin_add_overflow(sum * base, digit, &sum))
			return false;
	}
	*value = sum;
	*text = c;
	return c > begin;
}

bool lex_number(const char **text, unsigned int base, uint64_t *value)
{
	return base == 16 ? number_of(text, 16, value) : number_of(text, 10, value);
}

bool lex_address(const char **text, uint64_t *value, bool *hidden)
{
	if (strncmp(*text, "0x", 2))
		return false;
	*text += 2;
	if (**text != '(')
		return lex_number(text, 16, value);
	*text = strchr(*text, ')');
	*hidden = true;
	*value = 0;
	return *text && *++*text;
}

bool lex_range(const char **text, uint64_t *start, uint64_t *end, bool *hidden)
{
	return lex_address(text, start, hidden) && *(*text)++ == '-' &&
	       lex_address(text, end, hidden);
}

bool lex_value(const char *text, uint64_t *value)
{
	if (!strncmp(text, "0x", 2)) {
		text += 2;
		return lex_number(&text, 16, value);
	}
	return lex_number(&text, 10, value);
}

size_t lex_caller(const char *text)
{
	size_t length = lex_length(text);
	const char *end;

	if (text[length] && text[length + 1] == '[') {
		end = strchr(text + length, ']');
		if (end)
			return end + 1 - text;
	}
	return length;
}
