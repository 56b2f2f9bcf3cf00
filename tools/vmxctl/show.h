/* SPDX-License-Identifier: GPL-2.0 */
/*
 * What area and walk share: write one word to the file of that name, and show the answer.
 */
#ifndef VMXCTL_SHOW_H
#define VMXCTL_SHOW_H

#include <argp.h>

int show_answer(const char *name, const struct argp *argp, int argc, char **argv);

/* The parser of both; its input is a char *, the word. */
error_t show_parse(int key, char *argument, struct argp_state *state);

extern const struct argp_option show_options[];

#endif
