// SPDX-License-Identifier: GPL-2.0
/*
 * The functions that vmx exports to other modules do what include/vmx.h says
 *
 * test_modules/vmx_user.c and vmx_family.c are these modules: they run their
 * checks when they are loaded. The tests that need a process are here.
 */
#include <fcntl.h>
#include <sys/mman.h>

#include "../kselftest_harness.h"
#include "vmx_test.h"

#define SHARED "/sys/kernel/debug/vmx_family"
#define SHARED_PAGES 5
#define REVERSED 1000

FIXTURE(family) {
	int log;
};

/*
 * Without magazines, an area that a module frees is unmapped at once. With
 * LAZY, purges come only on request, so the addresses of new areas are known.
 */
FIXTURE_SETUP(family)
{
	char params[64];

	self->log = kmsg_open();
	snprintf(params, sizeof(params), "%s magazines=0" LAZY, SLICE);
	ASSERT_EQ(0, vmx_load(params));
}

FIXTURE_TEARDOWN(family)
{
	EXPECT_EQ(0, module_loaded("vmx_user") ? module_unload("vmx_user") : 0);
	EXPECT_EQ(0, module_loaded("vmx_family") ? module_unload("vmx_family") : 0);
	EXPECT_EQ(0, vmx_stat("areas"));
	EXPECT_EQ(0, vmx_stat("pages"));
	EXPECT_EQ(0, vmx_unload());
}

static void expect_checks_hold(struct __test_metadata *_metadata, int log, const char *module)
{
	char line[256] = "", prefix[32];

	EXPECT_EQ(0, module_load(module, ""));
	snprintf(prefix, sizeof(prefix), "%s:", module);
	EXPECT_EQ(0, kmsg_count(log, prefix, line, sizeof(line)))
		TH_LOG("%s", line);
}

TEST_F(family, checks_of_vmx_user)
{
	char line[256] = "";
	int log = kmsg_open();

	expect_checks_hold(_metadata, self->log, "vmx_user");
	EXPECT_EQ(1, vmx_stat("areas"));
	EXPECT_EQ(vmx_stat("allocs"), vmx_stat("frees") + 1);
	/* It frees one area twice. */
	EXPECT_EQ(1, kmsg_count(log, "vmx: ", line, sizeof(line)));
	EXPECT_NE(NULL, strstr(line, "is not the start of an area: not freed"))
		TH_LOG("%s", line);
	close(log);
}

TEST_F(family, checks_of_vmx_family)
{
	expect_checks_hold(_metadata, self->log, "vmx_family");
	EXPECT_EQ(1, vmx_stat("areas"));
	EXPECT_EQ(SHARED_PAGES, vmx_stat("pages"));
}

/*
 * The debugfs files cannot free an area of a module, and vmx cannot be unloaded
 * while a module uses it.
 */
TEST_F(family, debugfs_cannot_free_module_areas)
{
	struct areas areas;
	char request[32];

	ASSERT_EQ(0, module_load("vmx_user", ""));
	ASSERT_EQ(0, vmx_areas(&areas));
	ASSERT_EQ(1, areas.n);
	EXPECT_EQ(5000, areas.area[0].req);
	EXPECT_NE(NULL, strstr(areas.area[0].text, "[vmx_user]"))
		TH_LOG("%s", areas.area[0].text);
	snprintf(request, sizeof(request), "0x%lx", areas.area[0].start);
	EXPECT_EQ(-EPERM, vmx_ask("free", request));
	EXPECT_EQ(1, vmx_stat("fail_eperm"));
	/* `free` finds only areas of the debugfs files by id. */
	EXPECT_EQ(-ENOENT, vmx_free_id(areas.area[0].id));
	areas_free(&areas);

	/* "all" means all areas of the debugfs files */
	ASSERT_EQ(0, vmx_ask("alloc", "4K count=3"));
	EXPECT_EQ(0, vmx_ask("free", "all"));
	EXPECT_EQ(1, vmx_stat("areas"));
	EXPECT_EQ(-EWOULDBLOCK, vmx_unload());
}

static void *map_shared(int fd, size_t pages, size_t first)
{
	return mmap(NULL, pages * page_size(), PROT_READ | PROT_WRITE, MAP_SHARED, fd,
		    first * page_size());
}

/* remap_vmx_range() and vmx_read_iter() show the same frames. */
TEST_F(family, user_space_shares_an_area)
{
	size_t bytes = SHARED_PAGES * page_size(), i;
	unsigned char *all, *tail, *copy = malloc(bytes);
	int fd;

	ASSERT_EQ(0, module_load("vmx_family", ""));
	fd = open(SHARED, O_RDWR);
	ASSERT_LE(0, fd);
	EXPECT_EQ(MAP_FAILED, map_shared(fd, SHARED_PAGES + 1, 0));
	EXPECT_EQ(EINVAL, errno);
	EXPECT_EQ(MAP_FAILED, map_shared(fd, SHARED_PAGES, 1));
	EXPECT_EQ(EINVAL, errno);
	all = map_shared(fd, SHARED_PAGES, 0);
	tail = map_shared(fd, 2, SHARED_PAGES - 2);
	ASSERT_NE(MAP_FAILED, all);
	ASSERT_NE(MAP_FAILED, tail);

	for (i = 0; i < bytes; i++)
		all[i] = i * 7 + i / 256;
	EXPECT_EQ(0, memcmp(tail, all + bytes - 2 * page_size(), 2 * page_size()));
	ASSERT_EQ((ssize_t)bytes, read(fd, copy, bytes));
	EXPECT_EQ(0, memcmp(copy, all, bytes));
	EXPECT_EQ(0, read(fd, copy, bytes));

	/* After the free, the process that has mapped the frames keeps them. */
	ASSERT_EQ(1, write(fd, "", 1));
	EXPECT_EQ(0, vmx_stat("areas"));
	ASSERT_EQ(0, vmx_ask("purge", "1"));
	ASSERT_EQ(0, vmx_ask("alloc", "1M zero"));
	EXPECT_EQ(0, memcmp(copy, all, bytes));
	ASSERT_EQ(0, vmx_ask("free", "all"));
	EXPECT_EQ(MAP_FAILED, map_shared(fd, 1, 0));
	munmap(all, bytes);
	munmap(tail, 2 * page_size());
	close(fd);
	free(copy);
}

/* remap_vmx_range_partial() puts each page where it is asked to. */
TEST_F(family, user_space_maps_parts)
{
	unsigned char *all, *reversed;
	char line[256] = "";
	size_t i;
	int fd;

	ASSERT_EQ(0, module_load("vmx_family", ""));
	fd = open(SHARED, O_RDWR);
	ASSERT_LE(0, fd);
	all = map_shared(fd, SHARED_PAGES, 0);
	reversed = map_shared(fd, SHARED_PAGES, REVERSED);
	ASSERT_NE(MAP_FAILED, all);
	EXPECT_EQ(0, kmsg_count(self->log, "vmx_family:", line, sizeof(line)))
		TH_LOG("%s", line);
	ASSERT_NE(MAP_FAILED, reversed);
	for (i = 0; i < SHARED_PAGES; i++)
		memset(all + i * page_size(), 'a' + i, page_size());
	for (i = 0; i < SHARED_PAGES; i++)
		EXPECT_EQ(0, memcmp(reversed + (SHARED_PAGES - 1 - i) * page_size(),
				    all + i * page_size(), page_size()));
	munmap(all, SHARED_PAGES * page_size());
	munmap(reversed, SHARED_PAGES * page_size());
	close(fd);
}

#define TRACING "/sys/kernel/tracing/"

/* Add a word to a setting of the tracer; with "", clear the setting. */
static int trace_setting(const char *file, const char *word)
{
	char path[64];
	int fd, ret;

	snprintf(path, sizeof(path), TRACING "%s", file);
	fd = open(path, O_WRONLY | (*word ? 0 : O_TRUNC));
	if (fd < 0)
		return -errno;
	ret = *word ? write_all(fd, word, strlen(word)) : 0;
	return close(fd) ? -errno : ret;
}

static void end_trace(void)
{
	trace_setting("current_tracer", "nop");
	trace_setting("set_graph_function", "");
	trace_setting("set_ftrace_filter", "");
}

/* Each pass of reclaim asks the magazines how much they hold: without any lock. */
TEST_F(family, reclaim_counts_without_locks)
{
	static const char magazines[] = "/sys/module/vmx/parameters/magazines";
	char *trace;

	if (trace_setting("set_ftrace_filter", "count_cached") ||
	    trace_setting("set_ftrace_filter", "_raw_spin_lock") ||
	    trace_setting("set_graph_function", "count_cached") ||
	    trace_setting("current_tracer", "function_graph")) {
		end_trace();
		SKIP(return, "this kernel has no function_graph tracer");
	}
	ASSERT_EQ(0, module_load("vmx_user", ""));
	ASSERT_EQ(0, spill(magazines, "1", 1));
	ASSERT_EQ(0, module_unload("vmx_user"));
	EXPECT_LT(0, vmx_stat("cached_pages"));
	EXPECT_EQ(0, spill("/proc/sys/vm/drop_caches", "2", 1));
	trace = slurp(TRACING "trace");
	end_trace();
	ASSERT_NE(NULL, trace);
	/* A call that takes a lock is never a leaf; one that is interrupted may not be. */
	EXPECT_NE(NULL, strstr(trace, "count_cached [vmx]();"))
		TH_LOG("%s", trace);
	free(trace);
	/* drop_caches has drained them. */
	EXPECT_EQ(0, vmx_stat("cached_pages"));
	EXPECT_EQ(0, spill(magazines, "0", 1));
}

/* A purge, and magazines=0, really free all cached areas. */
TEST_F(family, magazines_are_emptied)
{
	static const char magazines[] = "/sys/module/vmx/parameters/magazines";

	int by_purge;

	for (by_purge = 0; by_purge < 2; by_purge++) {
		ASSERT_EQ(0, module_load("vmx_user", ""));
		ASSERT_EQ(0, spill(magazines, "1", 1));
		/* vmx_user frees the area that it held, 5000 bytes: a magazine takes it. */
		ASSERT_EQ(0, module_unload("vmx_user"));
		EXPECT_EQ((5000 + page_size() - 1) / page_size(), vmx_stat("pages"));
		EXPECT_EQ(1, vmx_stat("cached_areas"));
		EXPECT_EQ(0, by_purge ? vmx_ask("purge", "1") : spill(magazines, "0", 1));
		EXPECT_EQ(0, vmx_stat("cached_areas"));
		EXPECT_EQ(0, vmx_stat("pages"));
		ASSERT_EQ(0, spill(magazines, "0", 1));
	}
}

TEST_HARNESS_MAIN
