// SPDX-License-Identifier: GPL-2.0
/*
 * Draw two plays on stdout: the one has twice the fragmentation of the other, and as many holes
 * as its operations.
 */
#include <stdarg.h>

#include "playpicture.h"
#include "vmxctl.h"

int fail(enum exit_code code, const char *format, ...)
{
	(void)format;
	return code;
}

int fail_errno(int error, const char *path)
{
	(void)path;
	return error;
}

int main(void)
{
	static const char *const names[] = { "first", NULL };
	static struct play plays[2];

	for (size_t i = 0; i < 2; i++) {
		plays[i].nr_samples = SAMPLES;
		for (size_t j = 0; j < SAMPLES; j++)
			plays[i].samples[j] = (struct sample){
				.operations = j + 1, .holes = j + 1, .largest = 1 << 20,
				.fragmentation = j * (i + 1) / 1000.0,
			};
	}
	return plays_picture(names, plays, 2, PICTURE_SVG, "-");
}
