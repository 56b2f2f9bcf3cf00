// SPDX-License-Identifier: GPL-2.0
/*
 * The pieces that lines of the kernel are made of.
 */
#include "lexer.h"

bool lex_number(const char **text, unsigned int base, uint64_t *value)
{
	const char *begin = *text;
	uint64_t sum = 0;

	for (;; ++*text) {
		unsigned char c = **text;
		unsigned int digit = c - '0';

		if (digit > 9) {
			digit = (c | 0x20) - 'a' + 10;
			if (digit < 10)
				break;
		}
		if (digit >= base)
			break;
		if (__builtin_mul_overflow(sum, base, &sum) ||
		    __builtin_add_overflow(sum, digit, &sum))
			return false;
	}
	*value = sum;
	return *text > begin;
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
