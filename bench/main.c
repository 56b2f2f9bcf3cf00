// SPDX-License-Identifier: GPL-2.0
/*
 * vmx_bench: count the instructions of vmx, the kernel's allocators and the
 * floor
 *
 * A write to /sys/kernel/debug/vmx_bench is one command, "VERB [NAME [PAGES
 * [N]]]", and returns when the command has ended.  A read returns the result:
 * three numbers (mostly minimum, median and maximum of instructions), or the
 * reason of a failure.  scripts/bench has the commands.
 *
 * Locking: bench_mutex; one command runs at a time.
 */
#include <linux/debugfs.h>
#include <linux/module.h>
#include <linux/mutex.h>
#include <linux/seq_file.h>
#include <linux/string.h>
#include <linux/uaccess.h>

#include "bench.h"

static DEFINE_MUTEX(bench_mutex);
static struct dentry *bench_file;
static char answer[64];

static const struct {
	const char	*name;
	bench_command	*run;
} verbs[] = {
	{ "clock",		bench_clock_check },
	{ "drain",		bench_drain },
	{ "pairs",		bench_pairs },
	{ "singles",		bench_singles },
	{ "in_order",		bench_in_order },
	{ "at_random",		bench_at_random },
	{ "hand_off",		bench_hand_off },
	{ "mixed",		bench_mixed },
	{ "profile",		bench_profile },
	{ "locks",		bench_locks },
	{ "hold",		bench_hold },
	{ "thin",		bench_thin },
	{ "drop",		bench_drop },
	{ "full",		bench_full },
	{ "find",		bench_find_each },
	{ "to_page",		bench_to_page },
	{ "shatter",		bench_shatter },
	{ "mend",		bench_mend },
	{ "checkerboard",	bench_checkerboard },
	{ "race",		bench_race },
	{ "race_alone",		bench_race_alone },
	{ "race_crowds",	bench_race_crowds },
	{ "race_mixed",		bench_race_mixed },
};

static bench_command *find_verb(const char *name)
{
	unsigned int i;

	for (i = 0; i < ARRAY_SIZE(verbs); i++) {
		if (!strcmp(verbs[i].name, name))
			return verbs[i].run;
	}
	return NULL;
}

static int carry_out(const char *text)
{
	char verb[16] = "", name[16] = "nothing";
	const struct bench_allocator *a;
	struct bench_result result = {};
	unsigned int nr = 1, n = 0;
	bench_command *command;
	int words, err;

	words = sscanf(text, "%15s %15s %u %u", verb, name, &nr, &n);
	command = find_verb(verb);
	a = bench_find(name);
	if (words < 1 || !command || !a) {
		strscpy(answer, "failed: no such command\n", sizeof(answer));
		return -EINVAL;
	}
	err = a->prepare ? a->prepare(nr) : 0;
	if (!err) {
		err = command(a, nr, n, &result);
		if (a->finish)
			a->finish();
	}
	if (err)
		snprintf(answer, sizeof(answer), "failed: error %d\n", -err);
	else
		snprintf(answer, sizeof(answer), "%llu %llu %llu\n",
			 result.min, result.median, result.max);
	return err;
}

static ssize_t bench_write(struct file *file, const char __user *buf,
			   size_t len, loff_t *pos)
{
	char text[64];
	int err;

	if (len >= sizeof(text))
		return -EINVAL;
	if (copy_from_user(text, buf, len))
		return -EFAULT;
	text[len] = '\0';

	mutex_lock(&bench_mutex);
	err = carry_out(text);
	mutex_unlock(&bench_mutex);
	return err ?: len;
}

static int bench_show(struct seq_file *m, void *unused)
{
	mutex_lock(&bench_mutex);
	seq_puts(m, answer);
	mutex_unlock(&bench_mutex);
	return 0;
}

static int bench_open(struct inode *inode, struct file *file)
{
	return single_open(file, bench_show, NULL);
}

static const struct file_operations bench_fops = {
	.owner = THIS_MODULE,
	.open = bench_open,
	.read = seq_read,
	.write = bench_write,
	.llseek = seq_lseek,
	.release = single_release,
};

static int __init bench_init(void)
{
	int err;

	err = bench_allocators_init();
	if (err)
		return err;
	err = bench_crowd_init();
	if (err)
		goto exit_allocators;
	bench_clock_init();
	bench_file = debugfs_create_file("vmx_bench", 0600, NULL, NULL,
					 &bench_fops);
	bench_objects_init();
	return 0;

exit_allocators:
	bench_allocators_exit();
	return err;
}
module_init(bench_init);

static void __exit bench_exit(void)
{
	bench_objects_exit();
	debugfs_remove(bench_file);
	bench_shatter_exit();
	bench_crowd_exit();
	bench_allocators_exit();
}
module_exit(bench_exit);

MODULE_DESCRIPTION("Count the instructions of vmx, vmalloc and the floor");
MODULE_AUTHOR("The vmx authors");
MODULE_LICENSE("GPL");
