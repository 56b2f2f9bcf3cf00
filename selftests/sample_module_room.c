// SPDX-License-Identifier: GPL-2.0
/*
 * samples/module_room: code in an area runs, and no entry is ever writable and executable
 *
 * The file pgtables shows the entries. test_modules/vmx_family.c tests the same functions
 * without running code, and that what is read-only cannot be written.
 */
#include <poll.h>
#include <signal.h>
#include <sys/wait.h>

#include "../kselftest_harness.h"
#include "vmx_test.h"

FIXTURE(module_room) {
};

FIXTURE_VARIANT(module_room) {
	const char *params;
};

FIXTURE_VARIANT_ADD(module_room, without_magazines) {
	.params = "magazines=0",
};

FIXTURE_VARIANT_ADD(module_room, with_magazines) {
	.params = "magazines=1",
};

FIXTURE_SETUP(module_room)
{
	int err;

	ASSERT_EQ(0, vmx_load(variant->params));
	err = module_load("module_room", "");
	if (err == -EOPNOTSUPP)
		SKIP(return, "this machine cannot forbid to execute data");
	ASSERT_EQ(0, err);
	ASSERT_EQ(0, module_unload("module_room"));
}

FIXTURE_TEARDOWN(module_room)
{
	EXPECT_EQ(0, vmx_unload_with("module_room"));
}

/* A run of pgtables. Each machine has its own columns: riscv64's are single letters. */
static bool is_writable(const char *line)
{
	return strstr(line, " RW ") || strstr(line, " X W ");
}

static bool is_executable(const char *line)
{
	return strstr(line, " x  ") || strstr(line, " X W ") || strstr(line, " X . ");
}

/* Count the executable runs of the slice; -EUCLEAN if one of them is writable. */
static int executable_runs(char *found, size_t size)
{
	char *text = vmx_read("pgtables"), *line;
	struct areas areas;
	int runs = 0;

	if (vmx_areas(&areas))
		return -EIO;
	for (line = strtok(text, "\n"); line; line = strtok(NULL, "\n")) {
		unsigned long start, end;

		if (sscanf(line, "0x%lx-0x%lx", &start, &end) != 2 ||
		    end <= areas.start || start >= areas.end || !is_executable(line))
			continue;
		snprintf(found, size, "%s", line);
		runs = is_writable(line) ? -EUCLEAN : runs + 1;
		if (runs < 0)
			break;
	}
	areas_free(&areas);
	free(text);
	return runs;
}

/*
 * How many lines of areas have the word rox? The file says the same of the descriptor. The
 * caller must be an address and the module: a look for a name in init code, which comes
 * and goes with init, can end in a BUG() of the kernel.
 */
static int areas_rox(void)
{
	char *text = vmx_read("areas"), *line;
	int n = text ? 0 : -1;

	for (line = text ? strtok(text, "\n") : NULL; line; line = strtok(NULL, "\n")) {
		if (!strstr(line, " rox "))
			continue;
		if (!strstr(line, " [module_room] ") || strstr(line, "room_init"))
			return -EINVAL;
		n++;
	}
	free(text);
	return n;
}

static int answer(void)
{
	char *text = slurp("/sys/module/module_room/parameters/answer");
	int value = text ? atoi(text) : 0;

	free(text);
	return value;
}

TEST_F(module_room, the_code_runs)
{
	static const struct {
		const char *params;
		int answer;
	} runs[] = {
		{ "", 42 }, { "a=-3 b=5", -15 }, { "a=12345 b=54321", 12345 * 54321 },
	};
	char line[256] = "";
	size_t i;

	for (i = 0; i < ARRAY_SIZE(runs); i++) {
		EXPECT_EQ(0, executable_runs(line, sizeof(line)));
		ASSERT_EQ(0, module_load("module_room", runs[i].params));
		EXPECT_EQ(runs[i].answer, answer());
		EXPECT_EQ(1, executable_runs(line, sizeof(line)))
			TH_LOG("%s", line);
		EXPECT_EQ(1, areas_rox());
		ASSERT_EQ(0, module_unload("module_room"));
	}
	EXPECT_EQ(0, executable_runs(line, sizeof(line)));
	EXPECT_EQ(0, areas_rox());
	/* An area that was code does not go into a magazine. */
	EXPECT_EQ(0, vmx_stat("cached_areas"));
}

/*
 * Load and unload until the other end of the pipe is closed. The code stays for a while,
 * or the parent would hardly ever see it.
 */
static int come_and_go(int pipe)
{
	struct pollfd closed = { .fd = pipe };

	do {
		if (module_load("module_room", ""))
			return 1;
		usleep(50000);
		if (module_unload("module_room"))
			return 1;
	} while (!poll(&closed, 1, 0));
	return 0;
}

/*
 * Look at the entries again and again while another process loads and unloads. A look may
 * take longer than a load, so the time alone says nothing.
 */
TEST_F_TIMEOUT(module_room, never_both, 150)
{
	unsigned int least = milliseconds() + race_msec(), most = least + 120000;
	int looks = 0, seen = 0, runs, status, ends[2];
	char line[256] = "";
	pid_t child;

	ASSERT_EQ(0, pipe(ends));
	child = fork();
	if (!child) {
		close(ends[1]);
		_exit(come_and_go(ends[0]));
	}
	while ((milliseconds() < least || looks < 10 || seen < 3) && milliseconds() < most) {
		runs = executable_runs(line, sizeof(line));
		EXPECT_LE(0, runs)
			TH_LOG("%s", line);
		if (runs < 0)
			break;
		looks++;
		seen += runs;
	}
	close(ends[1]);
	ASSERT_EQ(child, waitpid(child, &status, 0));
	close(ends[0]);
	EXPECT_EQ(0, status);
	EXPECT_LE(3, seen);
	TH_LOG("%d looks, %d of them at code", looks, seen);
}

TEST_HARNESS_MAIN
