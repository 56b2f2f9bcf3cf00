// SPDX-License-Identifier: GPL-2.0
/*
 * vmx honours or strips each gfp flag, as docs/module.md says, and returns all frames
 *
 * test_modules/vmx_gfp.c makes the requests when it is loaded.
 */
#include "../kselftest_harness.h"
#include "vmx_test.h"

/* Changes of the free memory of an idle machine, in frames. */
#define NOISE 256

TEST(every_bit)
{
	char params[64], line[256] = "";
	int checks = kmsg_open(), bugs = kmsg_open(), round;
	long before = 0, missing = NOISE + 1;

	snprintf(params, sizeof(params), "%s magazines=0", SLICE);
	ASSERT_EQ(0, vmx_load(params));
	/*
	 * The kernel keeps slabs and tables of the first round, KASAN more and more freed
	 * objects. A loss would be there in each round.
	 */
	for (round = 0; round < 5 && missing > NOISE; round++) {
		EXPECT_EQ(0, module_load("vmx_gfp", ""));
		EXPECT_EQ(0, kmsg_count(checks, "vmx_gfp:", line, sizeof(line)))
			TH_LOG("%s", line);
		EXPECT_EQ(0, kmsg_count(bugs, "BUG:", line, sizeof(line)))
			TH_LOG("%s", line);
		if (module_loaded("vmx_gfp"))
			EXPECT_EQ(0, module_unload("vmx_gfp"));
		EXPECT_EQ(0, vmx_stat("areas"));
		EXPECT_EQ(0, vmx_stat("pages"));
		missing = round ? pages_missing(before, NOISE) : NOISE + 1;
		before = free_pages(NULL);
	}
	EXPECT_GE(NOISE, missing);
	EXPECT_EQ(0, vmx_unload());
}

TEST_HARNESS_MAIN
