// SPDX-License-Identifier: GPL-2.0
/*
 * Read the file areas a part at a time.
 */
#include "pace.h"
#include "pass.h"
#include "readings.h"
#include "source.h"
#include "vmxctl.h"

/* Lines between two looks at the clock. */
#define LINES 256

static int begin(struct pass *pass)
{
	int code = source_open("areas", NULL, &pass->reader);

	if (code)
		return code;
	pass->begun = true;
	return read_judge("areas", areas_begin(&pass->parser, &pass->areas, &pass->reader), 0);
}

int pass_go_on(struct pass *pass, double seconds, bool *done)
{
	double end = pace_now() + seconds;
	int code = DONE;

	*done = false;
	if (!pass->begun)
		code = begin(pass);
	while (!code && !*done && pace_now() < end)
		*done = !areas_more(&pass->parser, LINES);
	if (*done) {
		pass->begun = false;
		code = source_close(&pass->reader, "areas");
		if (!code)
			code = read_judge("areas", PARSED, pass->areas.bad);
	}
	return code;
}

void pass_drop(struct pass *pass)
{
	if (pass->begun)
		source_close(&pass->reader, "areas");
	areas_free(&pass->areas);
	pass->begun = false;
}
