// SPDX-License-Identifier: GPL-2.0
/*
 * Scarcity: no addresses, no frames, or no blocks larger than one frame
 *
 * Requests fail with the right errno, or use smaller blocks. The OOM killer
 * never runs, other processes keep running, and vmx gives everything back, by
 * `stats` and by the kernel's counts of free frames and of OOM kills.
 */
#include <fcntl.h>
#include <signal.h>
#include <stdatomic.h>
#include <sys/mman.h>
#include <sys/mount.h>
#include <sys/stat.h>

#include "../../kselftest_harness.h"
#include "proof.h"

#define GROUPS "/sys/fs/cgroup"
#define GROUP GROUPS "/vmx-scarcity"

/* The hog leaves this much memory free for the kernel. */
#define LEFT_OVER (48 * MIB)

struct scarcity {
	long oom_kills, free_pages;
	pid_t hog, other;
	int pipe[2];			/* the hog's byte: memory is full */
	atomic_ulong *progress;		/* of the other process */
};

FIXTURE(scarcity) {
	struct scarcity scarcity;
};

FIXTURE_SETUP(scarcity)
{
	struct scarcity *s = &self->scarcity;

	/* Make page tables and KASAN's shadow before memory is scarce. */
	ASSERT_EQ(0, vmx_load("slice=128M" LAZY));
	ASSERT_EQ(0, vmx_ask("alloc", "4K 2M huge"));
	ASSERT_EQ(0, vmx_ask("free", "all"));
	s->progress = mmap(NULL, page_size(), PROT_READ | PROT_WRITE,
			   MAP_SHARED | MAP_ANONYMOUS | MAP_POPULATE, -1, 0);
	ASSERT_NE(MAP_FAILED, s->progress);
	ASSERT_EQ(0, pipe(s->pipe));
	s->oom_kills = vmstat_count("oom_kill");
	ASSERT_LE(0, s->oom_kills);
	s->free_pages = free_pages(NULL);
}

static void end(pid_t *pid)
{
	if (*pid > 0) {
		kill(*pid, SIGKILL);
		waitpid(*pid, NULL, 0);
	}
	*pid = 0;
}

FIXTURE_TEARDOWN(scarcity)
{
	struct scarcity *s = &self->scarcity;

	end(&s->other);
	end(&s->hog);
	EXPECT_EQ(0, vmx_ask("free", "all"));
	EXPECT_EQ(0, vmx_ask("purge", "1"));
	EXPECT_EQ(0, vmx_stat("areas"));
	EXPECT_EQ(0, vmx_stat("pages"));
	EXPECT_EQ(s->oom_kills, vmstat_count("oom_kill"));
	/* Caches and KASAN's quarantine keep some frames. */
	EXPECT_GT(2000, pages_missing(s->free_pages, 2000));
	EXPECT_EQ(0, vmx_unload());
}

/* ---- other processes ---- */

/* Allocate and free a little memory again and again, and count. */
static void live_on(atomic_ulong *progress)
{
	for (;;) {
		char *p = mmap(NULL, 64 * KIB, PROT_READ | PROT_WRITE,
			       MAP_PRIVATE | MAP_ANONYMOUS | MAP_POPULATE, -1, 0);

		if (p == MAP_FAILED)
			_exit(1);
		munmap(p, 64 * KIB);
		(*progress)++;
		usleep(20000);
	}
}

static void start_other(struct __test_metadata *_metadata, struct scarcity *s)
{
	s->other = fork_child();
	if (!s->other)
		live_on(s->progress);
	while (!*s->progress)
		usleep(1000);
}

static void expect_others_live(struct __test_metadata *_metadata, struct scarcity *s)
{
	unsigned long before = *s->progress;
	int status, tries = 6000;

	while (*s->progress == before && tries--)
		usleep(10000);
	EXPECT_LT(before, *s->progress);
	EXPECT_EQ(0, waitpid(s->other, &status, WNOHANG));
	EXPECT_EQ(0, waitpid(s->hog, &status, WNOHANG));
	EXPECT_EQ(s->oom_kills, vmstat_count("oom_kill"));
}

/* Fill memory until about @left bytes are available. */
static char *fill(unsigned long left, unsigned long *size)
{
	unsigned long room = meminfo_kib("MemTotal") * KIB;
	char *p = mmap(NULL, room, PROT_READ | PROT_WRITE,
		       MAP_PRIVATE | MAP_ANONYMOUS | MAP_NORESERVE, -1, 0);
	unsigned long at = 0, available;

	if (p == MAP_FAILED)
		_exit(1);
	while ((available = meminfo_kib("MemAvailable") * KIB) > left && at < room) {
		unsigned long more = (available - left) / 2 / page_size() + 1;

		more *= page_size();
		if (more > room - at)
			more = room - at;
		/* As a write to each page, but faster than page faults. */
		if (madvise(p + at, more, MADV_POPULATE_WRITE))
			_exit(1);
		at += more;
	}
	*size = at;
	return p;
}

static void start_hog(struct __test_metadata *_metadata, struct scarcity *s,
		      void (*keep)(char *p, unsigned long size))
{
	unsigned long size;
	char byte, *p;

	s->hog = fork_child();
	if (!s->hog) {
		p = fill(LEFT_OVER, &size);
		if (keep)
			keep(p, size);
		if (write(s->pipe[1], "", 1) == 1)
			pause();
		_exit(1);
	}
	close(s->pipe[1]);
	ASSERT_EQ(1, read(s->pipe[0], &byte, 1));
}

/* ---- no addresses ---- */

TEST_F_TIMEOUT(scarcity, slice_full, 300)
{
	struct scarcity *s = &self->scarcity;
	struct areas areas;
	char *before, *after;
	char one[32];

	/* A small slice: one-page areas on 128 MiB would need 64 MiB. */
	EXPECT_EQ(0, vmx_unload());
	ASSERT_EQ(0, vmx_load("slice=8M" LAZY));
	ASSERT_EQ(0, vmx_ask("alloc", "4K count=1024"));
	EXPECT_EQ(0, vmx_stat("hole_bytes"));
	before = vmx_read("areas");
	EXPECT_EQ(-ENOSPC, vmx_ask("alloc", "1"));
	EXPECT_EQ(-ENOSPC, vmx_ask("alloc", "2M huge"));
	EXPECT_EQ(-E2BIG, vmx_ask("alloc", "4K count=2049"));
	after = vmx_read("areas");
	EXPECT_STREQ(before, after);
	free(before);
	free(after);

	/* Free one area and make one: vmx purges only when no hole fits. */
	ASSERT_EQ(0, vmx_areas(&areas));
	snprintf(one, sizeof(one), "%lu", areas.area[500].id);
	EXPECT_EQ(0, vmx_ask("free", one));
	EXPECT_EQ(2 * page_size(), vmx_stat("quarantined_bytes"));
	EXPECT_EQ(-ENOSPC, vmx_ask("alloc", "8K"));
	EXPECT_EQ(0, vmx_ask("alloc", "4K"));
	EXPECT_EQ(0, vmx_stat("hole_bytes"));
	areas_free(&areas);

	/* After all frees the slice is one hole again. */
	EXPECT_EQ(0, vmx_ask("free", "all"));
	EXPECT_EQ(0, vmx_ask("alloc", "8188K"));
	EXPECT_EQ(-ENOSPC, vmx_ask("alloc", "1"));
	s->free_pages = free_pages(NULL) + 2047;
}

/* ---- no frames ---- */

TEST_F_TIMEOUT(scarcity, memory_nearly_full, 300)
{
	struct scarcity *s = &self->scarcity;
	static const char *const requests[] = {
		"100M", "100M huge", "100M zero", "4K count=16000", "1M 1M 75M",
		"100K count=1000",
	};
	unsigned long failures;
	size_t i;

	start_other(_metadata, s);
	start_hog(_metadata, s, NULL);
	TH_LOG("%ld KiB available", meminfo_kib("MemAvailable"));
	failures = vmx_stat("fail_enomem");
	for (i = 0; i < ARRAY_SIZE(requests); i++) {
		EXPECT_EQ(-ENOMEM, vmx_ask("alloc", requests[i]))
			TH_LOG("%s", requests[i]);
		EXPECT_EQ(0, vmx_stat("areas"));
		EXPECT_EQ(0, vmx_stat("pages"));
		EXPECT_EQ(++failures, vmx_stat("fail_enomem"));
		/* A small request still succeeds. */
		EXPECT_EQ(0, vmx_ask("alloc", "1M 64K"));
		EXPECT_EQ(0, vmx_ask("free", "all"));
		expect_others_live(_metadata, s);
	}
	end(&s->hog);
	EXPECT_EQ(0, vmx_ask("alloc", "100M"));
}

/* A memory cgroup is full, but frames of vmx are not charged to it. */
TEST_F_TIMEOUT(scarcity, cgroup_full, 300)
{
	struct scarcity *s = &self->scarcity;
	const unsigned long limit = 16 * MIB;
	char text[32], *events;
	unsigned long at;
	char *p;
	int status;

	mkdir(GROUPS, 0755);
	mount("cgroup2", GROUPS, "cgroup2", 0, NULL);
	spill(GROUPS "/cgroup.subtree_control", "+memory", 7);
	if (mkdir(GROUP, 0755) || access(GROUP "/memory.max", W_OK))
		SKIP(return, "no memory cgroup");
	snprintf(text, sizeof(text), "%lu", limit);
	ASSERT_EQ(0, spill(GROUP "/memory.max", text, strlen(text)));

	s->hog = fork_child();
	if (!s->hog) {
		snprintf(text, sizeof(text), "%d", getpid());
		if (spill(GROUP "/cgroup.procs", text, strlen(text)))
			_exit(1);
		p = mmap(NULL, limit, PROT_READ | PROT_WRITE, MAP_PRIVATE | MAP_ANONYMOUS, -1, 0);
		/* Leave 2 MiB, so that the process can still open files. */
		for (at = 0; at < limit - 2 * MIB; at += page_size())
			p[at] = 1;
		if (vmx_ask("alloc", "32M 4K count=100"))
			_exit(2);
		if (vmx_ask("alloc", "300M") != -E2BIG)
			_exit(3);
		if (vmx_stat("pages") != 8192 + 100)
			_exit(4);
		_exit(vmx_ask("free", "all") ? 5 : 0);
	}
	ASSERT_EQ(s->hog, waitpid(s->hog, &status, 0));
	EXPECT_EQ(0, status);
	s->hog = 0;
	events = slurp(GROUP "/memory.events");
	ASSERT_NE(NULL, events);
	EXPECT_NE(NULL, strstr(events, "oom_kill 0"))
		TH_LOG("%s", events);
	free(events);
	EXPECT_EQ(0, rmdir(GROUP));
}

/* ---- no blocks ---- */

/* Free every second page, so that only single frames are free. */
static void keep_every_second(char *p, unsigned long size)
{
	unsigned long at;

	for (at = 0; at < size; at += 2 * page_size())
		madvise(p + at, page_size(), MADV_DONTNEED);
}

/* Count the free frames: all, and those in free blocks of 2 MiB and more. */
static void buddies(long *all, long *large)
{
	char *text = slurp("/proc/buddyinfo"), *line, *rest, *at;
	int order;
	long n;

	*all = *large = 0;
	for (line = strtok_r(text, "\n", &rest); line; line = strtok_r(NULL, "\n", &rest)) {
		at = strstr(line, "zone");
		at += strcspn(at, " ");
		at += strspn(at, " ");
		at += strcspn(at, " ");
		for (order = 0; *at && *at != '\n'; order++) {
			n = strtol(at, &at, 10) << order;
			*all += n;
			*large += order >= 9 ? n : 0;
			at += strspn(at, " ");
		}
	}
	free(text);
}

TEST_F_TIMEOUT(scarcity, memory_fragmented, 300)
{
	struct scarcity *s = &self->scarcity;
	long all, large, compactions;
	struct areas areas;
	int try;

	start_other(_metadata, s);
	start_hog(_metadata, s, keep_every_second);
	buddies(&all, &large);
	TH_LOG("%ld frames free, %ld of them in blocks of 2 MiB and more", all, large);
	/* The test needs 100 MiB of free frames, but not in 2 MiB blocks. */
	ASSERT_LT(100 * MIB / page_size(), all);
	ASSERT_GT(75 * MIB / page_size(), large);

	ASSERT_EQ(0, vmx_ask("alloc", "100M huge"));
	ASSERT_EQ(0, vmx_areas(&areas));
	EXPECT_EQ(1, areas.n);
	EXPECT_EQ(100 * MIB / page_size(), vmx_stat("pages"));
	EXPECT_EQ(NULL, strstr(areas.area[0].text, " huge=50 "));
	areas_free(&areas);
	expect_others_live(_metadata, s);
	/*
	 * vmx takes only blocks that are free, and never causes compaction.
	 * The count is of the whole kernel: another allocation may sometimes
	 * cause a compaction, so one of five tries without one is enough.
	 */
	for (try = 0; try < 5; try++) {
		EXPECT_EQ(0, vmx_ask("free", "all"));
		compactions = vmstat_count("compact_stall");
		EXPECT_EQ(0, vmx_ask("alloc", "100M huge"));
		EXPECT_EQ(0, vmx_ask("free", "all"));
		EXPECT_EQ(0, vmx_ask("alloc", "100K count=500 2M huge count=10"));
		if (vmstat_count("compact_stall") == compactions)
			break;
	}
	EXPECT_GT(5, try);
	expect_others_live(_metadata, s);

	/* vmx uses blocks of 2 MiB again as soon as there are some. */
	end(&s->hog);
	EXPECT_EQ(0, vmx_ask("free", "all"));
	ASSERT_EQ(0, vmx_ask("alloc", "2M huge"));
	ASSERT_EQ(0, vmx_areas(&areas));
	EXPECT_NE(NULL, strstr(areas.area[0].text, " huge=1 "));
	areas_free(&areas);
}

TEST_HARNESS_MAIN
