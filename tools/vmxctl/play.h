/* SPDX-License-Identifier: GPL-2.0 */
/*
 * Play recorded requests in the slice of vmx, and look at its holes meanwhile.
 */
#ifndef VMXCTL_PLAY_H
#define VMXCTL_PLAY_H

#include "operations.h"

#define SAMPLES 64

/* The holes after so many operations. */
struct sample {
	size_t operations, holes;
	uint64_t total, largest;
	double fragmentation;
};

struct play {
	uint64_t allocated, refused, freed;
	uint64_t failed, fitted;	/* of the requests that failed in the record: here */
	uint64_t ns;			/* the time of all requests and frees */
	struct sample samples[SAMPLES];
	size_t nr_samples;
	/* Ids, by operation; 0 for what was not made or is freed. */
	uint64_t *ids;
};

/*
 * Play all of it; @fit is a word of a request, or NULL. What is not freed by the file stays.
 * An error that is no refusal ends it, and is told. Returns an exit code.
 */
int play(struct play *play, const struct operations *operations, const char *fit);

/*
 * Between these two, a signal that ends vmxctl ends only the play: play() returns NOTHING, and
 * play_undo() can free what it made. The second lets the signal have its way.
 */
void play_block_signals(void);
void play_unblock_signals(void);

/* Purge what is freed: a play begins with all the holes there are. */
int play_purge(void);

/*
 * Free what is left of it, and purge: the next play finds what this one found. What cannot be
 * freed keeps nothing else from it.
 */
int play_undo(struct play *play, const struct operations *operations);

void play_free(struct play *play);

#endif
