// SPDX-License-Identifier: GPL-2.0
/*
 * samples/hello_vmx: its area has the size and the bytes that the source says
 *
 * The witness is /proc/kcore, which reads the kernel's memory by address.
 */
#include "../kselftest_harness.h"
#include "vmx_test.h"

#define HELLO "hello, noncontiguous world"

FIXTURE(hello) {
};

FIXTURE_VARIANT(hello) {
	const char *params;
};

FIXTURE_VARIANT_ADD(hello, without_magazines) {
	.params = "magazines=0",
};

FIXTURE_VARIANT_ADD(hello, with_magazines) {
	.params = "magazines=1",
};

FIXTURE_SETUP(hello)
{
	ASSERT_EQ(0, vmx_load(variant->params));
}

FIXTURE_TEARDOWN(hello)
{
	EXPECT_EQ(0, vmx_unload_with("hello_vmx"));
}

TEST_F(hello, what_it_wrote)
{
	char line[256] = "", text[sizeof(HELLO)] = "", wanted[128];
	unsigned long pages = 64 * KIB / page_size();
	struct areas areas;
	int log = kmsg_open(), ret;

	ASSERT_EQ(0, module_load("hello_vmx", ""));
	snprintf(wanted, sizeof(wanted), "hello_vmx: %lu pages: \"" HELLO "\"", pages);
	EXPECT_EQ(1, kmsg_count(log, wanted, line, sizeof(line)));
	ASSERT_EQ(0, vmx_areas(&areas));
	ASSERT_EQ(1, areas.n);
	EXPECT_EQ(64 * KIB, areas.area[0].req);
	EXPECT_EQ(pages, areas.area[0].pages);
	ret = kcore_read(areas.area[0].start, text, sizeof(text));
	areas_free(&areas);
	close(log);
	if (ret == -EOVERFLOW || ret == -ENOENT)
		SKIP(return, "this machine has no /proc/kcore, or it cannot read the slice");
	EXPECT_EQ(0, ret);
	EXPECT_STREQ(HELLO, text);
}

/* It frees its area again and again, and a magazine may keep it. */
TEST_F(hello, many_times)
{
	int i;

	for (i = 0; i < 20; i++) {
		ASSERT_EQ(0, module_load("hello_vmx", ""));
		ASSERT_EQ(-EEXIST, module_load("hello_vmx", ""));
		ASSERT_EQ(-EWOULDBLOCK, vmx_unload());
		ASSERT_EQ(0, module_unload("hello_vmx"));
	}
	EXPECT_EQ(20, vmx_stat("allocs") + vmx_stat("cached_allocs"));
	EXPECT_EQ(20, vmx_stat("frees") + vmx_stat("cached_frees"));
}

TEST_HARNESS_MAIN
