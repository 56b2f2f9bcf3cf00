// SPDX-License-Identifier: GPL-2.0
/*
 * insmod accepts and refuses the documented parameters, and a refused insmod
 * leaves nothing behind
 */
#include <errno.h>
#include <fcntl.h>

#include "../kselftest_harness.h"
#include "vmx_test.h"

FIXTURE(insmod) {
	int log;
};

FIXTURE_SETUP(insmod)
{
	self->log = kmsg_open();
	ASSERT_LE(0, self->log);
}

FIXTURE_TEARDOWN(insmod)
{
	EXPECT_EQ(0, module_loaded("vmx") ? vmx_unload() : 0);
}

static const struct {
	const char *params;
	int err;
} refused[] = {
	{ "slice=1",			EINVAL },
	{ "slice=4097",			EINVAL },
	{ "slice=",			EINVAL },
	{ "slice=abc",			EINVAL },
	{ "slice=-1",			EINVAL },
	{ "slice=4K4",			EINVAL },
	{ "slice=64Q",			EINVAL },
	{ "slice=8M,8M",		EINVAL },
	{ "slice=99999999999999999999",	EINVAL },
	{ "slice=18446744073713745920",	EINVAL },	/* 2^64 and 4 MiB */
	{ "slice=1023G",		ENOMEM },
	{ "slice=8M lazy_max=abc",	EINVAL },
	{ "slice=8M lazy_max=-1",	EINVAL },
};

static void expect_refused(struct __test_metadata *_metadata, int log,
			   const char *params, int err)
{
	EXPECT_EQ(-err, vmx_load(params))
		TH_LOG("insmod vmx %s", params);
	/* For a wrong lazy_max the kernel itself writes the line. */
	if (!strstr(params, "lazy_max")) {
		EXPECT_EQ(1, kmsg_count(log, "vmx: slice=", NULL, 0))
			TH_LOG("insmod vmx %s", params);
	}
	EXPECT_FALSE(module_loaded("vmx"));
	EXPECT_EQ(0, vmallocinfo_lines());
	EXPECT_NE(0, access("/sys/kernel/debug/vmx", F_OK));
}

TEST_F(insmod, refused_with_errno_and_one_line)
{
	size_t i;

	for (i = 0; i < ARRAY_SIZE(refused); i++)
		expect_refused(_metadata, self->log, refused[i].params, refused[i].err);
}

TEST_F(insmod, more_than_ram_or_range)
{
	char params[64];

	snprintf(params, sizeof(params), "slice=%ldK", meminfo_kib("MemTotal") + 64);
	expect_refused(_metadata, self->log, params, ENOMEM);
	/* on 32-bit the vmalloc range has 128 MiB, even if there is more RAM */
	if (!IS_64BIT)
		expect_refused(_metadata, self->log, "slice=1G", ENOMEM);
}

TEST_F(insmod, slice_as_asked)
{
	static const struct {
		const char *params;
		unsigned long bytes;
	} good[] = {
		{ "slice=8M",		8 * MIB },
		{ "slice=8m",		8 * MIB },
		{ "slice=8192K",	8 * MIB },
		{ "slice=0x800000",	8 * MIB },
		{ "slice=8388608",	8 * MIB },
		{ "slice=48K",		48 * KIB },
		{ "slice=7M",		7 * MIB },
		{ "",			(IS_64BIT ? 256 : 16) * MIB },
	};
	/* On 64-bit the size is rounded up to a leaf, and the slice starts where one can start. */
	unsigned long bytes, unit = IS_64BIT ? leaf_size() : page_size();
	struct areas areas;
	size_t i;

	for (i = 0; i < ARRAY_SIZE(good); i++) {
		ASSERT_EQ(0, vmx_load(good[i].params))
			TH_LOG("insmod vmx %s", good[i].params);
		bytes = (good[i].bytes + unit - 1) / unit * unit;
		EXPECT_EQ(bytes, vmx_stat("slice_bytes"));
		EXPECT_EQ(bytes, vmx_stat("hole_bytes"));
		ASSERT_EQ(0, vmx_areas(&areas));
		EXPECT_EQ(bytes, areas.end - areas.start);
		EXPECT_EQ(0, areas.start % unit);
		areas_free(&areas);
		EXPECT_EQ(1, vmallocinfo_lines());
		EXPECT_EQ(0, vmx_unload());
		EXPECT_EQ(0, vmallocinfo_lines());
	}
}

/* An area as large as the slice has no room for its guard page. */
TEST_F(insmod, smallest_slice)
{
	unsigned long slice;
	char request[32];

	ASSERT_EQ(0, vmx_load(slice_of(page_size(), "")));
	slice = vmx_stat("slice_bytes");
	snprintf(request, sizeof(request), "%lu", slice);
	EXPECT_EQ(-ENOSPC, vmx_ask("alloc", request));
	snprintf(request, sizeof(request), "%lu", slice + 1);
	EXPECT_EQ(-E2BIG, vmx_ask("alloc", request));
	ASSERT_EQ(0, vmx_load(slice_of(leaf_size(), "")));
	snprintf(request, sizeof(request), "%lu", leaf_size() - page_size());
	EXPECT_EQ(0, vmx_ask("alloc", request));
	EXPECT_EQ(0, vmx_stat("hole_bytes"));
	EXPECT_EQ(-ENOSPC, vmx_ask("alloc", "4K"));
}

TEST_F(insmod, lazy_max_at_run_time)
{
	static const char lazy_max[] = "/sys/module/vmx/parameters/lazy_max";

	ASSERT_EQ(0, vmx_load("slice=8M lazy_max=1M"));
	EXPECT_EQ(MIB, vmx_stat("lazy_max_bytes"));
	EXPECT_EQ(0, spill(lazy_max, "64K\n", 4));
	EXPECT_EQ(64 * KIB, vmx_stat("lazy_max_bytes"));
	EXPECT_EQ(-EINVAL, spill(lazy_max, "many", 4));
	EXPECT_EQ(64 * KIB, vmx_stat("lazy_max_bytes"));
}

/* The default is min(fls(cpus) * 32 MiB, slice / 4). */
TEST_F(insmod, lazy_max_by_default)
{
	ASSERT_EQ(0, vmx_load("slice=32M"));
	EXPECT_EQ(8 * MIB, vmx_stat("lazy_max_bytes"));
}

/*
 * insmod does not depend on debugfs: a file may be open when the next one cannot
 * be created, so it is too late to fail.  One line in the log says what is missing.
 */
static void expect_loaded_without(struct __test_metadata *_metadata, int log, const char *params,
				  const char *line)
{
	ASSERT_EQ(0, module_load("vmx_nofiles", params));
	EXPECT_EQ(0, module_load("vmx", SLICE))
		TH_LOG("%s", params);
	EXPECT_EQ(1, kmsg_count(log, line, NULL, 0))
		TH_LOG("%s", params);
	EXPECT_EQ(0, vmx_unload());
	EXPECT_EQ(0, vmallocinfo_lines());
	EXPECT_EQ(0, module_unload("vmx_nofiles"));
	EXPECT_NE(0, access("/sys/kernel/debug/vmx", F_OK));
}

TEST_F(insmod, without_files)
{
	expect_loaded_without(_metadata, self->log, "nth=0",
			      "vmx: cannot create the files in debugfs: error -17");
}

TEST_F(insmod, without_one_file)
{
	int err = module_load("vmx_nofiles", "nth=1");

	if (err == -EOPNOTSUPP)
		SKIP(return, "this kernel has no kprobes, or none at the beginning of a function");
	ASSERT_EQ(0, err);
	ASSERT_EQ(0, module_unload("vmx_nofiles"));
	expect_loaded_without(_metadata, self->log, "nth=1",
			      "vmx: cannot create all files in debugfs: error -12");
	expect_loaded_without(_metadata, self->log, "nth=9",
			      "vmx: cannot create all files in debugfs: error -12");
	expect_loaded_without(_metadata, self->log, "nth=14",
			      "vmx: cannot create all files in debugfs: error -12");
	/* All 14 files: the next test finds them. */
	ASSERT_EQ(0, vmx_load(SLICE));
	EXPECT_EQ(0, vmx_ask("alloc", "4K"));
}

TEST_HARNESS_MAIN
