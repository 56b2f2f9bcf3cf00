// SPDX-License-Identifier: GPL-2.0
/*
 * Every write that must be refused gets the documented errno and an entry in
 * error_log, and changes nothing else. The witnesses are `areas` and `stats`.
 */
#include <fcntl.h>

#include "../kselftest_harness.h"
#include "vmx_test.h"

#define ALLOC "/sys/kernel/debug/vmx/alloc"

/* The longest write that vmx accepts, in bytes. */
#define WRITE_MAX 4095

/* The state before a write that must change nothing. */
struct before {
	struct stats stats;
	char *areas;
};

FIXTURE(refusals) {
	struct made made[3];
	struct before before;
};

/* Two live areas, and a quarantined one between them. */
FIXTURE_SETUP(refusals)
{
	ASSERT_EQ(0, vmx_load(SLICE_LAZY));
	ASSERT_EQ(3, vmx_make("4K 64K 1M", self->made, 3));
	ASSERT_EQ(0, vmx_free_id(self->made[1].id));
	ASSERT_EQ(0, vmx_stats(&self->before.stats));
	self->before.areas = vmx_read("areas");
	ASSERT_NE(NULL, self->before.areas);
}

FIXTURE_TEARDOWN(refusals)
{
	free(self->before.areas);
	EXPECT_EQ(0, vmx_unload());
}

static const struct {
	int err;
	const char *name;	/* in error_log */
	const char *key;	/* in stats */
} errors[] = {
	{ EINVAL,	"EINVAL",	"fail_einval" },
	{ E2BIG,	"E2BIG",	"fail_e2big" },
	{ ENOSPC,	"ENOSPC",	"fail_enospc" },
	{ ENOENT,	"ENOENT",	"fail_enoent" },
};

static size_t error_index(int err)
{
	size_t i = 0;

	while (errors[i].err != err)
		i++;
	return i;
}

/*
 * A request that failed halfway and was undone may change counters of events,
 * and move addresses from a hole into quarantine.
 */
static bool may_change(const char *key, const char *fail_key, bool undone)
{
	static const char *const traces[] = {
		"hole_bytes", "quarantined_bytes", "quarantined_ranges", "peak_areas",
		"peak_pages", "allocs", "frees", "purges", "flushes",
	};
	size_t i;

	if (!strcmp(key, fail_key))
		return true;
	for (i = 0; undone && i < ARRAY_SIZE(traces); i++) {
		if (!strcmp(key, traces[i]))
			return true;
	}
	return false;
}

/* Expect that since @before only @refusals refusals with @err were counted. */
static void expect_unchanged(struct __test_metadata *_metadata,
			     const struct before *before, int err,
			     unsigned int refusals, bool undone)
{
	const char *fail_key = errors[error_index(err)].key;
	char *areas = vmx_read("areas");
	struct stats now;
	int i;

	ASSERT_NE(NULL, areas);
	EXPECT_STREQ(before->areas, areas);
	free(areas);
	ASSERT_EQ(0, vmx_stats(&now));
	EXPECT_TRUE(vmx_stats_add_up(&now));
	EXPECT_EQ(stat_of(&before->stats, fail_key) + refusals, stat_of(&now, fail_key));
	EXPECT_EQ(stat_of(&now, "allocs") - stat_of(&before->stats, "allocs"),
		  stat_of(&now, "frees") - stat_of(&before->stats, "frees"));
	ASSERT_EQ(before->stats.n, now.n);
	for (i = 0; i < now.n; i++) {
		if (may_change(now.line[i].key, fail_key, undone))
			continue;
		EXPECT_EQ(before->stats.line[i].value, now.line[i].value)
			TH_LOG("%s has changed", now.line[i].key);
	}
}

/* The last three lines of error_log: its newest entry. */
struct log_entry {
	char *text;
	const char *head, *command, *caret;
	int lines;
};

static bool read_log(struct log_entry *entry)
{
	char *line, *rest;

	*entry = (struct log_entry){ .text = vmx_read("error_log") };
	for (line = entry->text ? strtok_r(entry->text, "\n", &rest) : NULL; line;
	     line = strtok_r(NULL, "\n", &rest)) {
		entry->head = entry->command;
		entry->command = entry->caret;
		entry->caret = line;
		entry->lines++;
	}
	return entry->head;
}

/*
 * Tests put a '^' in front of the word that the caret must point at.  Copy the
 * request without the mark to @plain, and return the position of the mark.
 */
static size_t unmark(const char *marked, char *plain)
{
	size_t before = strcspn(marked, "^");

	sprintf(plain, "%.*s%s", (int)before, marked,
		marked + before + (marked[before] == '^'));
	return before;
}

static void expect_log(struct __test_metadata *_metadata, const char *file, int err,
		       const char *shown, size_t column)
{
	static const char command[] = "  Command: ";
	struct log_entry entry;
	char expected[160];

	ASSERT_TRUE(read_log(&entry));
	snprintf(expected, sizeof(expected), "] vmx: %s: error: %s: ", file,
		 errors[error_index(err)].name);
	EXPECT_EQ('[', entry.head[0]);
	EXPECT_NE(NULL, strstr(entry.head, expected))
		TH_LOG("'%s' not in '%s'", expected, entry.head);
	snprintf(expected, sizeof(expected), "%s%s", command, shown);
	EXPECT_STREQ(expected, entry.command);
	snprintf(expected, sizeof(expected), "%*s", (int)(strlen(command) + column + 1), "^");
	EXPECT_STREQ(expected, entry.caret)
		TH_LOG("under '%s'", entry.command);
	free(entry.text);
}

struct refusal {
	const char *request;	/* the offending word marked */
	int err;
	bool undone;		/* refused after something was made */
};

static void expect_refusals(struct __test_metadata *_metadata,
			    struct before *before, const char *file,
			    const struct refusal *refusal, size_t n)
{
	char request[256];
	size_t i, column;

	for (i = 0; i < n; i++) {
		const struct refusal *r = &refusal[i];

		column = unmark(r->request, request);
		EXPECT_EQ(-r->err, vmx_ask(file, request))
			TH_LOG("%s: '%s'", file, request);
		expect_log(_metadata, file, r->err, request, column);
		expect_unchanged(_metadata, before, r->err, 1, r->undone);
		ASSERT_EQ(0, vmx_stats(&before->stats));
		if (_metadata->exit_code) {
			TH_LOG("failed for '%s' > %s", r->request, file);
			return;
		}
	}
}

TEST_F(refusals, alloc)
{
	static const struct refusal refusal[] = {
		/* sizes */
		{ "^0",				EINVAL },
		{ "^0x0",			EINVAL },
		{ "^0K",			EINVAL },
		{ "^-1",			EINVAL },
		{ "^abc",			EINVAL },
		{ "^4K4",			EINVAL },
		{ "^4KK",			EINVAL },
		{ "^4T",			EINVAL },
		{ "^4.5K",			EINVAL },
		{ "^0x",			EINVAL },
		{ "^0xg",			EINVAL },
		{ "^+4096",			EINVAL },
		{ "^K",				EINVAL },
		{ "^,",				EINVAL },
		{ "^99999999999999999999",	EINVAL },
		{ "^0x10000000000000000",	EINVAL },
		{ "^18446744073709551615",	E2BIG },
		{ "^0xffffffffffffffff",	E2BIG },
		{ "^8192G",			E2BIG },
		/* words */
		{ "^align=4K",			EINVAL },
		{ "^zero 4K",			EINVAL },
		{ "4K ^align=3",		EINVAL },
		{ "4K ^align=0",		EINVAL },
		{ "4K ^align=",			EINVAL },
		{ "4K ^align",			EINVAL },
		{ "4K ^align=4K4",		EINVAL },
		{ "4K align=4K ^align=4K",	EINVAL },
		{ "4K ^node=63",		EINVAL },
		{ "4K ^node=4096",		EINVAL },
		{ "4K ^node=-1",		EINVAL },
		{ "4K ^node=a",			EINVAL },
		{ "4K node=0 ^node=0",		EINVAL },
		{ "4K ^count=0",		EINVAL },
		{ "4K ^count=-1",		EINVAL },
		{ "4K ^count=x",		EINVAL },
		{ "4K ^count=99999999999999999999", EINVAL },
		{ "4K count=2 ^count=2",	EINVAL },
		{ "4K ^fit=worst",		EINVAL },
		{ "4K ^fit=",			EINVAL },
		{ "4K ^fit",			EINVAL },
		{ "4K ^fit=firstly",		EINVAL },
		{ "4K fit=best ^fit=best",	EINVAL },
		{ "4K explain ^explain",	EINVAL },
		{ "4K zero ^zero",		EINVAL },
		{ "4K huge ^huge",		EINVAL },
		{ "4K ^zero=1",			EINVAL },
		{ "4K ^Zero",			EINVAL },
		{ "4K ^frob",			EINVAL },
		{ "4K ^frob=1",			EINVAL },
		{ "4K ^all",			EINVAL },
		/* the first of several errors, on any position */
		{ "4K zero 64K ^frob align=3",	EINVAL },
		{ "4K align=64K 8K align=64K ^align=64K", EINVAL },
	};

	expect_refusals(_metadata, &self->before, "alloc", refusal, ARRAY_SIZE(refusal));
}

TEST_F(refusals, larger_than_ram_or_slice)
{
	unsigned long slice = SLICE_BYTES, page = page_size();
	struct refusal refusal[6] = {};
	char text[6][64];
	size_t i;

	/* larger than RAM */
	snprintf(text[0], 64, "^%luK", meminfo_kib("MemTotal") + 4);
	/* a byte larger than the slice, and a page larger in a second request */
	snprintf(text[1], 64, "^%lu", slice + 1);
	snprintf(text[2], 64, "4K ^%luK", slice / KIB + 4);
	/* the whole slice: there is no room for the guard page */
	snprintf(text[3], 64, "^%lu", slice);
	/* an empty slice would have room, but the fixture holds areas */
	snprintf(text[4], 64, "^%lu", slice - page);
	/* the last request finds no hole: the first ones are undone */
	snprintf(text[5], 64, "4K count=3 64K ^%lu", slice - page);
	/* Only these two begin. The others do not even purge: it could not help. */
	for (i = 0; i < 6; i++)
		refusal[i] = (struct refusal){ text[i], i < 3 ? E2BIG : ENOSPC,
					       i == 2 || i == 5 };
	expect_refusals(_metadata, &self->before, "alloc", refusal, 6);
}

/* SIZE times count= is too large; the log may point at either word. */
TEST_F(refusals, count_times_size)
{
	EXPECT_EQ(-E2BIG, vmx_ask("alloc", in_pages("1M count=65")));
	EXPECT_EQ(-E2BIG, vmx_ask("alloc", "4K count=4294967295"));
	/* 2^52 times 4 KiB is 0 in 64 bits */
	EXPECT_EQ(-E2BIG, vmx_ask("alloc", "4K count=4503599627370496"));
	expect_unchanged(_metadata, &self->before, E2BIG, 3, false);
}

TEST_F(refusals, free)
{
	struct refusal refusal[] = {
		{ "^4000000",		ENOENT },	/* no such id */
		{ "^0",			ENOENT },
		{ "^0x1000000",		ENOENT },	/* an offset, no area there */
		{ "^0xc0ffee00",	ENOENT },	/* an address, no area there */
		{ "^-1",		EINVAL },
		{ "^abc",		EINVAL },
		{ "^1x",		EINVAL },
		{ "^0x",		EINVAL },
		{ "^all all",		EINVAL },
		{ "^all 1",		EINVAL },
		{ "1 ^all",		EINVAL },
		{ "^99999999999999999999", EINVAL },
		{ NULL,			ENOENT },	/* freed before */
		{ NULL,			ENOENT },	/* the same one twice */
		{ NULL,			ENOENT },	/* inside an area */
		{ NULL,			ENOENT },	/* a good one, then a bad one */
	};
	size_t n = ARRAY_SIZE(refusal), i;
	char text[4][64];

	snprintf(text[0], 64, "^%lu", self->made[1].id);
	snprintf(text[1], 64, "%lu ^0x%lx", self->made[0].id, self->made[0].addr);
	snprintf(text[2], 64, "^0x%lx", self->made[2].addr + page_size());
	snprintf(text[3], 64, "%lu ^4000000", self->made[2].id);
	for (i = 0; i < 4; i++)
		refusal[n - 4 + i].request = text[i];
	expect_refusals(_metadata, &self->before, "free", refusal, n);
}

/* "all" beside other words is refused with a message of its own. */
TEST_F(refusals, free_all_beside_other_words)
{
	static const char *const requests[] = { "all 1", "1 all", "all all" };
	struct log_entry entry;
	size_t i;

	for (i = 0; i < ARRAY_SIZE(requests); i++) {
		EXPECT_EQ(-EINVAL, vmx_ask("free", requests[i]));
		ASSERT_TRUE(read_log(&entry));
		EXPECT_NE(NULL, strstr(entry.head, ": EINVAL: all stands alone"))
			TH_LOG("%s: %s", requests[i], entry.head);
		free(entry.text);
	}
}

TEST_F(refusals, purge)
{
	static const struct refusal refusal[] = {
		{ "^0",		EINVAL },
		{ "^2",		EINVAL },
		{ "^11",	EINVAL },
		{ "^all",	EINVAL },
		{ "^-1",	EINVAL },
	};

	expect_refusals(_metadata, &self->before, "purge", refusal, ARRAY_SIZE(refusal));
}

TEST_F(refusals, fit)
{
	static const struct refusal refusal[] = {
		{ "^worst",		EINVAL },
		{ "^0",			EINVAL },
		{ "^Best",		EINVAL },
		{ "^fit=best",		EINVAL },
		{ "best ^last",		EINVAL },
	};

	expect_refusals(_metadata, &self->before, "fit", refusal, ARRAY_SIZE(refusal));
}

/* Writes that are blank, that are not text, or that are too long. */
TEST_F(refusals, not_a_request)
{
	static const char *const files[] = { "alloc", "free", "purge", "fit" };
	static const struct {
		const char *bytes;
		size_t len;
	} bad[] = {
		{ "\n", 1 }, { " \t\n\n", 4 },
		{ "\0", 1 }, { "1\0", 2 }, { "4K\0004K", 5 },
		{ "4K\r\n", 4 }, { "4K\x80", 3 }, { "\x1b[1m", 4 }, { "4K\v8K", 5 },
	};
	char *long_text = malloc(64 * KIB);
	unsigned int refusals = 0;
	size_t f, i;

	memset(long_text, 'A', 64 * KIB);
	for (f = 0; f < ARRAY_SIZE(files); f++) {
		for (i = 0; i < ARRAY_SIZE(bad); i++, refusals++) {
			EXPECT_EQ(-EINVAL, vmx_write(files[f], bad[i].bytes, bad[i].len))
				TH_LOG("%s, bad[%zu]", files[f], i);
		}
		EXPECT_EQ(-EINVAL, vmx_write(files[f], long_text, 64 * KIB));
		/* a correct request that is too long */
		memset(long_text, ' ', 64 * KIB);
		long_text[0] = '1';
		EXPECT_EQ(-EINVAL, vmx_write(files[f], long_text, WRITE_MAX + 1));
		EXPECT_EQ(-EINVAL, vmx_write(files[f], long_text, 64 * KIB));
		refusals += 3;
	}
	free(long_text);
	expect_unchanged(_metadata, &self->before, EINVAL, refusals, false);
}

TEST_F(refusals, longest_write_is_accepted)
{
	char text[WRITE_MAX];

	memset(text, ' ', sizeof(text));
	memcpy(text, "4K", 2);
	EXPECT_EQ(0, vmx_write("alloc", text, sizeof(text)));
	EXPECT_EQ(3, vmx_stat("areas"));
}

TEST_F(refusals, at_an_offset)
{
	int fd = open(ALLOC, O_RDWR);

	ASSERT_LE(0, fd);
	EXPECT_EQ(-1, pwrite(fd, "4K", 2, 1));
	EXPECT_EQ(EINVAL, errno);
	EXPECT_EQ(-1, pwrite(fd, "4K", 2, 4096));
	EXPECT_EQ(EINVAL, errno);
	close(fd);
	expect_unchanged(_metadata, &self->before, EINVAL, 2, false);
}

/* A write is all or nothing, even if only the last of 200 sizes is refused. */
TEST_F(refusals, last_of_200_sizes)
{
	char request[200 * 4 + 16];
	int i, len;

	for (i = 0, len = 0; i < 199; i++)
		len += sprintf(request + len, "4K ");
	sprintf(request + len, "0");
	EXPECT_EQ(-EINVAL, vmx_ask("alloc", request));
	expect_unchanged(_metadata, &self->before, EINVAL, 1, false);
	ASSERT_EQ(0, vmx_stats(&self->before.stats));

	/* vmx finds that no hole fits only after it has made 199 areas */
	sprintf(request + len, "%lu", SLICE_BYTES - page_size());
	EXPECT_EQ(-ENOSPC, vmx_ask("alloc", request));
	expect_unchanged(_metadata, &self->before, ENOSPC, 1, true);
}

/* ---- the log itself ---- */

TEST_F(refusals, log_shows_the_wrong_line)
{
	EXPECT_EQ(-EINVAL, vmx_ask("alloc", "4K\n8K zero frob\n16K\n"));
	expect_log(_metadata, "alloc", EINVAL, "8K zero frob", strlen("8K zero "));
	EXPECT_EQ(-EINVAL, vmx_ask("alloc", "4K\tfrob"));
	expect_log(_metadata, "alloc", EINVAL, "4K frob", 3);
	EXPECT_EQ(-EINVAL, vmx_ask("alloc", "4K fr\001\200b"));
	expect_log(_metadata, "alloc", EINVAL, "4K fr??b", 5);
}

/* The log shows part of a long line, and the caret points at the word. */
TEST_F(refusals, log_shows_part_of_a_long_line)
{
	static const int words[] = { 0, 20, 100, 200, 398 };
	char request[400 * 5 + 8];
	size_t i, w;

	for (w = 0; w < ARRAY_SIZE(words); w++) {
		struct log_entry entry;
		size_t column;

		for (i = 0; i < 400; i++)
			memcpy(request + 5 * i, "4096 ", 5);
		memcpy(request + 5 * words[w], "FROB", 4);
		request[5 * 400 - 1] = '\0';
		EXPECT_EQ(-EINVAL, vmx_ask("alloc", request));
		ASSERT_TRUE(read_log(&entry));
		column = strlen(entry.caret) - 1;
		EXPECT_EQ('^', entry.caret[column]);
		EXPECT_EQ(0, strncmp(entry.command + column, "FROB", 4)) {
			TH_LOG("%s", entry.command);
			TH_LOG("%s", entry.caret);
		}
		/* 100 characters, "..." on both sides, and the label */
		EXPECT_GE(100 + 6 + strlen("  Command: "), strlen(entry.command));
		EXPECT_NE(NULL, strstr(entry.command, "..."));
		free(entry.text);
	}
}

TEST_F(refusals, log_keeps_eight_entries)
{
	struct log_entry entry;
	char request[16];
	int i;

	for (i = 0; i < 12; i++) {
		snprintf(request, sizeof(request), "bad%d", i);
		EXPECT_EQ(-EINVAL, vmx_ask("alloc", request));
	}
	ASSERT_TRUE(read_log(&entry));
	EXPECT_EQ(8 * 3, entry.lines);
	EXPECT_STREQ("  Command: bad11", entry.command);
	/* strtok_r() ended each line with a NUL: this is the second line */
	EXPECT_STREQ("  Command: bad4", entry.text + strlen(entry.text) + 1);
	free(entry.text);
}

TEST_HARNESS_MAIN
