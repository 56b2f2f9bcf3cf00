// SPDX-License-Identifier: GPL-2.0
/*
 * Sizes as people write and read them.
 */
#include <ctype.h>
#include <errno.h>
#include <stdlib.h>
#include <string.h>

#include "size.h"

static const char units[] = "KMGTPE";

static char *put_number(char *text, unsigned int number)
{
	if (number >= 10)
		text = put_number(text, number / 10);
	*text++ = '0' + number % 10;
	return text;
}

/* @number / 2^@shift, rounded; half of a unit to the even one, as printf() does. */
static uint64_t rounded(uint64_t number, unsigned int shift)
{
	uint64_t rest = number & ((1ull << shift) - 1), half = 1ull << (shift - 1);

	number >>= shift;
	return number + (rest > half || (rest == half && number % 2));
}

/* printf() takes thirty times as long, and a table may have millions of sizes. */
char *size_format(char text[SIZE_TEXT], uint64_t bytes)
{
	unsigned int unit = 0, shift = 10;
	char *end = text;
	uint64_t whole, tenths;

	if (bytes < 1024) {
		*put_number(text, bytes) = 0;
		return text;
	}
	/* 1023.9 would be rounded to 1024. */
	for (; bytes >= 2047ull << (shift - 1) && units[unit + 1]; unit++)
		shift += 10;
	/* Ten times all of it might not fit. */
	whole = bytes >> shift;
	tenths = whole > 9 ? 100 :
			     whole * 10 + rounded((bytes - (whole << shift)) * 10, shift);
	if (tenths < 100) {
		end = put_number(end, tenths / 10);
		*end++ = '.';
		end = put_number(end, tenths % 10);
	} else {
		end = put_number(end, rounded(bytes, shift));
	}
	*end++ = units[unit];
	*end = 0;
	return text;
}

bool size_parse(const char *text, uint64_t *bytes)
{
	const char *unit;
	char *end;

	if (!isdigit((unsigned char)*text))
		return false;
	errno = 0;
	*bytes = strtoull(text, &end, !strncmp(text, "0x", 2) ? 16 : 10);
	if (errno)
		return false;
	if (!*end)
		return true;
	unit = strchr(units, toupper((unsigned char)*end));
	if (!unit || end[1])
		return false;
	return !__builtin_mul_overflow(*bytes, 1ull << (10 * (unit - units + 1)), bytes);
}
