// SPDX-License-Identifier: GPL-2.0
/*
 * The directory /sys/kernel/debug/vmx: which files there are
 *
 * An open file holds a reference to the module (debugfs calls its release
 * function even after the files are gone), so rmmod waits for nobody: it is
 * refused while a file is open.
 *
 * Locking: none; only the module's init and exit come here.  Units: none.
 */
#include <linux/debugfs.h>
#include <linux/fs.h>
#include <linux/module.h>
#include <linux/seq_file.h>

#include "vmx_files.h"
#include "vmx_internal.h"

static struct dentry *vmx_dir;

static const char readme[] =
"vmx " VMX_VERSION ": explore vmalloc areas\n"
"\n"
"  alloc      write requests: SIZE[K|M|G] [word]..., several on a line or lines\n"
"               align=SIZE  a power of two      node=N   from this NUMA node\n"
"               count=N     so many of them     zero     cleared\n"
"               fit=FIT     which hole to take: first, best, last, next\n"
"               huge        2 MiB entries where frames allow\n"
"               explain     tell each step; read it as described below\n"
"             all of a write is done, or nothing; reading the same open file\n"
"             gives back \"id address size\" of what its last write made\n"
"  free       write ids (decimal), addresses (0x...), or all\n"
"  fit        write a FIT for requests that name none; read it\n"
"  areas      the list, in address order, as /proc/vmallocinfo prints it\n"
"  gaps       the holes, and how scattered they are\n"
"  map        the slice as text, a character for so many pages\n"
"  area       write an id or address, read its descriptor, frames and entries\n"
"  walk       write an address of the vmalloc range, read its way through the\n"
"             page tables\n"
"  pgtables   the whole vmalloc range as its page tables have it\n"
"  mem        the slice's bytes by offset: pread, pwrite, mmap\n"
"  stats      counters, \"key value\"\n"
"  purge      write 1: flush, and turn quarantined addresses into holes\n"
"  error_log  the last eight refused writes, and what was wrong with them\n"
"\n"
"  # cd /sys/kernel/debug/vmx\n"
"  # echo 4096 > alloc\n"
"  # echo \"64K 1M 2M align=2M\" > alloc\n"
"  # cat areas\n"
"  # echo 2 3 > free\n"
"  # echo all > free\n"
"  # echo 12Q > alloc || cat error_log\n"
"\n"
"  # exec 3<>alloc; echo \"16K zero count=4\" >&3; cat <&3\n"
"  # exec 3<>alloc; echo \"64K explain\" >&3; cat <&3\n";

static int readme_show(struct seq_file *m, void *v)
{
	seq_puts(m, readme);
	return 0;
}
DEFINE_SHOW_ATTRIBUTE(readme);
DEFINE_SHOW_ATTRIBUTE(vmx_map);
DEFINE_SHOW_ATTRIBUTE(vmx_stats);
DEFINE_SHOW_ATTRIBUTE(vmx_error_log);

static const struct {
	const char *name;
	umode_t mode;
	const struct file_operations *fops;
} files[] = {
	{ "README",	0400, &readme_fops },
	{ "alloc",	0600, &vmx_alloc_fops },
	{ "free",	0200, &vmx_free_fops },
	{ "fit",	0600, &vmx_fit_fops },
	{ "areas",	0400, &vmx_areas_fops },
	{ "gaps",	0400, &vmx_gaps_fops },
	{ "map",	0400, &vmx_map_fops },
	{ "area",	0600, &vmx_area_fops },
	{ "walk",	0600, &vmx_walk_fops },
	{ "pgtables",	0400, &vmx_pgtables_fops },
	{ "mem",	0600, &vmx_mem_fops },
	{ "stats",	0400, &vmx_stats_fops },
	{ "purge",	0200, &vmx_purge_fops },
	{ "error_log",	0400, &vmx_error_log_fops },
};

/** vmx_debugfs_exit() - remove the files, and free what they have made */
void vmx_debugfs_exit(void)
{
	debugfs_remove(vmx_dir);
	vmx_owned_exit();
}

/**
 * vmx_debugfs_init() - create the files
 *
 * Without debugfs (compiled out or switched off) vmx still serves other
 * modules.
 *
 * Return: 0 or a negative errno, with nothing left behind.
 */
int vmx_debugfs_init(void)
{
	struct dentry *file;
	int i;

	vmx_dir = debugfs_create_dir("vmx", NULL);
	if (vmx_dir == ERR_PTR(-ENODEV) || vmx_dir == ERR_PTR(-EPERM)) {
		pr_notice("debugfs is off: no files, only the functions\n");
		return 0;
	}
	if (IS_ERR(vmx_dir))
		return PTR_ERR(vmx_dir);
	inode_lock(d_inode(vmx_dir));
	d_inode(vmx_dir)->i_mode = S_IFDIR | 0700;
	inode_unlock(d_inode(vmx_dir));

	for (i = 0; i < ARRAY_SIZE(files); i++) {
		/*
		 * "Unsafe" is what lets mmap() through.  The files go in
		 * module exit only, when none is open: nothing to protect.
		 */
		file = debugfs_create_file_unsafe(files[i].name, files[i].mode,
						  vmx_dir, NULL, files[i].fops);
		if (IS_ERR(file)) {
			/* "alloc" may have been written to already. */
			vmx_debugfs_exit();
			return PTR_ERR(file);
		}
	}
	return 0;
}
