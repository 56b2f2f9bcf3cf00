/* SPDX-License-Identifier: GPL-2.0 */
/*
 * The options that all commands with a table or a picture have.
 */
#ifndef VMXCTL_OPTIONS_H
#define VMXCTL_OPTIONS_H

#include <argp.h>
#include <stdbool.h>
#include <stdint.h>

#include "canvas.h"
#include "table.h"
#include "terminal.h"

struct display {
	struct table_look look;
	uint64_t min;
	size_t width;
	size_t rows;
	enum colours colours;
	bool ascii;
};

struct pictures {
	enum picture picture;
	const char *path;
};

/* As children of a command's argp; the input is a struct display, a struct pictures. */
extern const struct argp display_argp, pictures_argp;

#define DISPLAY_DEFAULTS ((struct display){ \
	.look = { .top = SIZE_MAX }, .rows = 24, .colours = COLOURS_AUTO })

/* Look at the terminal, and give the table its width. */
struct terminal display_terminal(struct display *display);

/*
 * Arrange and show a table, as text or, with --json, as a list. Returns NOTHING if it is
 * empty.
 */
int display_table(struct display *display, struct table *table);

/* Complain if --sort or -o name a column that the table does not have. */
int display_check(const struct display *display, const struct column *columns, size_t nr);

#endif
