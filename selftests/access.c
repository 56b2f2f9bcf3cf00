// SPDX-License-Identifier: GPL-2.0
/*
 * Only root opens the files, and only a process with CAP_SYSLOG sees addresses
 */
#include <fcntl.h>
#include <sys/stat.h>

#include "../kselftest_harness.h"
#include "vmx_test.h"

#define DIR "/sys/kernel/debug/vmx"

FIXTURE(access) {
	struct made made;
};

FIXTURE_SETUP(access)
{
	ASSERT_EQ(0, vmx_load(SLICE));
	ASSERT_EQ(1, vmx_make("4K", &self->made, 1));
}

FIXTURE_TEARDOWN(access)
{
	/* A test that gave up root cannot unload; the next setup does it. */
	EXPECT_EQ(0, geteuid() ? 0 : vmx_unload());
}

static const struct {
	const char *name;
	mode_t mode;
} files[] = {
	{ "README",	0400 },
	{ "alloc",	0600 },
	{ "free",	0600 },
	{ "fit",	0600 },
	{ "areas",	0400 },
	{ "gaps",	0400 },
	{ "map",	0400 },
	{ "area",	0600 },
	{ "walk",	0600 },
	{ "pgtables",	0400 },
	{ "mem",	0600 },
	{ "stats",	0400 },
	{ "purge",	0200 },
	{ "error_log",	0400 },
};

TEST_F(access, modes)
{
	struct stat st;
	char path[64];
	size_t i;

	ASSERT_EQ(0, stat(DIR, &st));
	EXPECT_EQ(S_IFDIR | 0700, st.st_mode);
	for (i = 0; i < ARRAY_SIZE(files); i++) {
		snprintf(path, sizeof(path), DIR "/%s", files[i].name);
		ASSERT_EQ(0, stat(path, &st))
			TH_LOG("%s", path);
		EXPECT_EQ(S_IFREG | files[i].mode, st.st_mode)
			TH_LOG("%s: %o", path, st.st_mode);
		EXPECT_EQ(0, st.st_uid);
	}
}

/* Has the text a number that is too large to be an offset in the slice? */
static bool shows_an_address(const char *text)
{
	const char *at = text;

	while ((at = strstr(at, "0x"))) {
		if (strtoull(at, NULL, 16) > SLICE_BYTES)
			return true;
		at += 2;
	}
	return false;
}

TEST_F(access, no_address_without_cap_syslog)
{
	static const char *const readable[] = {
		"areas", "gaps", "map", "stats", "error_log", "README"
	};
	static const char *const addresses_only[] = { "area", "walk", "pgtables", "mem" };
	unsigned long start;
	struct areas areas;
	struct made made;
	char *text;
	size_t i;

	ASSERT_EQ(0, vmx_areas(&areas));
	start = areas.start;
	EXPECT_TRUE(shows_an_address(areas.text));
	areas_free(&areas);

	ASSERT_TRUE(drop_cap_syslog());
	EXPECT_EQ(-EINVAL, vmx_ask("alloc", "frob"));
	for (i = 0; i < ARRAY_SIZE(readable); i++) {
		text = vmx_read(readable[i]);
		ASSERT_NE(NULL, text);
		EXPECT_FALSE(shows_an_address(text))
			TH_LOG("%s: %s", readable[i], text);
		free(text);
	}
	for (i = 0; i < ARRAY_SIZE(addresses_only); i++) {
		EXPECT_EQ(NULL, vmx_read(addresses_only[i]))
			TH_LOG("%s", addresses_only[i]);
		EXPECT_EQ(EPERM, errno);
	}
	/* The list has offsets in the slice instead of addresses. */
	ASSERT_EQ(0, vmx_areas(&areas));
	EXPECT_EQ(0, areas.start);
	EXPECT_EQ(SLICE_BYTES, areas.end);
	ASSERT_EQ(1, areas.n);
	EXPECT_EQ(self->made.addr - start, areas.area[0].start);
	EXPECT_EQ(self->made.id, areas.area[0].id);
	areas_free(&areas);

	/* The answer of `alloc` has offsets too. */
	ASSERT_EQ(1, vmx_make("4K", &made, 1));
	EXPECT_GT(SLICE_BYTES, made.addr);
	EXPECT_EQ(self->made.addr - start + 2 * page_size(), made.addr);
}

/* A text that was written with CAP_SYSLOG is hidden from readers without it. */
TEST_F(access, error_log_hides_texts_with_addresses)
{
	static const char secret[] = "0xc0ffee00 frob";
	char *log;

	EXPECT_EQ(-EINVAL, vmx_ask("alloc", secret));
	log = vmx_read("error_log");
	ASSERT_NE(NULL, log);
	EXPECT_NE(NULL, strstr(log, secret));
	free(log);

	ASSERT_TRUE(drop_cap_syslog());
	EXPECT_EQ(-EINVAL, vmx_ask("alloc", "mine"));
	log = vmx_read("error_log");
	ASSERT_NE(NULL, log);
	EXPECT_EQ(NULL, strstr(log, "c0ffee"))
		TH_LOG("%s", log);
	/* The file and the reason are shown, and one's own text. */
	EXPECT_NE(NULL, strstr(log, "] vmx: alloc: error: EINVAL: "));
	EXPECT_NE(NULL, strstr(log, "  Command: hidden, because it was written with CAP_SYSLOG\n"));
	EXPECT_NE(NULL, strstr(log, "  Command: mine\n           ^\n"))
		TH_LOG("%s", log);
	free(log);
}

/* The line of error_log about the last write. */
static void last_reason(char *line, size_t size)
{
	char *log = vmx_read("error_log"), *at = log, *last = log;

	while (at && (at = strstr(at, "] vmx: ")))
		last = at++;
	snprintf(line, size, "%.*s", (int)strcspn(last ?: "", "\n"), last ?: "");
	free(log);
}

/* Without CAP_SYSLOG, `free` does not tell whether an area is at an address. */
TEST_F(access, free_is_no_oracle)
{
	unsigned long start, page = page_size();
	char request[32], line[2][128];
	struct areas areas;
	int where, how, fd;

	ASSERT_EQ(0, vmx_areas(&areas));
	start = areas.start;
	areas_free(&areas);
	ASSERT_TRUE(drop_cap_syslog());
	/* an area, none, outside the slice */
	for (where = 0; where < 3; where++) {
		snprintf(request, sizeof(request), "0x%lx",
			 where == 2 ? start - page : self->made.addr + where * page);
		EXPECT_EQ(-EPERM, vmx_ask("free", request))
			TH_LOG("%d", where);
		last_reason(line[where > 0], sizeof(line[0]));
		if (where)
			EXPECT_STREQ(line[0], line[1]);
	}
	EXPECT_EQ(1, vmx_stat("areas"));
	/* The offset and the id, which `areas` shows, are taken. */
	for (how = 0; how < 2; how++) {
		fd = open(DIR "/alloc", O_RDWR);
		ASSERT_LE(0, fd);
		ASSERT_EQ(1, vmx_make_on(fd, "4K", &self->made, 1));
		close(fd);
		snprintf(request, sizeof(request), how ? "%lu" : "0x%lx",
			 how ? self->made.id : self->made.addr);
		EXPECT_EQ(0, vmx_ask("free", request));
	}
	EXPECT_EQ(1, vmx_stat("areas"));
}

/* `mem` reaches frames that were not cleared: their bytes may be addresses. */
TEST_F(access, mem_needs_cap_syslog)
{
	static const int how[] = { O_RDONLY, O_WRONLY, O_RDWR };
	size_t i;
	int fd;

	for (i = 0; i < ARRAY_SIZE(how); i++) {
		fd = open(DIR "/mem", how[i]);
		EXPECT_LE(0, fd);
		close(fd);
	}
	ASSERT_TRUE(drop_cap_syslog());
	for (i = 0; i < ARRAY_SIZE(how); i++) {
		EXPECT_EQ(-1, open(DIR "/mem", how[i]));
		EXPECT_EQ(EPERM, errno);
	}
}

TEST_F(access, other_user_opens_no_file)
{
	char path[64];
	size_t i;

	ASSERT_EQ(0, setgid(65534));
	ASSERT_EQ(0, setuid(65534));
	for (i = 0; i < ARRAY_SIZE(files); i++) {
		snprintf(path, sizeof(path), DIR "/%s", files[i].name);
		EXPECT_EQ(-1, open(path, files[i].mode & 0400 ? O_RDONLY : O_WRONLY))
			TH_LOG("%s", path);
		EXPECT_EQ(EACCES, errno);
	}
}

TEST_HARNESS_MAIN
