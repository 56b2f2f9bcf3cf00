/* SPDX-License-Identifier: GPL-2.0 */
/*
 * Shared by the parts of the fuzzer: texts, and the model of the slice
 */
#ifndef VMX_FUZZ_H
#define VMX_FUZZ_H

#include "proof.h"

#define SLICE_PAGES 1024
#define TEXT_MAX 4095		/* bytes in the longest write */
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

/* The rule that chooses a hole; see area/hole.c. */
enum fit { FIT_FIRST, FIT_BEST, FIT_LAST, FIT_NEXT };

struct slice {
	unsigned long start, bytes, ram;
	bool taken[SLICE_PAGES];	/* by areas, or quarantined */
	unsigned long next_fit;	/* the page behind the last area with fit "next" */
	enum fit fit;		/* of requests without fit= */
	int areas;		/* number of areas in live[] */
	struct live live[SLICE_PAGES];
};

/* ---- fuzz_grammar.c: generates texts that are mostly correct ---- */

void add(struct text *text, const char *fmt, ...) __printf(2, 3);
void alloc_text(struct random *random, const struct slice *s, struct text *text);
void free_text(struct random *random, const struct slice *s, struct text *text);
void fit_text(struct random *random, const struct slice *s, struct text *text);
void purge_text(struct random *random, const struct slice *s, struct text *text);
void address_text(struct random *random, const struct slice *s, struct text *text);
void mutate(struct random *random, struct text *text);

/* ---- fuzz_oracle.c: predicts the result of writing a text ---- */

/* Success and EINVAL are both correct. */
#define WHATEVER 1

/*
 * Return 0 or -errno.  On success @s has the new state except for the ids.  On
 * failure the areas in @s have no meaning, and the pages that were taken for
 * them are quarantined.
 */
int foretell_alloc(struct slice *s, const struct text *text);
int foretell_free(struct slice *s, const struct text *text);
int foretell_fit(struct slice *s, const struct text *text);
int foretell_purge(struct slice *s, const struct text *text);
int foretell_area(struct slice *s, const struct text *text);
int foretell_walk(struct slice *s, const struct text *text);

#endif /* VMX_FUZZ_H */
