// SPDX-License-Identifier: GPL-2.0
/*
 * Readings again and again: times, and how long to wait.
 */
#include <ctype.h>
#include <errno.h>
#include <poll.h>
#include <signal.h>
#include <stdlib.h>
#include <string.h>
#include <time.h>
#include <unistd.h>

#include "pace.h"
#include "vmxctl.h"

bool pace_parse(const char *text, double *seconds)
{
	static const char units[] = "smhd";
	static const int lengths[] = { 1, 60, 3600, 86400 };
	const char *unit;
	char *end;

	/* No sign, "inf" or "nan". */
	if (!isdigit((unsigned char)*text))
		return false;
	*seconds = strtod(text, &end);
	if (!*end)
		return true;
	unit = strchr(units, *end);
	if (!unit || end[1])
		return false;
	*seconds *= lengths[unit - units];
	return true;
}

double pace_now(void)
{
	struct timespec time;

	clock_gettime(CLOCK_MONOTONIC, &time);
	return time.tv_sec + time.tv_nsec / 1e9;
}

double pace_wait(double interval, double cost)
{
	return 10 * cost > interval ? 10 * cost : interval;
}

void pace_sleep(double seconds)
{
	double end = pace_now() + seconds, left;

	while ((left = end - pace_now()) > 0) {
		/* No event is waited for: poll() tells errors in any case. */
		struct pollfd out = { .fd = STDOUT_FILENO };
		struct timespec wait = { .tv_sec = left };

		wait.tv_nsec = (left - wait.tv_sec) * 1e9;
		if (ppoll(&out, 1, &wait, NULL) <= 0)
			continue;
		if (out.revents & POLLNVAL)
			exit(fail_errno(EBADF, "stdout"));
		raise(SIGPIPE);
		/* Whoever started us may have it ignored. */
		exit(fail_errno(EPIPE, "stdout"));
	}
}
