// SPDX-License-Identifier: GPL-2.0
/*
 * Permissions: another user cannot open any file, and no file shows an address
 * to a process without CAP_SYSLOG
 */
#include <fcntl.h>
#include <linux/capability.h>
#include <sys/stat.h>
#include <sys/syscall.h>

#include "../../kselftest_harness.h"
#include "proof.h"

#define ROOT "/sys/kernel/debug"
#define NOBODY 65534

FIXTURE(who) {
	struct files files;
};

FIXTURE_SETUP(who)
{
	ASSERT_EQ(0, vmx_load("slice=16M"));
	ASSERT_EQ(0, vmx_ask("alloc", "64K"));
	ASSERT_LE(13, files_of(PROOF_FILES, &self->files));
}

FIXTURE_TEARDOWN(who)
{
	EXPECT_EQ(0, chmod(ROOT, 0700));
	if (module_loaded("vmx"))
		EXPECT_EQ(0, vmx_unload());
}

/* ---- another user ---- */

static void expect_all_refused(struct __test_metadata *_metadata, const struct files *files)
{
	static const int hows[] = { O_RDONLY, O_WRONLY, O_RDWR };
	size_t how;
	int i;

	/* Another user id drops the capabilities; 0 brings them back. */
	ASSERT_EQ(0, setegid(NOBODY));
	ASSERT_EQ(0, seteuid(NOBODY));
	for (i = 0; i < files->n; i++) {
		for (how = 0; how < ARRAY_SIZE(hows); how++) {
			EXPECT_EQ(-1, open(files->file[i].path, hows[how]))
				TH_LOG("%s", files->file[i].path);
			EXPECT_EQ(EACCES, errno);
		}
	}
	EXPECT_EQ(-1, open("/sys/module/vmx/parameters/lazy_max", O_WRONLY));
	EXPECT_EQ(EACCES, errno);
	EXPECT_EQ(-EPERM, vmx_unload());
	ASSERT_EQ(0, seteuid(0));
	ASSERT_EQ(0, setegid(0));
}

/* Each mode is enough alone: of debugfs, of the directory, of each file. */
TEST_F(who, other_user_opens_no_file)
{
	expect_all_refused(_metadata, &self->files);
	ASSERT_EQ(0, chmod(ROOT, 0755));
	expect_all_refused(_metadata, &self->files);
	ASSERT_EQ(0, chmod(PROOF_FILES, 0755));
	expect_all_refused(_metadata, &self->files);
}

/* ---- addresses ---- */

/* Change only the effective set, so that CAP_SYSLOG can be regained. */
static bool set_cap_syslog(bool on)
{
	struct __user_cap_header_struct head = { .version = _LINUX_CAPABILITY_VERSION_3 };
	struct __user_cap_data_struct caps[2];
	unsigned int *effective = &caps[CAP_TO_INDEX(CAP_SYSLOG)].effective;

	if (syscall(SYS_capget, &head, caps))
		return false;
	if (on)
		*effective |= CAP_TO_MASK(CAP_SYSLOG);
	else
		*effective &= ~CAP_TO_MASK(CAP_SYSLOG);
	return !syscall(SYS_capset, &head, caps);
}

/*
 * Has the text a number that is a kernel address: in the slice, in code, or in
 * the direct mapping?  All of these are in the upper half of the addresses.
 */
static bool shows_address(const char *text)
{
	char *end;

	for (; *text; text++) {
		if (!isxdigit(*text))
			continue;
		if (strtoull(text, &end, 16) >> 47 == (1 << 17) - 1)
			return true;
		text = end - 1 > text ? end - 1 : text;
	}
	return false;
}

static bool shows_address_to_reader(int fd)
{
	static char text[256 * KIB];
	size_t used = 0;
	ssize_t got;

	lseek(fd, 0, SEEK_SET);
	while ((got = read(fd, text + used, sizeof(text) - 1 - used)) > 0)
		used += got;
	text[used] = '\0';
	return shows_address(text);
}

TEST_F(who, no_address_without_cap_syslog)
{
	int i, fd, readable = 0;

	/* Others have written addresses, which error_log would show. */
	EXPECT_EQ(-ENOENT, vmx_ask("free", "0xffffc90000000000"));
	/* Check first that the test does find an address. */
	fd = open(PROOF_FILES "/areas", O_RDONLY | O_CLOEXEC);
	EXPECT_TRUE(shows_address_to_reader(fd));
	close(fd);

	for (i = 0; i < self->files.n; i++) {
		const char *path = self->files.file[i].path;

		if (!(self->files.file[i].mode & 0400))
			continue;
		ASSERT_TRUE(set_cap_syslog(false));
		fd = open(path, O_RDONLY | O_CLOEXEC);
		if (fd < 0) {
			/* Files that only show addresses cannot be opened. */
			EXPECT_EQ(EPERM, errno);
			continue;
		}
		readable++;
		EXPECT_FALSE(shows_address_to_reader(fd))
			TH_LOG("%s", path);
		/* The capability at open() counts, not the reader's. */
		ASSERT_TRUE(set_cap_syslog(true));
		EXPECT_FALSE(shows_address_to_reader(fd))
			TH_LOG("%s, read with CAP_SYSLOG", path);
		close(fd);
	}
	ASSERT_TRUE(set_cap_syslog(true));
	EXPECT_LE(7, readable);
}

/* Other users may read the kernel log. */
TEST_F(who, no_address_in_the_log)
{
	int log = kmsg_open();
	char line[512] = "";

	EXPECT_EQ(-ENOENT, vmx_ask("free", "0xffffc90000000000"));
	EXPECT_EQ(-E2BIG, vmx_ask("alloc", "64G"));
	EXPECT_EQ(0, vmx_unload());
	EXPECT_EQ(-EINVAL, vmx_load("slice=4097"));
	EXPECT_EQ(1, kmsg_count(log, "vmx: ", line, sizeof(line)));
	EXPECT_FALSE(shows_address(line))
		TH_LOG("%s", line);
	close(log);
}

TEST_HARNESS_MAIN
