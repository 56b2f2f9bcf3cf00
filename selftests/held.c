// SPDX-License-Identifier: GPL-2.0
/*
 * Each frame of an area counts its own references: whoever holds one keeps it and its
 * bytes, and a frame that the hardware has lost is not used again
 *
 * test_modules/vmx_held.c holds the frames when it is loaded.
 */
#include <sys/mount.h>
#include <sys/stat.h>

#include "../kselftest_harness.h"
#include "vmx_test.h"

#define GROUPS "/sys/fs/cgroup"
#define GROUP GROUPS "/vmx-held"

/* Changes of the free memory of an idle machine, in frames. */
#define NOISE 256

/* Load the test module twice: the kernel keeps slabs and tables of the first round. */
static void run_twice(struct __test_metadata *_metadata, const char *params)
{
	int checks = kmsg_open(), bugs = kmsg_open(), round;
	char line[256] = "";
	long before = 0;

	ASSERT_EQ(0, vmx_load("slice=32M"));
	for (round = 0; round < 2; round++) {
		EXPECT_EQ(0, module_load("vmx_held", params));
		EXPECT_EQ(0, kmsg_count(checks, "vmx_held:", line, sizeof(line)))
			TH_LOG("%s", line);
		EXPECT_EQ(0, kmsg_count(bugs, "BUG:", line, sizeof(line)))
			TH_LOG("%s", line);
		if (module_loaded("vmx_held"))
			EXPECT_EQ(0, module_unload("vmx_held"));
		EXPECT_EQ(0, vmx_stat("areas"));
		EXPECT_EQ(0, vmx_stat("pages"));
		if (!round)
			before = free_pages(NULL);
	}
	EXPECT_GE(NOISE, pages_missing(before, NOISE));
	EXPECT_EQ(0, vmx_unload());
}

TEST(held_frames_keep_their_bytes)
{
	run_twice(_metadata, "");
}

/* Here __GFP_ACCOUNT charges each frame to the group. A debug kernel finds stale charges. */
TEST(charged_frames_too)
{
	char *peak;

	mkdir(GROUPS, 0755);
	mount("cgroup2", GROUPS, "cgroup2", 0, NULL);
	if (spill(GROUPS "/cgroup.subtree_control", "+memory", 7))
		SKIP(return, "no memory cgroups");
	mkdir(GROUP, 0755);
	ASSERT_EQ(0, spill(GROUP "/cgroup.procs", "0", 1));
	run_twice(_metadata, "");
	ASSERT_EQ(0, spill(GROUPS "/cgroup.procs", "0", 1));
	peak = slurp(GROUP "/memory.peak");
	EXPECT_LT(2 * MIB, peak ? strtoul(peak, NULL, 10) : 0);
	free(peak);
	EXPECT_EQ(0, rmdir(GROUP));
}

TEST(lost_frames_are_not_used_again)
{
	/* CONFIG_MEMORY_FAILURE has this setting. */
	if (access("/proc/sys/vm/memory_failure_recovery", F_OK))
		SKIP(return, "this kernel has no memory_failure()");
	run_twice(_metadata, "lost=1");
}

TEST_HARNESS_MAIN
