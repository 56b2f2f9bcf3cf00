// SPDX-License-Identifier: GPL-2.0
/*
 * vmxctl walk: the way of an address through the page tables.
 */
#include <stdio.h>

#include "entries.h"
#include "show.h"
#include "vmxctl.h"

static const struct argp walk_argp = {
	.options = show_options,
	.parser = show_parse,
	.args_doc = N_("ADDRESS"),
	.doc = N_("Show the way of an address of the vmalloc range through the page tables. A "
		  "number below the slice's size is an offset in it. A snapshot has the walks of the "
		  "first address of each area.\v"
		  "Example:\n"
		  "  vmxctl walk 0xffffced3c0613000\n"),
};

static bool print_json(struct reader *reader)
{
	struct walked walked;

	if (walked_read(&walked, reader) != PARSED)
		return false;
#ifdef HAVE_JANSSON
	json_put(entries_json(&walked));
	putchar('\n');
#endif
	return true;
}

int run_walk(int argc, char **argv)
{
	return show_answer("walk", &walk_argp, argc, argv, print_json);
}
