// SPDX-License-Identifier: GPL-2.0
/*
 * vmxctl top: the rates, as numbers and sparklines.
 */
#include <stdio.h>
#include <string.h>

#include "toprates.h"
#include "vmxctl.h"

#define NAME 10
#define NUMBER 10
#define HEIGHTS 8

static const char *const names[NR_RATES] = {
	[RATE_ALLOC] = N_("alloc"), [RATE_FREE] = N_("free"), [RATE_PURGE] = N_("purge"),
	[RATE_FLUSH] = N_("flush"), [RATE_FAILURE] = N_("failure"),
};

static void draw_sparkline(const struct face *face, const struct rates *rates, enum rate rate,
			   int y, int x)
{
	static const char *const bars[HEIGHTS + 1] = {
		" ", "\u2581", "\u2582", "\u2583", "\u2584", "\u2585", "\u2586", "\u2587", "\u2588",
	};
	static const char plain[HEIGHTS + 1] = " .:-=+*%@";
	unsigned char heights[RATES_KEPT];
	int width = getmaxx(stdscr) - x;

	if (width < 1)
		return;
	if (width > RATES_KEPT)
		width = RATES_KEPT;
	rates_heights(rates, rate, heights, width, HEIGHTS);
	for (int i = 0; i < width; i++) {
		if (face->utf8)
			screen_text(y, x + i, 1, A_NORMAL, bars[heights[i]]);
		else
			mvaddch(y, x + i, plain[heights[i]]);
	}
}

int toprates_draw(const struct face *face, const struct rates *rates, int y, bool small)
{
	char line[256] = "", text[64];

	for (size_t i = 0; i < NR_RATES; i++) {
		snprintf(text, sizeof(text), "%.*f/s", rates_get(rates, i, 0) < 10 ? 1 : 0,
			 rates_get(rates, i, 0));
		if (small) {
			size_t length = strlen(line);

			snprintf(line + length, sizeof(line) - length, "%s%s %s", i ? "  " : "",
				 _(names[i]), text);
			continue;
		}
		screen_text(y, 0, NAME, A_NORMAL, _(names[i]));
		screen_text(y, NAME, NUMBER, A_BOLD, text);
		draw_sparkline(face, rates, i, y++, NAME + NUMBER);
	}
	if (small)
		screen_text(y++, 0, getmaxx(stdscr), A_NORMAL, line);
	return y;
}
