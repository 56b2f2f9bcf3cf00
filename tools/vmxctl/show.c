// SPDX-License-Identifier: GPL-2.0
/*
 * What area and walk share: write one word to the file of that name, and show the answer.
 *
 * The text is the kernel's own, which docs/files.md explains line by line; the JSON has its
 * lines.
 */
#include <stdio.h>
#include <string.h>

#include "json.h"
#include "show.h"
#include "source.h"
#include "vmxctl.h"
#include "write.h"

const struct argp_option show_options[] = {
	{ "json", 256, NULL, 0, N_("JSON, whatever else is said"), 0 },
	{ 0 }
};

error_t show_parse(int key, char *argument, struct argp_state *state)
{
	char **word = state->input;

	switch (key) {
	case 256:
		return 0;
	case ARGP_KEY_ARG:
		if (*word)
			usage_error(state, _("one argument only"));
		*word = argument;
		return 0;
	case ARGP_KEY_NO_ARGS:
		usage_error(state, _("an address is missing"));
		return 0;
	default:
		return ARGP_ERR_UNKNOWN;
	}
}

int show_answer(const char *name, const struct argp *argp, int argc, char **argv)
{
	struct reader reader;
	char *word = NULL;
	size_t length;
	char *line;
	int code;
#ifdef HAVE_JANSSON
	json_t *lines;
#endif

	argp_parse(argp, argc, argv, 0, NULL, &word);
	code = write_words(name, &word, 1, &reader);
	if (code)
		return code;
#ifdef HAVE_JANSSON
	lines = json_array();
#endif
	while ((line = reader_line(&reader, &length))) {
#ifdef HAVE_JANSSON
		json_t *text = json_stringn(line, length);

		json_array_append_new(lines, text ? text : json_null());
#endif
		if (!json_wanted)
			puts(line);
	}
	code = source_close(&reader, name);
#ifdef HAVE_JANSSON
	if (!code && json_wanted) {
		json_put(json_pack("{s:O}", "lines", lines));
		putchar('\n');
	}
	json_decref(lines);
#endif
	return code;
}
