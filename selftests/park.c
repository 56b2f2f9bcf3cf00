// SPDX-License-Identifier: GPL-2.0
/*
 * What a module frees with magazines=0 leaves its addresses parked, for the next area of
 * that size. They come back only after a flush. The parked areas stay within their bounds,
 * and all who need addresses get them.
 *
 * The witness of what is parked are the holes: nothing that is parked is one.
 * test_modules/vmx_depot.c holds the crowds, test_modules/vmx_stale.c looks at the TLBs.
 */
#include <sys/wait.h>

#include "../kselftest_harness.h"
#include "vmx_test.h"

#define CPU1 "/sys/devices/system/cpu/cpu1/online"

#define SLICE_PAGES 4096UL
/* A crowd of half as many bytes as may wait for a flush: a quarter of the slice. */
#define CROWD (SLICE_PAGES / 8 / 2)

FIXTURE(park) {
	int fd;
	struct stats stats;
};

FIXTURE_SETUP(park)
{
	ASSERT_EQ(0, vmx_load(slice_of(SLICE_PAGES * page_size(), " magazines=0")));
	ASSERT_EQ(0, module_load("vmx_depot", ""));
	self->fd = crowd_open();
	ASSERT_LE(0, self->fd);
	pin_to_cpu(0);
}

FIXTURE_TEARDOWN(park)
{
	close(self->fd);
	EXPECT_EQ(0, vmx_ask("purge", "1"));
	EXPECT_EQ(0, vmx_stats(&self->stats));
	EXPECT_TRUE(vmx_stats_add_up(&self->stats));
	EXPECT_EQ(0, stat_of(&self->stats, "areas"));
	EXPECT_EQ(0, stat_of(&self->stats, "pages"));
	EXPECT_EQ(0, stat_of(&self->stats, "parked_areas"));
	EXPECT_EQ(0, stat_of(&self->stats, "parked_bytes"));
	EXPECT_EQ(stat_of(&self->stats, "slice_bytes"), stat_of(&self->stats, "hole_bytes"));
	EXPECT_EQ(stat_of(&self->stats, "allocs"), stat_of(&self->stats, "frees"));
	EXPECT_EQ(0, vmx_unload_with("vmx_depot"));
}

TEST_F(park, comes_back_after_a_flush)
{
	unsigned long long holes, flushes, parked;
	struct stats *stats = &self->stats;
	int i, came_back = 0;
	struct areas areas;

	ASSERT_EQ(0, crowd_hold(self->fd, CROWD, 1));
	EXPECT_EQ(CROWD, vmx_stat("areas"));
	holes = vmx_stat("hole_bytes");
	flushes = vmx_stat("flushes");
	ASSERT_EQ(0, crowd_hold(self->fd, 0, 1));
	ASSERT_EQ(0, vmx_stats(stats));
	EXPECT_TRUE(vmx_stats_add_up(stats));
	EXPECT_EQ(0, stat_of(stats, "areas"));
	EXPECT_EQ(0, stat_of(stats, "pages"));
	EXPECT_EQ(CROWD, stat_of(stats, "parked_areas"));
	EXPECT_EQ(CROWD * 2 * page_size(), stat_of(stats, "parked_bytes"));
	EXPECT_EQ(CROWD, stat_of(stats, "frees"));
	EXPECT_EQ(holes, stat_of(stats, "hole_bytes"));
	EXPECT_EQ(flushes, stat_of(stats, "flushes"));
	/* The files do not show them. */
	ASSERT_EQ(0, vmx_areas(&areas));
	EXPECT_EQ(0, areas.n);
	areas_free(&areas);

	/* No TLB has been flushed: these get other addresses. */
	ASSERT_EQ(0, crowd_hold(self->fd, CROWD, 1));
	EXPECT_EQ(CROWD, vmx_stat("parked_areas"));
	EXPECT_EQ(holes - CROWD * 2 * page_size(), vmx_stat("hole_bytes"));
	ASSERT_EQ(0, crowd_hold(self->fd, 0, 1));

	/* Beyond lazy_max there is a flush. After it, whole crowds come from what is parked. */
	for (i = 0; i < 12; i++) {
		holes = vmx_stat("hole_bytes");
		parked = vmx_stat("parked_areas");
		ASSERT_EQ(0, crowd_hold(self->fd, CROWD, 1));
		if (vmx_stat("hole_bytes") == holes) {
			EXPECT_EQ(parked - CROWD, vmx_stat("parked_areas"));
			EXPECT_LT(flushes, vmx_stat("flushes"));
			came_back++;
		}
		ASSERT_EQ(0, crowd_hold(self->fd, 0, 1));
	}
	EXPECT_LE(3, came_back);
}

/* Sizes that are not used any longer make room for others. */
TEST_F(park, working_set)
{
	unsigned long pages, i;
	unsigned long long lazy = vmx_stat("lazy_max_bytes"), bytes;

	for (pages = 1; pages <= 20; pages++) {
		for (i = 0; i < 10; i++) {
			ASSERT_EQ(0, crowd_hold(self->fd, SLICE_PAGES / 8 / (pages + 1), pages));
			ASSERT_EQ(0, crowd_hold(self->fd, 0, pages));
			bytes = vmx_stat("parked_bytes");
			/* A quarter more in batches, and what waits on CPUs, or is ready there. */
			EXPECT_GE(2 * lazy, bytes);
			EXPECT_TRUE(pages > 16 || bytes);
		}
	}
	/* Areas of more than 16 pages are not parked; the flushes have freed the others. */
	EXPECT_GE(lazy / 2, vmx_stat("parked_bytes"));
}

TEST_F(park, nothing_with_lazy_max_0)
{
	ASSERT_EQ(0, spill("/sys/module/vmx/parameters/lazy_max", "0", 1));
	ASSERT_EQ(0, crowd_hold(self->fd, CROWD, 1));
	ASSERT_EQ(0, crowd_hold(self->fd, 0, 1));
	EXPECT_EQ(0, vmx_stat("parked_areas"));
	EXPECT_EQ(0, vmx_stat("quarantined_bytes"));
}

/* A request that finds no hole gets what is parked. */
TEST_F(park, a_large_request_gets_all)
{
	char size[32];

	ASSERT_EQ(0, crowd_hold(self->fd, CROWD, 1));
	ASSERT_EQ(0, crowd_hold(self->fd, 0, 1));
	EXPECT_EQ(CROWD, vmx_stat("parked_areas"));
	snprintf(size, sizeof(size), "%lu", (SLICE_PAGES - 1) * page_size());
	EXPECT_EQ(0, vmx_ask("alloc", size));
	EXPECT_EQ(0, vmx_stat("parked_areas"));
	EXPECT_EQ(0, vmx_ask("free", "all"));
}

TEST_F(park, a_dead_cpu_parks_nothing)
{
	pin_to_cpu(1);
	ASSERT_EQ(0, crowd_hold(self->fd, 3, 1));
	ASSERT_EQ(0, crowd_hold(self->fd, 0, 1));
	pin_to_cpu(0);
	EXPECT_EQ(3, vmx_stat("parked_areas"));
	if (spill(CPU1, "0", 1))
		SKIP(return, "no second CPU that can go offline");
	EXPECT_EQ(0, vmx_stat("parked_areas"));
	ASSERT_EQ(0, spill(CPU1, "1", 1));
}

/* Areas that a module leaves behind, and parked ones, do not keep vmx from unloading. */
TEST_F(park, unload)
{
	char line[256] = "";
	int log;

	ASSERT_EQ(0, crowd_hold(self->fd, CROWD, 1));
	close(self->fd);
	EXPECT_EQ(CROWD, vmx_stat("parked_areas"));
	log = kmsg_open();
	ASSERT_EQ(0, module_unload("vmx_depot"));
	ASSERT_EQ(0, vmx_unload());
	EXPECT_EQ(0, kmsg_count(log, "vmx: ", line, sizeof(line)))
		TH_LOG("%s", line);
	close(log);
	ASSERT_EQ(0, vmx_load(SLICE));
	ASSERT_EQ(0, module_load("vmx_depot", ""));
	self->fd = crowd_open();
}

/* --- two CPUs at once --- */

static void churn(int cpu, unsigned int end)
{
	struct random random = { .state = cpu + 1 };
	int fd = crowd_open();

	pin_to_cpu(cpu);
	while (milliseconds() < end) {
		unsigned long pages = 1 + random_below(&random, 17);

		/* Somebody else may have all addresses. */
		crowd_hold(fd, random_below(&random, CROWD / pages), pages);
		if (crowd_hold(fd, 0, 1))
			_exit(1);
	}
	close(fd);
	_exit(0);
}

/*
 * Two tasks allocate and free while others read, purge, and ask for more than there is. No
 * count goes down or below zero, and at the end nothing is missing.
 */
TEST_F(park, in_a_crowd)
{
	unsigned int end = milliseconds() + race_msec();
	unsigned long long allocs = 0, frees = 0;
	struct stats *stats = &self->stats;
	unsigned long rounds = 0;
	char whole[32];
	pid_t child[2];
	int i, status;

	for (i = 0; i < 2; i++) {
		child[i] = fork();
		if (!child[i])
			churn(i, end);
	}
	snprintf(whole, sizeof(whole), "%lu", (SLICE_PAGES - 1) * page_size());
	for (; milliseconds() < end; rounds++) {
		ASSERT_EQ(0, vmx_stats(stats));
		EXPECT_TRUE(vmx_stats_add_up(stats));
		EXPECT_GE(SLICE_PAGES, stat_of(stats, "areas"));
		EXPECT_GE(SLICE_PAGES, stat_of(stats, "parked_areas"));
		EXPECT_GE(stat_of(stats, "slice_bytes"), stat_of(stats, "area_bytes"));
		EXPECT_LE(allocs, stat_of(stats, "allocs"));
		EXPECT_LE(frees, stat_of(stats, "frees"));
		allocs = stat_of(stats, "allocs");
		frees = stat_of(stats, "frees");
		if (rounds % 4 == 0)
			ASSERT_EQ(0, vmx_ask("purge", "1"));
		if (rounds % 4 == 1) {
			vmx_ask("alloc", whole);
			vmx_ask("free", "all");
		}
		if (rounds % 4 == 2)
			free(vmx_read("areas"));
	}
	for (i = 0; i < 2; i++) {
		EXPECT_EQ(child[i], waitpid(child[i], &status, 0));
		EXPECT_EQ(0, status);
	}
	TH_LOG("%lu rounds", rounds);
}

TEST_HARNESS_MAIN
