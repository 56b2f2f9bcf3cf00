/* SPDX-License-Identifier: GPL-2.0 */
/*
 * The part of QEMU's plugin interface that profile_plugin.c and locks_plugin.c
 * use, for QEMU 7.2 to 8.1
 *
 * Distributions do not package QEMU's own header.
 */
#ifndef _QEMU_PLUGIN_H
#define _QEMU_PLUGIN_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>
#include <string.h>

#define QEMU_PLUGIN_VERSION 1

struct qemu_plugin_tb;
struct qemu_plugin_insn;
enum qemu_plugin_cb_flags { QEMU_PLUGIN_CB_NO_REGS };
enum qemu_plugin_op { QEMU_PLUGIN_INLINE_ADD_U64 };
enum qemu_plugin_mem_rw { QEMU_PLUGIN_MEM_R = 1, QEMU_PLUGIN_MEM_W, QEMU_PLUGIN_MEM_RW };
typedef void (*exec_cb)(unsigned int vcpu, void *data);
typedef void (*mem_cb)(unsigned int vcpu, uint32_t info, uint64_t vaddr, void *data);

void qemu_plugin_register_vcpu_tb_trans_cb(uint64_t id,
					   void (*cb)(uint64_t id, struct qemu_plugin_tb *tb));
void qemu_plugin_register_vcpu_insn_exec_cb(struct qemu_plugin_insn *insn,
					    exec_cb cb,
					    enum qemu_plugin_cb_flags flags,
					    void *data);
void qemu_plugin_register_vcpu_insn_exec_inline(struct qemu_plugin_insn *insn,
						enum qemu_plugin_op op,
						void *ptr, uint64_t imm);
void qemu_plugin_register_vcpu_mem_cb(struct qemu_plugin_insn *insn, mem_cb cb,
				      enum qemu_plugin_cb_flags flags,
				      enum qemu_plugin_mem_rw rw, void *data);
unsigned int qemu_plugin_mem_size_shift(uint32_t info);
bool qemu_plugin_mem_is_store(uint32_t info);
void qemu_plugin_register_atexit_cb(uint64_t id,
				    void (*cb)(uint64_t id, void *data),
				    void *data);
size_t qemu_plugin_tb_n_insns(const struct qemu_plugin_tb *tb);
struct qemu_plugin_insn *qemu_plugin_tb_get_insn(const struct qemu_plugin_tb *tb,
						 size_t i);
const void *qemu_plugin_insn_data(const struct qemu_plugin_insn *insn);
size_t qemu_plugin_insn_size(const struct qemu_plugin_insn *insn);
uint64_t qemu_plugin_insn_vaddr(const struct qemu_plugin_insn *insn);

/* Is it bench_mark(n) of machine.h?  The host has the guest's byte order. */
static inline bool is_mark(const struct qemu_plugin_insn *insn, unsigned int n)
{
	const uint8_t nopl[] = { 0x0f, 0x1f, 0x80, n, 0x78, 0x6d, 0x76 };
	const void *code = qemu_plugin_insn_data(insn);
	const uint32_t movz = 0xd280001f | (0x7800 + n) << 5;
	const uint32_t lui = 0x37 | (0x76d00 + n) << 12;

	switch (qemu_plugin_insn_size(insn)) {
	case sizeof(nopl):
		return !memcmp(code, nopl, sizeof(nopl));
	case sizeof(uint32_t):
		return !memcmp(code, &movz, sizeof(movz)) || !memcmp(code, &lui, sizeof(lui));
	default:
		return false;
	}
}

#endif /* _QEMU_PLUGIN_H */
