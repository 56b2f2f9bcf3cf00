// SPDX-License-Identifier: GPL-2.0
/*
 * The caller of an area, by name
 *
 * Guarantee: vmx never asks the kernel for a name in a module's init code. The kernel frees
 * that code when init has returned, and a lookup at that moment hits a BUG() in
 * __module_address(), from 6.1 to 7.3. So vmx remembers where each module that comes has
 * its init code, and prints an address and the module's name for a caller there.
 *
 * A module that needs vmx cannot be there before it, and the notifier runs before init. (Only
 * a module that calls symbol_get() for vmx in its own init can still be caught.)
 *
 * Locking: init_codes_lock is the innermost; it may be taken under vmx_area_lock.
 */
#include <linux/kallsyms.h>
#include <linux/list.h>
#include <linux/module.h>
#include <linux/notifier.h>
#include <linux/seq_file.h>
#include <linux/slab.h>
#include <linux/spinlock.h>

#include "vmx_compat.h"
#include "files.h"

/* Where a module has, or had, its init code: not a place for other code while this exists. */
struct init_code {
	struct list_head list;
	const struct module *mod;
	unsigned long start, end;
};

static LIST_HEAD(init_codes);
static DEFINE_SPINLOCK(init_codes_lock);

static const struct init_code *find(unsigned long addr)
{
	const struct init_code *code;

	lockdep_assert_held(&init_codes_lock);
	list_for_each_entry(code, &init_codes, list) {
		if (addr >= code->start && addr < code->end)
			return code;
	}
	return NULL;
}

/**
 * vmx_caller_name() - write the name of a code address to @name
 * @name: the text: function, offset and module, or in a module's init code its address and
 *        the module
 * @size: bytes at @name; KSYM_SYMBOL_LEN is always enough
 * @caller: the code address; it may be gone
 *
 * Context: any, except an interrupt.
 */
void vmx_caller_name(char *name, size_t size, const void *caller)
{
	const struct init_code *code;

	/* Under the lock, so that no module comes to this address during the lookup. */
	spin_lock(&init_codes_lock);
	code = find((unsigned long)caller);
	if (code)
		snprintf(name, size, "0x%px [%s]", caller, code->mod->name);
	else
		snprintf(name, size, "%pS", caller);	/* bare if it has been unloaded */
	spin_unlock(&init_codes_lock);
}

void vmx_show_caller(struct seq_file *m, const void *caller)
{
	char name[KSYM_SYMBOL_LEN];

	vmx_caller_name(name, sizeof(name), caller);
	seq_puts(m, name);
}

/* Forget the init code of @mod, and what was where its code is now. */
static void forget(const struct module *mod)
{
	unsigned long text = (unsigned long)vmx_module_text(mod).base;
	unsigned long init = (unsigned long)vmx_module_init_text(mod).base;
	unsigned long text_end = text + vmx_module_text(mod).size;
	unsigned long init_end = init + vmx_module_init_text(mod).size;
	struct init_code *code, *next;

	lockdep_assert_held(&init_codes_lock);
	list_for_each_entry_safe(code, next, &init_codes, list) {
		if (code->mod == mod || (code->start < text_end && code->end > text) ||
		    (code->start < init_end && code->end > init)) {
			list_del(&code->list);
			kfree(code);
		}
	}
}

static int remember(const struct module *mod)
{
	struct init_code *code = kmalloc(sizeof(*code), GFP_KERNEL);

	if (!code)
		return -ENOMEM;
	code->mod = mod;
	code->start = (unsigned long)vmx_module_init_text(mod).base;
	code->end = code->start + vmx_module_init_text(mod).size;
	spin_lock(&init_codes_lock);
	forget(mod);
	list_add(&code->list, &init_codes);
	spin_unlock(&init_codes_lock);
	return 0;
}

static int module_changes(struct notifier_block *block, unsigned long state, void *data)
{
	if (state == MODULE_STATE_COMING)
		return notifier_from_errno(remember(data));
	if (state == MODULE_STATE_GOING) {
		spin_lock(&init_codes_lock);
		forget(data);
		spin_unlock(&init_codes_lock);
	}
	return NOTIFY_DONE;
}

static struct notifier_block modules = {
	.notifier_call = module_changes,
};

void vmx_caller_init(void)
{
	WARN_ON_ONCE(register_module_notifier(&modules));
}

/* No reader and no notifier is left. */
void vmx_caller_exit(void)
{
	struct init_code *code, *next;

	unregister_module_notifier(&modules);
	list_for_each_entry_safe(code, next, &init_codes, list)
		kfree(code);
}
