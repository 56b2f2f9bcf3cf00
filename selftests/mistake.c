// SPDX-License-Identifier: GPL-2.0
/*
 * A module gives an address of vmx to kvfree() or vunmap(): the kernel unmaps the whole
 * slice. vmx notices, logs one line, refuses all requests, and leaves the addresses to
 * their new owners, also when it is unloaded.
 *
 * test_modules/vmx_culprit.c is the module. It checks what other modules see.
 */
#include "../kselftest_harness.h"
#include "vmx_test.h"

FIXTURE(mistake) {
	int log;
};

FIXTURE_VARIANT(mistake) {
	const char *how;
	const char *magazines;
};

FIXTURE_VARIANT_ADD(mistake, kvfree) {
	.how = "how=0",
	.magazines = "magazines=0",
};

FIXTURE_VARIANT_ADD(mistake, vunmap) {
	.how = "how=1",
	.magazines = "magazines=0",
};

FIXTURE_VARIANT_ADD(mistake, kvfree_with_magazines) {
	.how = "how=0",
	.magazines = "magazines=1",
};

FIXTURE_SETUP(mistake)
{
	char params[64];

	/* With room for a leaf and more. */
	snprintf(params, sizeof(params), "%s %s",
		 slice_of(IS_64BIT ? 8 * leaf_size() : 16 * MIB, ""), variant->magazines);
	ASSERT_EQ(0, vmx_load(params));
	self->log = kmsg_open();
}

FIXTURE_TEARDOWN(mistake)
{
	EXPECT_EQ(0, module_loaded("vmx_culprit") ? module_unload("vmx_culprit") : 0);
	/* The kernel would warn if vmx gave the slice back once more. */
	EXPECT_EQ(0, module_loaded("vmx") ? vmx_unload() : 0);
}

TEST_F(mistake, is_noticed)
{
	char line[256] = "";
	int log = kmsg_open();

	ASSERT_EQ(1, vmallocinfo_lines());
	EXPECT_EQ(0, module_load("vmx_culprit", variant->how));
	EXPECT_EQ(0, kmsg_count(log, "vmx_culprit: line", line, sizeof(line)))
		TH_LOG("%s", line);
	EXPECT_EQ(1, kmsg_count(self->log, "vmx: the slice is lost", NULL, 0));
	EXPECT_EQ(0, vmallocinfo_lines());

	EXPECT_EQ(-EIO, vmx_ask("alloc", "4K"));
	EXPECT_LE(1, vmx_stat("fail_eio"));
	EXPECT_EQ(0, vmx_ask("purge", "1"));
	EXPECT_EQ(0, vmx_stat("areas"));
	EXPECT_EQ(0, vmx_stat("pages"));
	EXPECT_EQ(0, module_unload("vmx_culprit"));
	EXPECT_EQ(0, vmx_unload());

	/* vmx can be loaded again. */
	ASSERT_EQ(0, vmx_load("slice=16M"));
	EXPECT_EQ(0, vmx_ask("alloc", "4K 1M"));
	EXPECT_EQ(0, kmsg_count(self->log, "vmx: the slice is lost", NULL, 0));
}

TEST_HARNESS_MAIN
