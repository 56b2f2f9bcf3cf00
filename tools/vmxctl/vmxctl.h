/* SPDX-License-Identifier: GPL-2.0 */
/*
 * What all files of vmxctl share: the commands, the exit codes, how errors are told.
 */
#ifndef VMXCTL_H
#define VMXCTL_H

#include <argp.h>
#include <libintl.h>
#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>
#include <stdlib.h>

#define _(text) gettext(text)
#define N_(text) (text)
#define ARRAY_SIZE(array) (sizeof(array) / sizeof((array)[0]))

/* The exit codes; the manual page lists them. */
enum exit_code {
	DONE = 0,
	NOTHING = 1,	/* found nothing, or a check or an operation failed */
	USAGE = 2,
	FORBIDDEN = 3,
	ABSENT = 4,	/* a file, a module or an area is not there */
};

/* One command. Where run is NULL, @needs names the library that the build lacked. */
struct command {
	const char *name;
	const char *summary;
	int (*run)(int argc, char **argv);
	const char *needs;
};

int run_kernel(int argc, char **argv);
int run_snapshot(int argc, char **argv);
int run_list(int argc, char **argv);
int run_gaps(int argc, char **argv);
int run_stats(int argc, char **argv);
int run_map(int argc, char **argv);
int run_alloc(int argc, char **argv);
int run_free(int argc, char **argv);
int run_area(int argc, char **argv);
int run_walk(int argc, char **argv);
int run_explain(int argc, char **argv);
int run_pgtables(int argc, char **argv);
int run_record(int argc, char **argv);
int run_replay(int argc, char **argv);
int run_load(int argc, char **argv);
int run_unload(int argc, char **argv);
int run_doctor(int argc, char **argv);
int run_top(int argc, char **argv);

/* --json was given: errors are JSON too. main() finds this before any parser runs. */
extern bool json_wanted;

/* Tell an error, on stderr and, with --json, as an object on stdout. Return @code. */
int fail(enum exit_code code, const char *format, ...) __attribute__((format(printf, 2, 3)));

/* The same for an errno of a system call on @path: EACCES, for example, is FORBIDDEN. */
int fail_errno(int error, const char *path);

/* Tell something that is no error. */
void note(const char *format, ...) __attribute__((format(printf, 1, 2)));

/*
 * Where the messages of fail() and note() go while a command has the whole screen; NULL:
 * to stderr.
 */
extern void (*message_taker)(const char *message);

/* Tell what is wrong in the command line, and end with USAGE. */
void usage_error(const struct argp_state *state, const char *format, ...)
	__attribute__((format(printf, 2, 3)));

/* As malloc() and realloc(), but memory that is missing ends the program. */
void *allocate(size_t bytes);
void *resize(void *memory, size_t bytes);

/* @a + @b, or UINT64_MAX if that is too much: hostile files have such numbers. */
static inline uint64_t add(uint64_t a, uint64_t b)
{
	uint64_t sum;

	return __builtin_add_overflow(a, b, &sum) ? UINT64_MAX : sum;
}

#endif
