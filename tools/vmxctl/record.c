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

/* Seconds between two looks, and until a command that was asked to end is killed. */
#define PERIOD 0.1
#define GRACE 2.0

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
	case ARGP_KEY_SUCCESS:
		if (json_wanted && !strcmp(record->path, "-"))
			usage_error(state, _("--json and the record cannot both go to stdout"));
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

/*
 * What wakes follow(), and what ends vmxctl otherwise. All of it is blocked, so nothing ends
 * vmxctl while its instance of tracefs is there. What is ignored, by nohup for example, stays
 * so.
 */
static void wanted_signals(sigset_t *signals)
{
	static const int ending[] = {
		SIGINT, SIGTERM, SIGHUP, SIGQUIT, SIGALRM, SIGPIPE, SIGXFSZ,
	};
	struct sigaction action;

	sigemptyset(signals);
	sigaddset(signals, SIGCHLD);
	for (size_t i = 0; i < ARRAY_SIZE(ending); i++) {
		if (!sigaction(ending[i], NULL, &action) && action.sa_handler != SIG_IGN)
			sigaddset(signals, ending[i]);
	}
}

/* Open it, but change nothing yet. A FIFO blocks until it has a reader. */
static FILE *open_file(const char *path, bool *created)
{
	int fd;

	*created = false;
	if (!strcmp(path, "-"))
		return stdout;
	/* It has addresses of the kernel. */
	fd = open(path, O_WRONLY | O_CREAT | O_EXCL | O_CLOEXEC, 0600);
	*created = fd >= 0;
	if (fd < 0 && errno == EEXIST)
		fd = open(path, O_WRONLY | O_CREAT | O_CLOEXEC, 0600);
	return fd < 0 ? NULL : fdopen(fd, "w");
}

/* Remove what a file has from before. Returns 0 or an errno. */
static int empty_file(FILE *file)
{
	struct stat status;

	if (file == stdout)
		return 0;
	if (fstat(fileno(file), &status))
		return errno;
	if (!S_ISREG(status.st_mode))
		return 0;
	return fchmod(fileno(file), 0600) || ftruncate(fileno(file), 0) ? errno : 0;
}

/* Start the command. What it prints must not come into a record on stdout. */
static pid_t start(char **command, bool to_stdout, const sigset_t *mask)
{
	pid_t child;

	/* The status of a child is lost if whoever started us ignores this. */
	signal(SIGCHLD, SIG_DFL);
	child = fork();
	if (child)
		return child;
	sigprocmask(SIG_SETMASK, mask, NULL);
	if (to_stdout || json_wanted)
		dup2(STDERR_FILENO, STDOUT_FILENO);
	execvp(command[0], command);
	note("%s: %s", command[0], strerror(errno));
	_exit(127);
}

static bool has_ended(pid_t child, int *status)
{
	pid_t found = waitpid(child, status, WNOHANG);

	return found == child || (found < 0 && errno == ECHILD);
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

static void flush(struct recording *recording)
{
	if (fflush(recording->file) && !recording->error)
		recording->error = errno;
}

/* Sleep until the next look, the end of the time, or a signal. Returns the signal, or -1. */
static int sleep_for(double seconds, const sigset_t *signals)
{
	struct timespec period = { 0 };

	if (seconds > 0) {
		period.tv_sec = seconds;
		period.tv_nsec = (seconds - period.tv_sec) * 1e9;
	}
	return sigtimedwait(signals, NULL, &period);
}

/*
 * Until the command ends, the time is over, or a signal comes; *signal is that, or 0. A
 * command that goes on is ended. Returns an exit code, and the command's status.
 */
static int follow(const struct record *record, const struct means *means,
		  struct recording *recording, const sigset_t *signals, const sigset_t *mask,
		  int *status, int *signal)
{
	double begun = now(), asked = 0, before, pause, left;
	pid_t child = 0;
	int code = DONE, got;

	*status = 0;
	*signal = 0;
	if (record->command) {
		child = start(record->command, recording->file == stdout, mask);
		if (child < 0)
			return fail_errno(errno, "fork");
	}
	for (;;) {
		bool ended = child && has_ended(child, status);

		/* What it did last is taken after its end. */
		before = now();
		if (!code)
			code = means->take(recording);
		flush(recording);
		pause = means->rest * (now() - before);
		show_progress(recording, now() - begun);
		left = record->seconds ? record->seconds - (now() - begun) : PERIOD;
		if (ended)
			break;
		if (code || *signal || recording->error || left <= 0) {
			if (!child)
				break;
			if (!asked) {
				kill(child, SIGTERM);
				asked = now();
			} else if (now() - asked >= GRACE) {
				kill(child, SIGKILL);
			}
			left = PERIOD;
		}
		if (pause < PERIOD)
			pause = PERIOD;
		got = sleep_for(record->seconds && left < pause ? left : pause, signals);
		if (got > 0 && got != SIGCHLD) {
			/* The second one wants it at once. */
			if (asked)
				asked -= GRACE;
			*signal = got;
		}
	}
	if (means->settle) {
		int settled = means->settle(recording);

		code = code ? code : settled;
		flush(recording);
	}
	/* What we ended ourselves has not failed. */
	if (asked)
		*status = 0;
	if (isatty(STDERR_FILENO))
		fputc('\n', stderr);
	return code;
}

static void print_json(const struct record *record, const struct means *means,
		       const struct recording *recording)
{
#ifdef HAVE_JANSSON
	json_put(json_pack("{s:o,s:s,s:s,s:o,s:o,s:o,s:o}", "file", json_text(record->path),
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
		note(_("there are no tracepoints of vmalloc, tracefs is not mounted, or this build "
		       "cannot read them: what lives for less than a tenth of a second is missed"));
	return &comparing;
}

static int finish(const struct record *record, const struct means *means,
		  const struct recording *recording, int status)
{
	if (recording->lost)
		note(_("at least %" PRIu64 " events were lost"), recording->lost);
	if (json_wanted)
		print_json(record, means, recording);
	else
		note(_("%" PRIu64 " allocated, %" PRIu64 " failed, %" PRIu64 " freed"),
		     recording->allocated, recording->failed, recording->freed);
	if (!status)
		return DONE;
	note(_("%s failed"), record->command[0]);
	return NOTHING;
}

static void drop_pending(int signal)
{
	const struct timespec none = { 0 };
	sigset_t signals;

	sigemptyset(&signals);
	sigaddset(&signals, signal);
	sigtimedwait(&signals, NULL, &none);
}

static void end_means(int code, void *means)
{
	(void)code;
	((const struct means *)means)->end();
}

/* Tell what could not be written. Returns an exit code. */
static int close_file(const struct record *record, struct recording *recording)
{
	bool bad = ferror(recording->file);
	int error = recording->error;

	if (recording->file != stdout && fclose(recording->file) && !error)
		error = errno;
	if (bad && !error)
		error = EIO;
	/* SIGPIPE is waiting, and says it. */
	if (error == EPIPE)
		return NOTHING;
	return error ? fail_errno(error, record->path) : DONE;
}

int run_record(int argc, char **argv)
{
	struct recording recording = { .page_size = sysconf(_SC_PAGESIZE) };
	struct record record = { 0 };
	const struct means *means;
	int code, closed, error, status = 0, signal = 0;
	sigset_t signals, mask;
	bool created;

	argp_parse(&record_argp, argc, argv, ARGP_IN_ORDER, NULL, &record);
	means = choose(&record);
	recording.file = open_file(record.path, &created);
	if (!recording.file)
		return fail_errno(errno, record.path);
	wanted_signals(&signals);
	sigprocmask(SIG_BLOCK, &signals, &mask);
	/* Memory may be missing later, and that ends vmxctl. */
	on_exit(end_means, (void *)means);
	code = means->begin(&recording, record.of_vmx);
	if (code) {
		if (created)
			unlink(record.path);
		goto out;
	}
	error = empty_file(recording.file);
	if (error) {
		code = fail_errno(error, record.path);
	} else {
		recording_begin(&recording, record.of_vmx);
		code = follow(&record, means, &recording, &signals, &mask, &status, &signal);
	}
	closed = close_file(&record, &recording);
	code = code ? code : closed;
	means->end();
	if (!code)
		code = finish(&record, means, &recording, status);
out:
	means->end();
	/* Ctrl-C is how a record ends, also if it comes twice; other signals end vmxctl, too. */
	if (signal == SIGINT || signal == SIGTERM)
		drop_pending(signal);
	sigprocmask(SIG_SETMASK, &mask, NULL);
	if (signal && signal != SIGINT && signal != SIGTERM) {
		fflush(NULL);
		raise(signal);
	}
	return code;
}
