/* SPDX-License-Identifier: GPL-2.0 */
/*
 * What the terminal on stdout can show.
 */
#ifndef VMXCTL_TERMINAL_H
#define VMXCTL_TERMINAL_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

enum colours { COLOURS_NONE, COLOURS_16, COLOURS_256, COLOURS_24BIT, COLOURS_AUTO };

struct terminal {
	bool there;		/* stdout is a terminal */
	size_t width;		/* columns; 0 if stdout is none */
	enum colours colours;
	bool utf8;
};

/* --color's words; COLOURS_AUTO for "auto". False if it is none of them. */
bool colours_parse(const char *text, enum colours *colours);

/*
 * Find out. @width and @colours are what options say, 0 and COLOURS_AUTO if they say
 * nothing. NO_COLOR, TERM=dumb and a pipe mean no colours.
 */
struct terminal terminal_look(size_t width, enum colours colours, bool ascii);

/* What terminal_look() does not know from TERM: used for COLOURS_AUTO and --color=always. */
enum colours terminal_colours(void);

/* Write @letter on a background of this colour, in the palette that there is. */
void terminal_letter(const struct terminal *terminal, uint32_t rgb, unsigned char ansi256,
		     unsigned char ansi16, char letter);

/* End the colours of terminal_letter(). */
void terminal_plain(const struct terminal *terminal);

#endif
