/* SPDX-License-Identifier: GPL-2.0 */
/*
 * Do each operation on vmx_area.c and on the model, and compare the results
 *
 * A source of numbers chooses each operation and its arguments: the same
 * numbers give the same operations.
 */
#ifndef _PLAY_H
#define _PLAY_H

#include <stdbool.h>
#include <stddef.h>

#include "source.h"

struct profile {
	const char *name;
	size_t pages;			/* of the slice */
	unsigned int max_areas;		/* limits of filling: live areas ... */
	unsigned int fill;		/* ... and percent of the slice */
	unsigned int max_pages;		/* of an area */
	unsigned int align_odds;	/* one request in N has an alignment */
	unsigned int fit_odds;		/* one request in N has a random fit */
	unsigned int purge_odds;	/* one step in N is a purge */
	unsigned int check_every;	/* steps between full checks */
	unsigned int watch_odds;	/* one stretch in N: check each step */
	unsigned int round;		/* steps in one slice */
	bool hoards;			/* parked areas are never used again */
};

/* What a run has reached, with all its slices. */
struct play_tally {
	unsigned long steps;
	unsigned long while_purging;	/* steps during a purge */
	unsigned long inserted, no_hole, purges;
	unsigned long parked, reused;
	unsigned long most_areas;	/* at one time */
	unsigned long most_purged;	/* ranges in one flush */
	unsigned int most_flushes;	/* in one purge */
	unsigned long fullest;		/* percent */
};

extern bool play_trace;			/* print each step */

void play_begin(const struct profile *profile, struct source *source);
void play_step(void);
unsigned long play_steps(void);		/* since play_begin() */
const struct play_tally *play_tally(void);
void play_end(void);			/* free everything */

#endif
