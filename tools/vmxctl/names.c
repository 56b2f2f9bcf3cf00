// SPDX-License-Identifier: GPL-2.0
/*
 * A set of texts, each with a small number.
 */
#include <string.h>

#include "names.h"
#include "vmxctl.h"

static char printable(char c)
{
	return c >= ' ' && c <= '~' ? c : '?';
}

/* FNV-1a. */
static uint32_t hash(const char *text, size_t length)
{
	uint32_t hash = 2166136261u;

	for (size_t i = 0; i < length; i++)
		hash = (hash ^ (unsigned char)printable(text[i])) * 16777619u;
	return hash;
}

static bool same(const char *known, const char *text, size_t length)
{
	for (size_t i = 0; i < length; i++) {
		if (known[i] != printable(text[i]))
			return false;
	}
	return !known[length];
}

/* The slot of this text: where it is, or where it would be. */
static uint32_t *slot_of(const struct names *names, const char *text, size_t length)
{
	uint32_t mask = names->nr_slots - 1;
	uint32_t i = hash(text, length) & mask;

	while (names->slots[i] && !same(names->texts[names->slots[i] - 1], text, length))
		i = (i + 1) & mask;
	return &names->slots[i];
}

/* Keep the table at most half full. The texts' array has as many places as half. */
static void grow(struct names *names)
{
	names->nr_slots = names->nr_slots ? names->nr_slots * 2 : 1024;
	names->texts = resize(names->texts, names->nr_slots / 2 * sizeof(*names->texts));
	free(names->slots);
	names->slots = allocate(names->nr_slots * sizeof(*names->slots));
	memset(names->slots, 0, names->nr_slots * sizeof(*names->slots));
	for (uint32_t i = 0; i < names->count; i++)
		*slot_of(names, names->texts[i], strlen(names->texts[i])) = i + 1;
}

uint32_t names_number(struct names *names, const char *text, size_t length)
{
	uint32_t *slot;
	char *copy;

	if (names->count == names->nr_slots / 2)
		grow(names);
	slot = slot_of(names, text, length);
	if (*slot)
		return *slot - 1;
	copy = allocate(length + 1);
	for (size_t i = 0; i < length; i++)
		copy[i] = printable(text[i]);
	copy[length] = 0;
	names->texts[names->count] = copy;
	*slot = ++names->count;
	return names->count - 1;
}

bool names_find(const struct names *names, const char *text, size_t length, uint32_t *number)
{
	const uint32_t *slot = names->nr_slots ? slot_of(names, text, length) : NULL;

	if (!slot || !*slot)
		return false;
	*number = *slot - 1;
	return true;
}

void names_free(struct names *names)
{
	for (uint32_t i = 0; i < names->count; i++)
		free(names->texts[i]);
	free(names->texts);
	free(names->slots);
	*names = (struct names){ 0 };
}
