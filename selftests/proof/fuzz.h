/* SPDX-License-Identifier: GPL-2.0 */
/*
 * What the fuzzer's parts share: texts, and the slice as they change it
 */
#ifndef VMX_FUZZ_H
#define VMX_FUZZ_H

#include "proof.h"

#define SLICE_PAGES 1024
#define TEXT_MAX 4095		/* what a write may hold */
#define ROOM (3 * TEXT_MAX)
#define LEAF (2 * MIB)

struct text {
	char bytes[ROOM];
	size_t len;
};

struct live {
	unsigned long id, addr, size, pages;
	bool zero;
};

/* Where a request wants its place; see vmx_hole.c. */
enum fit { FIT_FIRST, FIT_BEST, FIT_LAST, FIT_NEXT };

struct slice {
	unsigned long start, bytes, ram;
	bool taken[SLICE_PAGES];	/* by an area, or waiting for a purge */
	unsigned long next_fit;	/* the page behind the last such place */
	enum fit fit;		/* of requests that don't say */
	int areas;
	struct live live[SLICE_PAGES];	/* so many of them */
};

/* ---- fuzz_grammar.c: texts that are right most of the time ---- */

void add(struct text *text, const char *fmt, ...) __printf(2, 3);
void alloc_text(struct random *random, const struct slice *s, struct text *text);
void free_text(struct random *random, const struct slice *s, struct text *text);
void fit_text(struct random *random, const struct slice *s, struct text *text);
void purge_text(struct random *random, const struct slice *s, struct text *text);
void address_text(struct random *random, const struct slice *s, struct text *text);
void mutate(struct random *random, struct text *text);

/* ---- fuzz_oracle.c: what a write of a text will answer ---- */

/* Neither success nor EINVAL is wrong. */
#define WHATEVER 1

/*
 * 0 or -errno.  On success @s is what will be there, but for the ids; else its
 * areas mean nothing, and the pages that were taken for them wait for a purge.
 */
int foretell_alloc(struct slice *s, const struct text *text);
int foretell_free(struct slice *s, const struct text *text);
int foretell_fit(struct slice *s, const struct text *text);
int foretell_purge(struct slice *s, const struct text *text);
int foretell_area(struct slice *s, const struct text *text);
int foretell_walk(struct slice *s, const struct text *text);
/* After areas of @s have gone. */
void join_waiting(struct slice *s);

#endif /* VMX_FUZZ_H */
