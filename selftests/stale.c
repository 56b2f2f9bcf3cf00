// SPDX-License-Identifier: GPL-2.0
/*
 * After a purge, no CPU has translations of an area that was there before
 *
 * test_modules/vmx_stale.c looks for them when it is loaded.
 */
#include "../kselftest_harness.h"
#include "vmx_test.h"

TEST(no_old_words_after_a_purge)
{
	char line[256] = "";

	/* Eight leaves. */
	ASSERT_EQ(0, vmx_load(slice_of(page_size() * page_size(), " magazines=0 lazy_max=16M")));
	EXPECT_EQ(0, module_checks("vmx_stale", "", line, sizeof(line)))
		TH_LOG("%s", line);
	EXPECT_EQ(0, vmx_stat("areas"));
	/* The crowds were parked, so their last user left some. */
	EXPECT_LT(0, vmx_stat("parked_areas"));
	EXPECT_EQ(0, vmx_unload());
}

TEST_HARNESS_MAIN
