/* SPDX-License-Identifier: GPL-2.0 */
/*
 * What the proof tests share: the witnesses of a debug kernel
 *
 * As in ../vmx_test.h, functions return 0 or a count on success and -errno on
 * failure.  A witness that the kernel has not is -ENOENT: the test is skipped
 * then, with the reason.
 */
#ifndef VMX_PROOF_H
#define VMX_PROOF_H

#include "../vmx_test.h"

#define PROOF_KERNEL "/sys/kernel/debug/"
#define PROOF_FILES PROOF_KERNEL "vmx"
#define PROOF_SETTINGS "/sys/module/vmx/parameters"

/* A number from the environment, for seeds and durations. */
unsigned long env_number(const char *name, unsigned long otherwise);
/* The path of a file that is installed together with this program. */
void beside_program(const char *name, char *path, size_t size);
/* The regular files of a directory: how many, or -errno. */
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
/* A child that does not outlive its parent, whatever becomes of that. */
pid_t fork_child(void);

/* ---- who watches ---- */

/* Lockdep switches itself off at its first report. */
bool lockdep_watches(void);

/* ---- fault injection, for the calling task ---- */

/*
 * Every allocation is to be one that can fail: the kernel leaves out high
 * memory, those that may reclaim, and single pages unless told otherwise.
 */
int faults_prepare(void);
/* From here the task's @nth allocation fails, counted from 1. */
void fault_arm(unsigned int nth);
/* How many more it would have to make. */
unsigned int fault_left(void);
/* No fault any more; has it come to pass? */
bool fault_disarm(void);

/*
 * A drought: after @amount (bytes of slab objects, or pages) every allocation
 * of that kind fails, until drought_end() says how many did.
 */
enum drought { DROUGHT_SLAB, DROUGHT_PAGES };
void drought_begin(enum drought kind, unsigned int amount);
unsigned int drought_end(enum drought kind);

/* ---- who holds memory ---- */

/* Objects in use of the module's own cache: exact, but slow. */
long slab_objects(void);

/*
 * Page frames whose allocation was asked for by vmx, by page_owner.  Those that
 * are the kernel's to keep (slabs, page tables) are not counted.  @base and @size
 * tell a module that is gone, by addresses.  If there are not as many as
 * @expected (and that is not -1), the last one's stack is printed.
 */
long owned_pages(unsigned long base, unsigned long size, long expected);
/* Where vmx's code is. */
int vmx_text(unsigned long *base, unsigned long *size);

/* From here on leaks are new. */
int kmemleak_clear(void);
/* Two scans, as far apart as they must be: how many leaks; they are printed. */
long kmemleak_scan(void);

#endif /* VMX_PROOF_H */
