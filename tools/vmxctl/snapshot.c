// SPDX-License-Identifier: GPL-2.0
/*
 * vmxctl snapshot: everything that can be seen, in one JSON file.
 *
 * The texts of the files stand in it as they are, so each format has one parser, live or
 * from a snapshot. What could not be read is named, in the file and on stderr.
 */
#include <errno.h>
#include <fcntl.h>
#include <inttypes.h>
#include <stdio.h>
#include <string.h>
#include <sys/stat.h>
#include <sys/utsname.h>
#include <time.h>
#include <unistd.h>

#include "areas.h"
#include "json.h"
#include "source.h"
#include "vmxctl.h"

static const char *const files[] = {
	"areas", "gaps", "map", "stats", "fit", "error_log", "pgtables", "vmallocinfo",
};

/* More areas are not asked about one by one: two reads each would take long. */
#define ANSWERS_MAX 1000

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

/* What is left to read, as a JSON string, or NULL: *error is an errno. */
static json_t *rest_of(int fd, int *error)
{
	char *text = NULL;
	size_t length = 0, room = 0;
	json_t *string;
	ssize_t got;

	do {
		if (length == room) {
			room = room ? 2 * room : 65536;
			text = resize(text, room);
		}
		got = read(fd, text + length, room - length);
		if (got > 0)
			length += got;
	} while (got > 0 || (got < 0 && errno == EINTR));
	*error = got < 0 ? errno : 0;
	/* JSON is UTF-8, and these files are ASCII but for the names of tasks. */
	for (size_t i = 0; i < length; i++) {
		if ((unsigned char)text[i] > '~')
			text[i] = '?';
	}
	string = *error ? NULL : json_stringn(text, length);
	free(text);
	return string;
}

/* The text of a file as a JSON string, or NULL: *code says why. */
static json_t *text_of(const char *name, int *code)
{
	struct reader reader;
	json_t *string;

	*code = source_open(name, NULL, &reader);
	if (*code)
		return NULL;
	string = rest_of(reader.fd, &reader.error);
	*code = source_close(&reader, name);
	if (*code) {
		json_decref(string);
		return NULL;
	}
	return string;
}

/* What the file @name says about each area, by its id, or NULL. */
static json_t *answers_of(const char *name, const struct areas *areas)
{
	int code, error, fd = source_descriptor(name, O_RDWR, &code);
	json_t *answers, *text;
	char word[32], key[32];

	if (fd < 0)
		return NULL;
	answers = json_object();
	for (size_t i = 0; i < areas->count && i < ANSWERS_MAX; i++) {
		snprintf(word, sizeof(word), "0x%" PRIx64, areas->list[i].start);
		/* An area that has gone meanwhile is left out. */
		if (write(fd, word, strlen(word)) < 0)
			continue;
		text = rest_of(fd, &error);
		snprintf(key, sizeof(key), "%" PRIu64, areas->list[i].id);
		if (text)
			json_object_set_new(answers, key, text);
	}
	close(fd);
	return answers;
}

static json_t *unreadable(void)
{
	return json_pack("{s:s}", "error", _("it could not be read"));
}

/* Ask area and walk about the areas that are in the snapshot. Returns how many are left out. */
static size_t add_answers(json_t *texts)
{
	static const char *const names[] = { "area", "walk" };
	json_t *list = json_object_get(texts, "areas");
	struct reader reader;
	struct areas areas;
	size_t left_out;

	if (!json_is_string(list))
		return 0;
	reader_open_text(&reader, json_string_value(list), json_string_length(list));
	areas_read(&areas, &reader);
	reader_close(&reader);
	for (size_t i = 0; i < ARRAY_SIZE(names); i++) {
		json_t *answers = answers_of(names[i], &areas);

		json_object_set_new(texts, names[i], answers ? answers : unreadable());
	}
	left_out = areas.count > ANSWERS_MAX ? areas.count - ANSWERS_MAX : 0;
	areas_free(&areas);
	if (left_out)
		note(_("area and walk: %zu areas are left out"), left_out);
	return left_out;
}

static int write_snapshot(json_t *root, const char *path)
{
	bool to_stdout = !strcmp(path, "-");
	int error, fd = to_stdout ? -1 : open(path, O_WRONLY | O_CREAT | O_CLOEXEC, 0600);
	FILE *stream = stdout;
	struct stat status;

	/* Addresses of the kernel are for its owner. A device keeps its mode. */
	if (!to_stdout) {
		if (fd < 0 || fstat(fd, &status) ||
		    (S_ISREG(status.st_mode) && (fchmod(fd, 0600) || ftruncate(fd, 0))))
			return fail_errno(errno, path);
		stream = fdopen(fd, "w");
		if (!stream)
			return fail_errno(errno, path);
	}
	errno = 0;
	error = json_dumpf(root, stream, JSON_INDENT(1) | JSON_ENSURE_ASCII);
	fputc('\n', stream);
	if (fflush(stream) || error)
		error = errno ? errno : EIO;
	if (!to_stdout && fclose(stream) && !error)
		error = errno;
	if (error)
		return fail_errno(error, path);
	if (json_wanted && !to_stdout)
		puts("[]");
	return DONE;
}

int run_snapshot(int argc, char **argv)
{
	json_t *root, *texts = json_object();
	const char *path = NULL;
	struct utsname host;
	bool told = json_wanted;
	bool forbidden = false;
	size_t left_out;
	int code, got = 0;

	argp_parse(&snapshot_argp, argc, argv, 0, NULL, &path);
	/* That one file is missing is no error of the whole. */
	json_wanted = false;
	for (size_t i = 0; i < ARRAY_SIZE(files); i++) {
		json_t *text = text_of(files[i], &code);

		got += !!text;
		forbidden |= code == FORBIDDEN;
		json_object_set_new(texts, files[i], text ? text : unreadable());
	}
	left_out = add_answers(texts);
	json_wanted = told;
	if (!got) {
		json_decref(texts);
		return fail(forbidden ? FORBIDDEN : ABSENT,
			    _("there is nothing to see: no snapshot was written"));
	}
	uname(&host);
	root = json_pack("{s:i,s:I,s:s,s:s,s:s,s:I,s:o}", "vmxctl_snapshot", SNAPSHOT_VERSION,
			 "time", (json_int_t)time(NULL), "release", host.release,
			 "machine", host.machine, "tool", VMX_VERSION,
			 "areas_left_out", (json_int_t)left_out, "files", texts);
	code = write_snapshot(root, path);
	json_decref(root);
	return code;
}
