// SPDX-License-Identifier: GPL-2.0
/*
 * vmx loses no memory: after all areas are freed, and again after rmmod,
 * kmemleak finds no leak, page_owner no frame and the slab allocator no object
 * of vmx
 */
#include <fcntl.h>
#include <time.h>

#include "../../kselftest_harness.h"
#include "proof.h"

FIXTURE(lost) {
	unsigned long base, size;	/* of the code of vmx */
};

FIXTURE_SETUP(lost)
{
	ASSERT_EQ(0, vmx_load("slice=32M" LAZY));
	ASSERT_EQ(0, vmx_text(&self->base, &self->size));
	ASSERT_EQ(0, module_load("vmx_proof", ""));
}

FIXTURE_TEARDOWN(lost)
{
	if (module_loaded("vmx_proof"))
		module_unload("vmx_proof");
	if (module_loaded("vmx"))
		vmx_unload();
}

/*
 * Use every function a little.  The caller frees the areas that remain.  No
 * area is so large that its page array would not be a slab object.
 */
static void work(struct __test_metadata *_metadata)
{
	static const char *const requests[] = {
		"4K", "1M zero", "20K count=50", "2M huge count=2", "4K align=64K\n300K 3M",
		"9M count=9", "64G", "frob", "4K count=0",
	};
	static const char *const files[] = { "areas", "stats", "error_log", "README" };
	static const char *const calls[] = {
		"alloc 5000", "zalloc 70000", "alloc_huge 2097152", "alloc_user 40960",
		"realloc 40960 400000", "realloc 400000 40960", "move 40960 90000",
		"map 20", "map_put_pages 20", "map_ram 20", "read_iter 50000",
		"free_atomic 8192",
	};
	struct areas areas;
	size_t i;

	for (i = 0; i < ARRAY_SIZE(requests); i++)
		vmx_ask("alloc", requests[i]);
	ASSERT_EQ(0, vmx_areas(&areas));
	ASSERT_LT(50, areas.n);
	for (i = 0; i < areas.n; i += 3)
		ASSERT_EQ(0, vmx_free_id(areas.area[i].id));
	areas_free(&areas);
	vmx_ask("free", "1 2 3 4000000");
	for (i = 0; i < ARRAY_SIZE(files); i++)
		free(vmx_read(files[i]));
	for (i = 0; i < ARRAY_SIZE(calls); i++) {
		ASSERT_EQ(0, spill(PROOF_KERNEL "vmx_proof", calls[i], strlen(calls[i])))
			TH_LOG("%s", calls[i]);
	}
}

static void free_everything(struct __test_metadata *_metadata)
{
	ASSERT_EQ(0, vmx_ask("free", "all"));
	ASSERT_EQ(0, vmx_ask("purge", "1"));
	ASSERT_EQ(0, vmx_stat("areas"));
	ASSERT_EQ(0, vmx_stat("quarantined_bytes"));
}

TEST_F_TIMEOUT(lost, kmemleak, 900)
{
	ASSERT_EQ(0, kmemleak_clear());
	work(_metadata);
	/* Live areas are no leak, though only vmx has pointers to them. */
	EXPECT_EQ(0, kmemleak_scan());
	free_everything(_metadata);
	work(_metadata);
	ASSERT_EQ(0, module_unload("vmx_proof"));
	ASSERT_EQ(0, vmx_unload());
	EXPECT_EQ(0, kmemleak_scan());
}

TEST_F_TIMEOUT(lost, page_owner, 300)
{
	unsigned int start = milliseconds();
	unsigned long held;
	long loaded;

	/* The placeholder, and the arrays whose size depends on the slice. */
	loaded = owned_pages(self->base, self->size, -1);
	if (loaded == -EINVAL)
		SKIP(return, "page_owner=on is not on the kernel's command line");
	ASSERT_LT(0, loaded);
	work(_metadata);
	held = vmx_stat("pages");
	ASSERT_LT(500, held);
	/* page_owner must find each frame, or the checks below prove nothing. */
	EXPECT_EQ(loaded + (long)held,
		  owned_pages(self->base, self->size, loaded + held));
	free_everything(_metadata);
	EXPECT_EQ(loaded, owned_pages(self->base, self->size, loaded));

	work(_metadata);
	ASSERT_EQ(0, module_unload("vmx_proof"));
	ASSERT_EQ(0, vmx_unload());
	EXPECT_EQ(0, owned_pages(self->base, self->size, 0));
	TH_LOG("%ld frames when loaded, %lu more with areas (%u ms)", loaded, held,
	       milliseconds() - start);
}

TEST_F_TIMEOUT(lost, slabs, 300)
{
	char *slabinfo;

	work(_metadata);
	EXPECT_LT(50, slab_objects());
	free_everything(_metadata);
	EXPECT_EQ(1, slab_objects());	/* the hole that is left */
	ASSERT_EQ(0, module_unload("vmx_proof"));
	ASSERT_EQ(0, vmx_unload());
	EXPECT_TRUE(slab_is_gone());
	slabinfo = slurp("/proc/slabinfo");
	ASSERT_NE(NULL, slabinfo);
	EXPECT_EQ(NULL, strstr(slabinfo, "vmx"));
	free(slabinfo);
}

TEST_HARNESS_MAIN
