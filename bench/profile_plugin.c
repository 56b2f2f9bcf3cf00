// SPDX-License-Identifier: GPL-2.0
/*
 * A QEMU plugin that counts each instruction executed between two marks
 *
 * vmx_bench.ko executes a no-op that no compiler emits before each pair, and
 * another one after it (bench/pairs.c).  A window is the time between the two.
 * The plugin counts how often each address is executed, in all windows
 * together, and in the window with the fewest instructions, which had no
 * interrupt.
 *
 * When QEMU ends, the plugin writes the counts to the file named by "out=".
 * The first line is "windows N"; then there is a line for each address, in the
 * order of first execution:
 *
 *	ADDRESS IN-SHORTEST-WINDOW IN-ALL-WINDOWS
 *
 * There must be only one vCPU, since the plugin takes no lock.
 */
#include <stdbool.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "qemu_plugin.h"

__attribute__((visibility("default"))) int qemu_plugin_version = QEMU_PLUGIN_VERSION;

/* The marks of pairs.c. */
#define BEGIN_MARK 1
#define END_MARK 2

/* One for each address that QEMU has translated; never freed. */
struct counter {
	struct counter	*next;	/* in its hash bucket */
	uint64_t	addr;
	uint64_t	now;	/* in the current window */
	uint64_t	least;	/* in the shortest window */
	uint64_t	all;	/* in all windows */
	bool		seen;	/* is in counters[] */
};

#define BUCKETS 65536

static struct counter *bucket[BUCKETS];
static struct counter **counters;	/* in the order of first execution */
static size_t nr_counters;
static bool counting;
static uint64_t nr_windows, window, shortest = UINT64_MAX;
static const char *out;

static struct counter *find_counter(uint64_t addr)
{
	struct counter **head = &bucket[(addr ^ addr >> 16) % BUCKETS], *c;

	for (c = *head; c; c = c->next) {
		if (c->addr == addr)
			return c;
	}
	c = calloc(1, sizeof(*c));
	if (!c)
		abort();
	c->addr = addr;
	c->next = *head;
	*head = c;
	return c;
}

static void count(unsigned int vcpu, void *data)
{
	struct counter *c = data;

	if (!counting)
		return;
	if (!c->seen) {
		counters = realloc(counters, (nr_counters + 1) * sizeof(c));
		if (!counters)
			abort();
		counters[nr_counters++] = c;
		c->seen = true;
	}
	c->now++;
	window++;
}

static void begin(unsigned int vcpu, void *data)
{
	window = 0;
	counting = true;
}

static void end(unsigned int vcpu, void *data)
{
	bool is_shortest = window < shortest;
	size_t i;

	counting = false;
	nr_windows++;
	if (is_shortest)
		shortest = window;
	for (i = 0; i < nr_counters; i++) {
		struct counter *c = counters[i];

		if (is_shortest)
			c->least = c->now;
		c->all += c->now;
		c->now = 0;
	}
}

static void translated(uint64_t id, struct qemu_plugin_tb *tb)
{
	size_t i, n = qemu_plugin_tb_n_insns(tb);

	for (i = 0; i < n; i++) {
		struct qemu_plugin_insn *insn = qemu_plugin_tb_get_insn(tb, i);
		void *data = NULL;
		exec_cb cb;

		if (is_mark(insn, BEGIN_MARK)) {
			cb = begin;
		} else if (is_mark(insn, END_MARK)) {
			cb = end;
		} else {
			cb = count;
			data = find_counter(qemu_plugin_insn_vaddr(insn));
		}
		qemu_plugin_register_vcpu_insn_exec_cb(insn, cb,
						       QEMU_PLUGIN_CB_NO_REGS,
						       data);
	}
}

static void finish(uint64_t id, void *data)
{
	FILE *f = fopen(out, "w");
	size_t i;

	if (!f) {
		perror(out);
		return;
	}
	fprintf(f, "windows %llu\n", (unsigned long long)nr_windows);
	for (i = 0; i < nr_counters; i++) {
		struct counter *c = counters[i];

		fprintf(f, "%016llx %llu %llu\n", (unsigned long long)c->addr,
			(unsigned long long)c->least,
			(unsigned long long)c->all);
	}
	fclose(f);
}

__attribute__((visibility("default")))
int qemu_plugin_install(uint64_t id, const void *info, int argc, char **argv)
{
	if (argc != 1 || strncmp(argv[0], "out=", 4)) {
		fprintf(stderr, "profile_plugin: out=FILE is missing\n");
		return 1;
	}
	out = strdup(argv[0] + 4);
	qemu_plugin_register_vcpu_tb_trans_cb(id, translated);
	qemu_plugin_register_atexit_cb(id, finish, NULL);
	return 0;
}
