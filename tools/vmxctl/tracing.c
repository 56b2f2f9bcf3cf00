// SPDX-License-Identifier: GPL-2.0
/*
 * Record by tracepoints, in an instance of tracefs that nobody else uses and that is gone
 * afterwards.
 */
#include <errno.h>
#include <mntent.h>
#include <signal.h>
#include <stdio.h>
#include <string.h>
#include <sys/resource.h>
#include <time.h>
#include <tracefs.h>
#include <unistd.h>

#include "recording.h"
#include "vmxctl.h"

/* For each CPU: thousands of events, for the tenth of a second between two looks. */
#define BUFFER_KB 256

/* One look ends after so long, so that a signal, the time or the command can end the record. */
#define TAKE_SECONDS 1

/* The name of the instance; the pid is behind it. */
#define PREFIX "vmxctl-"

/*
 * The last request of each task, or of one of those that share a place: vmx tells a
 * request's alignment when it begins, and its address when it is done.
 */
static struct {
	unsigned long long pid, size, align;
} requests[1024];

/*
 * The request of a task that has failed: the kernel then purges and tries again, so it counts
 * only if the task's next event is not the same request.
 */
static struct failure {
	unsigned long long pid, size, align, first, end;
} failures[1024];

static struct tracefs_instance *instance;
static struct tep_handle *events;
static struct recording *recording;
static struct timespec take_begun;

static unsigned long long value(struct tep_event *event, struct tep_record *record,
				const char *name)
{
	unsigned long long value = 0;

	tep_get_field_val(NULL, event, name, record, &value, 0);
	return value;
}

static unsigned long long align_of(unsigned long long pid, unsigned long long size)
{
	unsigned long long align = 1;

	if (requests[pid % ARRAY_SIZE(requests)].pid == pid &&
	    requests[pid % ARRAY_SIZE(requests)].size == size)
		align = requests[pid % ARRAY_SIZE(requests)].align;
	return align && !(align & (align - 1)) ? align : 1;
}

static unsigned long long pid_of(struct tep_event *event, struct tep_record *record)
{
	unsigned long long pid = 0;

	tep_get_common_field_val(NULL, event, "common_pid", record, &pid, 0);
	return pid;
}

static unsigned long long without_guard(unsigned long long size)
{
	return size > recording->page_size ? size - recording->page_size : size;
}

/* It was not tried again. */
static void tell_failure(struct failure *failure)
{
	if (failure->size)
		recording_fail(recording, without_guard(failure->size), failure->align);
	*failure = (struct failure){ 0 };
}

static void settle(void)
{
	for (size_t i = 0; i < ARRAY_SIZE(failures); i++)
		tell_failure(&failures[i]);
}

static void take_vmalloc(struct tep_event *event, struct tep_record *record)
{
	unsigned long long pid = pid_of(event, record);
	struct failure *before = &failures[pid % ARRAY_SIZE(failures)], now;

	if (!strcmp(event->name, "free_vmap_area_noflush")) {
		/* The purge frees nothing anew, so this is not between two tries. */
		tell_failure(before);
		recording_free(recording, value(event, record, "va_start"));
		return;
	}
	if (strcmp(event->name, "alloc_vmap_area"))
		return;
	now = (struct failure){
		pid, value(event, record, "size"), value(event, record, "align"),
		value(event, record, "vstart"), value(event, record, "vend"),
	};
	if (memcmp(before, &now, sizeof(now)))
		tell_failure(before);
	*before = (struct failure){ 0 };
	if (value(event, record, "failed"))
		*before = now;
	else
		recording_alloc(recording, value(event, record, "addr"), without_guard(now.size),
				now.align);
}

static void take_vmx(struct tep_event *event, struct tep_record *record)
{
	unsigned long long pid = pid_of(event, record), size;

	if (!strcmp(event->name, "vmx_request")) {
		requests[pid % ARRAY_SIZE(requests)].pid = pid;
		requests[pid % ARRAY_SIZE(requests)].size = value(event, record, "size");
		requests[pid % ARRAY_SIZE(requests)].align = value(event, record, "align");
	} else if (!strcmp(event->name, "vmx_complete") || !strcmp(event->name, "vmx_cache_get")) {
		size = value(event, record, "requested");
		recording_alloc(recording, value(event, record, "addr"), size, align_of(pid, size));
	} else if (!strcmp(event->name, "vmx_unlink") || !strcmp(event->name, "vmx_cache_put")) {
		recording_free(recording, value(event, record, "addr"));
	} else if (!strcmp(event->name, "vmx_refused")) {
		size = value(event, record, "size");
		/* A request for nothing is no request. */
		if (size)
			recording_fail(recording, size, align_of(pid, size));
	}
}

static bool take_is_long(void)
{
	struct timespec now;

	clock_gettime(CLOCK_MONOTONIC, &now);
	return now.tv_sec - take_begun.tv_sec > TAKE_SECONDS;
}

static int take_event(struct tep_event *event, struct tep_record *record, int cpu, void *context)
{
	(void)cpu;
	(void)context;
	/* Below 0: it is not known how many. */
	if (record->missed_events)
		recording->lost += record->missed_events > 0 ? record->missed_events : 1;
	if (!strcmp(event->system, "vmx"))
		take_vmx(event, record);
	else
		take_vmalloc(event, record);
	/*
	 * Events may come faster than they are taken. What is left of the pages that were read
	 * is lost then, and it is not known how much.
	 */
	if (take_is_long()) {
		recording->lost++;
		tracefs_iterate_stop(instance);
	}
	return 0;
}

/* libtracefs would mount what is missing. */
static bool is_mounted(void)
{
	FILE *mounts = setmntent("/proc/self/mounts", "r");
	struct mntent *mount;
	bool found = false;

	while (mounts && !found && (mount = getmntent(mounts)))
		found = !strcmp(mount->mnt_type, "tracefs");
	if (mounts)
		endmntent(mounts);
	return found;
}

bool tracing_possible(bool of_vmx)
{
	return is_mounted() && tracefs_event_file_exists(NULL, of_vmx ? "vmx" : "vmalloc",
					 of_vmx ? "vmx_request" : "alloc_vmap_area", "enable");
}

static void end(void)
{
	if (instance) {
		tracefs_event_disable(instance, NULL, NULL);
		if (tracefs_instance_destroy(instance))
			note(_("the instance %s of tracefs cannot be removed"),
			     tracefs_instance_get_name(instance));
		tracefs_instance_free(instance);
		instance = NULL;
	}
	tep_free(events);
	events = NULL;
}

/* Remove the instances of those that were killed. */
static void remove_stale(void)
{
	char **names = tracefs_instances("^" PREFIX "[0-9]+$");
	struct tracefs_instance *stale;

	for (size_t i = 0; names && names[i]; i++) {
		if (!kill(atoi(names[i] + strlen(PREFIX)), 0) || errno != ESRCH)
			continue;
		stale = tracefs_instance_create(names[i]);
		if (!stale)
			continue;
		tracefs_instance_destroy(stale);
		tracefs_instance_free(stale);
	}
	tracefs_list_free(names);
}

/* libtracefs opens some files for each CPU, and skips a CPU whose files it cannot open. */
static void allow_more_files(void)
{
	struct rlimit limit;

	if (!getrlimit(RLIMIT_NOFILE, &limit)) {
		limit.rlim_cur = limit.rlim_max;
		setrlimit(RLIMIT_NOFILE, &limit);
	}
}

static int begin(struct recording *to, bool of_vmx)
{
	static const char *const vmx[] = {
		"vmx_request", "vmx_complete", "vmx_refused", "vmx_unlink", "vmx_cache_get",
		"vmx_cache_put",
	};
	const char *const systems[] = { of_vmx ? "vmx" : "vmalloc", NULL };
	bool enabled = true;
	char name[64];

	recording = to;
	allow_more_files();
	remove_stale();
	snprintf(name, sizeof(name), PREFIX "%d", getpid());
	errno = 0;
	instance = tracefs_instance_create(name);
	if (!instance)
		return fail_errno(errno ? errno : EIO, "tracefs");
	if (tracefs_instance_set_buffer_size(instance, BUFFER_KB, -1) < 0)
		note(_("the buffers of tracefs keep their size: events may be lost"));
	events = tracefs_local_events_system(NULL, systems);
	if (of_vmx)
		for (size_t i = 0; i < ARRAY_SIZE(vmx); i++)
			enabled &= !tracefs_event_enable(instance, "vmx", vmx[i]);
	else
		enabled = !tracefs_event_enable(instance, "vmalloc", "alloc_vmap_area") &&
			  !tracefs_event_enable(instance, "vmalloc", "free_vmap_area_noflush");
	if (events && enabled)
		return DONE;
	end();
	return fail(NOTHING, _("the tracepoints of %s cannot be turned on"), systems[0]);
}

/* 0 bytes are no error: nothing has happened. */
static int take(struct recording *to)
{
	(void)to;
	clock_gettime(CLOCK_MONOTONIC, &take_begun);
	errno = 0;
	if (tracefs_iterate_raw_events(events, instance, NULL, 0, take_event, NULL) < 0)
		return fail_errno(errno ? errno : EIO, "tracefs");
	return DONE;
}

const struct means tracing = { "tracepoints", 0, begin, take, settle, end };
