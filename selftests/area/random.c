// SPDX-License-Identifier: GPL-2.0
/*
 * random - random operations on vmx_area.c, each compared with a naive model
 *
 * usage: random PROFILE SEED OPERATIONS
 *
 * The same seed gives the same sequence of operations, for any number of
 * OPERATIONS. With TRACE in the environment the program prints each operation.
 */
#include <signal.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/time.h>
#include <sanitizer/common_interface_defs.h>

#include <linux/kernel.h>

#include "play.h"
#include "shim.h"
#include "source.h"

#define STUCK	60	/* seconds of CPU time; no slice takes as long */

static const struct profile profiles[] = {
	{ .name = "few", .pages = 4096, .max_areas = 32, .fill = 50, .max_pages = 128,
	  .round = 20000, .align_odds = 4, .fit_odds = 8,
	  .purge_odds = 50, .check_every = 500, .watch_odds = 8 },
	{ .name = "full", .pages = 2048, .max_areas = 2048, .fill = 90, .max_pages = 24,
	  .round = 20000, .align_odds = 16, .fit_odds = 4,
	  .purge_odds = 500, .check_every = 1000, .watch_odds = 8 },
	{ .name = "many", .pages = 65536, .max_areas = 28000, .fill = 90, .max_pages = 2,
	  .round = 60000, .align_odds = 200, .fit_odds = 200,
	  .purge_odds = 20000, .check_every = 5000, .watch_odds = 64 },
	{ .name = "align", .pages = 8192, .max_areas = 600, .fill = 60, .max_pages = 16,
	  .round = 20000, .align_odds = 1, .fit_odds = 4,
	  .purge_odds = 100, .check_every = 1000, .watch_odds = 8 },
	{ .name = "purge", .pages = 4096, .max_areas = 1200, .fill = 70, .max_pages = 4,
	  .round = 20000, .align_odds = 16, .fit_odds = 16,
	  .purge_odds = 100, .check_every = 200, .watch_odds = 8 },
	{ .name = "hoard", .pages = 1024, .max_areas = 200, .fill = 50, .max_pages = 18,
	  .round = 20000, .align_odds = 500, .fit_odds = 500,
	  .purge_odds = 2000, .check_every = 200, .watch_odds = 8, .hoards = true },
	{ .name = "park", .pages = 4096, .max_areas = 600, .fill = 50, .max_pages = 2,
	  .round = 20000, .align_odds = 500, .fit_odds = 500,
	  .purge_odds = 400, .check_every = 200, .watch_odds = 8 },
};

static const struct profile *profile;
static const struct play_tally *tally;
static unsigned long seed;

static void where(void)
{
	printf("profile %s, SEED=%lu, step %lu\n", profile->name, seed, tally->steps);
	fflush(stdout);
}

static void stuck(int signal)
{
	fail("no progress: one slice has taken %d seconds", STUCK);
}

int main(int argc, char **argv)
{
	const struct itimerval limit = { .it_value.tv_sec = STUCK };
	unsigned long operations;
	struct source source;
	size_t i;

	for (i = 0; argc == 4 && i < ARRAY_SIZE(profiles); i++)
		if (!strcmp(argv[1], profiles[i].name))
			profile = &profiles[i];
	if (!profile) {
		fprintf(stderr, "usage: random PROFILE SEED OPERATIONS\n");
		return 2;
	}
	seed = strtoul(argv[2], NULL, 0);
	operations = strtoul(argv[3], NULL, 0);
	tally = play_tally();
	play_trace = getenv("TRACE");
	shim_where = where;
	__sanitizer_set_death_callback(where);
	source = source_from_seed(seed);
	signal(SIGVTALRM, stuck);

	while (tally->steps < operations) {
		setitimer(ITIMER_VIRTUAL, &limit, NULL);
		play_begin(profile, &source);
		while (play_steps() < profile->round && tally->steps < operations)
			play_step();
		play_end();
	}
	printf("%lu operations, %lu of them during %lu purges\n",
	       tally->steps, tally->while_purging, tally->purges);
	printf("%lu insertions, %lu found no hole\n", tally->inserted, tally->no_hole);
	printf("%lu areas were parked, %lu of them used again\n", tally->parked, tally->reused);
	printf("at most %lu areas, %lu%% of the slice, %lu ranges a flush, %u flushes a purge\n",
	       tally->most_areas, tally->fullest, tally->most_purged, tally->most_flushes);
	return 0;
}
