// SPDX-License-Identifier: GPL-2.0
/*
 * vmxctl free: free areas that were made with alloc.
 */
#include <stdio.h>

#include "vmxctl.h"
#include "write.h"

struct words {
	char **list;
	int nr;
};

static const struct argp_option options[] = {
	{ "json", 256, NULL, 0, N_("JSON, whatever else is said"), 0 },
	{ 0 }
};

static error_t parse(int key, char *argument, struct argp_state *state)
{
	struct words *words = state->input;

	(void)argument;
	switch (key) {
	case 256:
		return 0;
	case ARGP_KEY_ARGS:
		words->list = &state->argv[state->next];
		words->nr = state->argc - state->next;
		return 0;
	case ARGP_KEY_NO_ARGS:
		usage_error(state, _("an id, an address or \"all\" is missing"));
		return 0;
	default:
		return ARGP_ERR_UNKNOWN;
	}
}

static const struct argp free_argp = {
	.options = options,
	.parser = parse,
	.args_doc = N_("ID|ADDRESS...\nall"),
	.doc = N_("Free areas of the module vmx, by id or address, all of them or none.\v"
		  "Example:\n"
		  "  vmxctl free 2 3 0xffffced3c0613000\n"),
};

int run_free(int argc, char **argv)
{
	struct words words = { 0 };
	int code;

	argp_parse(&free_argp, argc, argv, 0, NULL, &words);
	code = write_words("free", words.list, words.nr, NULL);
	if (!code && json_wanted)
		puts("[]");
	return code;
}
