// SPDX-License-Identifier: GPL-2.0
/*
 * Name locks that are in no static variable: the page allocator's
 *
 * /proc/kallsyms has the static variables, and the functions by which the
 * remaining locks can be told: see scripts/lib/locks.awk.
 */
#include <linux/debugfs.h>
#include <linux/mmzone.h>
#include <linux/module.h>
#include <linux/percpu.h>
#include <linux/seq_file.h>

#include "bench.h"

static struct dentry *objects_file;

static void show_zone(struct seq_file *m, struct zone *zone)
{
	unsigned int cpu;

	seq_printf(m, "object %016lx zone->lock\n", (unsigned long)&zone->lock);
	for_each_possible_cpu(cpu) {
		struct per_cpu_pages *pcp = per_cpu_ptr(zone->per_cpu_pageset, cpu);

		seq_printf(m, "object %016lx pcp->lock\n",
			   (unsigned long)&pcp->lock);
	}
}

static int objects_show(struct seq_file *m, void *unused)
{
	unsigned int i;
	int node;

	/* for_each_populated_zone() is not for modules. */
	for_each_online_node(node) {
		for (i = 0; i < MAX_NR_ZONES; i++) {
			struct zone *zone = &NODE_DATA(node)->node_zones[i];

			if (populated_zone(zone))
				show_zone(m, zone);
		}
	}
	return 0;
}
DEFINE_SHOW_ATTRIBUTE(objects);

/** bench_objects_init() - make the file vmx_bench_objects */
void bench_objects_init(void)
{
	objects_file = debugfs_create_file("vmx_bench_objects", 0400, NULL, NULL,
					   &objects_fops);
}

/** bench_objects_exit() - remove the file */
void bench_objects_exit(void)
{
	debugfs_remove(objects_file);
}
