// SPDX-License-Identifier: GPL-2.0
/*
 * On a machine with high memory, areas take their frames from it, by the
 * kernel's count of free frames in each zone
 *
 * The second test needs a machine with little low memory: boot with highmem=
 * and vmalloc= such that the vmalloc range is larger than low memory, and add
 * vmx_test=lowmem to the kernel's command line.
 */
#include "../kselftest_harness.h"
#include "vmx_test.h"

/* Page tables, descriptors and changes by other tasks, in frames. */
#define NOISE 256

static bool lowmem_is_scarce(void)
{
	char *cmdline = slurp("/proc/cmdline");
	bool scarce = cmdline && strstr(cmdline, "vmx_test=lowmem");

	free(cmdline);
	return scarce;
}

FIXTURE(highmem) {
	long high, all;		/* free pages */
};

FIXTURE_SETUP(highmem)
{
	if (meminfo_kib("HighTotal") <= 0)
		SKIP(return, "this machine has no high memory");
	self->high = free_pages("HighMem");
	self->all = free_pages(NULL);
}

FIXTURE_TEARDOWN(highmem)
{
	if (!module_loaded("vmx"))
		return;
	EXPECT_EQ(0, vmx_ask("free", "all"));
	EXPECT_EQ(0, vmx_stat("pages_highmem"));
	EXPECT_EQ(0, vmx_unload());
	EXPECT_GE(NOISE, pages_missing(self->all, NOISE));
}

TEST_F(highmem, plain_request_takes_high_frames)
{
	long pages = 2048, high, low;

	ASSERT_EQ(0, vmx_load(SLICE));
	self->high = free_pages("HighMem");
	self->all = free_pages(NULL);
	ASSERT_EQ(0, vmx_ask("alloc", "4K 60K 1M 1M 6080K"));
	ASSERT_EQ(pages, (long)vmx_stat("pages"));
	/* by the count in stats */
	EXPECT_EQ(pages, (long)vmx_stat("pages_highmem"));
	/* and by the kernel's count */
	high = self->high - free_pages("HighMem");
	low = self->all - free_pages(NULL) - high;
	EXPECT_LE(pages - NOISE / 4, high);
	EXPECT_GE(NOISE, low);
}

TEST_F(highmem, more_than_low_memory_has)
{
	long low_free, range, want;
	char text[64];

	if (!lowmem_is_scarce())
		SKIP(return, "low memory is not scarce: needs highmem= vmalloc= vmx_test=lowmem");

	low_free = meminfo_kib("LowFree");
	range = meminfo_kib("VmallocTotal");
	want = low_free + low_free / 8;
	TH_LOG("%ld KiB asked for, %ld KiB of low memory free, vmalloc range %ld KiB",
	       want, low_free, range);
	ASSERT_LT(want, range);
	snprintf(text, sizeof(text), "slice=%ldK", (want + 1024) & ~3L);
	ASSERT_EQ(0, vmx_load(text));
	snprintf(text, sizeof(text), "%ldK", want);
	ASSERT_EQ(0, vmx_ask("alloc", text));
	EXPECT_EQ(vmx_stat("pages"), vmx_stat("pages_highmem"));
	EXPECT_LT(low_free, (long)(vmx_stat("pages") * page_size() / KIB));
	/* and most of low memory is still free */
	EXPECT_LT(low_free / 2, meminfo_kib("LowFree"));
}

TEST_HARNESS_MAIN
