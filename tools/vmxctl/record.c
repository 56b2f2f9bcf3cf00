// SPDX-License-Identifier: GPL-2.0
/*
 * vmxctl record: what a machine allocates and frees, to a file that vmxctl replay plays.
 *
 * It loads nothing, and changes no setting. Where the kernel has tracepoints of vmalloc (6.3
 * and later) each call is seen; elsewhere it compares readings of /proc/vmallocinfo.
 */
#include <errno.h>
#include <fcntl.h>
#include <inttypes.h>
#include <signal.h>
#include <stdio.h>
#include <string.h>
#include <sys/stat.h>
#include <sys/wait.h>
#include <time.h>
#include <unistd.h>

#include "json.h"
#include "recording.h"
#include "vmxctl.h"

#define PERIOD_NS 100000000

struct record {
	const char *path;
	char **command;
	double seconds;
	bool of_vmx;
	bool by_readings;
};

enum { OPT_JSON = 256, OPT_VMX, OPT_SECONDS, OPT_READINGS };

static const struct argp_option options[] = {
	{ "vmx", OPT_VMX, NULL, 0, N_("the requests to the module vmx, not the kernel's own"), 0 },
	{ "seconds", OPT_SECONDS, "N", 0, N_("end after N seconds"), 0 },
	{ "readings", OPT_READINGS, NULL, 0,
	  N_("compare readings of /proc/vmallocinfo, even if there are tracepoints"), 0 },
	{ "json", OPT_JSON, NULL, 0, N_("JSON, whatever else is said"), 0 },
	{ 0 }
};

static error_t parse(int key, char *argument, struct argp_state *state)
{
	struct record *record = state->input;
	char *end;

	switch (key) {
	case OPT_JSON:
		return 0;
	case OPT_VMX:
		record->of_vmx = true;
		return 0;
	case OPT_READINGS:
		record->by_readings = true;
		return 0;
	case OPT_SECONDS:
		record->seconds = strtod(argument, &end);
		if (*argument < '0' || *argument > '9' || *end || !(record->seconds > 0) ||
		    record->seconds > 1e9)
			usage_error(state, _("%s is not a number"), argument);
		return 0;
	case ARGP_KEY_ARG:
		record->path = argument;
		/* The rest is the command, with options of its own. */
		if (state->next < state->argc && !strcmp(state->argv[state->next], "--"))
			state->next++;
		if (state->next < state->argc)
			record->command = &state->argv[state->next];
		state->next = state->argc;
		return 0;
	case ARGP_KEY_NO_ARGS:
		usage_error(state, _("a file is missing; - is stdout"));
		return 0;
	default:
		return ARGP_ERR_UNKNOWN;
	}
}

static const struct argp record_argp = {
	.options = options,
	.parser = parse,
	.args_doc = N_("FILE [--] [COMMAND [ARGUMENT...]]"),
	.doc = N_(
		"Record what the machine allocates with vmalloc and frees while COMMAND runs, or "
		"until Ctrl-C. Nothing is loaded, and no setting is changed. FILE (- is stdout) is "
		"for vmxctl replay, on this or on another machine. Exits 1 if COMMAND failed.\v"
		"Examples:\n"
		"  vmxctl record boot.vmalloc modprobe xfs\n"
		"  vmxctl record --seconds 60 minute.vmalloc\n"),
};

static FILE *open_file(const char *path)
{
	int fd;

	if (!strcmp(path, "-"))
		return stdout;
	/* It has addresses of the kernel. */
	fd = open(path, O_WRONLY | O_CREAT | O_TRUNC | O_CLOEXEC, 0600);
	return fd < 0 ? NULL : fdopen(fd, "w");
}

/* What wakes follow(): it waits for these, so they are blocked. */
static void wanted_signals(sigset_t *signals)
{
	sigemptyset(signals);
	sigaddset(signals, SIGINT);
	sigaddset(signals, SIGTERM);
	sigaddset(signals, SIGCHLD);
}

/* Start the command. What it prints must not come into a record on stdout. */
static pid_t start(char **command, bool to_stdout, const sigset_t *signals)
{
	pid_t child = fork();

	if (child)
		return child;
	sigprocmask(SIG_UNBLOCK, signals, NULL);
	if (to_stdout || json_wanted)
		dup2(STDERR_FILENO, STDOUT_FILENO);
	execvp(command[0], command);
	note("%s: %s", command[0], strerror(errno));
	_exit(127);
}

static double now(void)
{
	struct timespec time;

	clock_gettime(CLOCK_MONOTONIC, &time);
	return time.tv_sec + time.tv_nsec / 1e9;
}

static void show_progress(const struct recording *recording, double seconds)
{
	if (!isatty(STDERR_FILENO))
		return;
	fputc('\r', stderr);
	fprintf(stderr, _("%.0f s: %" PRIu64 " allocated, %" PRIu64 " failed, %" PRIu64
			  " freed "),
		seconds, recording->allocated, recording->failed, recording->freed);
}

/* Until the command ends, the time is over, or a signal comes. Returns the command's status. */
static int follow(const struct record *record, const struct means *means,
		  struct recording *recording, int *code)
{
	const struct timespec period = { .tv_nsec = PERIOD_NS };
	int status = 0, signal = 0;
	double begun = now();
	sigset_t signals;
	pid_t child = 0;

	wanted_signals(&signals);
	sigprocmask(SIG_BLOCK, &signals, NULL);
	if (record->command)
		child = start(record->command, recording->file == stdout, &signals);
	for (;;) {
		bool ended = child && waitpid(child, &status, WNOHANG) == child;

		/* What it did last is taken after its end. */
		*code = means->take(recording);
		show_progress(recording, now() - begun);
		if (ended) {
			child = 0;
			break;
		}
		if (*code || signal == SIGINT || signal == SIGTERM || ferror(recording->file) ||
		    (record->seconds && now() - begun >= record->seconds))
			break;
		signal = sigtimedwait(&signals, NULL, &period);
	}
	if (child > 0) {
		kill(child, SIGTERM);
		waitpid(child, &status, 0);
		status = 0;
	}
	if (isatty(STDERR_FILENO))
		fputc('\n', stderr);
	return child < 0 ? 127 : status;
}

static void print_json(const struct record *record, const struct means *means,
		       const struct recording *recording)
{
#ifdef HAVE_JANSSON
	json_put(json_pack("{s:s,s:s,s:s,s:o,s:o,s:o,s:o}", "file", record->path,
			   "of", record->of_vmx ? "vmx" : "vmalloc", "means", means->name,
			   "allocated", json_number(recording->allocated),
			   "failed", json_number(recording->failed),
			   "freed", json_number(recording->freed),
			   "lost", json_number(recording->lost)));
	putchar('\n');
#else
	(void)record;
	(void)means;
	(void)recording;
#endif
}

static const struct means *choose(const struct record *record)
{
#ifdef HAVE_TRACEFS
	if (!record->by_readings && tracing_possible(record->of_vmx))
		return &tracing;
#endif
	if (!record->by_readings && !record->of_vmx)
		note(_("there are no tracepoints of vmalloc, or this build cannot read them: what "
		       "lives for less than a tenth of a second is missed"));
	return &comparing;
}

static int finish(const struct record *record, const struct means *means,
		  const struct recording *recording, int status)
{
	if (recording->lost)
		note(_("at least %" PRIu64 " events were lost"), recording->lost);
	if (json_wanted && recording->file != stdout)
		print_json(record, means, recording);
	else
		note(_("%" PRIu64 " allocated, %" PRIu64 " failed, %" PRIu64 " freed"),
		     recording->allocated, recording->failed, recording->freed);
	if (!status)
		return DONE;
	note(_("%s failed"), record->command[0]);
	return NOTHING;
}

int run_record(int argc, char **argv)
{
	struct recording recording = { .page_size = sysconf(_SC_PAGESIZE) };
	struct record record = { 0 };
	const struct means *means;
	int code, status, error;

	argp_parse(&record_argp, argc, argv, ARGP_IN_ORDER, NULL, &record);
	means = choose(&record);
	code = means->begin(&recording, record.of_vmx);
	if (code)
		return code;
	recording.file = open_file(record.path);
	if (!recording.file) {
		code = fail_errno(errno, record.path);
		goto out;
	}
	recording_begin(&recording, record.of_vmx);
	status = follow(&record, means, &recording, &code);
	error = fflush(recording.file) || ferror(recording.file) ? errno : 0;
	if (recording.file != stdout && fclose(recording.file) && !error)
		error = errno;
	if (!code && error)
		code = fail_errno(error, record.path);
	if (!code)
		code = finish(&record, means, &recording, status);
out:
	means->end();
	return code;
}
