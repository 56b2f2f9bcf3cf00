// SPDX-License-Identifier: GPL-2.0
/*
 * samples/swap_map: the table has the counts of a process that is really swapped
 *
 * test_modules/vmx_disk.c is the disk. A child in a cgroup with little memory writes more
 * than that, so the kernel swaps it. The test counts the same entries of /proc/PID/pagemap
 * as the sample; VmSwap in /proc/PID/status is the kernel's count.
 */
#include <fcntl.h>
#include <signal.h>
#include <sys/mman.h>
#include <sys/stat.h>
#include <sys/swap.h>
#include <sys/wait.h>

#include "../kselftest_harness.h"
#include "vmx_test.h"

#define DISK "/dev/vmx_disk"
#define SLOTS (32 * MIB / page_size())	/* of the disk */
#define BAD 77				/* a slot that the header says is bad */
#define SAMPLE "/sys/kernel/debug/swap_map/"
#define GROUP "/sys/fs/cgroup/vmx_swap/"
#define PAGES (16 * MIB / page_size())	/* of the child */
#define SLOT_BAD 0x3f

FIXTURE(swap_map) {
	unsigned long long *entries;		/* the child's pagemap */
	unsigned char *expected;	/* what the table should have */
	pid_t child;
	char *memory;
	bool swapping;
};

FIXTURE_VARIANT(swap_map) {
	const char *params;
};

FIXTURE_VARIANT_ADD(swap_map, without_magazines) {
	.params = "magazines=0",
};

FIXTURE_VARIANT_ADD(swap_map, with_magazines) {
	.params = "magazines=1",
};

static int put_text(const char *path, const char *text)
{
	return spill(path, text, strlen(text));
}

/* What mkswap writes, with one bad slot. */
static int make_swap_area(void)
{
	unsigned int *header = calloc(1, page_size());
	int fd = open(DISK, O_RDWR), ret = -errno;

	if (fd >= 0) {
		header[256] = 1;		/* version, the last slot, bad slots */
		header[257] = SLOTS - 1;
		header[258] = 1;
		header[384] = BAD;
		memcpy((char *)header + page_size() - 10, "SWAPSPACE2", 10);
		ret = write_all(fd, header, page_size());
		if (!ret && fsync(fd))
			ret = -errno;
		close(fd);
	}
	free(header);
	return ret;
}

/* Write memory in a small cgroup, tell the parent, and wait. */
static void be_swapped(char *memory, int done)
{
	char pid[16];
	size_t i;

	snprintf(pid, sizeof(pid), "%d", getpid());
	if (put_text(GROUP "cgroup.procs", pid))
		_exit(1);
	for (i = 0; i < PAGES; i++)
		memset(memory + i * page_size(), 'a' + i % 26, page_size());
	if (write(done, "", 1) != 1)
		_exit(1);
	for (;;)
		pause();
}

/* Read the pagemap of the memory; return how many entries are in the swap area. */
static int read_pagemap(pid_t pid, const char *memory, unsigned long long *entries)
{
	char path[32];
	int fd, swapped = 0;
	size_t i;

	snprintf(path, sizeof(path), "/proc/%d/pagemap", pid);
	fd = open(path, O_RDONLY);
	if (fd < 0 || pread(fd, entries, PAGES * sizeof(*entries),
			    (unsigned long)memory / page_size() * sizeof(*entries)) !=
		      (ssize_t)(PAGES * sizeof(*entries)))
		return -EIO;
	close(fd);
	for (i = 0; i < PAGES; i++)
		swapped += entries[i] >> 62 & 1;
	return swapped;
}

static long status_kib(pid_t pid, const char *key)
{
	char path[32], *text, *at;
	long kib = -1;

	snprintf(path, sizeof(path), "/proc/%d/status", pid);
	text = slurp(path);
	at = text ? strstr(text, key) : NULL;
	if (at)
		kib = atol(at + strlen(key));
	free(text);
	return kib;
}

static long slots(const char *key)
{
	char *text = slurp(SAMPLE "slots"), *at = text ? strstr(text, key) : NULL;
	long value = at ? atol(at + strlen(key)) : -1;

	free(text);
	return value;
}

/* Tell the sample these entries, after a mode of opening like the shell's > or >>. */
static int count(const unsigned long long *entries, int mode)
{
	int fd = open(SAMPLE "count", O_WRONLY | mode), ret;

	if (fd < 0)
		return -errno;
	ret = write_all(fd, entries, PAGES * sizeof(*entries));
	close(fd);
	return ret;
}

FIXTURE_SETUP(swap_map)
{
	int done[2];
	char byte;

	if (access(module_path("vmx_disk"), F_OK))
		SKIP(return, "this kernel has no block devices");
	self->entries = calloc(PAGES, sizeof(*self->entries));
	self->expected = calloc(1, SLOTS);
	self->expected[0] = SLOT_BAD;
	self->expected[BAD] = SLOT_BAD;
	if (put_text("/sys/fs/cgroup/cgroup.subtree_control", "+memory") ||
	    (mkdir("/sys/fs/cgroup/vmx_swap", 0755) && errno != EEXIST))
		SKIP(return, "there is no cgroup for memory");
	ASSERT_EQ(0, vmx_load(variant->params));
	ASSERT_EQ(0, module_load("vmx_disk", ""));
	ASSERT_EQ(0, make_swap_area());
	ASSERT_EQ(0, swapon(DISK, 0));
	self->swapping = true;
	ASSERT_EQ(0, module_load("swap_map", "path=" DISK));
	ASSERT_EQ(0, put_text(GROUP "memory.max", "8M"));
	self->memory = mmap(NULL, PAGES * page_size(), PROT_READ | PROT_WRITE,
			    MAP_PRIVATE | MAP_ANONYMOUS, -1, 0);
	ASSERT_NE(MAP_FAILED, self->memory);
	/* 32-bit ARM without LPAE has no huge pages. */
	if (madvise(self->memory, PAGES * page_size(), MADV_NOHUGEPAGE))
		ASSERT_EQ(EINVAL, errno);
	ASSERT_EQ(0, pipe(done));
	self->child = fork();
	if (!self->child)
		be_swapped(self->memory, done[1]);
	close(done[1]);
	EXPECT_EQ(1, read(done[0], &byte, 1));
	close(done[0]);
}

FIXTURE_TEARDOWN(swap_map)
{
	if (self->child > 0) {
		kill(self->child, SIGKILL);
		waitpid(self->child, NULL, 0);
	}
	rmdir("/sys/fs/cgroup/vmx_swap");
	if (self->swapping)
		EXPECT_EQ(0, swapoff(DISK));
	free(self->entries);
	free(self->expected);
	if (!module_loaded("vmx"))
		return;
	EXPECT_EQ(0, vmx_unload_with("swap_map"));
	EXPECT_EQ(0, module_unload("vmx_disk"));
}

TEST_F(swap_map, counts_a_swapped_process)
{
	unsigned char *table;
	unsigned long long slot;
	int swapped, fd;
	size_t i;

	swapped = read_pagemap(self->child, self->memory, self->entries);
	EXPECT_LE(3 * PAGES / 8, swapped);
	EXPECT_EQ(status_kib(self->child, "VmSwap:") * KIB / page_size(), swapped);
	EXPECT_EQ(SLOTS, slots("slots "));
	EXPECT_EQ(2, slots("bad "));
	EXPECT_EQ(0, slots("in_use "));
	ASSERT_EQ(0, count(self->entries, O_TRUNC));
	EXPECT_EQ(swapped, slots("in_use "));
	EXPECT_EQ(0, slots("shared "));

	/* The same entries again: each slot has two users now. */
	ASSERT_EQ(0, count(self->entries, O_APPEND));
	EXPECT_EQ(swapped, slots("shared "));
	for (i = 0; i < PAGES; i++) {
		slot = self->entries[i] >> 5 & ((1ULL << 50) - 1);
		if (self->entries[i] >> 62 & 1)
			self->expected[slot] += 2;
	}
	table = malloc(SLOTS + 1);
	fd = open(SAMPLE "map", O_RDONLY);
	ASSERT_EQ(SLOTS, read(fd, table, SLOTS + 1));
	close(fd);
	for (i = 0; i < SLOTS; i++) {
		ASSERT_EQ(self->expected[i], table[i])
			TH_LOG("slot %zu", i);
	}
	free(table);
	ASSERT_EQ(0, count(self->entries, O_TRUNC));
	EXPECT_EQ(swapped, slots("in_use "));
	/* The kernel has all other slots, except those of other processes. */
	EXPECT_GE(SLOTS - 2 - swapped, slots("kernel_free "));
}

/* Entries of other areas, of no slot, and of memory do not count, and counts end. */
TEST_F(swap_map, what_does_not_count)
{
	unsigned long long *entries = self->entries;
	size_t i;

	entries[0] = 1ULL << 62 | 1 | 5 << 5;		/* area 1, slot 5 */
	entries[1] = 1ULL << 62 | (unsigned long long)SLOTS << 5;	/* behind the end */
	entries[2] = ~0ULL >> 2;			/* present, not swapped */
	entries[3] = 1ULL << 62 | BAD << 5;
	ASSERT_EQ(0, count(entries, O_TRUNC));
	EXPECT_EQ(0, slots("in_use "));
	for (i = 0; i < PAGES; i++)
		entries[i] = 1ULL << 62 | 9 << 5;
	ASSERT_EQ(0, count(entries, O_APPEND));
	EXPECT_EQ(1, slots("in_use "));
	EXPECT_EQ(2, slots("bad "));
	EXPECT_EQ(-EINVAL, spill(SAMPLE "count", "short", 5));
}

TEST_F(swap_map, refusals)
{
	char line[256] = "";
	int log = kmsg_open();

	EXPECT_EQ(-EEXIST, module_load("swap_map", "path=" DISK));
	ASSERT_EQ(0, module_unload("swap_map"));
	EXPECT_EQ(-EINVAL, module_load("swap_map", ""));
	EXPECT_EQ(-ENOENT, module_load("swap_map", "path=/nowhere"));
	EXPECT_EQ(-EINVAL, module_load("swap_map", "path=/bin/busybox"));
	EXPECT_EQ(3, kmsg_count(log, "swap_map: ", line, sizeof(line)));
	EXPECT_NE(NULL, strstr(line, "no swap area: run mkswap"))
		TH_LOG("%s", line);
	EXPECT_EQ(0, vmx_stat("areas") - vmx_stat("cached_areas"));
	close(log);
}

TEST_HARNESS_MAIN
