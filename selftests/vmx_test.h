/* SPDX-License-Identifier: GPL-2.0 */
/*
 * What the selftests of vmx share
 *
 * Functions return 0 or a count on success and -errno on failure, so that a
 * test compares with the very errno that the module promises.
 *
 * Names beginning with vmx_ talk to the module; the others ask the kernel.
 */
#ifndef VMX_TEST_H
#define VMX_TEST_H

#include <errno.h>
#include <stdbool.h>
#include <stddef.h>
#include <sys/types.h>

#include "../kselftest.h"

/* Kernels that watch closely are slow, and more so where they are emulated. */
#undef TEST_TIMEOUT_DEFAULT
#define TEST_TIMEOUT_DEFAULT 300

#define KIB		1024UL
#define MIB		(1024UL * KIB)
#define IS_64BIT	(sizeof(long) == 8)

/* The default slice of each word size, spelled out: tests count on it. */
#define SLICE		(IS_64BIT ? "slice=64M" : "slice=16M")
#define SLICE_BYTES	((IS_64BIT ? 64 : 16) * MIB)

/* Under lazy_max=LAZY nothing is purged but by hand, or when no hole fits. */
#define LAZY		" lazy_max=1G"
#define SLICE_LAZY	(IS_64BIT ? "slice=64M" LAZY : "slice=16M" LAZY)

/* ---- modules ---- */

/*
 * Load and unload vmx or one of the test modules.  vmx_load() first unloads
 * what a test that failed has left behind.
 */
int module_load(const char *name, const char *params);
int module_unload(const char *name);
bool module_loaded(const char *name);
const char *module_path(const char *name);
int vmx_load(const char *params);
int vmx_unload(void);

/* ---- files ---- */

/* A whole file as a string, to be freed; NULL and errno. */
char *slurp(const char *path);
/* The rest of an open one. */
char *slurp_fd(int fd);
/* One write(2) of all bytes: 0, or -errno. */
int write_all(int fd, const void *bytes, size_t len);
int spill(const char *path, const void *bytes, size_t len);

char *vmx_read(const char *file);
int vmx_write(const char *file, const void *bytes, size_t len);
int vmx_ask(const char *file, const char *request);

/* ---- stats ---- */

#define VMX_STATS_MAX 64

struct stats {
	int n;
	struct stat_line {
		const char *key;	/* in text */
		unsigned long long value;
	} line[VMX_STATS_MAX];
	char text[4096];
};

int vmx_stats(struct stats *stats);
int vmx_stats_on(int fd, struct stats *stats);
/* A missing key is a failure of its own: the answer is then ~0. */
unsigned long long stat_of(const struct stats *stats, const char *key);
unsigned long long vmx_stat(const char *key);
/* areas, holes and quarantine together are the slice */
bool vmx_stats_add_up(const struct stats *stats);

/* ---- areas ---- */

struct area {
	unsigned long start, end;	/* with the guard page */
	unsigned long pages;
	unsigned long id;
	unsigned long req;
	const char *text;		/* the line, in areas.text */
};

struct areas {
	char *text;
	unsigned long start, end;	/* of the slice */
	size_t n;
	struct area *area;
};

/*
 * The list as `areas` prints it, checked: ascending, not overlapping, inside
 * the slice, each long enough for its pages and a guard page.  A list that is
 * not so is -EUCLEAN, and a line on stdout says what was wrong.
 */
int vmx_areas(struct areas *areas);
/* An owner is at it: its area may have pages, or addresses, before it needs them. */
extern bool areas_change_size;
void areas_free(struct areas *areas);
const struct area *area_by_id(const struct areas *areas, unsigned long id);

/* What a read of `alloc` answers. */
struct made {
	unsigned long id, addr, size;
};

/* Ask on an open `alloc`, read the answer: how many areas, or -errno. */
int vmx_make_on(int fd, const char *request, struct made *made, int max);
int vmx_make(const char *request, struct made *made, int max);
int vmx_free_id(unsigned long id);

/* ---- the witness module ---- */

int witness_load(void);
/* Ask vmx_witness; its answer is a number, or -errno. */
long witness(const char *fmt, ...) __printf(1, 2);
/* What its "fill" writes, 32 bits at a time. */
unsigned int witness_word(unsigned int seed, unsigned long word);

/* ---- the kernel ---- */

unsigned long page_size(void);
/* For this process; false when it can't. */
bool drop_cap_syslog(void);

/* "CONFIG_KASAN=y"; false where the kernel doesn't tell. */
bool kernel_has(const char *option);
/* The slice's line(s) in /proc/vmallocinfo: how many mention [vmx]. */
int vmallocinfo_lines(void);
/*
 * Free pages of one zone, or of all for NULL; pages on the CPUs' own lists
 * are free too.
 */
long free_pages(const char *zone);
/* Waits until free_pages() is within @slack of @before: the last difference. */
long pages_missing(long before, long slack);
long vmstat_count(const char *key);
long meminfo_kib(const char *key);

/* The kernel log from here on. */
int kmsg_open(void);
/* How many lines since begin with @prefix; the last of them goes to @line. */
int kmsg_count(int fd, const char *prefix, char *line, size_t size);

/* Bytes of kernel memory through /proc/kcore: 0 or -errno. */
int kcore_read(unsigned long addr, void *bytes, size_t len);

void pin_to_cpu(int cpu);
unsigned int milliseconds(void);

/* xorshift64*: the same sequence on every machine */
struct random {
	unsigned long long state;
};

unsigned long random_below(struct random *random, unsigned long limit);

#endif /* VMX_TEST_H */
