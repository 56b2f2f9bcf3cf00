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
#include "vmx_pgtable.h"
#include "debugfs/files.h"

static struct dentry *dir;

/* The file README prints each file's name and help. */
static const struct {
	const char *name;
	umode_t mode;
	const struct file_operations *fops;
	const char *help;
	bool observes;		/* it is there with slice=0, too */
} files[] = {
#define FILE(name, mode, help, ...) \
	{ #name, mode, &vmx_##name##_fops, help, ##__VA_ARGS__ }
	FILE(README, 0400, "this text", true),
	FILE(alloc, 0600, "write requests; read back the areas of the last write"),
	FILE(free, 0600, "write ids (3), addresses (0x...), or all; \"3 explain\" tells the steps"),
	FILE(fit, 0600, "the fit of requests that name none: write it, read it"),
	FILE(areas, 0400, "the list of areas in address order, as /proc/vmallocinfo"),
	FILE(gaps, 0400, "the holes, and how fragmented the slice is"),
	FILE(map, 0400, "the slice as text: one character for several pages"),
	FILE(area, 0600, "write an id or an address; read descriptor, frames, entries"),
	FILE(walk, 0600, "write an address; read its way through the page tables",
	     true),
	FILE(pgtables, 0400, "the page tables of the vmalloc range and of modules", true),
	FILE(mem, 0600, "the bytes of the slice by offset: pread, pwrite, mmap"),
	FILE(stats, 0400, "counters: \"key value\""),
	FILE(purge, 0200, "write 1: flush, and turn quarantined addresses into holes"),
	FILE(error_log, 0400, "the last eight refused writes, and the reasons"),
#undef FILE
};

#define FIT(NAME, name) " " #name
static const char requests[] =
"\n"
"A request is SIZE[K|M|G] [word]... A line may hold several requests, and a\n"
"write several lines. vmx does all of a write, or nothing.\n"
"  align=SIZE  a power of two      node=N   frames of this NUMA node\n"
"  count=N     N areas like this   zero     clear the frames\n"
"  huge        leaves (of 2 MiB, mostly) if there are such blocks\n"
"  fit=FIT     which hole to take:" VMX_FITS(FIT) "\n"
"  explain     tell the steps of the first area: read the same open file\n"
"\n"
"  # cd /sys/kernel/debug/vmx\n"
"  # echo 4096 > alloc\n"
"  # echo \"64K 1M 2M align=2M\" > alloc\n"
"  # cat areas\n"
"  # echo 2 3 > free\n"
"  # echo all > free\n"
"  # echo 12Q > alloc || cat error_log\n"
"\n"
"Read the same open file to get \"id address size\" of each area it made last:\n"
"  # exec 3<>alloc; echo \"16K zero count=4\" >&3; cat <&3\n"
"  # exec 3<>alloc; echo \"64K explain\" >&3; cat <&3\n"
"  # exec 4<>free; echo \"3 explain\" >&4; cat <&4\n";
#undef FIT

static bool is_there(int i)
{
	return files[i].observes || vmx_start < vmx_end;
}

static int README_show(struct seq_file *m, void *v)
{
	int i;

	seq_puts(m, "vmx " VMX_VERSION ": explore vmalloc areas\n\n");
	for (i = 0; i < ARRAY_SIZE(files); i++) {
		if (is_there(i))
			seq_printf(m, "  %-10s %s\n", files[i].name, files[i].help);
	}
	seq_puts(m, vmx_start < vmx_end ? requests :
		 "\nvmx was loaded with slice=0: it only looks.\n");
	return 0;
}

VMX_DEFINE_SHOWN(README);

/** vmx_debugfs_exit() - remove the files, and free the areas that they own */
void vmx_debugfs_exit(void)
{
	debugfs_remove(dir);
	vmx_owned_exit();
	vmx_caller_exit();
}

/* Create the files; return 0, or the first errno, and create the rest all the same. */
static int create_files(void)
{
	struct dentry *file;
	int i, err = 0;

	dir = debugfs_create_dir("vmx", NULL);
	if (IS_ERR(dir))
		return PTR_ERR(dir);
	inode_lock(d_inode(dir));
	d_inode(dir)->i_mode = S_IFDIR | 0700;
	inode_unlock(d_inode(dir));

	for (i = 0; i < ARRAY_SIZE(files); i++) {
		if (!is_there(i))
			continue;
		/*
		 * debugfs_create_file() would not pass mmap() on. Its protection
		 * is not needed: only module exit removes the files, and then
		 * none is open.
		 */
		file = debugfs_create_file_unsafe(files[i].name, files[i].mode,
						  dir, NULL, files[i].fops);
		if (IS_ERR(file))
			err = err ?: PTR_ERR(file);
	}
	return err;
}

/**
 * vmx_debugfs_init() - create the files
 *
 * This cannot fail: without debugfs, or without some of the files, vmx still serves
 * other modules. It is the last step of init, because a file that exists can be opened,
 * and then the module must stay.
 *
 * Context: process context; may sleep.
 */
void vmx_debugfs_init(void)
{
	int err;

	vmx_caller_init();
	err = create_files();
	if (err == -ENODEV || err == -EPERM)
		pr_notice("debugfs is off: there are no files, only the functions for modules\n");
	else if (err)
		pr_warn("cannot create %s in debugfs: error %d\n",
			IS_ERR(dir) ? "the files" : "all files", err);
}
