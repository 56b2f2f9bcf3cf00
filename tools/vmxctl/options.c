// SPDX-License-Identifier: GPL-2.0
/*
 * The options that all commands with a table or a picture have.
 */
#include <errno.h>
#include <stdio.h>
#include <string.h>

#include "options.h"
#include "size.h"
#include "vmxctl.h"

enum {
	OPT_JSON = 256, OPT_TOP, OPT_MIN, OPT_SORT, OPT_BYTES, OPT_WIDTH, OPT_COLOR, OPT_ASCII,
	OPT_ROWS, OPT_SVG, OPT_PNG, OPT_PDF,
};

static const struct argp_option display_options[] = {
	{ NULL, 0, NULL, 0, N_("What is shown:"), 10 },
	{ "top", OPT_TOP, "N", 0, N_("only the first N rows"), 0 },
	{ "min", OPT_MIN, "SIZE", 0, N_("only rows of at least this size (K, M, G)"), 0 },
	{ "sort", OPT_SORT, "COLUMNS", 0,
	  N_("sort by these columns; - before a name: the largest first (-size,+addr)"), 0 },
	{ "columns", 'o', "COLUMNS", 0, N_("only these columns, in this order"), 0 },
	{ NULL, 0, NULL, 0, N_("How it is shown:"), 11 },
	{ "json", OPT_JSON, NULL, 0, N_("JSON, whatever else is said"), 0 },
	{ "bytes", OPT_BYTES, NULL, 0, N_("sizes in bytes, not as 1.5M"), 0 },
	{ "width", OPT_WIDTH, "N", 0, N_("make it N characters wide; 0: cut nothing"), 0 },
	{ "rows", OPT_ROWS, "N", 0, N_("a map has at most about N lines (default 24)"), 0 },
	{ "color", OPT_COLOR, "WHEN", 0, N_("auto, never, always, 16, 256 or 24bit"), 0 },
	{ "ascii", OPT_ASCII, NULL, 0, N_("no other characters, whatever the locale says"), 0 },
	{ 0 }
};

static size_t parse_number(const char *text, struct argp_state *state)
{
	char *end;
	unsigned long number;

	errno = 0;
	number = strtoul(text, &end, 10);
	if (*text < '0' || *text > '9' || *end || errno || number > 1000000000)
		usage_error(state, _("%s is not a number"), text);
	return number;
}

static error_t parse_display(int key, char *argument, struct argp_state *state)
{
	struct display *display = state->input;

	switch (key) {
	case OPT_JSON:
		/* main() has seen it. */
		return 0;
	case OPT_TOP:
		display->look.top = parse_number(argument, state);
		return 0;
	case OPT_MIN:
		if (!size_parse(argument, &display->min))
			usage_error(state, _("%s is not a size; try 64K"), argument);
		return 0;
	case OPT_SORT:
		display->look.sort = argument;
		return 0;
	case 'o':
		display->look.show = argument;
		return 0;
	case OPT_BYTES:
		display->look.exact = true;
		return 0;
	case OPT_WIDTH:
		display->width = parse_number(argument, state);
		if (!display->width)
			display->width = SIZE_MAX;
		else if (display->width < 20 || display->width > 10000)
			usage_error(state, _("--width takes 20 to 10000, or 0"));
		return 0;
	case OPT_ROWS:
		display->rows = parse_number(argument, state);
		if (!display->rows || display->rows > 10000)
			usage_error(state, _("--rows takes 1 to 10000"));
		return 0;
	case OPT_COLOR:
		if (!colours_parse(argument, &display->colours))
			usage_error(state,
				    _("--color takes auto, never, always, 16, 256 or 24bit"));
		return 0;
	case OPT_ASCII:
		display->ascii = true;
		return 0;
	default:
		return ARGP_ERR_UNKNOWN;
	}
}

const struct argp display_argp = { .options = display_options, .parser = parse_display };

static const struct argp_option picture_options[] = {
	{ NULL, 0, NULL, 0, N_("Pictures (- is stdout):"), 5 },
	{ "svg", OPT_SVG, "FILE", 0, N_("write a picture to FILE"), 0 },
	{ "png", OPT_PNG, "FILE", 0, N_("the same, as PNG"), 0 },
	{ "pdf", OPT_PDF, "FILE", 0, N_("the same, as PDF"), 0 },
	{ 0 }
};

static error_t parse_picture(int key, char *argument, struct argp_state *state)
{
	struct pictures *pictures = state->input;

	if (key < OPT_SVG || key > OPT_PDF)
		return ARGP_ERR_UNKNOWN;
	pictures->picture = key == OPT_SVG   ? PICTURE_SVG
			    : key == OPT_PNG ? PICTURE_PNG
					     : PICTURE_PDF;
	pictures->path = argument;
	return 0;
}

const struct argp pictures_argp = { .options = picture_options, .parser = parse_picture };

struct terminal display_terminal(struct display *display)
{
	size_t width = display->width == SIZE_MAX ? 0 : display->width;
	struct terminal terminal = terminal_look(width, display->colours, display->ascii);

	display->look.width = display->width == SIZE_MAX ? 0 : terminal.width;
	return terminal;
}

static int check_list(const char *option, const char *list, const struct column *columns, size_t nr)
{
	char *names = NULL;
	size_t length;
	FILE *stream;

	if (!list || table_has(columns, nr, list, !strcmp(option, "--sort")))
		return DONE;
	stream = open_memstream(&names, &length);
	for (size_t i = 0; stream && i < nr; i++)
		fprintf(stream, " %s", columns[i].key);
	if (stream)
		fclose(stream);
	fail(USAGE, _("%s %s: the columns are%s"), option, list, names ? names : "");
	free(names);
	return USAGE;
}

int display_check(const struct display *display, const struct column *columns, size_t nr)
{
	int code = check_list("--sort", display->look.sort, columns, nr);

	return code ? code : check_list("-o", display->look.show, columns, nr);
}

int display_table(struct display *display, struct table *table)
{
	table_arrange(table, &display->look);
	display_terminal(display);
	if (json_wanted) {
		table_json(table, &display->look);
		putchar('\n');
	} else {
		table_print(table, &display->look, stdout);
	}
	return table->nr_rows ? DONE : NOTHING;
}
