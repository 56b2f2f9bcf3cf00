/* SPDX-License-Identifier: GPL-2.0 */
#ifndef _SHIM_SPINLOCK_H
#define _SHIM_SPINLOCK_H

#include <linux/compiler.h>
#include "shim.h"

#define smp_mb()		barrier()	/* there is one thread */
#define smp_rmb()		barrier()	/* there is one thread */
#define smp_wmb()		barrier()	/* there is one thread */
#define smp_load_acquire(p)	READ_ONCE(*(p))	/* there is one thread */
#define smp_store_release(p, v)	WRITE_ONCE(*(p), v)	/* there is one thread */

struct spinlock {
	bool held;
};

#define spinlock_t	struct spinlock

#define DEFINE_SPINLOCK(name)	spinlock_t name
#define __SPIN_LOCK_UNLOCKED(name)	{}
#define spin_lock_init(lock)	((lock)->held = false)

static inline void spin_lock(spinlock_t *lock)
{
	shim_lock(&lock->held);
	shim_spinning++;
}

static inline void spin_unlock(spinlock_t *lock)
{
	shim_spinning--;
	shim_unlock(&lock->held);
}

#endif
