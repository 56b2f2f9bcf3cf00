/* SPDX-License-Identifier: GPL-2.0 */
/*
 * The page tables: the slice, its entries, and what they say
 *
 * This part knows addresses, frames and protections, but no descriptor and no block.
 *
 * Units: addresses are page-aligned if nothing else is said; counts are in pages.
 */
#ifndef _VMX_PGTABLE_H
#define _VMX_PGTABLE_H

#include <linux/mm.h>
#include <linux/pgtable.h>

/* pgtable/slice.c */
extern unsigned long vmx_start, vmx_end;	/* the slice, [start, end) */

/* An entry beside the slice that changes when the kernel unmaps the slice. */
struct vmx_slice_witness {
	pte_t *entry;
	pte_t value;	/* while the slice belongs to vmx */
};

extern struct vmx_slice_witness vmx_slice_witness;

int vmx_slice_reserve(unsigned long size);
void vmx_slice_release(void);
void vmx_slice_note_loss(void);

/**
 * vmx_slice_is_lost() - has the kernel unmapped the slice?
 *
 * If so, no entry of the slice may be written, nor any of its memory. The log says why.
 *
 * Context: any.
 */
static __always_inline bool vmx_slice_is_lost(void)
{
	pte_t *entry = READ_ONCE(vmx_slice_witness.entry);

	if (likely(pte_same(ptep_get(entry), vmx_slice_witness.value)))
		return false;
	vmx_slice_note_loss();
	return true;
}

/* vmx_pgtable.c */

/* What the caller knows about the frames that it maps. */
enum vmx_layout {
	VMX_SCATTERED,	/* nothing */
	VMX_LINEAR,	/* they are adjacent and in order */
};

void vmx_pgtable_pin_root(void);
void vmx_pgtable_unpin_root(void);
int vmx_pgtable_init(unsigned long start, unsigned long end);
void vmx_pgtable_exit(unsigned long end);
int vmx_pgtable_map(unsigned long addr, struct page **pages, unsigned int nr,
		    pgprot_t prot, enum vmx_layout layout);
int vmx_pgtable_map_leaves(unsigned long addr, struct page **heads,
			   unsigned int nr, pgprot_t prot);
int vmx_pgtable_map_mixed(unsigned long addr, struct page **pages,
			  unsigned int nr, pgprot_t prot,
			  bool (*is_leaf)(struct page *head));
struct page *vmx_pgtable_page(unsigned long addr);
void vmx_pgtable_unmap(unsigned long addr, unsigned int nr);
void vmx_pgtable_protect(unsigned long addr, unsigned int nr, pgprot_t prot);
unsigned long vmx_pgtable_leaf_size(void);
void vmx_pgtable_flush(void);
unsigned long vmx_pgtable_flushes(void);

/* pgtable/describe.c */
enum vmx_walk_level { VMX_PGD, VMX_P4D, VMX_PUD, VMX_PMD, VMX_PTE, VMX_LEVELS };

enum vmx_walk_end {
	VMX_WALK_PAGE,		/* the last entry maps the address */
	VMX_WALK_NONE,		/* the last entry is empty or not present */
	VMX_WALK_BAD,		/* the last table cannot be read */
};

/**
 * struct vmx_walk - the way of one address through the page tables
 * @step: what was found at each level
 * @step.used: an entry was read; false for a level that the machine does not have, and
 *	for levels below the end of the walk
 * @step.table: physical address of the table
 * @step.index: number of the entry in the table
 * @step.entry: the entry
 * @last: the level of the last entry that was read
 * @end: why the walk ended there
 * @pfn: with VMX_WALK_PAGE, the number of the frame that the address reaches
 */
struct vmx_walk {
	struct {
		bool		used;
		phys_addr_t	table;
		unsigned int	index;
		u64		entry;
	} step[VMX_LEVELS];
	enum vmx_walk_level	last;
	enum vmx_walk_end	end;
	unsigned long		pfn;
};

/* A copy of the PTE table that was read last. The caller clears it at first. */
struct vmx_ptes {
	bool		valid;
	unsigned long	base;
	pte_t		pte[PTRS_PER_PTE];
};

void vmx_pgtable_describe(unsigned long addr, struct vmx_walk *walk);
u64 vmx_pgtable_entry(struct vmx_ptes *ptes, unsigned long addr,
		      enum vmx_walk_level *level);
const char *vmx_level_name(enum vmx_walk_level level);
unsigned long vmx_level_size(enum vmx_walk_level level);

#endif /* _VMX_PGTABLE_H */
