/* SPDX-License-Identifier: GPL-2.0 */
/*
 * Operations on vmx_area.c and on the model, side by side
 *
 * A source of numbers decides everything: which operation, on what, with which
 * arguments.  The same numbers give the same play.
 */
#ifndef _PLAY_H
#define _PLAY_H

#include <stdbool.h>
#include <stddef.h>

#include "source.h"

struct profile {
	const char *name;
	size_t pages;			/* of the slice */
	unsigned int max_areas;		/* aim at so many live areas ... */
	unsigned int fill;		/* ... or so many percent of the slice */
	unsigned int max_pages;		/* of an area */
	unsigned int align_odds;	/* one in so many has an alignment of its own */
	unsigned int fit_odds;		/* ... has a fit of its own */
	unsigned int purge_odds;	/* one step in so many is a purge */
	unsigned int check_every;	/* steps */
	unsigned int watch_odds;	/* one stretch in so many is watched, each step of it */
	unsigned int round;		/* steps, then another slice */
};

/* Over all plays: shows what a run has reached. */
struct play_tally {
	unsigned long steps;
	unsigned long while_purging;	/* ... of them */
	unsigned long inserted, no_hole, purges;
	unsigned long most_areas;	/* at one time */
	unsigned long most_purged;	/* ranges, by one purge */
	unsigned int most_flushes;	/* in one purge and what it came to be due for */
	unsigned long fullest;		/* percent */
};

extern bool play_trace;			/* print each step */

void play_begin(const struct profile *profile, struct source *source);
void play_step(void);
unsigned long play_steps(void);		/* done since play_begin() */
const struct play_tally *play_tally(void);
void play_end(void);			/* everything goes back */

#endif
