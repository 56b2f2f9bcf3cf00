// SPDX-License-Identifier: GPL-2.0
/*
 * Processes alloc, free, list and purge on two CPUs at the same time, for a
 * bounded time. Each operation succeeds, and at the end all memory and all
 * addresses are free again, by the counters of `stats`.
 */
#include <fcntl.h>
#include <signal.h>

#include "../kselftest_harness.h"
#include "vmx_test.h"

#define PATIENCE 60000	/* ms more, for a role below PARTS successes */
#define PARTS	10	/* a role must succeed more often than this */

struct role {
	const char *name;
	long (*play)(struct random *random);	/* successes, or -errno */
};

struct crew {
	pid_t child[8];
	const struct role *role[8];
	int children;
	unsigned int end;	/* when the roles stop, in milliseconds() */
};

FIXTURE(race) {
	struct crew crew;
};

FIXTURE_SETUP(race)
{
	/* The slice is so small that it fills up and purges are frequent. */
	ASSERT_EQ(0, vmx_load("slice=8M lazy_max=512K"));
	self->crew.end = milliseconds() + race_msec();
}

FIXTURE_TEARDOWN(race)
{
	struct stats stats;

	EXPECT_EQ(0, vmx_ask("free", "all"));
	EXPECT_EQ(0, vmx_ask("purge", "1"));
	EXPECT_EQ(0, vmx_stats(&stats));
	EXPECT_TRUE(vmx_stats_add_up(&stats));
	EXPECT_EQ(0, stat_of(&stats, "areas"));
	EXPECT_EQ(0, stat_of(&stats, "pages"));
	EXPECT_EQ(0, stat_of(&stats, "quarantined_bytes"));
	EXPECT_EQ(stat_of(&stats, "slice_bytes"), stat_of(&stats, "hole_bytes"));
	EXPECT_EQ(stat_of(&stats, "allocs"), stat_of(&stats, "frees"));
	TH_LOG("%llu areas made and freed, %llu purges", stat_of(&stats, "frees"),
	       stat_of(&stats, "purges"));
	EXPECT_EQ(0, vmx_unload());
}

static long allocate_and_free(struct random *random)
{
	struct made made[4];
	char request[64];
	int n, k, ret;

	snprintf(request, sizeof(request), "%luK align=%luK count=%lu",
		 4 * (1 + random_below(random, 64)), 4UL << random_below(random, 4),
		 1 + random_below(random, 4));
	n = vmx_make(request, made, 4);
	if (n < 0)
		return n == -ENOSPC ? 0 : n;
	for (k = 0; k < n; k++) {
		ret = vmx_free_id(made[k].id);
		if (ret)
			return ret;
	}
	return 1;
}

static const struct role allocator = { "allocate and free", allocate_and_free };

static long list_all(struct random *unused)
{
	struct areas areas;
	int ret = vmx_areas(&areas);

	if (ret)
		return ret;
	areas_free(&areas);
	return 1;
}

static const struct role lister = { "list all", list_all };

static long purge_now(struct random *unused)
{
	int ret = vmx_ask("purge", "1");

	return ret ? ret : 1;
}

static const struct role purger = { "purge", purge_now };

static int play(const struct role *role, struct random *random, unsigned int end)
{
	long done = 0, ret;

	while (milliseconds() < end || done <= PARTS) {
		ret = role->play(random);
		if (ret < 0) {
			printf("# race: role \"%s\": %s\n", role->name, strerror(-ret));
			return 1;
		}
		done += ret;
		if (done <= PARTS && milliseconds() > end + PATIENCE) {
			printf("# race: role \"%s\" succeeded only %ld times in %u s\n",
			       role->name, done, (race_msec() + PATIENCE) / 1000);
			return 1;
		}
	}
	return 0;
}

static void start(struct crew *crew, int cpu, const struct role *role)
{
	struct random random = { .state = crew->children + 1 };
	pid_t pid = fork();

	if (pid) {
		crew->role[crew->children] = role;
		crew->child[crew->children++] = pid;
		return;
	}
	pin_to_cpu(cpu);
	_exit(play(role, &random, crew->end));
}

static void wait_for_all(struct __test_metadata *_metadata, struct crew *crew)
{
	int i, status;

	for (i = 0; i < crew->children; i++) {
		ASSERT_EQ(crew->child[i], waitpid(crew->child[i], &status, 0));
		EXPECT_EQ(0, status)
			TH_LOG("child %d, role \"%s\"", i, crew->role[i]->name);
	}
}

TEST_F(race, alloc_and_free)
{
	start(&self->crew, 0, &allocator);
	start(&self->crew, 1, &allocator);
	wait_for_all(_metadata, &self->crew);
}

TEST_F(race, alloc_free_list_and_purge)
{
	start(&self->crew, 0, &allocator);
	start(&self->crew, 1, &allocator);
	start(&self->crew, 0, &lister);
	start(&self->crew, 1, &purger);
	wait_for_all(_metadata, &self->crew);
}

/* Two processes free the same areas: each area is freed exactly once. */
TEST_F(race, free_the_same_areas)
{
	struct made made[64];
	char request[64];
	unsigned long long frees = 0;
	int round, i, status, rounds = 40;
	pid_t other;

	for (round = 0; round < rounds; round++) {
		ASSERT_EQ(64, vmx_make("4K count=64", made, 64));
		other = fork();
		pin_to_cpu(other ? 0 : 1);
		for (i = 0; i < 64; i++) {
			int ret;

			snprintf(request, sizeof(request), "0x%lx", made[i].addr);
			ret = vmx_ask("free", request);
			if (ret && ret != -ENOENT) {
				EXPECT_EQ(0, ret);
				break;
			}
		}
		if (!other)
			_exit(0);
		waitpid(other, &status, 0);
		EXPECT_EQ(0, vmx_stat("areas"));
		frees += 64;
		EXPECT_EQ(frees, vmx_stat("frees"));
		EXPECT_EQ(frees, vmx_stat("fail_enoent"));
	}
}

TEST_HARNESS_MAIN
