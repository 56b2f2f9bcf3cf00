/* SPDX-License-Identifier: GPL-2.0 */
/*
 * The interface of vmx to other modules
 *
 * vmx hands out memory that is contiguous in kernel addresses and scattered in
 * physical memory, as vmalloc() does. The addresses are in a slice of the vmalloc
 * range that vmx has reserved. Each function here behaves like the kernel's function
 * that has "vmalloc" or "vm" in its name instead of "vmx". Where it differs, its
 * kernel-doc says so.
 *
 * Units: sizes and alignments are in bytes, counts in pages.
 */
#ifndef _VMX_H
#define _VMX_H

#include <linux/gfp.h>
#include <linux/list.h>
#include <linux/llist.h>
#include <linux/rbtree.h>
#include <linux/sched.h>
#include <linux/types.h>
#include <linux/vmalloc.h>

#define VMX_VERSION "0.1.0"

/*
 * vmx_area.flags. A flag that the kernel also has, has the kernel's name (VM_...)
 * and value. More flags are private: see vmx_area.h.
 */
#define VMX_ALLOC	0x00000002	/* VM_ALLOC: vmx allocated the frames */
#define VMX_MAP		0x00000004	/* VM_MAP: the caller provided the frames */
#define VMX_USERMAP	0x00000008	/* VM_USERMAP: may be mapped to user space */
#define VMX_NO_GUARD	0x00000040	/* VM_NO_GUARD: no guard page */
#define VMX_PUT_PAGES	0x00000200	/* VM_MAP_PUT_PAGES: vmx_free() frees the frames */
#define VMX_ALLOW_HUGE	0x00000400	/* VM_ALLOW_HUGE_VMAP: use leaves where possible */

/*
 * The fits: the rules by which an area gets its hole. A caller gives one in
 * vm_flags as VMX_FIT(fit). FIT(NAME, name) makes VMX_FIT_NAME, which people write
 * "name"; area/hole.c has the function name_fit() for it, and explains them.
 */
#define VMX_FITS(FIT)	\
	FIT(FIRST, first) FIT(BEST, best) FIT(LAST, last) FIT(NEXT, next)

#define VMX_FIT_ENUM(NAME, name) VMX_FIT_##NAME,
enum vmx_fit { VMX_FITS(VMX_FIT_ENUM) VMX_FIT_KINDS };
#undef VMX_FIT_ENUM

#define VMX_FIT_SHIFT	24
#define VMX_FIT_MASK	(0xfUL << VMX_FIT_SHIFT)
#define VMX_FIT(fit)	((unsigned long)(fit) << VMX_FIT_SHIFT)
#define VMX_FIT_OF(flags) \
	((enum vmx_fit)(((flags) & VMX_FIT_MASK) >> VMX_FIT_SHIFT))

/* What a caller may give in vm_flags, besides VMX_FIT(). */
#define VMX_CALLER_FLAGS (VMX_USERMAP | VMX_NO_GUARD | VMX_ALLOW_HUGE)

#define VMX_INLINE_PAGES 16	/* the longest page array inside a descriptor */
#define VMX_ALIGN_ORDERS 9	/* alignments up to 512 pages are searched exactly */

/* The longest hole of a part of the tree of holes. */
struct vmx_room {
	unsigned long	max_hole;	/* bytes */
	u32		aligned[VMX_ALIGN_ORDERS]; /* pages, from the first aligned one */
};

/*
 * A hole. See area/hole.c: it lies in the descriptor of a range that it has replaced. The
 * length lies where nr_pages was: whoever frees that range once more, without a lock, finds
 * too many pages for a magazine, or none.
 */
struct vmx_hole {
	struct vmx_area	*succ;		/* the range behind the hole */
	unsigned long	size;		/* bytes */
	struct rb_node	rb;		/* by address */
	struct rb_node	by_size;	/* by length */
	struct vmx_room	room;		/* of this hole and of those below it in the tree */
};

/**
 * struct vmx_area - one area of noncontiguous memory
 * @next: the next area in address order; the list starts at vmx_list
 * @addr: its first address
 * @size: its length in bytes, guard page included
 * @flags: VMX_*
 * @pages: a pointer for each page of the area, in address order. If page_order is
 *	not 0, a pointer for the first of each 2^page_order pages only
 * @nr_pages: number of pages, guard page not included
 * @phys_addr: always 0: vmx has no ioremap()
 * @caller: the code address that asked for the area
 * @page_order: normally 0; the order of a leaf if the area consists of leaves only
 *	and @pages has one pointer for each leaf
 *
 * The first eight fields are Linux 3.10's struct vm_struct, with the same names.
 * After the area is complete and before vmx_free(), only vmx_realloc() changes them.
 * So the owner of the area may read them without a lock, except next. Use
 * vmx_area_page() to read pages: the kernel's vm_struct has a page_order, too, since
 * 5.13, but its pages has a pointer for each page in any case. The fields behind
 * page_order are private.
 */
struct vmx_area {
	struct vmx_area	*next;
	void		*addr;
	unsigned long	size;
	unsigned long	flags;
	union {
		struct {
			struct page	**pages;
			unsigned int	nr_pages;
			phys_addr_t	phys_addr;
			const void	*caller;
			unsigned int	page_order;
			/* private: */
			/* entries above the PTE level */
			unsigned int	leaves;
			union {
				struct {
					/* bytes that the caller asked for */
					unsigned long requested;
					/* the link of the list that leads here */
					struct vmx_area **link;
					/* the task that asked for the area */
					char comm[TASK_COMM_LEN];
				};
				/* a quarantined range: by address */
				struct rb_node quarantined;
			};
			/* the ranges below and above this one, in any state */
			struct vmx_area *before, *after;
			/* the hole in front of this range, or NULL */
			struct vmx_hole *hole;
			union {
				/* while this range waits for a flush */
				struct list_head quarantine;
				struct {
					/* the next area in a magazine, or parked */
					struct vmx_area *cached;
					/* the top of the next magazine, or batch */
					struct vmx_area *below;
				};
				/* freed in an interrupt: a worker's queue */
				struct llist_node deferred;
			};
		};
		/* private: this descriptor is not of a range any longer, but of a hole */
		struct vmx_hole	as_hole;
	};
	unsigned long	id;		/* unique; a parked or cached area keeps it */
	pid_t		pid;		/* the task that asked for the area */
	short		nid;		/* node of all frames; NUMA_NO_NODE: several nodes */
	unsigned char	state;		/* enum vmx_area_state */
	bool		is_long;	/* inline_pages has room for VMX_INLINE_PAGES, not for 1 */
	struct page	*inline_pages[]; /* @pages, if they have room there */
};

/**
 * vmx_area_page() - return the frame of a page of an area
 * @area: an area with a page array: from vmx_alloc() or its variants, or from
 *	vmx_map() with VM_MAP_PUT_PAGES
 * @i: the number of the page, less than @area->nr_pages
 *
 * Context: any, if nobody can free or vmx_realloc() the area meanwhile.
 * Return: the frame's struct page.
 */
static inline struct page *vmx_area_page(const struct vmx_area *area, unsigned int i)
{
	unsigned int order = area->page_order;

	return area->pages[i >> order] + (i & ((1U << order) - 1));
}

struct iov_iter;
struct vm_area_struct;

void *vmx_alloc(unsigned long size) __alloc_size(1);
void *vmx_zalloc(unsigned long size) __alloc_size(1);
void *vmx_alloc_node(unsigned long size, int node) __alloc_size(1);
void *vmx_zalloc_node(unsigned long size, int node) __alloc_size(1);
void *vmx_alloc_user(unsigned long size) __alloc_size(1);
void *vmx_alloc_32(unsigned long size) __alloc_size(1);
void *vmx_alloc_32_user(unsigned long size) __alloc_size(1);
void *vmx_alloc_huge(unsigned long size, gfp_t gfp_mask) __alloc_size(1);
void *vmx_alloc_huge_node(unsigned long size, gfp_t gfp_mask, int node) __alloc_size(1);
void *__vmx_alloc_array(size_t n, size_t size, gfp_t flags) __alloc_size(1, 2);
void *vmx_alloc_array(size_t n, size_t size) __alloc_size(1, 2);
void *__vmx_calloc(size_t n, size_t size, gfp_t flags) __alloc_size(1, 2);
void *vmx_calloc(size_t n, size_t size) __alloc_size(1, 2);
void *__vmx_alloc(unsigned long size, gfp_t gfp_mask) __alloc_size(1);
void *__vmx_alloc_node(unsigned long size, unsigned long align, gfp_t gfp_mask,
		       int node, const void *caller) __alloc_size(1);
void *__vmx_alloc_node_range(unsigned long size, unsigned long align,
			     unsigned long start, unsigned long end,
			     gfp_t gfp_mask, pgprot_t prot,
			     unsigned long vm_flags, int node,
			     const void *caller) __alloc_size(1);
void *vmx_realloc(const void *p, size_t size, gfp_t flags) __alloc_size(2);
void *vmx_realloc_node(const void *p, size_t size, gfp_t flags, int node) __alloc_size(2);
void *vmx_realloc_node_align(const void *p, size_t size, unsigned long align,
			     gfp_t flags, int node) __alloc_size(2);
void vmx_free(const void *addr);
void vmx_free_atomic(const void *addr);

void *vmx_map(struct page **pages, unsigned int count, unsigned long flags,
	      pgprot_t prot);
void vmx_unmap(const void *addr);
void *vmx_map_ram(struct page **pages, unsigned int count, int node);
void vmx_unmap_ram(const void *mem, unsigned int count);
void vmx_unmap_aliases(void);

int vmx_set_memory_rox(unsigned long addr, int numpages);
int vmx_set_memory_rw(unsigned long addr, int numpages);

bool is_vmx_addr(const void *addr);
struct vmx_area *find_vmx_area(const void *addr);
struct page *vmx_to_page(const void *addr);
unsigned long vmx_to_pfn(const void *addr);
int remap_vmx_range(struct vm_area_struct *vma, void *addr,
		    unsigned long pgoff);
int remap_vmx_range_partial(struct vm_area_struct *vma, unsigned long uaddr,
			    void *kaddr, unsigned long pgoff, unsigned long size);
long vmx_read_iter(struct iov_iter *iter, const char *addr, size_t count);

#endif /* _VMX_H */
