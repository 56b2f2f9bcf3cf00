// SPDX-License-Identifier: GPL-2.0
/*
 * Under lockdown the kernel refuses an unsigned vmx.ko and all files that can
 * be written, with a line in its log; everything else works
 *
 * Lockdown can only be undone by a reboot, so this program runs in a guest of
 * its own, and its tests run in order.  vmx.signed, beside this program, is
 * vmx.ko signed with the kernel's own key.
 */
#include <fcntl.h>

#include "../../kselftest_harness.h"
#include "proof.h"

#define LOCKDOWN "/sys/kernel/security/lockdown"

struct lockdown {
	char unsigned_ko[256], signed_ko[256];
	int log;
};

FIXTURE(lockdown) {
	struct lockdown lockdown;
};

FIXTURE_SETUP(lockdown)
{
	struct lockdown *l = &self->lockdown;

	beside_program("vmx.signed", l->signed_ko, sizeof(l->signed_ko));
	snprintf(l->unsigned_ko, sizeof(l->unsigned_ko), "%s", module_path("vmx"));
	if (access(l->signed_ko, R_OK))
		SKIP(return, "there is no vmx.signed beside this program");
	if (access(LOCKDOWN, R_OK))
		SKIP(return, "the kernel has no lockdown");
	l->log = kmsg_open();
}

FIXTURE_TEARDOWN(lockdown)
{
	struct lockdown *l = &self->lockdown;

	if (module_loaded("vmx"))
		EXPECT_EQ(0, vmx_unload());
	close(l->log);
}

/* Return false if the kernel is already locked down further. */
static bool lock_down(const char *how)
{
	char *now = slurp(LOCKDOWN), wanted[32];
	bool is;

	if (strcmp(how, "none"))
		spill(LOCKDOWN, how, strlen(how));
	free(now);
	now = slurp(LOCKDOWN);
	snprintf(wanted, sizeof(wanted), "[%s]", how);
	is = now && strstr(now, wanted);
	free(now);
	return is;
}

static int load(const char *ko)
{
	setenv("VMX_KO", ko, 1);
	return vmx_load("slice=16M");
}

/* Has the log a new line of lockdown, and does the last one contain @what? */
static bool log_says(int log, const char *what)
{
	char line[512] = "";

	return kmsg_count(log, "Lockdown: ", line, sizeof(line)) && strstr(line, what);
}

static int try_open(const char *path)
{
	int fd = open(path, O_RDONLY | O_CLOEXEC);

	if (fd < 0)
		return -errno;
	close(fd);
	return 0;
}

/*
 * Is it refused, with a line in the log?  The kernel writes at most ten of
 * these lines in five seconds: if the line is missing, try again after six
 * seconds.
 */
static bool refused(int log, int (*what)(const char *), const char *path, const char *why)
{
	int try;

	for (try = 0; try < 2; try++) {
		if (try)
			sleep(6);
		if (what(path) != -EPERM)
			return false;
		if (log_says(log, why))
			return true;
	}
	return false;
}

/* Read-only files can be read; others cannot even be opened for reading. */
static void expect_files_locked(struct __test_metadata *_metadata, int log)
{
	int i, fd, readable = 0, closed = 0;
	struct files files;
	char byte;

	ASSERT_LT(0, files_of(PROOF_FILES, &files));
	for (i = 0; i < files.n; i++) {
		const char *path = files.file[i].path;

		if (files.file[i].mode & 07333) {
			EXPECT_TRUE(refused(log, try_open, path, "debugfs access is restricted"))
				TH_LOG("%s", path);
			closed++;
			continue;
		}
		fd = open(path, O_RDONLY | O_CLOEXEC);
		EXPECT_LE(0, fd)
			TH_LOG("%s: %s", path, strerror(errno));
		EXPECT_LE(0, read(fd, &byte, 1));
		close(fd);
		readable++;
	}
	TH_LOG("%d files can be read, %d cannot be opened", readable, closed);
	EXPECT_LE(4, readable);
	EXPECT_LE(3, closed);
}

static void expect_locked_down(struct __test_metadata *_metadata, struct lockdown *l)
{
	EXPECT_TRUE(refused(l->log, load, l->unsigned_ko,
			    "unsigned module loading is restricted"));
	ASSERT_EQ(0, load(l->signed_ko));
	expect_files_locked(_metadata, l->log);
	/* The module's parameters are not in debugfs: writes still work. */
	EXPECT_EQ(0, spill("/sys/module/vmx/parameters/lazy_max", "1M", 2));
	/* Other modules could use vmx if they were signed; this one is not. */
	EXPECT_EQ(-EPERM, module_load("vmx_proof", ""));
	EXPECT_EQ(0, vmx_unload());
}

TEST_F(lockdown, none)
{
	struct lockdown *l = &self->lockdown;

	if (!lock_down("none"))
		SKIP(return, "the kernel is already locked down");
	EXPECT_EQ(0, load(l->unsigned_ko));
	EXPECT_EQ(0, vmx_ask("alloc", "4K"));
	EXPECT_EQ(0, vmx_unload());
	EXPECT_EQ(0, load(l->signed_ko));
	EXPECT_EQ(0, vmx_ask("alloc", "4K"));
	EXPECT_FALSE(log_says(l->log, ""));
}

/* The kernel checks lockdown when a file is opened; open files keep working. */
TEST_F(lockdown, integrity)
{
	struct lockdown *l = &self->lockdown;

	if (!lock_down("integrity"))
		SKIP(return, "the kernel is already locked down further");
	expect_locked_down(_metadata, l);
}

TEST_F(lockdown, confidentiality)
{
	struct lockdown *l = &self->lockdown;

	ASSERT_TRUE(lock_down("confidentiality"));
	expect_locked_down(_metadata, l);
}

TEST_HARNESS_MAIN
