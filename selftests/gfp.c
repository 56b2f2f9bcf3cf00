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

	snprintf(params, sizeof(params), "%s magazines=0", SLICE);
	ASSERT_EQ(0, vmx_load(params));
	EXPECT_GE(NOISE, module_checks_lose("vmx_gfp", "", NOISE, line, sizeof(line)))
		TH_LOG("%s", line);
	EXPECT_EQ(0, vmx_unload());
}

TEST_HARNESS_MAIN
