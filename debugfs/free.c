// SPDX-License-Identifier: GPL-2.0
/*
 * free: free areas that were made by writing to "alloc"
 *
 * A write frees all areas that it names, or none. A file that was opened without
 * CAP_SYSLOG takes ids and offsets, but no addresses: each address is refused in the same
 * way, so that nobody can find out where areas are by trying.
 *
 * It holds vmx_owned_lock(), and takes vmx_area_lock inside.
 */
#include <linux/fs.h>
#include <linux/module.h>
#include <linux/string.h>

#include "vmx_area.h"
#include "vmx_pgtable.h"
#include "files.h"

/* Return the id of the area in use that starts at an address; 0 without one. */
static unsigned long id_at(unsigned long addr)
{
	struct vmx_area *area;
	unsigned long id;

	spin_lock(&vmx_area_lock);
	area = vmx_area_at((void *)addr);
	id = area && vmx_area_complete(area) ? area->id : 0;
	spin_unlock(&vmx_area_lock);
	return id;
}

/* Mark the area that a word names; @may_address: an address may be written. */
static int mark_word(struct vmx_text *text, bool may_address)
{
	bool by_addr = vmx_text_is_hex(text);
	unsigned long value, id;
	int err;

	err = vmx_text_number(text, text->word, &value);
	if (err)
		return err;
	if (by_addr && !may_address && value >= vmx_end - vmx_start)
		return vmx_text_refuse(text, -EPERM, text->word,
				       "an address needs CAP_SYSLOG; write an id or an offset");
	id = by_addr ? id_at(vmx_address(value)) : value;
	switch (vmx_owned_mark(id)) {
	case 0:
		return 0;
	case -EEXIST:
		return vmx_text_refuse(text, -ENOENT, text->word, "named twice");
	}
	if (by_addr && id)
		return vmx_text_refuse(text, -EPERM, text->word,
				       "no finished write to alloc made this area");
	return vmx_text_refuse(text, -ENOENT, text->word,
			       "no such area was made by writing to alloc");
}

static int mark_words(struct vmx_text *text, bool may_address)
{
	int err = 0;

	while (!err && vmx_text_word(text)) {
		if (vmx_text_is(text, "all"))
			return vmx_text_wrong(text, "all stands alone");
		err = mark_word(text, may_address);
	}
	return err;
}

static bool is_all(struct vmx_text text)
{
	return vmx_text_word(&text) && vmx_text_is(&text, "all") &&
	       !*skip_spaces(text.next);
}

static int free_text(struct file *file, struct vmx_text *text)
{
	int err = 0;

	vmx_owned_lock();
	if (is_all(*text))
		vmx_owned_mark_all();
	else
		err = mark_words(text, vmx_may_see_addresses(file));
	if (err)
		vmx_owned_unmark();
	else
		vmx_owned_free_marked();
	vmx_owned_unlock();
	return err;
}

VMX_DEFINE_WRITE(free);

const struct file_operations vmx_free_fops = {
	.owner = THIS_MODULE,
	.open = simple_open,
	.write_iter = free_write_iter,
	.llseek = default_llseek,
};
