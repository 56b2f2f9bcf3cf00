// SPDX-License-Identifier: GPL-2.0
/*
 * Concurrency: all operations run at the same time, on two CPUs
 *
 * Each role is a process that repeats one operation and knows which results are
 * correct.  The other witnesses are in the kernel: lockdep, KASAN or KCSAN, and
 * the watchdogs.  At the end all memory and all addresses are free again.
 *
 * VMX_SECONDS in the environment is the duration of each test.
 */
#include <fcntl.h>
#include <signal.h>
#include <sys/file.h>
#include <sys/mman.h>

#include "../../kselftest_harness.h"
#include "proof.h"

#define SECONDS 60
#define ROLES_MAX 16
#define IDS 64

/* Memory that the roles share. */
struct board {
	unsigned int end;		/* in milliseconds() */
	unsigned long id[IDS];		/* of areas that any role has made */
	unsigned long done[ROLES_MAX];	/* number of successes of each role */
};

struct storm {
	struct board *board;
	pid_t child[ROLES_MAX];
	const char *name[ROLES_MAX];
	int roles;
};

FIXTURE(storm) {
	struct storm storm;
};

/* Switch on KCSAN: it watches vmx and the functions that vmx calls. */
static void watch_races(void)
{
	spill(PROOF_KERNEL "kcsan", "on", 2);
}

FIXTURE_SETUP(storm)
{
	struct storm *s = &self->storm;

	s->board = mmap(NULL, sizeof(*s->board), PROT_READ | PROT_WRITE,
			MAP_SHARED | MAP_ANONYMOUS, -1, 0);
	ASSERT_NE(MAP_FAILED, s->board);
	/* The slice is so small that it fills up and purges are frequent. */
	ASSERT_EQ(0, vmx_load("slice=16M lazy_max=1M"));
	ASSERT_EQ(0, module_load("vmx_proof", ""));
	s->board->end = milliseconds() + 1000 * env_number("VMX_SECONDS", SECONDS);
	watch_races();
	areas_change_size = true;
}

FIXTURE_TEARDOWN(storm)
{
	struct stats stats;

	if (module_loaded("vmx_proof"))
		EXPECT_EQ(0, module_unload("vmx_proof"));
	if (!module_loaded("vmx"))
		ASSERT_EQ(0, vmx_load("slice=16M"));
	EXPECT_EQ(0, vmx_ask("free", "all"));
	EXPECT_EQ(0, vmx_ask("purge", "1"));
	ASSERT_EQ(0, vmx_stats(&stats));
	EXPECT_TRUE(vmx_stats_add_up(&stats));
	EXPECT_EQ(0, stat_of(&stats, "areas"));
	EXPECT_EQ(0, stat_of(&stats, "pages"));
	EXPECT_EQ(0, stat_of(&stats, "quarantined_bytes"));
	EXPECT_EQ(stat_of(&stats, "allocs"), stat_of(&stats, "frees"));
	TH_LOG("%llu areas made and freed, %llu purges, %llu flushes",
	       stat_of(&stats, "frees"), stat_of(&stats, "purges"),
	       stat_of(&stats, "flushes"));
	EXPECT_EQ(0, vmx_unload());
}

/* ---- roles: each returns its successes, or -errno ---- */

typedef long (*role)(struct board *board, struct random *random);

/* Return 1 for success, 0 for one of two permitted errors, or -errno. */
static long one_of(int err, int may, int may_too)
{
	if (!err)
		return 1;
	return err == -may || err == -may_too ? 0 : err;
}

/* Make areas and write their ids to the board. */
static long make(struct board *board, struct random *random)
{
	static const char *const words[] = { "", " zero", " align=64K", " huge", " count=3" };
	struct made made[3];
	char request[64];
	int n;

	if (random_below(random, 8))
		snprintf(request, sizeof(request), "%luK%s", 1 + random_below(random, 200),
			 words[random_below(random, ARRAY_SIZE(words))]);
	else
		snprintf(request, sizeof(request), "%luK huge", 2048 + random_below(random, 2048));
	n = vmx_make(request, made, ARRAY_SIZE(made));
	if (n < 0)
		return one_of(n, ENOSPC, 0);
	while (n--)
		board->id[random_below(random, IDS)] = made[n].id;
	return 1;
}

/* Free an area of any role; another role may have freed it already. */
static long unmake(struct board *board, struct random *random)
{
	char request[64];

	switch (random_below(random, 30)) {
	case 0:
		return one_of(vmx_ask("free", "all"), 0, 0);
	case 1:
		snprintf(request, sizeof(request), "%lu %lu",
			 board->id[random_below(random, IDS)],
			 board->id[random_below(random, IDS)]);
		break;
	case 2 ... 9:
		/* An offset where there may be an area. */
		snprintf(request, sizeof(request), "0x%lx",
			 random_below(random, 64) * page_size());
		break;
	default:
		snprintf(request, sizeof(request), "%lu", board->id[random_below(random, IDS)]);
	}
	/* EPERM: at that offset there is an area of vmx_proof. */
	return one_of(vmx_ask("free", request), ENOENT, EPERM);
}

static long list(struct board *board, struct random *random)
{
	struct areas areas;
	int err = vmx_areas(&areas);

	if (err)
		return err;
	areas_free(&areas);
	return 1;
}

/* Read all files from start to end. */
static long read_all(struct board *board, struct random *random)
{
	struct files files;
	int i, ret = files_of(PROOF_FILES, &files);

	for (i = 0; i < files.n && ret > 0; i++) {
		char *text;

		/* Not mem: its areas may be freed while it is read. */
		if (!(files.file[i].mode & 0400) || !strcmp(files.file[i].name, "mem"))
			continue;
		text = slurp(files.file[i].path);
		if (!text)
			ret = -errno;
		free(text);
	}
	return ret;
}

/* Ask `area` or `walk` about areas that may be freed, or never existed. */
static long look(struct board *board, struct random *random)
{
	static const char *const files[] = { PROOF_FILES "/area", PROOF_FILES "/walk" };
	int which = random_below(random, 2);
	int fd = open(files[which], O_RDWR | O_CLOEXEC);
	char request[32], answer[4096];
	long ret = 1;
	int len;

	if (fd < 0)
		return errno == ENOENT ? 1 : -errno;
	if (which)
		len = snprintf(request, sizeof(request), "0x%lx",
			       random_below(random, 16 * MIB));
	else
		len = snprintf(request, sizeof(request), "%lu",
			       board->id[random_below(random, IDS)]);
	if (write(fd, request, len) < 0 && errno != ENOENT)
		ret = -errno;
	while (ret > 0 && read(fd, answer, sizeof(answer)) > 0)
		;
	close(fd);
	return ret;
}

static long purge(struct board *board, struct random *random)
{
	usleep(random_below(random, 20000));
	return one_of(vmx_ask("purge", "1"), 0, 0);
}

static long set(const char *name, const char *value)
{
	char path[64];

	snprintf(path, sizeof(path), PROOF_SETTINGS "/%s", name);
	return spill(path, value, strlen(value));
}

static long settings(struct board *board, struct random *random)
{
	static const char *const bytes[] = { "0", "64K", "1M", "1G" };
	long err = set("lazy_max", bytes[random_below(random, ARRAY_SIZE(bytes))]);

	usleep(random_below(random, 10000));
	if (!err)
		err = set("magazines", random_below(random, 2) ? "Y" : "N");
	return err ? err : 1;
}

/* Fill the error log with refused writes while another role reads it. */
static long err_log(struct board *board, struct random *random)
{
	static const char *const refused[] = { "frob", "4K align=3", "0", "4K 4K count=0" };
	int err = vmx_ask("alloc", refused[random_below(random, ARRAY_SIZE(refused))]);

	return err == -EINVAL ? 1 : err ? err : -EUCLEAN;
}

/* Kill a process during its request: vmx must undo the request. */
static long killed(struct board *board, struct random *random)
{
	pid_t pid = fork_child();

	if (!pid) {
		for (;;)
			vmx_ask("alloc", "2M count=4");
	}
	usleep(random_below(random, 30000));
	kill(pid, SIGKILL);
	waitpid(pid, NULL, 0);
	/* Free the areas of its earlier requests. */
	return one_of(vmx_ask("free", "all"), 0, 0);
}

/*
 * Return whether all results were correct.  The other process moves the file
 * position, and a write is taken wherever it is.
 */
static bool ask_and_read(int fd, struct random *random)
{
	static const char request[] = "4K explain 8K";
	char bytes[512];
	int i;

	for (i = 0; i < 30; i++) {
		if (random_below(random, 2)) {
			if (write(fd, request, strlen(request)) < 0 &&
			    errno != ENOSPC)
				return false;
		} else if (read(fd, bytes, sizeof(bytes)) < 0) {
			return false;
		}
		lseek(fd, 0, SEEK_SET);
	}
	return true;
}

/* Two processes write and read through the same open file. */
static long share(struct board *board, struct random *random)
{
	int fd = open(PROOF_FILES "/alloc", O_RDWR | O_CLOEXEC), status;
	struct random other = { .state = random->state + 1 };
	bool good;
	pid_t pid;

	if (fd < 0)
		return -errno;
	pid = fork_child();
	if (!pid)
		_exit(!ask_and_read(fd, &other));
	good = ask_and_read(fd, random);
	close(fd);
	waitpid(pid, &status, 0);
	return good && !status ? one_of(vmx_ask("free", "all"), 0, 0) : -EUCLEAN;
}

/* Call exported functions: see vmx_proof.c. */
static long module(struct board *board, struct random *random)
{
	static const struct {
		const char *name;
		unsigned long limit;
	} calls[] = {
		{ "alloc", 300000 }, { "zalloc", 300000 }, { "alloc_user", 100000 },
		{ "alloc_huge", 5 * MIB }, { "alloc_nowait", 100000 },
		{ "free_atomic", 100000 }, { "free_atomic", 100000 },
		{ "realloc", 300000 }, { "realloc", 300000 }, { "move", 100000 },
		{ "map", 60 }, { "map_put_pages", 60 }, { "map_ram", 60 },
		{ "read_iter", 100000 }, { "find", MIB }, { "find", 16 * MIB },
	};
	int which = random_below(random, ARRAY_SIZE(calls)), len, fd;
	char request[64];
	long ret;

	fd = open(PROOF_KERNEL "vmx_proof", O_WRONLY | O_CLOEXEC);
	if (fd < 0)
		return -errno;
	len = snprintf(request, sizeof(request), "%s %lu %lu", calls[which].name,
		       1 + random_below(random, calls[which].limit),
		       1 + random_below(random, calls[which].limit));
	/* vmx_proof returns ENOMEM also if no hole fits. */
	ret = write(fd, request, len) == len ? 1 : one_of(-errno, ENOMEM, 0);
	close(fd);
	return ret;
}

/* ---- the crew ---- */

static void start(struct storm *s, int cpu, const char *name, role part)
{
	int me = s->roles++;
	struct random random = { .state = (me + 1) * 0x9e3779b97f4a7c15ULL };
	long ret;

	s->name[me] = name;
	s->child[me] = fork_child();
	if (s->child[me])
		return;
	pin_to_cpu(cpu);
	while (milliseconds() < s->board->end) {
		ret = part(s->board, &random);
		if (ret < 0) {
			printf("# storm: %s: %s\n", name, strerror(-ret));
			_exit(1);
		}
		s->board->done[me] += ret;
	}
	_exit(0);
}

static void wait_for_all(struct __test_metadata *_metadata, struct storm *s)
{
	char line[512];
	int i, status, len = 0;

	for (i = 0; i < s->roles; i++) {
		ASSERT_EQ(s->child[i], waitpid(s->child[i], &status, 0));
		EXPECT_EQ(0, status)
			TH_LOG("%s", s->name[i]);
		/* A role without a success has proved nothing. */
		EXPECT_LT(0, s->board->done[i])
			TH_LOG("%s", s->name[i]);
		len += snprintf(line + len, sizeof(line) - len, "%s %s %lu", i ? "," : "",
				s->name[i], s->board->done[i]);
	}
	TH_LOG("done:%s", line);
	EXPECT_TRUE(!kernel_has("CONFIG_PROVE_LOCKING=y") || lockdep_watches());
}

#define START(part) start(s, s->roles % 2, #part, part)

TEST_F_TIMEOUT(storm, all_roles, 1200)
{
	struct storm *s = &self->storm;

	START(make);
	START(make);
	START(unmake);
	START(unmake);
	START(list);
	START(read_all);
	START(look);
	START(purge);
	START(settings);
	START(err_log);
	START(share);
	START(killed);
	START(module);
	START(module);
	wait_for_all(_metadata, s);
}

/* Only modules, which use magazines, call vmx, as fast as possible. */
TEST_F_TIMEOUT(storm, module_calls, 1200)
{
	struct storm *s = &self->storm;

	START(module);
	START(module);
	START(module);
	START(module);
	START(list);
	START(purge);
	START(settings);
	wait_for_all(_metadata, s);
}

/* ---- unloading while files are opened ---- */

/*
 * If a debugfs file is opened exactly during rmmod, the kernel itself warns
 * (open_proxy_open() in 6.1 and 6.12: the module's reference count is 0, but
 * its state has not changed yet).  This lock excludes only open() during rmmod.
 */
#define LOCK "/tmp/storm.lock"

static int locked(int how)
{
	static int fd = -1;

	if (fd < 0)
		fd = open(LOCK, O_CREAT | O_RDWR | O_CLOEXEC, 0600);
	return flock(fd, how);
}

static int open_if_there(const char *file, int how)
{
	char path[64];
	int fd, err;

	snprintf(path, sizeof(path), PROOF_FILES "/%s", file);
	locked(LOCK_SH);
	fd = open(path, how | O_CLOEXEC);
	err = errno;
	locked(LOCK_UN);
	errno = err;
	return fd;
}

static long make_if_there(struct board *board, struct random *random)
{
	int fd = open_if_there("alloc", O_WRONLY);
	long ret = 1;

	if (fd < 0)
		return errno == ENOENT ? 0 : -errno;
	if (write(fd, "4K 64K", 6) < 0)
		ret = one_of(-errno, ENOSPC, 0);
	close(fd);
	return ret;
}

/* Hold a half-read file open for a while: vmx cannot be unloaded meanwhile. */
static long hold_if_there(struct board *board, struct random *random)
{
	static const char *const files[] = { "areas", "stats", "README", "error_log" };
	int fd = open_if_there(files[random_below(random, ARRAY_SIZE(files))], O_RDONLY);
	char bytes[300];
	long ret = 1;

	if (fd < 0)
		return errno == ENOENT ? 0 : -errno;
	if (read(fd, bytes, 1) < 0)
		ret = -errno;
	if (random_below(random, 2))
		usleep(random_below(random, 20000));
	while (ret > 0 && (ret = read(fd, bytes, sizeof(bytes))) > 0)
		;
	close(fd);
	return ret < 0 ? -errno : 1;
}

/* The only role that loads and unloads vmx. */
static long reload(struct board *board, struct random *random)
{
	int err;

	locked(LOCK_EX);
	err = vmx_unload();
	locked(LOCK_UN);
	if (err)
		return one_of(err, EWOULDBLOCK, 0);
	usleep(random_below(random, 5000));
	err = module_load("vmx", "slice=4M");
	if (err)
		return err;
	usleep(random_below(random, 50000));
	return 1;
}

TEST_F_TIMEOUT(storm, unloading, 1200)
{
	struct storm *s = &self->storm;

	ASSERT_EQ(0, module_unload("vmx_proof"));
	START(make_if_there);
	START(hold_if_there);
	START(hold_if_there);
	START(reload);
	wait_for_all(_metadata, s);
}

TEST_HARNESS_MAIN
