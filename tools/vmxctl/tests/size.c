// SPDX-License-Identifier: GPL-2.0
/*
 * Sizes for people are what printf() makes of them.
 */
#include <inttypes.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "size.h"

static void expected(char text[SIZE_TEXT], uint64_t bytes)
{
	const char *unit = "KMGTPE";

	long double value = bytes / 1024.0L;

	if (bytes < 1024) {
		snprintf(text, SIZE_TEXT, "%" PRIu64, bytes);
		return;
	}
	for (; value >= 1023.5L && unit[1]; unit++)
		value /= 1024;
	snprintf(text, SIZE_TEXT, value < 9.95L ? "%.1Lf%c" : "%.0Lf%c", value, *unit);
}

static void try(uint64_t bytes)
{
	char text[SIZE_TEXT], wanted[SIZE_TEXT];

	expected(wanted, bytes);
	if (strcmp(size_format(text, bytes), wanted)) {
		printf("%" PRIu64 ": %s, not %s\n", bytes, text, wanted);
		exit(1);
	}
}

int main(void)
{
	uint64_t number = 88172645463325252ull;

	for (uint64_t i = 0; i < 3000000; i++)
		try(i);
	for (int i = 0; i < 3000000; i++) {
		number ^= number << 13;
		number ^= number >> 7;
		number ^= number << 17;
		try(number >> number % 64);
		/* Halves and tenths of units. */
		try((number >> 32 & 0x7fffff) << (9 + number % 6 * 10));
	}
	/* A long double has no more than 64 bits. */
	for (int shift = 10; shift < 55; shift++) {
		for (int tenth = 0; tenth < 10240; tenth++) {
			for (int i = -1; i < 2; i++)
				try((((__uint128_t)tenth << shift) / 20) + i);
		}
	}
	try(UINT64_MAX);
	return 0;
}
