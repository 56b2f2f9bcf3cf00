// SPDX-License-Identifier: GPL-2.0
/*
 * samples/highmem: a value comes out as it went in, and lives in high memory if there is any
 *
 * The kernel's count of free frames in the zone HighMem is the witness.
 */
#include <fcntl.h>

#include "../kselftest_harness.h"
#include "vmx_test.h"

#define STORE "/sys/kernel/debug/highmem/"
#define LIMIT "limit=3145728"		/* bytes: three values of BYTES - 1 */
#define BYTES (1024 * KIB)
#define NOISE 64			/* frames that other tasks take or return */

FIXTURE(sample_highmem) {
};

FIXTURE_VARIANT(sample_highmem) {
	const char *params;
};

FIXTURE_VARIANT_ADD(sample_highmem, without_magazines) {
	.params = "magazines=0",
};

FIXTURE_VARIANT_ADD(sample_highmem, with_magazines) {
	.params = "magazines=1",
};

FIXTURE_SETUP(sample_highmem)
{
	ASSERT_EQ(0, vmx_load(variant->params));
	ASSERT_EQ(0, module_load("highmem", LIMIT));
}

FIXTURE_TEARDOWN(sample_highmem)
{
	EXPECT_EQ(0, vmx_unload_with("highmem"));
}

/* Make the text that is written to put, with a value that depends on the key. */
static char *value_of(const char *key, size_t bytes)
{
	size_t skip = strlen(key) + 1, i;
	char *text = malloc(skip + bytes);

	memcpy(text, key, skip - 1);
	text[skip - 1] = '\n';
	for (i = 0; i < bytes; i++)
		text[skip + i] = key[i % (skip - 1)] + i / 4096;
	return text;
}

static int put(const char *key, size_t bytes)
{
	char *text = value_of(key, bytes);
	int ret = spill(STORE "put", text, strlen(key) + 1 + bytes);

	free(text);
	return ret;
}

/* Open get, ask for a key, and compare what is read with what put() wrote. */
static int compare(const char *key, size_t bytes)
{
	char *text = value_of(key, bytes), *got = malloc(bytes + 1);
	int fd = open(STORE "get", O_RDWR), ret = -errno;
	size_t done = 0;
	ssize_t n;

	if (fd >= 0) {
		ret = write_all(fd, key, strlen(key));
		while (!ret && (n = read(fd, got + done, bytes + 1 - done)) > 0)
			done += n;
		if (!ret && (done != bytes || memcmp(got, text + strlen(key) + 1, bytes)))
			ret = -EUCLEAN;
		close(fd);
	}
	free(text);
	free(got);
	return ret;
}

TEST_F(sample_highmem, what_went_in_comes_out)
{
	static const size_t sizes[] = { 1, 4095, 4096, 4097, 300001, 2500000 };
	char key[16];
	size_t i;

	for (i = 0; i < ARRAY_SIZE(sizes); i++) {
		snprintf(key, sizeof(key), "value%zu", i);
		ASSERT_EQ(0, put(key, sizes[i]));
	}
	for (i = 0; i < ARRAY_SIZE(sizes); i++) {
		snprintf(key, sizeof(key), "value%zu", i);
		EXPECT_EQ(0, compare(key, sizes[i]))
			TH_LOG("%s, %zu bytes", key, sizes[i]);
	}
	/* A second value of the same key takes the place of the first. */
	ASSERT_EQ(0, put("value0", 70000));
	EXPECT_EQ(0, compare("value0", 70000));
	ASSERT_EQ(0, spill(STORE "evict", "value0", 6));
	EXPECT_EQ(-ENOENT, compare("value0", 70000));
	EXPECT_EQ(ARRAY_SIZE(sizes) - 1, vmx_stat("areas") - vmx_stat("cached_areas"));
}

/* The value that was not used for the longest time makes room. */
TEST_F(sample_highmem, evicts_the_oldest)
{
	ASSERT_EQ(0, put("a", BYTES));
	ASSERT_EQ(0, put("b", BYTES));
	ASSERT_EQ(0, put("c", BYTES));
	EXPECT_EQ(0, compare("a", BYTES));
	ASSERT_EQ(0, put("d", 1));
	EXPECT_EQ(-ENOENT, compare("b", BYTES));
	EXPECT_EQ(0, compare("a", BYTES));
	EXPECT_EQ(0, compare("c", BYTES));
	EXPECT_EQ(0, compare("d", 1));
}

/* Whoever has asked for a value reads it to the end, whatever others do. */
TEST_F(sample_highmem, a_second_user)
{
	int fd = open(STORE "get", O_RDWR), other;
	char *text = value_of("a", BYTES), *got = malloc(BYTES + 100);

	ASSERT_LE(0, fd);
	EXPECT_EQ(-1, read(fd, got, 1));
	EXPECT_EQ(ENODATA, errno);
	ASSERT_EQ(0, put("a", BYTES));
	ASSERT_EQ(0, write_all(fd, "a\n", 2));
	ASSERT_EQ(100, read(fd, got, 100));
	ASSERT_EQ(0, spill(STORE "evict", "a", 1));
	EXPECT_EQ(-ENOENT, spill(STORE "evict", "a", 1));
	ASSERT_EQ(0, put("a", 10));
	other = open(STORE "get", O_RDWR);
	ASSERT_EQ(0, write_all(other, "a", 1));
	EXPECT_EQ(10, read(other, got + 100, BYTES));
	EXPECT_EQ(0, memcmp(got + 100, text + 2, 10));
	ASSERT_EQ((ssize_t)BYTES - 100, read(fd, got + 100, BYTES - 100));
	EXPECT_EQ(0, memcmp(got, text + 2, BYTES));
	EXPECT_EQ(-EWOULDBLOCK, module_unload("highmem"));
	close(fd);
	close(other);
	free(text);
	free(got);
}

TEST_F(sample_highmem, refusals)
{
	char key[64];

	memset(key, 'k', sizeof(key));
	EXPECT_EQ(-EINVAL, spill(STORE "put", "key\n", 4));
	EXPECT_EQ(-EINVAL, spill(STORE "put", "key", 3));
	EXPECT_EQ(-EINVAL, spill(STORE "put", "\nvalue", 6));
	EXPECT_EQ(-ENAMETOOLONG, spill(STORE "put", key, sizeof(key)));
	EXPECT_EQ(-ENOENT, spill(STORE "evict", "nothing", 7));
	EXPECT_EQ(-EFBIG, put("large", 3 * BYTES + 1));
	EXPECT_EQ(0, vmx_stat("areas"));
}

/* By the kernel's count: the frames of the values are in HighMem. */
TEST_F(sample_highmem, in_high_memory)
{
	long before = free_pages("HighMem");
	char *list;

	if (meminfo_kib("HighTotal") <= 0)
		SKIP(return, "this machine has no high memory");
	ASSERT_EQ(0, put("a", BYTES));
	ASSERT_EQ(0, put("b", BYTES));
	list = slurp(STORE "list");
	EXPECT_STREQ("b bytes=1048576 frames=256 highmem=256\n"
		     "a bytes=1048576 frames=256 highmem=256\n", list);
	free(list);
	EXPECT_LE(512 - NOISE, before - free_pages("HighMem"));
}

TEST_HARNESS_MAIN
