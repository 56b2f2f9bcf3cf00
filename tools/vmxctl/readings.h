/* SPDX-License-Identifier: GPL-2.0 */
/*
 * Read a file of vmx, live or from a snapshot, and tell what is wrong with it.
 */
#ifndef VMXCTL_READINGS_H
#define VMXCTL_READINGS_H

#include "areas.h"
#include "counters.h"
#include "holes.h"
#include "marks.h"

/*
 * Of so many areas, a character of the terminal stands for many, and to read each of them takes
 * long.
 */
#define MANY_AREAS 10000

/* Each returns an exit code. What was read is freed by the parser's own function. */
int read_areas(const char *from, struct areas *areas);
int read_holes(const char *from, struct holes *holes);
int read_marks(const char *from, struct marks *marks);
int read_counters(const char *from, struct counters *counters);

/* Tell what is wrong with a file: @bad lines could not be read. Returns an exit code. */
int read_judge(const char *name, enum parse_result result, size_t bad);

/* An option of all commands that read: --from SNAPSHOT. Its input is a const char *. */
extern const struct argp from_argp;

#endif
