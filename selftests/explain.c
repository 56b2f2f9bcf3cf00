// SPDX-License-Identifier: GPL-2.0
/*
 * The word "explain": each value in the explanation of a request is the value
 * that `areas`, `area`, `walk` and `gaps` show
 */
#include <fcntl.h>
#include <signal.h>
#include <sys/wait.h>

#include "../kselftest_harness.h"
#include "vmx_test.h"

#define TRACING_ON "/sys/kernel/tracing/events/vmx/enable"

FIXTURE(explain) {
	int fd;
	char *text;		/* the explanation */
	char *witness;		/* the text of another file */
};

/*
 * Three areas are made; the second is freed, and its addresses are a hole.
 *
 * All processes run on one CPU: an explanation switches tracepoints on and off,
 * which patches code, and an emulated CPU that runs this code at the same time
 * sometimes crashes.
 */
FIXTURE_SETUP(explain)
{
	pin_to_cpu(0);
	ASSERT_EQ(0, vmx_load(SLICE_LAZY));
	ASSERT_EQ(0, vmx_ask("alloc", "4K 64K 4K"));
	ASSERT_EQ(0, vmx_ask("free", "2"));
	ASSERT_EQ(0, vmx_ask("purge", "1"));
	self->fd = open("/sys/kernel/debug/vmx/alloc", O_RDWR | O_CLOEXEC);
	ASSERT_LE(0, self->fd);
}

FIXTURE_TEARDOWN(explain)
{
	free(self->text);
	free(self->witness);
	close(self->fd);
	EXPECT_EQ(0, vmx_unload());
}

/* Write a request, and read its explanation through the same open file. */
static void explain(struct __test_metadata *_metadata, int fd, const char *request, int err,
		    char **text)
{
	ASSERT_EQ(err, write_all(fd, request, strlen(request)))
		TH_LOG("%s", request);
	free(*text);
	*text = slurp_fd(fd);
	ASSERT_NE(NULL, *text);
}

static void ask(struct __test_metadata *_metadata, const char *file, unsigned long what,
		const char *format, char **text)
{
	char request[32];

	snprintf(request, sizeof(request), format, what);
	ASSERT_EQ(0, vmx_ask(file, request));
	free(*text);
	*text = vmx_read(file);
	ASSERT_NE(NULL, *text);
}

/* Return the number behind the next @label from *@at on, and advance *@at. */
static unsigned long number(const char **at, const char *label)
{
	char *end;
	unsigned long value;

	*at = *at ? strstr(*at, label) : NULL;
	if (!*at) {
		ksft_print_msg("there is no \"%s\"\n", label);
		return ~0UL;
	}
	value = strtoul(*at + strlen(label), &end, 0);
	*at = end;
	return value;
}

static unsigned long number_in(const char *text, const char *label)
{
	return number(&text, label);
}

static int count(const char *text, const char *what)
{
	int n = 0;

	for (; (text = strstr(text, what)); text += strlen(what))
		n++;
	return n;
}

/* Steps are numbered from 1 without omissions, and their times add up. */
static void expect_numbered(struct __test_metadata *_metadata, const char *text)
{
	unsigned long long ns, sum = 0;
	unsigned int step = 0, number;
	const char *line = strchr(text, '\n');

	for (; line && *++line; line = strchr(line, '\n')) {
		if (sscanf(line, " %u. %llu ns ", &number, &ns) == 2) {
			EXPECT_EQ(++step, number);
			sum += ns;
		} else if (sscanf(line, " %llu ns  in all", &ns) == 1 &&
			   strstr(line, "in all")) {
			EXPECT_EQ(ns, sum);
		}
	}
	/* Even a refusal has more steps: request, descriptor, hole. */
	EXPECT_LE(4, step);
	EXPECT_LT(0, sum);
}

/* Compare each block of the explanation with the text of `area`. */
static void expect_blocks(struct __test_metadata *_metadata, const char *text, const char *area)
{
	unsigned long pages = 0;
	const char *at = text;

	while (strstr(at, "alloc_pages: order=")) {
		unsigned long order = number(&at, "alloc_pages: order=");
		const char *zone, *line_end = strchr(at, '\n');
		unsigned long blocks = 1, first, node;
		size_t len;

		if (memmem(at, line_end - at, "blocks=", 7))
			blocks = number(&at, "blocks=");
		EXPECT_EQ(blocks << order, number(&at, "frames="));
		first = number(&at, "pfn=");
		zone = strstr(at, "zone=");
		len = strcspn(zone, " ");
		node = number(&at, "node=");
		for (; blocks; blocks--, first += 1UL << order) {
			EXPECT_EQ(first, number(&area, "\nframes") == ~0UL ? 0 :
				  number(&area, "pfn="));
			EXPECT_EQ(order, number(&area, "order="));
			area = strstr(area, "zone=");
			EXPECT_EQ(0, strncmp(area, zone, len));
			EXPECT_EQ(node, number(&area, "node="));
			pages += 1UL << order;
		}
	}
	EXPECT_EQ(NULL, strstr(area, "\nframes"));
	EXPECT_EQ(pages, number_in(text, "PAGE_ALIGN") == ~0UL ? 0 :
		  number_in(strstr(text, "PAGE_ALIGN"), ", "));
}

/* Compare the first and the last entry of each step with `walk`. */
static void expect_entries(struct __test_metadata *_metadata, const char *text, char **walk)
{
	const char *at = text;

	while (strstr(at, "vmx_map_area: set ")) {
		unsigned long nr = number(&at, "vmx_map_area: set ");
		bool leaf = !strncmp(at, " pmd", 4);
		unsigned long index = number(&at, "from index ");
		unsigned long table = number(&at, "in table ");
		unsigned long start = number(&at, ": ");
		const char *level;

		ask(_metadata, "walk", start, "0x%lx", walk);
		level = strstr(*walk, leaf ? "\npmd" : "\npte");
		ASSERT_NE(NULL, level)
			TH_LOG("%s", *walk);
		EXPECT_EQ(table, number(&level, "table "));
		EXPECT_EQ(index, strtoul(strstr(level, "index") + 5, NULL, 10));
		EXPECT_NE(NULL, strstr(*walk, "\nmapped: "));

		start += (nr - 1) * (leaf ? 2 * MIB : page_size());
		ask(_metadata, "walk", start, "0x%lx", walk);
		level = strstr(*walk, leaf ? "\npmd" : "\npte");
		EXPECT_EQ(table, number(&level, "table "));
		EXPECT_EQ(index + nr - 1, strtoul(strstr(level, "index") + 5, NULL, 10));
	}
}

static void expect_all(struct __test_metadata *_metadata, int fd, const char *request,
		       char **text, char **witness)
{
	const struct area *area;
	struct areas areas;
	unsigned long id, pages = 0;
	const char *array;

	explain(_metadata, fd, request, 0, text);
	expect_numbered(_metadata, *text);
	id = strtoul(*text, NULL, 10);
	ASSERT_EQ(0, vmx_areas(&areas));
	area = area_by_id(&areas, id);
	ASSERT_NE(NULL, area);
	EXPECT_EQ(area->req, number_in(*text, "PAGE_ALIGN("));
	EXPECT_EQ(area->pages * page_size(), number_in(*text, ") = "));
	EXPECT_EQ(area->start, number_in(*text, "addr = "));
	EXPECT_EQ(area->end - area->start, number_in(*text, " fit, size="));
	EXPECT_EQ(area->pages, number_in(*text, "nr_pages = "));
	EXPECT_EQ(id, number_in(*text, "VMX_UNLIST is cleared: id="));
	areas_free(&areas);

	ask(_metadata, "area", id, "%lu", witness);
	EXPECT_EQ(number_in(*witness, "descriptor="), number_in(*text, "struct vmx_area at "));
	/*
	 * If there were too few blocks for an area of only leaves, vmx has
	 * replaced the first page array: the last one counts.
	 */
	array = *text;
	while (strstr(array, ", pages = "))
		pages = number(&array, ", pages = ");
	EXPECT_EQ(number_in(*witness, "\npages      "), pages);
	EXPECT_EQ(number_in(*witness, "\nflags      "), number_in(*text, " -> "));
	expect_blocks(_metadata, *text, *witness);
	expect_entries(_metadata, *text, witness);
}

TEST_F(explain, every_value)
{
	static const char * const requests[] = {
		"1 explain", "4K explain", "20K explain", "300K zero explain",
		"64K align=64K explain", "3M explain",
		/* Leaves (not on i386) and pages behind them; only leaves. */
		"5000K huge explain", "6M huge explain",
	};
	size_t i;

	for (i = 0; i < ARRAY_SIZE(requests); i++) {
		TH_LOG("%s", requests[i]);
		expect_all(_metadata, self->fd, requests[i], &self->text, &self->witness);
	}
}

/* The chosen hole was in `gaps`, and the areas around it are the right ones. */
TEST_F(explain, chosen_hole)
{
	char hole[64];
	const char *at;

	self->witness = vmx_read("gaps");
	ASSERT_NE(NULL, self->witness);
	explain(_metadata, self->fd, "32K explain", 0, &self->text);
	at = strstr(self->text, "chosen: ");
	ASSERT_NE(NULL, at);
	snprintf(hole, sizeof(hole), "\n%.*s ", (int)strcspn(at + 8, "\n"), at + 8);
	EXPECT_NE(NULL, strstr(self->witness, hole))
		TH_LOG("%s is not in%s", hole, self->witness);
	EXPECT_EQ(1, number_in(self->text, "below it: area id="));
	EXPECT_EQ(3, number_in(self->text, "above it: area id="));

	/* The first hole has 8 pages left, too few for this request. */
	explain(_metadata, self->fd, "64K explain", 0, &self->text);
	EXPECT_EQ(3, number_in(self->text, "below it: area id="));
	EXPECT_NE(NULL, strstr(self->text, "above it: the end of the slice\n"));
	ASSERT_EQ(0, vmx_ask("free", "1"));
	explain(_metadata, self->fd, "16K explain", 0, &self->text);
	EXPECT_EQ(4, number_in(self->text, "below it: area id="));
}

TEST_F(explain, purge)
{
	unsigned long long purges;

	ASSERT_EQ(0, vmx_ask("alloc", IS_64BIT ? "40M" : "10M"));
	ASSERT_EQ(0, vmx_ask("free", "4"));
	purges = vmx_stat("purges");
	explain(_metadata, self->fd, IS_64BIT ? "41M explain" : "11M explain", 0, &self->text);
	EXPECT_EQ(purges + 1, vmx_stat("purges"));
	EXPECT_EQ(2, count(self->text, "find a hole: "));
	EXPECT_EQ(1, count(self->text, "and none fits\n"));
	EXPECT_EQ(1, number_in(self->text, "purge: quarantined ranges="));
	EXPECT_EQ((IS_64BIT ? 40 : 10) * MIB + page_size(), number_in(self->text, " bytes="));
	EXPECT_EQ(1, count(self->text, "flush the TLB"));
	expect_numbered(_metadata, self->text);
}

/* An explanation ends with the step that refuses, and no area remains. */
TEST_F(explain, refusals)
{
	struct areas areas;

	explain(_metadata, self->fd, IS_64BIT ? "100G explain" : "3G explain", -E2BIG, &self->text);
	EXPECT_NE(NULL, strstr(self->text, "PAGE_ALIGN"));
	EXPECT_EQ(NULL, strstr(self->text, "descriptor"));
	EXPECT_NE(NULL, strstr(self->text, "refused: -E2BIG\n"));

	explain(_metadata, self->fd, IS_64BIT ? "64M explain" : "16M explain", -ENOSPC,
		&self->text);
	EXPECT_NE(NULL, strstr(self->text, "descriptor"));
	/* One step, though vmx searches twice: there was nothing to purge. */
	EXPECT_EQ(1, count(self->text, "find a hole: "));
	EXPECT_NE(NULL, strstr(self->text, "holes looked at: none (the root of the tree "));
	EXPECT_NE(NULL, strstr(self->text, "and none fits\n"));
	expect_numbered(_metadata, self->text);
	EXPECT_EQ(NULL, strstr(self->text, "page array"));
	EXPECT_NE(NULL, strstr(self->text, "refused: -ENOSPC\n"));

	/* Requests before the refused one are explained too, though undone. */
	explain(_metadata, self->fd, IS_64BIT ? "8K explain 4K 64M explain" :
		"8K explain 4K 16M explain", -ENOSPC, &self->text);
	EXPECT_EQ(self->text, strstr(self->text, "# 8192 bytes: made, and undone\n"));
	EXPECT_EQ(2, count(self->text, "\n# ") + 1);
	EXPECT_NE(NULL, strstr(self->text, " bytes: not made\n"));

	ASSERT_EQ(0, vmx_areas(&areas));
	EXPECT_EQ(2, areas.n);
	areas_free(&areas);
	EXPECT_EQ(-EINVAL, vmx_ask("alloc", "4K explain explain"));
	EXPECT_EQ(-EINVAL, vmx_ask("alloc", "4K explain=1"));
}

/* Even the explanation of a large area is short. */
TEST_F(explain, is_short)
{
	const char *at;

	explain(_metadata, self->fd, IS_64BIT ? "60M explain" : "14M explain", 0, &self->text);
	EXPECT_GT(64, count(self->text, "\n"));
	expect_numbered(_metadata, self->text);
	if (IS_64BIT) {
		at = strstr(self->text, " more entries, in ");
		ASSERT_NE(NULL, at);
	}
	/* With count= only the first area is explained; all are listed. */
	ASSERT_EQ(0, vmx_ask("free", "4"));
	explain(_metadata, self->fd, "4K count=5 explain", 0, &self->text);
	EXPECT_EQ(1, count(self->text, "PAGE_ALIGN"));
	EXPECT_EQ(4, count(strstr(self->text, "in all\n"), " 4096\n"));
}

/* An explanation works with tracing off and on, and does not change which. */
TEST_F(explain, with_tracing_off_and_on)
{
	char *before = slurp(TRACING_ON), *after;

	if (!before)
		SKIP(return, "no tracefs");
	EXPECT_EQ('0', *before);
	expect_all(_metadata, self->fd, "20K explain", &self->text, &self->witness);
	after = slurp(TRACING_ON);
	EXPECT_EQ(0, strcmp(before, after));
	free(after);
	ASSERT_EQ(0, spill(TRACING_ON, "1", 1));
	expect_all(_metadata, self->fd, "20K explain", &self->text, &self->witness);
	after = slurp(TRACING_ON);
	EXPECT_EQ('1', *after);
	ASSERT_EQ(0, spill(TRACING_ON, "0", 1));
	free(before);
	free(after);
}

/* An explanation has no steps of other processes, even if those explain too. */
TEST_F(explain, only_own_steps)
{
	pid_t child = fork();
	int i;

	ASSERT_LE(0, child);
	for (i = 0; !child; i++) {
		vmx_ask("alloc", i % 16 ? "8K 4M" : "8K explain 4M");
		vmx_ask("free", "all");
	}
	for (i = 0; i < 20; i++) {
		explain(_metadata, self->fd, "20K explain", 0, &self->text);
		EXPECT_EQ(1, count(self->text, "PAGE_ALIGN(20480)"));
		EXPECT_EQ(1, count(self->text, "PAGE_ALIGN"));
		EXPECT_EQ(1, count(self->text, "VMX_UNLIST is cleared"));
	}
	kill(child, SIGKILL);
	waitpid(child, NULL, 0);
}

/* Without CAP_SYSLOG all hexadecimal numbers are offsets or flags. */
TEST_F(explain, without_cap_syslog)
{
	const char *at;

	ASSERT_TRUE(drop_cap_syslog());
	close(self->fd);
	self->fd = open("/sys/kernel/debug/vmx/alloc", O_RDWR | O_CLOEXEC);
	explain(_metadata, self->fd, IS_64BIT ? "40M explain 100K explain 3M huge explain" :
		"10M explain 100K explain 3M explain", 0, &self->text);
	for (at = self->text; (at = strstr(at, "0x")); at++) {
		EXPECT_GE(SLICE_BYTES, strtoull(at, NULL, 16))
			TH_LOG("%.60s", at);
	}
	EXPECT_EQ(NULL, strstr(self->text, "pfn="));
	EXPECT_EQ(NULL, strstr(self->text, "struct vmx_area at"));
	EXPECT_EQ(NULL, strstr(self->text, "in table"));
	EXPECT_NE(NULL, strstr(self->text, "zone="));
}

TEST_HARNESS_MAIN
