// SPDX-License-Identifier: GPL-2.0
/* The source of a test's numbers: a seed, or the bytes of a fuzzer */
#include "source.h"

/* splitmix64 */
struct source source_from_seed(unsigned long seed)
{
	unsigned long long x = seed + 0x9e3779b97f4a7c15ULL;

	x = (x ^ x >> 30) * 0xbf58476d1ce4e5b9ULL;
	x = (x ^ x >> 27) * 0x94d049bb133111ebULL;
	return (struct source){ .state = (x ^ x >> 31) | 1 };
}

struct source source_from_bytes(const unsigned char *data, size_t size)
{
	return (struct source){ .data = data, .left = size };
}

/* Use only as many bytes as @most needs: most decisions take one byte. */
static unsigned long long next_bytes(struct source *source, unsigned long most)
{
	unsigned long long number = 0;

	for (; most; most >>= 8) {
		number <<= 8;
		if (source->left) {
			source->left--;
			number |= *source->data++;
		}
	}
	return number;
}

/* xorshift64* */
static unsigned long long next_number(struct source *source)
{
	source->state ^= source->state >> 12;
	source->state ^= source->state << 25;
	source->state ^= source->state >> 27;
	return source->state * 0x2545f4914f6cdd1dULL >> 24;
}

unsigned long pick(struct source *source, unsigned long below)
{
	if (below < 2)
		return 0;
	if (source->data)
		return next_bytes(source, below - 1) % below;
	return next_number(source) % below;
}
