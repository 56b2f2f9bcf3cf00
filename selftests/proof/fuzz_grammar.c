// SPDX-License-Identifier: GPL-2.0
/*
 * Generate texts for the files of vmx from a grammar that is mostly correct,
 * and mutate them
 */
#include <stdarg.h>
#include <stdio.h>
#include <string.h>

#include "fuzz.h"

void add(struct text *text, const char *fmt, ...)
{
	va_list args;
	int n;

	va_start(args, fmt);
	n = vsnprintf(text->bytes + text->len, ROOM - text->len, fmt, args);
	va_end(args);
	if (text->len + n < ROOM)
		text->len += n;
}

static bool one_in(struct random *r, unsigned long n)
{
	return !random_below(r, n);
}

static void add_blank(struct random *r, struct text *text)
{
	static const char *const blanks[] = { " ", " ", " ", " ", "\t", "  ", " \t " };

	add(text, "%s", blanks[random_below(r, ARRAY_SIZE(blanks))]);
}

/* Numbers on both sides of the limits. */
static const char *const edges[] = {
	"0", "00", "0x0", "0K", "1", "4095", "4096", "4097", "4M", "4194303", "4194304",
	"4194305", "4190208", "4190209", "4092K", "2M", "2097151", "0x200000", "1G", "64G",
	"4294967295", "4294967296", "9223372036854775807", "9223372036854775808",
	"18446744073709551615", "18446744073709551616", "99999999999999999999",
	"0xffffffffffffffff", "0x10000000000000000", "18014398509481983K",
	"18014398509481984K", "17592186044416M", "17179869183G", "17179869184G",
	"18446744073709547520", "18446744073709547521", "0x7fffffffffffffffG",
};

static void add_edge(struct random *r, struct text *text)
{
	add(text, "%s", edges[random_below(r, ARRAY_SIZE(edges))]);
}

static void add_size(struct random *r, struct text *text)
{
	switch (random_below(r, 12)) {
	case 0:
		add_edge(r, text);
		break;
	case 1 ... 3:
		add(text, "0x%lx", 1 + random_below(r, 40000));
		break;
	case 4 ... 6:
		add(text, "%lu", 1 + random_below(r, 40000));
		break;
	case 7:
		add(text, "1%c", "mM"[random_below(r, 2)]);
		break;
	default:
		add(text, "%lu%c", 1 + random_below(r, 64), "kK"[random_below(r, 2)]);
	}
}

static void add_fit(struct random *r, struct text *text)
{
	static const char *const fits[] = { "first", "best", "last", "next", "worst" };

	add(text, "%s", fits[random_below(r, ARRAY_SIZE(fits) - !one_in(r, 10))]);
}

static void add_option(struct random *r, struct text *text)
{
	add_blank(r, text);
	switch (random_below(r, 8)) {
	case 0:
		add(text, "zero");
		break;
	case 1:
		add(text, one_in(r, 25) ? "explain" : "huge");
		break;
	case 2:
		add(text, "node=%lu", one_in(r, 8) ? random_below(r, 2000) : 0);
		break;
	case 3 ... 4:
		add(text, "fit=");
		add_fit(r, text);
		break;
	case 5:
		add(text, "count=");
		if (one_in(r, 8))
			add_edge(r, text);
		else
			add(text, "%lu", 1 + random_below(r, 5));
		break;
	default:
		add(text, "align=");
		if (one_in(r, 8))
			add_edge(r, text);
		else
			add(text, "%lu%s", 1UL << random_below(r, 10), one_in(r, 2) ? "K" : "");
	}
}

void alloc_text(struct random *r, const struct slice *s, struct text *text)
{
	int n = 1 + random_below(r, 3), options;

	if (one_in(r, 8))
		add_blank(r, text);
	while (n--) {
		add_size(r, text);
		for (options = random_below(r, 4); options > 0; options--)
			add_option(r, text);
		if (n && one_in(r, 2))
			add(text, "\n");
		else if (n)
			add_blank(r, text);
	}
	if (one_in(r, 2))
		add(text, "\n");
}

/* Most of these numbers name an area. */
static void add_name(struct random *r, const struct slice *s, struct text *text)
{
	const struct live *live = &s->live[random_below(r, s->areas)];

	switch (random_below(r, 8)) {
	case 0:
		add_edge(r, text);
		break;
	case 1 ... 3:
		add(text, "0x%lx", live->addr);
		break;
	case 4:
		add(text, "0x%lx", live->addr - s->start);
		break;
	default:
		add(text, "%lu", live->id);
	}
}

void free_text(struct random *r, const struct slice *s, struct text *text)
{
	int n = 1 + random_below(r, 3);

	if (one_in(r, 20)) {
		add(text, "all%s", one_in(r, 2) ? "\n" : one_in(r, 4) ? " explain" : "");
		return;
	}
	while (n--) {
		add_name(r, s, text);
		if (n || one_in(r, 2))
			add(text, "%s", one_in(r, 4) ? "\n" : " ");
	}
	if (one_in(r, 25))
		add(text, " explain");
}

/* For `area` and `walk`: one text in three has a random byte of the slice. */
void address_text(struct random *r, const struct slice *s, struct text *text)
{
	if (one_in(r, 3))
		add(text, "0x%lx", random_below(r, s->bytes) + (one_in(r, 2) ? s->start : 0));
	else
		add_name(r, s, text);
	if (one_in(r, 2))
		add(text, "\n");
}

void fit_text(struct random *r, const struct slice *s, struct text *text)
{
	add_fit(r, text);
	if (one_in(r, 2))
		add(text, "%s", one_in(r, 4) ? " first" : "\n");
}

void purge_text(struct random *r, const struct slice *s, struct text *text)
{
	static const char *const texts[] = { "1", "1\n", " 1", "1 ", "0", "2", "01", "1 1", "all" };

	add(text, "%s", texts[random_below(r, ARRAY_SIZE(texts))]);
}

/* ---- mutations ---- */

static void insert(struct text *text, size_t at, char c)
{
	if (text->len == ROOM)
		return;
	memmove(text->bytes + at + 1, text->bytes + at, text->len - at);
	text->bytes[at] = c;
	text->len++;
}

static char odd_byte(struct random *r)
{
	static const char odd[] = "0123456789KkMmGgTxX=-+,;.:all\t\n\v\f\r \0\x7f\x80\xff";

	return one_in(r, 4) ? random_below(r, 256) : odd[random_below(r, sizeof(odd) - 1)];
}

/* Repeat the text, or add blanks, up to about the longest permitted write. */
static void lengthen(struct random *r, struct text *text)
{
	size_t to = TEXT_MAX - 5 + random_below(r, 11), i;
	bool blanks = one_in(r, 2);

	if (one_in(r, 10))
		to = 2 * TEXT_MAX + random_below(r, 100);
	for (i = text->len; i && i < to; i++)
		text->bytes[i] = blanks ? ' ' : text->bytes[i - text->len];
	text->len = i;
}

void mutate(struct random *r, struct text *text)
{
	size_t at = text->len ? random_below(r, text->len) : 0;

	switch (random_below(r, 16)) {
	case 0 ... 4:
		insert(text, at, odd_byte(r));
		break;
	case 5 ... 8:
		if (text->len)
			text->bytes[at] = odd_byte(r);
		break;
	case 9 ... 11:
		if (text->len)
			memmove(text->bytes + at, text->bytes + at + 1, --text->len - at);
		break;
	case 12:
		if (text->len)
			insert(text, at, text->bytes[at]);
		break;
	case 13:
		text->len = at;
		break;
	case 14:
		while (one_in(r, 2))
			insert(text, at, '0');
		break;
	default:
		if (one_in(r, 8))
			lengthen(r, text);
	}
}
