// SPDX-License-Identifier: GPL-2.0
/*
 * The directory /sys/kernel/debug/vmx: which files exist
 *
 * An open file holds a reference to the module, because debugfs calls its release
 * function even after the file is removed. So rmmod is refused while a file is open.
 */
#define pr_fmt(fmt) KBUILD_MODNAME ": " fmt

#include <linux/debugfs.h>
#include <linux/fs.h>
#include <linux/module.h>
#include <linux/printk.h>
#include <linux/seq_file.h>

#include "vmx_debugfs.h"
#include "debugfs/files.h"

static struct dentry *dir;

/* The help is what the file README says of each file. */
static const struct {
	const char *name;
	umode_t mode;
	const struct file_operations *fops;
	const char *help;
} files[] = {
#define FILE(name, mode, help) { #name, mode, &vmx_##name##_fops, help }
	FILE(README, 0400, "this text"),
	FILE(alloc, 0600, "write requests; read back what the last write has made"),
	FILE(free, 0200, "write ids (3), addresses (0x...), or all"),
	FILE(fit, 0600, "write the fit of requests that name none; read it"),
	FILE(areas, 0400, "the list, in address order, as /proc/vmallocinfo prints it"),
	FILE(gaps, 0400, "the holes, and how scattered they are"),
	FILE(map, 0400, "the slice as text: each character is some pages"),
	FILE(area, 0600, "write an id or address; read descriptor, frames, entries"),
	FILE(walk, 0600, "write an address; read its way through the page tables"),
	FILE(pgtables, 0400, "the page tables of the whole vmalloc range"),
	FILE(mem, 0600, "the bytes of the slice by offset: pread, pwrite, mmap"),
	FILE(stats, 0400, "counters: \"key value\""),
	FILE(purge, 0200, "write 1: flush, and turn quarantined addresses into holes"),
	FILE(error_log, 0400, "the last eight refused writes, and what was wrong"),
#undef FILE
};

#define FIT(NAME, name) " " #name
static const char requests[] =
"\n"
"A request is SIZE[K|M|G] [word]... Several may stand on a line, or on several\n"
"lines. All of a write is done, or nothing.\n"
"  align=SIZE  a power of two      node=N   from this NUMA node\n"
"  count=N     N areas of a kind   zero     cleared\n"
"  huge        2 MiB entries where frames allow it\n"
"  fit=FIT     which hole to take:" VMX_FITS(FIT) "\n"
"  explain     tell each step of the first area: read the same open file\n"
"\n"
"  # cd /sys/kernel/debug/vmx\n"
"  # echo 4096 > alloc\n"
"  # echo \"64K 1M 2M align=2M\" > alloc\n"
"  # cat areas\n"
"  # echo 2 3 > free\n"
"  # echo all > free\n"
"  # echo 12Q > alloc || cat error_log\n"
"\n"
"Reading the same open file gives \"id address size\" of what its last write made:\n"
"  # exec 3<>alloc; echo \"16K zero count=4\" >&3; cat <&3\n"
"  # exec 3<>alloc; echo \"64K explain\" >&3; cat <&3\n";
#undef FIT

static int README_show(struct seq_file *m, void *v)
{
	int i;

	seq_puts(m, "vmx " VMX_VERSION ": explore vmalloc areas\n\n");
	for (i = 0; i < ARRAY_SIZE(files); i++)
		seq_printf(m, "  %-10s %s\n", files[i].name, files[i].help);
	seq_puts(m, requests);
	return 0;
}

VMX_DEFINE_SHOWN(README);

/** vmx_debugfs_exit() - remove the files, and free what they have made */
void vmx_debugfs_exit(void)
{
	debugfs_remove(dir);
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

	dir = debugfs_create_dir("vmx", NULL);
	if (dir == ERR_PTR(-ENODEV) || dir == ERR_PTR(-EPERM)) {
		pr_notice("debugfs is off: no files, only the functions\n");
		return 0;
	}
	if (IS_ERR(dir))
		return PTR_ERR(dir);
	inode_lock(d_inode(dir));
	d_inode(dir)->i_mode = S_IFDIR | 0700;
	inode_unlock(d_inode(dir));

	for (i = 0; i < ARRAY_SIZE(files); i++) {
		/*
		 * "Unsafe" is what lets mmap() through.  The files go in
		 * module exit only, when none is open: nothing to protect.
		 */
		file = debugfs_create_file_unsafe(files[i].name, files[i].mode,
						  dir, NULL, files[i].fops);
		if (IS_ERR(file)) {
			/* "alloc" may have been written to already. */
			vmx_debugfs_exit();
			return PTR_ERR(file);
		}
	}
	return 0;
}
