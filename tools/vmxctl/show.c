// SPDX-License-Identifier: GPL-2.0
/*
 * What area and walk share: ask the file of that name about one word, and show the answer.
 *
 * The text is the kernel's own, which docs/files.md explains line by line. A snapshot has
 * the answers about its areas: by id, and by the first address.
 */
#include <errno.h>
#include <inttypes.h>
#include <stdio.h>
#include <string.h>

#include "json.h"
#include "readings.h"
#include "show.h"
#include "source.h"
#include "vmxctl.h"
#include "write.h"

struct question {
	char *word;
	const char *from;
};

enum { OPT_JSON = 256, OPT_FROM };

const struct argp_option show_options[] = {
	{ "json", OPT_JSON, NULL, 0, N_("JSON, whatever else is said"), 0 },
	{ "from", OPT_FROM, "SNAPSHOT", 0,
	  N_("read a snapshot of another time or machine (- is stdin)"), -1 },
	{ 0 }
};

error_t show_parse(int key, char *argument, struct argp_state *state)
{
	struct question *question = state->input;

	switch (key) {
	case OPT_JSON:
		return 0;
	case OPT_FROM:
		question->from = argument;
		return 0;
	case ARGP_KEY_ARG:
		if (question->word)
			usage_error(state, _("one argument only"));
		question->word = argument;
		return 0;
	case ARGP_KEY_NO_ARGS:
		usage_error(state, _("an address is missing"));
		return 0;
	default:
		return ARGP_ERR_UNKNOWN;
	}
}

/* The area that a word of a snapshot means: hexadecimal is an address, else it is an id. */
static const struct area *find_area(const struct areas *areas, const char *word)
{
	bool is_address = !strncmp(word, "0x", 2);
	uint64_t number;
	char *end;

	errno = 0;
	number = strtoull(word, &end, is_address ? 16 : 10);
	if (*word < '0' || *word > '9' || *end || errno)
		return NULL;
	if (is_address)
		return areas_at(areas, number < areas->slice_end - areas->slice_start ?
				areas->slice_start + number : number);
	for (size_t i = 0; i < areas->count; i++) {
		if (areas->list[i].id == number)
			return &areas->list[i];
	}
	return NULL;
}

static int open_saved(const char *name, const char *word, const char *from,
		      struct reader *reader)
{
	const struct area *area;
	struct areas areas;
	char key[32];
	int code = read_areas(from, &areas);

	if (code)
		goto out;
	area = find_area(&areas, word);
	if (area) {
		snprintf(key, sizeof(key), "%" PRIu64, area->id);
		code = source_answer(name, key, from, reader);
	} else {
		code = fail(ABSENT, _("the snapshot %s has no area at %s"), from,
			    word);
	}
out:
	areas_free(&areas);
	return code;
}

int show_open(const char *name, char *word, const char *from, struct reader *reader)
{
	return from ? open_saved(name, word, from, reader) : write_words(name, &word, 1, reader);
}

int show_answer(const char *name, const struct argp *argp, int argc, char **argv,
		show_json *print_json)
{
	struct question question = { 0 };
	struct reader reader;
	bool readable = true;
	size_t length;
	char *line;
	int code;

	argp_parse(argp, argc, argv, 0, NULL, &question);
	code = show_open(name, question.word, question.from, &reader);
	if (code)
		return code;
	if (json_wanted)
		readable = print_json(&reader);
	else
		while ((line = reader_line(&reader, &length)))
			puts(line);
	code = source_close(&reader, name);
	if (!code && !readable)
		code = fail(NOTHING, _("%s has a form that this vmxctl does not know: take the "
				       "one of the same version as the module"), name);
	return code;
}
