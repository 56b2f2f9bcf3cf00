/* SPDX-License-Identifier: GPL-2.0 */
/*
 * The chapter's chain, and what is built on it: for the debugfs files
 *
 * Other modules see this part through <vmx.h>.
 */
#ifndef _VMX_ALLOC_H
#define _VMX_ALLOC_H

#include <linux/gfp.h>
#include <linux/pgtable.h>
#include "vmx.h"

int vmx_alloc_init(void);
void vmx_alloc_exit(void);

struct vmx_area *vmx_alloc_area(unsigned long size, unsigned long align,
				unsigned long start, unsigned long end,
				gfp_t gfp_mask, pgprot_t prot,
				unsigned long vm_flags, int node,
				const void *caller);

/* alloc/failures.c */
enum vmx_fail {
	VMX_FAIL_EINVAL, VMX_FAIL_E2BIG, VMX_FAIL_ENOSPC, VMX_FAIL_ENOMEM,
	VMX_FAIL_ENOENT, VMX_FAIL_EPERM, VMX_FAIL_EINTR, VMX_FAIL_EIO, VMX_FAIL_KINDS
};

void vmx_count_failure(int err);
void vmx_failures_read(unsigned long counts[VMX_FAIL_KINDS]);

/* alloc/magazine.c */
struct vmx_magazines_stats {
	unsigned long	areas;		/* cached now, the depot's included */
	unsigned long	pages;		/* of these */
	unsigned long	gets;		/* requests that a magazine met */
	unsigned long	puts;		/* areas that were freed into a magazine */
	unsigned long	depot_areas;	/* in the depot now */
	unsigned long	depot_pages;	/* of these */
	unsigned long	given;		/* magazines that CPUs gave to the depot */
	unsigned long	taken;		/* magazines that CPUs took from there */
};

void vmx_magazines_switch(bool on);
void vmx_magazines_drain(void);
void vmx_magazines_stats(struct vmx_magazines_stats *stats);

#endif /* _VMX_ALLOC_H */
