/* SPDX-License-Identifier: GPL-2.0 */
/*
 * The kernel that vmx_area.c sees in user space
 *
 * There is one thread.  What other CPUs would do at the same time is done by
 * the hooks: where vmx_area.c may sleep, other code may run.  Whoever takes a
 * lock twice, sleeps under a spinlock, or warns without being expected to, has
 * failed the test.
 */
#ifndef _SHIM_H
#define _SHIM_H

#include <stdbool.h>
#include <stddef.h>

/* Prints the message, then what shim_where() has to say; doesn't return. */
void fail(const char *fmt, ...) __attribute__((noreturn, format(printf, 1, 2)));

/* Prints what was being done. */
extern void (*shim_where)(void);
/* How to end after a failure; _exit(1) if not set. */
extern void (*shim_die)(void);

/* Locks */
extern int shim_spinning;	/* spinlocks held */
void shim_lock(bool *held);
void shim_unlock(bool *held);
void shim_assert_held(bool held, const char *lock);
void shim_might_sleep(const char *what);

/* Runs when vmx_area.c offers to let others run. */
extern void (*shim_resched)(void);
void shim_cond_resched(void);

/* Warnings */
bool shim_warn(bool condition, const char *text);
/* The code up to shim_warned() warns; how often, that returns. */
void shim_expect_warning(void);
int shim_warned(void);

/* Memory: when 0, the next allocation fails; it counts down to that. */
extern long shim_fail_in;
/* What was allocated and not freed: caches, objects in them, and the rest. */
size_t shim_allocated(void);

#endif
