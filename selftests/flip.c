// SPDX-License-Identifier: GPL-2.0
/*
 * `pgtables` never shows the content of a frame that was a page table and is not one
 * any longer
 *
 * test_modules/vmx_flip.c makes the kernel free tables, and fills their frames with
 * bytes that would be entries for frames behind the end of the memory.
 */
#include "../kselftest_harness.h"
#include "vmx_test.h"

#define LEAVES "/sys/module/vmx_flip/parameters/leaves"
#define ENOUGH 50		/* times that a mapping of the thread was seen */
#define MADE 500		/* mappings that it has made by then */

static unsigned long leaves(void)
{
	char *text = slurp(LEAVES);
	unsigned long n = text ? strtoul(text, NULL, 10) : 0;

	free(text);
	return n;
}

/*
 * Is it the frame in an entry of the bytes that vmx_flip.c writes? Where the frame begins,
 * and how long it is, depends on the machine.
 */
static bool is_bad(const char *line)
{
	return strstr(line, "0xb0b0b0b") || strstr(line, "0x2c2c2c2");
}

TEST(no_freed_table_is_shown)
{
	unsigned int start, reads = 0, seen = 0, bad = 0;
	char *text, *line, *rest, hole[32];

	/* What vmx_flip.c maps, by PTEs and by a leaf: all but the last digit. */
	snprintf(hole, sizeof(hole), " frames=0x%llx", (1ULL << 38) / page_size() >> 4);
	if (!IS_64BIT)
		SKIP(return, "this machine does not free page tables");
	ASSERT_EQ(0, vmx_load(SLICE));
	ASSERT_EQ(0, module_load("vmx_flip", ""));
	for (start = milliseconds();
	     (seen < ENOUGH || leaves() < MADE) && milliseconds() - start < 5 * race_msec();
	     reads++) {
		text = vmx_read("pgtables");
		ASSERT_NE(NULL, text);
		for (line = strtok_r(text, "\n", &rest); line; line = strtok_r(NULL, "\n", &rest)) {
			seen += !!strstr(line, hole);
			if (is_bad(line) && !bad++)
				TH_LOG("%s", line);
		}
		free(text);
	}
	TH_LOG("%u reads, %u mappings of the thread seen, %lu leaves made", reads, seen, leaves());
	EXPECT_EQ(0, bad);
	EXPECT_LT(10, leaves());
	EXPECT_LT(0, seen);
	EXPECT_EQ(0, module_unload("vmx_flip"));
	EXPECT_EQ(0, vmx_unload());
}

TEST_HARNESS_MAIN
