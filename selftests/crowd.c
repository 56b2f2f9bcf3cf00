// SPDX-License-Identifier: GPL-2.0
/*
 * With 20,000 areas (fewer on 32-bit), `areas` is read while another CPU frees
 * and allocates: an area that exists during the whole read is listed exactly
 * once, and addresses ascend.
 */
#include <signal.h>

#include "../kselftest_harness.h"
#include "vmx_test.h"

#define CROWD	20000UL
#define READS	3

/* With its guard page. */
#define PER_AREA (2 * page_size())

/* On 32-bit, at most as many areas as fit into 3/4 of the vmalloc range. */
static unsigned long crowd_size(void)
{
	unsigned long range = meminfo_kib("VmallocTotal") / 4 * 3;

	if (IS_64BIT || range / (PER_AREA / KIB) > CROWD)
		return CROWD;
	return range / (PER_AREA / KIB);
}

FIXTURE(crowd) {
	unsigned long size;	/* areas */
	struct made *made;
	pid_t churner;
};

FIXTURE_SETUP(crowd)
{
	char params[64], request[32];

	self->size = crowd_size();
	/* 8 MiB more: what the churner frees is quarantined while it allocates. */
	snprintf(params, sizeof(params), "slice=%luM lazy_max=4M",
		 self->size * PER_AREA / MIB + 8);
	ASSERT_EQ(0, vmx_load(params));
	self->made = calloc(self->size, sizeof(*self->made));
	snprintf(request, sizeof(request), "4K count=%lu", self->size);
	ASSERT_EQ((int)self->size, vmx_make(request, self->made, self->size));
	TH_LOG("%lu areas", self->size);
}

FIXTURE_TEARDOWN(crowd)
{
	if (self->churner > 0) {
		kill(self->churner, SIGKILL);
		waitpid(self->churner, NULL, 0);
	}
	EXPECT_EQ(0, vmx_ask("free", "all"));
	EXPECT_EQ(0, vmx_stat("areas"));
	EXPECT_EQ(0, vmx_stat("pages"));
	EXPECT_EQ(0, vmx_unload());
	free(self->made);
}

/*
 * Every third area belongs to the churner.  It frees one at random and
 * allocates another, so that the list changes everywhere while it is read.
 */
#define CHURNED 3

static void churn(struct made *made, unsigned long size)
{
	struct random random = { .state = 88172645463325252ULL };
	unsigned long i;

	pin_to_cpu(1);
	for (;;) {
		i = random_below(&random, size / CHURNED) * CHURNED;
		if (vmx_free_id(made[i].id) || vmx_make("4K", &made[i], 1) != 1)
			_exit(1);
	}
}

static int by_id(const void *a, const void *b)
{
	const struct area *x = a, *y = b;

	return (x->id > y->id) - (x->id < y->id);
}

TEST_F(crowd, each_is_listed_once)
{
	unsigned long i, fixed, frees;
	struct areas areas;
	int status, read;

	self->churner = fork();
	if (!self->churner)
		churn(self->made, self->size);
	pin_to_cpu(0);
	frees = vmx_stat("frees");

	for (read = 0; read < READS; read++) {
		/* vmx_areas() checks that areas ascend and do not overlap. */
		ASSERT_EQ(0, vmx_areas(&areas));
		qsort(areas.area, areas.n, sizeof(*areas.area), by_id);
		for (i = 1; i < areas.n; i++) {
			ASSERT_NE(areas.area[i - 1].id, areas.area[i].id)
				TH_LOG("seen twice: %s", areas.area[i].text);
		}

		/* made[] is in the order of ids, so both arrays are sorted. */
		for (i = 0, fixed = 0; i < areas.n && fixed < self->size; i++) {
			while (fixed < self->size && fixed % CHURNED == 0)
				fixed++;
			if (fixed < self->size && areas.area[i].id == self->made[fixed].id) {
				EXPECT_EQ(self->made[fixed].addr, areas.area[i].start);
				fixed++;
			}
		}
		ASSERT_LE(self->size - 1, fixed)
			TH_LOG("area %lu is missing", self->made[fixed].id);
		/* All areas that the churner does not touch must be there. */
		EXPECT_LE(self->size / CHURNED * (CHURNED - 1), areas.n);
		areas_free(&areas);
	}
	/* The churner has freed areas all the time, and still runs. */
	EXPECT_LT(frees + 10 * READS, vmx_stat("frees"));
	EXPECT_EQ(0, waitpid(self->churner, &status, WNOHANG));
}

TEST_HARNESS_MAIN
