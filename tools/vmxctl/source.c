// SPDX-License-Identifier: GPL-2.0
/*
 * Where the text of a file of vmx comes from: debugfs, or a snapshot.
 *
 * debugfs may be mounted anywhere. A refusal is told with its reason: not mounted, not
 * loaded, not root, or a kernel that is locked down.
 */
#include <errno.h>
#include <fcntl.h>
#include <limits.h>
#include <mntent.h>
#include <stdio.h>
#include <string.h>
#include <unistd.h>

#include "json.h"
#include "source.h"
#include "vmxctl.h"

#define VMALLOCINFO "vmallocinfo"

/* Where debugfs is mounted. */
static bool find_debugfs(char *path, size_t size)
{
	FILE *mounts = setmntent("/proc/self/mounts", "r");
	struct mntent *mount;
	bool found = false;

	while (mounts && !found && (mount = getmntent(mounts))) {
		found = !strcmp(mount->mnt_type, "debugfs");
		if (found)
			snprintf(path, size, "%s/vmx", mount->mnt_dir);
	}
	if (mounts)
		endmntent(mounts);
	return found;
}

const char *source_folder(int *code)
{
	static char path[PATH_MAX];

	if (*path)
		return path;
	if (!find_debugfs(path, sizeof(path))) {
		*code = fail(ABSENT, _("debugfs is not mounted: as root, run "
				       "mount -t debugfs none /sys/kernel/debug"));
		return NULL;
	}
	/* Only root may look into debugfs. */
	if (access(path, F_OK)) {
		if (errno == EACCES)
			*code = fail(FORBIDDEN, _("%s: only root may read it"), path);
		else if (errno == ENOENT)
			*code = fail(ABSENT, _("the module vmx is not loaded: there is no %s"),
				     path);
		else
			*code = fail_errno(errno, path);
		*path = 0;
		return NULL;
	}
	return path;
}

static bool locked_down(void)
{
	FILE *file = fopen("/sys/kernel/security/lockdown", "re");
	char line[256] = "";

	if (!file)
		return false;
	if (!fgets(line, sizeof(line), file))
		*line = 0;
	fclose(file);
	return *line && !strstr(line, "[none]");
}

int source_descriptor(const char *name, int flags, int *code)
{
	const char *folder = source_folder(code);
	char path[PATH_MAX + 64];
	int fd;

	if (!folder)
		return -1;
	snprintf(path, sizeof(path), "%s/%s", folder, name);
	fd = open(path, flags | O_CLOEXEC);
	if (fd >= 0)
		return fd;
	if (errno == EPERM && locked_down())
		*code = fail(FORBIDDEN, _("%s: the kernel is locked down, and lets nobody open it"),
			     path);
	else if (errno == EPERM)
		*code = fail(FORBIDDEN, _("%s: this needs CAP_SYSLOG"), path);
	else if (errno == EACCES)
		*code = fail(FORBIDDEN, _("%s: only root may open it"), path);
	else if (errno == ENOENT && access(folder, F_OK))
		*code = fail(ABSENT, _("the module vmx is not loaded: there is no %s"), folder);
	else
		*code = fail_errno(errno, path);
	return -1;
}

/* The first byte tells JSON from text. stdin can be read once. */
int source_saved(const char *name, const char *from, struct reader *reader)
{
	FILE *file = strcmp(from, "-") ? fopen(from, "re") : stdin;
	char *text = NULL;
	size_t length = 0, room = 0;
	int code = DONE, first;

	if (!file)
		return fail_errno(errno, from);
	first = getc(file);
	ungetc(first, file);
	if (first == '{') {
		if (file != stdin)
			fclose(file);
		return source_open(name, from, reader);
	}
	do {
		if (length == room) {
			room = room ? 2 * room : 65536;
			text = resize(text, room);
		}
		length += fread(text + length, 1, room - length, file);
	} while (length == room);
	if (ferror(file))
		code = fail_errno(errno, from);
	else
		reader_open_text(reader, text, length);
	if (file != stdin)
		fclose(file);
	free(text);
	return code;
}

#ifdef HAVE_JANSSON
/* A command may read several files of one snapshot, and stdin can be read once. */
static json_t *root;

static json_t *load_snapshot(const char *from, int *code)
{
	json_error_t error;

	if (root)
		return root;
	root = strcmp(from, "-") ? json_load_file(from, JSON_ALLOW_NUL, &error) :
				 json_loadf(stdin, JSON_ALLOW_NUL, &error);
	if (!root && strcmp(from, "-") && access(from, R_OK))
		*code = fail_errno(errno, from);
	else if (!root)
		*code = fail(NOTHING, _("%s is no snapshot: line %d: %s"), from, error.line,
			     error.text);
	return root;
}

/* The text of @name, or, with a @key, the one about this area. */
static int open_snapshot(const char *name, const char *key, const char *from,
			 struct reader *reader)
{
	int version, code = DONE;
	json_t *file, *reason;

	if (!load_snapshot(from, &code))
		return code;
	file = json_object_get(json_object_get(root, "files"), name);
	if (key && json_is_object(file) && !json_object_get(file, "error"))
		file = json_object_get(file, key);
	if (json_unpack(root, "{s:i}", "vmxctl_snapshot", &version)) {
		code = fail(NOTHING, _("%s is no snapshot of vmxctl"), from);
	} else if (version < 1 || version > SNAPSHOT_VERSION) {
		code = fail(NOTHING,
			    _("%s is a snapshot of version %d; this vmxctl reads 1 to %d"),
			    from, version, SNAPSHOT_VERSION);
	} else if (!file) {
		code = fail(ABSENT, _("the snapshot %s does not have %s"), from, name);
	} else if (json_is_string(file)) {
		reader_open_text(reader, json_string_value(file), json_string_length(file));
	} else {
		reason = json_object_get(file, "error");
		code = fail(ABSENT, _("the snapshot %s does not have %s: %s"), from, name,
			    json_is_string(reason) ? json_string_value(reason) : "?");
	}
	return code;
}

int source_time(const char *from, int64_t *time)
{
	int code = DONE;

	*time = 0;
	if (from && load_snapshot(from, &code))
		*time = json_integer_value(json_object_get(root, "time"));
	return code;
}

void source_renew(const char *from)
{
	if (from && strcmp(from, "-")) {
		json_decref(root);
		root = NULL;
	}
}
#else
int source_time(const char *from, int64_t *time)
{
	(void)from;
	*time = 0;
	return DONE;
}

void source_renew(const char *from)
{
	(void)from;
}

static int open_snapshot(const char *name, const char *key, const char *from,
			 struct reader *reader)
{
	(void)name;
	(void)key;
	(void)from;
	(void)reader;
	return fail(ABSENT, _("%s is not in this build: it needs %s"), "--from", "jansson");
}
#endif

int source_answer(const char *name, const char *key, const char *from, struct reader *reader)
{
	return open_snapshot(name, key, from, reader);
}

int source_open(const char *name, const char *from, struct reader *reader)
{
	int code = DONE, fd;

	if (from)
		return open_snapshot(name, NULL, from, reader);
	if (!strcmp(name, VMALLOCINFO)) {
		fd = open("/proc/" VMALLOCINFO, O_RDONLY | O_CLOEXEC);
		if (fd < 0)
			code = fail_errno(errno, "/proc/" VMALLOCINFO);
	} else {
		fd = source_descriptor(name, O_RDONLY, &code);
	}
	if (fd >= 0)
		reader_open(reader, fd);
	return code;
}

int source_close(struct reader *reader, const char *name)
{
	int error = reader->error;

	if (reader->fd >= 0)
		close(reader->fd);
	reader_close(reader);
	return error ? fail_errno(error, name) : DONE;
}
