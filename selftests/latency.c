// SPDX-License-Identifier: GPL-2.0
/*
 * No file keeps a CPU to itself for long, however large what it shows is
 *
 * A thread with real-time priority wakes every 100 us on the CPU on which the
 * test uses a file.  The longest time that it does not run is compared with the
 * time that the file takes: a file that holds a lock all the time, or never lets
 * another task run, has a share of nearly 1.  So the result does not depend on
 * the speed of the machine; and the best of several tries counts, because an
 * emulated CPU stands still now and then, for one or two ticks of 4 ms: the files are so
 * large that reading them takes much longer.
 *
 * These tests cannot tell a lock from code that does not call cond_resched(), and
 * see nothing shorter than the time that a thread takes to wake.
 */
#include <fcntl.h>
#include <pthread.h>
#include <sys/mman.h>
#include <time.h>

#include "../kselftest_harness.h"
#include "vmx_test.h"

#define PATH	"/sys/kernel/debug/vmx/"
#define TRIES	40
#define LIMIT	0.25	/* of the time of the whole operation */

static double now(void)
{
	struct timespec t;

	clock_gettime(CLOCK_MONOTONIC, &t);
	return t.tv_sec + t.tv_nsec / 1e9;
}

static int watching;
static long longest;	/* microseconds */

static void *watch(void *unused)
{
	const struct timespec pause = { .tv_nsec = 100000 };
	double last = now(), t;
	long waited;

	while (__atomic_load_n(&watching, __ATOMIC_RELAXED)) {
		nanosleep(&pause, NULL);
		t = now();
		waited = (t - last) * 1e6;
		if (waited > __atomic_load_n(&longest, __ATOMIC_RELAXED))
			__atomic_store_n(&longest, waited, __ATOMIC_RELAXED);
		last = t;
	}
	return NULL;
}

/* Run @work(); return the longest time without the watcher, as a share of it all. */
static double share_of(void (*work)(void))
{
	struct sched_param first = { .sched_priority = 10 };
	pthread_attr_t attr;
	pthread_t watcher;
	double start, all;

	pin_to_cpu(0);
	pthread_attr_init(&attr);
	pthread_attr_setinheritsched(&attr, PTHREAD_EXPLICIT_SCHED);
	pthread_attr_setschedpolicy(&attr, SCHED_FIFO);
	pthread_attr_setschedparam(&attr, &first);
	__atomic_store_n(&watching, 1, __ATOMIC_RELAXED);
	if (pthread_create(&watcher, &attr, watch, NULL))
		return 2;
	usleep(5000);
	__atomic_store_n(&longest, 0, __ATOMIC_RELAXED);
	start = now();
	work();
	all = now() - start;
	usleep(5000);
	__atomic_store_n(&watching, 0, __ATOMIC_RELAXED);
	pthread_join(watcher, NULL);
	ksft_print_msg("%.1f ms, at most %.1f ms at a time\n", all * 1000, longest / 1e3);
	return longest / 1e6 / all;
}

static double best_share(void (*work)(void))
{
	double share, best = 2;
	int i;

	for (i = 0; i < TRIES && best > LIMIT; i++) {
		share = share_of(work);
		best = share < best ? share : best;
	}
	return best;
}

FIXTURE(latency) {
};

FIXTURE_SETUP(latency)
{
	if (!IS_64BIT)
		SKIP(return, "there are not enough addresses");
	/* For 20,000 areas of one page, each with its guard page, also if a page has 16 KiB. */
	ASSERT_EQ(0, vmx_load("slice=700M" LAZY));
}

FIXTURE_TEARDOWN(latency)
{
	if (IS_64BIT)
		EXPECT_EQ(0, vmx_unload());
}

static int fd;
static off_t last_byte;

static void read_last_byte(void)
{
	char byte;

	if (pread(fd, &byte, 1, last_byte) != 1)
		ksft_print_msg("cannot read byte %ld\n", (long)last_byte);
}

static void seek_to_last_byte(void)
{
	if (lseek(fd, 0, SEEK_SET) || lseek(fd, last_byte, SEEK_SET) != last_byte)
		ksft_print_msg("cannot seek to byte %ld\n", (long)last_byte);
}

/* Seek to the end of an open file, in both ways. */
static void expect_short_seeks(struct __test_metadata *_metadata, int opened, const char *name)
{
	char *text;

	fd = opened;
	ASSERT_LE(0, fd);
	text = slurp_fd(fd);
	ASSERT_NE(NULL, text);
	last_byte = strlen(text) - 1;
	free(text);
	EXPECT_GT(LIMIT, best_share(read_last_byte))
		TH_LOG("%s", name);
	EXPECT_GT(LIMIT, best_share(seek_to_last_byte))
		TH_LOG("%s", name);
	close(fd);
}

TEST_F(latency, areas)
{
	ASSERT_EQ(0, vmx_ask("alloc", "4K count=20000"));
	expect_short_seeks(_metadata, open(PATH "areas", O_RDONLY), "areas");
}

/* Free every second one of the areas with ids up to @last. */
static void free_odd_ids(struct __test_metadata *_metadata, int last)
{
	char text[4000];
	int id = 1, len;

	while (id < last) {
		for (len = 0; id < last && len < 3900; id += 2)
			len += sprintf(text + len, "%d ", id);
		ASSERT_EQ(0, vmx_ask("free", text));
	}
}

TEST_F(latency, gaps)
{
	ASSERT_EQ(0, vmx_ask("alloc", "4K count=20000"));
	free_odd_ids(_metadata, 20000);
	ASSERT_EQ(0, vmx_ask("purge", "1"));
	expect_short_seeks(_metadata, open(PATH "gaps", O_RDONLY), "gaps");
}

TEST_F(latency, alloc)
{
	int alloc = open(PATH "alloc", O_RDWR);

	ASSERT_LE(0, alloc);
	ASSERT_EQ(0, write_all(alloc, "4K count=20000", 14));
	expect_short_seeks(_metadata, alloc, "alloc");
}

TEST_F(latency, pgtables)
{
	ASSERT_EQ(0, vmx_ask("alloc", "4K count=5000"));
	expect_short_seeks(_metadata, open(PATH "pgtables", O_RDONLY), "pgtables");
}

#define TRACER "/sys/kernel/tracing/current_tracer"
#define FILTER "/sys/kernel/tracing/set_ftrace_filter"

/* Trace the calls of two functions.  A write to the filter adds one name. */
static bool trace_begin(void)
{
	return !spill(FILTER, "split_page\n", 11) && !spill(FILTER, "vmx_area_find\n", 14) &&
	       !spill(TRACER, "function", 8);
}

static int trace_end(void)
{
	return spill(TRACER, "nop", 3) ?: close(open(FILTER, O_WRONLY | O_TRUNC));
}

/*
 * The first access to a mapping looks up one page, however large the area is.  It splits
 * no block, as it did once, all of the area under the lock.  The kernel's function tracer
 * counts the calls.
 */
TEST_F(latency, mem)
{
	char *map, *trace;
	int file;

	ASSERT_EQ(0, vmx_ask("alloc", "300M"));
	file = open(PATH "mem", O_RDWR);
	ASSERT_LE(0, file);
	map = mmap(NULL, page_size(), PROT_READ, MAP_SHARED, file, 0);
	ASSERT_NE(MAP_FAILED, map);
	if (!trace_begin()) {
		munmap(map, page_size());
		close(file);
		SKIP(return, "no function tracer");
	}
	ASSERT_EQ(0, madvise(map, page_size(), MADV_POPULATE_READ));
	trace = slurp("/sys/kernel/tracing/trace");
	EXPECT_EQ(0, trace_end());
	munmap(map, page_size());
	close(file);

	ASSERT_NE(NULL, trace);
	EXPECT_NE(NULL, strstr(trace, ": vmx_area_find "));
	EXPECT_EQ(NULL, strstr(trace, ": split_page "));
	free(trace);
}

TEST_HARNESS_MAIN
