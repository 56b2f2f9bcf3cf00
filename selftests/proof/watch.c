// SPDX-License-Identifier: GPL-2.0
/*
 * The checkers of the debug kernel are on. Otherwise the other proof tests
 * would prove nothing.
 */
#include <fcntl.h>

#include "../../kselftest_harness.h"
#include "proof.h"

TEST(lockdep)
{
	if (!kernel_has("CONFIG_PROVE_LOCKING=y"))
		SKIP(return, "this kernel has no lockdep");
	EXPECT_TRUE(lockdep_watches());
}

TEST(sleeping_in_atomic_context)
{
	EXPECT_TRUE(kernel_has("CONFIG_DEBUG_ATOMIC_SLEEP=y"));
}

/* KASAN_VMALLOC gives each vmalloc area shadow; the slice is one such area. */
TEST(kasan)
{
	if (!kernel_has("CONFIG_KASAN=y"))
		SKIP(return, "this is the kernel with KCSAN, which has no KASAN");
	EXPECT_TRUE(kernel_has("CONFIG_KASAN_GENERIC=y"));
	EXPECT_TRUE(kernel_has("CONFIG_KASAN_VMALLOC=y"));
	EXPECT_FALSE(kernel_has("CONFIG_SLUB_TINY=y"));
}

TEST(kcsan)
{
	char *state;

	if (!kernel_has("CONFIG_KCSAN=y"))
		SKIP(return, "this is the kernel with KASAN, which has no KCSAN");
	ASSERT_EQ(0, spill(PROOF_KERNEL "kcsan", "on", 2));
	state = slurp(PROOF_KERNEL "kcsan");
	ASSERT_NE(NULL, state);
	EXPECT_EQ(0, strncmp(state, "enabled: 1", 10))
		TH_LOG("%s", state);
	free(state);
}

TEST(page_table_check)
{
	if (!kernel_has("CONFIG_KASAN=y"))
		SKIP(return, "only the kernel with KASAN checks page tables");
	EXPECT_TRUE(kernel_has("CONFIG_PAGE_TABLE_CHECK_ENFORCED=y"));
}

TEST_HARNESS_MAIN
