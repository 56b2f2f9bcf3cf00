// SPDX-License-Identifier: GPL-2.0
/*
 * What vmx reports about its areas is true. The witnesses know nothing of vmx:
 * the kernel's vmalloc_to_page(), /proc/kcore, mappings of single frames, and
 * the page faults on addresses that must not be mapped.
 *
 * test_modules/vmx_witness.c runs these checks inside the kernel.
 */
#include "../kselftest_harness.h"
#include "vmx_test.h"

/* Areas of every kind: one page, remainders, whole blocks, leaves. */
static const char request[] = "1 4K 8K 12K 28K 64K 68K 300K 1M 1028K 2M\n"
	"2M align=2M 4M huge 5M huge zero 4K count=20 64K align=64K count=3";

#define AREAS 37
#define NO_KCORE "this machine has no /proc/kcore, or the vmalloc range is where nobody can read it"

FIXTURE(witness) {
	struct made made[AREAS];
};

FIXTURE_SETUP(witness)
{
	char params[64];

	snprintf(params, sizeof(params), "slice=%dM" LAZY, IS_64BIT ? 64 : 32);
	ASSERT_EQ(0, vmx_load(params));
	ASSERT_EQ(0, witness_load());
	ASSERT_EQ(AREAS, vmx_make(request, self->made, AREAS));
}

FIXTURE_TEARDOWN(witness)
{
	EXPECT_EQ(0, module_unload("vmx_witness"));
	EXPECT_EQ(0, vmx_unload());
}

TEST_F(witness, pages_match_vmalloc_to_page)
{
	unsigned long long sum = 0;
	int i;

	for (i = 0; i < AREAS; i++) {
		long pages = witness("compare 0x%lx", self->made[i].addr);

		EXPECT_EQ((self->made[i].size + page_size() - 1) / page_size(),
			  (unsigned long)pages)
			TH_LOG("area %lu of %lu bytes", self->made[i].id, self->made[i].size);
		sum += pages;
	}
	EXPECT_EQ(sum, vmx_stat("pages"));
	TH_LOG("%llu pages compared", sum);
}

/* The chain of next pointers has all areas, as `areas` has. */
TEST_F(witness, next_pointers)
{
	struct areas areas;

	ASSERT_EQ(0, vmx_areas(&areas));
	EXPECT_EQ(AREAS, areas.n);
	EXPECT_EQ(AREAS, witness("list 0x%lx", areas.area[0].start));
	EXPECT_EQ(1, witness("list 0x%lx", areas.area[AREAS - 1].start));
	areas_free(&areas);
}

/* Each area gets a pattern of its own: its index is the seed. */
static void fill_all(struct __test_metadata *_metadata, const struct made *made)
{
	int i;

	for (i = 0; i < AREAS; i++) {
		ASSERT_EQ(0, witness("fill 0x%lx %lu %d", made[i].addr, made[i].size, i))
			TH_LOG("area %d", i);
	}
}

TEST_F(witness, kcore_reads_what_was_written)
{
	unsigned int *words = malloc(5 * MIB);
	unsigned long w;
	int i, err;

	fill_all(_metadata, self->made);
	for (i = 0; i < AREAS; i++) {
		unsigned long bytes = self->made[i].size & ~3UL;

		err = kcore_read(self->made[i].addr, words, bytes);
		if (err == -EOVERFLOW || err == -ENOENT)
			SKIP(return, NO_KCORE);
		ASSERT_EQ(0, err);
		for (w = 0; w < bytes / 4; w++) {
			ASSERT_EQ(witness_word(i, w), words[w])
				TH_LOG("area %lu, byte %lu", self->made[i].id, 4 * w);
		}
	}
	free(words);
}

/* On i386 these frames are in high memory, where no other mapping exists. */
TEST_F(witness, kmap_reads_what_was_written)
{
	int i;

	fill_all(_metadata, self->made);
	for (i = 0; i < AREAS; i++) {
		EXPECT_EQ(0, witness("check 0x%lx %lu %d", self->made[i].addr,
				     self->made[i].size, i));
		EXPECT_EQ(0, witness("kmap 0x%lx %lu %d", self->made[i].addr,
				     self->made[i].size, i));
	}
}

/* "zero" clears frames that other areas have just used. */
TEST_F(witness, zero_is_zero)
{
	const unsigned long bytes = 256 * KIB;
	unsigned int *words = malloc(bytes);
	struct made made[4];
	unsigned long w;
	int i, err;

	fill_all(_metadata, self->made);
	ASSERT_EQ(0, vmx_ask("free", "all"));
	ASSERT_EQ(4, vmx_make("256K zero count=4", made, 4));
	for (i = 0; i < 4; i++) {
		err = kcore_read(made[i].addr, words, bytes);
		if (err == -EOVERFLOW || err == -ENOENT)
			SKIP(return, NO_KCORE);
		ASSERT_EQ(0, err);
		for (w = 0; w < bytes / 4; w++) {
			ASSERT_EQ(0, words[w])
				TH_LOG("area %lu, byte %lu", made[i].id, 4 * w);
		}
	}
	free(words);
}

TEST_F(witness, guard_pages_fault)
{
	int i;

	for (i = 0; i < AREAS; i++) {
		unsigned long addr = self->made[i].addr;
		unsigned long guard = addr + ((self->made[i].size + page_size() - 1) &
					      ~(page_size() - 1));

		EXPECT_EQ(1, witness("touch 0x%lx", addr));
		EXPECT_EQ(1, witness("touch 0x%lx", guard - 1));
		EXPECT_EQ(0, witness("touch 0x%lx", guard));
		EXPECT_EQ(0, witness("touch 0x%lx", guard + page_size() - 1));
		EXPECT_EQ(0, witness("mapped 0x%lx", guard));
	}
}

/*
 * A free clears the entries at once.  A stale translation may remain until the
 * flush, but not longer.
 */
TEST_F(witness, freed_areas_fault)
{
	int i;

	for (i = 0; i < AREAS; i++) {
		EXPECT_LT(0, witness("touch 0x%lx %lu", self->made[i].addr, self->made[i].size))
			TH_LOG("area %d", i);
	}
	ASSERT_EQ(0, vmx_ask("free", "all"));
	for (i = 0; i < AREAS; i++) {
		EXPECT_EQ(0, witness("mapped 0x%lx %lu", self->made[i].addr, self->made[i].size))
			TH_LOG("area %d", i);
	}
	ASSERT_EQ(0, vmx_ask("purge", "1"));
	for (i = 0; i < AREAS; i++) {
		EXPECT_EQ(0, witness("touch 0x%lx %lu", self->made[i].addr, self->made[i].size))
			TH_LOG("area %d", i);
	}
}

TEST_HARNESS_MAIN
