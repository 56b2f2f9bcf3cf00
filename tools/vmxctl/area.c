// SPDX-License-Identifier: GPL-2.0
/*
 * vmxctl area: one area's descriptor, its frames and its entries.
 */
#include "show.h"
#include "vmxctl.h"

static const struct argp area_argp = {
	.options = show_options,
	.parser = show_parse,
	.args_doc = N_("ID|ADDRESS"),
	.doc = N_("Show one area of the module vmx: its descriptor, the blocks of its frames and "
		  "the page-table entries that map them.\v"
		  "Example:\n"
		  "  vmxctl area 3\n"),
};

int run_area(int argc, char **argv)
{
	return show_answer("area", &area_argp, argc, argv);
}
