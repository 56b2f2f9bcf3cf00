// SPDX-License-Identifier: GPL-2.0
/*
 * The witnesses of a debug kernel; proof.h describes the functions
 */
#include <ctype.h>
#include <dirent.h>
#include <fcntl.h>
#include <limits.h>
#include <linux/kernel-page-flags.h>
#include <malloc.h>
#include <signal.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/mman.h>
#include <sys/prctl.h>
#include <sys/stat.h>
#include <unistd.h>

#include "proof.h"

/* In seconds.  kmemleak does not report objects younger than five seconds. */
#define KMEMLEAK_AGE 6

void beside_program(const char *name, char *path, size_t size)
{
	ssize_t len = readlink("/proc/self/exe", path, size - 1);

	path[len < 0 ? 0 : len] = '\0';
	if (strrchr(path, '/'))
		*strrchr(path, '/') = '\0';
	len = strlen(path);
	snprintf(path + len, size - len, "/%s", name);
}

/* vmx.ko is one more directory up than for the other tests. */
__attribute__((constructor)) static void find_module(void)
{
	char path[PATH_MAX];

	beside_program("../../../vmx.ko", path, sizeof(path));
	if (!access(path, R_OK))
		setenv("VMX_KO", path, 0);
}

int files_of(const char *dir, struct files *files)
{
	DIR *entries = opendir(dir);
	struct dirent *entry;
	struct stat st;

	files->n = 0;
	if (!entries)
		return -errno;
	while ((entry = readdir(entries)) && files->n < FILES_MAX) {
		char *path = files->file[files->n].path;

		snprintf(path, sizeof(files->file->path), "%s/%.31s", dir, entry->d_name);
		if (stat(path, &st) || !S_ISREG(st.st_mode))
			continue;
		files->file[files->n].name = strrchr(path, '/') + 1;
		files->file[files->n++].mode = st.st_mode;
	}
	closedir(entries);
	return files->n;
}

pid_t fork_child(void)
{
	pid_t pid = fork();

	if (!pid)
		prctl(PR_SET_PDEATHSIG, SIGKILL);
	return pid;
}

/* ---- the kernel's checkers ---- */

bool lockdep_watches(void)
{
	char *stats = slurp("/proc/lockdep_stats"), *at;
	bool on;

	at = stats ? strstr(stats, "debug_locks:") : NULL;
	on = at && strtol(at + strlen("debug_locks:"), NULL, 10) == 1;
	free(stats);
	return on;
}

void dump_words(char *line)
{
	static const char * const levels[] = { "PGD", "P4D", "PUD", "PMD", "PTE" };
	char *rest, *word, *next = strtok_r(line, " ", &rest), *to = line, level[8] = "";
	size_t i;

	while ((word = next)) {
		/* Before it is moved: words only move towards the front. */
		next = strtok_r(NULL, " ", &rest);
		for (i = 0; i < ARRAY_SIZE(levels) && strcmp(word, levels[i]); i++)
			;
		if (i < ARRAY_SIZE(levels)) {
			snprintf(level, sizeof(level), " %c%c%c", tolower(word[0]),
				 tolower(word[1]), tolower(word[2]));
			continue;
		}
		if (to != line)
			*to++ = ' ';
		memmove(to, word, strlen(word) + 1);
		to += strlen(to);
	}
	/* There is room: these four characters were in the line. */
	memcpy(to, level, strlen(level) + 1);
}

/* ---- fault injection ---- */

static const char *const drought_dirs[] = {
	[DROUGHT_SLAB] = PROOF_KERNEL "failslab",
	[DROUGHT_PAGES] = PROOF_KERNEL "fail_page_alloc",
};

/* Kept open: while faults are armed, open() itself could fail. */
static int nth_fd, make_it_fail_fd;
/*
 * Kept open, since they are written at each point.  Only for writing: a second
 * read of an open file would return nothing.
 */
static struct drought_fds {
	int probability, space, times;
} drought_fds[ARRAY_SIZE(drought_dirs)];

/* The initial value of the counter "times", which each fault decrements. */
#define MANY 1000000

static void write_number(int fd, unsigned long number)
{
	char text[24];
	int len = snprintf(text, sizeof(text), "%lu", number);

	if (write(fd, text, len) != len)
		ksft_exit_fail_msg("fault injection does not accept %lu\n", number);
}

static const char *fault_path(enum drought kind, const char *name)
{
	static char path[128];

	snprintf(path, sizeof(path), "%s/%s", drought_dirs[kind], name);
	return path;
}

static int fault_set(enum drought kind, const char *name, const char *value)
{
	return spill(fault_path(kind, name), value, strlen(value));
}

static int fault_open(enum drought kind, const char *name)
{
	return open(fault_path(kind, name), O_WRONLY | O_CLOEXEC);
}

int faults_prepare(void)
{
	static const struct {
		enum drought kind;
		const char *name, *value;
	} settings[] = {
		{ DROUGHT_SLAB, "verbose", "0" },
		{ DROUGHT_SLAB, "ignore-gfp-wait", "N" },
		{ DROUGHT_SLAB, "task-filter", "Y" },
		{ DROUGHT_SLAB, "probability", "0" },
		{ DROUGHT_PAGES, "verbose", "0" },
		{ DROUGHT_PAGES, "ignore-gfp-wait", "N" },
		{ DROUGHT_PAGES, "ignore-gfp-highmem", "N" },
		{ DROUGHT_PAGES, "min-order", "0" },
		{ DROUGHT_PAGES, "task-filter", "Y" },
		{ DROUGHT_PAGES, "probability", "0" },
	};
	struct drought_fds *fds;
	size_t i;
	int err;

	for (i = 0; i < ARRAY_SIZE(settings); i++) {
		err = fault_set(settings[i].kind, settings[i].name, settings[i].value);
		if (err)
			return err;
	}
	for (i = 0; i < ARRAY_SIZE(drought_fds); i++) {
		fds = &drought_fds[i];
		fds->probability = fault_open(i, "probability");
		fds->space = fault_open(i, "space");
		fds->times = fault_open(i, "times");
		if (fds->probability < 0 || fds->space < 0 || fds->times < 0)
			return -errno;
	}
	/*
	 * Let malloc() keep freed memory: if it returned pages to the kernel,
	 * it would have to map and lock pages again.
	 */
	mallopt(M_TRIM_THRESHOLD, 1 << 30);
	mallopt(M_MMAP_THRESHOLD, 1 << 30);
	nth_fd = open("/proc/self/fail-nth", O_RDWR | O_CLOEXEC);
	make_it_fail_fd = open("/proc/self/make-it-fail", O_RDWR | O_CLOEXEC);
	/* Lock all memory: no page fault may happen while faults are armed. */
	if (nth_fd < 0 || make_it_fail_fd < 0 || mlockall(MCL_CURRENT | MCL_FUTURE))
		return -errno;
	return 0;
}

void fault_arm(unsigned int nth)
{
	write_number(nth_fd, nth);
}

unsigned int fault_left(void)
{
	char left[24] = "";

	if (pread(nth_fd, left, sizeof(left) - 1, 0) <= 0)
		ksft_exit_fail_msg("cannot read the state of fault injection\n");
	return strtoul(left, NULL, 10);
}

bool fault_disarm(void)
{
	unsigned int left = fault_left();

	write_number(nth_fd, 0);
	return !left;
}

void drought_begin(enum drought kind, unsigned int amount)
{
	write_number(drought_fds[kind].times, MANY);
	write_number(drought_fds[kind].space, amount);
	write_number(drought_fds[kind].probability, 100);
	write_number(make_it_fail_fd, 1);
}

unsigned int drought_end(enum drought kind)
{
	unsigned int left;
	char *text;

	write_number(make_it_fail_fd, 0);
	write_number(drought_fds[kind].probability, 0);
	text = slurp(fault_path(kind, "times"));
	if (!text)
		ksft_exit_fail_msg("cannot read the state of fault injection\n");
	left = strtoul(text, NULL, 10);
	free(text);
	return MANY - left;
}

/* ---- owners of memory ---- */

static long objects_of(const char *cache)
{
	char path[64], *text;
	long n;
	int err;

	/*
	 * Shrink the cache first: otherwise "objects" includes free objects in
	 * per-CPU slabs and objects in KASAN's quarantine.
	 */
	snprintf(path, sizeof(path), "/sys/kernel/slab/%s/shrink", cache);
	err = spill(path, "1", 1);
	if (err)
		return err;
	snprintf(path, sizeof(path), "/sys/kernel/slab/%s/objects", cache);
	text = slurp(path);
	if (!text)
		return -errno;
	n = strtol(text, NULL, 10);
	free(text);
	return n;
}

long slab_objects(void)
{
	long of_short = objects_of("vmx_area"), of_long = objects_of("vmx_area_16");

	return of_short == -ENOENT ? of_long : of_long == -ENOENT ? of_short : of_short + of_long;
}

/* Before 6.12, a worker of the kernel removes the caches, after vmx is unloaded. */
bool slab_is_gone(void)
{
	unsigned int end = milliseconds() + 30000;

	while (slab_objects() != -ENOENT) {
		if (milliseconds() > end)
			return false;
		usleep(10000);
	}
	return true;
}

/* From the kernel's own linux/kernel-page-flags.h, not from its UAPI. */
#define KPF_RESERVED 32

/* A frame with one of these flags cannot belong to an area. */
#define KIND(bit) (1ULL << (bit))
#define OTHER_KINDS (KIND(KPF_SLAB) | KIND(KPF_BUDDY) | KIND(KPF_LRU) | \
		     KIND(KPF_MMAP) | KIND(KPF_ANON) | KIND(KPF_PGTABLE) | \
		     KIND(KPF_NOPAGE) | KIND(KPF_COMPOUND_TAIL) | \
		     KIND(KPF_RESERVED))

int vmx_text(unsigned long *base, unsigned long *size)
{
	char *modules = slurp("/proc/modules"), *at;
	int ret = -ENOENT;

	for (at = modules; at; at = strchr(at, '\n')) {
		at += *at == '\n';
		if (sscanf(at, "vmx %lu %*d %*s %*s %lx", size, base) == 2) {
			ret = 0;
			break;
		}
	}
	free(modules);
	return ret;
}

/* Is a function of vmx on the stack?  A line has one "symbol+offset". */
static bool through_vmx(const char *stack, unsigned long base, unsigned long size)
{
	const char *line;

	if (strstr(stack, " [vmx]"))
		return true;
	/* After rmmod the stack has addresses instead of symbols. */
	for (line = stack; line; line = strchr(line, '\n')) {
		unsigned long addr;

		line += *line == '\n';
		addr = strtoul(line + strspn(line, " "), NULL, 16);
		if (addr >= base && addr - base < size)
			return true;
	}
	return false;
}

/* Page tables, KASAN's shadow, stack traces: the kernel keeps these frames. */
static bool kernel_keeps(const char *stack)
{
	static const char *const makers[] = {
		"__pte_alloc_kernel", "__pmd_alloc", "__pud_alloc", "__p4d_alloc",
		"kasan_populate_vmalloc", "stack_depot_save",
	};
	size_t i;

	for (i = 0; i < ARRAY_SIZE(makers); i++) {
		if (strstr(stack, makers[i]))
			return true;
	}
	return false;
}

/* The record of page_owner for an allocated block. */
struct owned {
	unsigned long pfn;
	unsigned int order;
	char record[8192];
};

/* Read the first allocated block from @pfn on: 1, 0 at the end, or -errno. */
static int next_owned(int fd, unsigned long pfn, struct owned *owned)
{
	ssize_t len = pread(fd, owned->record, sizeof(owned->record) - 1, pfn);
	const char *at;

	if (len <= 0)
		return len ? -errno : 0;
	owned->record[len] = '\0';
	at = strstr(owned->record, "\nPFN ");
	if (!at || sscanf(at, "\nPFN %li", (long *)&owned->pfn) != 1 ||
	    sscanf(owned->record, "Page allocated via order %u", &owned->order) != 1)
		return -EUCLEAN;
	return 1;
}

static void print_lines(char *text)
{
	char *line, *rest;

	for (line = strtok_r(text, "\n", &rest); line; line = strtok_r(NULL, "\n", &rest))
		printf("# %s\n", line);
}

/* Read the flags of all frames; return the number of frames. */
static long read_kinds(unsigned long long **kinds)
{
	const size_t step = 1 << 16;
	int fd = open("/proc/kpageflags", O_RDONLY | O_CLOEXEC);
	long n = 0, err;
	ssize_t got;

	if (fd < 0)
		return -errno;
	do {
		*kinds = realloc(*kinds, n * sizeof(**kinds) + step);
		got = pread(fd, *kinds + n, step, n * sizeof(**kinds));
		n += got / (ssize_t)sizeof(**kinds);
	} while (got > 0);
	err = -errno;
	close(fd);
	return got < 0 ? err : n;
}

long owned_pages(unsigned long base, unsigned long size, long expected)
{
	int fd = open(PROOF_KERNEL "page_owner", O_RDONLY | O_CLOEXEC);
	unsigned long long *kinds = NULL;
	static char last[sizeof(((struct owned *)0)->record)];
	struct owned owned;
	long frames, pfn, pages = 0;
	int ret = 0;

	if (fd < 0)
		return -errno;
	frames = read_kinds(&kinds);
	if (frames < 0)
		return frames;
	/* Not 0: at offset 0 page_owner itself chooses the first frame. */
	for (pfn = 1; pfn < frames; pfn++) {
		if (kinds[pfn] & OTHER_KINDS)
			continue;
		ret = next_owned(fd, pfn, &owned);
		if (ret <= 0)
			break;
		/* The record may be of a block above @pfn. */
		pfn = owned.pfn + (1L << owned.order) - 1;
		if (kinds[owned.pfn] & OTHER_KINDS ||
		    !through_vmx(owned.record, base, size) || kernel_keeps(owned.record))
			continue;
		pages += 1L << owned.order;
		memcpy(last, owned.record, sizeof(last));
	}
	if (expected >= 0 && pages != expected)
		print_lines(last);
	free(kinds);
	close(fd);
	return ret < 0 ? ret : pages;
}

#define KMEMLEAK PROOF_KERNEL "kmemleak"
#define KMEMLEAK_READ "proof: what kmemleak reports is the kernel's own\n"

int kmemleak_clear(void)
{
	int err = spill(KMEMLEAK, "scan", 4);

	return err ? err : spill(KMEMLEAK, "clear", 5);
}

/* If sysfs refuses a slab cache, the kernel leaks its copy of the name. */
static bool kernel_leaks(const char *report)
{
	return strstr(report, "kobject_set_name") && strstr(report, "sysfs_slab_add");
}

long kmemleak_scan(void)
{
	static const char head[] = "unreferenced object";
	char *report, *at, *next;
	long leaks = 0;
	int scan, err;

	/* Two scans: a register or stack may hold a pointer during the first. */
	for (scan = 0; scan < 2; scan++) {
		sleep(KMEMLEAK_AGE);
		err = spill(KMEMLEAK, "scan", 4);
		if (err)
			return err;
	}
	report = slurp(KMEMLEAK);
	if (!report)
		return -errno;
	for (at = strstr(report, head); at; at = next) {
		next = strstr(at + 1, head);
		if (next)
			next[-1] = '\0';
		if (kernel_leaks(at))
			continue;
		print_lines(at);
		leaks++;
	}
	free(report);
	/*
	 * The kernel log has only the number of leaks.  This line tells
	 * scripts/verdict that none of them is of vmx.
	 */
	if (!leaks)
		spill("/dev/kmsg", KMEMLEAK_READ, sizeof(KMEMLEAK_READ) - 1);
	return leaks;
}
