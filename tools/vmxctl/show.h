/* SPDX-License-Identifier: GPL-2.0 */
/*
 * What area and walk share: ask the file of that name about one word, and show the answer.
 */
#ifndef VMXCTL_SHOW_H
#define VMXCTL_SHOW_H

#include <argp.h>

#include "json.h"
#include "reader.h"

/* Write the answer as JSON. False if it cannot be read. */
typedef bool show_json(struct reader *reader);

/*
 * Ask the file @name about an id or address, live or, with @from, in a snapshot. Returns an exit
 * code; the answer is closed with source_close().
 */
int show_open(const char *name, char *word, const char *from, struct reader *reader);

int show_answer(const char *name, const struct argp *argp, int argc, char **argv,
		show_json *print_json);

/* For the argp of both. */
extern const struct argp_option show_options[];
error_t show_parse(int key, char *argument, struct argp_state *state);

#endif
