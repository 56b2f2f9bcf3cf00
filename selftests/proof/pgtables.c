// SPDX-License-Identifier: GPL-2.0
/*
 * `pgtables` is, line by line, what the kernel's own ptdump prints of the vmalloc
 * range: the same runs with the same flags at the same level, be they vmx's, the
 * kernel's or holes
 *
 * Behind that, a line of `pgtables` has the frames and the owner.
 */
#include <fcntl.h>

#include "../../kselftest_harness.h"
#include "proof.h"

#define PTDUMP PROOF_KERNEL "page_tables/kernel"
#define HEADING "---[ vmalloc() Area ]---\n"
#define TRIES 20

FIXTURE(pgtables) {
	char *ptdump, *pgtables;
	unsigned long lines;
};

FIXTURE_SETUP(pgtables)
{
	if (access(PTDUMP, R_OK))
		SKIP(return, "the kernel has no ptdump");
	ASSERT_EQ(0, vmx_load("slice=32M" LAZY));
}

FIXTURE_TEARDOWN(pgtables)
{
	free(self->ptdump);
	free(self->pgtables);
	EXPECT_EQ(0, vmx_unload());
}

/* The vmalloc range's part of the whole dump. */
static char *read_ptdump(void)
{
	char *all = slurp(PTDUMP), *part = NULL, *end;

	if (all && strstr(all, HEADING)) {
		part = strdup(strstr(all, HEADING));
		end = strstr(part + strlen(HEADING), "---[");
		if (end)
			*end = '\0';
	}
	free(all);
	return part;
}

/* The kernel has not changed anything between two of its dumps. */
static bool read_both(char **ptdump, char **pgtables)
{
	char *again;
	bool same;

	free(*ptdump);
	free(*pgtables);
	*ptdump = read_ptdump();
	*pgtables = vmx_read("pgtables");
	again = read_ptdump();
	same = *ptdump && *pgtables && again && !strcmp(*ptdump, again);
	free(again);
	return same;
}

/*
 * ptdump's part goes on to where its next one begins; what lies behind the range
 * is a run of its own, or the end of the last one.
 */
static void compare(struct __test_metadata *_metadata, char *ptdump, char *pgtables,
		    unsigned long *lines)
{
	char *line, *mine, *rest, *my_rest;
	unsigned long start, end, my_end = 0;

	for (line = strtok_r(ptdump, "\n", &rest), mine = strtok_r(pgtables, "\n", &my_rest);
	     line && mine;
	     line = strtok_r(NULL, "\n", &rest), mine = strtok_r(NULL, "\n", &my_rest)) {
		size_t len = strlen(line);

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
		++*lines;
	}
	ASSERT_EQ(NULL, mine)
		TH_LOG("%s", mine);
	ASSERT_TRUE(!line || (sscanf(line, "0x%lx", &start) == 1 && start >= my_end))
		TH_LOG("%s", line);
}

static void expect_same(struct __test_metadata *_metadata, FIXTURE_DATA(pgtables) *self,
			const char *when)
{
	int try;

	for (try = 0; try < TRIES && !read_both(&self->ptdump, &self->pgtables); try++)
		usleep(100000);
	ASSERT_GT(TRIES, try)
		TH_LOG("the kernel never rests");
	self->lines = 0;
	compare(_metadata, self->ptdump, self->pgtables, &self->lines);
	TH_LOG("%s: %lu lines", when, self->lines);
}

TEST_F_TIMEOUT(pgtables, are_ptdumps, 400)
{
	expect_same(_metadata, self, "no areas");
	ASSERT_EQ(0, vmx_ask("alloc", "4K 8K 64K count=20\n1M 3M huge 4M huge\n12K align=64K count=30"));
	expect_same(_metadata, self, "areas of all kinds");
	ASSERT_EQ(0, vmx_ask("free", "1 4 8 15 16 23 25"));
	expect_same(_metadata, self, "some freed");
	ASSERT_EQ(0, vmx_ask("purge", "1"));
	ASSERT_EQ(0, vmx_ask("alloc", "16K count=12 fit=best\n2M huge fit=last"));
	expect_same(_metadata, self, "and others made");
	ASSERT_EQ(0, vmx_ask("free", "all"));
	expect_same(_metadata, self, "all freed");
}

TEST_HARNESS_MAIN
