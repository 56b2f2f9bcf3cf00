// SPDX-License-Identifier: GPL-2.0
/*
 * vmxctl top on a terminal that this program plays: what it shows of the module, and
 * what its keys do to areas
 *
 * The terminal is a VT52, the one with the fewest sequences. It has as many lines and
 * columns as the tests need; nothing they look for is cut. All waiting ends after
 * PATIENCE.
 */
#include <ctype.h>
#include <fcntl.h>
#include <poll.h>
#include <pty.h>
#include <signal.h>
#include <sys/prctl.h>
#include <sys/wait.h>

#include "../kselftest_harness.h"
#include "vmx_test.h"

#define LINES		48
#define COLUMNS		160
#define PATIENCE	60000	/* milliseconds */

struct terminal {
	int master;
	pid_t child;
	int y, x;
	enum { TEXT, ESCAPE, LINE, COLUMN } state;
	char cell[LINES][COLUMNS + 1];
};

static void clear(struct terminal *t, int y, int x)
{
	memset(t->cell[y] + x, ' ', COLUMNS - x);
}

static void clear_below(struct terminal *t)
{
	int y;

	clear(t, t->y, t->x);
	for (y = t->y + 1; y < LINES; y++)
		clear(t, y, 0);
}

static void line_feed(struct terminal *t)
{
	if (t->y < LINES - 1) {
		t->y++;
		return;
	}
	memmove(t->cell[0], t->cell[1], sizeof(t->cell[0]) * (LINES - 1));
	clear(t, LINES - 1, 0);
}

static void reverse_line_feed(struct terminal *t)
{
	if (t->y > 0) {
		t->y--;
		return;
	}
	memmove(t->cell[1], t->cell[0], sizeof(t->cell[0]) * (LINES - 1));
	clear(t, 0, 0);
}

static void escape(struct terminal *t, unsigned char c)
{
	t->state = TEXT;
	switch (c) {
	case 'A':
		t->y -= t->y > 0;
		break;
	case 'B':
		t->y += t->y < LINES - 1;
		break;
	case 'C':
		t->x += t->x < COLUMNS - 1;
		break;
	case 'D':
		t->x -= t->x > 0;
		break;
	case 'H':
		t->y = 0;
		t->x = 0;
		break;
	case 'I':
		reverse_line_feed(t);
		break;
	case 'J':
		clear_below(t);
		break;
	case 'K':
		clear(t, t->y, t->x);
		break;
	case 'Y':
		t->state = LINE;
		break;
	}
	/* The others switch graphics and the keypad. */
}

static void text(struct terminal *t, unsigned char c)
{
	switch (c) {
	case '\033':
		t->state = ESCAPE;
		break;
	case '\r':
		t->x = 0;
		break;
	case '\n':
		line_feed(t);
		break;
	case '\b':
		t->x -= t->x > 0;
		break;
	case '\t':
		t->x = (t->x | 7) + 1;
		if (t->x >= COLUMNS)
			t->x = COLUMNS - 1;
		break;
	default:
		if (!isprint(c))
			break;
		/* A VT52 stays in the last column. */
		t->cell[t->y][t->x] = c;
		t->x += t->x < COLUMNS - 1;
	}
}

static void take(struct terminal *t, unsigned char c)
{
	switch (t->state) {
	case LINE:
		t->y = c - ' ' < LINES ? c - ' ' : LINES - 1;
		t->state = COLUMN;
		break;
	case COLUMN:
		t->x = c - ' ' < COLUMNS ? c - ' ' : COLUMNS - 1;
		t->state = TEXT;
		break;
	case ESCAPE:
		escape(t, c);
		break;
	default:
		text(t, c);
	}
}

/* Take what the program writes within a moment; false if it has ended. */
static bool watch(struct terminal *t)
{
	struct pollfd fd = { .fd = t->master, .events = POLLIN };
	unsigned char bytes[4096];
	ssize_t i, got;

	if (poll(&fd, 1, 50) <= 0)
		return true;
	got = read(t->master, bytes, sizeof(bytes));
	for (i = 0; i < got; i++)
		take(t, bytes[i]);
	return got > 0;
}

static void print_screen(const struct terminal *t)
{
	int y;

	for (y = 0; y < LINES; y++)
		printf("# |%s\n", t->cell[y]);
}

static bool on_screen(const struct terminal *t, const char *what)
{
	int y;

	for (y = 0; y < LINES; y++) {
		if (strstr(t->cell[y], what))
			return true;
	}
	return false;
}

/* Does the table have a row with this id and address? */
static bool has_row(const struct terminal *t, unsigned long id, unsigned long addr)
{
	unsigned long found_id, found_addr;
	int y;

	for (y = 0; y < LINES; y++) {
		if (sscanf(t->cell[y], " %lu 0x%lx", &found_id, &found_addr) == 2 &&
		    found_id == id && found_addr == addr)
			return true;
	}
	return false;
}

/* Wait until the screen has a text, or a row, or has it no more. */
static bool comes(struct terminal *t, const char *what)
{
	unsigned int begin = milliseconds();

	while (!on_screen(t, what)) {
		if (!watch(t) || milliseconds() - begin > PATIENCE) {
			printf("# \"%s\" does not come:\n", what);
			print_screen(t);
			return false;
		}
	}
	return true;
}

static bool goes(struct terminal *t, const char *what)
{
	unsigned int begin = milliseconds();

	while (on_screen(t, what)) {
		if (!watch(t) || milliseconds() - begin > PATIENCE) {
			printf("# \"%s\" does not go:\n", what);
			print_screen(t);
			return false;
		}
	}
	return true;
}

static bool row_is(struct terminal *t, const struct made *made, bool there)
{
	unsigned int begin = milliseconds();

	while (has_row(t, made->id, made->addr) != there) {
		if (!watch(t) || milliseconds() - begin > PATIENCE) {
			printf("# area %lu at 0x%lx is %sin the table:\n", made->id,
			       made->addr, there ? "not " : "");
			print_screen(t);
			return false;
		}
	}
	return true;
}

static bool press(struct terminal *t, const char *keys)
{
	return !write_all(t->master, keys, strlen(keys));
}

/* Select the row with this id, by top's search. */
static bool select_area(struct terminal *t, unsigned long id)
{
	char keys[64];

	/* The last text is still there. */
	snprintf(keys, sizeof(keys), "/\b\b\b\b\b\b\b\b%lu", id);
	if (!press(t, keys))
		return false;
	snprintf(keys, sizeof(keys), "search: %lu_", id);
	return comes(t, keys) && press(t, "\r") && goes(t, keys);
}

static bool start(struct terminal *t)
{
	const struct winsize size = { .ws_row = LINES, .ws_col = COLUMNS };
	int y;

	memset(t, 0, sizeof(*t));
	for (y = 0; y < LINES; y++)
		clear(t, y, 0);
	t->child = forkpty(&t->master, NULL, NULL, &size);
	if (!t->child) {
		/* Whatever becomes of the test. */
		prctl(PR_SET_PDEATHSIG, SIGKILL);
		setenv("TERM", "vt52", 1);
		setenv("LC_ALL", "C", 1);
		execlp("vmxctl", "vmxctl", "top", "--interval", "0.5", NULL);
		_exit(127);
	}
	return t->child > 0;
}

/* Wait until it ends; return its exit code, or -1. */
static int ended(struct terminal *t)
{
	unsigned int begin = milliseconds();
	int status;

	while (!waitpid(t->child, &status, WNOHANG)) {
		if (milliseconds() - begin > PATIENCE) {
			printf("# it does not end:\n");
			print_screen(t);
			return -1;
		}
		/* It may want to write its last words. */
		if (!watch(t))
			usleep(10000);
	}
	t->child = 0;
	return WIFEXITED(status) ? WEXITSTATUS(status) : -1;
}

FIXTURE(top) {
	struct terminal t;
	struct made made[3];
};

FIXTURE_SETUP(top)
{
	size_t i;

	if (system("command -v vmxctl >/dev/null"))
		SKIP(return, "vmxctl is not in this guest");
	if (!system("vmxctl --help | grep -q '^  top .*not in this build'"))
		SKIP(return, "the vmxctl of this guest is built without top");
	if (access("/dev/pts/ptmx", F_OK))
		SKIP(return, "no pseudo-terminals: mount devpts at /dev/pts");
	ASSERT_EQ(0, vmx_load(SLICE));
	ASSERT_EQ(3, vmx_make("4K 64K 12345", self->made, 3));
	ASSERT_TRUE(start(&self->t));
	for (i = 0; i < ARRAY_SIZE(self->made); i++)
		ASSERT_TRUE(row_is(&self->t, &self->made[i], true));
}

FIXTURE_TEARDOWN(top)
{
	if (self->t.child > 0) {
		kill(self->t.child, SIGKILL);
		waitpid(self->t.child, NULL, 0);
	}
	close(self->t.master);
	if (module_loaded("hello_vmx"))
		EXPECT_EQ(0, module_unload("hello_vmx"));
	EXPECT_EQ(0, vmx_unload());
}

/* What is allocated and freed meanwhile comes and goes. */
TEST_F(top, shows_the_areas)
{
	struct made more;

	ASSERT_EQ(1, vmx_make("8K", &more, 1));
	EXPECT_TRUE(row_is(&self->t, &more, true));
	ASSERT_EQ(0, vmx_free_id(self->made[0].id));
	EXPECT_TRUE(row_is(&self->t, &self->made[0], false));
	EXPECT_TRUE(has_row(&self->t, self->made[1].id, self->made[1].addr));
	ASSERT_TRUE(press(&self->t, "q"));
	EXPECT_EQ(0, ended(&self->t));
}

/* Write a question to `area` or `walk`, and return the answer. */
static char *answer(const char *file, const char *question)
{
	char path[64], *said = NULL;
	int fd;

	snprintf(path, sizeof(path), "/sys/kernel/debug/vmx/%s", file);
	fd = open(path, O_RDWR | O_CLOEXEC);
	if (fd < 0)
		return NULL;
	if (!write_all(fd, question, strlen(question)))
		said = slurp_fd(fd);
	close(fd);
	return said;
}

/* The page has each line of the file `area`, and each entry of the file `walk`. */
TEST_F(top, enter_opens_an_area)
{
	const struct made *made = &self->made[1];
	char question[32], *area, *walk, *line, *at, *rest;
	int lines = 0, entries = 0;

	ASSERT_TRUE(select_area(&self->t, made->id));
	ASSERT_TRUE(press(&self->t, "\r"));
	ASSERT_TRUE(comes(&self->t, "q back"));

	snprintf(question, sizeof(question), "%lu", made->id);
	area = answer("area", question);
	snprintf(question, sizeof(question), "0x%lx", made->addr);
	walk = answer("walk", question);
	ASSERT_TRUE(area && walk);
	ASSERT_NE(NULL, strstr(area, question))
		TH_LOG("the file area does not say %s:\n%s", question, area);
	for (line = strtok_r(area, "\n", &rest); line; line = strtok_r(NULL, "\n", &rest)) {
		lines++;
		ASSERT_TRUE(comes(&self->t, line));
	}
	for (at = walk; (at = strstr(at, " entry 0x")); at++) {
		char entry[32];

		snprintf(entry, sizeof(entry), "%.*s", (int)strcspn(at + 7, "\n "), at + 7);
		entries++;
		ASSERT_TRUE(comes(&self->t, entry));
	}
	EXPECT_LT(5, lines);
	EXPECT_LT(1, entries);
	free(area);
	free(walk);

	/* And back. */
	ASSERT_TRUE(press(&self->t, "q"));
	EXPECT_TRUE(row_is(&self->t, made, true));
	ASSERT_TRUE(press(&self->t, "q"));
	EXPECT_EQ(0, ended(&self->t));
}

/* Are these three areas there, and no others? */
static bool there_are(const struct made *made, bool first, bool second, bool third)
{
	const bool wanted[] = { first, second, third };
	struct areas areas;
	bool good;
	int i;

	if (vmx_areas(&areas))
		return false;
	good = areas.n == (size_t)(first + second + third) &&
	       vmx_stat("areas") == areas.n && vmx_stat("frees") == 3 - areas.n;
	for (i = 0; i < 3; i++)
		good = good && !!area_by_id(&areas, made[i].id) == wanted[i];
	areas_free(&areas);
	return good;
}

static bool asks(struct terminal *t, const struct made *made)
{
	char question[64], where[64];

	snprintf(question, sizeof(question), "free area %lu, ", made->id);
	snprintf(where, sizeof(where), " at 0x%lx? y/n", made->addr);
	return select_area(t, made->id) && press(t, "f") && comes(t, question) &&
	       comes(t, where);
}

/* f asks; only "y" frees, and only the area that it asks about. */
TEST_F(top, f_frees_after_asking)
{
	const char *no;

	for (no = "n\rq"; *no; no++) {
		const char key[] = { *no, 0 };

		ASSERT_TRUE(asks(&self->t, &self->made[1]));
		EXPECT_TRUE(there_are(self->made, true, true, true));
		ASSERT_TRUE(press(&self->t, key));
		ASSERT_TRUE(goes(&self->t, "? y/n"));
		EXPECT_TRUE(there_are(self->made, true, true, true));
	}
	ASSERT_TRUE(asks(&self->t, &self->made[1]));
	ASSERT_TRUE(press(&self->t, "y"));
	ASSERT_TRUE(comes(&self->t, "freed"));
	EXPECT_TRUE(there_are(self->made, true, false, true));
	EXPECT_TRUE(row_is(&self->t, &self->made[1], false));
	EXPECT_TRUE(has_row(&self->t, self->made[0].id, self->made[0].addr));
	EXPECT_TRUE(has_row(&self->t, self->made[2].id, self->made[2].addr));
}

/* The area goes before the answer comes: the answer frees no other one. */
TEST_F(top, f_of_an_area_that_goes)
{
	char gone[64];

	ASSERT_TRUE(asks(&self->t, &self->made[1]));
	ASSERT_EQ(0, vmx_free_id(self->made[1].id));
	snprintf(gone, sizeof(gone), "area %lu is gone", self->made[1].id);
	ASSERT_TRUE(comes(&self->t, gone));
	ASSERT_TRUE(press(&self->t, "y"));
	ASSERT_TRUE(goes(&self->t, gone));
	EXPECT_TRUE(there_are(self->made, true, false, true));
}

/* An area that a module holds: vmx refuses, the screen says so, and goes on. */
TEST_F(top, f_of_an_area_of_a_module)
{
	struct made held = { 0 };
	struct areas areas;
	size_t i;

	ASSERT_EQ(0, module_load("hello_vmx", ""));
	ASSERT_EQ(0, vmx_areas(&areas));
	for (i = 0; i < areas.n; i++) {
		if (areas.area[i].id > self->made[2].id)
			held = (struct made){ areas.area[i].id, areas.area[i].start };
	}
	areas_free(&areas);
	ASSERT_NE(0, held.id);
	ASSERT_TRUE(row_is(&self->t, &held, true));
	ASSERT_TRUE(asks(&self->t, &held));
	ASSERT_TRUE(press(&self->t, "y"));
	ASSERT_TRUE(comes(&self->t, "no such area was made by writing to alloc"));
	ASSERT_EQ(0, vmx_areas(&areas));
	EXPECT_NE(NULL, area_by_id(&areas, held.id));
	areas_free(&areas);
	EXPECT_TRUE(row_is(&self->t, &held, true));
}

/* Its source goes: it gives the terminal back, and says why it ends. */
TEST_F(top, ends_with_the_module)
{
	unsigned int begin = milliseconds();
	int busy;

	/* While top reads a file, the module stays. */
	do {
		busy = vmx_unload();
	} while (busy && milliseconds() - begin < PATIENCE);
	ASSERT_EQ(0, busy);
	EXPECT_TRUE(comes(&self->t, "vmxctl: the module vmx is not loaded"));
	EXPECT_EQ(4, ended(&self->t));
	ASSERT_EQ(0, vmx_load(SLICE));
}

TEST_HARNESS_MAIN
