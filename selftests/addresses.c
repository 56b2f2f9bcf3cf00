// SPDX-License-Identifier: GPL-2.0
/*
 * For 10,000 random addresses of the vmalloc range and of modules, `walk` finds the same frame
 * as the kernel's vmalloc_to_page(), or none if that finds none. For addresses
 * in the slice, `area` and `pgtables` agree, too.
 *
 * Half of the addresses lie in the slice, the other half in the areas that
 * /proc/vmallocinfo lists and, on 64-bit, anywhere in the vmalloc range.
 * VMX_SEED in the environment repeats a run.
 */
#include <fcntl.h>
#include <stdio.h>
#include <stdlib.h>
#include <time.h>

#include "../kselftest_harness.h"
#include "vmx_test.h"

#define ADDRESSES 10000
#define KPTR "/proc/sys/kernel/kptr_restrict"	/* 1: root sees addresses */
#define DIR "/sys/kernel/debug/vmx/"

#define RANGES_MAX 3

struct range {
	unsigned long start, end;
};

/* A line of `pgtables`. */
struct run {
	struct range range;
	const char *frames;	/* its text behind "frames=", or NULL */
};

FIXTURE(addresses) {
	struct random random;
	struct areas areas;
	struct range all[RANGES_MAX];	/* those of `pgtables` */
	size_t ranges;
	struct range *kernels;		/* the areas in /proc/vmallocinfo */
	size_t n;
	char *pgtables;
	struct run *runs;		/* its lines of the slice */
	size_t nr_runs;
	int walk, area;
};

/*
 * Read the areas of /proc/vmallocinfo.  Leave out ioremap(), since device
 * memory has no struct page for vmalloc_to_page().
 */
static size_t read_vmallocinfo(struct range **ranges)
{
	char *before = slurp(KPTR), *text, *line, *rest;
	struct range *range = NULL;
	size_t n = 0;

	spill(KPTR, "1", 1);
	text = slurp("/proc/vmallocinfo");
	spill(KPTR, before, strlen(before));
	free(before);
	for (line = strtok_r(text, "\n", &rest); line; line = strtok_r(NULL, "\n", &rest)) {
		range = realloc(range, (n + 1) * sizeof(*range));
		if (!strstr(line, "ioremap") &&
		    sscanf(line, "0x%lx-0x%lx", &range[n].start, &range[n].end) == 2)
			n++;
	}
	free(text);
	*ranges = range;
	return n;
}

/* Read the limits of each range from the lines of `pgtables`. Leave out PCI's I/O ports. */
static size_t read_ranges(struct range *all)
{
	char *text = vmx_read("pgtables"), *line, *rest;
	unsigned long start, end;
	bool left_out = true;
	size_t n = 0;

	for (line = strtok_r(text, "\n", &rest); line; line = strtok_r(NULL, "\n", &rest)) {
		if (*line == '-') {
			left_out = n == RANGES_MAX || strstr(line, "PCI");
			if (!left_out)
				all[n++].start = 0;
		} else if (!left_out && sscanf(line, "0x%lx-0x%lx", &start, &end) == 2) {
			if (!all[n - 1].start)
				all[n - 1].start = start;
			all[n - 1].end = end;
		}
	}
	free(text);
	return n;
}

/* Find the lines of the slice in the text of `pgtables`. */
static size_t read_runs(char *text, const struct areas *areas, struct run **runs)
{
	struct run *run = NULL;
	char *line, *rest;
	size_t n = 0;

	for (line = strtok_r(text, "\n", &rest); line; line = strtok_r(NULL, "\n", &rest)) {
		run = realloc(run, (n + 1) * sizeof(*run));
		if (sscanf(line, "0x%lx-0x%lx", &run[n].range.start, &run[n].range.end) != 2 ||
		    run[n].range.end <= areas->start || run[n].range.start >= areas->end)
			continue;
		run[n].frames = strstr(line, " frames=");
		if (run[n].frames)
			run[n].frames += strlen(" frames=");
		n++;
	}
	*runs = run;
	return n;
}

FIXTURE_SETUP(addresses)
{
	unsigned long seed = env_number("VMX_SEED", time(NULL));
	char request[64];

	TH_LOG("VMX_SEED=%lu", seed);
	self->random.state = seed * 0x9e3779b97f4a7c15ULL + 1;
	ASSERT_EQ(0, vmx_load(SLICE));
	ASSERT_EQ(0, witness_load());
	/* Areas of every kind, on about half of the slice. */
	ASSERT_EQ(0, vmx_ask("alloc", "4K count=50\n300K count=20\n3M"));
	snprintf(request, sizeof(request), "%lu huge count=2 %lu huge", leaf_size(),
		 leaf_size() / 2 * 5);
	if (IS_64BIT)
		ASSERT_EQ(0, vmx_ask("alloc", request));
	ASSERT_EQ(0, vmx_ask("free", "3 5 7 9 60"));
	ASSERT_EQ(0, vmx_areas(&self->areas));
	self->ranges = read_ranges(self->all);
	ASSERT_LT(0, self->ranges);
	self->n = read_vmallocinfo(&self->kernels);
	ASSERT_LT(0, self->n);
	self->pgtables = vmx_read("pgtables");
	ASSERT_NE(NULL, self->pgtables);
	self->nr_runs = read_runs(self->pgtables, &self->areas, &self->runs);
	self->walk = open(DIR "walk", O_RDWR | O_CLOEXEC);
	self->area = open(DIR "area", O_RDWR | O_CLOEXEC);
	ASSERT_LE(0, self->walk);
	ASSERT_LE(0, self->area);
}

FIXTURE_TEARDOWN(addresses)
{
	close(self->walk);
	close(self->area);
	free(self->kernels);
	free(self->runs);
	free(self->pgtables);
	areas_free(&self->areas);
	EXPECT_EQ(0, module_unload("vmx_witness"));
	EXPECT_EQ(0, vmx_unload());
}

/*
 * Write an address and read the answer, cut off at @size: the tests do not need
 * the end of a long answer.
 */
static const char *ask(int fd, unsigned long addr, char *answer, size_t size)
{
	char request[24];
	size_t used = 0;
	ssize_t got;

	snprintf(request, sizeof(request), "0x%lx", addr);
	if (write_all(fd, request, strlen(request)))
		return NULL;
	while ((got = read(fd, answer + used, size - 1 - used)) > 0)
		used += got;
	answer[used] = '\0';
	return answer;
}

/* Return the frame's number; 0 if unmapped, since frame 0 is never in use. */
static long frame_by_walk(int fd, unsigned long addr)
{
	static const char mapped[] = "\nmapped: frame ";
	char answer[2048];
	const char *at = ask(fd, addr, answer, sizeof(answer));

	if (!at)
		return -1;
	at = strstr(at, mapped);
	if (at)
		return strtol(at + strlen(mapped), NULL, 0);
	return strstr(answer, "\nnot mapped: ") ? 0 : -1;
}

/* Return the frame in the line of @kind (frames or entries) with @addr. */
static long frame_in(const char *text, const char *kind, unsigned long addr)
{
	unsigned long start, end;
	const char *line;

	for (line = text; (line = strstr(line, kind)); line++) {
		if (sscanf(line + strlen(kind), " 0x%lx-0x%lx", &start, &end) == 2 &&
		    addr >= start && addr < end)
			return strtol(strstr(line, "pfn=") + 4, NULL, 0) +
			       (addr - start) / page_size();
	}
	return 0;
}

/* Return the frame by `pgtables`; -1 if it is behind those that a line shows. */
static long frame_by_pgtables(const struct run *run, size_t n, unsigned long addr)
{
	unsigned long first, end, page;
	const char *at;

	for (; n && addr >= run->range.end; n--)
		run++;
	if (!n || addr < run->range.start || !run->frames)
		return 0;
	page = (addr - run->range.start) / page_size();
	for (at = run->frames; at; at = strchr(at, ',')) {
		at += *at == ',';
		if (sscanf(at, "0x%lx-0x%lx", &first, &end) != 2)
			break;
		if (page < end - first)
			return first + page;
		page -= end - first;
	}
	return -1;
}

static bool in_an_area(const struct areas *areas, unsigned long addr)
{
	size_t i;

	for (i = 0; i < areas->n; i++) {
		if (addr >= areas->area[i].start && addr < areas->area[i].end)
			return true;
	}
	return false;
}

TEST_F_TIMEOUT(addresses, in_the_slice, 110)
{
	static char answer[64 * KIB];
	unsigned long mapped = 0, areas = 0, shown = 0;
	int i;

	for (i = 0; i < ADDRESSES / 2; i++) {
		unsigned long addr = self->areas.start +
			random_below(&self->random, self->areas.end - self->areas.start);
		long kernels = witness("frame 0x%lx", addr), pgtables;

		ASSERT_EQ(kernels, frame_by_walk(self->walk, addr))
			TH_LOG("0x%lx", addr);
		mapped += !!kernels;
		pgtables = frame_by_pgtables(self->runs, self->nr_runs, addr);
		if (pgtables >= 0)
			ASSERT_EQ(kernels, pgtables)
				TH_LOG("0x%lx", addr);
		shown += pgtables > 0;
		if (!in_an_area(&self->areas, addr)) {
			ASSERT_EQ(0, kernels);
			ASSERT_EQ(NULL, ask(self->area, addr, answer, sizeof(answer)));
			continue;
		}
		ASSERT_NE(NULL, ask(self->area, addr, answer, sizeof(answer)));
		ASSERT_EQ(kernels, frame_in(answer, "\nframes ", addr))
			TH_LOG("0x%lx: %s", addr, answer);
		ASSERT_EQ(kernels, frame_in(answer, "\nentries ", addr))
			TH_LOG("0x%lx: %s", addr, answer);
		areas++;
	}
	TH_LOG("%d addresses: %lu mapped, %lu in areas, %lu in pgtables", i, mapped, areas, shown);
	EXPECT_LT(ADDRESSES / 20, shown);
	EXPECT_LT(ADDRESSES / 10, mapped);
	EXPECT_LT(ADDRESSES / 10, i - mapped);
}

/* The kernel may map or unmap between the reads: compare up to five times. */
TEST_F_TIMEOUT(addresses, outside_the_slice, 110)
{
	unsigned long mapped = 0, changed = 0;
	int i;

	for (i = 0; i < ADDRESSES / 2; i++) {
		const struct range *range = IS_64BIT && i % 8 == 0 ?
			&self->all[random_below(&self->random, self->ranges)] :
			&self->kernels[random_below(&self->random, self->n)];
		unsigned long pages = (range->end - range->start) / page_size();
		unsigned long addr = range->start +
			random_below(&self->random, pages) * page_size() +
			random_below(&self->random, page_size());
		long kernels = witness("frame 0x%lx", addr);
		int look;

		for (look = 0; look < 5 && kernels != frame_by_walk(self->walk, addr); look++) {
			kernels = witness("frame 0x%lx", addr);
			changed++;
		}
		ASSERT_GT(5, look)
			TH_LOG("0x%lx: the kernel finds frame %lx", addr, kernels);
		mapped += !!kernels;
	}
	TH_LOG("%d addresses: %lu mapped, %lu changed meanwhile", i, mapped, changed);
	EXPECT_LT(ADDRESSES / 10, mapped);
	EXPECT_LT(ADDRESSES / 20, i - mapped);
}

/* Each module's code is in a range that is shown, and `walk` finds its frame. */
TEST_F(addresses, modules)
{
	char *modules, *before = slurp(KPTR), *line, *rest;
	unsigned long addr, size, found = 0;
	int n;

	spill(KPTR, "1", 1);
	modules = slurp("/proc/modules");
	spill(KPTR, before, strlen(before));
	free(before);
	ASSERT_NE(NULL, modules);
	for (line = strtok_r(modules, "\n", &rest); line; line = strtok_r(NULL, "\n", &rest)) {
		n = sscanf(line, "%*s %lu %*s %*s %*s 0x%lx", &size, &addr);
		ASSERT_EQ(2, n)
			TH_LOG("%s", line);
		EXPECT_LT(0, frame_by_walk(self->walk, addr))
			TH_LOG("%s", line);
		EXPECT_EQ(witness("frame 0x%lx", addr), frame_by_walk(self->walk, addr));
		found++;
	}
	/* vmx and vmx_witness */
	EXPECT_LE(2, found);
	free(modules);
}

TEST_HARNESS_MAIN
