// SPDX-License-Identifier: GPL-2.0
/*
 * The whole terminal, through ncursesw.
 *
 * Signals are let in only while a key is waited for, so that none is missed, and none comes
 * in the middle of drawing.
 */
#include <errno.h>
#include <langinfo.h>
#include <poll.h>
#include <signal.h>
#include <stdatomic.h>
#include <stdio.h>
#include <string.h>
#include <unistd.h>
#include <wchar.h>

#include "screen.h"
#include "vmxctl.h"

static struct screen *terminal;
static atomic_int caught;
static sigset_t let_in;

static void catch(int signal)
{
	caught = signal;
}

static const int signals[] = { SIGINT, SIGTERM, SIGHUP, SIGQUIT };

static void begin_signals(void)
{
	struct sigaction action = { .sa_handler = catch };
	sigset_t blocked;

	sigemptyset(&blocked);
	sigaddset(&blocked, SIGWINCH);
	for (size_t i = 0; i < ARRAY_SIZE(signals); i++) {
		sigaddset(&blocked, signals[i]);
		/* ncurses leaves those alone that have a handler. */
		sigaction(signals[i], &action, NULL);
	}
	sigprocmask(SIG_BLOCK, &blocked, &let_in);
	/* Whoever started us may have blocked them. */
	for (size_t i = 0; i < ARRAY_SIZE(signals); i++)
		sigdelset(&let_in, signals[i]);
	sigdelset(&let_in, SIGWINCH);
}

int screen_begin(struct face *face, enum colours colours, bool ascii)
{
	const char *none = getenv("NO_COLOR");

	if (!isatty(STDIN_FILENO) || !isatty(STDOUT_FILENO))
		return fail(NOTHING,
			    _("this needs a terminal; in a pipe, try vmxctl list --watch"));
	begin_signals();
	if (getenv("TERM") && strcmp(getenv("TERM"), "dumb"))
		terminal = newterm(NULL, stdout, stdin);
	if (!terminal)
		return fail(NOTHING, _("this terminal cannot be drawn on: TERM is %s"),
			    getenv("TERM") ? getenv("TERM") : "");
	cbreak();
	noecho();
	nonl();
	keypad(stdscr, TRUE);
	nodelay(stdscr, TRUE);
	set_escdelay(50);
	curs_set(0);
	*face = (struct face){ .utf8 = !ascii && !strcmp(nl_langinfo(CODESET), "UTF-8") };
	if (colours == COLOURS_NONE || (colours == COLOURS_AUTO && none && *none) || !has_colors())
		return DONE;
	start_color();
	use_default_colors();
	face->colours = COLORS >= 256 && colours != COLOURS_16 ? 256 : COLORS >= 16 ? 16 : 8;
	return DONE;
}

void screen_end(void)
{
	if (!terminal)
		return;
	endwin();
	delscreen(terminal);
	terminal = NULL;
}

void screen_die(void)
{
	sigset_t all;

	if (!caught)
		return;
	signal(caught, SIG_DFL);
	sigfillset(&all);
	sigprocmask(SIG_UNBLOCK, &all, NULL);
	raise(caught);
}

int screen_key(double seconds)
{
	struct pollfd poll = { .fd = STDIN_FILENO, .events = POLLIN };
	struct timespec wait = { .tv_sec = seconds }, none = { 0 };
	int key, ready;

	/* Also while there are keys all the time. */
	ppoll(NULL, 0, &none, &let_in);
	if (caught)
		return SCREEN_STOP;
	/* ncurses may have read more than one. */
	key = getch();
	if (key != ERR)
		return key;
	wait.tv_nsec = (seconds - wait.tv_sec) * 1e9;
	ready = ppoll(&poll, 1, &wait, &let_in);
	if (caught)
		return SCREEN_STOP;
	key = getch();
	/* The end of a file can be read at any time. */
	if (key == ERR && ready > 0)
		return SCREEN_STOP;
	return key;
}

int screen_text(int y, int x, int width, attr_t attributes, const char *text)
{
	wchar_t wide[512];
	size_t length = mbstowcs(wide, text, ARRAY_SIZE(wide));
	size_t shown = 0;
	int used = 0;

	if (y < 0 || y >= getmaxy(stdscr) || x >= getmaxx(stdscr))
		return 0;
	if (width > getmaxx(stdscr) - x)
		width = getmaxx(stdscr) - x;
	/* What is no text of this locale is not shown. */
	if (length == (size_t)-1)
		length = 0;
	for (; shown < length && shown < ARRAY_SIZE(wide); shown++) {
		int columns = wcwidth(wide[shown]);

		if (columns < 0) {
			wide[shown] = L'?';
			columns = 1;
		}
		if (used + columns > width)
			break;
		used += columns;
	}
	attrset(attributes);
	mvaddnwstr(y, x, wide, shown);
	for (int i = used; i < width; i++)
		mvaddch(y, x + i, ' ');
	attrset(A_NORMAL);
	return used;
}

void screen_looks(const struct face *face, const struct look *looks, size_t nr)
{
	for (size_t i = 0; face->colours && i < nr; i++) {
		const struct look *look = &looks[i];
		unsigned int r = look->rgb >> 16, g = look->rgb >> 8 & 255, b = look->rgb & 255;
		bool dark = 299 * r + 587 * g + 114 * b < 128000;
		int ground = face->colours == 256 ? look->ansi256 :
			     face->colours == 16 ? look->ansi16 : look->ansi16 & 7;

		init_pair(i + 1, dark ? COLOR_WHITE : COLOR_BLACK, ground);
	}
}

attr_t screen_look(const struct face *face, size_t look)
{
	return face->colours ? (attr_t)COLOR_PAIR(look + 1) : A_NORMAL;
}
