// SPDX-License-Identifier: GPL-2.0
/*
 * samples/io_buffer: the device moves a pattern inside the buffer, and nothing else changes
 *
 * The test is the user program: it maps the buffer, writes, lets the device move bytes, and
 * compares. The other witnesses are /proc/self/pagemap, which has the frame of each page,
 * and /proc/interrupts. The guest needs QEMU's edu device: EDU=1.
 */
#include <fcntl.h>
#include <glob.h>
#include <sys/mman.h>
#include <sys/utsname.h>

#include "../kselftest_harness.h"
#include "vmx_test.h"

#define BUFFER "/dev/io_buffer"
#define BYTES (4 * MIB)
#define PIECE 2048		/* bytes that the device moves at a time */

/* On x86, memory begins at 0, and 28 bits reach some: see scripts/lib/qemu. */
static int dma_bits(void)
{
	struct utsname uts;

	uname(&uts);
	return strchr("xi", uts.machine[0]) ? 28 : 32;
}

static bool has_device(void)
{
	bool found = false;
	glob_t ids;
	size_t i;

	if (glob("/sys/bus/pci/devices/*/modalias", 0, NULL, &ids))
		return false;
	for (i = 0; i < ids.gl_pathc; i++) {
		char *id = slurp(ids.gl_pathv[i]);

		found |= id && !strncmp(id, "pci:v00001234d000011E8", 22);
		free(id);
	}
	globfree(&ids);
	return found;
}

static int load(const char *params)
{
	char all[64];

	snprintf(all, sizeof(all), "dma_bits=%d %s", dma_bits(), params);
	return module_load("io_buffer", all);
}

/* Ask the device to move bytes. */
static int move(unsigned long from, unsigned long to, unsigned long bytes)
{
	char text[80];
	glob_t files;
	int ret = -ENOENT;

	if (glob("/sys/bus/pci/drivers/io_buffer/*/move", 0, NULL, &files))
		return ret;
	snprintf(text, sizeof(text), "%lu %lu %lu\n", from, to, bytes);
	ret = spill(files.gl_pathv[0], text, strlen(text));
	globfree(&files);
	return ret;
}

static unsigned long interrupts(void)
{
	char *all = slurp("/proc/interrupts"), *line = strtok(all, "\n"), *word;
	unsigned long sum = 0;

	for (; line; line = strtok(NULL, "\n")) {
		if (!strstr(line, "io_buffer"))
			continue;
		word = strchr(line, ':') + 1;
		for (;;) {
			char *end;
			unsigned long n = strtoul(word, &end, 10);

			if (end == word || (*end != ' ' && *end != '\0'))
				break;
			sum += n;
			word = end;
		}
		break;
	}
	free(all);
	return sum;
}

FIXTURE(io_buffer) {
	int fd;
	unsigned char *map;
};

FIXTURE_VARIANT(io_buffer) {
	const char *params;
	bool shattered;		/* the memory that the device reaches is in single frames */
};

FIXTURE_VARIANT_ADD(io_buffer, without_magazines) {
	.params = "magazines=0",
};

FIXTURE_VARIANT_ADD(io_buffer, with_magazines) {
	.params = "magazines=1",
};

FIXTURE_VARIANT_ADD(io_buffer, single_frames) {
	.params = "magazines=0", .shattered = true,
};

FIXTURE_SETUP(io_buffer)
{
	self->fd = -1;
	self->map = MAP_FAILED;
	if (!has_device())
		SKIP(return, "this machine has no edu device: QEMU needs -device edu");
	if (variant->shattered && dma_bits() == 32)
		SKIP(return, "the device reaches too much memory to put it in single frames");
	ASSERT_EQ(0, vmx_load(variant->params));
	if (variant->shattered)
		ASSERT_EQ(0, module_load("vmx_numa", "node=0 dma=1"));
	ASSERT_EQ(0, load(""));
	self->fd = open(BUFFER, O_RDWR);
	ASSERT_LE(0, self->fd);
	self->map = mmap(NULL, BYTES, PROT_READ | PROT_WRITE, MAP_SHARED, self->fd, 0);
	ASSERT_NE(MAP_FAILED, self->map);
}

FIXTURE_TEARDOWN(io_buffer)
{
	if (self->map != MAP_FAILED)
		munmap(self->map, BYTES);
	close(self->fd);
	if (!module_loaded("vmx"))
		return;
	if (module_loaded("io_buffer"))
		EXPECT_EQ(0, module_unload("io_buffer"));
	EXPECT_EQ(0, vmx_unload_with("vmx_numa"));
}

TEST_F(io_buffer, the_device_moves_a_pattern)
{
	const unsigned long page = page_size();
	const struct {
		unsigned long from, to, bytes, pieces;
	} moves[] = {
		{ 0, 2 * MIB, PIECE, 1 },			/* one page to another */
		{ MIB - 100, 3 * MIB + 1000, 3000, 3 },		/* over the end of a page */
		{ BYTES - 1, 1, 1, 1 },				/* from the very end */
		/* to the very end, over the ends of pages here and there */
		{ 5 * page + 9, BYTES - page - 1, page + 1, page / PIECE + 2 },
	};
	unsigned char *expected = malloc(BYTES);
	unsigned long before;
	size_t i, j;

	for (i = 0; i < BYTES; i++)
		self->map[i] = i * 31 + i / 4096 + i / MIB;
	memcpy(expected, self->map, BYTES);
	for (i = 0; i < ARRAY_SIZE(moves); i++) {
		before = interrupts();
		ASSERT_EQ(0, move(moves[i].from, moves[i].to, moves[i].bytes));
		/* One interrupt when a piece has come, and one when it has gone. */
		EXPECT_LE(2 * moves[i].pieces, interrupts() - before);
		memcpy(expected + moves[i].to, expected + moves[i].from, moves[i].bytes);
		if (!memcmp(expected, self->map, BYTES))
			continue;
		for (j = 0; expected[j] == self->map[j]; j++)
			;
		ASSERT_EQ(0, 1)
			TH_LOG("move %zu: byte %zu is wrong", i, j);
	}
	free(expected);
}

/* Every frame is one that the device reaches, by the kernel's own table. */
TEST_F(io_buffer, frames_that_will_do)
{
	unsigned int i, adjacent = 0, nr = BYTES / page_size();
	unsigned long long entry[nr];
	int fd = open("/proc/self/pagemap", O_RDONLY);

	memset(self->map, 1, BYTES);
	ASSERT_LE(0, fd);
	ASSERT_EQ((ssize_t)sizeof(entry),
		  pread(fd, entry, sizeof(entry),
			(unsigned long)self->map / page_size() * sizeof(entry[0])));
	close(fd);
	for (i = 0; i < nr; i++) {
		unsigned long long frame = entry[i] & ((1ULL << 55) - 1);

		ASSERT_NE(0, entry[i] >> 63);
		ASSERT_LT(frame * page_size(), 1ULL << dma_bits())
			TH_LOG("page %u", i);
		adjacent += i && frame == (entry[i - 1] & ((1ULL << 55) - 1)) + 1;
	}
	TH_LOG("%u of %u frames follow the one before", adjacent, nr - 1);
	if (variant->shattered)
		EXPECT_EQ(0, adjacent);
}

TEST_F(io_buffer, refusals)
{
	char line[256] = "";
	int log = kmsg_open();

	EXPECT_EQ(-1, open(BUFFER, O_RDWR));
	EXPECT_EQ(EBUSY, errno);
	EXPECT_EQ(-ERANGE, move(BYTES, 0, 1));
	EXPECT_EQ(-ERANGE, move(0, BYTES - 9, 10));
	EXPECT_EQ(-ERANGE, move(0, 0, -1UL));
	EXPECT_EQ(0, move(BYTES, BYTES, 0));
	EXPECT_EQ(MAP_FAILED, mmap(NULL, BYTES, PROT_READ, MAP_SHARED, self->fd, page_size()));
	EXPECT_EQ(EINVAL, errno);
	EXPECT_EQ(-EWOULDBLOCK, module_unload("io_buffer"));

	/* More than there is of memory that the device reaches. */
	munmap(self->map, BYTES);
	self->map = MAP_FAILED;
	close(self->fd);
	self->fd = -1;
	ASSERT_EQ(0, module_unload("io_buffer"));
	EXPECT_EQ(0, vmx_stat("areas") - vmx_stat("cached_areas"));
	EXPECT_EQ(-ENODEV, module_load("io_buffer", "size=33554432"));
	EXPECT_EQ(1, kmsg_count(log, "io_buffer: no edu device that works", line, sizeof(line)));
	/* On other machines than a PC, 28 bits reach no memory at all. */
	if (dma_bits() == 32)
		EXPECT_EQ(-ENODEV, module_load("io_buffer", ""));
	close(log);
}

TEST_HARNESS_MAIN
