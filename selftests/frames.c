// SPDX-License-Identifier: GPL-2.0
/*
 * vmx returns all frames that it takes, and a shortage of frames only fails the
 * request: the OOM killer never runs. The witnesses are the kernel's counts of
 * free frames and of OOM kills.
 */
#include <fcntl.h>
#include <signal.h>

#include "../kselftest_harness.h"
#include "vmx_test.h"

/* Changes of the free memory of an idle machine, in frames. */
#define NOISE 256

FIXTURE(frames) {
	long oom_kills;
};

FIXTURE_SETUP(frames)
{
	self->oom_kills = vmstat_count("oom_kill");
	ASSERT_LE(0, self->oom_kills);
	ASSERT_EQ(0, vmx_load(SLICE_LAZY));
}

FIXTURE_TEARDOWN(frames)
{
	EXPECT_EQ(0, vmx_stat("pages"));
	EXPECT_EQ(0, vmx_unload());
	EXPECT_EQ(self->oom_kills, vmstat_count("oom_kill"));
}

/* The kernel returns what it needed to load the module a while later. */
static long free_pages_at_rest(void)
{
	long before, now = free_pages(NULL);
	int try = 0;

	do {
		before = now;
		usleep(200000);
		now = free_pages(NULL);
	} while (now - before > NOISE / 8 && ++try < 20);
	return now;
}

TEST_F(frames, taken_and_returned)
{
	long before = free_pages_at_rest();
	unsigned long pages = 15 * MIB / page_size();

	ASSERT_EQ(0, vmx_ask("alloc", "8M 4M 2M 1M"));
	EXPECT_EQ(pages, vmx_stat("pages"));
	EXPECT_EQ(pages, vmx_stat("peak_pages"));
	EXPECT_LE((long)pages - NOISE, before - free_pages(NULL));
	ASSERT_EQ(0, vmx_ask("free", "all"));
	EXPECT_EQ(0, vmx_stat("pages"));
	EXPECT_GE(NOISE, pages_missing(before, NOISE));
}

/*
 * Each CPU has lists of free blocks of 8 pages, but not of 16: those are from the zone's
 * list, whose lock all CPUs want.
 */
TEST_F(frames, with_several_cpus_16_pages_are_two_blocks)
{
	char *possible = slurp("/sys/devices/system/cpu/possible");
	bool several = strcmp(possible, "0\n");
	char request[32], *text, *at;
	int blocks = 0;

	free(possible);
	snprintf(request, sizeof(request), "%lu", 16 * page_size());
	ASSERT_EQ(0, vmx_ask("alloc", request));
	ASSERT_EQ(0, vmx_ask("area", "1"));
	text = vmx_read("area");
	for (at = text; (at = strstr(at, several ? " order=3 " : " order=4 ")); at++)
		blocks++;
	EXPECT_EQ(several ? 2 : 1, blocks)
		TH_LOG("%s", text);
	free(text);
	ASSERT_EQ(0, vmx_ask("free", "all"));
}

/*
 * A loss of one frame for each area would be ten times the noise. Areas have
 * many sizes, with whole blocks and remainders, and are freed in another order
 * than they are made.
 */
TEST_F(frames, none_lost_in_many_rounds)
{
	static const char request[] = "4K count=30 8K count=20 12K count=20 28K count=10\n"
		"60K count=10 64K count=5 100K count=5 1M zero";
	const int per_round = 101, rounds = 30;
	struct made made[101];
	long before = 0, noise;
	int round, i;

	for (round = 0; round < rounds; round++) {
		/* The kernel keeps slabs and tables of the first round. */
		if (round == 1)
			before = free_pages(NULL);
		ASSERT_EQ(per_round, vmx_make(request, made, per_round));
		for (i = 0; i < per_round; i++) {
			ASSERT_EQ(0, vmx_free_id(made[(i * 37 + round) % per_round].id))
				TH_LOG("round %d, free %d", round, i);
		}
		ASSERT_EQ(0, vmx_ask("purge", "1"));
	}
	EXPECT_EQ(rounds * per_round, vmx_stat("frees"));
	/* KASAN's quarantine keeps descriptors and page arrays for a while. */
	noise = kernel_has("CONFIG_KASAN=y") ? rounds * per_round / 2 : NOISE;
	EXPECT_GE(noise, pages_missing(before, noise));
}

static bool frames_are_cleared(void)
{
	char *cmdline = slurp("/proc/cmdline");
	bool cleared = !cmdline || !strstr(cmdline, "init_on_alloc=0");

	free(cmdline);
	return cleared;
}

/*
 * A request for all free memory, without swap, fails with ENOMEM.  No process
 * is killed, and vmx returns the frames that it had taken until then.
 */
TEST_F(frames, shortage_is_enomem)
{
	char text[32];
	long want;

	if (!IS_64BIT)
		SKIP(return, "the vmalloc range is smaller than the memory");
	if (frames_are_cleared())
		SKIP(return, "the kernel would clear all memory: boot with init_on_alloc=0");
	if (leaf_size() > 2 * MIB)
		SKIP(return, "a slice of such large leaves may be smaller than the free memory");
	snprintf(text, sizeof(text), "slice=%luK",
		 meminfo_kib("MemTotal") - 2 * leaf_size() / KIB);
	ASSERT_EQ(0, vmx_load(text));

	want = meminfo_kib("MemFree");
	snprintf(text, sizeof(text), "%ldK", want);
	EXPECT_EQ(-ENOMEM, vmx_ask("alloc", text));
	EXPECT_EQ(1, vmx_stat("fail_enomem"));
	EXPECT_EQ(0, vmx_stat("areas"));
	EXPECT_EQ(0, vmx_stat("pages"));
	EXPECT_GE(want / 16, want - meminfo_kib("MemFree"));
	/* The request was not much too large: half of it succeeds. */
	snprintf(text, sizeof(text), "%ldK", want / 2);
	EXPECT_EQ(0, vmx_ask("alloc", text));
	EXPECT_EQ(0, vmx_ask("free", "all"));
}

/* A fatal signal ends a long request, and vmx undoes its work. */
TEST_F(frames, fatal_signal_is_eintr)
{
	unsigned long count = SLICE_BYTES / (64 * KIB + page_size());
	char request[32];
	int status, try;
	pid_t pid;

	snprintf(request, sizeof(request), "64K zero count=%lu", count);
	/* The signal may come too early or too late: vary the delay. */
	for (try = 0; try < 200 && !vmx_stat("fail_eintr"); try++) {
		int ready[2];
		char byte;

		ASSERT_EQ(0, pipe(ready));
		pid = fork();
		if (!pid) {
			if (write(ready[1], "", 1) == 1)
				vmx_ask("alloc", request);
			_exit(0);
		}
		ASSERT_EQ(1, read(ready[0], &byte, 1));
		close(ready[0]);
		close(ready[1]);
		usleep(1000 * (try % 20));
		kill(pid, SIGKILL);
		waitpid(pid, &status, 0);
		if (vmx_stat("fail_eintr"))
			break;
		ASSERT_EQ(0, vmx_ask("free", "all"));
	}
	EXPECT_EQ(1, vmx_stat("fail_eintr"));
	EXPECT_EQ(0, vmx_stat("areas"));
	EXPECT_EQ(0, vmx_stat("pages"));
}

TEST_HARNESS_MAIN
