// SPDX-License-Identifier: GPL-2.0
/*
 * The page-table walker: map, unmap, look up, flush
 *
 * vmap() made every table of the slice when the slice was reserved, so mapping
 * allocates nothing and cannot fail for want of memory. The tables stay where they
 * are, so the walk from the root to each PTE table is done once, at load. Mapping
 * goes straight to the PTE table of each slot and writes a run of entries.
 *
 * An area owns its entries: no two areas share one. So entries are written without a
 * lock, and a present entry is never overwritten. But areas may share a slot: a PMD
 * entry, or the PTE table below it. Where leaves are possible, a slot is in one of three
 * states:
 *
 *	empty	its PTE table is out of the walk; only tables.slots[] knows it
 *	table	the table is attached; areas of small pages lie here
 *	leaf	one large entry; the whole slot belongs to one area
 *
 *	empty -> table	when a small page is mapped; under tables.slot_lock, because
 *			two areas may do it at once; needs no flush
 *	empty -> leaf	by the area that owns the whole slot; needs no flush
 *	table -> empty	by an area that will put a leaf there; needs a flush before
 *			the leaf, because CPUs cache where tables are
 *	leaf -> empty	when the area is unmapped; the address is in quarantine
 *			afterwards, so the purge's flush comes before any other use
 *
 * Before vunmap() all slots go back to "table": the kernel made the tables, and the
 * kernel keeps them.
 *
 * Locking: tables.slot_lock protects the transition from empty to table.
 * Units: addresses are page-aligned, counts are in pages.
 */
#include <linux/atomic.h>
#include <linux/mm.h>
#include <linux/pgtable.h>
#include <linux/sched/mm.h>
#include <linux/slab.h>
#include <linux/spinlock.h>
#include <trace/events/vmx.h>

#include "arch/arch.h"
#include "vmx_pgtable.h"
#include "pgtable/root.h"

/* What vmx_pgtable_init() found on the walk from the root to a PTE table. */
struct vmx_slot {
	pmd_t *pmd;	/* the entry; without leaves, each process may have its own */
	pmd_t saved;	/* its value with the table attached */
	pte_t *table;
};

static struct {
	unsigned long base;	/* the slice's first address, rounded down to a slot */
	struct vmx_slot *slots;
	bool leaves;		/* slots may be empty or hold a leaf */
	spinlock_t slot_lock;
	atomic_long_t flushes;
} tables = {
	.slot_lock = __SPIN_LOCK_UNLOCKED(tables.slot_lock),
};

struct vmx_root vmx_root;

/**
 * vmx_pgtable_leaf_size() - return how many bytes one leaf maps
 *
 * Context: any.
 * Return: bytes; 0 if leaves cannot be used.
 */
unsigned long vmx_pgtable_leaf_size(void)
{
	return vmx_arch_has_leaves() ? PMD_SIZE : 0;
}

static struct vmx_slot *slot_of(unsigned long addr)
{
	return &tables.slots[(addr - tables.base) >> PMD_SHIFT];
}

/* Let the walk find the table of an empty slot. */
static noinline void slot_attach_table(struct vmx_slot *slot, unsigned long addr)
{
	spin_lock(&tables.slot_lock);
	if (pmd_none(*slot->pmd))
		vmx_arch_set_pmd(slot->pmd, slot->saved);
	spin_unlock(&tables.slot_lock);
	trace_vmx_table(addr, pmd_val(slot->saved));
}

/* Return the pages from @addr to the end of its slot, at most @nr. */
static unsigned int pages_in_slot(unsigned long addr, unsigned int nr)
{
	return min_t(unsigned long, nr, PTRS_PER_PTE - pte_index(addr));
}

static bool in_one_slot(unsigned long addr, unsigned int nr)
{
	return pte_index(addr) + nr <= PTRS_PER_PTE;
}

static __always_inline void clear_run(pte_t *pte, unsigned int nr, bool trap)
{
	pte_t *end = pte + nr, *fours = pte + (nr & ~3U);

	for (; pte != fours; pte += 4) {
		vmx_arch_clear_pte(&pte[0], trap);
		vmx_arch_clear_pte(&pte[1], trap);
		vmx_arch_clear_pte(&pte[2], trap);
		vmx_arch_clear_pte(&pte[3], trap);
	}
	for (; pte != end; pte++)
		vmx_arch_clear_pte(pte, trap);
}

static __always_inline void clear_slot_ptes(pte_t *pte, unsigned int nr)
{
	if (vmx_arch_pte_stores_trap())
		clear_run(pte, nr, true);
	else
		clear_run(pte, nr, false);
}

static __always_inline bool any_of_four_used(pte_t *pte)
{
	return !pte_none(pte[0]) || !pte_none(pte[1]) || !pte_none(pte[2]) ||
	       !pte_none(pte[3]);
}

/*
 * Write entries for adjacent frames, where stores do not trap: each entry is the one
 * before it plus a page. Return how many were written: fewer than @nr if an entry was
 * in use.
 */
static __always_inline unsigned int
set_run(pte_t *pte, struct page *first, unsigned int nr, pgprot_t prot)
{
	pte_t *start = pte, *end = pte + nr, *fours = pte + (nr & ~3U);
	pte_t value = vmx_arch_mk_pte(first, prot, false);

	for (; pte != fours; pte += 4, value = vmx_arch_move_pte(value, 4)) {
		if (unlikely(any_of_four_used(pte)))
			break;
		vmx_arch_set_pte(&pte[0], value, false);
		vmx_arch_set_pte(&pte[1], vmx_arch_move_pte(value, 1), false);
		vmx_arch_set_pte(&pte[2], vmx_arch_move_pte(value, 2), false);
		vmx_arch_set_pte(&pte[3], vmx_arch_move_pte(value, 3), false);
	}
	for (; pte != end; pte++) {
		if (WARN_ON_ONCE(!pte_none(*pte)))
			break;
		vmx_arch_set_pte(pte, value, false);
		value = vmx_arch_move_pte(value, 1);
	}
	return pte - start;
}

/*
 * What all entries of a run have in common. @entry maps @first. If the array of struct
 * page is linear, every other entry follows from it.
 */
struct run {
	struct page *first;
	pte_t entry;
	pgprot_t prot;
	bool trap;
};

static __always_inline void set_one(const struct run *run, pte_t *pte, struct page *page)
{
	pte_t entry = VMX_PAGE_ARRAY_LINEAR && !run->trap ?
		      vmx_arch_move_pte(run->entry, page - run->first) :
		      vmx_arch_mk_pte(page, run->prot, run->trap);

	vmx_arch_set_pte(pte, entry, run->trap);
}

/* Write entries for any frames; in all else like set_run(). */
static __always_inline unsigned int set_each(pte_t *pte, struct page **pages,
					     unsigned int nr, pgprot_t prot,
					     bool trap)
{
	pte_t *start = pte, *end = pte + nr, *fours = pte + (nr & ~3U);
	const struct run run = {
		.first = pages[0],
		.entry = vmx_arch_mk_pte(pages[0], prot, trap),
		.prot = prot,
		.trap = trap,
	};

	for (; pte != fours; pte += 4, pages += 4) {
		if (unlikely(any_of_four_used(pte)))
			break;
		set_one(&run, pte, pages[0]);
		set_one(&run, pte + 1, pages[1]);
		set_one(&run, pte + 2, pages[2]);
		set_one(&run, pte + 3, pages[3]);
	}
	for (; pte != end; pte++, pages++) {
		if (WARN_ON_ONCE(!pte_none(*pte)))
			break;
		set_one(&run, pte, pages[0]);
	}
	return pte - start;
}

/* Like set_each(), and ask whether stores trap. Not inline: not the common case. */
static noinline unsigned int set_any(pte_t *pte, struct page **pages,
				     unsigned int nr, pgprot_t prot)
{
	if (vmx_arch_pte_stores_trap())
		return set_each(pte, pages, nr, prot, true);
	return set_each(pte, pages, nr, prot, false);
}

/*
 * Empty a slot that will hold a leaf. Its table has no entry in use, because the
 * caller owns the whole slot. Return true if CPUs may have cached where the table is:
 * then a flush must come before the leaf. A leaf in the slot would be a bug: set_leaf()
 * finds it.
 */
static __always_inline bool detach_table(struct vmx_slot *slot)
{
	if (likely(pmd_none(*slot->pmd)) || pmd_leaf(*slot->pmd))
		return false;
	pmd_clear(slot->pmd);
	return true;
}

static __always_inline int set_leaf(unsigned long addr, struct page *head,
				    pgprot_t prot)
{
	pmd_t *pmd = slot_of(addr)->pmd;

	if (WARN_ON_ONCE(!pmd_none(*pmd)))
		return -EBUSY;
	vmx_arch_set_pmd(pmd, vmx_arch_leaf(head, prot));
	trace_vmx_entries(addr, VMX_PMD, 1);
	return 0;
}

/* Map pages of one slot by PTEs. */
static __always_inline int map_small(unsigned long addr, struct page **pages,
				     unsigned int nr, pgprot_t prot,
				     enum vmx_layout layout)
{
	struct vmx_slot *slot = slot_of(addr);
	unsigned int done;
	pte_t *pte;

	if (tables.leaves && unlikely(pmd_none(READ_ONCE(*slot->pmd))))
		slot_attach_table(slot, addr);
	pte = slot->table + pte_index(addr);
	if (likely(layout == VMX_LINEAR && !vmx_arch_pte_stores_trap()))
		done = set_run(pte, pages[0], nr, prot);
	else
		done = set_any(pte, pages, nr, prot);
	if (unlikely(done != nr)) {
		clear_slot_ptes(pte, done);
		return -EBUSY;
	}
	trace_vmx_entries(addr, VMX_PTE, nr);
	return 0;
}

/* Map pages of several slots by PTEs. */
static noinline int map_slots(unsigned long addr, struct page **pages,
			      unsigned int nr, pgprot_t prot,
			      enum vmx_layout layout)
{
	unsigned int done, n;
	int err;

	for (done = 0; done < nr; done += n) {
		unsigned long va = addr + done * PAGE_SIZE;

		n = pages_in_slot(va, nr - done);
		err = map_small(va, pages + done, n, prot, layout);
		if (err) {
			vmx_pgtable_unmap(addr, done);
			return err;
		}
	}
	return 0;
}

/**
 * vmx_pgtable_map() - make addresses reach frames, by PTEs
 * @addr: the first address, inside the slice
 * @pages: the frames, in address order
 * @nr: how many
 * @prot: the entries' protection
 * @layout: what the caller knows about the frames
 *
 * The caller flushes nothing afterwards: vmx_arch_publish() does what the machine needs.
 *
 * Context: not in an interrupt; interrupts on; does not sleep.
 * Return: 0; -EBUSY, after a warning, if an entry was in use, which is a bug
 * somewhere. Then everything is unmapped again, but not flushed.
 */
int vmx_pgtable_map(unsigned long addr, struct page **pages, unsigned int nr,
		    pgprot_t prot, enum vmx_layout layout)
{
	int err;

	if (in_one_slot(addr, nr))
		err = map_small(addr, pages, nr, prot, layout);
	else
		err = map_slots(addr, pages, nr, prot, layout);
	vmx_arch_publish();
	return err;
}

/**
 * vmx_pgtable_map_leaves() - make addresses reach blocks, by one leaf for each
 * @addr: the first address, inside the slice, aligned to a leaf
 * @heads: the first page of each block, in address order; each block has the size of
 *	a leaf
 * @nr: how many blocks
 * @prot: the entries' protection
 *
 * Context: may sleep; vmx_pgtable_leaf_size() is not 0.
 * Return: @nr; or -EBUSY, as vmx_pgtable_map().
 */
int vmx_pgtable_map_leaves(unsigned long addr, struct page **heads,
			   unsigned int nr, pgprot_t prot)
{
	bool stale = false;
	unsigned int i;

	for (i = 0; i < nr; i++)
		stale |= detach_table(slot_of(addr + i * PMD_SIZE));
	if (stale)
		vmx_pgtable_flush();
	for (i = 0; i < nr; i++) {
		if (set_leaf(addr + i * PMD_SIZE, heads[i], prot)) {
			vmx_pgtable_unmap(addr, i << VMX_LEAF_ORDER);
			return -EBUSY;
		}
	}
	vmx_arch_publish();
	return nr;
}

/**
 * vmx_pgtable_map_mixed() - make addresses reach frames, by leaves where possible
 * @addr: the first address, inside the slice
 * @pages: the frames, in address order
 * @nr: how many
 * @prot: the entries' protection
 * @is_leaf: returns true if a block of the size of a leaf begins with this page. It is
 *	called only for the first page of a whole slot
 *
 * Context: may sleep.
 * Return: the number of leaves; or -EBUSY, as vmx_pgtable_map().
 */
int vmx_pgtable_map_mixed(unsigned long addr, struct page **pages,
			  unsigned int nr, pgprot_t prot,
			  bool (*is_leaf)(struct page *head))
{
	unsigned int done, n, leaves = 0;
	bool stale = false;
	int err;

	if (!tables.leaves)
		return vmx_pgtable_map(addr, pages, nr, prot, VMX_SCATTERED);

	/* One flush for all tables that are detached. */
	for (done = 0; done < nr; done += n) {
		n = pages_in_slot(addr + done * PAGE_SIZE, nr - done);
		if (n == PTRS_PER_PTE && is_leaf(pages[done]))
			stale |= detach_table(slot_of(addr + done * PAGE_SIZE));
	}
	if (stale)
		vmx_pgtable_flush();

	for (done = 0; done < nr; done += n) {
		unsigned long va = addr + done * PAGE_SIZE;

		n = pages_in_slot(va, nr - done);
		if (n == PTRS_PER_PTE && is_leaf(pages[done])) {
			err = set_leaf(va, pages[done], prot);
			leaves++;
		} else {
			err = map_small(va, pages + done, n, prot, VMX_SCATTERED);
		}
		if (err) {
			vmx_pgtable_unmap(addr, done);
			return err;
		}
	}
	vmx_arch_publish();
	return leaves;
}

static __always_inline void unmap_small(unsigned long addr, unsigned int nr)
{
	clear_slot_ptes(slot_of(addr)->table + pte_index(addr), nr);
	trace_vmx_clear(addr, VMX_PTE, nr);
}

static noinline void unmap_slots(unsigned long addr, unsigned int nr)
{
	unsigned int n;

	for (; nr; nr -= n, addr += n * PAGE_SIZE) {
		struct vmx_slot *slot = slot_of(addr);

		n = pages_in_slot(addr, nr);
		if (tables.leaves && pmd_leaf(READ_ONCE(*slot->pmd))) {
			pmd_clear(slot->pmd);
			trace_vmx_clear(addr, VMX_PMD, 1);
		} else {
			unmap_small(addr, n);
		}
	}
}

/**
 * vmx_pgtable_page() - return the frame that an address reaches
 * @addr: an address inside the slice, aligned or not
 *
 * Context: any; the slice is not lost. The answer holds as long as the caller keeps the
 * address from being unmapped.
 * Return: the frame's struct page; NULL if nothing is mapped there.
 */
struct page *vmx_pgtable_page(unsigned long addr)
{
	struct vmx_slot *slot = slot_of(addr);
	pte_t pte;

	if (tables.leaves) {
		pmd_t pmd = READ_ONCE(*slot->pmd);

		if (pmd_leaf(pmd))
			return pfn_to_page(pmd_pfn(pmd) + pte_index(addr));
	}
	/* The table of an empty slot has no entry in use. */
	pte = ptep_get(slot->table + pte_index(addr));
	return pte_present(pte) ? pfn_to_page(pte_pfn(pte)) : NULL;
}

/**
 * vmx_pgtable_unmap() - make addresses reach nothing
 * @addr: the first address, inside the slice
 * @nr: how many pages; a leaf is unmapped as a whole
 *
 * Until the next vmx_pgtable_flush() a CPU may still reach the former frames.
 *
 * Context: any.
 */
void vmx_pgtable_unmap(unsigned long addr, unsigned int nr)
{
	/* A leaf maps a whole slot. */
	if (nr < PTRS_PER_PTE && in_one_slot(addr, nr))
		unmap_small(addr, nr);
	else
		unmap_slots(addr, nr);
}

/**
 * vmx_pgtable_protect() - change the protection of addresses that are mapped
 * @addr: the first address, inside the slice
 * @nr: how many pages; a leaf among them as a whole
 * @prot: the new protection of the entries
 *
 * Each entry changes by one store, and keeps its frame. Until the next
 * vmx_pgtable_flush() a CPU may still use the former protection.
 *
 * Context: as vmx_pgtable_map(); the caller owns the area.
 */
void vmx_pgtable_protect(unsigned long addr, unsigned int nr, pgprot_t prot)
{
	bool trap = vmx_arch_pte_stores_trap();
	unsigned int n, i;

	for (; nr; nr -= n, addr += n * PAGE_SIZE) {
		struct vmx_slot *slot = slot_of(addr);
		pte_t *pte = slot->table + pte_index(addr);

		n = pages_in_slot(addr, nr);
		if (tables.leaves && pmd_leaf(*slot->pmd)) {
			vmx_arch_set_pmd(slot->pmd, vmx_arch_leaf(pmd_page(*slot->pmd), prot));
			trace_vmx_entries(addr, VMX_PMD, 1);
			continue;
		}
		for (i = 0; i < n; i++, pte++)
			vmx_arch_set_pte(pte, vmx_arch_mk_pte(pte_page(*pte), prot, trap), trap);
		trace_vmx_entries(addr, VMX_PTE, n);
	}
	vmx_arch_publish();
}

/**
 * vmx_pgtable_flush() - make every CPU drop its kernel translations
 *
 * Each CPU drops its whole TLB. From a few dozen pages on this is cheaper than page by
 * page, and the quarantine collects more than that.
 *
 * Context: may sleep; interrupts on.
 */
void vmx_pgtable_flush(void)
{
	might_sleep();
	trace_vmx_flush(atomic_long_inc_return(&tables.flushes));
	vmx_arch_flush();
}

/**
 * vmx_pgtable_flushes() - return the number of flushes since the module was loaded
 *
 * Context: any.
 * Return: the number.
 */
unsigned long vmx_pgtable_flushes(void)
{
	return atomic_long_read(&tables.flushes);
}

/* Walk to the tables of a slot. They exist from vmap() to vunmap(): check nothing. */
static void find_slot(struct vmx_slot *slot, unsigned long addr)
{
	pgd_t *pgd = pgd_offset_pgd(vmx_root.table, addr);
	p4d_t *p4d = p4d_offset(pgd, addr);
	pud_t *pud = pud_offset(p4d, addr);

	slot->pmd = pmd_offset(pud, addr);
	slot->saved = *slot->pmd;
	slot->table = pte_offset_kernel(slot->pmd, addr & PMD_MASK);
}

/**
 * vmx_pgtable_pin_root() - keep the top table that is in use now
 *
 * Context: in the process that loads the module.
 */
void vmx_pgtable_pin_root(void)
{
	vmx_root.mm = current->active_mm;
	mmgrab(vmx_root.mm);
	vmx_root.table = vmx_arch_kernel_root();
}

/** vmx_pgtable_unpin_root() - undo vmx_pgtable_pin_root() */
void vmx_pgtable_unpin_root(void)
{
	mmdrop(vmx_root.mm);
}

/**
 * vmx_pgtable_init() - clear all entries of the slice
 * @start: its first address; vmap() has mapped all of it by PTEs
 * @end: the first address behind it; if there are leaves, both are aligned to one
 *
 * Context: in the process that loads the module.
 * Return: 0, or -ENOMEM with nothing changed.
 */
int vmx_pgtable_init(unsigned long start, unsigned long end)
{
	unsigned long addr;

	tables.base = start & PMD_MASK;
	tables.slots = kvcalloc((end - 1 - tables.base) / PMD_SIZE + 1,
				sizeof(*tables.slots), GFP_KERNEL);
	if (!tables.slots)
		return -ENOMEM;
	tables.leaves = vmx_arch_has_leaves();
	vmx_pgtable_pin_root();

	for (addr = tables.base; addr < end; addr += PMD_SIZE)
		find_slot(slot_of(addr), addr);
	vmx_pgtable_unmap(start, (end - start) >> PAGE_SHIFT);
	for (addr = start; tables.leaves && addr < end; addr += PMD_SIZE)
		pmd_clear(slot_of(addr)->pmd);
	vmx_pgtable_flush();
	return 0;
}

/**
 * vmx_pgtable_exit() - attach the kernel's tables again
 * @end: the end of the slice; nothing in it is mapped any longer. If the slice is lost,
 *	its start: then tables that are not attached stay so, and are lost with it
 *
 * Context: may sleep.
 */
void vmx_pgtable_exit(unsigned long end)
{
	unsigned long addr;

	/* A flush must come between a leaf and a table. */
	vmx_pgtable_flush();
	for (addr = tables.base; tables.leaves && addr < end; addr += PMD_SIZE) {
		if (pmd_none(*slot_of(addr)->pmd))
			vmx_arch_set_pmd(slot_of(addr)->pmd, slot_of(addr)->saved);
	}
	kvfree(tables.slots);
	vmx_pgtable_unpin_root();
}
