// SPDX-License-Identifier: GPL-2.0
/*
 * Every failure path: each allocation of an operation is made to fail in turn
 *
 * "nth": one allocation fails: the first, then the second, and so on, until the
 * operation makes fewer allocations.  "drought": all allocations fail after a
 * given number of pages, or bytes of slab objects, so that a fallback after the
 * first failure fails too.
 *
 * Each time the operation fails with ENOMEM and changes nothing, or it succeeds
 * because it does not need that allocation.  After a failure it is repeated
 * without faults and must succeed.  The witnesses are, each time, `areas` and
 * the counters in `stats`; after each series, the number of objects in vmx's
 * slab cache; and at the end page_owner for frames and kmemleak for other
 * memory. Each of these also finds a leak that happened earlier.
 */
#include <fcntl.h>
#include <sys/mman.h>
#include <sys/stat.h>
#include <sys/syscall.h>

#include "../../kselftest_harness.h"
#include "proof.h"

#define CALLS PROOF_KERNEL "vmx_proof"

/* An operation that makes more allocations has a bug. */
#define POINTS_MAX 20000

TEST(kmemleak_begins)
{
	EXPECT_EQ(0, kmemleak_clear());
}

/* ---- the ways to fail ---- */

struct way {
	const char *name;
	bool nth;
	enum drought kind;
	unsigned int step;	/* between the amounts of a drought, at first */
};

static const struct way ways[] = {
	{ "nth", .nth = true },
	{ "drought of pages", .kind = DROUGHT_PAGES, .step = 1 },
	{ "drought of slabs", .kind = DROUGHT_SLAB, .step = 64 },
};

/* The steps grow with the amount: 0, 1, 2, ... 8, 10, 12, ... pages. */
static unsigned int drought_amount(const struct way *way, unsigned int point)
{
	unsigned int amount = 0;

	while (--point)
		amount += way->step + amount / 8;
	return amount;
}

static void faults_begin(const struct way *way, unsigned int point)
{
	if (way->nth)
		fault_arm(point);
	else
		drought_begin(way->kind, drought_amount(way, point));
}

/* Return how many allocations have failed. */
static unsigned int faults_end(const struct way *way)
{
	return way->nth ? fault_disarm() : drought_end(way->kind);
}

/* ---- the state of vmx ---- */

struct state {
	char areas[64 * KIB];
	struct stats stats;
};

/* Kept open, since the state is read at each point. */
static int areas_fd, stats_fd, purge_fd;

static int open_files(void)
{
	areas_fd = open(PROOF_FILES "/areas", O_RDONLY | O_CLOEXEC);
	stats_fd = open(PROOF_FILES "/stats", O_RDONLY | O_CLOEXEC);
	purge_fd = open(PROOF_FILES "/purge", O_WRONLY | O_CLOEXEC);
	return areas_fd < 0 || stats_fd < 0 || purge_fd < 0 ? -errno : 0;
}

static void look(struct __test_metadata *_metadata, struct state *state)
{
	size_t used = 0;
	ssize_t got;

	do {
		got = pread(areas_fd, state->areas + used, sizeof(state->areas) - used, used);
		used += got;
	} while (got > 0);
	ASSERT_EQ(0, got);
	ASSERT_GT(sizeof(state->areas), used);
	state->areas[used] = '\0';
	ASSERT_EQ(0, vmx_stats_on(stats_fd, &state->stats));
	ASSERT_TRUE(vmx_stats_add_up(&state->stats));
}

/* Make holes of all quarantined addresses. */
static void purge(struct __test_metadata *_metadata)
{
	ASSERT_EQ(1, pwrite(purge_fd, "1", 1, 0));
}

/* Expect the state of @before, after a purge. */
static void expect_as_before(struct __test_metadata *_metadata, struct state *before)
{
	static const char *const same[] = {
		"areas", "area_bytes", "guard_bytes", "hole_bytes", "quarantined_bytes",
		"quarantined_ranges", "pages", "pages_highmem",
	};
	static struct state now;
	size_t i;

	purge(_metadata);
	look(_metadata, &now);
	EXPECT_STREQ(before->areas, now.areas);
	for (i = 0; i < ARRAY_SIZE(same); i++) {
		EXPECT_EQ(stat_of(&before->stats, same[i]), stat_of(&now.stats, same[i]))
			TH_LOG("%s", same[i]);
	}
	EXPECT_EQ(stat_of(&now.stats, "allocs") - stat_of(&now.stats, "frees"),
		  stat_of(&now.stats, "areas"));
}

/* ---- operations ---- */

/* An operation is a single system call on a file. */
enum how { OPEN, READ, WRITE, MAP };

struct operation {
	enum how how;
	const char *path;
	const char *given;	/* request to `alloc` before the operation */
	const char *asked;	/* text to write to the open file before it */
	bool makes;		/* @asked makes areas */
	const char *text;	/* to write; %1$lu is the first id, %2$lx the second address */
	int err;		/* its errno without faults */
	bool changes;		/* makes or frees areas */
	bool explained;		/* it is a request, and a read tells its steps */
};

struct attempt {
	int flags, fd;		/* of the file; fd -1: it is not open */
	struct made made[2];	/* by @given */
	char text[128];		/* to write */
	size_t len;
	char *read, *reread;	/* what the file has; again without faults */
	struct state before;
	unsigned int points, optional;
	unsigned int gave_up;	/* a bit for each of givers_up that did */
};

#define BUFFER_SIZE (64 * KIB)
#define MAP_SIZE (40 * KIB)

static void begin(struct __test_metadata *_metadata, struct attempt *a)
{
	ASSERT_EQ(0, faults_prepare());
	/* Load once for all tests: loading is slow on debug kernels. */
	if (!module_loaded("vmx_proof")) {
		ASSERT_EQ(0, vmx_load("slice=32M" LAZY));
		ASSERT_EQ(0, module_load("vmx_proof", ""));
	}
	ASSERT_EQ(0, open_files());
	a->fd = -1;
	a->read = mmap(NULL, 2 * BUFFER_SIZE, PROT_READ | PROT_WRITE,
		       MAP_PRIVATE | MAP_ANONYMOUS | MAP_POPULATE, -1, 0);
	ASSERT_NE(MAP_FAILED, a->read);
	a->reread = a->read + BUFFER_SIZE;
}

static void closed(struct attempt *a)
{
	if (a->fd >= 0)
		close(a->fd);
	a->fd = -1;
}

/* Test only that mmap() may fail, and unmap at once. */
static long map(int fd)
{
	void *p = mmap(NULL, MAP_SIZE, PROT_READ | PROT_WRITE, MAP_SHARED, fd, 0);

	if (p == MAP_FAILED)
		return -1;
	munmap(p, MAP_SIZE);
	return 0;
}

static long operate(struct attempt *a, const struct operation *op)
{
	long ret = -1;

	switch (op->how) {
	case OPEN:
		a->fd = open(op->path, a->flags);
		ret = a->fd;
		break;
	case READ:
		ret = read(a->fd, a->read, BUFFER_SIZE);
		break;
	case WRITE:
		ret = write(a->fd, a->text, a->len);
		break;
	case MAP:
		ret = map(a->fd);
		break;
	}
	return ret < 0 ? -errno : ret;
}

static size_t fill_in(struct attempt *a, const char *text)
{
	return snprintf(a->text, sizeof(a->text), text, a->made[0].id, a->made[1].addr);
}

/* Open the file of the operation, and write what it needs. */
static void open_and_ask(struct __test_metadata *_metadata, struct attempt *a,
			 const struct operation *op)
{
	if (op->how == OPEN)
		return;
	a->fd = open(op->path, a->flags);
	ASSERT_LE(0, a->fd);
	if (op->asked) {
		a->len = fill_in(a, op->asked);
		ASSERT_EQ((ssize_t)a->len, write(a->fd, a->text, a->len));
	}
}

/* Free all areas, and make the state that the operation needs. */
static void prepare(struct __test_metadata *_metadata, struct attempt *a,
		    const struct operation *op)
{
	static const int flags[] = { 0, O_WRONLY, O_RDONLY, O_RDWR };
	struct stat st;

	closed(a);
	ASSERT_EQ(0, vmx_ask("free", "all"));
	if (op->given)
		ASSERT_LT(0, vmx_make(op->given, a->made, ARRAY_SIZE(a->made)));
	/* Open the file for everything that its mode allows. */
	ASSERT_EQ(0, stat(op->path, &st));
	a->flags = flags[st.st_mode >> 7 & 3] | O_CLOEXEC;
	open_and_ask(_metadata, a, op);
	purge(_metadata);
	look(_metadata, &a->before);
	if (op->text)
		a->len = fill_in(a, op->text);
}

/* Expect the normal result: no allocation failed, or none that is needed. */
static void expect_done(struct __test_metadata *_metadata, struct attempt *a,
			const struct operation *op, long ret)
{
	static struct state now;

	if (op->changes) {
		EXPECT_EQ((long)a->len, ret);
		look(_metadata, &now);
		EXPECT_STRNE(a->before.areas, now.areas);
		return;
	}
	EXPECT_EQ(-op->err, ret < 0 ? ret : 0);
	expect_as_before(_metadata, &a->before);
	if (op->how == READ) {
		EXPECT_EQ(0, lseek(a->fd, 0, SEEK_SET));
		EXPECT_EQ(ret, read(a->fd, a->reread, BUFFER_SIZE));
		EXPECT_EQ(0, memcmp(a->reread, a->read, ret));
	}
}

/* The functions that an explained request can give up in, for want of memory. */
static const char *const givers_up[] = {
	"__get_vmx_area_node()", "__vmx_alloc_area_node()", "vmx_take_block()",
};

#define ALL_GIVERS_UP ((1U << ARRAY_SIZE(givers_up)) - 1)

/*
 * A series can miss an allocation: the kernel makes a different number of its own
 * before it each time (a slab that is empty, a stack that is stored). About one series
 * in two misses a given one.
 */
#define SERIES_MAX 20

/*
 * A request has failed. If it told its steps (the memory for them may have been what was
 * missing), they end with a diagnosis: remember who gave up.
 */
static void expect_diagnosis(struct __test_metadata *_metadata, struct attempt *a)
{
	ssize_t got = read(a->fd, a->reread, BUFFER_SIZE - 1);
	const char *gave_up;
	size_t i;

	ASSERT_LE(0, got);
	a->reread[got] = '\0';
	if (!strstr(a->reread, " refused: -ENOMEM, "))
		return;
	EXPECT_NE(NULL, strstr(a->reread, "undone: "));
	gave_up = strstr(a->reread, "gave up: ");
	ASSERT_NE(NULL, gave_up);
	for (i = 0; i < ARRAY_SIZE(givers_up); i++) {
		const char *name = strstr(gave_up, givers_up[i]);

		if (name && name < strchr(gave_up, '\n'))
			break;
	}
	ASSERT_GT(ARRAY_SIZE(givers_up), i)
		TH_LOG("%s", gave_up);
	a->gave_up |= 1U << i;
}

/* Prepare the next point with as little work as possible. */
static void again(struct __test_metadata *_metadata, struct attempt *a,
		  const struct operation *op)
{
	if (op->changes || op->makes) {
		prepare(_metadata, a, op);
	} else if (op->how == OPEN) {
		closed(a);
	} else if (op->how == READ) {
		/* Open the file again: an open file keeps its read buffer. */
		closed(a);
		open_and_ask(_metadata, a, op);
	}
}

/* Return whether any allocation has failed; if not, the series has ended. */
static bool one_point(struct __test_metadata *_metadata, struct attempt *a,
		      const struct operation *op, const struct way *way,
		      unsigned int point)
{
	unsigned int failed;
	long ret;

	faults_begin(way, point);
	ret = operate(a, op);
	failed = faults_end(way);
	if (ret == -ENOMEM) {
		EXPECT_LT(0, failed);
		expect_as_before(_metadata, &a->before);
		if (op->explained)
			expect_diagnosis(_metadata, a);
		/* Repeat it on the same open file. */
		ret = operate(a, op);
	} else if (failed) {
		a->optional++;
	}
	expect_done(_metadata, a, op, ret);
	again(_metadata, a, op);
	a->points += failed;
	return failed;
}

/* Fail at each point in turn, until the operation makes fewer allocations. */
static void one_series(struct __test_metadata *_metadata, struct attempt *a,
		       const struct operation *op, const struct way *way)
{
	unsigned int point;

	a->points = 0;
	a->optional = 0;
	for (point = 1; one_point(_metadata, a, op, way, point); point++) {
		ASSERT_GT(POINTS_MAX, point);
		ASSERT_EQ(0, _metadata->exit_code)
			TH_LOG("%s, point %u", way->name, point);
	}
	TH_LOG("%s: %u points, %u allocations failed, %u times none of them was needed",
	       way->name, point - 1, a->points, a->optional);
	/* An operation without allocations would prove nothing. */
	if (way->nth)
		EXPECT_LT(0, a->points);
}

static void fails_cleanly(struct __test_metadata *_metadata, struct attempt *a,
			  const struct operation *op)
{
	unsigned int i;

	prepare(_metadata, a, op);
	expect_done(_metadata, a, op, operate(a, op));
	again(_metadata, a, op);

	for (i = 0; i < ARRAY_SIZE(ways); i++)
		one_series(_metadata, a, op, &ways[i]);
	if (op->explained) {
		for (i = 1; i < SERIES_MAX && a->gave_up != ALL_GIVERS_UP; i++)
			one_series(_metadata, a, op, &ways[0]);
		EXPECT_EQ(ALL_GIVERS_UP, a->gave_up);
	}
	closed(a);
	ASSERT_EQ(0, vmx_ask("free", "all"));
	purge(_metadata);
	EXPECT_EQ(1, slab_objects());	/* the hole that is left */
}

/* ---- every file is opened, and read if it can be ---- */

FIXTURE(file) {
	struct attempt attempt;
};

FIXTURE_VARIANT(file) {
	const char *dir;
};

FIXTURE_VARIANT_ADD(file, debugfs) { .dir = PROOF_FILES };
FIXTURE_VARIANT_ADD(file, parameters) { .dir = PROOF_SETTINGS };

FIXTURE_SETUP(file)
{
	begin(_metadata, &self->attempt);
}

FIXTURE_TEARDOWN(file)
{
	EXPECT_EQ(0, vmx_ask("free", "all"));
}

/* Set the text that a file needs before it can be read. */
static void put_question(struct operation *op, const char *name)
{
	static const struct {
		const char *name, *text;
		bool makes;
	} questions[] = {
		{ "alloc", "4K count=100", .makes = true },
		{ "area", "%1$lu" },
		{ "walk", "0x%2$lx" },
	};
	size_t i;

	for (i = 0; i < ARRAY_SIZE(questions); i++) {
		if (strcmp(questions[i].name, name))
			continue;
		op->asked = questions[i].text;
		op->makes = questions[i].makes;
	}
}

TEST_F_TIMEOUT(file, fails_cleanly, 600)
{
	struct files files;
	int i;

	ASSERT_LT(0, files_of(variant->dir, &files));
	for (i = 0; i < files.n; i++) {
		struct operation op = {
			.path = files.file[i].path, .given = "64K 4K count=100 2M huge",
		};

		TH_LOG("%s: open", op.path);
		fails_cleanly(_metadata, &self->attempt, &op);
		if (!(files.file[i].mode & 0400))
			continue;
		TH_LOG("%s: read", op.path);
		op.how = READ;
		put_question(&op, files.file[i].name);
		fails_cleanly(_metadata, &self->attempt, &op);
	}
}

/* ---- every kind of request ---- */

FIXTURE(operation) {
	struct attempt attempt;
};

FIXTURE_VARIANT(operation) {
	struct operation op;
};

FIXTURE_SETUP(operation)
{
	begin(_metadata, &self->attempt);
}

FIXTURE_TEARDOWN(operation)
{
	EXPECT_EQ(0, vmx_ask("free", "all"));
}

TEST_F_TIMEOUT(operation, fails_cleanly, 600)
{
	fails_cleanly(_metadata, &self->attempt, &variant->op);
}

#define OPERATION(name) FIXTURE_VARIANT_ADD(operation, name)
#define WRITES(file, before, what, ...) \
	{ .op = { WRITE, file, before, .text = what, ##__VA_ARGS__ } }
#define REQUEST(what) WRITES(PROOF_FILES "/alloc", NULL, what, .changes = true)
#define REFUSED(what, why) WRITES(PROOF_FILES "/alloc", "64K", what, .err = why)
#define FREE(before, what) WRITES(PROOF_FILES "/free", before, what, .changes = true)
#define CALL(what) WRITES(CALLS, NULL, what)

OPERATION(alloc_page) REQUEST("4K");
OPERATION(alloc_two_blocks) REQUEST("12K");
OPERATION(alloc_block_and_page) REQUEST("20K");
OPERATION(alloc_block) REQUEST("64K");
OPERATION(alloc_many_blocks) REQUEST("252K");
OPERATION(alloc_array_of_two_pages) REQUEST("4M");
OPERATION(alloc_zeroed) REQUEST("40K zero");
OPERATION(alloc_of_a_node) REQUEST("40K node=0");
OPERATION(alloc_aligned) REQUEST("40K align=1M");
OPERATION(alloc_leaf) REQUEST("2M huge");
/* Here the second leaf fails too, and then the smaller blocks instead of it. */
OPERATION(alloc_leaves) REQUEST("6M huge");
OPERATION(alloc_leaves_and_pages) REQUEST("4100K huge zero");
OPERATION(alloc_counted) REQUEST("20K count=9");
OPERATION(alloc_best_fit) REQUEST("40K fit=best align=16K");
/* More pages than the descriptor has room for: the page array may fail, too. */
OPERATION(alloc_explained) WRITES(PROOF_FILES "/alloc", NULL, "80K explain 64K", .changes = true,
				  .explained = true);
OPERATION(alloc_several) REQUEST("4K 64K zero\n300K align=64K");
/* The new 40K shares a slot, and so its table, with the live 4K. */
OPERATION(alloc_beside) WRITES(PROOF_FILES "/alloc", "4K 2M huge", "2M huge 40K", .changes = true);

/* Requests that are refused, with and without faults. */
OPERATION(alloc_einval) REFUSED("4K 8K frob", EINVAL);
OPERATION(alloc_e2big) REFUSED("40K 33M", E2BIG);
OPERATION(alloc_enospc) REFUSED("4K count=3 20K 32764K", ENOSPC);

OPERATION(free_by_id) FREE("64K 4K", "%1$lu");
OPERATION(free_by_address) FREE("64K 4M", "0x%2$lx");
OPERATION(free_several) FREE("64K 2M huge", "%1$lu\n0x%2$lx");
OPERATION(free_all) FREE("4K count=300", "all");
OPERATION(free_explained) FREE("64K 4K", "%1$lu explain");
OPERATION(free_enoent) WRITES(PROOF_FILES "/free", "64K 4K", "%1$lu 4000000", .err = ENOENT);

OPERATION(purge) WRITES(PROOF_FILES "/purge", "64K 4K", "1");
OPERATION(purge_einval) WRITES(PROOF_FILES "/purge", "64K 4K", "2", .err = EINVAL);
OPERATION(fit) WRITES(PROOF_FILES "/fit", "4K", "first");
OPERATION(area) WRITES(PROOF_FILES "/area", "64K 2M huge", "%1$lu");
OPERATION(walk) WRITES(PROOF_FILES "/walk", "64K 2M huge", "0x%2$lx");
OPERATION(mem) WRITES(PROOF_FILES "/mem", "64K", "text");
OPERATION(lazy_max) WRITES(PROOF_SETTINGS "/lazy_max", "4K", "1G");
OPERATION(magazines) WRITES(PROOF_SETTINGS "/magazines", "4K", "N");

/* Calls of exported functions: see vmx_proof.c. */
OPERATION(call_alloc) CALL("alloc 40960");
OPERATION(call_zalloc) CALL("zalloc 300000");
OPERATION(call_alloc_node) CALL("alloc_node 40960 0");
OPERATION(call_alloc_32) CALL("alloc_32 40960");
OPERATION(call_alloc_huge) CALL("alloc_huge 2100000");
OPERATION(call_alloc_user) CALL("alloc_user 40960");
OPERATION(call_alloc_nowait) CALL("alloc_nowait 40960");
OPERATION(call_free_atomic) CALL("free_atomic 4096");
OPERATION(call_grow) CALL("realloc 4096 40960");
OPERATION(call_grow_array) CALL("realloc 40960 300000");
OPERATION(call_shrink) CALL("realloc 300000 40960");
OPERATION(call_grow_leaves) CALL("realloc 4194304 4200000");
OPERATION(call_shrink_leaves) CALL("realloc 4194304 2097152");
OPERATION(call_move) CALL("move 40960 300000");
OPERATION(call_map) CALL("map 20");
OPERATION(call_map_put_pages) CALL("map_put_pages 20");
OPERATION(call_map_ram) CALL("map_ram 20");
OPERATION(call_read_iter) CALL("read_iter 40960");
OPERATION(call_remap) { .op = { MAP, CALLS } };

/* ---- loading and unloading ---- */

struct loading {
	int fd;
	unsigned long base, size;	/* of the code of vmx */
	unsigned int points, optional, fewer_files;
	int files;		/* of a complete directory */
};

FIXTURE(loading) {
	struct loading loading;
};

FIXTURE_SETUP(loading)
{
	struct loading *l = &self->loading;
	struct files files;

	ASSERT_EQ(0, faults_prepare());
	ASSERT_EQ(0, vmx_load("slice=2M"));
	ASSERT_EQ(0, vmx_text(&l->base, &l->size));
	l->files = files_of(PROOF_FILES, &files);
	ASSERT_LT(0, l->files);
	ASSERT_EQ(0, vmx_unload());
	l->fd = open(module_path("vmx"), O_RDONLY | O_CLOEXEC);
	ASSERT_LE(0, l->fd);
}

FIXTURE_TEARDOWN(loading)
{
	close(self->loading.fd);
}

static void expect_gone(struct __test_metadata *_metadata)
{
	EXPECT_FALSE(module_loaded("vmx"));
	EXPECT_EQ(-1, access("/sys/kernel/debug/vmx", F_OK));
	EXPECT_TRUE(slab_is_gone());
	EXPECT_EQ(0, vmallocinfo_lines());
}

static int load(int fd, const char *params)
{
	return syscall(SYS_finit_module, fd, params, 0) ? -errno : 0;
}

/* Does vmx have all of its files?  Each of them may be missing. */
static bool all_files(const struct loading *l)
{
	struct files files;

	return files_of(PROOF_FILES, &files) == l->files;
}

static bool one_load(struct __test_metadata *_metadata, struct loading *l,
		     unsigned int point)
{
	bool failed;
	int ret;

	fault_arm(point);
	ret = load(l->fd, "slice=2M");
	failed = fault_disarm();
	if (ret) {
		EXPECT_TRUE(failed);
		EXPECT_EQ(-ENOMEM, ret);
		expect_gone(_metadata);
		ASSERT_EQ(0, load(l->fd, "slice=2M"));
	} else if (failed && !all_files(l)) {
		/* A file that cannot be created does not make insmod fail. */
		l->fewer_files++;
		ASSERT_EQ(0, vmx_unload());
		expect_gone(_metadata);
		ASSERT_EQ(0, load(l->fd, "slice=2M"));
	} else if (failed) {
		l->optional++;
	}
	/* The loaded module works and can be unloaded. */
	ASSERT_EQ(0, vmx_ask("alloc", "4K 64K"));
	EXPECT_EQ(2, vmx_stat("areas"));
	ASSERT_EQ(0, vmx_unload());
	expect_gone(_metadata);
	return failed;
}

/*
 * Count the allocations of the kernel for a module before it calls the init
 * function: vmx refuses slice=1 before its own first allocation.
 */
static unsigned int allocations_before_init(struct __test_metadata *_metadata, int fd)
{
	unsigned int n;

	fault_arm(POINTS_MAX);
	EXPECT_EQ(-EINVAL, load(fd, "slice=1"));
	n = POINTS_MAX - fault_left();
	fault_disarm();
	/* The number depends on caches, and includes those of the refusal. */
	return n - n / 16;
}

TEST_F_TIMEOUT(loading, insmod_fails_cleanly, 1200)
{
	struct loading *l = &self->loading;
	unsigned int first, point, start = milliseconds();

	first = env_number("VMX_FIRST", allocations_before_init(_metadata, l->fd));
	TH_LOG("left out: %u allocations of the kernel before vmx runs", first - 1);
	for (point = first; one_load(_metadata, l, point); point++) {
		ASSERT_GT(POINTS_MAX, point);
		ASSERT_EQ(0, _metadata->exit_code)
			TH_LOG("point %u", point);
	}
	TH_LOG("nth: %u points, %u times the allocation was not needed", point - first,
	       l->optional);
	TH_LOG("     %u times files were missing (%u ms)", l->fewer_files,
	       milliseconds() - start);
	EXPECT_LT(first + 20, point);
}

/* Unloading must not depend on an allocation. */
TEST_F_TIMEOUT(loading, rmmod_never_fails, 300)
{
	struct loading *l = &self->loading;
	unsigned int point;
	bool failed;

	for (point = 1, failed = true; failed; point++) {
		ASSERT_EQ(0, load(l->fd, "slice=2M"));
		ASSERT_EQ(0, vmx_ask("alloc", "4K 64K 1M 4K"));
		ASSERT_EQ(0, vmx_ask("free", "2"));
		fault_arm(point);
		ASSERT_EQ(0, vmx_unload());
		failed = fault_disarm();
		expect_gone(_metadata);
	}
	TH_LOG("nth: %u points", point - 2);
}

/* After all tests no memory is lost, whatever has failed. */
TEST_F_TIMEOUT(loading, nothing_is_lost, 300)
{
	EXPECT_EQ(0, kmemleak_scan());
	EXPECT_EQ(0, owned_pages(self->loading.base, self->loading.size, 0));
}

TEST_HARNESS_MAIN
