// SPDX-License-Identifier: GPL-2.0
/*
 * Each line of `pgtables` begins with the line that the kernel's own ptdump
 * prints for the vmalloc range: the same runs with the same flags at the same
 * level, whether the run is an area of vmx, of the kernel, or unmapped
 *
 * On x86 the columns are the same, too. On arm64 the words are, in another order.
 *
 * Only `pgtables` also has frames and owner, at the end of a line.
 */
#include <fcntl.h>

#include "../../kselftest_harness.h"
#include "proof.h"

#define TRIES 20

#ifdef __aarch64__
#define HEADINGS "---[ vmalloc() area ]---\n", "---[ Modules start ]---\n", \
		 "---[ PCI I/O start ]---\n"
#define SAME_COLUMNS false
#else
#define HEADINGS "---[ vmalloc() Area ]---\n", "---[ Modules ]---\n"
#define SAME_COLUMNS true
#endif

/* Two dumps of the same state. */
struct both {
	char *ptdump, *pgtables;
};

FIXTURE(pgtables) {
	struct both both;
};

FIXTURE_SETUP(pgtables)
{
	if (access(PROOF_PTDUMP, R_OK))
		SKIP(return, "the kernel has no ptdump");
	ASSERT_EQ(0, vmx_load("slice=32M" LAZY));
}

FIXTURE_TEARDOWN(pgtables)
{
	free(self->both.ptdump);
	free(self->both.pgtables);
	EXPECT_EQ(0, vmx_unload());
}

/* Return the part of a dump behind a heading, up to the next one. */
static char *part_of(char *all, const char *heading)
{
	char *part = NULL, *end;

	if (all && strstr(all, heading)) {
		part = strdup(strstr(all, heading) + strlen(heading));
		end = strstr(part, "---[");
		if (end)
			*end = '\0';
	}
	free(all);
	return part;
}

/* Read both dumps; false if the kernel's tables have changed meanwhile. */
static bool read_both(struct both *both, const char *heading)
{
	char *again;
	bool same;

	free(both->ptdump);
	free(both->pgtables);
	both->ptdump = part_of(slurp(PROOF_PTDUMP), heading);
	both->pgtables = part_of(vmx_read("pgtables"), heading);
	again = part_of(slurp(PROOF_PTDUMP), heading);
	same = both->ptdump && both->pgtables && again && !strcmp(both->ptdump, again);
	free(again);
	return same;
}

/*
 * On arm64 the kernel calls the top table PGD, whether this level is folded or not. vmx
 * counts from the PTEs: with 4 levels, the top is a p4d (docs/design.md).
 */
static void name_top(const char *line, char *mine)
{
	char *level = strstr(mine, " p4d");

	if (level && strstr(line, " pgd"))
		memcpy(level, " pgd", 4);
}

/*
 * The part of ptdump may extend beyond the vmalloc range, up to the next
 * heading: its last run may be longer, or one more run may follow.
 */
static unsigned long compare(struct __test_metadata *_metadata, struct both *both)
{
	char *line, *mine, *rest, *my_rest;
	unsigned long start, end, my_end = 0, lines = 0;

	for (line = strtok_r(both->ptdump, "\n", &rest),
	     mine = strtok_r(both->pgtables, "\n", &my_rest); line && mine;
	     line = strtok_r(NULL, "\n", &rest), mine = strtok_r(NULL, "\n", &my_rest)) {
		size_t len;

		if (!SAME_COLUMNS) {
			dump_words(line);
			dump_words(mine);
			name_top(line, mine);
		}
		len = strlen(line);
		while (len && line[len - 1] == ' ')
			len--;
		if (sscanf(line, "0x%lx-0x%lx", &start, &end) == 2 &&
		    sscanf(mine, "0x%*x-0x%lx", &my_end) == 1 && !*my_rest && end > my_end)
			len = strcspn(line, "-");
		ASSERT_EQ(0, strncmp(line, mine, len))
			TH_LOG("ptdump:   %s\n# pgtables: %s", line, mine);
		ASSERT_TRUE(!mine[len] || *mine == '-' || !*my_rest ||
			    !strncmp(mine + len, " frames=", 8))
			TH_LOG("%s", mine);
		lines++;
	}
	ASSERT_EQ(NULL, mine)
		TH_LOG("%s", mine);
	ASSERT_TRUE(!line || (sscanf(line, "0x%lx", &start) == 1 && start >= my_end))
		TH_LOG("%s", line);
	return lines;
}

static void expect_same(struct __test_metadata *_metadata, struct both *both, const char *when)
{
	static const char * const headings[] = { HEADINGS };
	size_t i;
	int try;

	for (i = 0; i < ARRAY_SIZE(headings); i++) {
		for (try = 0; try < TRIES && !read_both(both, headings[i]); try++)
			usleep(100000);
		ASSERT_GT(TRIES, try)
			TH_LOG("the kernel has changed its tables during each of %d tries", TRIES);
		TH_LOG("%s: %lu lines of %s", when, compare(_metadata, both), headings[i]);
	}
}

TEST_F_TIMEOUT(pgtables, same_as_ptdump, 400)
{
	expect_same(_metadata, &self->both, "no areas");
	ASSERT_EQ(0, vmx_ask("alloc", "4K 8K 64K count=20\n1M 3M huge 4M huge\n"
			     "12K align=64K count=30"));
	expect_same(_metadata, &self->both, "areas of all kinds");
	ASSERT_EQ(0, vmx_ask("free", "1 4 8 15 16 23 25"));
	expect_same(_metadata, &self->both, "some freed");
	ASSERT_EQ(0, vmx_ask("purge", "1"));
	ASSERT_EQ(0, vmx_ask("alloc", "16K count=12 fit=best\n2M huge fit=last"));
	expect_same(_metadata, &self->both, "more areas made");
	ASSERT_EQ(0, vmx_ask("free", "all"));
	expect_same(_metadata, &self->both, "all freed");
}

TEST_HARNESS_MAIN
