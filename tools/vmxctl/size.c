// SPDX-License-Identifier: GPL-2.0
/*
 * Sizes as people write and read them.
 */
#include <ctype.h>
#include <errno.h>
#include <inttypes.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "size.h"

static const char units[] = "KMGTPE";

char *size_format(char text[SIZE_TEXT], uint64_t bytes)
{
	unsigned int unit = 0;
	double value = bytes / 1024.0;

	if (bytes < 1024) {
		snprintf(text, SIZE_TEXT, "%" PRIu64, bytes);
		return text;
	}
	/* 1023.9 would be rounded to 1024. */
	for (; value >= 1023.5 && units[unit + 1]; unit++)
		value /= 1024;
	snprintf(text, SIZE_TEXT, value < 9.95 ? "%.1f%c" : "%.0f%c", value, units[unit]);
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
