// SPDX-License-Identifier: GPL-2.0
/*
 * Random operations, each compared with a naive model of the slice
 *
 * The model has one byte for each page: hole, quarantine or area. It finds a
 * hole by trying one page after the other. vmx must give the same results: the
 * address of each area, the errno of each refusal, the bytes of areas, holes
 * and quarantine after each step, and the whole list.
 *
 * VMX_SEED and VMX_STEPS in the environment repeat a run; a failure prints both.
 */
#include <fcntl.h>
#include <time.h>

#include "../kselftest_harness.h"
#include "vmx_test.h"

#define SLICE_PAGES	2048
#define MAX_AREAS	SLICE_PAGES

/* Compare the whole list every LIST_EVERY steps, and at the end. */
#define LIST_EVERY	25

enum { HOLE, QUARANTINE, AREA };

struct model_area {
	unsigned long id;
	int page, pages;	/* without the guard page */
};

struct model {
	struct random random;
	unsigned long base;	/* address of page 0 */
	unsigned char page[SLICE_PAGES];
	struct model_area area[MAX_AREAS];
	int areas;
};

/* Kept open: opening them would take most of a step's time. */
struct files {
	int alloc, free, stats;
};

FIXTURE(model) {
	unsigned long seed, steps, step;
	struct model m;
	struct files files;
};

FIXTURE_SETUP(model)
{
	struct areas areas;

	self->seed = env_number("VMX_SEED", time(NULL));
	self->steps = env_number("VMX_STEPS", 10000);
	self->m.random.state = self->seed * 0x9e3779b97f4a7c15ULL + 1;
	TH_LOG("VMX_SEED=%lu VMX_STEPS=%lu", self->seed, self->steps);

	ASSERT_EQ(0, vmx_load(slice_of(SLICE_PAGES * page_size(), LAZY)));
	ASSERT_EQ(0, vmx_areas(&areas));
	ASSERT_EQ(SLICE_PAGES * page_size(), areas.end - areas.start);
	self->m.base = areas.start;
	areas_free(&areas);
	self->files.alloc = open("/sys/kernel/debug/vmx/alloc", O_RDWR);
	self->files.free = open("/sys/kernel/debug/vmx/free", O_WRONLY);
	self->files.stats = open("/sys/kernel/debug/vmx/stats", O_RDONLY);
	ASSERT_TRUE(self->files.alloc >= 0 && self->files.free >= 0 && self->files.stats >= 0);
}

FIXTURE_TEARDOWN(model)
{
	close(self->files.alloc);
	close(self->files.free);
	close(self->files.stats);
	if (_metadata->exit_code)
		TH_LOG("at step %lu; VMX_SEED=%lu VMX_STEPS=%lu repeats it",
		       self->step, self->seed, self->steps);
	EXPECT_EQ(0, vmx_unload());
}

/* ---- the model ---- */

static unsigned long model_bytes(const struct model *m, unsigned char what)
{
	int i, n = 0;

	for (i = 0; i < SLICE_PAGES; i++)
		n += m->page[i] == what;
	return n * page_size();
}

static void model_purge(struct model *m)
{
	int i;

	for (i = 0; i < SLICE_PAGES; i++) {
		if (m->page[i] == QUARANTINE)
			m->page[i] = HOLE;
	}
}

/* Return the lowest aligned page with @pages hole pages in a row, or -1. */
static int model_place(const struct model *m, int pages, unsigned long align)
{
	const unsigned long page = page_size();
	int start, i;

	for (start = 0; start + pages <= SLICE_PAGES; start++) {
		if ((m->base + start * page) & (align - 1))
			continue;
		for (i = 0; i < pages && m->page[start + i] == HOLE; i++)
			;
		if (i == pages)
			return start;
	}
	return -1;
}

static int model_alloc(struct model *m, int pages, unsigned long align)
{
	int place = model_place(m, pages + 1, align);
	struct model purged;

	if (place < 0) {
		/* vmx purges only if that makes a hole that fits. */
		purged = *m;
		model_purge(&purged);
		place = model_place(&purged, pages + 1, align);
		if (place >= 0)
			*m = purged;
	}
	if (place >= 0) {
		memset(m->page + place, AREA, pages + 1);
		m->area[m->areas++] = (struct model_area){ .page = place, .pages = pages };
	}
	return place;
}

static void model_free(struct model *m, int which)
{
	struct model_area area = m->area[which];

	memset(m->page + area.page, QUARANTINE, area.pages + 1);
	m->area[which] = m->area[--m->areas];
}

/* ---- the steps ---- */

static int random_pages(struct model *m)
{
	static const int at_most[] = { 1, 4, 4, 16, 16, 64, 64, 400 };

	return 1 + random_below(&m->random, at_most[random_below(&m->random, 8)]);
}

static unsigned long random_align(struct model *m)
{
	if (random_below(&m->random, 3))
		return page_size();
	return page_size() << random_below(&m->random, 8);
}

static void step_alloc(struct __test_metadata *_metadata, struct model *m, int fd)
{
	int pages = random_pages(m), count = 1, placed, i;
	unsigned long align = random_align(m);
	struct model_area *area;
	struct made made[4];
	char request[64];

	if (!random_below(&m->random, 10))
		count += random_below(&m->random, 4);
	snprintf(request, sizeof(request), "%luK align=%lu count=%d",
		 pages * page_size() / KIB, align, count);

	for (placed = 0; placed < count; placed++) {
		if (model_alloc(m, pages, align) < 0)
			break;
	}
	if (placed < count) {
		while (placed--)
			model_free(m, m->areas - 1);
		ASSERT_EQ(count * pages > SLICE_PAGES ? -E2BIG : -ENOSPC,
			  vmx_make_on(fd, request, made, 4))
			TH_LOG("%s", request);
		return;
	}

	ASSERT_EQ(count, vmx_make_on(fd, request, made, 4))
		TH_LOG("%s", request);
	area = m->area + m->areas - count;
	for (i = 0; i < count; i++) {
		ASSERT_EQ(m->base + area[i].page * page_size(), made[i].addr)
			TH_LOG("%s: number %d", request, i);
		area[i].id = made[i].id;
	}
}

static void step_free(struct __test_metadata *_metadata, struct model *m, int fd)
{
	char request[64];
	int which;

	if (!m->areas)
		return;
	which = random_below(&m->random, m->areas);
	switch (random_below(&m->random, 3)) {
	case 0:
		snprintf(request, sizeof(request), "%lu", m->area[which].id);
		break;
	case 1:
		snprintf(request, sizeof(request), "0x%lx",
			 m->base + m->area[which].page * page_size());
		break;
	default:
		snprintf(request, sizeof(request), "0x%lx",
			 m->area[which].page * page_size());
	}
	ASSERT_EQ(0, write_all(fd, request, strlen(request)))
		TH_LOG("%s", request);
	model_free(m, which);
}

static int by_page(const void *a, const void *b)
{
	return ((struct model_area *)a)->page - ((struct model_area *)b)->page;
}

/* vmx_areas() itself checks order, overlap and bounds. */
static void compare_list(struct __test_metadata *_metadata, struct model *m)
{
	struct model_area sorted[MAX_AREAS];
	struct areas areas;
	int i;

	ASSERT_EQ(0, vmx_areas(&areas));
	ASSERT_EQ((size_t)m->areas, areas.n);
	memcpy(sorted, m->area, m->areas * sizeof(*sorted));
	qsort(sorted, m->areas, sizeof(*sorted), by_page);
	for (i = 0; i < m->areas; i++) {
		ASSERT_EQ(m->base + sorted[i].page * page_size(), areas.area[i].start);
		ASSERT_EQ((unsigned long)sorted[i].pages, areas.area[i].pages);
		ASSERT_EQ(sorted[i].id, areas.area[i].id);
	}
	areas_free(&areas);
}

static void compare_bytes(struct __test_metadata *_metadata, struct model *m, int fd)
{
	struct stats stats;

	ASSERT_EQ(0, vmx_stats_on(fd, &stats));
	ASSERT_EQ((unsigned int)m->areas, stat_of(&stats, "areas"));
	ASSERT_EQ(model_bytes(m, AREA), stat_of(&stats, "area_bytes"));
	ASSERT_EQ(model_bytes(m, HOLE), stat_of(&stats, "hole_bytes"));
	ASSERT_EQ(model_bytes(m, QUARANTINE),
		  stat_of(&stats, "quarantined_bytes"));
}

TEST_F(model, random_operations)
{
	for (self->step = 0; self->step < self->steps; self->step++) {
		unsigned long dice = random_below(&self->m.random, 200);

		/* 500 steps with more allocs, then 500 with more frees. */
		if (dice == 0) {
			ASSERT_EQ(0, vmx_ask("purge", "1"));
			model_purge(&self->m);
		} else if (dice < (self->step / 500 % 2 ? 85 : 115)) {
			step_alloc(_metadata, &self->m, self->files.alloc);
		} else {
			step_free(_metadata, &self->m, self->files.free);
		}
		compare_bytes(_metadata, &self->m, self->files.stats);
		if (self->step % LIST_EVERY == 0 || self->step + 1 == self->steps)
			compare_list(_metadata, &self->m);
	}
}

TEST_HARNESS_MAIN
