// SPDX-License-Identifier: GPL-2.0
/*
 * What was allocated in a crowd and then freed, or allocated on one CPU and freed on
 * another, comes back mapped: no area is made. The depot stays within its bounds, and
 * gives everything back to all who ask for it.
 *
 * The witness of what is made and freed are the counters of the area layer, which knows
 * no magazines. test_modules/vmx_depot.c holds the crowds.
 */
#include <signal.h>

#include "../kselftest_harness.h"
#include "vmx_test.h"

#define MAGAZINES "/sys/module/vmx/parameters/magazines"
#define CPU1 "/sys/devices/system/cpu/cpu1/online"

/* Twice a sixteenth of the slice may be cached: half of it by CPUs, half in the depot. */
#define SLICE_PAGES (IS_64BIT ? 32768UL : 8192UL)
#define SIXTEENTH (SLICE_PAGES / 16)
/* What one CPU keeps of a size, and the areas in a magazine, if they are of one page. */
#define ROUNDS 16UL
#define OWN (2 * ROUNDS)
/* On 64-bit, 1,024. */
#define CROWD (SIXTEENTH / 2)

FIXTURE(depot) {
	int fd;
	struct stats stats;
};

FIXTURE_SETUP(depot)
{
	ASSERT_EQ(0, vmx_load(slice_of(SLICE_PAGES * page_size(), LAZY)));
	ASSERT_EQ(0, module_load("vmx_depot", ""));
	self->fd = crowd_open();
	ASSERT_LE(0, self->fd);
	pin_to_cpu(0);
}

FIXTURE_TEARDOWN(depot)
{
	close(self->fd);
	EXPECT_EQ(0, vmx_ask("purge", "1"));
	EXPECT_EQ(0, vmx_stats(&self->stats));
	EXPECT_TRUE(vmx_stats_add_up(&self->stats));
	EXPECT_EQ(0, stat_of(&self->stats, "areas"));
	EXPECT_EQ(0, stat_of(&self->stats, "pages"));
	EXPECT_EQ(0, stat_of(&self->stats, "cached_areas"));
	EXPECT_EQ(0, stat_of(&self->stats, "depot_areas"));
	EXPECT_EQ(0, stat_of(&self->stats, "depot_pages"));
	EXPECT_EQ(stat_of(&self->stats, "allocs"), stat_of(&self->stats, "frees"));
	EXPECT_EQ(0, vmx_unload_with("vmx_depot"));
}

/* A second node has a depot of its own, with half of the room. */
static bool has_two_nodes(void)
{
	return !access("/sys/devices/system/node/node1", F_OK);
}

TEST_F(depot, a_crowd_comes_back_mapped)
{
	unsigned long long allocs, gets;
	struct stats *stats = &self->stats;

	ASSERT_EQ(0, crowd_hold(self->fd, CROWD, 1));
	allocs = vmx_stat("allocs");
	gets = vmx_stat("cached_allocs");
	EXPECT_EQ(CROWD, allocs);
	EXPECT_EQ(0, gets);
	ASSERT_EQ(0, crowd_hold(self->fd, 0, 1));
	ASSERT_EQ(0, vmx_stats(stats));
	EXPECT_EQ(CROWD, stat_of(stats, "cached_areas"));
	EXPECT_EQ(CROWD, stat_of(stats, "cached_pages"));
	EXPECT_EQ(CROWD, stat_of(stats, "cached_frees"));
	EXPECT_EQ(CROWD - OWN, stat_of(stats, "depot_areas"));
	EXPECT_EQ(CROWD - OWN, stat_of(stats, "depot_pages"));
	EXPECT_EQ((CROWD - OWN) / ROUNDS, stat_of(stats, "depot_given"));
	EXPECT_EQ(0, stat_of(stats, "depot_taken"));
	EXPECT_EQ(0, stat_of(stats, "frees"));

	ASSERT_EQ(0, crowd_hold(self->fd, CROWD, 1));
	ASSERT_EQ(0, vmx_stats(stats));
	EXPECT_EQ(allocs, stat_of(stats, "allocs"));
	EXPECT_EQ(gets + CROWD, stat_of(stats, "cached_allocs"));
	EXPECT_EQ(0, stat_of(stats, "cached_areas"));
	EXPECT_EQ(0, stat_of(stats, "depot_areas"));
	EXPECT_EQ(stat_of(stats, "depot_given"), stat_of(stats, "depot_taken"));
}

/* A task that goes up and down at the edge of a magazine does not need the depot. */
TEST_F(depot, no_thrashing_at_the_edge)
{
	unsigned long long given, taken;
	unsigned long i, n;

	for (n = 2 * OWN; n <= 3 * OWN; n++) {
		ASSERT_EQ(0, crowd_hold(self->fd, 4 * OWN, 1));
		ASSERT_EQ(0, crowd_hold(self->fd, n, 1));
		/* Once more: the direction may change at the edge itself. */
		ASSERT_EQ(0, crowd_hold(self->fd, n + ROUNDS, 1));
		ASSERT_EQ(0, crowd_hold(self->fd, n, 1));
		given = vmx_stat("depot_given");
		taken = vmx_stat("depot_taken");
		for (i = 0; i < 10; i++) {
			ASSERT_EQ(0, crowd_hold(self->fd, n + ROUNDS, 1));
			ASSERT_EQ(0, crowd_hold(self->fd, n, 1));
		}
		EXPECT_EQ(given, vmx_stat("depot_given"));
		EXPECT_EQ(taken, vmx_stat("depot_taken"));
	}
}

TEST_F(depot, producer_and_consumer)
{
	static const unsigned long pages[] = { 1, 5, 64 };
	unsigned long i, round, n, limit;
	unsigned long long allocs = 0;

	if (has_two_nodes())
		SKIP(return, "areas do not go from node to node");
	for (i = 0; i < ARRAY_SIZE(pages); i++) {
		limit = SIXTEENTH / 2 / pages[i];
		n = limit < 200 ? limit / 2 : 200;
		for (round = 0; round < 2 * ROUNDS; round++) {
			pin_to_cpu(0);
			ASSERT_EQ(0, crowd_hold(self->fd, n, pages[i]));
			pin_to_cpu(1);
			ASSERT_EQ(0, crowd_hold(self->fd, 0, pages[i]));
			/* At first the consumer fills its own magazines. */
			if (round == ROUNDS)
				allocs = vmx_stat("allocs");
		}
		EXPECT_EQ(allocs, vmx_stat("allocs"))
			TH_LOG("%lu pages", pages[i]);
		ASSERT_EQ(0, vmx_ask("purge", "1"));
	}
}

static void expect_bounds(struct __test_metadata *_metadata, struct stats *stats)
{
	unsigned long long cached, depot;

	ASSERT_EQ(0, vmx_stats(stats));
	cached = stat_of(stats, "cached_pages");
	depot = stat_of(stats, "depot_pages");
	EXPECT_EQ(cached, stat_of(stats, "pages"));
	EXPECT_GE(SIXTEENTH, depot);
	EXPECT_GE(SIXTEENTH / sysconf(_SC_NPROCESSORS_CONF), cached - depot);
}

TEST_F(depot, bounds_hold)
{
	static const unsigned long sizes[] = { 1, 2, 3, 7, 8, 16, 33, 64, 1, 64 };
	unsigned long i;

	for (i = 0; i < ARRAY_SIZE(sizes); i++) {
		ASSERT_EQ(0, crowd_hold(self->fd, SLICE_PAGES / 4 / sizes[i], sizes[i]));
		ASSERT_EQ(0, crowd_hold(self->fd, 0, 1));
		expect_bounds(_metadata, &self->stats);
		/* The first crowd fills the depot, except for less than a magazine. */
		EXPECT_TRUE(i || has_two_nodes() ||
			    stat_of(&self->stats, "depot_pages") > SIXTEENTH - ROUNDS);
	}
	/* All at once, by chance. */
	for (i = 0; i < 300; i++) {
		ASSERT_EQ(0, crowd_hold(self->fd, 40, 1 + i * 7 % 64));
		ASSERT_EQ(0, crowd_hold(self->fd, 0, 1));
	}
	expect_bounds(_metadata, &self->stats);
}

static void fill(struct __test_metadata *_metadata, int fd)
{
	pin_to_cpu(1);
	ASSERT_EQ(0, crowd_hold(fd, OWN, 1));
	ASSERT_EQ(0, crowd_hold(fd, 0, 1));
	ASSERT_EQ(0, crowd_hold(fd, 3, 64));
	ASSERT_EQ(0, crowd_hold(fd, 0, 1));
	pin_to_cpu(0);
	ASSERT_EQ(0, crowd_hold(fd, CROWD, 1));
	ASSERT_EQ(0, crowd_hold(fd, 0, 1));
	ASSERT_LT(0, vmx_stat("depot_areas"));
}

static void expect_empty(struct __test_metadata *_metadata, const char *how)
{
	struct stats stats;

	ASSERT_EQ(0, vmx_stats(&stats));
	EXPECT_EQ(0, stat_of(&stats, "cached_areas"))
		TH_LOG("%s", how);
	EXPECT_EQ(0, stat_of(&stats, "depot_areas"))
		TH_LOG("%s", how);
	EXPECT_EQ(0, stat_of(&stats, "pages"))
		TH_LOG("%s", how);
}

TEST_F(depot, is_given_back)
{
	char whole[64];
	int log;

	fill(_metadata, self->fd);
	EXPECT_EQ(0, vmx_ask("purge", "1"));
	expect_empty(_metadata, "purge");

	fill(_metadata, self->fd);
	EXPECT_EQ(0, spill("/proc/sys/vm/drop_caches", "2", 1));
	expect_empty(_metadata, "shrinker");

	/* The slice has no room for that and its guard page, even if it is empty. */
	fill(_metadata, self->fd);
	snprintf(whole, sizeof(whole), "%lu", SLICE_PAGES * page_size());
	EXPECT_EQ(-ENOSPC, vmx_ask("alloc", whole));
	expect_empty(_metadata, "no hole");

	fill(_metadata, self->fd);
	EXPECT_EQ(0, spill(MAGAZINES, "0", 1));
	expect_empty(_metadata, "magazines=0");
	ASSERT_EQ(0, crowd_hold(self->fd, 4 * OWN, 1));
	ASSERT_EQ(0, crowd_hold(self->fd, 0, 1));
	expect_empty(_metadata, "after magazines=0");

	/* rmmod: areas that nobody drains would be named as left behind. */
	EXPECT_EQ(0, spill(MAGAZINES, "1", 1));
	fill(_metadata, self->fd);
	close(self->fd);
	log = kmsg_open();
	ASSERT_EQ(0, module_unload("vmx_depot"));
	EXPECT_LT(0, vmx_stat("depot_areas"));
	ASSERT_EQ(0, vmx_unload());
	EXPECT_EQ(0, kmsg_count(log, "vmx: ", whole, sizeof(whole)))
		TH_LOG("%s", whole);
	close(log);
	ASSERT_EQ(0, vmx_load(SLICE));
	ASSERT_EQ(0, module_load("vmx_depot", ""));
	self->fd = crowd_open();
}

/* What the CPU has given to the depot stays there, for others. */
TEST_F(depot, a_dead_cpu_keeps_nothing)
{
	unsigned long long depot, allocs;

	if (has_two_nodes())
		SKIP(return, "areas do not go from node to node");
	pin_to_cpu(1);
	ASSERT_EQ(0, crowd_hold(self->fd, CROWD, 1));
	ASSERT_EQ(0, crowd_hold(self->fd, 0, 1));
	pin_to_cpu(0);
	depot = vmx_stat("depot_areas");
	EXPECT_EQ(CROWD - OWN, depot);
	if (spill(CPU1, "0", 1))
		SKIP(return, "no second CPU that can go offline");
	EXPECT_EQ(depot, vmx_stat("depot_areas"));
	EXPECT_EQ(depot, vmx_stat("cached_areas"));
	EXPECT_EQ(depot, vmx_stat("pages"));
	allocs = vmx_stat("allocs");
	EXPECT_EQ(0, crowd_hold(self->fd, depot, 1));
	EXPECT_EQ(allocs, vmx_stat("allocs"));
	ASSERT_EQ(0, spill(CPU1, "1", 1));
	/* The CPU that has come back keeps areas again. */
	pin_to_cpu(1);
	EXPECT_EQ(0, crowd_hold(self->fd, 0, 1));
	EXPECT_EQ(depot, vmx_stat("cached_areas"));
}

/* --- two CPUs at once --- */

static void churn(int cpu, unsigned int end)
{
	struct random random = { .state = cpu + 1 };
	int fd = crowd_open();

	pin_to_cpu(cpu);
	while (milliseconds() < end) {
		unsigned long pages = 1 + random_below(&random, 3);

		if (crowd_hold(fd, random_below(&random, CROWD / 2), pages) || crowd_hold(fd, 0, 1))
			_exit(1);
	}
	close(fd);
	_exit(0);
}

/*
 * While one CPU is drained after the other, nothing comes from the depot to a CPU that has
 * been drained already: only the area of a task that never has more than one is left.
 */
TEST_F(depot, a_drain_misses_nothing)
{
	unsigned int end = milliseconds() + race_msec();
	unsigned long pages, drains;
	int status;
	pid_t child;

	child = fork();
	if (!child) {
		int fd = crowd_open();

		/* The first CPU to be drained. */
		while (milliseconds() < end) {
			if (crowd_hold(fd, 1, 1) || crowd_hold(fd, 0, 1))
				_exit(1);
		}
		_exit(0);
	}
	pin_to_cpu(1);
	for (drains = 0; milliseconds() < end; drains++) {
		ASSERT_EQ(0, crowd_hold(self->fd, CROWD / 2, 1));
		ASSERT_EQ(0, crowd_hold(self->fd, 0, 1));
		/* This takes a while to drain. */
		for (pages = 2; pages < 20; pages++) {
			ASSERT_EQ(0, crowd_hold(self->fd, 8, pages));
			ASSERT_EQ(0, crowd_hold(self->fd, 0, 1));
		}
		ASSERT_EQ(0, vmx_ask("purge", "1"));
		EXPECT_GE(2, vmx_stat("areas"));
	}
	ASSERT_EQ(child, waitpid(child, &status, 0));
	EXPECT_EQ(0, status);
	TH_LOG("%lu drains", drains);
}

/* Two CPUs fill and empty magazines while somebody drains them. Return how often. */
static unsigned long drain_in_a_crowd(struct __test_metadata *_metadata)
{
	unsigned int end = milliseconds() + race_msec();
	unsigned long drains = 0;
	pid_t child[2];
	int i, status;

	for (i = 0; i < 2; i++) {
		child[i] = fork();
		if (!child[i])
			churn(i, end);
	}
	while (milliseconds() < end) {
		switch (drains++ % 3) {
		case 0:
			EXPECT_EQ(0, vmx_ask("purge", "1"));
			break;
		case 1:
			EXPECT_EQ(0, spill("/proc/sys/vm/drop_caches", "2", 1));
			break;
		case 2:
			EXPECT_EQ(0, spill(MAGAZINES, "0", 1));
			EXPECT_EQ(0, vmx_stat("cached_areas"));
			EXPECT_EQ(0, spill(MAGAZINES, "1", 1));
			break;
		}
		usleep(5000);
	}
	for (i = 0; i < 2; i++) {
		ASSERT_EQ(child[i], waitpid(child[i], &status, 0));
		EXPECT_EQ(0, status);
	}
	return drains;
}

TEST_F_TIMEOUT(depot, race, 120)
{
	unsigned long drains = 0;
	int turn;

	/* On a slow machine, each magazine that comes in may be drained at once. */
	for (turn = 0; turn < 10 && !vmx_stat("depot_taken"); turn++)
		drains += drain_in_a_crowd(_metadata);
	ASSERT_EQ(0, vmx_stats(&self->stats));
	/* Earlier, the counters of two CPUs would not be of one moment. */
	EXPECT_GE(stat_of(&self->stats, "cached_frees"),
		  stat_of(&self->stats, "cached_allocs"));
	TH_LOG("%lu drains, %llu magazines given, %llu taken", drains,
	       stat_of(&self->stats, "depot_given"), stat_of(&self->stats, "depot_taken"));
	EXPECT_LT(0, stat_of(&self->stats, "depot_taken"));
}

TEST_HARNESS_MAIN
