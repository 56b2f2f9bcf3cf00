/* SPDX-License-Identifier: GPL-2.0 */
/*
 * What an area of the vmalloc range is for, as far as its line tells.
 */
#ifndef VMXCTL_KINDS_H
#define VMXCTL_KINDS_H

#include "drawing.h"

enum kind {
	KIND_VMALLOC,
	KIND_MODULE,
	KIND_STACK,
	KIND_BPF,
	KIND_PERCPU,
	KIND_IOREMAP,
	KIND_VMAP,
	KIND_VM_MAP_RAM,
	KIND_USER,
	KIND_DMA,
	KIND_VMX,
	KIND_KERNEL,	/* the kernel's own image, on arm64 */
	KIND_UNPURGED,
	KIND_OTHER,
	NR_KINDS
};

extern const struct look kinds[NR_KINDS];

/* The kind that a caller, "function+0x1/0x2 [module]", is known for, or KIND_OTHER. */
enum kind kind_of_caller(const char *caller);

/* The length of the function's name in a caller: without offset, size and ".isra.0". */
unsigned int function_length(const char *caller);

/* The module's name in a caller: "vmx]" for "[vmx]", and its length; NULL for the kernel. */
const char *module_of(const char *caller, unsigned int *length);

#endif
