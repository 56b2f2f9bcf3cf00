// SPDX-License-Identifier: GPL-2.0
/*
 * A QEMU plugin that says what is executed under which spinlock
 *
 * vmx_bench.ko executes a no-op that no compiler emits before a batch of pairs,
 * and another one after it (bench/pairs.c).  In between, the plugin writes a
 * line for each section under a spinlock, when it ends, and for each atomic
 * operation on a static variable; at the end of the batch a line with its
 * instructions:
 *
 *	lock ADDRESS CALLER START END LINES
 *	atomic ADDRESS CALLER TIME
 *	end INSTRUCTIONS
 *
 * A time is the number of instructions since the batch began.  A section begins
 * after the instruction that takes the lock, and ends with the one that
 * releases it, so END - START instructions are executed under the lock.  CALLER
 * is the last call instruction before that: it is in the function that takes
 * the lock, since spin_lock() is one call, of _raw_spin_lock().
 *
 * On x86 a queued spinlock (or a queued rwlock, by a writer) is taken by a
 * locked cmpxchg of its 32 bits, and released by a store of one byte, at the
 * same address.  Nothing else does both, so the plugin has to know neither the
 * functions nor whether they are inlined.  It believes that each cmpxchg
 * succeeds: there must be only one vCPU.
 *
 * Interrupts count for nothing: they come when they like.  One begins with a clac
 * that ends no access to user memory, and ends with iretq.  If it takes long, it
 * has switched to another task, whose work counts.
 *
 * LINES is how many cache lines a section touches whose last store, in the
 * batch, was in a section: those may have to come from another CPU.  If the last
 * store was outside, this CPU has the line: a descriptor that it has just
 * filled, for example.  The stack and what is addressed as per-CPU data do not
 * count.
 */
#include <stdbool.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "qemu_plugin.h"

__attribute__((visibility("default"))) int qemu_plugin_version = QEMU_PLUGIN_VERSION;

/* The marks of pairs.c. */
#define BEGIN_MARK 3
#define END_MARK 4

/* Where vmalloc() takes addresses for stacks, and where the kernel's image begins. */
#define STACKS_BEGIN	0xffffc90000000000
#define STACKS_END	0xffffe90000000000
#define IMAGE_BEGIN	0xffffffff80000000

#define INTERRUPT_MAX	50000	/* instructions; longer ones are task switches */
#define LINE_BYTES	64
#define LINES		0x40000	/* lines of a batch: more than there are */

/* A set of lines.  One of a former number is empty: nothing has to be cleared. */
struct lines {
	uint64_t	of[LINES];
	uint64_t	number[LINES];
};

/* What may be a lock: it was written by a locked cmpxchg of 32 bits. */
struct held {
	uint64_t	lock;		/* 0: not in use */
	uint64_t	caller;
	uint64_t	start;
	uint64_t	number;		/* of the section */
	unsigned int	lines;
};

#define HELD 8

static struct held held[HELD];
static struct lines touched[HELD];	/* by the section that holds it */
static struct lines stores;		/* lines that were written in this batch */
static bool was_inside[LINES];		/* the last store to it was in a section */
static uint64_t now, began, sections, batch, last_call;
static bool counting, in_user_access;
static unsigned int nr_held;
static uint64_t interrupted[8];		/* when, of each that has not ended */
static unsigned int nr_interrupted;
static uint64_t skipped;		/* instructions in interrupts, in this batch */
static FILE *out;

/* Find the place of a line in a set, or where it belongs. */
static size_t find_line(const struct lines *set, uint64_t number, uint64_t line)
{
	uint64_t i = line ^ line >> 18;

	for (unsigned int n = 0; n < LINES; n++, i++) {
		i %= LINES;
		if (set->number[i] != number || set->of[i] == line)
			return i;
	}
	fprintf(stderr, "locks_plugin: too many lines\n");
	abort();
}

/* Add a line to a set.  Return false if it was there. */
static bool add_line(struct lines *set, uint64_t number, uint64_t line)
{
	size_t i = find_line(set, number, line);

	if (set->number[i] == number)
		return false;
	set->of[i] = line;
	set->number[i] = number;
	return true;
}

static uint64_t time_in_batch(void)
{
	return now - began - skipped;
}

static bool in_interrupt(void)
{
	if (nr_interrupted && now - interrupted[0] > INTERRUPT_MAX)
		nr_interrupted = 0;
	return nr_interrupted;
}

static void access_begins(unsigned int vcpu, void *unused)
{
	in_user_access = true;
}

static void clac(unsigned int vcpu, void *unused)
{
	if (!in_user_access && nr_interrupted < 8)
		interrupted[nr_interrupted++] = now;
	in_user_access = false;
}

static void interrupt_ends(unsigned int vcpu, void *unused)
{
	/* This instruction has not been counted yet. */
	if (in_interrupt() && !--nr_interrupted)
		skipped += now + 1 - interrupted[0];
}

static struct held *find_held(uint64_t lock)
{
	for (unsigned int i = 0; i < HELD; i++) {
		if (held[i].lock == lock)
			return &held[i];
	}
	return NULL;
}

static void touch(unsigned int vcpu, uint32_t info, uint64_t addr, void *unused)
{
	uint64_t line = addr / LINE_BYTES;
	bool is_store = qemu_plugin_mem_is_store(info), is_shared;
	size_t i;

	if (!counting || (addr >= STACKS_BEGIN && addr < STACKS_END) ||
	    (!nr_held && !is_store) || in_interrupt())
		return;
	i = find_line(&stores, batch, line);
	is_shared = stores.number[i] == batch && was_inside[i];
	for (unsigned int n = 0; n < HELD; n++) {
		if (held[n].lock && add_line(&touched[n], held[n].number, line))
			held[n].lines += is_shared;
	}
	if (is_store) {
		stores.of[i] = line;
		stores.number[i] = batch;
		was_inside[i] = nr_held;
	}
}

/* A locked cmpxchg, or another locked instruction. */
static void locked(unsigned int vcpu, uint32_t info, uint64_t addr, void *cmpxchg)
{
	struct held *h;

	if (!counting || in_interrupt())
		return;
	if (!cmpxchg || qemu_plugin_mem_size_shift(info) != 2) {
		touch(vcpu, info, addr, NULL);
		if (addr >= IMAGE_BEGIN && qemu_plugin_mem_is_store(info))
			fprintf(out, "atomic %016llx %016llx %llu\n",
				(unsigned long long)addr,
				(unsigned long long)last_call,
				(unsigned long long)time_in_batch());
		return;
	}
	if (!qemu_plugin_mem_is_store(info))
		return;
	h = find_held(addr) ?: find_held(0);
	if (!h) {
		/* Only what is no lock is held for ever. */
		h = &held[0];
		for (unsigned int i = 1; i < HELD; i++) {
			if (held[i].start < h->start)
				h = &held[i];
		}
		h->lock = 0;
		nr_held--;
	}
	nr_held += !h->lock;
	h->lock = addr;
	h->caller = last_call;
	h->start = time_in_batch();
	h->number = ++sections;
	h->lines = 0;
	touch(vcpu, info, addr, NULL);
}

static void stored(unsigned int vcpu, uint32_t info, uint64_t addr, void *unused)
{
	struct held *h;

	if (!nr_held || !counting || qemu_plugin_mem_size_shift(info) || in_interrupt())
		return;
	h = find_held(addr);
	if (!h)
		return;
	fprintf(out, "lock %016llx %016llx %llu %llu %u\n",
		(unsigned long long)addr, (unsigned long long)h->caller,
		(unsigned long long)h->start,
		(unsigned long long)time_in_batch(), h->lines);
	h->lock = 0;
	nr_held--;
}

static void called(unsigned int vcpu, void *addr)
{
	last_call = (uintptr_t)addr;
}

static void begin_batch(unsigned int vcpu, void *unused)
{
	for (unsigned int i = 0; i < HELD; i++)
		held[i].lock = 0;
	nr_held = 0;
	nr_interrupted = 0;
	skipped = 0;
	began = now;
	batch++;
	counting = true;
}

static void end_batch(unsigned int vcpu, void *unused)
{
	counting = false;
	fprintf(out, "end %llu\n", (unsigned long long)time_in_batch());
}

static void watch(struct qemu_plugin_insn *insn)
{
	const uint8_t *code = qemu_plugin_insn_data(insn);
	size_t n = qemu_plugin_insn_size(insn), i = 0;
	void *addr = (void *)(uintptr_t)qemu_plugin_insn_vaddr(insn);
	bool is_locked = false, is_percpu = false;

	if (n == 3 && !memcmp(code, "\x0f\x01\xcb", 3))
		qemu_plugin_register_vcpu_insn_exec_cb(insn, access_begins,
						       QEMU_PLUGIN_CB_NO_REGS, NULL);
	else if (n == 3 && !memcmp(code, "\x0f\x01\xca", 3))
		qemu_plugin_register_vcpu_insn_exec_cb(insn, clac,
						       QEMU_PLUGIN_CB_NO_REGS, NULL);
	else if (n == 2 && !memcmp(code, "\x48\xcf", 2))
		qemu_plugin_register_vcpu_insn_exec_cb(insn, interrupt_ends,
						       QEMU_PLUGIN_CB_NO_REGS, NULL);
	/*
	 * The prefixes, of which REX is the last.  With one CPU the kernel replaces
	 * "lock" by 0x3e, which does nothing, and may stand before a mov, too.
	 */
	for (; i < n; i++) {
		if (code[i] == 0xf0 || code[i] == 0x3e)
			is_locked = true;
		else if (code[i] == 0x65)
			is_percpu = true;
		else if (code[i] != 0x66 && code[i] != 0xf2 && code[i] != 0xf3)
			break;
	}
	if (i < n && (code[i] & 0xf0) == 0x40)
		i++;
	if (i >= n || is_percpu)
		return;
	if (is_locked && code[i] != 0xc6 && code[i] != 0x88) {
		bool cmpxchg = i + 1 < n && code[i] == 0x0f && code[i + 1] == 0xb1;

		qemu_plugin_register_vcpu_mem_cb(insn, locked,
						 QEMU_PLUGIN_CB_NO_REGS,
						 QEMU_PLUGIN_MEM_RW,
						 cmpxchg ? insn : NULL);
		return;
	}
	qemu_plugin_register_vcpu_mem_cb(insn, touch, QEMU_PLUGIN_CB_NO_REGS,
					 QEMU_PLUGIN_MEM_RW, NULL);
	if (code[i] == 0xc6 || code[i] == 0x88) {
		/* mov of one byte to memory */
		qemu_plugin_register_vcpu_mem_cb(insn, stored,
						 QEMU_PLUGIN_CB_NO_REGS,
						 QEMU_PLUGIN_MEM_W, NULL);
	} else if (code[i] == 0xe8) {
		qemu_plugin_register_vcpu_insn_exec_cb(insn, called,
						       QEMU_PLUGIN_CB_NO_REGS,
						       addr);
	}
}

static void translated(uint64_t id, struct qemu_plugin_tb *tb)
{
	size_t i, n = qemu_plugin_tb_n_insns(tb);

	for (i = 0; i < n; i++) {
		struct qemu_plugin_insn *insn = qemu_plugin_tb_get_insn(tb, i);

		if (is_mark(insn, BEGIN_MARK) || is_mark(insn, END_MARK)) {
			qemu_plugin_register_vcpu_insn_exec_cb(insn,
							       is_mark(insn, END_MARK) ?
							       end_batch : begin_batch,
							       QEMU_PLUGIN_CB_NO_REGS,
							       NULL);
			continue;
		}
		qemu_plugin_register_vcpu_insn_exec_inline(insn,
							   QEMU_PLUGIN_INLINE_ADD_U64,
							   &now, 1);
		watch(insn);
	}
}

static void finish(uint64_t id, void *unused)
{
	if (fclose(out))
		perror("locks_plugin");
}

__attribute__((visibility("default")))
int qemu_plugin_install(uint64_t id, const void *info, int argc, char **argv)
{
	if (argc != 1 || strncmp(argv[0], "out=", 4)) {
		fprintf(stderr, "locks_plugin: out=FILE is missing\n");
		return 1;
	}
	out = fopen(argv[0] + 4, "w");
	if (!out) {
		perror(argv[0] + 4);
		return 1;
	}
	qemu_plugin_register_vcpu_tb_trans_cb(id, translated);
	qemu_plugin_register_atexit_cb(id, finish, NULL);
	return 0;
}
