// SPDX-License-Identifier: GPL-2.0
/*
 * vmxctl alloc: make areas in vmx's slice.
 */
#include <stdio.h>
#include <string.h>

#include "made.h"
#include "options.h"
#include "source.h"
#include "vmxctl.h"
#include "write.h"

struct alloc {
	struct display display;
	char **words;
	int nr_words;
};

static error_t parse(int key, char *argument, struct argp_state *state)
{
	struct alloc *alloc = state->input;

	(void)argument;
	switch (key) {
	case ARGP_KEY_INIT:
		state->child_inputs[0] = &alloc->display;
		return 0;
	case ARGP_KEY_ARGS:
		alloc->words = &state->argv[state->next];
		alloc->nr_words = state->argc - state->next;
		return 0;
	case ARGP_KEY_NO_ARGS:
		usage_error(state, _("a size is missing"));
		return 0;
	default:
		return ARGP_ERR_UNKNOWN;
	}
}

static const struct argp_child children[] = {
	{ &display_argp, 0, NULL, 0 }, { 0 },
};

static const struct argp alloc_argp = {
	.parser = parse,
	.children = children,
	.args_doc = N_("SIZE [WORD]..."),
	.doc = N_("Make areas in the slice of the module vmx. The words are align=SIZE, node=N, "
		  "count=N, fit=first|best|last|next, zero, huge and explain; all requests of a "
		  "command line are done, or none.\v"
		  "Examples:\n"
		  "  vmxctl alloc 64K count=4 zero\n"
		  "  vmxctl alloc 2M huge 20K explain\n"),
};

static const struct column columns[] = {
	{ "id", N_("ID"), COUNT },
	{ "addr", N_("ADDRESS"), ADDRESS },
	{ "size", N_("SIZE"), BYTES },
};

int run_alloc(int argc, char **argv)
{
	struct alloc alloc = { .display = DISPLAY_DEFAULTS };
	struct table table = { .columns = columns, .nr_columns = ARRAY_SIZE(columns) };
	struct reader reader;
	struct made made;
	int code;

	argp_parse(&alloc_argp, argc, argv, 0, NULL, &alloc);
	code = display_check(&alloc.display, columns, ARRAY_SIZE(columns));
	if (!code)
		code = write_words("alloc", alloc.words, alloc.nr_words, &reader);
	if (code)
		return code;
	while (made_next(&made, &reader)) {
		union cell *cells;

		if (!made.id) {
			/* A line of an explanation. */
			if (!json_wanted)
				puts(made.text);
			continue;
		}
		cells = table_row(&table);
		cells[0].number = made.id;
		cells[1].number = made.address;
		cells[2].number = made.size;
	}
	code = source_close(&reader, "alloc");
	if (!code)
		code = display_table(&alloc.display, &table);
	table_free(&table);
	return code;
}
