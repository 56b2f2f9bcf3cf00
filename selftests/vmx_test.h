/* SPDX-License-Identifier: GPL-2.0 */
/*
 * Functions that the selftests of vmx share
 *
 * Functions return 0 or a count on success and -errno on failure, so that a
 * test can compare with the errno that the module documents.
 *
 * Functions whose names begin with vmx_ use the module's files; the other
 * functions ask the kernel.
 */
#ifndef VMX_TEST_H
#define VMX_TEST_H

#include <errno.h>
#include <stdbool.h>
#include <stddef.h>
#include <sys/types.h>

#include "../kselftest.h"

/* Debug kernels are slow, and emulated ones even slower. */
#undef TEST_TIMEOUT_DEFAULT
#define TEST_TIMEOUT_DEFAULT 300

#define KIB		1024UL
#define MIB		(1024UL * KIB)
#define IS_64BIT	(sizeof(long) == 8)

/*
 * The slice of most tests: 64 MiB, on 32-bit 16 MiB. Tests depend on its number of pages,
 * so it is larger where pages are.
 */
#define SLICE		slice_of(SLICE_BYTES, "")
#define SLICE_BYTES	((IS_64BIT ? 16384 : 4096) * page_size())

/* With LAZY, vmx purges only on request or if no hole fits. */
#define LAZY		" lazy_max=1G"
#define SLICE_LAZY	slice_of(SLICE_BYTES, LAZY)

/* ---- modules ---- */

/*
 * Load and unload vmx, a sample or a test module.  vmx_load() first unloads
 * modules that a failed test has left loaded.
 */
int module_load(const char *name, const char *params);
int module_unload(const char *name);
bool module_loaded(const char *name);
const char *module_path(const char *name);
int vmx_load(const char *params);
/* Return "slice=BYTES" and @more, until the next call. */
const char *slice_of(unsigned long bytes, const char *more);
int vmx_unload(void);
/* Unload a module that uses vmx, and then vmx: -ENOTEMPTY if that has left an area. */
int vmx_unload_with(const char *user);

/* ---- files ---- */

/* Return a whole file as a string that the caller frees; NULL and errno. */
char *slurp(const char *path);
/* Return the rest of an open file in the same way. */
char *slurp_fd(int fd);
/* Write all bytes with one write(2): 0 or -errno. */
int write_all(int fd, const void *bytes, size_t len);
int spill(const char *path, const void *bytes, size_t len);

char *vmx_read(const char *file);
int vmx_write(const char *file, const void *bytes, size_t len);
int vmx_ask(const char *file, const char *request);
/*
 * A request is written for pages of 4 KiB: with larger pages, multiply its sizes in K and
 * M, so that the areas have as many pages. The answer is good until the next call.
 */
const char *in_pages(const char *request);

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
/* Return ~0, which no test expects, and print a line if the key is missing. */
unsigned long long stat_of(const struct stats *stats, const char *key);
unsigned long long vmx_stat(const char *key);
/* Are areas, holes and quarantine together as large as the slice? */
bool vmx_stats_add_up(const struct stats *stats);

/* ---- areas ---- */

struct area {
	unsigned long start, end;	/* with the guard page */
	unsigned long pages;
	unsigned long id;
	unsigned long req;
	const char *text;		/* its line, inside areas.text */
};

struct areas {
	char *text;
	unsigned long start, end;	/* of the slice */
	size_t n;
	struct area *area;
};

/*
 * Read the list that `areas` prints and check it: areas ascend, do not overlap,
 * lie inside the slice, and have addresses for their pages and one guard page.
 * If a check fails, return -EUCLEAN and print a line that says what is wrong.
 */
int vmx_areas(struct areas *areas);
/*
 * Set while other tasks resize areas: an area may then have more pages or
 * addresses than it needs.
 */
extern bool areas_change_size;
void areas_free(struct areas *areas);
const struct area *area_by_id(const struct areas *areas, unsigned long id);

/* A line that a read of `alloc` returns. */
struct made {
	unsigned long id, addr, size;
};

/*
 * Write a request to the open file `alloc` and read the answer.  Store at most
 * @max areas; return the number of areas in the answer, or -errno.
 */
int vmx_make_on(int fd, const char *request, struct made *made, int max);
int vmx_make(const char *request, struct made *made, int max);
int vmx_free_id(unsigned long id);

/* ---- the witness module ---- */

int witness_load(void);
/* Send a command to vmx_witness; return its answer, a number, or -errno. */
long witness(const char *fmt, ...) __printf(1, 2);
/* The pattern that its command "fill" writes, as 32-bit words. */
unsigned int witness_word(unsigned int seed, unsigned long word);

/* ---- the kernel ---- */

unsigned long page_size(void);
/* What one PTE table maps, and a leaf where there are leaves. PTEs of 8 bytes. */
unsigned long leaf_size(void);
/* Drop CAP_SYSLOG for this process; false if that fails. */
bool drop_cap_syslog(void);

/* @option is like "CONFIG_KASAN=y".  False if there is no /proc/config.gz. */
bool kernel_has(const char *option);
/* Count the lines of /proc/vmallocinfo that have [vmx]: the slice has one. */
int vmallocinfo_lines(void);
/*
 * Count the free frames of one zone, or of all zones for NULL, including those
 * on the per-CPU lists.
 */
long free_pages(const char *zone);
/*
 * Wait until at most @slack frames fewer than @before are free.  Return how
 * many fewer there are in the end.
 */
long pages_missing(long before, long slack);
long vmstat_count(const char *key);
long meminfo_kib(const char *key);

/*
 * Load a test module that makes its checks in its init function, and unload it. Return
 * 0, or -1 with the kernel's complaint in @line.
 */
int module_checks(const char *name, const char *params, char *line, size_t size);

/*
 * Do so at least twice, until the last round has taken no more than @slack frames for
 * good, but at most five times: the kernel keeps slabs and tables of the first round,
 * KASAN more and more freed objects. A loss would be there in each round. Return what
 * the last round has taken, or LONG_MAX if a check failed or an area is left.
 */
long module_checks_lose(const char *name, const char *params, long slack,
			char *line, size_t size);

/* Open the kernel log at its end. */
int kmsg_open(void);
/* Count the new lines that begin with @prefix; copy the last one to @line. */
int kmsg_count(int fd, const char *prefix, char *line, size_t size);

/*
 * Read kernel memory through /proc/kcore: 0 or -errno. EOVERFLOW: the file has the address
 * at a negative offset. On riscv64, all of the vmalloc range is there.
 */
int kcore_read(unsigned long addr, void *bytes, size_t len);

/* test_modules/vmx_depot.c holds areas that its file asks for. */
int crowd_open(void);
/* Hold @count areas of @pages pages; those that are made or freed are so on this CPU. */
int crowd_hold(int fd, unsigned long count, unsigned long pages);

void pin_to_cpu(int cpu);
unsigned int milliseconds(void);
/* The number that this variable has, or @otherwise. */
unsigned long env_number(const char *name, unsigned long otherwise);
/* How long tasks race with each other in one test, in milliseconds: VMX_RACE_MSEC, or 2000. */
unsigned int race_msec(void);

/* xorshift64*: the same sequence on every machine */
struct random {
	unsigned long long state;
};

unsigned long random_below(struct random *random, unsigned long limit);

#endif /* VMX_TEST_H */
