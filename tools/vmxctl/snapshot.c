// SPDX-License-Identifier: GPL-2.0
/*
 * vmxctl snapshot: everything that can be seen, in one JSON file.
 *
 * The texts of the files stand in it as they are, so each format has one parser, live or
 * from a snapshot. What could not be read is named, in the file and on stderr.
 */
#include <errno.h>
#include <fcntl.h>
#include <stdio.h>
#include <string.h>
#include <sys/stat.h>
#include <sys/utsname.h>
#include <time.h>
#include <unistd.h>

#include "json.h"
#include "source.h"
#include "vmxctl.h"

static const char *const files[] = {
	"areas", "gaps", "map", "stats", "fit", "error_log", "vmallocinfo",
};

static error_t parse(int key, char *argument, struct argp_state *state)
{
	const char **path = state->input;

	switch (key) {
	case 256:
		/* --json: it always is. */
		return 0;
	case ARGP_KEY_ARG:
		if (*path)
			usage_error(state, _("one file only"));
		*path = argument;
		return 0;
	case ARGP_KEY_NO_ARGS:
		usage_error(state, _("a file is missing; - is stdout"));
		return 0;
	default:
		return ARGP_ERR_UNKNOWN;
	}
}

static const struct argp_option options[] = {
	{ "json", 256, NULL, 0, N_("errors as JSON"), 0 },
	{ 0 }
};

static const struct argp snapshot_argp = {
	.options = options,
	.parser = parse,
	.args_doc = N_("FILE"),
	.doc = N_(
		"Write everything that can be seen of vmx, and /proc/vmallocinfo, to one JSON file "
		"(- is stdout). The commands that show something read it with --from, on any "
		"machine and without privileges.\v"
		"Example:\n"
		"  vmxctl snapshot now.json; vmxctl map --from now.json\n"),
};

/* The text of a file as a JSON string, or NULL: errno is set. */
static json_t *text_of(const char *name)
{
	char *text = NULL;
	size_t length = 0, room = 0;
	struct reader reader;
	json_t *string;
	ssize_t got;

	if (source_open(name, NULL, &reader))
		return NULL;
	do {
		if (length == room) {
			room = room ? 2 * room : 65536;
			text = resize(text, room);
		}
		got = read(reader.fd, text + length, room - length);
		if (got > 0)
			length += got;
	} while (got > 0 || (got < 0 && errno == EINTR));
	reader.error = got < 0 ? errno : 0;
	/* JSON is UTF-8, and these files are ASCII but for the names of tasks. */
	for (size_t i = 0; i < length; i++) {
		if ((unsigned char)text[i] > '~')
			text[i] = '?';
	}
	string = source_close(&reader, name) ? NULL : json_stringn(text, length);
	free(text);
	return string;
}

static int write_snapshot(json_t *root, const char *path)
{
	bool to_stdout = !strcmp(path, "-");
	FILE *stream = to_stdout ? stdout : fopen(path, "we");
	int error;

	if (!stream)
		return fail_errno(errno, path);
	/* Addresses of the kernel are for its owner. */
	if (!to_stdout)
		fchmod(fileno(stream), 0600);
	errno = 0;
	error = json_dumpf(root, stream, JSON_INDENT(1) | JSON_ENSURE_ASCII);
	fputc('\n', stream);
	if (fflush(stream) || error)
		error = errno ? errno : EIO;
	if (!to_stdout && fclose(stream) && !error)
		error = errno;
	return error ? fail_errno(error, path) : DONE;
}

int run_snapshot(int argc, char **argv)
{
	json_t *root, *texts = json_object();
	const char *path = NULL;
	struct utsname host;
	int code, got = 0;

	argp_parse(&snapshot_argp, argc, argv, 0, NULL, &path);
	for (size_t i = 0; i < ARRAY_SIZE(files); i++) {
		bool told = json_wanted;
		json_t *text;

		/* That one file is missing is no error of the whole. */
		json_wanted = false;
		text = text_of(files[i]);
		json_wanted = told;
		got += !!text;
		json_object_set_new(texts, files[i], text ? text :
				    json_pack("{s:s}", "error", _("it could not be read")));
	}
	if (!got) {
		json_decref(texts);
		return fail(ABSENT, _("there is nothing to see: no snapshot was written"));
	}
	uname(&host);
	root = json_pack("{s:i,s:I,s:s,s:s,s:s,s:o}", "vmxctl_snapshot", SNAPSHOT_VERSION,
			 "time", (json_int_t)time(NULL), "release", host.release,
			 "machine", host.machine, "tool", VMX_VERSION, "files", texts);
	code = write_snapshot(root, path);
	json_decref(root);
	return code;
}
