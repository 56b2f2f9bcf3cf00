// SPDX-License-Identifier: GPL-2.0
/*
 * The word "explain": each value in the explanation of a request, a refusal or a free
 * is the value that `areas`, `area`, `walk`, `gaps` and `stats` show
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
	ASSERT_EQ(0, vmx_ask("alloc", in_pages("4K 64K 4K")));
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

/* Copy the line that begins behind @label; "" without it. */
static void line_behind(const char *text, const char *label, char *line, size_t size)
{
	const char *at = strstr(text, label);

	if (at)
		at += strlen(label);
	else
		ksft_print_msg("there is no \"%s\"\n", label);
	snprintf(line, size, "%.*s", at ? (int)strcspn(at, "\n") : 0, at ?: "");
}

/* Steps are numbered from 1 without omissions, and their times add up. */
static void expect_numbered(struct __test_metadata *_metadata, const char *text)
{
	unsigned long long ns, sum = 0;
	unsigned int step = 0, number;
	const char *line = text, *time;

	for (; line && *line; line = strchr(line, '\n'), line += !!line) {
		if (sscanf(line, "%2u. %*[^,\n], %llu ns", &number, &ns) == 2) {
			EXPECT_EQ(++step, number);
			sum += ns;
		} else if (sscanf(line, "in all, %llu ns", &ns) == 1) {
			EXPECT_EQ(ns, sum);
			sum = 0;
			step = 0;
		}
	}
	/* Each explanation ends with its sum. */
	EXPECT_EQ(0, step);
	time = strstr(text, "in all, ");
	ASSERT_NE(NULL, time);
	EXPECT_LT(0, strtoull(time + 8, NULL, 10));
}

/* Compare each block of the explanation with the text of `area`. */
static void expect_blocks(struct __test_metadata *_metadata, const char *text, const char *area)
{
	unsigned long pages = 0;
	const char *at = text;

	while (strstr(at, "      order=")) {
		unsigned long order = number(&at, "      order=");
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
		if (order)
			EXPECT_EQ(blocks << order, number(&at, "(3.10: "));
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
	EXPECT_LT(0, pages);
}

/* Compare the first and the last entry of each step with `walk`. */
static void expect_entries(struct __test_metadata *_metadata, const char *text, bool mapped,
			   char **walk)
{
	const char *verb = mapped ? "\n      set " : "\n      clear ", *at = text;
	unsigned long steps = 0;

	for (; strstr(at, verb); steps++) {
		unsigned long nr = number(&at, verb);
		bool leaf = !strncmp(at, " pmd", 4);
		unsigned long index = number(&at, "from index ");
		unsigned long table = number(&at, "in table ");
		unsigned long start = number(&at, ": "), end = number(&at, "-");
		const char *level;

		EXPECT_EQ(nr * (leaf ? 2 * MIB : page_size()), end - start);
		ask(_metadata, "walk", start, "0x%lx", walk);
		level = strstr(*walk, leaf ? "\npmd" : "\npte");
		ASSERT_NE(NULL, level)
			TH_LOG("%s", *walk);
		EXPECT_EQ(table, number(&level, "table "));
		EXPECT_EQ(index, strtoul(strstr(level, "index") + 5, NULL, 10));
		EXPECT_NE(NULL, strstr(*walk, mapped ? "\nmapped: " : "\nnot mapped: "));

		ask(_metadata, "walk", end - page_size(), "0x%lx", walk);
		level = strstr(*walk, leaf ? "\npmd" : "\npte");
		EXPECT_EQ(table, number(&level, "table "));
		EXPECT_EQ(index + nr - 1, strtoul(strstr(level, "index") + 5, NULL, 10));
	}
	EXPECT_LT(0, steps);
}

/* Return the descriptor of an area, as `area` shows it; 0 for the id 0. */
static unsigned long descriptor_of(struct __test_metadata *_metadata, unsigned long id,
				   char **witness)
{
	if (!id)
		return 0;
	ask(_metadata, "area", id, "%lu", witness);
	return number_in(*witness, "descriptor=");
}

/*
 * Compare "list: next of id=N: A -> B" with `areas` and `area`. @list is the list with
 * the area; @made: it was made, and not freed.
 */
static void expect_list(struct __test_metadata *_metadata, const char *text, bool made,
			const struct areas *list, unsigned long id, unsigned long descriptor,
			char **witness)
{
	unsigned long before = 0, after = 0, from, to, i;
	const char *at = strstr(text, "      list: ");

	for (i = 0; i < list->n; i++) {
		if (list->area[i].id != id)
			continue;
		before = i ? list->area[i - 1].id : 0;
		after = i + 1 < list->n ? list->area[i + 1].id : 0;
	}
	ASSERT_NE(NULL, at);
	EXPECT_EQ(before, before ? number(&at, "list: next of id=") :
		  (unsigned long)strncmp(at, "      list: vmx_list", 20));
	from = number(&at, ": ");
	to = number(&at, " -> ");
	EXPECT_EQ(descriptor, made ? to : from);
	EXPECT_EQ(descriptor_of(_metadata, after, witness), made ? from : to);
	if (before) {
		ask(_metadata, "area", before, "%lu", witness);
		EXPECT_EQ(to, number_in(*witness, "\nnext "));
	}
	if (!made)
		return;
	EXPECT_EQ(id, number(&at, "next of id="));
	EXPECT_EQ(from, number(&at, ": "));
	ask(_metadata, "area", id, "%lu", witness);
	EXPECT_EQ(from, number_in(*witness, "\nnext "));
}

/* Compare what is left of the hole with `gaps`. */
static void expect_left(struct __test_metadata *_metadata, const char *text,
			const struct area *area, char **witness)
{
	unsigned long below = number_in(text, "tree of holes: ");
	unsigned long above = number_in(text, "below the area and ");
	char hole[64];

	free(*witness);
	*witness = vmx_read("gaps");
	ASSERT_NE(NULL, *witness);
	snprintf(hole, sizeof(hole), "-0x%0*lx ", 2 * (int)sizeof(long), area->start);
	EXPECT_EQ(!!below, !!strstr(*witness, hole));
	if (below)
		EXPECT_EQ(below, number_in(*witness, hole));
	snprintf(hole, sizeof(hole), "\n0x%0*lx-", 2 * (int)sizeof(long), area->end);
	EXPECT_EQ(!!above, !!strstr(*witness, hole));
	if (above)
		EXPECT_EQ(area->end + above, number_in(*witness, hole));
}

static void expect_fields(struct __test_metadata *_metadata, const char *text,
			  const struct area *area, const char *witness)
{
	char caller[2][128], *end;
	unsigned long pages = 0;
	const char *array;

	EXPECT_EQ(number_in(witness, "descriptor="), number_in(text, "struct vmx_area at "));
	EXPECT_EQ(number_in(witness, "\nsize "), number_in(text, "setup_vmalloc_vm(): size = "));
	EXPECT_EQ(number_in(witness, "\nsize "), area->end - area->start);
	EXPECT_EQ(number_in(witness, "\nflags ") | 0x20, number_in(text, ", flags = "));
	EXPECT_EQ(number_in(witness, "\nphys_addr "), number_in(text, "phys_addr = "));
	EXPECT_EQ(number_in(witness, "\nnr_pages "), number_in(text, "      nr_pages = "));
	line_behind(witness, "\ncaller     ", caller[0], sizeof(caller[0]));
	line_behind(text, ", caller = ", caller[1], sizeof(caller[1]));
	end = strstr(caller[1], " (vmx: ");
	if (end)
		*end = '\0';
	EXPECT_STREQ(caller[0], caller[1]);
	/*
	 * If there were too few blocks for an area of only leaves, vmx has
	 * replaced the first page array: the last one counts.
	 */
	array = text;
	while (strstr(array, ", pages = "))
		pages = number(&array, ", pages = ");
	EXPECT_EQ(number_in(witness, "\npages      "), pages);
	EXPECT_EQ(number_in(witness, "\nflags      "),
		  number_in(strstr(text, "clear_vmx_unlist()"), " -> "));
}

static void expect_all(struct __test_metadata *_metadata, int fd, const char *request,
		       char **text, char **witness)
{
	const struct area *area;
	struct areas areas;
	unsigned long id, descriptor;

	explain(_metadata, fd, request, 0, text);
	expect_numbered(_metadata, *text);
	id = strtoul(*text, NULL, 10);
	ASSERT_EQ(0, vmx_areas(&areas));
	area = area_by_id(&areas, id);
	ASSERT_NE(NULL, area);
	EXPECT_EQ(area->req, number_in(*text, "PAGE_ALIGN("));
	EXPECT_EQ(area->pages * page_size(), number_in(*text, ") = "));
	EXPECT_EQ(area->start, number_in(*text, "\n      addr = "));
	EXPECT_EQ(area->end - area->start, number_in(*text, " fit, size="));
	EXPECT_EQ(id, number_in(*text, "VMX_UNLIST is cleared, id="));

	ask(_metadata, "area", id, "%lu", witness);
	descriptor = number_in(*witness, "descriptor=");
	expect_fields(_metadata, *text, area, *witness);
	expect_blocks(_metadata, *text, *witness);
	expect_entries(_metadata, *text, true, witness);
	expect_list(_metadata, *text, true, &areas, id, descriptor, witness);
	expect_left(_metadata, *text, area, witness);
	areas_free(&areas);
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
	explain(_metadata, self->fd, in_pages("32K explain"), 0, &self->text);
	at = strstr(self->text, "chosen: ");
	ASSERT_NE(NULL, at);
	snprintf(hole, sizeof(hole), "\n%.*s ", (int)strcspn(at + 8, "\n"), at + 8);
	EXPECT_NE(NULL, strstr(self->witness, hole))
		TH_LOG("%s is not in%s", hole, self->witness);
	EXPECT_EQ(1, number_in(self->text, "below: area id="));
	EXPECT_EQ(3, number_in(self->text, "above: area id="));

	/* The first hole has 8 pages left, too few for this request. */
	explain(_metadata, self->fd, in_pages("64K explain"), 0, &self->text);
	EXPECT_EQ(3, number_in(self->text, "below: area id="));
	EXPECT_NE(NULL, strstr(self->text, "above: the end of the slice\n"));
	ASSERT_EQ(0, vmx_ask("free", "1"));
	explain(_metadata, self->fd, in_pages("16K explain"), 0, &self->text);
	EXPECT_EQ(4, number_in(self->text, "below: area id="));
}

TEST_F(explain, purge)
{
	unsigned long long purges;

	ASSERT_EQ(0, vmx_ask("alloc", in_pages(IS_64BIT ? "40M" : "10M")));
	ASSERT_EQ(0, vmx_ask("free", "4"));
	purges = vmx_stat("purges");
	explain(_metadata, self->fd, in_pages(IS_64BIT ? "41M explain" : "11M explain"), 0,
		&self->text);
	EXPECT_EQ(purges + 1, vmx_stat("purges"));
	EXPECT_EQ(2, count(self->text, " fit, size="));
	EXPECT_EQ(1, count(self->text, "and none fits\n"));
	EXPECT_EQ((IS_64BIT ? 10497 : 2817) * page_size(),
		  number_in(self->text, "a purge could make a hole of "));
	EXPECT_EQ(1, number_in(self->text, "      quarantined ranges="));
	EXPECT_EQ((IS_64BIT ? 10241 : 2561) * page_size(), number_in(self->text, " bytes="));
	EXPECT_EQ(1, count(self->text, "vmx_pgtable_flush(), "));
	EXPECT_EQ((IS_64BIT ? 10241 : 2561) * page_size(),
		  number_in(strstr(self->text, "are holes again"), " bytes="));
	expect_numbered(_metadata, self->text);
}

/* An explanation ends with the step that refuses, and no area remains. */
TEST_F(explain, refusals)
{
	struct areas areas;

	explain(_metadata, self->fd, IS_64BIT ? "1G explain" : "3G explain", -E2BIG, &self->text);
	EXPECT_NE(NULL, strstr(self->text, "PAGE_ALIGN"));
	EXPECT_EQ(NULL, strstr(self->text, "descriptor"));
	EXPECT_NE(NULL, strstr(self->text, " refused: -E2BIG, "));
	EXPECT_EQ((IS_64BIT ? 1UL : 3UL) << 30, number_in(self->text, "asked for: "));
	EXPECT_EQ(meminfo_kib("MemTotal") * KIB / page_size(), number_in(self->text, "RAM: "));
	EXPECT_EQ(vmx_stat("slice_bytes"), number_in(self->text, "the slice: "));
	EXPECT_NE(NULL, strstr(self->text, "gave up: __vmalloc_node_range() / "));
	EXPECT_NE(NULL, strstr(self->text, "undone: nothing"));
	expect_numbered(_metadata, self->text);

	/* Requests before the refused one are explained too, though undone. */
	explain(_metadata, self->fd, in_pages(IS_64BIT ? "8192 explain 4K 64M explain" :
					      "8192 explain 4K 16M explain"), -ENOSPC, &self->text);
	EXPECT_EQ(self->text, strstr(self->text, "# 8192 bytes: made, and undone, because "));
	EXPECT_EQ(2, count(self->text, "\n# ") + 1);
	EXPECT_NE(NULL, strstr(self->text, " bytes: not made\n"));
	expect_numbered(_metadata, self->text);

	ASSERT_EQ(0, vmx_areas(&areas));
	EXPECT_EQ(2, areas.n);
	areas_free(&areas);
	EXPECT_EQ(-EINVAL, vmx_ask("alloc", "4K explain explain"));
	EXPECT_EQ(-EINVAL, vmx_ask("alloc", "4K explain=1"));
}

/* The diagnosis has the numbers of `gaps`, which no refused request changes. */
static void expect_holes(struct __test_metadata *_metadata, const char *text, char **gaps)
{
	free(*gaps);
	*gaps = vmx_read("gaps");
	ASSERT_NE(NULL, *gaps);
	EXPECT_EQ(number_in(*gaps, " total="), number_in(text, "      holes: "));
	EXPECT_EQ(number_in(*gaps, " largest="), number_in(text, "bytes, the largest: "));
	EXPECT_EQ(number_in(*gaps, " largest="), number_in(text, "The largest hole has "));
	EXPECT_EQ(number_in(*gaps, " quarantined="), number_in(text, "; quarantined: "));
	EXPECT_NE(NULL, strstr(text, "a purge brought: nothing"));
	EXPECT_NE(NULL, strstr(text, "gave up: alloc_vmap_area() / vmx_area_insert()\n"));
	EXPECT_NE(NULL, strstr(text, "undone: the descriptor is given back\n"));
	EXPECT_NE(NULL, strstr(text, " refused: -ENOSPC, "));
	EXPECT_EQ(NULL, strstr(text, "page array"));
	EXPECT_EQ(1, count(text, " fit, size="));
	expect_numbered(_metadata, text);
}

TEST_F(explain, no_hole)
{
	unsigned long size = SLICE_BYTES, aligned;
	struct areas areas;
	char request[64];

	snprintf(request, sizeof(request), "asked for: %lu bytes, ", size);
	/* Quarantined addresses that cannot help, and areas among the holes. */
	ASSERT_EQ(0, vmx_ask("free", "3"));
	explain(_metadata, self->fd, in_pages(IS_64BIT ? "64M explain" : "16M explain"), -ENOSPC,
		&self->text);
	EXPECT_EQ(size, number_in(self->text, "asked for: "));
	EXPECT_EQ(size + page_size(), number_in(self->text, request));
	EXPECT_NE(NULL, strstr(self->text, ": too small. No hole was searched.\n"));
	EXPECT_EQ(size + page_size(), number_in(self->text, "a purge could make no hole of "));
	EXPECT_EQ(number_in(self->text, "struct vmx_area at "),
		  number_in(self->text, "the descriptor at "));
	expect_holes(_metadata, self->text, &self->witness);
	EXPECT_EQ(2 * page_size(), number_in(self->witness, " quarantined="));

	/*
	 * The last hole begins behind the two areas, where no address is aligned to half of
	 * the slice. From the next one that is, there is no room for the guard page.
	 */
	ASSERT_EQ(0, vmx_areas(&areas));
	aligned = (areas.start + 21 * page_size() + size / 2 - 1) & -(size / 2);
	snprintf(request, sizeof(request), "%lu align=%lu explain", areas.end - aligned, size / 2);
	areas_free(&areas);
	explain(_metadata, self->fd, request, -ENOSPC, &self->text);
	EXPECT_NE(NULL, strstr(self->text, "not from an aligned address on. "));
	expect_holes(_metadata, self->text, &self->witness);
}

/* The diagnosis of a count that even the empty slice could not hold. */
TEST_F(explain, too_many)
{
	explain(_metadata, self->fd, in_pages("1M count=100 explain"), -E2BIG, &self->text);
	EXPECT_EQ(100, number_in(self->text, "asked for: "));
	EXPECT_EQ(256 * page_size(), number_in(self->text, " areas of "));
	EXPECT_EQ(vmx_stat("slice_bytes"), number_in(self->text, "the slice has "));
	EXPECT_NE(NULL, strstr(self->text, "gave up: - / fits_slice()\n"));
	EXPECT_NE(NULL, strstr(self->text, " refused: -E2BIG, "));
	EXPECT_NE(NULL, strstr(self->text, "undone: nothing"));
	EXPECT_EQ(NULL, strstr(self->text, "PAGE_ALIGN"));
	expect_numbered(_metadata, self->text);
}

/* The diagnosis of a request that would leave too little memory. */
TEST_F(explain, too_little_memory)
{
	/* A slice is a multiple of what a leaf maps, and one more leaf must fit into RAM. */
	const long leaf_mib = page_size() * page_size() / 8 / MIB;
	long total = meminfo_kib("MemTotal"), available;
	char request[64];

	if (!IS_64BIT)
		SKIP(return, "the vmalloc range is smaller than the memory");
	close(self->fd);
	snprintf(request, sizeof(request), "slice=%ldM", total / 1024 - 2 * leaf_mib);
	ASSERT_EQ(0, vmx_load(request));
	self->fd = open("/sys/kernel/debug/vmx/alloc", O_RDWR | O_CLOEXEC);
	available = meminfo_kib("MemAvailable");
	snprintf(request, sizeof(request), "%ldK explain", available);
	explain(_metadata, self->fd, request, -ENOMEM, &self->text);
	EXPECT_EQ(available * KIB / page_size(), number_in(self->text, "pages asked for: "));
	/* Other memory comes and goes. */
	EXPECT_GT(available / 16, labs(available - (long)(number_in(self->text, "available: ") *
							  page_size() / KIB)));
	EXPECT_EQ(total * KIB / page_size() / 64, number_in(self->text, "of which "));
	EXPECT_NE(NULL, strstr(self->text, "gave up: - / is_affordable()\n"));
	EXPECT_NE(NULL, strstr(self->text, " refused: -ENOMEM, "));
	EXPECT_NE(NULL, strstr(self->text, "undone: nothing"));
	expect_numbered(_metadata, self->text);
}

/* Return the frames in the steps of a function. */
static unsigned long frames_of(const char *text, const char *function)
{
	unsigned long frames, sum = 0;
	bool inside = false;
	const char *line;

	for (line = text; line; line = strchr(line, '\n'), line += !!line) {
		if (!strncmp(line + 2, ". ", 2)) {
			const char *name = strstr(line, function);

			inside = name && name < strchr(line, '\n');
		} else if (inside &&
			   (sscanf(line, " order=%*u blocks=%*u frames=%lu", &frames) == 1 ||
			    sscanf(line, " order=%*u frames=%lu", &frames) == 1 ||
			    sscanf(line, " %*u more blocks, %lu frames", &frames) == 1)) {
			sum += frames;
		}
	}
	return sum;
}

/*
 * A fatal signal ends a request among its frames: the open file, which others share, has
 * the diagnosis. When the frames are taken is found by halving the time before the signal.
 */
TEST_F_TIMEOUT(explain, killed, 110)
{
	/* Clearing makes the frames take nearly all of the time, so that the signal finds them. */
	const char *request = in_pages(IS_64BIT ? "60M zero explain" : "14M zero explain");
	unsigned long long pages = vmx_stat("pages"), failed = vmx_stat("fail_eintr");
	unsigned int i, delay, early = 0, late = 0;
	unsigned long taken;
	char made[32];

	/*
	 * With tracing off, each request enables the tracepoints. On some machines that
	 * stops all CPUs and takes seconds: the signal would come before the frames.
	 */
	spill(TRACING_ON, "1", 1);
	for (i = 0; i < 300; i++) {
		pid_t child = fork();

		ASSERT_LE(0, child);
		if (!child) {
			write_all(self->fd, request, strlen(request));
			_exit(0);
		}
		delay = late ? (early + late) / 2 : 2 * early + 500;
		usleep(delay);
		kill(child, SIGKILL);
		waitpid(child, NULL, 0);
		free(self->text);
		self->text = slurp_fd(self->fd);
		ASSERT_NE(NULL, self->text);
		if (strstr(self->text, " frames returned, "))
			break;
		if (*self->text >= '1' && *self->text <= '9') {
			/* It may be the answer of an earlier request, whose area is gone. */
			snprintf(made, sizeof(made), "%lu", strtoul(self->text, NULL, 10));
			vmx_ask("free", made);
			late = delay;
		} else {
			early = delay;
		}
		/* Those times were not typical: begin again. */
		if (late && late - early < 20) {
			early = 0;
			late = 0;
		}
	}
	ASSERT_GT(300, i);
	EXPECT_LT(failed, vmx_stat("fail_eintr"));
	EXPECT_EQ(pages, vmx_stat("pages"));
	EXPECT_NE(NULL, strstr(self->text, " refused: -EINTR, "));
	EXPECT_NE(NULL, strstr(self->text, "gave up: alloc_page() / vmx_take_block()\n"));
	/* What was taken is what was returned. */
	taken = frames_of(self->text, "vmx_take_block()");
	EXPECT_LT(0, taken);
	EXPECT_EQ(taken, frames_of(self->text, "vmx_return_block()"));
	EXPECT_EQ(taken, number_in(self->text, "undone: "));
	expect_numbered(_metadata, self->text);
}

/* A module has lost the slice: the request comes as far as the entries. */
TEST_F(explain, lost_slice)
{
	unsigned long start;

	ASSERT_EQ(0, module_load("vmx_culprit", "how=0"));
	explain(_metadata, self->fd, in_pages("20K explain"), -EIO, &self->text);
	start = number_in(self->text, "\n      addr = ");
	EXPECT_NE(NULL, strstr(self->text, " refused: -EIO, "));
	EXPECT_NE(NULL, strstr(self->text, "gave up: map_vm_area() / vmx_map_area()\n"));
	EXPECT_EQ(5, number_in(self->text, "undone: "));
	EXPECT_NE(NULL, strstr(self->text, "the addresses are a hole"));
	EXPECT_EQ(start, number_in(strstr(self->text, "vmx_area_cancel(), "), "\n      "));
	/* What was taken is what was returned. */
	EXPECT_EQ(2, count(self->text, "      order=2 frames=4 ") +
		  count(self->text, "      order=2 frames=5 "));
	expect_numbered(_metadata, self->text);
	EXPECT_EQ(0, module_unload("vmx_culprit"));
}

/* A request without a hole drains the magazines first. */
TEST_F(explain, drain)
{
	static const char magazines[] = "/sys/module/vmx/parameters/magazines";
	unsigned long bytes, pages;
	struct areas areas;

	ASSERT_EQ(0, spill(magazines, "0", 1));
	ASSERT_EQ(0, module_load("vmx_user", ""));
	/* vmx_user frees the area that it held: a magazine takes it. */
	ASSERT_EQ(0, spill(magazines, "1", 1));
	ASSERT_EQ(0, module_unload("vmx_user"));
	ASSERT_EQ(1, vmx_stat("cached_areas"));
	pages = vmx_stat("cached_pages");
	ASSERT_EQ(0, vmx_areas(&areas));
	bytes = areas.n == 3 ? areas.area[1].end - areas.area[1].start : 0;
	areas_free(&areas);
	explain(_metadata, self->fd, in_pages(IS_64BIT ? "64M explain" : "16M explain"), -ENOSPC,
		&self->text);
	EXPECT_EQ(1, number_in(self->text, "magazines gave up areas="));
	EXPECT_EQ(bytes, number_in(self->text, "areas=1 bytes="));
	EXPECT_EQ(pages, number_in(self->text, ": entries="));
	EXPECT_EQ(pages, number_in(self->text, "cleared, frames="));
	EXPECT_EQ(0, vmx_stat("cached_areas"));
	expect_numbered(_metadata, self->text);
}

/* --- free --- */

static void explain_free(struct __test_metadata *_metadata, const char *request, char **text)
{
	int fd = open("/sys/kernel/debug/vmx/free", O_RDWR | O_CLOEXEC);

	ASSERT_LE(0, fd);
	explain(_metadata, fd, request, 0, text);
	close(fd);
}

/* Free an area, and look up each value. */
static void expect_freed(struct __test_metadata *_metadata, const char *request, char **text,
			 char **witness)
{
	unsigned long id, flags, descriptor;
	char free_request[32], *before;
	const struct area *area;
	struct areas areas;
	struct made made;

	ASSERT_EQ(1, vmx_make(request, &made, 1));
	id = made.id;
	ASSERT_EQ(0, vmx_areas(&areas));
	area = area_by_id(&areas, id);
	ask(_metadata, "area", id, "%lu", witness);
	before = strdup(*witness);
	flags = number_in(before, "\nflags ");
	descriptor = number_in(before, "descriptor=");

	snprintf(free_request, sizeof(free_request), "%lu explain", id);
	explain_free(_metadata, free_request, text);
	expect_numbered(_metadata, *text);
	EXPECT_EQ(id, number_in(*text, "      id="));
	snprintf(free_request, sizeof(free_request), "id=%lu ", id);
	EXPECT_EQ(area->start, number_in(*text, free_request));
	EXPECT_EQ(flags, number_in(*text, "      flags "));
	EXPECT_EQ(flags | 0x100000, number_in(strstr(*text, "      flags "), " -> "));
	expect_list(_metadata, *text, false, &areas, id, descriptor, witness);
	expect_entries(_metadata, *text, false, witness);
	expect_blocks(_metadata, *text, before);
	EXPECT_EQ(area->start, number_in(strstr(*text, "vmx_area_quarantine(), "), "\n      "));
	EXPECT_EQ(vmx_stat("quarantined_bytes"), number_in(*text, "      quarantined: "));
	EXPECT_EQ(vmx_stat("lazy_max_bytes"), number_in(*text, "lazy_max: "));
	EXPECT_NE(NULL, strstr(*text, ": no purge yet\n"));
	EXPECT_EQ(NULL, strstr(*text, "vmx_areas_purge()"));
	free(before);
	areas_free(&areas);
}

TEST_F(explain, freeing)
{
	static const char * const requests[] = {
		"1", "20K", "300K zero", "64K align=64K", "3M", "2M huge",
	};
	size_t i;

	for (i = 0; i < ARRAY_SIZE(requests); i++) {
		TH_LOG("%s", requests[i]);
		expect_freed(_metadata, requests[i], &self->text, &self->witness);
	}
}

/* The free that makes a purge due tells the purge, too. */
TEST_F(explain, freeing_with_purge)
{
	static const char lazy_max[] = "/sys/module/vmx/parameters/lazy_max";
	unsigned long long purges, flushes, waiting;
	struct areas areas;

	ASSERT_EQ(0, vmx_ask("alloc", "64K 8K 64K"));
	ASSERT_EQ(0, vmx_ask("free", "4"));
	waiting = vmx_stat("quarantined_bytes");
	purges = vmx_stat("purges");
	flushes = vmx_stat("flushes");
	ASSERT_EQ(0, spill(lazy_max, "100K", 4));
	explain_free(_metadata, "6 explain", &self->text);
	expect_numbered(_metadata, self->text);
	waiting += 64 * KIB + page_size();
	EXPECT_EQ(waiting, number_in(self->text, "      quarantined: "));
	EXPECT_NE(NULL, strstr(self->text, "lazy_max: 102400: a purge is due\n"));
	EXPECT_EQ(2, number_in(self->text, "      quarantined ranges="));
	EXPECT_EQ(waiting, number_in(self->text, "quarantined ranges=2 bytes="));
	EXPECT_EQ(waiting, number_in(self->text, "are holes again: ranges=2 bytes="));
	EXPECT_EQ(purges + 1, vmx_stat("purges"));
	EXPECT_EQ(flushes + 1, vmx_stat("flushes"));
	EXPECT_EQ(1, count(self->text, "vmx_pgtable_flush(), "));
	EXPECT_EQ(0, vmx_stat("quarantined_bytes"));

	/* Several, and all: one explanation. */
	explain_free(_metadata, "1 3 explain", &self->text);
	EXPECT_EQ(2, count(self->text, "remove_vmx_area(), "));
	explain_free(_metadata, "all explain", &self->text);
	EXPECT_EQ(1, count(self->text, "remove_vmx_area(), "));
	ASSERT_EQ(0, vmx_areas(&areas));
	EXPECT_EQ(0, areas.n);
	areas_free(&areas);
}

/* A refused write frees nothing, and leaves the answer of the last one. */
TEST_F(explain, freeing_refused)
{
	static const struct {
		const char *text;
		int err;
	} refused[] = {
		{ "explain", -EINVAL }, { "explain 1", -EINVAL }, { "1 explain 3", -EINVAL },
		{ "1 explain explain", -EINVAL }, { "all 1", -EINVAL }, { "1 all", -EINVAL },
		{ "all all", -EINVAL }, { "all explain 1", -EINVAL }, { "2 explain", -ENOENT },
		{ "1 1 explain", -ENOENT },
	};
	int fd = open("/sys/kernel/debug/vmx/free", O_RDWR | O_CLOEXEC);
	struct areas areas;
	size_t i;

	ASSERT_LE(0, fd);
	ASSERT_EQ(0, vmx_ask("alloc", "4K 8K"));
	explain(_metadata, fd, "4 explain", 0, &self->text);
	for (i = 0; i < ARRAY_SIZE(refused); i++) {
		EXPECT_EQ(refused[i].err, write_all(fd, refused[i].text, strlen(refused[i].text)))
			TH_LOG("%s", refused[i].text);
		free(self->witness);
		self->witness = slurp_fd(fd);
		EXPECT_STREQ(self->text, self->witness);
	}
	ASSERT_EQ(0, vmx_areas(&areas));
	EXPECT_EQ(3, areas.n);
	areas_free(&areas);
	/* Without the word there is nothing to read. */
	explain(_metadata, fd, "5", 0, &self->text);
	EXPECT_STREQ("", self->text);
	close(fd);
}

/* The areas behind the first ones are only counted, and the list's links stay right. */
TEST_F(explain, freeing_many)
{
	char more[64];
	long kept;

	ASSERT_EQ(0, vmx_ask("alloc", "4K count=20"));
	explain_free(_metadata, "all explain", &self->text);
	kept = count(self->text, ": VMX_FREED is set");
	EXPECT_LT(1, kept);
	snprintf(more, sizeof(more), " %ld more areas\n", 22 - kept);
	EXPECT_EQ(1, count(self->text, more))
		TH_LOG("%s", self->text);
	snprintf(more, sizeof(more), " %ld more ranges wait\n", 22 - kept);
	EXPECT_EQ(1, count(self->text, more));
}

/* Even the explanation of a large area is short. */
TEST_F(explain, is_short)
{
	const char *at;

	explain(_metadata, self->fd, in_pages(IS_64BIT ? "60M explain" : "14M explain"), 0,
		&self->text);
	EXPECT_GT(96, count(self->text, "\n"));
	expect_numbered(_metadata, self->text);
	/* With larger pages there are fewer leaves: each step is shown. */
	if (IS_64BIT && page_size() == 4096) {
		at = strstr(self->text, " more entries, in ");
		ASSERT_NE(NULL, at);
	}
	/* With count= only the first area is explained; all are listed. */
	ASSERT_EQ(0, vmx_ask("free", "4"));
	explain(_metadata, self->fd, "4K count=5 explain", 0, &self->text);
	EXPECT_EQ(1, count(self->text, "PAGE_ALIGN"));
	EXPECT_EQ(4, count(strstr(self->text, "in all, "), " 4096\n"));
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
	EXPECT_EQ(NULL, strstr(self->text, "caller"));
	EXPECT_NE(NULL, strstr(self->text, "zone="));
	explain_free(_metadata, "all explain", &self->text);
	for (at = self->text; (at = strstr(at, "0x")); at++) {
		EXPECT_GE(SLICE_BYTES, strtoull(at, NULL, 16))
			TH_LOG("%.60s", at);
	}
	EXPECT_EQ(NULL, strstr(self->text, "pfn="));
	EXPECT_EQ(NULL, strstr(self->text, "in table"));
	EXPECT_NE(NULL, strstr(self->text, "zone="));
}

TEST_HARNESS_MAIN
