// SPDX-License-Identifier: GPL-2.0
/*
 * Bad input: a structured fuzzer for the files that accept text
 *
 * fuzz_grammar.c generates texts that are mostly correct, and mutates them.
 * fuzz_oracle.c predicts the result of each write, with a naive parser written
 * from the documentation and a model of the slice with one byte for each page.
 * A write that succeeds must make or free exactly the requested areas, at the
 * predicted addresses; a refused write must have the predicted errno and change
 * nothing.
 *
 * VMX_SEED and VMX_WRITES in the environment repeat a run.
 */
#include <fcntl.h>
#include <time.h>

#include "../../kselftest_harness.h"
#include "fuzz.h"

/* Print a text on one line, with escapes for the shell's printf. */
static void print_text(const struct text *text)
{
	size_t i;

	printf("# %zu bytes: '", text->len);
	for (i = 0; i < text->len; i++) {
		unsigned char c = text->bytes[i];

		/* Leave out the middle of a long text. */
		if (i == 150 && text->len > 300) {
			fputs("' ... '", stdout);
			i = text->len - 151;
			continue;
		}
		if (c < ' ' || c > '~' || c == '\\' || c == '\'')
			printf("\\%03o", c);
		else
			putchar(c);
	}
	puts("'");
	fflush(stdout);
}

static const struct target {
	const char *name;
	unsigned int share;	/* of the writes, in ninths */
	void (*text)(struct random *random, const struct slice *s, struct text *text);
	int (*foretell)(struct slice *s, const struct text *text);
} targets[] = {
	{ "alloc", 3, alloc_text, foretell_alloc },
	{ "free", 2, free_text, foretell_free },
	{ "purge", 1, purge_text, foretell_purge },
	{ "fit", 1, fit_text, foretell_fit },
	{ "area", 1, address_text, foretell_area },
	{ "walk", 1, address_text, foretell_walk },
};

enum { ALLOC, FREE, PURGE };

struct fuzz {
	struct random random;
	unsigned long writes;
	struct slice slice, next;
	int fd[ARRAY_SIZE(targets)];
	struct text text;
	unsigned long n, refused, made, freed, written[ARRAY_SIZE(targets)];
};

FIXTURE(fuzz) {
	struct fuzz fuzz;
};

FIXTURE_SETUP(fuzz)
{
	unsigned long seed = env_number("VMX_SEED", time(NULL));
	struct fuzz *f = &self->fuzz;
	struct areas areas;
	char path[64];
	size_t i;

	f->writes = env_number("VMX_WRITES", 50000);
	f->random.state = seed * 0x9e3779b97f4a7c15ULL + 1;
	TH_LOG("VMX_SEED=%lu VMX_WRITES=%lu", seed, f->writes);

	ASSERT_EQ(0, vmx_load("slice=4M" LAZY));
	ASSERT_EQ(0, vmx_areas(&areas));
	f->slice = (struct slice){
		.start = areas.start, .bytes = areas.end - areas.start,
		.ram = meminfo_kib("MemTotal") * KIB,
	};
	areas_free(&areas);
	ASSERT_EQ(SLICE_PAGES * page_size(), f->slice.bytes);
	for (i = 0; i < ARRAY_SIZE(targets); i++) {
		snprintf(path, sizeof(path), PROOF_FILES "/%s", targets[i].name);
		f->fd[i] = open(path, (i == FREE || i == PURGE ? O_WRONLY : O_RDWR) | O_CLOEXEC);
		ASSERT_LE(0, f->fd[i]);
	}
}

FIXTURE_TEARDOWN(fuzz)
{
	size_t i;

	for (i = 0; i < ARRAY_SIZE(targets); i++)
		close(self->fuzz.fd[i]);
	EXPECT_EQ(0, vmx_unload());
}

/* Write the text with one write(2): 0 or -errno. */
static int put(int fd, const struct text *text)
{
	ssize_t ret = write(fd, text->bytes, text->len);

	if (ret < 0)
		return -errno;
	return (size_t)ret == text->len ? 0 : -EIO;
}

static int by_address(const void *a, const void *b)
{
	const struct live *x = a, *y = b;

	return (x->addr > y->addr) - (x->addr < y->addr);
}

/* Has `areas` the same list as the model? */
static bool same_list(const struct slice *s)
{
	static struct live sorted[SLICE_PAGES];
	struct areas areas;
	bool same;
	int i;

	memcpy(sorted, s->live, s->areas * sizeof(*sorted));
	qsort(sorted, s->areas, sizeof(*sorted), by_address);
	if (vmx_areas(&areas))
		return false;
	same = areas.n == (size_t)s->areas;
	for (i = 0; same && i < s->areas; i++) {
		const struct area *area = &areas.area[i];

		same = sorted[i].addr == area->start && sorted[i].id == area->id &&
		       sorted[i].size == area->req && sorted[i].pages == area->pages &&
		       sorted[i].zero == !!strstr(area->text, " zero ");
	}
	areas_free(&areas);
	return same;
}

/* Skip the explanation of an area: none of its lines begins as that of an area does. */
static char *next_answer(char *at)
{
	int n = 0;

	while (*at) {
		if (sscanf(at, "%*u 0x%*x %*u%n", &n) >= 0 && n)
			break;
		at += strcspn(at, "\n");
		at += !!*at;
	}
	return at;
}

/* The answer must have the predicted areas in order; read their ids from it. */
static bool learn_ids(struct fuzz *f)
{
	static char answer[MIB];
	size_t used = 0;
	ssize_t got;
	char *at = answer;
	int i;

	while ((got = read(f->fd[ALLOC], answer + used, sizeof(answer) - 1 - used)) > 0)
		used += got;
	answer[used] = '\0';
	for (i = 0; i < f->slice.areas; i++) {
		struct live *live = &f->slice.live[i];

		at = next_answer(at);
		live->id = strtoul(at, &at, 10);
		if (strtoul(at, &at, 16) != live->addr || strtoul(at, &at, 10) != live->size ||
		    *at++ != '\n')
			return false;
	}
	return !got && !*next_answer(at);
}

/* Copy only the used part of live[], which is mostly unused. */
static void copy_slice(struct slice *to, const struct slice *from)
{
	memcpy(to, from, offsetof(struct slice, live[from->areas]));
}

/* Write the text.  Return what went wrong, or NULL. */
static const char *write_text(struct fuzz *f, unsigned int target)
{
	int foretold, ret;

	copy_slice(&f->next, &f->slice);
	foretold = targets[target].foretell(&f->next, &f->text);
	ret = put(f->fd[target], &f->text);
	f->written[target]++;
	/* An empty write is no request. */
	if (!f->text.len)
		return ret ? "an empty write fails" : NULL;
	if (ret != foretold && (foretold != WHATEVER || (ret && ret != -EINVAL)))
		return strerror(-ret);
	if (ret) {
		f->refused++;
		f->slice.next_fit = f->next.next_fit;
		memcpy(f->slice.taken, f->next.taken, sizeof(f->slice.taken));
		return NULL;
	}
	f->freed += target == FREE ? f->slice.areas - f->next.areas : 0;
	copy_slice(&f->slice, &f->next);
	if (target == PURGE)
		return vmx_stat("quarantined_bytes") ? "not purged" : NULL;
	if (target == ALLOC) {
		f->made += f->slice.areas;
		return learn_ids(f) ? NULL : "the answer is not as predicted";
	}
	return NULL;
}

/* Compare the list with the model, then free all areas. */
static const char *free_all(struct fuzz *f)
{
	if (!same_list(&f->slice))
		return "the list is not as predicted";
	if (f->slice.areas && write(f->fd[FREE], "all", 3) != 3)
		return "cannot free all areas";
	f->slice.areas = 0;
	return NULL;
}

static const char *one_write(struct fuzz *f)
{
	unsigned int target = 0, mutations, at = random_below(&f->random, 9);
	const char *amiss = NULL;

	while (at >= targets[target].share)
		at -= targets[target++].share;
	/* Write to `alloc` without areas, and to the other files with areas. */
	if (target == ALLOC)
		amiss = free_all(f);
	if (target != ALLOC && !f->slice.areas && !amiss) {
		f->text.len = 0;
		add(&f->text, "4K count=5 64K 1M 12345");
		amiss = write_text(f, ALLOC);
	}
	if (amiss)
		return amiss;
	f->text.len = 0;
	targets[target].text(&f->random, &f->slice, &f->text);
	for (mutations = random_below(&f->random, 6); mutations > 2; mutations--)
		mutate(&f->random, &f->text);
	return write_text(f, target);
}

TEST_F_TIMEOUT(fuzz, every_result_is_predicted, 1200)
{
	struct fuzz *f = &self->fuzz;
	unsigned int start = milliseconds();
	const char *amiss;
	size_t i;

	for (f->n = 0; f->n < f->writes; f->n++) {
		amiss = one_write(f);
		ASSERT_EQ(NULL, amiss) {
			print_text(&f->text);
			TH_LOG("write %lu: %s", f->n, amiss);
		}
	}
	amiss = free_all(f);
	EXPECT_EQ(NULL, amiss);
	for (i = 0; i < ARRAY_SIZE(targets); i++)
		TH_LOG("%s: %lu writes", targets[i].name, f->written[i]);
	TH_LOG("%lu refused, %lu areas made, %lu freed by writes to free (%u ms)",
	       f->refused, f->made, f->freed, milliseconds() - start);
	/* Enough writes must be correct, and enough must be wrong. */
	EXPECT_LT(f->writes / 5, f->refused);
	EXPECT_LT(f->writes / 5, f->made);
}

TEST_HARNESS_MAIN
