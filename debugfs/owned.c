// SPDX-License-Identifier: GPL-2.0
/*
 * Who owns an area: those that were made by writing to "alloc" belong to the files
 *
 * These areas, and no others, can be freed by writing to "free" and reached through
 * "mem". An area is added to owned.areas, by its id, when the whole write that made it
 * has succeeded.
 *
 * Locking: only one write to "free" runs at a time, under owned.lock. vmx_area_lock, and the locks
 * that freeing takes, are taken inside. vmx_is_owned() takes no lock.
 */
#include <linux/kmemleak.h>
#include <linux/lockdep.h>
#include <linux/mutex.h>
#include <linux/sched.h>
#include <linux/xarray.h>

#include "files.h"

#define TO_BE_FREED XA_MARK_0

static struct {
	struct mutex lock;	/* held by a write to "free" */
	struct xarray areas;
} owned = {
	.lock = __MUTEX_INITIALIZER(owned.lock),
	.areas = XARRAY_INIT(owned.areas, 0),
};

/**
 * vmx_own_prepare() - make sure that vmx_own() cannot fail
 * @area: a complete area
 *
 * Return: 0; -ENOMEM; -EBUSY when ids have wrapped around, and the first area of that
 * id still exists.
 */
int vmx_own_prepare(const struct vmx_area *area)
{
	/* Its owner, owned.areas, keeps the descriptor and not the address. */
	kmemleak_not_leak(area->addr);
	return xa_insert(&owned.areas, area->id, NULL,
			 GFP_KERNEL | __GFP_RETRY_MAYFAIL);
}

/** vmx_own_cancel() - undo vmx_own_prepare() */
void vmx_own_cancel(const struct vmx_area *area)
{
	xa_release(&owned.areas, area->id);
}

/** vmx_own() - give the area to the files: from now on "free" finds it */
void vmx_own(struct vmx_area *area)
{
	xa_store(&owned.areas, area->id, area, GFP_KERNEL);
}

/**
 * vmx_is_owned() - was this area made by writing to "alloc"?
 * @area: an area that cannot be freed now: it is the caller's own, or vmx_area_lock is
 *	held
 *
 * Return: true if so.
 */
bool vmx_is_owned(const struct vmx_area *area)
{
	return xa_load(&owned.areas, area->id) == area;
}

/** vmx_owned_lock() - keep other writes to "free" out */
void vmx_owned_lock(void)
{
	mutex_lock(&owned.lock);
}

/** vmx_owned_unlock() - undo vmx_owned_lock() */
void vmx_owned_unlock(void)
{
	mutex_unlock(&owned.lock);
}

/**
 * vmx_owned_mark() - mark an area to be freed
 * @id: its id
 *
 * Return: 0; -ENOENT when the files own no such area; -EEXIST when it is marked
 * already.
 */
int vmx_owned_mark(unsigned long id)
{
	lockdep_assert_held(&owned.lock);
	if (!xa_load(&owned.areas, id))
		return -ENOENT;
	if (xa_get_mark(&owned.areas, id, TO_BE_FREED))
		return -EEXIST;
	xa_set_mark(&owned.areas, id, TO_BE_FREED);
	return 0;
}

/** vmx_owned_mark_all() - mark all areas to be freed */
void vmx_owned_mark_all(void)
{
	struct vmx_area *area;
	unsigned long id;

	lockdep_assert_held(&owned.lock);
	xa_for_each(&owned.areas, id, area) {
		xa_set_mark(&owned.areas, id, TO_BE_FREED);
		cond_resched();
	}
}

/** vmx_owned_unmark() - undo all marks */
void vmx_owned_unmark(void)
{
	struct vmx_area *area;
	unsigned long id;

	lockdep_assert_held(&owned.lock);
	xa_for_each_marked(&owned.areas, id, area, TO_BE_FREED)
		xa_clear_mark(&owned.areas, id, TO_BE_FREED);
}

/** vmx_owned_free_marked() - free the areas that are marked */
void vmx_owned_free_marked(void)
{
	struct vmx_area *area;
	unsigned long id;

	lockdep_assert_held(&owned.lock);
	xa_for_each_marked(&owned.areas, id, area, TO_BE_FREED) {
		xa_erase(&owned.areas, id);
		vmx_free(area->addr);
		cond_resched();
	}
}

/** vmx_owned_exit() - free all areas; the files do not exist any longer */
void vmx_owned_exit(void)
{
	vmx_owned_lock();
	vmx_owned_mark_all();
	vmx_owned_free_marked();
	vmx_owned_unlock();
	xa_destroy(&owned.areas);
}
