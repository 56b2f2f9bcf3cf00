// SPDX-License-Identifier: GPL-2.0
/*
 * The grammar of the texts that are written to the files
 *
 *	text    = line { newline line }
 *	line    = { request }
 *	request = SIZE { word }
 *	word    = align=SIZE | node=N | count=N | fit=FIT |
 *		  "zero" | "huge" | "explain"
 *	FIT     = a name of the table of fits, area/hole.c
 *	SIZE    = N [ K | M | G ]
 *	N       = decimal or 0x and hexadecimal digits
 *
 * These functions allocate nothing and change nothing except struct vmx_text. A
 * function that finds an error calls vmx_text_refuse(), which keeps the reason and the
 * position for the error log.
 */
#include <linux/ctype.h>
#include <linux/kernel.h>
#include <linux/kstrtox.h>
#include <linux/log2.h>
#include <linux/minmax.h>
#include <linux/nodemask.h>
#include <linux/overflow.h>
#include <linux/string.h>

#include "vmx_area.h"
#include "vmx_debugfs.h"
#include "files.h"

/**
 * vmx_text_init() - begin to read a text
 * @text: the text
 * @start: its characters, with a NUL at the end
 */
void vmx_text_init(struct vmx_text *text, const char *start)
{
	*text = (struct vmx_text){ .start = start, .next = start };
}

/**
 * vmx_text_refuse() - refuse a text
 * @text: the text
 * @err: a negative errno
 * @at: the first character of the wrong word; NULL if no word is wrong
 * @why: the reason, for people
 *
 * Return: @err.
 */
int vmx_text_refuse(struct vmx_text *text, int err, const char *at,
		    const char *why)
{
	text->why = why;
	text->at = at;
	return err;
}

/**
 * vmx_text_wrong() - refuse a text because of its current word
 * @text: the text
 * @why: the reason, for people
 *
 * Return: -EINVAL.
 */
int vmx_text_wrong(struct vmx_text *text, const char *why)
{
	return vmx_text_refuse(text, -EINVAL, text->word, why);
}

/**
 * vmx_text_check() - refuse a text that is empty or not printable
 * @text: the text
 * @len: its length in characters; a NUL among them is refused, too
 *
 * Return: 0 or -EINVAL.
 */
int vmx_text_check(struct vmx_text *text, size_t len)
{
	const char *p, *end = text->start + len;

	for (p = text->start; p < end; p++) {
		if (!(*p >= ' ' && *p <= '~') && *p != '\t' && *p != '\n')
			return vmx_text_refuse(text, -EINVAL, p,
					       "not a printable character");
	}
	if (!*skip_spaces(text->start))
		return vmx_text_refuse(text, -EINVAL, text->start,
				       "the text is empty");
	return 0;
}

/**
 * vmx_text_word() - read the next word
 * @text: the text; its current word changes
 *
 * Return: true if there is one; false at the end of the text, and then the current
 * word is empty and stands at the end.
 */
bool vmx_text_word(struct vmx_text *text)
{
	const char *p = text->next;

	text->first = p == text->start;
	for (; isspace(*p); p++)
		text->first |= *p == '\n';
	text->word = p;
	while (*p && !isspace(*p))
		p++;
	text->len = p - text->word;
	text->next = p;
	return text->len;
}

static bool same(const char *at, size_t len, const char *word)
{
	return len == strlen(word) && !memcmp(at, word, len);
}

/**
 * vmx_text_is() - is the current word equal to @word?
 * @text: the text
 * @word: the word to compare with
 *
 * Return: true if so.
 */
bool vmx_text_is(const struct vmx_text *text, const char *word)
{
	return same(text->word, text->len, word);
}

/**
 * vmx_text_is_hex() - does the current word begin as a hexadecimal number?
 * @text: the text
 *
 * Where an id or an address may stand, a hexadecimal number is an address.
 *
 * Return: true if so.
 */
bool vmx_text_is_hex(const struct vmx_text *text)
{
	return text->len > 1 && tolower(text->word[1]) == 'x';
}

/* Read a number; a refusal points at the current word, which contains the number. */
static int parse_u64(struct vmx_text *text, const char *at, size_t len, u64 *v)
{
	bool hex = len > 2 && at[0] == '0' && tolower(at[1]) == 'x';
	char digits[32];
	int err;

	if (hex) {
		at += 2;
		len -= 2;
	}
	for (; len > 1 && *at == '0'; len--)
		at++;
	/* kstrtoull() accepts a sign. */
	if (!len || !(hex ? isxdigit(*at) : isdigit(*at)))
		return vmx_text_wrong(text, "not a number");
	/* A number that is too long for digits[] is also too large for 64 bits. */
	len = min(len, sizeof(digits) - 1);
	memcpy(digits, at, len);
	digits[len] = '\0';
	err = kstrtoull(digits, hex ? 16 : 10, v);
	if (err)
		return vmx_text_wrong(text, err == -ERANGE ?
				      "does not fit in 64 bits" :
				      "not a number");
	return 0;
}

static int to_long(struct vmx_text *text, u64 v, unsigned long *value)
{
	if (v > ULONG_MAX)
		return vmx_text_refuse(text, -E2BIG, text->word,
				       "more than this machine can address");
	*value = v;
	return 0;
}

/**
 * vmx_text_number() - read a number, decimal or 0x and hexadecimal
 * @text: the text; a refusal points at its current word
 * @at: the number's first character, inside the current word; its last character is
 *	the last one of the word
 * @value: gets the number
 *
 * Return: 0; -EINVAL if this is not a number or has more than 64 bits; -E2BIG if an
 * unsigned long cannot hold it.
 */
int vmx_text_number(struct vmx_text *text, const char *at, unsigned long *value)
{
	u64 v;

	return parse_u64(text, at, text->next - at, &v) ?:
	       to_long(text, v, value);
}

/**
 * vmx_text_size() - read a number of bytes, which may end in K, M or G
 * @text: the text; a refusal points at its current word
 * @at: the number's first character, as for vmx_text_number()
 * @value: gets the number of bytes
 *
 * This is not memparse(), because that accepts octal numbers and ignores an overflow.
 *
 * Return: as vmx_text_number().
 */
int vmx_text_size(struct vmx_text *text, const char *at, unsigned long *value)
{
	size_t len = text->next - at;
	unsigned int shift = 0;
	u64 v;
	int err;

	switch (len ? tolower(at[len - 1]) : 0) {
	case 'g':
		shift += 10;
		fallthrough;
	case 'm':
		shift += 10;
		fallthrough;
	case 'k':
		shift += 10;
		len--;
	}
	err = parse_u64(text, at, len, &v);
	if (err)
		return err;
	if (check_shl_overflow(v, shift, &v))
		return vmx_text_wrong(text, "does not fit in 64 bits");
	return to_long(text, v, value);
}

/**
 * vmx_text_fit() - read the name of a fit
 * @text: the text; a refusal points at its current word
 * @at: the name's first character, inside the current word; its last character is the
 *	last one of the word
 * @fit: gets the fit
 *
 * Return: 0 or -EINVAL.
 */
int vmx_text_fit(struct vmx_text *text, const char *at, enum vmx_fit *fit)
{
#define FIT(NAME, name) " " #name
	if (!vmx_fit_by_name(at, text->next - at, fit))
		return vmx_text_wrong(text, "the fits are" VMX_FITS(FIT));
#undef FIT
	return 0;
}

/* The words that may follow a SIZE. A word that takes a value ends in '='. */
enum { W_ALIGN, W_NODE, W_COUNT, W_FIT, W_ZERO, W_HUGE, W_EXPLAIN };
static const char * const words[] = {
	[W_ALIGN] = "align=",
	[W_NODE] = "node=",
	[W_COUNT] = "count=",
	[W_FIT] = "fit=",
	[W_ZERO] = "zero",
	[W_HUGE] = "huge",
	[W_EXPLAIN] = "explain",
};

static int which_word(const struct vmx_text *text, const char **value)
{
	const char *eq = memchr(text->word, '=', text->len);
	size_t len = eq ? eq + 1 - text->word : text->len;
	int i;

	*value = text->word + len;
	for (i = 0; i < ARRAY_SIZE(words); i++) {
		if (same(text->word, len, words[i]))
			return i;
	}
	return -1;
}

static int parse_word(struct vmx_text *text, struct vmx_request *req, int which,
		      const char *value)
{
	unsigned long v;
	int err;

	switch (which) {
	case W_ALIGN:
		err = vmx_text_size(text, value, &req->align);
		if (!err && !is_power_of_2(req->align))
			err = vmx_text_wrong(text, "align is not a power of two");
		return err;
	case W_NODE:
		err = vmx_text_number(text, value, &v);
		if (!err && (v >= MAX_NUMNODES || !node_online(v)))
			err = vmx_text_wrong(text, "no such node is online");
		req->node = err ? NUMA_NO_NODE : v;
		return err;
	case W_COUNT:
		err = vmx_text_number(text, value, &req->count);
		if (!err && !req->count)
			err = vmx_text_wrong(text, "count is 0");
		return err;
	case W_FIT:
		return vmx_text_fit(text, value, &req->fit);
	case W_ZERO:
		req->zero = true;
		return 0;
	case W_HUGE:
		req->huge = true;
		return 0;
	case W_EXPLAIN:
		req->explain = true;
		return 0;
	}
	return -EINVAL;
}

/**
 * vmx_text_request() - read the next request
 * @text: the text
 * @req: gets the request
 * @fit: the fit if the request names none
 *
 * Return: 1 if there was a request, 0 at the end of the text, or the negative errno of
 * the refusal.
 */
int vmx_text_request(struct vmx_text *text, struct vmx_request *req,
		     enum vmx_fit fit)
{
	unsigned long seen = 0;
	int err;

	if (!vmx_text_word(text))
		return 0;
	*req = (struct vmx_request){
		.align = 1, .count = 1, .node = NUMA_NO_NODE, .fit = fit,
		.at = text->word,
	};
	if (!isdigit(*text->word))
		return vmx_text_wrong(text, "a request begins with a size");
	err = vmx_text_size(text, text->word, &req->size);
	if (err)
		return err;
	if (!req->size)
		return vmx_text_wrong(text, "a size of 0");

	for (;;) {
		const char *here = text->next, *value;
		int which;

		/* A digit or a new line begins the next request. */
		if (!vmx_text_word(text) || text->first ||
		    isdigit(*text->word)) {
			text->next = here;
			return 1;
		}
		which = which_word(text, &value);
		if (which < 0)
			return vmx_text_wrong(text, "not a word of a request");
		if (__test_and_set_bit(which, &seen))
			return vmx_text_wrong(text, "this word stands twice in the request");
		err = parse_word(text, req, which, value);
		if (err)
			return err;
	}
}

/**
 * vmx_parse_bytes() - read a text that is one size
 * @from: the text; white space around the size is ignored
 * @bytes: gets the number of bytes
 * @why: gets the reason of a refusal, for people
 *
 * Return: 0, -EINVAL or -E2BIG, as vmx_text_size().
 */
int vmx_parse_bytes(const char *from, unsigned long *bytes, const char **why)
{
	struct vmx_text text;
	int err;

	vmx_text_init(&text, from);
	vmx_text_word(&text);
	err = vmx_text_size(&text, text.word, bytes);
	if (!err && vmx_text_word(&text))
		err = vmx_text_wrong(&text, "only one size is expected");
	*why = text.why;
	return err;
}
