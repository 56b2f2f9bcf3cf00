// SPDX-License-Identifier: GPL-2.0
/*
 * Predict the result of a write to a file of vmx, with naive code written from
 * the documentation
 */
#include <string.h>

#include "fuzz.h"

/* ---- the naive parser ---- */

static bool is_blank(char c)
{
	return c == ' ' || c == '\t' || c == '\n';
}

static bool is_text(const struct text *text)
{
	bool something = false;
	size_t i;

	if (text->len > TEXT_MAX)
		return false;
	for (i = 0; i < text->len; i++) {
		unsigned char c = text->bytes[i];

		if ((c < ' ' || c > '~') && c != '\t' && c != '\n')
			return false;
		something |= !is_blank(c);
	}
	return something;
}

struct word {
	char text[TEXT_MAX + 1];
	bool first;		/* in its line */
};

/* Read the next word from *at on; false at the end. */
static bool next_word(const struct text *text, size_t *at, struct word *word)
{
	size_t n = 0;

	word->first = !*at;
	for (; *at < text->len && is_blank(text->bytes[*at]); ++*at)
		word->first |= text->bytes[*at] == '\n';
	for (; *at < text->len && !is_blank(text->bytes[*at]); ++*at)
		word->text[n++] = text->bytes[*at];
	word->text[n] = '\0';
	return n;
}

static int digit(char c, int base)
{
	int d = -1;

	if (c >= '0' && c <= '9')
		d = c - '0';
	else if (c >= 'a' && c <= 'f')
		d = c - 'a' + 10;
	else if (c >= 'A' && c <= 'F')
		d = c - 'A' + 10;
	return d < base ? d : -1;
}

static bool is_hex(const char *text)
{
	return text[0] == '0' && (text[1] == 'x' || text[1] == 'X');
}

/* Read a decimal or 0x number that fits into 64 bits; *end is behind it. */
static bool number(const char *text, const char **end, unsigned long long *value)
{
	int base = is_hex(text) ? 16 : 10;
	const char *p = text + (is_hex(text) ? 2 : 0);
	unsigned long long v = 0;

	if (digit(*p, base) < 0)
		return false;
	for (; digit(*p, base) >= 0; p++) {
		if (__builtin_mul_overflow(v, base, &v) ||
		    __builtin_add_overflow(v, digit(*p, base), &v))
			return false;
	}
	*end = p;
	*value = v;
	return true;
}

static bool plain_number(const char *text, unsigned long long *value)
{
	const char *end;

	return number(text, &end, value) && !*end;
}

static bool size_number(const char *text, unsigned long long *value)
{
	unsigned int shift = 0;
	const char *end;

	if (!number(text, &end, value))
		return false;
	if (*end == 'k' || *end == 'K')
		shift = 10;
	else if (*end == 'm' || *end == 'M')
		shift = 20;
	else if (*end == 'g' || *end == 'G')
		shift = 30;
	end += !!shift;
	if (*end || *value << shift >> shift != *value)
		return false;
	*value <<= shift;
	return true;
}

struct request {
	unsigned long long size, align, count;
	bool aligned, counted, noded, fitted, zero, huge, explain;
	enum fit fit;
};

static bool said_twice(bool *said)
{
	bool twice = *said;

	*said = true;
	return twice;
}

static bool which_fit(const char *text, enum fit *fit)
{
	static const char *const names[] = {
		[FIT_FIRST] = "first", [FIT_BEST] = "best", [FIT_LAST] = "last",
		[FIT_NEXT] = "next",
	};
	size_t i;

	for (i = 0; i < ARRAY_SIZE(names); i++) {
		if (!strcmp(names[i], text)) {
			*fit = i;
			return true;
		}
	}
	return false;
}

/* Read a word behind a size; false if it is unknown, wrong or repeated. */
static bool option(const char *text, struct request *r)
{
	unsigned long long node;

	if (!strncmp(text, "align=", 6))
		return !said_twice(&r->aligned) && size_number(text + 6, &r->align) &&
		       r->align && !(r->align & (r->align - 1));
	if (!strncmp(text, "count=", 6))
		return !said_twice(&r->counted) && plain_number(text + 6, &r->count) &&
		       r->count;
	/* The test machine has one node. */
	if (!strncmp(text, "node=", 5))
		return !said_twice(&r->noded) && plain_number(text + 5, &node) && !node;
	if (!strncmp(text, "fit=", 4))
		return !said_twice(&r->fitted) && which_fit(text + 4, &r->fit);
	if (!strcmp(text, "zero"))
		return !said_twice(&r->zero);
	if (!strcmp(text, "huge"))
		return !said_twice(&r->huge);
	if (!strcmp(text, "explain"))
		return !said_twice(&r->explain);
	return false;
}

/* Read all requests of a text: their number, or -EINVAL. */
static int requests(const struct text *text, enum fit fit, struct request *request)
{
	struct word word;
	size_t at = 0;
	int n = 0;

	if (!is_text(text))
		return -EINVAL;
	while (next_word(text, &at, &word)) {
		if (word.first || digit(word.text[0], 10) >= 0) {
			request[n] = (struct request){
				.align = 1, .count = 1, .fit = fit,
			};
			if (!size_number(word.text, &request[n].size) || !request[n].size)
				return -EINVAL;
			n++;
		} else if (!option(word.text, &request[n - 1])) {
			return -EINVAL;
		}
	}
	return n;
}

/* ---- the predictions ---- */

static bool fits_at(const struct slice *s, unsigned long at, unsigned long pages,
		    unsigned long align)
{
	unsigned long i;

	if (at + pages > SLICE_PAGES || (s->start + at * page_size()) % align)
		return false;
	for (i = 0; i < pages; i++) {
		if (s->taken[at + i])
			return false;
	}
	return true;
}

/* Return the lowest page from @at on where @pages fit, or -1. */
static int first_fit(const struct slice *s, unsigned long at, unsigned long pages,
		     unsigned long align)
{
	while (at < SLICE_PAGES && !fits_at(s, at, pages, align))
		at++;
	return at < SLICE_PAGES ? (int)at : -1;
}

static int last_fit(const struct slice *s, unsigned long pages, unsigned long align)
{
	int at = SLICE_PAGES - 1;

	while (at >= 0 && !fits_at(s, at, pages, align))
		at--;
	return at;
}

/*
 * Choose the lowest of the smallest holes that are large enough for any
 * alignment of their start.
 */
static int best_fit(const struct slice *s, unsigned long pages, unsigned long align)
{
	unsigned long start, end, need = pages, shortest = SLICE_PAGES + 1;
	int best = -1;

	if (align > page_size())
		need += align / page_size() - 1;
	for (start = 0; start < SLICE_PAGES; start = end + 1) {
		for (end = start; end < SLICE_PAGES && !s->taken[end]; end++)
			;
		if (end - start >= need && end - start < shortest) {
			shortest = end - start;
			best = first_fit(s, start, pages, align);
		}
	}
	return best;
}

static int find_place(struct slice *s, unsigned long pages, unsigned long align,
		      enum fit fit)
{
	int at = -1;

	if (fit == FIT_LAST)
		return last_fit(s, pages, align);
	if (fit == FIT_BEST)
		at = best_fit(s, pages, align);
	if (fit == FIT_NEXT)
		at = first_fit(s, s->next_fit, pages, align);
	if (at < 0)
		at = first_fit(s, 0, pages, align);
	if (at >= 0 && fit == FIT_NEXT)
		s->next_fit = at + pages;
	return at;
}

static void mark_live(const struct slice *s, bool *live)
{
	int i;

	memset(live, false, SLICE_PAGES);
	for (i = 0; i < s->areas; i++)
		memset(live + (s->live[i].addr - s->start) / page_size(), true,
		       s->live[i].pages + 1);
}

/* Quarantined pages become holes. */
static void purge(struct slice *s)
{
	mark_live(s, s->taken);
}

static int place(struct slice *s, unsigned long pages, unsigned long align, enum fit fit)
{
	int at = find_place(s, pages, align, fit);
	bool taken[SLICE_PAGES];

	if (at < 0) {
		/* vmx purges only if that makes a hole that fits. */
		memcpy(taken, s->taken, sizeof(taken));
		purge(s);
		at = find_place(s, pages, align, fit);
		if (at < 0)
			memcpy(s->taken, taken, sizeof(taken));
	}
	return at;
}

static int foretell_one(struct slice *s, const struct request *r)
{
	unsigned long pages = (r->size + page_size() - 1) / page_size();
	int at = -1;

	/* Try an aligned hole for leaves first. */
	if (r->huge && pages * page_size() >= LEAF)
		at = place(s, pages + 1, r->align < LEAF ? LEAF : r->align, r->fit);
	if (at < 0)
		at = place(s, pages + 1, r->align, r->fit);
	if (at < 0)
		return -ENOSPC;
	memset(s->taken + at, true, pages + 1);
	s->live[s->areas++] = (struct live){
		.addr = s->start + at * page_size(), .size = r->size, .pages = pages,
		.zero = r->zero,
	};
	return 0;
}

/* Put the new areas into @s; -errno if the write will be refused. */
int foretell_alloc(struct slice *s, const struct text *text)
{
	static struct request request[TEXT_MAX];
	int n = requests(text, s->fit, request), i, err;
	unsigned long k;

	if (n < 0)
		return n;
	for (i = 0; i < n; i++) {
		const struct request *r = &request[i];

		if (r->size > s->ram || r->size > s->bytes || r->count > s->bytes / r->size)
			return -E2BIG;
		for (k = 0; k < r->count; k++) {
			err = foretell_one(s, r);
			if (err)
				return err;
		}
	}
	return 0;
}

static int find_live(const struct slice *s, const char *text, unsigned long long v)
{
	bool by_addr = is_hex(text);
	int i;

	for (i = 0; i < s->areas; i++) {
		if (by_addr ? s->live[i].addr == v || s->live[i].addr == s->start + v :
			      s->live[i].id == v)
			return i;
	}
	return -1;
}

/* Remove the freed areas from @s; -errno if the write will be refused. */
int foretell_free(struct slice *s, const struct text *text)
{
	struct word word, more;
	unsigned long long v;
	bool goes[SLICE_PAGES] = { };
	size_t at = 0;
	int i, n;

	if (!is_text(text))
		return -EINVAL;
	for (n = 0; next_word(text, &at, &word); n++) {
		/* "all" must be the only word, except "explain" at the end. */
		if (!n && !strcmp(word.text, "all")) {
			if (next_word(text, &at, &more) &&
			    (strcmp(more.text, "explain") || next_word(text, &at, &more)))
				return -EINVAL;
			s->areas = 0;
			return 0;
		}
		if (n && !strcmp(word.text, "explain")) {
			if (next_word(text, &at, &more))
				return -EINVAL;
			break;
		}
		if (!plain_number(word.text, &v))
			return -EINVAL;
		i = find_live(s, word.text, v);
		if (i < 0 || goes[i])
			return -ENOENT;
		goes[i] = true;
	}
	for (i = 0, n = 0; i < s->areas; i++) {
		if (!goes[i])
			s->live[n++] = s->live[i];
	}
	s->areas = n;
	return 0;
}

/* Is the text exactly one number? */
static bool one_number(const struct text *text, struct word *word, unsigned long long *v)
{
	struct word more;
	size_t at = 0;

	return is_text(text) && next_word(text, &at, word) &&
	       plain_number(word->text, v) && !next_word(text, &at, &more);
}

/* `area` accepts an id, or an address or offset in an area or guard page. */
int foretell_area(struct slice *s, const struct text *text)
{
	unsigned long long v;
	struct word word;
	int i;

	if (!one_number(text, &word, &v))
		return -EINVAL;
	if (!is_hex(word.text))
		return find_live(s, word.text, v) < 0 ? -ENOENT : 0;
	if (v < s->bytes)
		v += s->start;
	for (i = 0; i < s->areas; i++) {
		if (v >= s->live[i].addr &&
		    v - s->live[i].addr < (s->live[i].pages + 1) * page_size())
			return 0;
	}
	return -ENOENT;
}

/*
 * `walk` accepts the vmalloc range, but only the kernel knows its ends: predict
 * addresses in the slice and in user space only.
 */
int foretell_walk(struct slice *s, const struct text *text)
{
	unsigned long long v;
	struct word word;

	if (!one_number(text, &word, &v))
		return -EINVAL;
	if (v < s->bytes || v - s->start < s->bytes)
		return 0;
	return v >> 63 ? WHATEVER : -EINVAL;
}

int foretell_purge(struct slice *s, const struct text *text)
{
	struct word word, more;
	size_t at = 0;

	if (!is_text(text))
		return -EINVAL;
	next_word(text, &at, &word);
	if (strcmp(word.text, "1") || next_word(text, &at, &more))
		return -EINVAL;
	purge(s);
	return 0;
}

int foretell_fit(struct slice *s, const struct text *text)
{
	struct word word, more;
	size_t at = 0;

	return is_text(text) && next_word(text, &at, &word) && which_fit(word.text, &s->fit) &&
	       !next_word(text, &at, &more) ? 0 : -EINVAL;
}
