// SPDX-License-Identifier: GPL-2.0
/*
 * On a machine with two nodes, frames come from the node that was asked for, or from
 * the one that the task prefers, as long as it has any; and never from a node that the
 * task's memory policy or its cpuset forbids
 *
 * The machine has one CPU in each node. test_modules/vmx_numa.c leaves node 0 with
 * single frames only: blocks are to be had on node 1 alone.
 */
#include <fcntl.h>
#include <sys/mount.h>
#include <sys/stat.h>
#include <sys/syscall.h>

#include "../kselftest_harness.h"
#include "vmx_test.h"

#define NUMA "/sys/kernel/debug/vmx_numa"
#define GROUPS "/sys/fs/cgroup"
#define GROUP GROUPS "/vmx-numa"

/* linux/mempolicy.h is not among the headers for the guest. */
#define POLICY_DEFAULT 0
#define POLICY_PREFERRED 1
#define POLICY_BIND 2

FIXTURE(numa) {
	int unused;
};

FIXTURE_SETUP(numa)
{
	if (access("/sys/devices/system/node/node1", F_OK))
		SKIP(return, "this machine has one node");
	ASSERT_EQ(0, vmx_load("slice=64M" LAZY));
}

FIXTURE_TEARDOWN(numa)
{
	if (!module_loaded("vmx"))
		return;
	EXPECT_EQ(0, module_loaded("vmx_numa") ? module_unload("vmx_numa") : 0);
	EXPECT_EQ(0, vmx_ask("free", "all"));
	EXPECT_EQ(0, vmx_unload());
}

static int set_policy(int mode, unsigned long nodes)
{
	return syscall(SYS_set_mempolicy, mode, nodes ? &nodes : NULL, nodes ? 8 : 0);
}

/* Make an area, and expect that all of its frames are on one node. */
static void expect_all_on(struct __test_metadata *_metadata, const char *request, int node)
{
	const struct area *area;
	struct areas areas;
	struct made made;
	const char *at;
	char key[8];

	ASSERT_EQ(1, vmx_make(request, &made, 1))
		TH_LOG("%s", request);
	ASSERT_EQ(0, vmx_areas(&areas));
	area = area_by_id(&areas, made.id);
	ASSERT_NE(NULL, area);
	snprintf(key, sizeof(key), " N%d=", node);
	at = strstr(area->text, key);
	EXPECT_EQ(area->pages, at ? strtoul(at + strlen(key), NULL, 10) : 0)
		TH_LOG("%s: %s", request, area->text);
	areas_free(&areas);
	ASSERT_EQ(0, vmx_ask("free", "all"));
}

/* The second time, vmx knows that blocks are scarce. */
static void expect_twice_on(struct __test_metadata *_metadata, int node, const char *words)
{
	static const char *const sizes[] = { "8K", "256K", "400K", "2M", "4M huge" };
	char request[64];
	size_t i;

	for (i = 0; i < 2 * ARRAY_SIZE(sizes); i++) {
		snprintf(request, sizeof(request), "%s%s", sizes[i / 2], words);
		expect_all_on(_metadata, request, node);
	}
}

TEST_F(numa, single_frames_are_better_than_another_node)
{
	ASSERT_EQ(0, module_load("vmx_numa", "node=0"));
	pin_to_cpu(1);
	expect_twice_on(_metadata, 0, " node=0");
	expect_twice_on(_metadata, 1, " node=1");
	expect_twice_on(_metadata, 1, "");
	pin_to_cpu(0);
	expect_twice_on(_metadata, 0, "");
	expect_twice_on(_metadata, 1, " node=1");
}

TEST_F(numa, policy_prefers_a_node)
{
	ASSERT_EQ(0, module_load("vmx_numa", "node=0"));
	pin_to_cpu(1);
	ASSERT_EQ(0, set_policy(POLICY_PREFERRED, 1UL << 0));
	expect_twice_on(_metadata, 0, "");
	pin_to_cpu(0);
	ASSERT_EQ(0, set_policy(POLICY_PREFERRED, 1UL << 1));
	expect_twice_on(_metadata, 1, "");
	/* With both nodes bound, the CPU's own comes first. */
	ASSERT_EQ(0, set_policy(POLICY_BIND, 3UL));
	expect_twice_on(_metadata, 0, "");
	/* A request that names its node follows no policy. */
	ASSERT_EQ(0, set_policy(POLICY_BIND, 1UL << 1));
	expect_twice_on(_metadata, 0, " node=0");
	ASSERT_EQ(0, set_policy(POLICY_DEFAULT, 0));
}

/* Let vmx_numa.c allocate, and return how many frames of node 0 it got, or -errno. */
static long from_node_0(unsigned long size)
{
	char text[32];
	char *answer;
	long n;
	int err;

	snprintf(text, sizeof(text), "%lu", size);
	err = spill(NUMA, text, strlen(text));
	if (err)
		return err;
	answer = slurp(NUMA);
	n = answer && !strncmp(answer, "N0=", 3) ? atol(answer + 3) : -EIO;
	free(answer);
	return n;
}

static const unsigned long sizes[] = { 4096, 16384, 65536, 262144, 400000, 2 * MIB };

static void fill_magazines(struct __test_metadata *_metadata)
{
	size_t i;

	pin_to_cpu(0);
	for (i = 0; i < ARRAY_SIZE(sizes); i++)
		ASSERT_LT(0, from_node_0(sizes[i]));
	ASSERT_LT(0, vmx_stat("cached_areas"));
}

static void expect_nothing_from_node_0(struct __test_metadata *_metadata)
{
	size_t i;

	for (i = 0; i < 2 * ARRAY_SIZE(sizes); i++) {
		EXPECT_EQ(0, from_node_0(sizes[i / 2]))
			TH_LOG("%lu bytes", sizes[i / 2]);
	}
	expect_twice_on(_metadata, 1, "");
}

TEST_F(numa, nothing_from_a_node_that_the_policy_forbids)
{
	ASSERT_EQ(0, module_load("vmx_numa", ""));
	fill_magazines(_metadata);
	ASSERT_EQ(0, set_policy(POLICY_BIND, 1UL << 1));
	expect_nothing_from_node_0(_metadata);
	ASSERT_EQ(0, set_policy(POLICY_DEFAULT, 0));
	/* The areas are still there for others. */
	EXPECT_EQ(16, from_node_0(65536));
}

TEST_F(numa, nothing_from_a_node_that_the_cpuset_forbids)
{
	mkdir(GROUPS, 0755);
	mount("cgroup2", GROUPS, "cgroup2", 0, NULL);
	if (spill(GROUPS "/cgroup.subtree_control", "+cpuset", 7))
		SKIP(return, "no cpusets");
	mkdir(GROUP, 0755);
	ASSERT_EQ(0, spill(GROUP "/cpuset.mems", "1", 1));
	ASSERT_EQ(0, module_load("vmx_numa", ""));
	fill_magazines(_metadata);

	ASSERT_EQ(0, spill(GROUP "/cgroup.procs", "0", 1));
	expect_nothing_from_node_0(_metadata);
	ASSERT_EQ(0, spill(GROUPS "/cgroup.procs", "0", 1));
	EXPECT_EQ(0, rmdir(GROUP));
}

/* Let vmx_depot.c have @count areas; return how many of them are on @node. */
static long hold_on(int fd, const char *count, int node)
{
	char text[32], key[] = { 'N', '0' + node, '=', 0 };
	const char *at;
	ssize_t len;
	int err;

	snprintf(text, sizeof(text), "%s %lu", count, page_size());
	err = write_all(fd, text, strlen(text));
	if (err)
		return err;
	len = pread(fd, text, sizeof(text) - 1, 0);
	text[len > 0 ? len : 0] = 0;
	at = strstr(text, key);
	return at ? atol(at + strlen(key)) : -EIO;
}

/* Full magazines come only to CPUs of the node of their frames. */
TEST_F(numa, each_node_has_its_own_depot)
{
	unsigned long long depot;
	int fd;

	ASSERT_EQ(0, module_load("vmx_depot", ""));
	fd = open("/sys/kernel/debug/vmx_depot", O_RDWR | O_CLOEXEC);
	ASSERT_LE(0, fd);
	pin_to_cpu(0);
	ASSERT_EQ(400, hold_on(fd, "400", 0));
	ASSERT_EQ(0, hold_on(fd, "0", 0));
	depot = vmx_stat("depot_areas");
	EXPECT_LE(300, depot);

	pin_to_cpu(1);
	EXPECT_EQ(400, hold_on(fd, "400", 1));
	EXPECT_EQ(depot, vmx_stat("depot_areas"));
	EXPECT_EQ(0, vmx_stat("depot_taken"));
	/* What one node has freed another one's CPU does not keep. */
	pin_to_cpu(0);
	EXPECT_EQ(0, hold_on(fd, "0", 1));
	EXPECT_EQ(depot, vmx_stat("depot_areas"));

	EXPECT_EQ(400, hold_on(fd, "400", 0));
	EXPECT_EQ(depot / 16, vmx_stat("depot_taken"));
	EXPECT_EQ(0, vmx_stat("depot_areas"));
	close(fd);
	EXPECT_EQ(0, vmx_unload_with("vmx_depot"));
}

TEST_HARNESS_MAIN
