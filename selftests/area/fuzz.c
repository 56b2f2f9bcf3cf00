// SPDX-License-Identifier: GPL-2.0
/*
 * fuzz - libFuzzer chooses the operations on vmx_area.c; each is compared with
 * the naive model
 *
 * The bytes of an input replace the random numbers of random.c.  libFuzzer
 * learns which bytes reach new code in vmx_area.c and the files of area/.
 */
#include <stdio.h>
#include <stdlib.h>
#include <sanitizer/common_interface_defs.h>

#include "play.h"
#include "shim.h"
#include "source.h"

#define MAX_STEPS	1000	/* of one input */

static void where(void)
{
	printf("step %lu\n", play_steps());
	fflush(stdout);
}

int LLVMFuzzerInitialize(int *argc, char ***argv)
{
	play_trace = getenv("TRACE");
	shim_where = where;
	shim_die = abort;	/* libFuzzer saves the input of an abort */
	__sanitizer_set_death_callback(where);
	return 0;
}

int LLVMFuzzerTestOneInput(const unsigned char *data, size_t size)
{
	struct source source = source_from_bytes(data, size);
	struct profile profile = {
		.name = "fuzz",
		.pages = 16 << pick(&source, 5),
		.max_areas = 1 + pick(&source, 256),
		.fill = 100,
		.max_pages = 1 + pick(&source, 16),
		.align_odds = 1 + pick(&source, 4),
		.fit_odds = 1 + pick(&source, 8),
		.purge_odds = 16,
		.check_every = 8,
		.watch_odds = 2,
	};

	play_begin(&profile, &source);
	while (source.left && play_steps() < MAX_STEPS)
		play_step();
	play_end();
	return 0;
}
