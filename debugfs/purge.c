// SPDX-License-Identifier: GPL-2.0
/*
 * purge: free what waits for a worker, is in a magazine, or is parked; flush, and turn
 * quarantined addresses into holes
 */
#include <linux/fs.h>
#include <linux/module.h>
#include <linux/string.h>

#include "vmx_area.h"
#include "files.h"

static int purge_text(struct file *file, struct vmx_text *text)
{
	if (!vmx_text_word(text) || !vmx_text_is(text, "1") ||
	    *skip_spaces(text->next))
		return vmx_text_wrong(text, "write 1 to purge");
	vmx_areas_unpark(false);
	vmx_unmap_aliases();
	return 0;
}

VMX_DEFINE_WRITE(purge);

const struct file_operations vmx_purge_fops = {
	.owner = THIS_MODULE,
	.open = simple_open,
	.write_iter = purge_write_iter,
	.llseek = default_llseek,
};
