// SPDX-License-Identifier: GPL-2.0
/*
 * The page-table walker: map, unmap, flush, describe
 *
 * vmap() made every table of the slice when the slice was reserved, so mapping
 * allocates nothing and can't fail for want of memory.  These tables stay where
 * they are, so the walk down from the top table is done once for each of them,
 * at load; mapping goes straight to the PTE table of each 2 MiB and writes a run
 * of entries.
 *
 * The root is the top table of the process that loaded the module.  Its
 * entries for the vmalloc range lead to the tables that all processes share,
 * and the mm is pinned, so the root stays valid when the process is gone.
 *
 * An area owns its entries: no two areas share one, so entries are written
 * without a lock, and a present entry is never overwritten.  What areas do
 * share is the slot, the PMD entry above 512 PTEs.  Where leaves are possible,
 * a slot is in one of three states:
 *
 *	empty	its PTE table is known to vmx_slots[] only, out of the walk
 *	table	the table is attached; areas of small pages lie here
 *	leaf	one 2 MiB entry; the whole slot belongs to one area
 *
 *	empty -> table	when a small page is mapped; under vmx_slot_lock, as two
 *			areas may do it at once; needs no flush
 *	empty -> leaf	by the area that owns the whole slot; needs no flush
 *	table -> empty	by an area that will put a leaf there; needs a flush
 *			before the leaf, because CPUs cache where tables are
 *	leaf -> empty	on unmap; the address is in quarantine afterwards, so
 *			the purge's flush comes before any other use
 *
 * Before vunmap() all slots go back to "table": the kernel made the tables, and
 * the kernel frees them.
 *
 * Locking: vmx_slot_lock protects the transition from empty to table.
 * Units: addresses are page-aligned, counts are in pages.
 */
#include <linux/atomic.h>
#include <linux/mm.h>
#include <linux/pgtable.h>
#include <linux/sched/mm.h>
#include <linux/slab.h>
#include <linux/smp.h>
#include <linux/spinlock.h>
#include <linux/uaccess.h>
#include <trace/events/vmx.h>

#include "vmx_internal.h"

/* What the walk from the root to a PTE table found, once, in vmx_pgtable_init(). */
struct vmx_slot {
	pmd_t *pmd;	/* the entry; only with vmx_leaves the same for everybody */
	pmd_t saved;	/* its value with the table attached */
	pte_t *table;
};

static struct mm_struct *vmx_root_mm;
static pgd_t *vmx_root;
static unsigned long vmx_base;	/* first address of the slice */
static struct vmx_slot *vmx_slots;
static bool vmx_leaves;		/* slots may be empty or hold a leaf */
static DEFINE_SPINLOCK(vmx_slot_lock);
static atomic_long_t vmx_flush_count;

/**
 * vmx_pgtable_leaf_size() - what one leaf above the PTE level maps
 *
 * Return: bytes; 0 where such leaves can't be used.
 */
unsigned long vmx_pgtable_leaf_size(void)
{
	return vmx_arch_has_leaves() ? PMD_SIZE : 0;
}

static struct vmx_slot *slot_of(unsigned long addr)
{
	return &vmx_slots[(addr - vmx_base) >> PMD_SHIFT];
}

static noinline void slot_attach_table(struct vmx_slot *slot, unsigned long addr)
{
	spin_lock(&vmx_slot_lock);
	if (pmd_none(*slot->pmd))
		set_pmd(slot->pmd, slot->saved);
	spin_unlock(&vmx_slot_lock);
	trace_vmx_table(addr, pmd_val(slot->saved));
}

/* Pages from @addr to the end of its slot, but @nr at the most. */
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

static __always_inline void clear_ptes(pte_t *pte, unsigned int nr)
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
 * Entries for frames that follow one another, where stores don't trap: all but the
 * first are the one before and a page more.  Returns how many were set: fewer when
 * an entry was in use.
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
 * What is the same for all entries of a run: @first's own is @entry, and tells all
 * others where struct pages lie as their frames do.
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

/* Any frames. */
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

/* What is not the plain case of map_small(). */
static noinline unsigned int set_any(pte_t *pte, struct page **pages,
				     unsigned int nr, pgprot_t prot)
{
	if (vmx_arch_pte_stores_trap())
		return set_each(pte, pages, nr, prot, true);
	return set_each(pte, pages, nr, prot, false);
}

/*
 * May the whole slot at @pages be one leaf?  Its frames must be one block.  What
 * is in the private of a frame inside a block doesn't matter: that frame is not
 * so aligned.
 */
static bool is_leaf_block(struct page **pages, unsigned int nr)
{
	return nr == PTRS_PER_PTE &&
	       vmx_pages_order(pages[0]) == VMX_LEAF_ORDER &&
	       IS_ALIGNED(page_to_pfn(pages[0]), PTRS_PER_PTE);
}

/*
 * Empties a slot that will hold a leaf.  Its table has no entry in use, as the
 * caller owns the whole slot.  Returns true when CPUs may know of the table.  A
 * leaf, which would be a bug somewhere, is left for set_leaf() to find.
 */
static bool detach_table(struct vmx_slot *slot)
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
	vmx_arch_set_leaf(pmd, vmx_arch_leaf(head, prot));
	trace_vmx_entries(addr, VMX_PMD, 1);
	return 0;
}

static void make_room_for_leaves(unsigned long addr, struct page **pages,
				 unsigned int nr)
{
	bool stale = false;
	unsigned int n;

	for (; nr; nr -= n, pages += n, addr += n * PAGE_SIZE) {
		n = pages_in_slot(addr, nr);
		if (is_leaf_block(pages, n))
			stale |= detach_table(slot_of(addr));
	}
	if (stale)
		vmx_pgtable_flush();
}

/* Pages of one slot, by PTEs. */
static __always_inline int map_small(unsigned long addr, struct page **pages,
				     unsigned int nr, pgprot_t prot, bool linear)
{
	struct vmx_slot *slot = slot_of(addr);
	unsigned int done;
	pte_t *pte;

	if (vmx_leaves && unlikely(pmd_none(READ_ONCE(*slot->pmd))))
		slot_attach_table(slot, addr);
	pte = slot->table + pte_index(addr);
	if (likely(linear && !vmx_arch_pte_stores_trap()))
		done = set_run(pte, pages[0], nr, prot);
	else
		done = set_any(pte, pages, nr, prot);
	if (unlikely(done != nr)) {
		clear_ptes(pte, done);
		return -EBUSY;
	}
	trace_vmx_entries(addr, VMX_PTE, nr);
	return 0;
}

static noinline int map_slots(unsigned long addr, struct page **pages,
			      unsigned int nr, pgprot_t prot,
			      enum vmx_frames frames)
{
	bool leaves = frames == VMX_FRAMES_LEAVES && vmx_leaves;
	unsigned int done, n;
	int err, count = 0;

	if (leaves)
		make_room_for_leaves(addr, pages, nr);

	for (done = 0; done < nr; done += n) {
		unsigned long va = addr + done * PAGE_SIZE;

		n = pages_in_slot(va, nr - done);
		if (leaves && is_leaf_block(pages + done, n)) {
			err = set_leaf(va, pages[done], prot);
			count++;
		} else {
			err = map_small(va, pages + done, n, prot,
					frames == VMX_FRAMES_LINEAR);
		}
		if (err) {
			vmx_pgtable_unmap(addr, done);
			return err;
		}
	}
	return count;
}

/**
 * vmx_pgtable_map() - make addresses reach frames
 * @addr: the first address, inside the slice
 * @pages: the frames, in address order
 * @nr: how many
 * @prot: the entries' protection
 * @frames: what is known of them; with VMX_FRAMES_LEAVES this may sleep
 *
 * Nothing needs to be flushed afterwards: CPUs don't cache absent entries.
 *
 * Return: the number of leaves above the PTE level; -EBUSY when an entry was
 * in use already, which is a bug somewhere (everything is unmapped again, but not
 * flushed).
 */
int vmx_pgtable_map(unsigned long addr, struct page **pages, unsigned int nr,
		    pgprot_t prot, enum vmx_frames frames)
{
	if (frames != VMX_FRAMES_LEAVES && in_one_slot(addr, nr))
		return map_small(addr, pages, nr, prot,
				 frames == VMX_FRAMES_LINEAR);
	return map_slots(addr, pages, nr, prot, frames);
}

/**
 * vmx_pgtable_map_leaves() - make addresses reach blocks, a leaf for each
 * @addr: the first address, inside the slice, aligned to a leaf
 * @heads: the first page of each block, in address order
 * @nr: how many blocks
 * @prot: the entries' protection
 *
 * Context: may sleep; vmx_pgtable_leaf_size() is not 0.
 * Return: @nr, or as vmx_pgtable_map().
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
	return nr;
}

static __always_inline void unmap_small(unsigned long addr, unsigned int nr)
{
	clear_ptes(slot_of(addr)->table + pte_index(addr), nr);
	trace_vmx_clear(addr, VMX_PTE, nr);
}

static noinline void unmap_slots(unsigned long addr, unsigned int nr)
{
	unsigned int n;

	for (; nr; nr -= n, addr += n * PAGE_SIZE) {
		struct vmx_slot *slot = slot_of(addr);

		n = pages_in_slot(addr, nr);
		if (vmx_leaves && pmd_leaf(READ_ONCE(*slot->pmd))) {
			pmd_clear(slot->pmd);
			trace_vmx_clear(addr, VMX_PMD, 1);
		} else {
			unmap_small(addr, n);
		}
	}
}

/**
 * vmx_pgtable_unmap() - make addresses reach nothing
 * @addr: the first address, inside the slice
 * @nr: how many pages, mapped by one vmx_pgtable_map() or vmx_pgtable_map_leaves()
 *
 * Until the next vmx_pgtable_flush() a CPU may still reach the old frames.
 */
void vmx_pgtable_unmap(unsigned long addr, unsigned int nr)
{
	/* A leaf is as long as a slot. */
	if (nr < PTRS_PER_PTE && in_one_slot(addr, nr))
		unmap_small(addr, nr);
	else
		unmap_slots(addr, nr);
}

/**
 * vmx_pgtable_flush() - make every CPU forget old translations
 *
 * One inter-processor call, and each CPU drops its whole TLB: cheaper than page
 * by page once more than a few dozen pages have changed, and quarantine sees to
 * it that many have.
 *
 * Context: sleepable, interrupts on.
 */
void vmx_pgtable_flush(void)
{
	might_sleep();
	trace_vmx_flush(atomic_long_inc_return(&vmx_flush_count));
	on_each_cpu(vmx_arch_flush_local, NULL, 1);
}

/** vmx_pgtable_flushes() - how often that was done */
unsigned long vmx_pgtable_flushes(void)
{
	return atomic_long_read(&vmx_flush_count);
}

/*
 * Reads the entry at @from, which may be anything: tables outside the slice
 * change and go while they are looked at.
 */
static bool read_entry(struct vmx_walk *walk, enum vmx_walk_level level,
		       const void *from, void *entry, size_t size)
{
	walk->last = level;
	if (!virt_addr_valid((unsigned long)from) ||
	    copy_from_kernel_nofault(entry, from, size)) {
		walk->end = VMX_WALK_BAD;
		return false;
	}
	walk->step[level].used = true;
	walk->step[level].table = __pa((unsigned long)from & PAGE_MASK);
	walk->step[level].index = offset_in_page(from) / size;
	memcpy(&walk->step[level].entry, entry, size);
	return true;
}

static void walk_ends(struct vmx_walk *walk, enum vmx_walk_end end,
		      unsigned long pfn)
{
	walk->end = end;
	walk->pfn = pfn;
}

/**
 * vmx_pgtable_describe() - follow an address through the page tables
 * @addr: any kernel address
 * @walk: what was found
 *
 * Changes nothing and takes no lock.  Each entry is read once, so that a table
 * that changes meanwhile gives an old or a new answer but never a fault.
 */
void vmx_pgtable_describe(unsigned long addr, struct vmx_walk *walk)
{
	pgd_t pgd, *pgdp = pgd_offset_pgd(vmx_root, addr);
	p4d_t p4d, *p4dp;
	pud_t pud, *pudp;
	pmd_t pmd, *pmdp;
	pte_t pte, *ptep;

	/* A folded level gives back the address of the entry above it. */
	*walk = (struct vmx_walk){};
	if (!read_entry(walk, VMX_PGD, pgdp, &pgd, sizeof(pgd)))
		return;
	if (pgd_none(pgd))
		return walk_ends(walk, VMX_WALK_NONE, 0);

	p4dp = p4d_offset(&pgd, addr);
	if ((void *)p4dp == &pgd)
		memcpy(&p4d, &pgd, sizeof(p4d));
	else if (!read_entry(walk, VMX_P4D, p4dp, &p4d, sizeof(p4d)))
		return;
	if (p4d_none(p4d))
		return walk_ends(walk, VMX_WALK_NONE, 0);

	pudp = pud_offset(&p4d, addr);
	if ((void *)pudp == &p4d)
		memcpy(&pud, &p4d, sizeof(pud));
	else if (!read_entry(walk, VMX_PUD, pudp, &pud, sizeof(pud)))
		return;
	if (pud_none(pud))
		return walk_ends(walk, VMX_WALK_NONE, 0);
	if (pud_leaf(pud))
		return walk_ends(walk, VMX_WALK_PAGE, pud_pfn(pud) +
				 ((addr & ~PUD_MASK) >> PAGE_SHIFT));

	pmdp = pmd_offset(&pud, addr);
	if ((void *)pmdp == &pud)
		memcpy(&pmd, &pud, sizeof(pmd));
	else if (!read_entry(walk, VMX_PMD, pmdp, &pmd, sizeof(pmd)))
		return;
	if (pmd_none(pmd))
		return walk_ends(walk, VMX_WALK_NONE, 0);
	if (pmd_leaf(pmd))
		return walk_ends(walk, VMX_WALK_PAGE, pmd_pfn(pmd) +
				 ((addr & ~PMD_MASK) >> PAGE_SHIFT));

	ptep = pte_offset_kernel(&pmd, addr);
	if (!read_entry(walk, VMX_PTE, ptep, &pte, sizeof(pte)))
		return;
	if (!pte_present(pte))
		return walk_ends(walk, VMX_WALK_NONE, 0);
	walk_ends(walk, VMX_WALK_PAGE, pte_pfn(pte));
}

/**
 * vmx_pgtable_entry() - the entry that the walk to an address ends at
 * @ptes: keeps a PTE table, for a reader who goes on from entry to entry
 * @addr: any kernel address
 * @level: the entry's level
 *
 * Return: the entry; 0 for an empty one.
 */
u64 vmx_pgtable_entry(struct vmx_ptes *ptes, unsigned long addr,
		      enum vmx_walk_level *level)
{
	struct vmx_walk walk;

	if (!ptes->valid || ptes->base != (addr & PMD_MASK)) {
		vmx_pgtable_describe(addr, &walk);
		*level = walk.last;
		if (walk.last != VMX_PTE || !walk.step[VMX_PTE].used)
			return walk.step[walk.last].entry;
		ptes->base = addr & PMD_MASK;
		ptes->valid = !copy_from_kernel_nofault(ptes->pte,
					__va(walk.step[VMX_PTE].table),
					sizeof(ptes->pte));
		if (!ptes->valid)
			return 0;
	}
	*level = VMX_PTE;
	return pte_val(ptes->pte[pte_index(addr)]);
}

/** vmx_level_name() - a level as people call it */
const char *vmx_level_name(enum vmx_walk_level level)
{
	static const char * const names[] = { "pgd", "p4d", "pud", "pmd", "pte" };

	return names[level];
}

/** vmx_level_size() - the bytes that one entry of a level covers */
unsigned long vmx_level_size(enum vmx_walk_level level)
{
	switch (level) {
	case VMX_PGD:
		return PGDIR_SIZE;
	case VMX_P4D:
		return P4D_SIZE;
	case VMX_PUD:
		return PUD_SIZE;
	case VMX_PMD:
		return PMD_SIZE;
	default:
		return PAGE_SIZE;
	}
}

/* The tables of a slot exist from vmap() to vunmap(): nothing to check. */
static void find_slot(struct vmx_slot *slot, unsigned long addr)
{
	pgd_t *pgd = pgd_offset_pgd(vmx_root, addr);
	p4d_t *p4d = p4d_offset(pgd, addr);
	pud_t *pud = pud_offset(p4d, addr);

	slot->pmd = pmd_offset(pud, addr);
	slot->saved = *slot->pmd;
	slot->table = pte_offset_kernel(slot->pmd, addr & PMD_MASK);
}

/**
 * vmx_pgtable_init() - blank the slice
 * @start: its first address, mapped by vmap() to small pages
 * @end: the first address behind it; both aligned for leaves where there are
 *
 * Context: in the process that loads the module.
 * Return: 0, or -ENOMEM with nothing changed.
 */
int vmx_pgtable_init(unsigned long start, unsigned long end)
{
	unsigned long addr;

	vmx_base = start & PMD_MASK;
	vmx_slots = kvcalloc((end - 1 - vmx_base) / PMD_SIZE + 1,
			     sizeof(*vmx_slots), GFP_KERNEL);
	if (!vmx_slots)
		return -ENOMEM;
	vmx_leaves = vmx_arch_has_leaves();
	vmx_root_mm = current->active_mm;
	mmgrab(vmx_root_mm);
	vmx_root = vmx_arch_kernel_root();

	for (addr = vmx_base; addr < end; addr += PMD_SIZE)
		find_slot(slot_of(addr), addr);
	vmx_pgtable_unmap(start, (end - start) >> PAGE_SHIFT);
	for (addr = start; vmx_leaves && addr < end; addr += PMD_SIZE)
		pmd_clear(slot_of(addr)->pmd);
	vmx_pgtable_flush();
	return 0;
}

/**
 * vmx_pgtable_exit() - give the tables back to the kernel's tree
 * @end: the end of the slice; nothing in it is mapped any more
 */
void vmx_pgtable_exit(unsigned long end)
{
	unsigned long addr;

	/* After a leaf, and before a table. */
	vmx_pgtable_flush();
	for (addr = vmx_base; vmx_leaves && addr < end; addr += PMD_SIZE) {
		if (pmd_none(*slot_of(addr)->pmd))
			set_pmd(slot_of(addr)->pmd, slot_of(addr)->saved);
	}
	kvfree(vmx_slots);
	mmdrop(vmx_root_mm);
}
