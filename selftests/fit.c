// SPDX-License-Identifier: GPL-2.0
/*
 * Which hole a request takes: by its word fit=, or without it by the file
 * `fit`. The addresses of the areas prove it, and `area`, an explanation and
 * the tracepoint name the same fit.
 */
#include <fcntl.h>

#include "../kselftest_harness.h"
#include "vmx_test.h"

#define TRACING "/sys/kernel/tracing/"

/* Holes of 68, 16 and 28 KiB in this order, then the rest of the slice. */
enum { LARGE, SMALL, MIDDLE, REST, HOLES };

FIXTURE(fit) {
	unsigned long hole[HOLES];	/* start addresses */
	unsigned long end;		/* of the slice */
};

FIXTURE_SETUP(fit)
{
	struct areas areas;
	struct made made[6];
	int i;

	ASSERT_EQ(0, vmx_load(SLICE));
	ASSERT_EQ(6, vmx_make(in_pages("64K 4K 12K 4K 24K 4K"), made, 6));
	ASSERT_EQ(0, vmx_ask("free", "1 3 5"));
	ASSERT_EQ(0, vmx_ask("purge", "1"));
	for (i = 0; i < REST; i++)
		self->hole[i] = made[2 * i].addr;
	self->hole[REST] = made[5].addr + 2 * page_size();
	ASSERT_EQ(0, vmx_areas(&areas));
	self->end = areas.end;
	areas_free(&areas);
}

FIXTURE_TEARDOWN(fit)
{
	EXPECT_EQ(0, vmx_unload());
}

/* Return the address of the area that a request makes; free the area. See in_pages(). */
static unsigned long place_of(struct __test_metadata *_metadata, const char *request)
{
	struct made made = {};

	EXPECT_EQ(1, vmx_make(in_pages(request), &made, 1))
		TH_LOG("%s", request);
	EXPECT_EQ(0, vmx_free_id(made.id));
	EXPECT_EQ(0, vmx_ask("purge", "1"));
	return made.addr;
}

TEST_F(fit, word_of_a_request)
{
	const unsigned long in_2m = 512 * page_size();

	EXPECT_EQ(self->hole[LARGE], place_of(_metadata, "12K"));
	EXPECT_EQ(self->hole[LARGE], place_of(_metadata, "12K fit=first"));
	EXPECT_EQ(self->hole[SMALL], place_of(_metadata, "12K fit=best"));
	EXPECT_EQ(self->hole[MIDDLE], place_of(_metadata, "16K fit=best"));
	EXPECT_EQ(self->hole[LARGE], place_of(_metadata, "28K fit=best"));
	EXPECT_EQ(self->hole[REST], place_of(_metadata, "68K fit=best"));
	EXPECT_EQ(self->end - 4 * page_size(), place_of(_metadata, "12K fit=last"));
	EXPECT_EQ((self->end - 4 * page_size()) & -in_2m,
		  place_of(_metadata, "12K fit=last align=2M"));
}

/*
 * next searches above the last place that it chose, even if that place is a
 * hole again, and finally from the start of the slice.
 */
TEST_F(fit, next)
{
	EXPECT_EQ(self->hole[LARGE], place_of(_metadata, "12K fit=next"));
	EXPECT_EQ(self->hole[LARGE] + 4 * page_size(), place_of(_metadata, "20K fit=next"));
	EXPECT_EQ(self->hole[LARGE] + 10 * page_size(), place_of(_metadata, "24K fit=next"));
	EXPECT_EQ(self->hole[MIDDLE], place_of(_metadata, "16K fit=next"));
	EXPECT_EQ(self->hole[MIDDLE] + 5 * page_size(), place_of(_metadata, "4K fit=next"));
	/* Requests with another fit do not change where next continues. */
	EXPECT_EQ(self->hole[LARGE], place_of(_metadata, "12K"));
	EXPECT_EQ(self->hole[REST], place_of(_metadata, "4K fit=next"));
	EXPECT_EQ(self->hole[REST] + 2 * page_size(), place_of(_metadata, "4K fit=next"));
	/* There is no room above: search from the start of the slice. */
	ASSERT_EQ(0, vmx_ask("alloc", in_pages(IS_64BIT ? "60M fit=next" : "12M fit=next")));
	ASSERT_EQ(0, vmx_ask("free", "all"));
	ASSERT_EQ(0, vmx_ask("purge", "1"));
	EXPECT_EQ(self->hole[LARGE], place_of(_metadata, IS_64BIT ? "40M fit=next" :
					      "10M fit=next"));
}

static bool fit_is(const char *name)
{
	char *text = vmx_read("fit");
	bool same = text && !strcmp(text, name);

	free(text);
	return same;
}

TEST_F(fit, default_of_requests)
{
	EXPECT_TRUE(fit_is("first\n"));
	ASSERT_EQ(0, vmx_ask("fit", "best"));
	EXPECT_TRUE(fit_is("best\n"));
	EXPECT_EQ(self->hole[SMALL], place_of(_metadata, "12K"));
	EXPECT_EQ(self->hole[LARGE], place_of(_metadata, "12K fit=first"));
	ASSERT_EQ(0, vmx_ask("fit", " last\n"));
	EXPECT_EQ(self->end - 4 * page_size(), place_of(_metadata, "12K"));
	EXPECT_EQ(-EINVAL, vmx_ask("fit", "worst"));
	EXPECT_TRUE(fit_is("last\n"));
	ASSERT_EQ(0, vmx_load(SLICE));
	EXPECT_TRUE(fit_is("first\n"));
}

static bool says(char *text, const char *what)
{
	bool found = text && strstr(text, what);

	if (!found)
		ksft_print_msg("no \"%s\" in:\n%s\n", what, text ?: "");
	free(text);
	return found;
}

/* `area` and an explanation name the fit. */
TEST_F(fit, is_shown)
{
	int fd = open("/sys/kernel/debug/vmx/alloc", O_RDWR | O_CLOEXEC);
	struct made made;
	char id[24], found[64];

	ASSERT_EQ(1, vmx_make("12K fit=best", &made, 1));
	snprintf(id, sizeof(id), "%lu", made.id);
	ASSERT_EQ(0, vmx_ask("area", id));
	EXPECT_TRUE(says(vmx_read("area"), " fit=best\n"));

	pin_to_cpu(0);	/* see explain.c */
	ASSERT_EQ(0, write_all(fd, "12K fit=last explain", 20));
	snprintf(found, sizeof(found), " last fit, size=%lu ",
		 (12 * KIB + page_size() - 1) / page_size() * page_size() + page_size());
	EXPECT_TRUE(says(slurp_fd(fd), found));
	close(fd);
}

/* Has the trace an event with this fit and this address? */
static bool traced(const char *fit, unsigned long addr)
{
	char *text = slurp(TRACING "trace"), name[8];
	bool found = false;
	unsigned long at;

	for (const char *s = text; s && !found && (s = strstr(s, " fit=")); s++)
		found = sscanf(s, " fit=%7s looked=%*u addr=%lx", name, &at) == 2 &&
			!strcmp(name, fit) && at == addr;
	if (!found)
		ksft_print_msg("%s, 0x%lx: not in\n%s\n", fit, addr, text ?: "");
	free(text);
	return found;
}

TEST_F(fit, is_traced)
{
	static const char * const fits[] = { "first", "best", "last", "next" };
	char request[32];
	size_t i;

	pin_to_cpu(0);
	if (spill(TRACING "events/vmx/vmx_hole/enable", "1", 1))
		SKIP(return, "no tracefs");
	for (i = 0; i < ARRAY_SIZE(fits); i++) {
		snprintf(request, sizeof(request), "12K fit=%s", fits[i]);
		EXPECT_TRUE(traced(fits[i], place_of(_metadata, request)));
	}
	EXPECT_EQ(0, spill(TRACING "events/vmx/vmx_hole/enable", "0", 1));
	/* As another type perf would show the address as a negative number. */
	EXPECT_TRUE(says(slurp(TRACING "events/vmx/vmx_hole/format"),
			 "const void * hole;"));
}

TEST_HARNESS_MAIN
