/* SPDX-License-Identifier: GPL-2.0 */
/*
 * Replaces the kernel for vmx_area.c in user space
 *
 * There is one thread. The hooks stand for other CPUs: where vmx_area.c may
 * sleep or flushes, they run other operations. The test fails if vmx_area.c
 * takes a lock twice, sleeps under a spinlock, or warns unexpectedly.
 */
#ifndef _SHIM_H
#define _SHIM_H

#include <stdbool.h>
#include <stddef.h>

/* Print the message, call shim_where(), and end the program. */
void fail(const char *fmt, ...) __attribute__((noreturn, format(printf, 1, 2)));

/* Prints the current operation. */
extern void (*shim_where)(void);
/* Ends the program after a failure; if not set, _exit(1) does. */
extern void (*shim_die)(void);

/* Locks */
extern int shim_spinning;	/* number of held spinlocks */
void shim_lock(bool *held);
void shim_unlock(bool *held);
void shim_assert_held(bool held, const char *lock);
void shim_might_sleep(const char *what);

/* Called by cond_resched(). */
extern void (*shim_resched)(void);
void shim_cond_resched(void);

/* Warnings */
bool shim_warn(bool condition, const char *text);
/* Expect warnings until shim_warned(), which returns their number. */
void shim_expect_warning(void);
int shim_warned(void);

/* Memory: 0: all allocations fail; N: N succeed, then all fail; -1: none. */
extern long shim_fail_in;
/* The number of allocations that are not freed: caches, objects, kvcalloc(). */
size_t shim_allocated(void);

#endif
