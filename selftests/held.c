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

static void run_checks(struct __test_metadata *_metadata, const char *params)
{
	char line[256] = "";

	ASSERT_EQ(0, vmx_load(slice_of(8192 * page_size(), "")));
	EXPECT_GE(NOISE, module_checks_lose("vmx_held", params, NOISE, line, sizeof(line)))
		TH_LOG("%s", line);
	EXPECT_EQ(0, vmx_unload());
}

TEST(held_frames_keep_their_bytes)
{
	run_checks(_metadata, "");
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
	run_checks(_metadata, "");
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
	run_checks(_metadata, "lost=1");
}

TEST_HARNESS_MAIN
