// SPDX-License-Identifier: GPL-2.0
/*
 * Every form of request that `alloc`, `free` and `purge` accept does what
 * README says: the answer, the list and the counters agree
 */
#include <fcntl.h>
#include <regex.h>
#include <sys/prctl.h>
#include <time.h>

#include "../kselftest_harness.h"
#include "vmx_test.h"

#define ALLOC "/sys/kernel/debug/vmx/alloc"

FIXTURE(requests) {
	struct made made[64];
	struct areas areas;
};

FIXTURE_SETUP(requests)
{
	ASSERT_EQ(0, vmx_load(SLICE_LAZY));
}

FIXTURE_TEARDOWN(requests)
{
	struct stats stats;

	areas_free(&self->areas);
	EXPECT_EQ(0, vmx_stats(&stats));
	EXPECT_TRUE(vmx_stats_add_up(&stats));
	EXPECT_EQ(0, vmx_unload());
}

static const struct {
	const char *request;
	unsigned long sizes[12];	/* of its areas, in order */
} accepted[] = {
	{ "1",				{ 1 } },
	{ "4096",			{ 4096 } },
	{ "4096\n",			{ 4096 } },
	{ "4097",			{ 4097 } },
	{ "0x1000",			{ 4096 } },
	{ "0xfffe",			{ 0xfffe } },
	{ "4K",				{ 4 * KIB } },
	{ "4k",				{ 4 * KIB } },
	{ "0x10K",			{ 16 * KIB } },
	{ "0X1f",			{ 31 } },
	{ "1M",				{ MIB } },
	{ "1m",				{ MIB } },
	{ "4096 64K 1M",		{ 4096, 64 * KIB, MIB } },
	{ "4K\n8K\n",			{ 4 * KIB, 8 * KIB } },
	{ "4K\n8K",			{ 4 * KIB, 8 * KIB } },
	{ " 4K\t 8K ",			{ 4 * KIB, 8 * KIB } },
	{ "4K align=1",			{ 4 * KIB } },
	{ "4K align=64K",		{ 4 * KIB } },
	{ "4K align=0x10000",		{ 4 * KIB } },
	{ "4K node=0",			{ 4 * KIB } },
	{ "4K zero",			{ 4 * KIB } },
	{ "4K huge",			{ 4 * KIB } },
	{ "2M huge",			{ 2 * MIB } },
	{ "4K count=1",			{ 4 * KIB } },
	{ "4K count=3",			{ 4 * KIB, 4 * KIB, 4 * KIB } },
	{ "4K count=2 8K zero\n12K",	{ 4 * KIB, 4 * KIB, 8 * KIB, 12 * KIB } },
	{ "1M align=2M node=0 zero huge count=2", { MIB, MIB } },
	{ "64K zero count=2 align=8K 1", { 64 * KIB, 64 * KIB, 1 } },
	/* Regression: vmx refused long numbers with many leading zeros. */
	{ "00000000000000000000000000000000000000004K", { 4 * KIB } },
	{ "0x00000000000000000000000000000000000000001000", { 4 * KIB } },
};

TEST_F(requests, every_form)
{
	unsigned long bytes, pages;
	size_t i;
	int n, k;

	for (i = 0; i < ARRAY_SIZE(accepted); i++) {
		const char *request = accepted[i].request;
		const unsigned long *sizes = accepted[i].sizes;

		for (n = 0, bytes = 0, pages = 0; sizes[n]; n++) {
			pages += (sizes[n] + page_size() - 1) / page_size();
			bytes = (pages + n + 1) * page_size();
		}
		ASSERT_EQ(n, vmx_make(request, self->made, ARRAY_SIZE(self->made)))
			TH_LOG("request '%s'", request);
		ASSERT_EQ(0, vmx_areas(&self->areas));
		EXPECT_EQ((size_t)n, self->areas.n);
		for (k = 0; k < n; k++) {
			const struct area *area = area_by_id(&self->areas, self->made[k].id);

			ASSERT_NE(NULL, area)
				TH_LOG("area %d of '%s' is not in the list", k, request);
			EXPECT_EQ(sizes[k], self->made[k].size);
			EXPECT_EQ(sizes[k], area->req);
			EXPECT_EQ(area->start, self->made[k].addr);
		}
		areas_free(&self->areas);
		EXPECT_EQ((unsigned int)n, vmx_stat("areas"));
		EXPECT_EQ(pages, vmx_stat("pages"));
		EXPECT_EQ(bytes, vmx_stat("area_bytes"));
		EXPECT_EQ(n * page_size(), vmx_stat("guard_bytes"));

		EXPECT_EQ(0, vmx_ask("free", "all"));
		EXPECT_EQ(0, vmx_stat("areas"));
		EXPECT_EQ(0, vmx_stat("pages"));
		EXPECT_EQ(0, vmx_stat("area_bytes"));
	}
}

TEST_F(requests, alignment_is_met)
{
	static const unsigned long aligns[] = { 1, 4096, 8192, 64 * KIB, 2 * MIB, 4 * MIB };
	char request[32];
	size_t i;

	for (i = 0; i < ARRAY_SIZE(aligns); i++) {
		/* One page first, so that no address is aligned by chance. */
		ASSERT_EQ(1, vmx_make("4K", self->made, 1));
		snprintf(request, sizeof(request), "4K align=%lu", aligns[i]);
		ASSERT_EQ(1, vmx_make(request, self->made, 1));
		EXPECT_EQ(0, self->made[0].addr % aligns[i])
			TH_LOG("0x%lx for %s", self->made[0].addr, request);
	}
}

/* If no aligned hole has room for a leaf, "huge" makes an area of PTEs. */
TEST_F(requests, huge_without_room_for_leaves)
{
	char request[32];

	ASSERT_EQ(0, vmx_load(slice_of(3 * leaf_size(), "")));
	snprintf(request, sizeof(request), "%lu huge count=2", leaf_size());
	EXPECT_EQ(0, vmx_ask("alloc", request));
	EXPECT_EQ(2 * leaf_size() / page_size(), vmx_stat("pages"));
}

/*
 * A line of `areas` has exactly this format: the columns of /proc/vmallocinfo
 * up to N0=, then key=value.
 */
TEST_F(requests, format_of_areas)
{
	static const struct {
		unsigned int pages;
		const char *words, *array, *rest;
	} lines[] = {
		{ 2, "", "", "" },
		{ 1, " zero", "", " zero" },
		/* a page array larger than one page may come from vmalloc() */
		{ 2048, "", "( vpages)?", "" },
		{ 512, " huge", "", "( huge=1)?" },
	};
	char request[64], pattern[256];
	regex_t regex;
	size_t i;

	/* vmx must replace white space in comm, or the line would break */
	prctl(PR_SET_NAME, "a b\tc\ne");
	for (i = 0; i < ARRAY_SIZE(lines); i++) {
		unsigned long req = lines[i].pages * page_size() - (lines[i].pages == 2);

		snprintf(request, sizeof(request), "%lu%s", req, lines[i].words);
		ASSERT_EQ(1, vmx_make(request, self->made, 1));
		ASSERT_EQ(0, vmx_areas(&self->areas));
		snprintf(pattern, sizeof(pattern),
			 "^0x[0-9a-f]{%d}-0x[0-9a-f]{%d} +[0-9]+ [^ ]+\\+0x[0-9a-f]+/0x[0-9a-f]+ \\[vmx\\] pages=%u vmalloc%s N0=%u id=[0-9]+ req=%lu%s pid=%d comm=a[^ \t]+$",
			 (int)sizeof(long) * 2, (int)sizeof(long) * 2, lines[i].pages,
			 lines[i].array, lines[i].pages, req, lines[i].rest, getpid());
		ASSERT_EQ(0, regcomp(&regex, pattern, REG_EXTENDED | REG_NOSUB));
		EXPECT_EQ(0, regexec(&regex, self->areas.area[0].text, 0, NULL, 0)) {
			TH_LOG("line    %s", self->areas.area[0].text);
			TH_LOG("pattern %s", pattern);
		}
		regfree(&regex);
		areas_free(&self->areas);
		ASSERT_EQ(0, vmx_ask("free", "all"));
	}
}

/* A read of an open file answers the last write to the same open file. */
TEST_F(requests, read_answers_last_write_of_same_file)
{
	char byte;
	int fd = open(ALLOC, O_RDWR), other = open(ALLOC, O_RDWR);

	ASSERT_LE(0, fd);
	ASSERT_LE(0, other);
	EXPECT_EQ(0, read(fd, &byte, 1));
	EXPECT_EQ(2, vmx_make_on(fd, "4K 8K", self->made, 2));
	EXPECT_EQ(0, read(other, &byte, 1));
	EXPECT_EQ(1, vmx_make_on(other, "12K", self->made, 1));
	EXPECT_EQ(12 * KIB, self->made[0].size);
	EXPECT_EQ(3, vmx_make_on(fd, "16K count=3", self->made, 3));
	EXPECT_EQ(16 * KIB, self->made[0].size);
	EXPECT_EQ(0, read(fd, &byte, 1));
	ASSERT_EQ(0, lseek(fd, 0, SEEK_SET));
	EXPECT_EQ(1, read(fd, &byte, 1));
	EXPECT_EQ('0' + self->made[0].id % 10, byte);
	EXPECT_EQ(6, vmx_stat("areas"));
	close(fd);
	close(other);
}

static double cpu_time(void)
{
	struct timespec now;

	clock_gettime(CLOCK_THREAD_CPUTIME_ID, &now);
	return now.tv_sec + now.tv_nsec / 1e9;
}

/* Read a quarter of the answer in small pieces, and return the time it takes. */
static double time_of_quarter(struct __test_metadata *_metadata, int fd, size_t bytes)
{
	double start = cpu_time();
	char piece[32];
	ssize_t got;

	while (bytes >= sizeof(piece)) {
		got = read(fd, piece, sizeof(piece));
		ASSERT_LT(0, got);
		bytes -= got;
	}
	return cpu_time() - start;
}

/* The last lines of an answer take no longer to read than the first ones. */
TEST_F(requests, long_answer)
{
	double first, last, best = 1e9;
	size_t bytes;
	char *text;
	int fd, i;

	if (!IS_64BIT)
		SKIP(return, "there are not enough addresses");
	ASSERT_EQ(0, vmx_load(slice_of(40960 * page_size(), LAZY)));
	fd = open(ALLOC, O_RDWR);
	ASSERT_LE(0, fd);
	ASSERT_EQ(0, write_all(fd, "4K count=20000", 14));
	text = slurp_fd(fd);
	ASSERT_NE(NULL, text);
	bytes = strlen(text);
	free(text);
	for (i = 0; i < 3; i++) {
		ASSERT_EQ(0, lseek(fd, 0, SEEK_SET));
		first = time_of_quarter(_metadata, fd, bytes / 4);
		time_of_quarter(_metadata, fd, bytes / 2);
		last = time_of_quarter(_metadata, fd, bytes / 4);
		TH_LOG("first quarter %.3f s, last quarter %.3f s", first, last);
		best = last / first < best ? last / first : best;
	}
	EXPECT_GT(1.8, best);
	close(fd);
}

TEST_F(requests, free_by_id_address_and_offset)
{
	unsigned long start;
	char request[128];
	int i;

	ASSERT_EQ(6, vmx_make("4K 8K 12K 16K 20K 24K", self->made, 6));
	ASSERT_EQ(0, vmx_areas(&self->areas));
	start = self->areas.start;
	areas_free(&self->areas);

	/* decimal: an id; 0x: an address; 0x below the slice's size: an offset */
	snprintf(request, sizeof(request), "%lu", self->made[1].id);
	EXPECT_EQ(0, vmx_ask("free", request));
	snprintf(request, sizeof(request), "0x%lx\n", self->made[2].addr);
	EXPECT_EQ(0, vmx_ask("free", request));
	snprintf(request, sizeof(request), "0x%lx", self->made[3].addr - start);
	EXPECT_EQ(0, vmx_ask("free", request));
	EXPECT_EQ(3, vmx_stat("areas"));
	/* several of all kinds at once */
	snprintf(request, sizeof(request), "%lu 0x%lx\n\t0x%lx\n", self->made[0].id,
		 self->made[4].addr, self->made[5].addr - start);
	EXPECT_EQ(0, vmx_ask("free", request));
	EXPECT_EQ(0, vmx_stat("areas"));

	/* Ids are never used again, so a late free cannot free a new area. */
	ASSERT_EQ(1, vmx_make("4K", self->made + 6, 1));
	for (i = 0; i < 6; i++) {
		EXPECT_NE(self->made[i].id, self->made[6].id)
			TH_LOG("area %d", i);
	}
}

TEST_F(requests, free_all)
{
	EXPECT_EQ(0, vmx_ask("free", "all"));
	ASSERT_EQ(20, vmx_make("4K count=20", self->made, 20));
	EXPECT_EQ(0, vmx_ask("free", "all\n"));
	EXPECT_EQ(0, vmx_stat("areas"));
}

/* The addresses of a freed area become a hole with the purge, not earlier. */
TEST_F(requests, quarantine_until_purge)
{
	unsigned long first;

	ASSERT_EQ(1, vmx_make("4K", self->made, 1));
	first = self->made[0].addr;
	ASSERT_EQ(0, vmx_free_id(self->made[0].id));
	EXPECT_EQ(2 * page_size(), vmx_stat("quarantined_bytes"));
	EXPECT_EQ(1, vmx_stat("quarantined_ranges"));

	ASSERT_EQ(1, vmx_make("4K", self->made, 1));
	EXPECT_LT(first, self->made[0].addr);
	EXPECT_EQ(0, vmx_ask("purge", "1\n"));
	EXPECT_EQ(0, vmx_stat("quarantined_bytes"));
	EXPECT_EQ(0, vmx_stat("quarantined_ranges"));
	EXPECT_EQ(1, vmx_stat("purges"));

	ASSERT_EQ(1, vmx_make("4K", self->made, 1));
	EXPECT_EQ(first, self->made[0].addr);
	/* nothing is left to purge */
	EXPECT_EQ(0, vmx_ask("purge", "1"));
}

/* A request that finds no hole purges and searches again. */
TEST_F(requests, purge_when_no_hole_fits)
{
	unsigned long most = SLICE_BYTES - page_size();
	char request[32];

	snprintf(request, sizeof(request), "%lu", SLICE_BYTES / 2 - page_size());
	ASSERT_EQ(1, vmx_make(request, self->made, 1));
	ASSERT_EQ(0, vmx_ask("free", "all"));
	EXPECT_EQ(0, vmx_stat("purges"));
	ASSERT_EQ(1, vmx_make(request, self->made, 1));
	EXPECT_EQ(0, vmx_stat("purges"));
	ASSERT_EQ(0, vmx_ask("free", "all"));
	snprintf(request, sizeof(request), "%lu", most);
	ASSERT_EQ(1, vmx_make(request, self->made, 1));
	EXPECT_EQ(1, vmx_stat("purges"));
	EXPECT_EQ(0, vmx_stat("hole_bytes"));
}

/* One flush serves many frees; lazy_max limits the bytes that wait for it. */
TEST_F(requests, purge_beyond_lazy_max)
{
	const char *lazy_max = in_pages("1M");
	unsigned long long flushes;
	int i;

	ASSERT_EQ(0, spill("/sys/module/vmx/parameters/lazy_max", lazy_max, strlen(lazy_max)));
	ASSERT_EQ(64, vmx_make(in_pages("60K count=64"), self->made, 64));
	flushes = vmx_stat("flushes");
	for (i = 0; i < 64; i++) {
		ASSERT_EQ(0, vmx_free_id(self->made[i].id));
		ASSERT_GE(256 * page_size(), vmx_stat("quarantined_bytes"))
			TH_LOG("after %d frees", i + 1);
	}
	/* Every 17th range of 16 pages makes a purge due. */
	EXPECT_EQ(flushes + 3, vmx_stat("flushes"));
	EXPECT_EQ(3, vmx_stat("purges"));
}

TEST_F(requests, readme_names_every_file)
{
	char files[] = "alloc free areas stats purge error_log";
	char *readme = vmx_read("README"), *file;

	ASSERT_NE(NULL, readme);
	for (file = strtok(files, " "); file; file = strtok(NULL, " ")) {
		EXPECT_NE(NULL, strstr(readme, file))
			TH_LOG("README does not name %s", file);
	}
	free(readme);
}

TEST_HARNESS_MAIN
