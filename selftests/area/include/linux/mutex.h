/* SPDX-License-Identifier: GPL-2.0 */
#ifndef _SHIM_MUTEX_H
#define _SHIM_MUTEX_H

#include "shim.h"

struct mutex {
	bool held;
};

#define DEFINE_MUTEX(name)	struct mutex name
#define __MUTEX_INITIALIZER(name)	{ .held = false }

static inline void mutex_lock(struct mutex *lock)
{
	shim_might_sleep("mutex_lock()");
	shim_lock(&lock->held);
}

static inline bool mutex_trylock(struct mutex *lock)
{
	if (lock->held)
		return false;
	shim_lock(&lock->held);
	return true;
}

static inline void mutex_unlock(struct mutex *lock)
{
	shim_unlock(&lock->held);
}

#endif
