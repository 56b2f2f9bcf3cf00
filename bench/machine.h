/* SPDX-License-Identifier: GPL-2.0 */
/*
 * What vmx_bench.ko has to know about the machine
 *
 * Each machine has the same things in the same order:
 *
 * bench_mark()		execute a no-op that no compiler emits, number @n of four:
 *			is_mark() in qemu_plugin.h knows it
 * bench_machine_start()	start the counter of this CPU
 * bench_machine_clock()	return the instructions since an unspecified time
 * bench_spin()		execute two instructions, @turns times
 * BENCH_ENTRY(phys)	where a page-table entry has the address of its frame
 * bench_nowhere()	an address behind all memory, where as much again is free
 */
#ifndef _VMX_BENCH_MACHINE_H
#define _VMX_BENCH_MACHINE_H

#include <linux/timex.h>
#include <linux/types.h>
#include <asm/processor.h>
#ifdef CONFIG_RISCV
#include <asm/sbi.h>
#endif

#if defined(CONFIG_X86_64)

static __always_inline void bench_mark(unsigned int n)
{
	asm volatile("nopl %c0(%%rax)" : : "i" (0x766d7800 + n) : "memory");
}

static inline void bench_machine_start(void *unused)
{
}

/* The time stamp counter runs at 1 GHz. */
static __always_inline u64 bench_machine_clock(void)
{
	return get_cycles();
}

static __always_inline void bench_spin(unsigned long turns)
{
	asm volatile("1: dec %0\n\tjnz 1b" : "+r" (turns) : : "cc");
}

#define BENCH_ENTRY(phys) (phys)

static inline phys_addr_t bench_nowhere(void)
{
	return 1ULL << (boot_cpu_data.x86_phys_bits - 1);
}

#elif defined(CONFIG_ARM64)

static __always_inline void bench_mark(unsigned int n)
{
	asm volatile("movz xzr, %0" : : "i" (0x7800 + n) : "memory");
}

static inline void bench_machine_start(void *unused)
{
}

/* lib/bench-run has the counter of the generic timer run at 1 GHz. */
static __always_inline u64 bench_machine_clock(void)
{
	return get_cycles();
}

static __always_inline void bench_spin(unsigned long turns)
{
	asm volatile("1: subs %0, %0, #1\n\tb.ne 1b" : "+r" (turns) : : "cc");
}

#define BENCH_ENTRY(phys) (phys)

static inline phys_addr_t bench_nowhere(void)
{
	return 1ULL << 47;
}

#elif defined(CONFIG_RISCV)

static __always_inline void bench_mark(unsigned int n)
{
	asm volatile("lui zero, %0" : : "i" (0x76d00 + n) : "memory");
}

/*
 * The timer ticks once in 100 instructions.  So this uses the counter of
 * instructions, which the kernel's driver has stopped.
 */
static inline void bench_machine_start(void *unused)
{
	sbi_ecall(SBI_EXT_PMU, SBI_EXT_PMU_COUNTER_CFG_MATCH, 0,
		  BIT(CSR_INSTRET - CSR_CYCLE), SBI_PMU_CFG_FLAG_AUTO_START,
		  SBI_PMU_HW_INSTRUCTIONS, 0, 0);
}

static __always_inline u64 bench_machine_clock(void)
{
	return csr_read(CSR_INSTRET);
}

static __always_inline void bench_spin(unsigned long turns)
{
	asm volatile("1: addi %0, %0, -1\n\tbnez %0, 1b" : "+r" (turns));
}

#define BENCH_ENTRY(phys) ((phys) >> PAGE_SHIFT << _PAGE_PFN_SHIFT)

static inline phys_addr_t bench_nowhere(void)
{
	return 1ULL << 47;
}

#else
#error "vmx_bench runs on x86-64, arm64 and riscv64"
#endif

#endif /* _VMX_BENCH_MACHINE_H */
