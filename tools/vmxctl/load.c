// SPDX-License-Identifier: GPL-2.0
/*
 * vmxctl load and unload: the module vmx, through libkmod.
 *
 * Each failure is told with what to do about it. The kernel's own words, which it writes to
 * its log only, are told too.
 */
#include <dirent.h>
#include <errno.h>
#include <fcntl.h>
#include <inttypes.h>
#include <libkmod.h>
#include <limits.h>
#include <stdarg.h>
#include <stdio.h>
#include <string.h>
#include <sys/utsname.h>
#include <unistd.h>

#include "module.h"
#include "room.h"
#include "size.h"
#include "source.h"
#include "vmxctl.h"

struct load {
	const char *file;
	char *parameters;
};

static const struct argp_option load_options[] = {
	{ "file", 'f', "FILE", 0, N_("load this vmx.ko, not the installed one"), 0 },
	{ "json", 256, NULL, 0, N_("errors as JSON"), 0 },
	{ 0 }
};

static error_t parse_load(int key, char *argument, struct argp_state *state)
{
	struct load *load = state->input;
	char *more;

	switch (key) {
	case 'f':
		load->file = argument;
		return 0;
	case 256:
		return 0;
	case ARGP_KEY_ARG:
		if (!strchr(argument, '='))
			usage_error(state, _("%s is no name=value"), argument);
		if (asprintf(&more, "%s%s%s", load->parameters ? load->parameters : "",
			     load->parameters ? " " : "", argument) < 0)
			abort();
		free(load->parameters);
		load->parameters = more;
		return 0;
	default:
		return ARGP_ERR_UNKNOWN;
	}
}

static const struct argp load_argp = {
	.options = load_options,
	.parser = parse_load,
	.args_doc = N_("[NAME=VALUE]..."),
	.doc = N_("Load the module vmx: the installed one, or FILE.\v"
		  "Examples:\n"
		  "  vmxctl load slice=64M\n"
		  "  vmxctl load --file ./vmx.ko\n"),
};

static error_t parse_unload(int key, char *argument, struct argp_state *state)
{
	if (key == 256)
		return 0;
	if (key == ARGP_KEY_ARG)
		usage_error(state, _("%s: unload takes no arguments"), argument);
	return ARGP_ERR_UNKNOWN;
}

static const struct argp_option unload_options[] = {
	{ "json", 256, NULL, 0, N_("errors as JSON"), 0 },
	{ 0 }
};

static const struct argp unload_argp = {
	.options = unload_options,
	.parser = parse_unload,
	.doc = N_("Unload the module vmx. If it is in use, say by whom.\v"
		  "Example:\n"
		  "  vmxctl unload\n"),
};

/* libkmod would print what this file tells better. */
static void be_silent(void *data, int priority, const char *file, int line, const char *function,
		      const char *format, va_list arguments)
{
	(void)data;
	(void)priority;
	(void)file;
	(void)line;
	(void)function;
	(void)format;
	(void)arguments;
}

/* The vermagic of a module's file. */
static bool get_vermagic(struct kmod_module *module, char *release, size_t size)
{
	struct kmod_list *list = NULL, *entry;
	bool found = false;

	if (kmod_module_get_info(module, &list) < 0)
		return false;
	kmod_list_foreach(entry, list) {
		if (!strcmp(kmod_module_info_get_key(entry), "vermagic")) {
			const char *value = kmod_module_info_get_value(entry);

			snprintf(release, size, "%.*s", (int)strcspn(value, " "), value);
			found = true;
		}
	}
	kmod_module_info_free_list(list);
	return found;
}

/* What the kernel has written to its log since @log was opened, of lines with "vmx" in them. */
static void tell_log(int log)
{
	char record[8192], *text;
	ssize_t length;

	while (log >= 0 && (length = read(log, record, sizeof(record) - 1)) > 0) {
		record[length] = 0;
		text = strchr(record, ';');
		if (!text || !strstr(text, "vmx"))
			continue;
		text[strcspn(text, "\n")] = 0;
		note(_("the kernel says: %s"), text + 1);
	}
}

/* Say how much would fit, and who has most of the rest. */
static int too_large(void)
{
	char text[SIZE_TEXT];
	struct room room;

	if (!room_look(&room))
		return fail(NOTHING,
			    _("the slice is too large: a smaller one, slice=16M for example, may "
			      "fit"));
	for (size_t i = 0; i < NR_KINDS; i++) {
		if (room.used[i])
			note(_("%s areas have %s of the vmalloc range"), kinds[i].key,
			     size_format(text, room.used[i]));
	}
	return fail(NOTHING, _("the slice is too large: at most slice=%" PRIu64 "M fits now"),
		    room.slice >> 20);
}

static int load_failed(int error, struct kmod_module *module)
{
	const char *path = kmod_module_get_path(module);
	char release[128] = "?", version[64], lockdown[128];
	struct utsname host;

	uname(&host);
	switch (error) {
	case EEXIST:
		if (!module_loaded(version, sizeof(version)))
			snprintf(version, sizeof(version), "?");
		return fail(NOTHING, _("vmx %s is loaded already; vmxctl unload removes it"),
			    version);
	case ENOEXEC:
	case EINVAL:
		if (get_vermagic(module, release, sizeof(release)) &&
		    strcmp(release, host.release)) {
			return fail(NOTHING,
				    _("%s is for Linux %s, and this is %s: build it for this "
				      "kernel, or boot that one"),
				    path, release, host.release);
		}
		return fail(error == EINVAL ? USAGE : NOTHING,
			    error == EINVAL ? _("the kernel did not take the parameters")
					    : _("%s does not fit this kernel, though its release "
						"does: build it again"),
			    path);
	case EKEYREJECTED:
	case ENOKEY:
		return fail(FORBIDDEN,
			    _("this kernel loads signed modules only, and the key of %s is "
			      "not known to it: enroll one, or turn Secure Boot off"),
			    path);
	case EPERM:
		if (geteuid())
			return fail(FORBIDDEN, _("only root may load modules"));
		if (module_line("/sys/kernel/security/lockdown", lockdown, sizeof(lockdown)) &&
		    !strstr(lockdown, "[none]"))
			return fail(FORBIDDEN,
				    _("the kernel is locked down, and loads signed modules only"));
		return fail(FORBIDDEN, _("the kernel does not permit it (kernel.modules_disabled, "
					 "or a container)"));
	case ENOSPC:
	case ENOMEM:
		return too_large();
	default:
		return fail(NOTHING, "%s: %s", path, strerror(error));
	}
}

int run_load(int argc, char **argv)
{
	struct load load = { 0 };
	struct kmod_list *list = NULL;
	struct kmod_module *module = NULL;
	struct kmod_ctx *context;
	int code = DONE, error, log;

	argp_parse(&load_argp, argc, argv, 0, NULL, &load);
	context = kmod_new(NULL, NULL);
	if (!context)
		return fail(NOTHING, _("out of memory"));
	kmod_set_log_fn(context, be_silent, NULL);
	if (load.file) {
		error = kmod_module_new_from_path(context, load.file, &module);
		if (error) {
			code = fail_errno(-error, load.file);
			goto out;
		}
	} else {
		error = kmod_module_new_from_lookup(context, "vmx", &list);
		if (error || !list) {
			code = fail(
				ABSENT,
				_("no module vmx is installed for this kernel: run make install "
				  "and depmod, or say --file"));
			goto out;
		}
		module = kmod_module_get_module(list);
	}
	log = open("/dev/kmsg", O_RDONLY | O_NONBLOCK | O_CLOEXEC);
	if (log >= 0)
		lseek(log, 0, SEEK_END);
	error = kmod_module_insert_module(module, 0, load.parameters);
	if (error) {
		tell_log(log);
		code = load_failed(-error, module);
	}
	if (log >= 0)
		close(log);
	if (!code && json_wanted)
		puts("[]");
out:
	if (module)
		kmod_module_unref(module);
	kmod_module_unref_list(list);
	kmod_unref(context);
	free(load.parameters);
	return code;
}

/* Tell which process has this file of vmx open, if one has. */
static int tell_file(const char *process, const char *folder)
{
	char path[64 + NAME_MAX], target[PATH_MAX], comm[64] = "?";
	struct dirent *entry;
	int told = 0;
	DIR *open_files;

	snprintf(path, sizeof(path), "/proc/%s/fd", process);
	open_files = opendir(path);
	while (open_files && (entry = readdir(open_files))) {
		ssize_t length =
			readlinkat(dirfd(open_files), entry->d_name, target, sizeof(target) - 1);

		if (length < 0)
			continue;
		target[length] = 0;
		if (strncmp(target, folder, strlen(folder)) || target[strlen(folder)] != '/')
			continue;
		snprintf(path, sizeof(path), "/proc/%s/comm", process);
		module_line(path, comm, sizeof(comm));
		note(_("process %s (%s) has %s open"), process, comm, target);
		told++;
	}
	if (open_files)
		closedir(open_files);
	return told;
}

static void tell_users(void)
{
	bool told_as_json = json_wanted;
	struct dirent *entry;
	const char *folder;
	int code, told = 0;
	DIR *directory;

	/* That debugfs is not there is no answer. */
	json_wanted = false;
	folder = source_folder(&code);
	json_wanted = told_as_json;
	directory = opendir("/sys/module/vmx/holders");
	while (directory && (entry = readdir(directory))) {
		if (*entry->d_name != '.' && ++told)
			note(_("the module %s uses it"), entry->d_name);
	}
	if (directory)
		closedir(directory);
	directory = folder ? opendir("/proc") : NULL;
	while (directory && (entry = readdir(directory))) {
		if (*entry->d_name >= '0' && *entry->d_name <= '9' &&
		    atoi(entry->d_name) != getpid())
			told += tell_file(entry->d_name, folder);
	}
	if (directory)
		closedir(directory);
	if (!told)
		note(_("who uses it cannot be seen: a mapping of the file mem, or a process of "
		       "another container"));
}

int run_unload(int argc, char **argv)
{
	struct kmod_module *module = NULL;
	struct kmod_ctx *context;
	int code = DONE, error;

	argp_parse(&unload_argp, argc, argv, 0, NULL, NULL);
	context = kmod_new(NULL, NULL);
	if (!context || kmod_module_new_from_name(context, "vmx", &module))
		exit(fail(NOTHING, _("out of memory")));
	kmod_set_log_fn(context, be_silent, NULL);
	error = -kmod_module_remove_module(module, O_NONBLOCK);
	if (error == ENOENT) {
		code = fail(ABSENT, _("the module vmx is not loaded"));
	} else if (error == EBUSY || error == EAGAIN) {
		tell_users();
		code = fail(NOTHING, _("vmx is in use"));
	} else if (error == EPERM) {
		code = fail(FORBIDDEN, _("only root may unload modules"));
	} else if (error) {
		code = fail(NOTHING, "vmx: %s", strerror(error));
	} else if (json_wanted) {
		puts("[]");
	}
	kmod_module_unref(module);
	kmod_unref(context);
	return code;
}
