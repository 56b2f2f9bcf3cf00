/* SPDX-License-Identifier: GPL-2.0 */
/*
 * The root: the top page table, where all walks begin
 *
 * It is the top table of the process that loaded the module. Its entries for the
 * vmalloc range lead to the tables that all processes share, and its mm is pinned,
 * so it stays valid after that process has ended.
 */
#ifndef _VMX_PGTABLE_ROOT_H
#define _VMX_PGTABLE_ROOT_H

#include <linux/mm_types.h>

struct vmx_root {
	struct mm_struct *mm;
	pgd_t *table;
};

extern struct vmx_root vmx_root;

#endif /* _VMX_PGTABLE_ROOT_H */
