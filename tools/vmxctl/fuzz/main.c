// SPDX-License-Identifier: GPL-2.0
/*
 * What main.c gives the parsers, for a fuzzer: memory that is missing is a crash.
 */
#include "../vmxctl.h"

bool json_wanted;

void *allocate(size_t bytes)
{
	return resize(NULL, bytes);
}

void *resize(void *memory, size_t bytes)
{
	memory = realloc(memory, bytes ? bytes : 1);
	if (!memory)
		abort();
	return memory;
}
