/* SPDX-License-Identifier: GPL-2.0 */
/*
 * Functions that the proof tests share: the witnesses of a debug kernel
 *
 * As in ../vmx_test.h, functions return 0 or a count on success and -errno on
 * failure.  They return -ENOENT if the kernel does not have the witness; then
 * the test is skipped and says why.
 */
#ifndef VMX_PROOF_H
#define VMX_PROOF_H

#include "../vmx_test.h"

#define PROOF_KERNEL "/sys/kernel/debug/"
#define PROOF_FILES PROOF_KERNEL "vmx"
#define PROOF_SETTINGS "/sys/module/vmx/parameters"

/* Get the path of a file in the folder of this program. */
void beside_program(const char *name, char *path, size_t size);
/* List the regular files of a directory: their number, or -errno. */
#define FILES_MAX 32
struct files {
	int n;
	struct {
		char path[64];
		const char *name;	/* in path */
		mode_t mode;
	} file[FILES_MAX];
};

int files_of(const char *dir, struct files *files);
/* Fork a child that the kernel kills when its parent dies. */
pid_t fork_child(void);

/* ---- the kernel's checkers ---- */

/* Is lockdep on?  It switches itself off at its first report. */
bool lockdep_watches(void);

/* The kernel's dump of its page tables. */
#ifdef __aarch64__
#define PROOF_PTDUMP PROOF_KERNEL "kernel_page_tables"
#else
#define PROOF_PTDUMP PROOF_KERNEL "page_tables/kernel"
#endif

/*
 * Rewrite a line of this dump, or of `pgtables`, with one space between words, and the level
 * behind the flags, in small letters, as on x86: on arm64 the kernel has "PTE" before them.
 */
void dump_words(char *line);

/* ---- fault injection, for the calling task ---- */

/*
 * Let fault injection fail all kinds of allocations: by default it leaves out
 * high memory, allocations that may reclaim, and single pages.
 */
int faults_prepare(void);
/* Let the @nth allocation of the task from here on fail, counted from 1. */
void fault_arm(unsigned int nth);
/* Return how many allocations remain up to the one that fails; 0: it has. */
unsigned int fault_left(void);
/* Cancel the fault; return whether it has happened. */
bool fault_disarm(void);

/*
 * A drought: after @amount (bytes of slab objects, or pages) every allocation
 * of that kind fails.  drought_end() ends it and returns how many have failed.
 */
enum drought { DROUGHT_SLAB, DROUGHT_PAGES };
void drought_begin(enum drought kind, unsigned int amount);
unsigned int drought_end(enum drought kind);

/* ---- owners of memory ---- */

/* Count the objects in use in the slab cache of vmx: exact, but slow. */
long slab_objects(void);
bool slab_is_gone(void);

/*
 * Count the frames that vmx has allocated, by page_owner, without those that
 * the kernel keeps (slabs, page tables).  @base and @size are the addresses of
 * the code of vmx: they identify its frames after rmmod.  If the result is not
 * @expected, print the last frame's stack; -1: expect nothing.
 */
long owned_pages(unsigned long base, unsigned long size, long expected);
/* Get the addresses of the code of vmx. */
int vmx_text(unsigned long *base, unsigned long *size);

/* Forget earlier leaks. */
int kmemleak_clear(void);
/* Scan twice, with the necessary delays; print and count the leaks. */
long kmemleak_scan(void);

#endif /* VMX_PROOF_H */
