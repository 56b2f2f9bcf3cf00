// SPDX-License-Identifier: GPL-2.0
/*
 * Who owns what: the areas that belong to the files, and freeing them
 *
 * An area made by writing to "alloc" belongs to the files: it, and no other, can
 * be freed by writing to "free" and reached through "mem".  It stands in
 * vmx_owned, by id, from the end of a write that succeeded as a whole.
 *
 * Locking: vmx_free_mutex makes a write to "free" one step; vmx_area_lock, and
 * what freeing takes, are taken inside.  vmx_is_owned() takes nothing.
 * Units: bytes.
 */
#include <linux/fs.h>
#include <linux/kmemleak.h>
#include <linux/module.h>
#include <linux/mutex.h>
#include <linux/sched.h>
#include <linux/string.h>
#include <linux/xarray.h>

#include "vmx_files.h"
#include "vmx_internal.h"

#define TO_BE_FREED XA_MARK_0

static DEFINE_XARRAY(vmx_owned);
static DEFINE_MUTEX(vmx_free_mutex);

/**
 * vmx_own_prepare() - see to it that vmx_own() can't fail
 * @area: a complete one
 *
 * Return: 0; -ENOMEM; -EBUSY when the id has come round again and the first area of
 * that id is still there.
 */
int vmx_own_prepare(const struct vmx_area *area)
{
	/* Its owner, vmx_owned, keeps the descriptor and not the address. */
	kmemleak_not_leak(area->addr);
	return xa_insert(&vmx_owned, area->id, NULL,
			 GFP_KERNEL | __GFP_RETRY_MAYFAIL);
}

/** vmx_own_cancel() - undo vmx_own_prepare() */
void vmx_own_cancel(const struct vmx_area *area)
{
	xa_release(&vmx_owned, area->id);
}

/** vmx_own() - the area is the files'; from here on "free" finds it */
void vmx_own(struct vmx_area *area)
{
	xa_store(&vmx_owned, area->id, area, GFP_KERNEL);
}

/**
 * vmx_is_owned() - was this area made by writing to "alloc"?
 * @area: one that can't go: the caller's own, or vmx_area_lock is held
 *
 * Return: true if so.
 */
bool vmx_is_owned(const struct vmx_area *area)
{
	return xa_load(&vmx_owned, area->id) == area;
}

/* The id of the area that the word names, if these files may free it. */
static int named_area(struct vmx_text *text, unsigned long *id)
{
	bool by_addr = vmx_text_is_hex(text);
	struct vmx_area *area;
	unsigned long value;
	int err;

	err = vmx_text_number(text, text->word, &value);
	if (err)
		return err;
	if (by_addr) {
		spin_lock(&vmx_area_lock);
		area = vmx_area_at((void *)vmx_address(value));
		*id = area && vmx_area_complete(area) &&
		      !(READ_ONCE(area->flags) & VMX_CACHED) ? area->id : 0;
		spin_unlock(&vmx_area_lock);
	} else {
		*id = value;
	}
	if (xa_load(&vmx_owned, *id))
		return 0;
	if (by_addr && *id)
		return vmx_text_refuse(text, -EPERM, text->word,
				       "no finished write to alloc made this area");
	return vmx_text_refuse(text, -ENOENT, text->word,
			       "no such area was made by writing to alloc");
}

static int mark_named(struct vmx_text *text)
{
	unsigned long id;
	int err;

	while (vmx_text_word(text)) {
		if (vmx_text_is(text, "all"))
			return vmx_text_wrong(text, "all stands alone");
		err = named_area(text, &id);
		if (err)
			return err;
		if (xa_get_mark(&vmx_owned, id, TO_BE_FREED))
			return vmx_text_refuse(text, -ENOENT, text->word,
					       "named twice");
		xa_set_mark(&vmx_owned, id, TO_BE_FREED);
	}
	return 0;
}

static void mark_all(void)
{
	struct vmx_area *area;
	unsigned long id;

	xa_for_each(&vmx_owned, id, area) {
		xa_set_mark(&vmx_owned, id, TO_BE_FREED);
		cond_resched();
	}
}

static int free_text(struct file *file, struct vmx_text *text)
{
	struct vmx_text first = *text;
	struct vmx_area *area;
	unsigned long id;
	int err = 0;

	mutex_lock(&vmx_free_mutex);
	if (vmx_text_word(&first) && vmx_text_is(&first, "all") &&
	    !*skip_spaces(first.next))
		mark_all();
	else
		err = mark_named(text);
	xa_for_each_marked(&vmx_owned, id, area, TO_BE_FREED) {
		if (err) {
			xa_clear_mark(&vmx_owned, id, TO_BE_FREED);
			continue;
		}
		xa_erase(&vmx_owned, id);
		vmx_free(area->addr);
		cond_resched();
	}
	mutex_unlock(&vmx_free_mutex);
	return err;
}

VMX_DEFINE_WRITE(free);

const struct file_operations vmx_free_fops = {
	.owner = THIS_MODULE,
	.open = simple_open,
	.write = free_write,
	.llseek = default_llseek,
};

/** vmx_owned_exit() - free them all; the files are gone */
void vmx_owned_exit(void)
{
	struct vmx_area *area;
	unsigned long id;

	xa_for_each(&vmx_owned, id, area) {
		xa_erase(&vmx_owned, id);
		vmx_free(area->addr);
		cond_resched();
	}
	xa_destroy(&vmx_owned);
}
