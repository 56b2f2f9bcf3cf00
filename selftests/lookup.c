// SPDX-License-Identifier: GPL-2.0
/*
 * Areas are found without a lock, while others come and go
 *
 * test_modules/vmx_lookup.c looks for them when it is loaded.
 */
#include "../kselftest_harness.h"
#include "vmx_test.h"

FIXTURE(lookup) {
	int unused;
};

FIXTURE_SETUP(lookup)
{
}

FIXTURE_TEARDOWN(lookup)
{
	EXPECT_EQ(0, vmx_ask("purge", "1"));
	EXPECT_EQ(0, vmx_stat("areas"));
	EXPECT_EQ(0, vmx_unload());
}

static void expect_found(struct __test_metadata *_metadata, const char *parameters)
{
	bool slow = kernel_has("CONFIG_KASAN=y") || kernel_has("CONFIG_KCSAN=y");
	char line[256] = "", limit[32];

	snprintf(limit, sizeof(limit), "msec=%u", race_msec() * (slow ? 7 : 1));
	ASSERT_EQ(0, vmx_load(slice_of(16384 * page_size(), parameters)));
	EXPECT_EQ(0, module_checks("vmx_lookup", limit, line, sizeof(line)))
		TH_LOG("%s", line);
}

/* Few addresses are quarantined, so descriptors and addresses are used again at once. */
TEST_F(lookup, short_quarantine)
{
	expect_found(_metadata, " magazines=0 lazy_max=0");
}

TEST_F(lookup, long_quarantine)
{
	expect_found(_metadata, " magazines=0");
}

/* Freed areas stay listed, and are not found. */
TEST_F(lookup, magazines)
{
	expect_found(_metadata, "");
}

TEST_HARNESS_MAIN
