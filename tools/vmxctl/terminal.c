// SPDX-License-Identifier: GPL-2.0
/*
 * What the terminal on stdout can show.
 */
#include <langinfo.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/ioctl.h>
#include <unistd.h>
#ifdef HAVE_TINFO
#include <term.h>
#endif

#include "terminal.h"
#include "vmxctl.h"

static const char *environment(const char *name)
{
	const char *value = getenv(name);

	return value ? value : "";
}

enum colours terminal_colours(void)
{
	const char *more = environment("COLORTERM");
	int number = 16;

	if (!strcmp(more, "truecolor") || !strcmp(more, "24bit"))
		return COLOURS_24BIT;
#ifdef HAVE_TINFO
	{
		int error;

		if (setupterm(NULL, STDOUT_FILENO, &error) == 0)
			number = tigetnum("colors");
	}
#else
	if (strstr(environment("TERM"), "256color"))
		number = 256;
#endif
	if (number > 256)
		return COLOURS_24BIT;
	return number >= 256 ? COLOURS_256 : number >= 8 ? COLOURS_16 : COLOURS_NONE;
}

bool colours_parse(const char *text, enum colours *colours)
{
	static const char *const words[] = {
		[COLOURS_NONE] = "never", [COLOURS_16] = "16", [COLOURS_256] = "256",
		[COLOURS_24BIT] = "24bit", [COLOURS_AUTO] = "auto",
	};

	for (size_t i = 0; i < ARRAY_SIZE(words); i++) {
		if (!strcmp(words[i], text)) {
			*colours = i;
			return true;
		}
	}
	if (strcmp(text, "always"))
		return false;
	*colours = terminal_colours();
	if (*colours == COLOURS_NONE)
		*colours = COLOURS_16;
	return true;
}

struct terminal terminal_look(size_t width, enum colours colours, bool ascii)
{
	struct terminal terminal = { .there = isatty(STDOUT_FILENO), .width = width };
	const char *term = environment("TERM");
	bool dumb = !*term || !strcmp(term, "dumb");
	struct winsize size;

	if (!width && terminal.there) {
		if (ioctl(STDOUT_FILENO, TIOCGWINSZ, &size) == 0 && size.ws_col)
			terminal.width = size.ws_col;
		else
			terminal.width = 80;
	}
	if (colours == COLOURS_AUTO)
		colours = terminal.there && !dumb && !*environment("NO_COLOR") ?
			terminal_colours() : COLOURS_NONE;
	terminal.colours = colours;
	terminal.utf8 = !ascii && !strcmp(nl_langinfo(CODESET), "UTF-8");
	return terminal;
}

void terminal_letter(const struct terminal *terminal, uint32_t rgb, unsigned char ansi256,
		     unsigned char ansi16, char letter)
{
	unsigned int r = rgb >> 16, g = rgb >> 8 & 255, b = rgb & 255;
	/* Black or white, whichever is easier to read on it. */
	bool dark = 299 * r + 587 * g + 114 * b < 128000;

	switch (terminal->colours) {
	case COLOURS_24BIT:
		printf("\033[%d;48;2;%u;%u;%um%c", dark ? 97 : 30, r, g, b, letter);
		break;
	case COLOURS_256:
		printf("\033[%d;48;5;%um%c", dark ? 97 : 30, ansi256, letter);
		break;
	case COLOURS_16:
		printf("\033[%d;%um%c", ansi16 == 4 || ansi16 == 5 || ansi16 == 2 ? 97 : 30,
		       ansi16 < 8 ? 40 + ansi16 : 92 + ansi16, letter);
		break;
	default:
		putchar(letter);
	}
}

void terminal_plain(const struct terminal *terminal)
{
	if (terminal->colours != COLOURS_NONE)
		fputs("\033[0m", stdout);
}
