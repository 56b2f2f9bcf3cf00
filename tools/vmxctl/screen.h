/* SPDX-License-Identifier: GPL-2.0 */
/*
 * The whole terminal, through ncursesw.
 */
#ifndef VMXCTL_SCREEN_H
#define VMXCTL_SCREEN_H

#include <stdbool.h>
#include <stddef.h>

/* No macros named clear, move and the like. */
#define NCURSES_NOMACROS
#include <curses.h>

#include "drawing.h"
#include "terminal.h"

/* What a terminal can show. */
struct face {
	int colours;		/* 0, 8, 16 or 256 */
	bool utf8;
};

/* Take the terminal. Tells errors. Returns an exit code. */
int screen_begin(struct face *face, enum colours colours, bool ascii);

/* Give it back as it was. It may be called at any time, and twice. */
void screen_end(void);

/*
 * Wait up to @seconds for a key. Returns ERR if there was none, and SCREEN_STOP if the terminal
 * has gone, or if a signal asks to end.
 */
#define SCREEN_STOP (-2)
int screen_key(double seconds);

/* If a signal has asked to end: die of it, so that whoever started us sees that. */
void screen_die(void);

/*
 * Write as much of a text as @width columns take, and fill the rest with blanks. Returns the
 * columns that the text has.
 */
int screen_text(int y, int x, int width, attr_t attributes, const char *text);

/* The colours of these looks, with their numbers; screen_look() is the attribute of one. */
void screen_looks(const struct face *face, const struct look *looks, size_t nr);
attr_t screen_look(const struct face *face, size_t look);

#endif
