// SPDX-License-Identifier: GPL-2.0
/*
 * vmxctl doctor: is everything there that vmx and vmxctl need, and what is to be done if not?
 */
#include <mntent.h>
#include <stdarg.h>
#include <stdio.h>
#include <string.h>
#include <sys/utsname.h>
#include <unistd.h>

#include "module.h"
#include "noise.h"
#include "options.h"
#include "room.h"
#include "size.h"
#include "source.h"
#include "vmallocinfo.h"
#include "vmxctl.h"

#define TEXTS 32

struct findings {
	struct table table;
	char *texts[TEXTS];
	size_t nr_texts;
	int code;
};

static const struct column columns[] = {
	{ "what", N_("WHAT"), TEXT },
	{ "good", N_("GOOD"), FLAG },
	{ "finding", N_("FINDING"), TEXT },
};

__attribute__((format(printf, 4, 5)))
static void found(struct findings *findings, const char *what, bool good, const char *format, ...)
{
	union cell *cells = table_row(&findings->table);
	char *text;
	va_list arguments;

	va_start(arguments, format);
	if (findings->nr_texts == TEXTS || vasprintf(&text, format, arguments) < 0)
		abort();
	va_end(arguments);
	findings->texts[findings->nr_texts++] = text;
	cells[0].text = what;
	cells[1].number = good;
	cells[2].text = text;
	if (!good)
		findings->code = NOTHING;
}

static bool mounted(const char *type, char *where, size_t size)
{
	FILE *mounts = setmntent("/proc/self/mounts", "r");
	struct mntent *mount;
	bool found = false;

	while (mounts && !found && (mount = getmntent(mounts))) {
		found = !strcmp(mount->mnt_type, type);
		if (found)
			snprintf(where, size, "%s", mount->mnt_dir);
	}
	if (mounts)
		endmntent(mounts);
	return found;
}

static void look_at_kernel(struct findings *findings)
{
	char path[512], lockdown[128];
	struct utsname host;

	uname(&host);
	found(findings, "kernel", true, "Linux %s, %s", host.release, host.machine);
	snprintf(path, sizeof(path), "/lib/modules/%s/build/Makefile", host.release);
	if (access(path, R_OK))
		found(findings, "headers", false,
		      _("not there: vmx cannot be built for this kernel; on "
			"Debian, install linux-headers-%s"),
		      host.release);
	else
		found(findings, "headers", true, _("there"));
	if (!module_line("/sys/kernel/security/lockdown", lockdown, sizeof(lockdown)))
		found(findings, "lockdown", true, _("not in this kernel, or not to be seen"));
	else if (strstr(lockdown, "[none]"))
		found(findings, "lockdown", true, _("off"));
	else
		found(findings, "lockdown", false,
		      _("on (%s): only signed modules are loaded, and files "
			"that can be written are closed"),
		      lockdown);
}

static void look_at_addresses(struct findings *findings)
{
	struct vmallocinfo info;
	struct reader reader;
	char value[32];
	FILE *file = fopen("/proc/vmallocinfo", "re");

	if (!file) {
		found(findings, "vmallocinfo", false, _("cannot be opened: only root may read it"));
		return;
	}
	reader_open(&reader, fileno(file));
	vmallocinfo_read(&info, &reader);
	reader_close(&reader);
	fclose(file);
	module_line("/proc/sys/kernel/kptr_restrict", value, sizeof(value));
	if (!info.count)
		found(findings, "vmallocinfo", false, _("is empty, as in a container"));
	else if (info.addresses == ADDRESSES_REAL)
		found(findings, "vmallocinfo", true, _("real addresses (kptr_restrict is %s)"),
		      value);
	else
		found(findings, "vmallocinfo", false,
		      _("the addresses are hidden (kptr_restrict is %s): "
			"as root, run sysctl kernel.kptr_restrict=1"),
		      value);
	vmallocinfo_free(&info);
}

/* For load: the parameter slice. */
static void look_at_room(struct findings *findings)
{
	char text[SIZE_TEXT];
	struct room room;

	if (room_look(&room))
		found(findings, "slice", true, _("at most %s fits now"),
		      size_format(text, room.slice));
}

/* Explain what a build has printed. Tells what is wrong with the file. */
static int look_at_log(struct findings *findings, const char *path)
{
	bool told[32] = { false };
	struct reader reader;
	size_t length, known = 0;
	const char *line;
	int code = source_saved("", path, &reader);

	if (code)
		return code;
	while ((line = reader_line(&reader, &length))) {
		for (size_t i = 0; i < nr_noises && i < ARRAY_SIZE(told); i++) {
			if (told[i] || !strstr(line, noises[i].text))
				continue;
			told[i] = true;
			known++;
			found(findings, noises[i].what, noises[i].good, "%s",
			      _(noises[i].meaning));
		}
	}
	code = source_close(&reader, path);
	if (!code && !known)
		note(_("%s: nothing in it is known"), path);
	return code;
}

static void look_at_module(struct findings *findings)
{
	char where[256], version[64], path[512];
	bool debugfs = mounted("debugfs", where, sizeof(where));
	bool loaded = module_loaded(version, sizeof(version));

	if (debugfs)
		found(findings, "debugfs", true, _("mounted on %s"), where);
	else
		found(findings, "debugfs", false,
		      _("not mounted: as root, run mount -t debugfs none /sys/kernel/debug"));
	if (!loaded)
		found(findings, "module", false, _("vmx is not loaded: as root, run vmxctl load"));
	else if (strcmp(version, VMX_VERSION))
		found(findings, "module", false,
		      _("vmx %s is loaded, and this is vmxctl %s: their files may "
			"differ"),
		      version, VMX_VERSION);
	else
		found(findings, "module", true, _("vmx %s is loaded"), version);
	if (loaded && debugfs) {
		snprintf(path, sizeof(path), "%s/vmx/areas", where);
		if (access(path, R_OK))
			found(findings, "files", false,
			      _("%s cannot be opened: only root may read it"), path);
		else
			found(findings, "files", true, _("can be opened"));
	}
	if (mounted("tracefs", where, sizeof(where)))
		found(findings, "tracefs", true, _("mounted on %s"), where);
	else
		found(findings, "tracefs", false,
		      _("not mounted: as root, run mount -t tracefs none /sys/kernel/tracing"));
}

struct doctor {
	struct display display;
	const char *log;
};

static error_t parse(int key, char *argument, struct argp_state *state)
{
	struct doctor *doctor = state->input;

	switch (key) {
	case ARGP_KEY_INIT:
		state->child_inputs[0] = &doctor->display;
		return 0;
	case ARGP_KEY_ARG:
		if (doctor->log)
			usage_error(state, _("one file only"));
		doctor->log = argument;
		return 0;
	default:
		return ARGP_ERR_UNKNOWN;
	}
}

static const struct argp_child children[] = {
	{ &display_argp, 0, NULL, 0 }, { 0 },
};

static const struct argp doctor_argp = {
	.parser = parse,
	.children = children,
	.args_doc = N_("[LOG]"),
	.doc = N_("Look whether everything is there that vmx and vmxctl need. Each finding is one "
		  "line: good, or what to do. Exits 1 if there is something to do. With LOG, say what "
		  "the messages mean that a build or an installation has printed there (- is stdin)."
		  "\v"
		  "Examples:\n"
		  "  vmxctl doctor\n"
		  "  make 2>&1 | vmxctl doctor -\n"),
};

int run_doctor(int argc, char **argv)
{
	struct findings findings = {
		.table = { .columns = columns, .nr_columns = ARRAY_SIZE(columns) },
	};
	struct doctor doctor = { .display = DISPLAY_DEFAULTS };
	int code;

	argp_parse(&doctor_argp, argc, argv, 0, NULL, &doctor);
	code = display_check(&doctor.display, columns, ARRAY_SIZE(columns));
	if (code)
		return code;
	if (doctor.log) {
		code = look_at_log(&findings, doctor.log);
	} else {
		look_at_kernel(&findings);
		look_at_addresses(&findings);
		look_at_room(&findings);
		look_at_module(&findings);
	}
	if (!code)
		display_table(&doctor.display, &findings.table);
	table_free(&findings.table);
	for (size_t i = 0; i < findings.nr_texts; i++)
		free(findings.texts[i]);
	return code ? code : findings.code;
}
