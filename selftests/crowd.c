// SPDX-License-Identifier: GPL-2.0
/*
 * With 20,000 areas (fewer on 32-bit), `areas` is read while another CPU frees
 * and allocates: an area that exists during the whole read is listed exactly
 * once, and addresses ascend.  Then `map` is what a naive model makes of the areas
 * and holes.
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

static const char marks[] = ".#HgcQ";

/* What most of @n pages are; of as many, the first in the order of marks[]. */
static char mark_of(const char *pages, unsigned long n)
{
	unsigned long counts[sizeof(marks)] = {}, i;
	size_t most = 0;

	for (i = 0; i < n; i++)
		counts[strchr(marks, pages[i]) - marks]++;
	for (i = 1; marks[i]; i++) {
		if (counts[i] > counts[most])
			most = i;
	}
	return most || counts[0] == n ? marks[most] : ',';
}

/* What each page of the slice is, after `areas` and `gaps`; the rest is quarantined. */
static char *draw(const struct areas *areas, unsigned long nr)
{
	char *pages = malloc(nr), *gaps = vmx_read("gaps"), *line;
	unsigned long start, end, i;

	if (!pages || !gaps) {
		free(pages);
		free(gaps);
		return NULL;
	}
	memset(pages, 'Q', nr);
	for (i = 0; i < areas->n; i++) {
		const struct area *area = &areas->area[i];
		unsigned long first = (area->start - areas->start) / page_size();

		memset(pages + first, strstr(area->text, " huge=") ? 'H' : '#', area->pages);
		pages[first + area->pages] = 'g';
	}
	for (line = strtok(gaps, "\n"); line; line = strtok(NULL, "\n")) {
		if (sscanf(line, "0x%lx-0x%lx", &start, &end) == 2)
			memset(pages + (start - areas->start) / page_size(), '.',
			       (end - start) / page_size());
	}
	free(gaps);
	return pages;
}

/* A third of the areas is free or quarantined, some in runs. */
TEST_F(crowd, map_is_right)
{
	static const char * const widths[] = { "16", "64", "256" };
	unsigned long i, nr, kib, cells, cell, n;
	char request[64], *pages, *map, *at;
	struct areas areas;

	for (i = 0; i < self->size; i += i / 50 % 4 ? 3 : 1) {
		snprintf(request, sizeof(request), "%lu", self->made[i].id);
		ASSERT_EQ(0, vmx_ask("free", request));
		if (i < self->size / 2 && i + 4 > self->size / 2)
			ASSERT_EQ(0, vmx_ask("purge", "1"));
	}
	ASSERT_EQ(0, vmx_areas(&areas));
	nr = (areas.end - areas.start) / page_size();
	pages = draw(&areas, nr);
	ASSERT_NE(NULL, pages);
	for (i = 0; i < ARRAY_SIZE(widths); i++) {
		ASSERT_EQ(0, spill("/sys/module/vmx/parameters/map_width", widths[i],
				   strlen(widths[i])));
		map = vmx_read("map");
		ASSERT_NE(NULL, map);
		at = strstr(map, "a character is ");
		ASSERT_NE(NULL, at);
		kib = strtoul(at + strlen("a character is "), NULL, 10);
		cell = kib * KIB / page_size();
		cells = 0;
		for (at = strstr(map, "\n0x"); at; at = strstr(at, "\n0x")) {
			EXPECT_EQ(areas.start + cells * cell * page_size(),
				  strtoul(at + 1, &at, 16));
			for (at++; *at != '\n'; at++, cells++) {
				ASSERT_LT(cells * cell, nr);
				n = nr - cells * cell < cell ? nr - cells * cell : cell;
				EXPECT_EQ(mark_of(pages + cells * cell, n), *at)
					TH_LOG("character %lu of width %s", cells, widths[i]);
			}
		}
		EXPECT_EQ((nr + cell - 1) / cell, cells);
		free(map);
	}
	free(pages);
	areas_free(&areas);
}

TEST_HARNESS_MAIN
