/* SPDX-License-Identifier: GPL-2.0 */
/*
 * Readings again and again: times, and how long to wait.
 */
#ifndef VMXCTL_PACE_H
#define VMXCTL_PACE_H

#include <stdbool.h>

/* Read "60s", "1.5m", "2h" or "1d"; without a unit, seconds. */
bool pace_parse(const char *text, double *seconds);

/* Now, in seconds, on a clock that nobody sets. */
double pace_now(void);

/*
 * The time until the next reading, if one took @cost seconds: a reading takes at most a tenth of
 * a CPU.
 */
double pace_wait(double interval, double cost);

/*
 * Sleep. If stdout is a pipe or a socket that nobody reads any more, die of SIGPIPE; if it is
 * closed, fail.
 */
void pace_sleep(double seconds);

#endif
