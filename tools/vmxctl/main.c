// SPDX-License-Identifier: GPL-2.0
/*
 * vmxctl: look at vmalloc areas, the kernel's own and those of the module vmx.
 *
 * Finds the command and runs it. stdout has what was asked for and nothing else; a
 * failing write to it is an error. With --json, stdout always has JSON.
 */
#include <errno.h>
#include <locale.h>
#include <signal.h>
#include <stdarg.h>
#include <stdio.h>
#include <string.h>

#include "json.h"
#include "vmxctl.h"

bool json_wanted;
void (*message_taker)(const char *message);

const char *argp_program_version = "vmxctl " VMX_VERSION;

/* Commands that a library brings. */
#ifndef HAVE_JANSSON
#define run_snapshot NULL
#endif
#ifndef HAVE_KMOD
#define run_load NULL
#define run_unload NULL
#endif

#ifndef HAVE_NCURSESW
#define run_top NULL
#endif

static const struct command commands[] = {
	{ "kernel", N_("the machine's own vmalloc areas, live or from a file"),
	  run_kernel, NULL },
	{ "list", N_("the areas of vmx"), run_list, NULL },
	{ "gaps", N_("the holes of its slice"), run_gaps, NULL },
	{ "map", N_("its slice as a picture"), run_map, NULL },
	{ "top", N_("all of it, live, on the whole screen"), run_top, "ncursesw" },
	{ "stats", N_("its counters"), run_stats, NULL },
	{ "alloc", N_("make areas"), run_alloc, NULL },
	{ "explain", N_("make one, and show each step"), run_explain, NULL },
	{ "free", N_("free them"), run_free, NULL },
	{ "area", N_("one area: descriptor, frames, entries"), run_area, NULL },
	{ "walk", N_("an address's way through the page tables"), run_walk, NULL },
	{ "pgtables", N_("page-table entries, and which of them reach a frame"),
	  run_pgtables, NULL },
	{ "record", N_("what the machine allocates and frees, to a file"), run_record, NULL },
	{ "replay", N_("play that file in the slice"), run_replay, NULL },
	{ "snapshot", N_("everything that can be seen, in one file"),
	  run_snapshot, "jansson" },
	{ "load", N_("load the module vmx"), run_load, "libkmod" },
	{ "unload", N_("unload it"), run_unload, "libkmod" },
	{ "doctor", N_("is everything there that is needed?"), run_doctor, NULL },
};

static void tell(enum exit_code code, const char *format, va_list arguments)
{
	char *message;

	if (vasprintf(&message, format, arguments) < 0)
		abort();
	if (message_taker) {
		message_taker(message);
	} else {
		fflush(stdout);
		fprintf(stderr, "vmxctl: %s\n", message);
	}
	if (json_wanted)
		json_error(code, message);
	free(message);
}

int fail(enum exit_code code, const char *format, ...)
{
	va_list arguments;

	va_start(arguments, format);
	tell(code, format, arguments);
	va_end(arguments);
	return code;
}

int fail_errno(int error, const char *path)
{
	switch (error) {
	case EACCES:
	case EPERM:
		return fail(FORBIDDEN, "%s: %s", path, strerror(error));
	case ENOENT:
	case ENODEV:
		return fail(ABSENT, "%s: %s", path, strerror(error));
	default:
		return fail(NOTHING, "%s: %s", path, strerror(error));
	}
}

void note(const char *format, ...)
{
	va_list arguments;
	char *message;

	va_start(arguments, format);
	if (vasprintf(&message, format, arguments) < 0)
		abort();
	va_end(arguments);
	if (message_taker)
		message_taker(message);
	else
		fprintf(stderr, "vmxctl: %s\n", message);
	free(message);
}

void usage_error(const struct argp_state *state, const char *format, ...)
{
	va_list arguments;

	va_start(arguments, format);
	tell(USAGE, format, arguments);
	va_end(arguments);
	fprintf(stderr, _("Try `%s --help'.\n"), state->name);
	exit(USAGE);
}

void *allocate(size_t bytes)
{
	return resize(NULL, bytes);
}

void *resize(void *memory, size_t bytes)
{
	memory = realloc(memory, bytes ? bytes : 1);
	if (!memory)
		exit(fail(NOTHING, _("out of memory")));
	return memory;
}

/* argp tells its own errors on stderr and exits; the JSON is told here. */
static void finish(int code, void *unused)
{
	(void)unused;
	if (code == USAGE && json_wanted && !json_error_told())
		json_error(USAGE, _("the command line is wrong: see stderr"));
	if (fflush(stdout) || ferror(stdout)) {
		fprintf(stderr, _("vmxctl: cannot write the output: %s\n"), strerror(errno));
		_Exit(NOTHING);
	}
}

/* What runs a command has that command's options behind its file. */
static bool has_json_option(int argc, char **argv)
{
	int words = 0;
	bool runs = false;

	for (int i = 1; i < argc && strcmp(argv[i], "--"); i++) {
		size_t length = strlen(argv[i]);

		/* argp takes the beginning of an option, too. */
		if (length > 2 && !strncmp(argv[i], "--json", length))
			return true;
		if (*argv[i] == '-' && length > 1) {
			/* The number behind it is no file. */
			if (runs && length > 2 && !strncmp(argv[i], "--seconds", length))
				i++;
			continue;
		}
		if (!words++)
			runs = !strcmp(argv[i], "record");
		else if (runs)
			break;
	}
	return false;
}

static char *help_filter(int key, const char *text, void *unused)
{
	char *list = NULL;
	size_t length = 0;
	FILE *stream;

	(void)unused;
	if (key != ARGP_KEY_HELP_POST_DOC)
		return (char *)text;
	stream = open_memstream(&list, &length);
	if (!stream)
		return (char *)text;
	fputs(_("Commands:\n"), stream);
	for (size_t i = 0; i < ARRAY_SIZE(commands); i++)
		fprintf(stream, "  %-10s %s%s\n", commands[i].name, _(commands[i].summary),
			commands[i].run ? "" : _(" (not in this build)"));
	fputs(text, stream);
	fclose(stream);
	return list;
}

static error_t parse(int key, char *argument, struct argp_state *state)
{
	const struct command **chosen = state->input;

	switch (key) {
	case ARGP_KEY_ARG:
		for (size_t i = 0; i < ARRAY_SIZE(commands); i++) {
			if (!strcmp(commands[i].name, argument))
				*chosen = &commands[i];
		}
		if (!*chosen)
			usage_error(state, _("there is no command %s"), argument);
		/* The rest is the command's. */
		state->next = state->argc;
		return 0;
	case ARGP_KEY_NO_ARGS:
		usage_error(state, _("a command is missing"));
		return 0;
	default:
		return ARGP_ERR_UNKNOWN;
	}
}

static const struct argp main_argp = {
	.parser = parse,
	.args_doc = N_("COMMAND [OPTION...] [ARGUMENT...]"),
	.doc = N_("Look at vmalloc areas: the kernel's own, and those of the module vmx.\v"
		  "\n`vmxctl COMMAND --help' has the options of a command and an example.\n\n"
		  "Exit codes: 0 done; 1 found nothing, or something failed; 2 the command line is "
		  "wrong; 3 not permitted; 4 not there."),
	.help_filter = help_filter,
};

int main(int argc, char **argv)
{
	const struct command *command = NULL;
	char *name;
	int i;

	setlocale(LC_ALL, "");
	/* Numbers in JSON and SVG have a point in every language. */
	setlocale(LC_NUMERIC, "C");
	bindtextdomain("vmxctl", LOCALEDIR);
	textdomain("vmxctl");
	/* Whoever started us may have turned it off: a reader that goes away ends us. */
	signal(SIGPIPE, SIG_DFL);
	argp_err_exit_status = USAGE;
	json_wanted = has_json_option(argc, argv);
	on_exit(finish, NULL);

#ifndef HAVE_JANSSON
	if (json_wanted)
		return fail(ABSENT, _("%s is not in this build: it needs %s"), "--json", "jansson");
#endif
	/* Options of the command stand behind its name: only what is before is ours. */
	for (i = 1; i < argc && argv[i][0] == '-'; i++)
		;
	argp_parse(&main_argp, i < argc ? i + 1 : argc, argv, ARGP_IN_ORDER, NULL, &command);
	if (!command->run)
		return fail(ABSENT, _("%s is not in this build: it needs %s"), command->name,
			    command->needs);
	if (asprintf(&name, "vmxctl %s", command->name) < 0)
		abort();
	argv[i] = name;
	i = command->run(argc - i, argv + i);
	free(name);
	return i;
}
