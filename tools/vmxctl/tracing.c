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

#include "inorder.h"
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
	uint64_t pid, size, align;
} requests[1024];

/*
 * The request of a task that has failed: the kernel then purges and tries again, so it counts
 * only if the task's next event is not the same request.
 */
static struct failure {
	uint64_t pid, size, align, first, end;
} failures[1024];

static struct tracefs_instance *instance;
static struct tep_handle *events;
static struct recording *recording;
static struct inorder inorder;
static bool of_vmx;
static struct timespec take_begun;

static unsigned long long value(struct tep_event *event, struct tep_record *record,
				const char *name)
{
	unsigned long long value = 0;

	tep_get_field_val(NULL, event, name, record, &value, 0);
	return value;
}

static uint64_t align_of(uint64_t pid, uint64_t size)
{
	uint64_t align = 1;

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

static uint64_t without_guard(uint64_t size)
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

static void play_vmalloc(const struct happening *one)
{
	struct failure *before = &failures[one->pid % ARRAY_SIZE(failures)];
	struct failure now = { one->pid, one->size, one->align, one->first, one->end };

	if (one->what == HAS_FREED) {
		/* The purge frees nothing anew, so this is not between two tries. */
		tell_failure(before);
		recording_free(recording, one->addr);
		return;
	}
	if (memcmp(before, &now, sizeof(now)))
		tell_failure(before);
	*before = (struct failure){ 0 };
	if (one->what == HAS_FAILED)
		*before = now;
	else
		recording_alloc(recording, one->addr, without_guard(now.size), now.align);
}

static void play_vmx(const struct happening *one)
{
	uint64_t place = one->pid % ARRAY_SIZE(requests);

	switch (one->what) {
	case HAS_BEGUN:
		requests[place].pid = one->pid;
		requests[place].size = one->size;
		requests[place].align = one->align;
		break;
	case HAS_ALLOCATED:
		recording_alloc(recording, one->addr, one->size, align_of(one->pid, one->size));
		break;
	case HAS_FREED:
		recording_free(recording, one->addr);
		break;
	case HAS_FAILED:
		/* A request for nothing is no request. */
		if (one->size)
			recording_fail(recording, one->size, align_of(one->pid, one->size));
	}
}

static bool read_vmalloc(struct tep_event *event, struct tep_record *record, struct happening *one)
{
	if (!strcmp(event->name, "free_vmap_area_noflush")) {
		one->what = HAS_FREED;
		one->addr = value(event, record, "va_start");
		return true;
	}
	one->what = value(event, record, "failed") ? HAS_FAILED : HAS_ALLOCATED;
	one->addr = value(event, record, "addr");
	one->size = value(event, record, "size");
	one->align = value(event, record, "align");
	one->first = value(event, record, "vstart");
	one->end = value(event, record, "vend");
	return !strcmp(event->name, "alloc_vmap_area");
}

static bool read_vmx(struct tep_event *event, struct tep_record *record, struct happening *one)
{
	static const struct {
		const char *name;
		enum what what;
		const char *size;
	} known[] = {
		{ "vmx_request", HAS_BEGUN, "size" },
		{ "vmx_complete", HAS_ALLOCATED, "requested" },
		{ "vmx_cache_get", HAS_ALLOCATED, "requested" },
		{ "vmx_unlink", HAS_FREED, "size" },
		{ "vmx_cache_put", HAS_FREED, "size" },
		{ "vmx_park", HAS_FREED, "size" },
		{ "vmx_refused", HAS_FAILED, "size" },
	};

	for (size_t i = 0; i < ARRAY_SIZE(known); i++) {
		if (strcmp(event->name, known[i].name))
			continue;
		one->what = known[i].what;
		one->addr = value(event, record, "addr");
		one->size = value(event, record, known[i].size);
		one->align = value(event, record, "align");
		return true;
	}
	return false;
}

static void look(bool last)
{
	inorder_look(&inorder, last, of_vmx ? play_vmx : play_vmalloc);
}

static bool take_is_long(void)
{
	struct timespec now;

	clock_gettime(CLOCK_MONOTONIC, &now);
	return now.tv_sec - take_begun.tv_sec > TAKE_SECONDS;
}

static int take_event(struct tep_event *event, struct tep_record *record, int cpu, void *context)
{
	struct happening one = { .time = record->ts, .pid = pid_of(event, record) };

	(void)cpu;
	(void)context;
	/* Below 0: it is not known how many. */
	if (record->missed_events)
		recording->lost += record->missed_events > 0 ? record->missed_events : 1;
	if (of_vmx ? read_vmx(event, record, &one) : read_vmalloc(event, record, &one))
		inorder_add(&inorder, &one);
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

bool tracing_possible(bool vmx)
{
	return is_mounted() && tracefs_event_file_exists(NULL, vmx ? "vmx" : "vmalloc",
					 vmx ? "vmx_request" : "alloc_vmap_area", "enable");
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
	inorder_free(&inorder);
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

/*
 * tracefs_local_events_system() learns the formats of a system's events, too, but reads all of
 * /proc/kallsyms, which takes longer than the rest.
 */
static bool learn(const char *system, const char *event)
{
	int len;
	char *format = tracefs_event_file_read(instance, system, event, "format", &len);
	bool known = format && !tep_parse_event(events, format, len, system);

	free(format);
	return known;
}

static bool turn_all_on(bool vmx)
{
	static const char *const of_vmalloc_events[] = {
		"alloc_vmap_area", "free_vmap_area_noflush", NULL
	};
	static const char *const of_vmx_events[] = {
		"vmx_request", "vmx_complete", "vmx_refused", "vmx_unlink", "vmx_cache_get",
		"vmx_cache_put", "vmx_park", NULL
	};
	const char *const *names = vmx ? of_vmx_events : of_vmalloc_events;
	const char *system = vmx ? "vmx" : "vmalloc";
	bool all;
	int len;
	char *header = tracefs_instance_file_read(NULL, "events/header_page", &len);

	events = tep_alloc();
	all = header && events && !tep_parse_header_page(events, header, len, sizeof(long));
	free(header);
	for (size_t i = 0; all && names[i]; i++)
		all = learn(system, names[i]);
	for (size_t i = 0; all && names[i]; i++)
		all = !tracefs_event_enable(instance, system, names[i]);
	return all;
}

static int begin(struct recording *to, bool vmx)
{
	char name[64];

	recording = to;
	of_vmx = vmx;
	allow_more_files();
	remove_stale();
	snprintf(name, sizeof(name), PREFIX "%d", getpid());
	errno = 0;
	instance = tracefs_instance_create(name);
	if (!instance)
		return fail_errno(errno ? errno : EIO, "tracefs");
	if (tracefs_instance_set_buffer_size(instance, BUFFER_KB, -1) < 0)
		note(_("the buffers of tracefs keep their size: events may be lost"));
	/* The clock "local" may differ from CPU to CPU. */
	if (tracefs_instance_file_write(instance, "trace_clock", "mono") < 0)
		note(_("the clock of tracefs cannot be set: what happens on two CPUs may be in the "
		       "wrong order"));
	if (turn_all_on(vmx))
		return DONE;
	end();
	return fail(NOTHING, _("the tracepoints of %s cannot be turned on"),
		    vmx ? "vmx" : "vmalloc");
}

/* 0 bytes are no error: nothing has happened. */
static int take(struct recording *to)
{
	(void)to;
	clock_gettime(CLOCK_MONOTONIC, &take_begun);
	errno = 0;
	if (tracefs_iterate_raw_events(events, instance, NULL, 0, take_event, NULL) < 0)
		return fail_errno(errno ? errno : EIO, "tracefs");
	look(false);
	return DONE;
}

/* The last look ends at one moment for all CPUs: a free without its allocation says nothing. */
static int settle(struct recording *to)
{
	int code;

	tracefs_trace_off(instance);
	code = take(to);
	look(true);
	for (size_t i = 0; i < ARRAY_SIZE(failures); i++)
		tell_failure(&failures[i]);
	return code;
}

const struct means tracing = { "tracepoints", 0, begin, take, settle, end };
