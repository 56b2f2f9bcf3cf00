// SPDX-License-Identifier: GPL-2.0
/*
 * The kernel's own ptdump finds mapped exactly what `areas` lists, after each
 * of many random steps
 *
 * All pages of each area are mapped, with the flags of normal kernel memory,
 * and by the number of leaves that `areas` shows. Nothing else in the slice is
 * mapped: no guard page, no hole, no freed address.
 *
 * VMX_SEED and VMX_STEPS in the environment repeat a run; both are printed.
 */
#include <fcntl.h>
#include <time.h>

#include "../../kselftest_harness.h"
#include "proof.h"

#define LEAF (2 * MIB)

struct ptdump {
	struct random random;
	unsigned long seed, steps, step;
	char last[64];			/* the last step */
	int fd;
	char *text;
	char pte_flags[64], pmd_flags[64];
	unsigned long compared, leaves;	/* areas and leaves, in all steps */
};

FIXTURE(ptdump) {
	struct ptdump ptdump;
};

#define TEXT_MAX (4 * MIB)

/* The flags of normal memory, in the words of the dump. */
#ifdef __aarch64__
#define PTE_FLAGS "RW NX SHD AF%s UXN MEM/NORMAL"
#define PMD_FLAGS "RW NX SHD AF%s BLK UXN MEM/NORMAL"
#define GLOBAL ""
#define NOT_GLOBAL " NG"
#else
#define PTE_FLAGS "RW%s NX"
#define PMD_FLAGS "RW PSE%s NX"
#define GLOBAL " GLB"
#define NOT_GLOBAL ""
#endif

/* With page-table isolation the kernel's entries are not global. */
static bool isolated(void)
{
	char *text = slurp("/sys/devices/system/cpu/vulnerabilities/meltdown");
	bool yes = text && strstr(text, "PTI");

	free(text);
	return yes;
}

FIXTURE_SETUP(ptdump)
{
	struct ptdump *p = &self->ptdump;
	const char *global = isolated() ? NOT_GLOBAL : GLOBAL;

	p->seed = env_number("VMX_SEED", time(NULL));
	p->steps = env_number("VMX_STEPS", 200);
	p->random.state = p->seed * 0x9e3779b97f4a7c15ULL + 1;
	TH_LOG("VMX_SEED=%lu VMX_STEPS=%lu", p->seed, p->steps);
	snprintf(p->pte_flags, sizeof(p->pte_flags), PTE_FLAGS, global);
	snprintf(p->pmd_flags, sizeof(p->pmd_flags), PMD_FLAGS, global);

	p->fd = open(PROOF_PTDUMP, O_RDONLY | O_CLOEXEC);
	if (p->fd < 0)
		SKIP(return, "the kernel has no ptdump");
	p->text = malloc(TEXT_MAX);
	ASSERT_NE(NULL, p->text);
	/* vmx purges only on request and if no hole fits. */
	ASSERT_EQ(0, vmx_load("slice=32M" LAZY));
}

FIXTURE_TEARDOWN(ptdump)
{
	struct ptdump *p = &self->ptdump;

	if (_metadata->exit_code)
		TH_LOG("at step %lu, '%s'; VMX_SEED=%lu VMX_STEPS=%lu repeats it",
		       p->step, p->last, p->seed, p->steps);
	close(p->fd);
	EXPECT_EQ(0, vmx_unload());
}

/* ---- the dump ---- */

/* Adjacent addresses whose entries have the same flags. */
struct run {
	unsigned long start, end;
	char flags[64];		/* "" where nothing is mapped */
	char level[8];
};

/* With dump_words(), a run is "0xSTART-0xEND SIZE FLAGS... LEVEL"; other lines are headings. */
static bool parse_run(char *line, struct run *run)
{
	char *word, *rest, *next;

	if (sscanf(line, "0x%lx-0x%lx", &run->start, &run->end) != 2)
		return false;
	dump_words(line);
	run->flags[0] = '\0';
	strtok_r(line, " ", &rest);
	strtok_r(NULL, " ", &rest);
	for (word = strtok_r(NULL, " ", &rest); word; word = next) {
		next = strtok_r(NULL, " ", &rest);
		if (!next) {
			snprintf(run->level, sizeof(run->level), "%s", word);
			return true;
		}
		if (run->flags[0])
			strcat(run->flags, " ");
		strncat(run->flags, word, sizeof(run->flags) - strlen(run->flags) - 2);
	}
	return false;
}

/* Read the open file again, so that the kernel uses the same buffer again. */
static bool read_dump(int fd, char *text)
{
	size_t used = 0;
	ssize_t got;

	lseek(fd, 0, SEEK_SET);
	while ((got = read(fd, text + used, TEXT_MAX - 1 - used)) > 0)
		used += got;
	text[used] = '\0';
	return !got && used;
}

/* ---- the comparison ---- */

struct mapped {
	unsigned long small, leaves;	/* bytes */
};

static unsigned long leaves_of(const struct area *area)
{
	const char *at = strstr(area->text, " huge=");

	return at ? strtoul(at + strlen(" huge="), NULL, 10) : 0;
}

static const struct area *area_around(const struct areas *areas, const struct run *run)
{
	size_t i;

	for (i = 0; i < areas->n; i++) {
		const struct area *area = &areas->area[i];

		if (run->start >= area->start &&
		    run->end <= area->start + area->pages * page_size())
			return area;
	}
	return NULL;
}

/* Say what is wrong with a mapped run inside the slice. */
static const char *run_fault(const struct ptdump *p, const struct areas *areas,
			     const struct run *run, struct mapped *mapped)
{
	const struct area *area = area_around(areas, run);
	bool leaf = !strcmp(run->level, "pmd");
	size_t i = area - areas->area;

	if (!area)
		return "belongs to no area";
	if (!leaf && strcmp(run->level, "pte"))
		return "is on a level that vmx does not use";
	if (strcmp(run->flags, leaf ? p->pmd_flags : p->pte_flags))
		return "does not have the flags of normal memory";
	if (leaf && (run->start | run->end) % LEAF)
		return "is not a whole number of leaves";
	*(leaf ? &mapped[i].leaves : &mapped[i].small) += run->end - run->start;
	return NULL;
}

static void compare(struct __test_metadata *_metadata, struct ptdump *p)
{
	struct areas areas;
	struct mapped *mapped;
	char *line, *rest;
	struct run run;
	size_t i, runs = 0;

	ASSERT_EQ(0, vmx_areas(&areas));
	ASSERT_TRUE(read_dump(p->fd, p->text));
	mapped = calloc(areas.n + 1, sizeof(*mapped));

	for (line = strtok_r(p->text, "\n", &rest); line; line = strtok_r(NULL, "\n", &rest)) {
		const char *fault;

		if (!parse_run(line, &run) || run.end <= areas.start || run.start >= areas.end)
			continue;
		runs++;
		if (!run.flags[0])
			continue;
		fault = run_fault(p, &areas, &run, mapped);
		ASSERT_EQ(NULL, fault)
			TH_LOG("0x%lx-0x%lx '%s' %s: %s", run.start, run.end, run.flags,
			       run.level, fault);
	}
	/* The dump must include the slice. */
	ASSERT_LT(0, runs);
	for (i = 0; i < areas.n; i++) {
		const struct area *area = &areas.area[i];

		ASSERT_EQ(leaves_of(area) * LEAF, mapped[i].leaves)
			TH_LOG("%s", area->text);
		ASSERT_EQ(area->pages * page_size(), mapped[i].leaves + mapped[i].small)
			TH_LOG("%s", area->text);
		p->leaves += leaves_of(area);
	}
	p->compared += areas.n;
	free(mapped);
	areas_free(&areas);
}

/* ---- the steps ---- */

static int step_alloc(struct ptdump *p)
{
	struct random *r = &p->random;
	static const unsigned int at_most[] = { 1, 4, 32, 300 };
	unsigned long kib = 4 + random_below(r, 4 * at_most[random_below(r, 4)]);
	int err;

	if (!random_below(r, 4))
		snprintf(p->last, sizeof(p->last), "%luK huge%s",
			 2048 + random_below(r, 3000), random_below(r, 2) ? " zero" : "");
	else
		snprintf(p->last, sizeof(p->last), "%luK align=%luK count=%lu", kib,
			 4UL << random_below(r, 10), 1 + random_below(r, 3));
	err = vmx_ask("alloc", p->last);
	return err == -ENOSPC ? 0 : err;
}

static int step_free(struct ptdump *p)
{
	struct areas areas;
	int err = vmx_areas(&areas);

	if (err || !areas.n)
		return err;
	snprintf(p->last, sizeof(p->last), "%lu",
		 areas.area[random_below(&p->random, areas.n)].id);
	areas_free(&areas);
	return vmx_ask("free", p->last);
}

static int one_step(struct ptdump *p)
{
	switch (random_below(&p->random, 10)) {
	case 0:
		snprintf(p->last, sizeof(p->last), "purge");
		return vmx_ask("purge", "1");
	case 1 ... 4:
		return step_free(p);
	default:
		return step_alloc(p);
	}
}

TEST_F_TIMEOUT(ptdump, agrees_with_areas, 900)
{
	struct ptdump *p = &self->ptdump;
	unsigned int start = milliseconds();

	compare(_metadata, p);
	for (p->step = 0; p->step < p->steps; p->step++) {
		ASSERT_EQ(0, one_step(p));
		compare(_metadata, p);
	}
	TH_LOG("%lu steps, %lu areas and %lu leaves compared (%u ms)", p->steps,
	       p->compared, p->leaves, milliseconds() - start);
	EXPECT_LT(0, p->leaves);
}

TEST_HARNESS_MAIN
