// SPDX-License-Identifier: GPL-2.0
/*
 * The files to look with: gaps, map, area, walk, pgtables and mem
 */
#include <fcntl.h>
#include <setjmp.h>
#include <signal.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/mman.h>
#include <unistd.h>

#include "../kselftest_harness.h"
#include "vmx_test.h"

#define MEM "/sys/kernel/debug/vmx/mem"
#define SEED 4711

FIXTURE(explore) {
	struct areas areas;
	char *text;
};

/* Areas of several kinds, and a hole between them. */
FIXTURE_SETUP(explore)
{
	ASSERT_EQ(0, vmx_load(SLICE));
	ASSERT_EQ(0, witness_load());
	ASSERT_EQ(0, vmx_ask("alloc", "4K 20K 100K 2M\n3M huge\n64K count=5"));
	ASSERT_EQ(0, vmx_ask("free", "3"));
	ASSERT_EQ(0, vmx_ask("purge", "1"));
	ASSERT_EQ(0, vmx_areas(&self->areas));
	ASSERT_EQ(9, self->areas.n);
}

FIXTURE_TEARDOWN(explore)
{
	areas_free(&self->areas);
	free(self->text);
	EXPECT_EQ(0, module_unload("vmx_witness"));
	EXPECT_EQ(0, vmx_unload());
}

/* Every hole, and nothing else, between the areas; and the sums are right. */
TEST_F(explore, gaps)
{
	unsigned long at = self->areas.start, total = 0, largest = 0, n = 0;
	unsigned long start, end, size, said[3];
	char *line, *sums;
	size_t i;

	self->text = vmx_read("gaps");
	ASSERT_NE(NULL, self->text);
	line = strchr(self->text, '\n') + 1;
	for (i = 0; i <= self->areas.n; i++) {
		unsigned long limit = i < self->areas.n ?
			self->areas.area[i].start : self->areas.end;

		if (at < limit) {
			ASSERT_EQ(3, sscanf(line, "0x%lx-0x%lx %lu", &start, &end, &size));
			EXPECT_EQ(at, start);
			EXPECT_EQ(limit, end);
			EXPECT_EQ(limit - at, size);
			total += size;
			if (size > largest)
				largest = size;
			n++;
			line = strchr(line, '\n') + 1;
		}
		if (i < self->areas.n)
			at = self->areas.area[i].end;
	}
	sums = line;
	ASSERT_EQ(3, sscanf(sums, "# count=%lu total=%lu largest=%lu",
			    &said[0], &said[1], &said[2]));
	EXPECT_EQ(n, said[0]);
	EXPECT_EQ(total, said[1]);
	EXPECT_EQ(largest, said[2]);
	EXPECT_EQ(vmx_stat("hole_bytes"), total);
}

TEST_F(explore, map)
{
	unsigned long cells = 0;
	char *at;

	ASSERT_EQ(0, vmx_ask("free", "1"));
	self->text = vmx_read("map");
	ASSERT_NE(NULL, self->text);
	for (at = self->text; *at; at = strchr(at, '\n') + 1) {
		if (*at == '#')
			continue;
		at = strchr(at, ' ') + 1;
		EXPECT_EQ(strcspn(at, "\n"), strspn(at, ".,#HgcQ"));
		cells += strcspn(at, "\n");
	}
	/* 32 lines of 64, or as many as there are pages */
	EXPECT_EQ(SLICE_BYTES / (IS_64BIT ? 32 * KIB : 8 * KIB), cells);
}

/* Each level leads to the next, and what the kernel finds mapped, walk does. */
TEST_F(explore, walk)
{
	size_t i;

	for (i = 0; i < self->areas.n; i++) {
		struct area *area = &self->areas.area[i];
		unsigned long addr;

		for (addr = area->start; addr < area->end; addr += page_size()) {
			char request[32];
			bool mapped;

			if (addr == area->start + 2 * page_size() &&
			    area->pages > 4)
				addr = area->end - 2 * page_size();
			snprintf(request, sizeof(request), "0x%lx", addr);
			ASSERT_EQ(0, vmx_ask("walk", request));
			free(self->text);
			self->text = vmx_read("walk");
			ASSERT_NE(NULL, self->text);
			mapped = strstr(self->text, "\nmapped: frame 0x");
			EXPECT_EQ(addr < area->end - page_size(), mapped)
				TH_LOG("%s", self->text);
			EXPECT_EQ(witness("mapped 0x%lx %lu", addr, page_size()), mapped);
			EXPECT_EQ(!mapped, !!strstr(self->text, "\nnot mapped: "));
		}
	}
}

TEST_F(explore, walk_refuses)
{
	EXPECT_EQ(-EINVAL, vmx_ask("walk", "0x40000000"));
	EXPECT_EQ(-EINVAL, vmx_ask("walk", "-1"));
	EXPECT_EQ(-EINVAL, vmx_ask("walk", "vmalloc"));
	EXPECT_EQ(-EINVAL, vmx_ask("walk", "0x0 0x1000"));
	EXPECT_EQ(-EINVAL, vmx_ask("walk", ""));
	EXPECT_EQ(-ENOENT, vmx_ask("area", "3"));
	EXPECT_EQ(-ENOENT, vmx_ask("area", "100000"));
	EXPECT_EQ(-EINVAL, vmx_ask("area", "all"));
}

/* Follow next by hand, from the first area to the last. */
TEST_F(explore, area)
{
	unsigned long id = self->areas.area[0].id, next_addr, value;
	char request[32], *at;
	size_t i;

	for (i = 0; i < self->areas.n; i++) {
		struct area *area = &self->areas.area[i];
		unsigned long frames = 0, entries = 0, start, end;

		ASSERT_EQ(area->id, id);
		snprintf(request, sizeof(request), "%lu", id);
		ASSERT_EQ(0, vmx_ask("area", request));
		free(self->text);
		self->text = vmx_read("area");
		ASSERT_NE(NULL, self->text);

		at = strstr(self->text, "\naddr ");
		ASSERT_NE(NULL, at);
		ASSERT_EQ(1, sscanf(at, "\naddr 0x%lx", &value));
		EXPECT_EQ(area->start, value);
		ASSERT_EQ(1, sscanf(strstr(self->text, "\nsize "), "\nsize %lu", &value));
		EXPECT_EQ(area->end - area->start, value);
		ASSERT_EQ(1, sscanf(strstr(self->text, "\nnr_pages "), "\nnr_pages %lu", &value));
		EXPECT_EQ(area->pages, value);

		for (at = self->text; (at = strchr(at, '\n')); ) {
			at++;
			if (sscanf(at, "frames 0x%lx-0x%lx", &start, &end) == 2) {
				EXPECT_EQ(area->start + frames, start);
				frames = end - area->start;
			}
			if (sscanf(at, "entries 0x%lx-0x%lx", &start, &end) == 2) {
				EXPECT_EQ(area->start + entries, start);
				entries = end - area->start;
			}
		}
		EXPECT_EQ(area->pages * page_size(), frames);
		EXPECT_EQ(area->pages * page_size(), entries);
		at = strstr(self->text, "\nnext ");
		ASSERT_NE(NULL, at);
		if (i + 1 == self->areas.n) {
			EXPECT_EQ(NULL, memmem(at, strcspn(at + 1, "\n"), "id=", 3));
			break;
		}
		ASSERT_EQ(2, sscanf(at, "\nnext 0x%*x (id=%lu at 0x%lx)", &id, &next_addr));
		EXPECT_EQ(self->areas.area[i + 1].start, next_addr);
	}
}

/* Lines follow one another; in the slice, mapped ones are the areas' pages. */
TEST_F(explore, pgtables)
{
	unsigned long start, end, last = 0, mapped = 0, pages = 0, lines = 0;
	char *at;
	size_t i;

	self->text = vmx_read("pgtables");
	ASSERT_NE(NULL, self->text);
	for (at = strchr(self->text, '\n') + 1; *at; at = strchr(at, '\n') + 1) {
		ASSERT_EQ(2, sscanf(at, "0x%lx-0x%lx", &start, &end));
		if (last)
			EXPECT_EQ(last, start);
		last = end;
		lines++;
		if (start < self->areas.start || start >= self->areas.end)
			continue;
		if (!memchr(at, '=', strcspn(at, "\n")))
			continue;
		EXPECT_NE(NULL, memmem(at, strcspn(at, "\n"), " id=", 4));
		mapped += (end - start) / page_size();
	}
	for (i = 0; i < self->areas.n; i++)
		pages += self->areas.area[i].pages;
	EXPECT_EQ(pages, mapped);
	EXPECT_LT(self->areas.n, lines);
}

static sigjmp_buf bus;

static void on_bus(int sig)
{
	siglongjmp(bus, 1);
}

static bool touch(volatile char *at)
{
	struct sigaction action = { .sa_handler = on_bus }, old;
	bool fine;

	sigaction(SIGBUS, &action, &old);
	fine = !sigsetjmp(bus, 1);
	if (fine)
		(void)*at;
	sigaction(SIGBUS, &old, NULL);
	return fine;
}

/* What is written at an offset is what the kernel reads at the address. */
TEST_F(explore, mem)
{
	const struct area *area = area_by_id(&self->areas, 4);
	unsigned long offset = area->start - self->areas.start, i;
	unsigned int *words = malloc(area->req);
	int fd = open(MEM, O_RDWR);

	ASSERT_LE(0, fd);
	ASSERT_NE(NULL, words);
	ASSERT_LE(0, witness("fill 0x%lx %lu %u", area->start, area->req, SEED));
	ASSERT_EQ((ssize_t)area->req, pread(fd, words, area->req, offset));
	for (i = 0; i < area->req / 4; i++)
		ASSERT_EQ(SEED ^ (unsigned int)i * 2654435761u, words[i]);

	for (i = 0; i < area->req / 4; i++)
		words[i] = (SEED + 1) ^ (unsigned int)i * 2654435761u;
	ASSERT_EQ((ssize_t)area->req, pwrite(fd, words, area->req, offset));
	EXPECT_LE(0, witness("check 0x%lx %lu %u", area->start, area->req, SEED + 1));

	/* Into the guard page: short, then an error; beyond the slice: the end. */
	EXPECT_EQ(100, pread(fd, words, 200, offset + area->req - 100));
	EXPECT_EQ(-1, pread(fd, words, 200, offset + area->req));
	EXPECT_EQ(EFAULT, errno);
	EXPECT_EQ(0, pread(fd, words, 200, SLICE_BYTES));
	EXPECT_EQ(-1, pwrite(fd, words, 200, SLICE_BYTES));
	EXPECT_EQ(ENOSPC, errno);
	free(words);
	close(fd);
}

/* A mapping sees the area, and keeps its frames when it is freed. */
TEST_F(explore, mem_mmap)
{
	const struct area *area = area_by_id(&self->areas, 5);
	unsigned long offset = area->start - self->areas.start;
	int fd = open(MEM, O_RDWR);
	long before, missing;
	char *map;

	ASSERT_LE(0, fd);
	before = free_pages(NULL);
	map = mmap(NULL, 4 * MIB, PROT_READ | PROT_WRITE, MAP_SHARED, fd, offset);
	ASSERT_NE(MAP_FAILED, map);
	memset(map, 0x5a, area->req);
	EXPECT_FALSE(touch(map + area->req));	/* the guard page */
	ASSERT_EQ(0, vmx_ask("free", "5"));
	EXPECT_EQ(0x5a, map[0]);
	EXPECT_EQ(0x5a, map[area->req - 1]);
	ASSERT_EQ(0, munmap(map, 4 * MIB));
	missing = pages_missing(before + area->pages, 128);
	EXPECT_GE(128, missing);

	/* What was freed is not to be had again. */
	map = mmap(NULL, page_size(), PROT_READ, MAP_SHARED, fd, offset);
	ASSERT_NE(MAP_FAILED, map);
	EXPECT_FALSE(touch(map));
	munmap(map, page_size());
	close(fd);
}

TEST_HARNESS_MAIN
