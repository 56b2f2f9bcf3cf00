// SPDX-License-Identifier: GPL-2.0
/*
 * KASAN knows each area: it reports each mistake of a module once, and nothing
 * when there is no mistake
 *
 * test_modules/vmx_proof.c makes the mistakes.
 */
#include "../../kselftest_harness.h"
#include "proof.h"

#define IN_MISTAKE "BUG: KASAN: vmalloc-out-of-bounds in wrong_access+"

FIXTURE(kasan) {
	int all, ours;		/* the kernel log */
};

FIXTURE_VARIANT(kasan) {
	const char *params;
};

FIXTURE_VARIANT_ADD(kasan, magazines) {
	.params = "slice=64M magazines=1",
};

FIXTURE_VARIANT_ADD(kasan, no_magazines) {
	.params = "slice=64M magazines=0",
};

FIXTURE_SETUP(kasan)
{
	char *words;

	if (!kernel_has("CONFIG_KASAN_VMALLOC=y"))
		SKIP(return, "this kernel has no KASAN for the vmalloc range");
	words = slurp("/proc/cmdline");
	ASSERT_NE(NULL, words);
	if (!strstr(words, "kasan_multi_shot"))
		SKIP(return, "kasan_multi_shot is not on the kernel's command line");
	free(words);
	ASSERT_EQ(0, vmx_load(variant->params));
	ASSERT_EQ(0, module_load("vmx_proof", ""));
	self->all = kmsg_open();
	self->ours = kmsg_open();
}

FIXTURE_TEARDOWN(kasan)
{
	if (module_loaded("vmx_proof"))
		EXPECT_EQ(0, module_unload("vmx_proof"));
	if (module_loaded("vmx"))
		EXPECT_EQ(0, vmx_unload());
}

static int call(const char *name)
{
	return spill(PROOF_KERNEL "vmx_proof", name, strlen(name));
}

/* Numbers that are not multiples of a page, nor of what a byte of shadow stands for. */
TEST_F(kasan, right_use_is_not_reported)
{
	static const char *const right[] = {
		"alloc 1", "alloc 4095", "alloc 100", "alloc 99999", "alloc 3000001",
		"zalloc 7", "zalloc 4097", "zalloc 300001", "zalloc 4097",
		"alloc_node 12345 0", "alloc_32 8193", "alloc_huge 2097153",
		"alloc_user 4001", "alloc_nowait 5", "free_atomic 4001",
		"realloc 100 101", "realloc 101 100", "realloc 5 70001",
		"realloc 70001 5", "realloc 6000001 2097155", "realloc 4096 4096",
		"move 4097 90001", "map 3", "map_put_pages 3", "map_ram 3",
		"read_iter 5001", "unmap_aliases",
	};
	size_t i;

	for (i = 0; i < ARRAY_SIZE(right); i++) {
		char line[256] = "";

		EXPECT_EQ(0, call(right[i]))
			TH_LOG("%s", right[i]);
		EXPECT_EQ(0, kmsg_count(self->all, "BUG: KASAN: ", line, sizeof(line)))
			TH_LOG("%s: %s", right[i], line);
	}
}

TEST_F(kasan, mistakes_are_reported)
{
	static const char *const wrong[] = {
		/* behind the last byte: in a granule, in a page, in the guard page */
		"overrun 100", "overrun 104", "overrun 4096", "overrun 300001",
		"overrun 2097153", "overrun 100 1", "overrun 8193 1",
		"underrun 100", "underrun 300000",
		/* in a magazine, in quarantine, left to a worker */
		"use_freed 100", "use_freed 300001", "use_freed 2097153",
		"use_freed 100 1",
		/* shorter and longer, in the page and by pages and leaves */
		"resized 100 50", "resized 50 100", "resized 70000 100",
		"resized 100 70001", "resized 6291456 2097153",
		"use_cut 100 50", "use_cut 70000 100", "use_cut 6291456 2097153",
		"wrong_map_ram 3", "wrong_map_ram 3 1",
	};
	size_t i;

	for (i = 0; i < ARRAY_SIZE(wrong); i++) {
		char line[256] = "";

		EXPECT_EQ(0, call(wrong[i]))
			TH_LOG("%s", wrong[i]);
		EXPECT_EQ(1, kmsg_count(self->all, "BUG: KASAN: ", line, sizeof(line)))
			TH_LOG("%s: %s", wrong[i], line);
		EXPECT_EQ(1, kmsg_count(self->ours, IN_MISTAKE, NULL, 0))
			TH_LOG("%s: %s", wrong[i], line);
	}
}

/* vmx finds this itself. */
TEST_F(kasan, double_free_is_logged)
{
	char line[256] = "";

	EXPECT_EQ(0, call("free_twice 100"));
	EXPECT_EQ(1, kmsg_count(self->ours, "vmx: ", line, sizeof(line)));
	EXPECT_NE(NULL, strstr(line, "is not the start of an area: not freed"))
		TH_LOG("%s", line);
	EXPECT_EQ(0, kmsg_count(self->all, "BUG: KASAN: ", NULL, 0));
}

TEST_HARNESS_MAIN
