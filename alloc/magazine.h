/* SPDX-License-Identifier: GPL-2.0 */
/*
 * Magazines: the short way of vmx_alloc() and vmx_free()
 *
 * These functions are inlined, so that a request that a magazine serves calls
 * nothing. alloc/magazine.c explains magazines and has everything else.
 */
#ifndef _VMX_MAGAZINE_H
#define _VMX_MAGAZINE_H

#include <linux/kernel.h>
#include <linux/kmemleak.h>
#include <linux/percpu.h>
#include <linux/spinlock.h>
#include <linux/string.h>
#include <linux/topology.h>
#include <trace/events/vmx.h>

#include "vmx_area.h"
#include "vmx_frames.h"
#include "chain.h"
#include "depot.h"
#include "shadow.h"

/* The flags of an area that a magazine may take, besides VMX_ZEROED. */
#define VMX_MAGAZINE_PLAIN (VMX_ALLOC | VMX_CACHEABLE | VMX_PARKABLE)

struct vmx_magazines {
	spinlock_t lock;		/* protects everything below */
	unsigned int pages;		/* cached in all sizes together */
	unsigned long puts;		/* areas put in since loading */
	struct vmx_magazine {
		struct vmx_area *top;
		unsigned long room;	/* for so many areas more */
	} size[VMX_MAGAZINE_PAGES + 1];	/* the loaded ones, by pages */
	struct vmx_area *previous[VMX_MAGAZINE_PAGES + 1]; /* the top of a full one, or NULL */
	unsigned long moved;		/* drained, or given to the depot; less those from there */
	int nid;			/* the node of all frames */
};

DECLARE_PER_CPU(struct vmx_magazines, vmx_magazines);

/* All 0 when magazines are switched off. */
struct vmx_magazine_limits {
	unsigned int size;	/* pages of the largest area that is cached */
	unsigned int pages;	/* the most pages that each CPU caches */
};

extern struct vmx_magazine_limits vmx_magazine_limits;

int vmx_magazines_init(void);
void vmx_magazines_exit(void);
struct vmx_area *vmx_magazine_load(struct vmx_magazines *mags, unsigned int nr);
bool vmx_magazine_unload(struct vmx_magazines *mags, unsigned int nr, struct vmx_area *area);
bool vmx_magazine_clear(struct vmx_area *area, unsigned int nr);
struct vmx_area *vmx_magazine_discard(struct vmx_area *area);

/* Take the top area out of a loaded magazine that is not empty. */
static __always_inline void vmx_magazine_pop(struct vmx_magazines *mags, unsigned long nr)
{
	struct vmx_magazine *loaded = &mags->size[nr];

	loaded->top = loaded->top->cached;
	loaded->room++;
	mags->pages -= nr;
}

/**
 * vmx_magazine_get() - take a cached area
 * @size: bytes; rounded up to pages
 * @gfp: with __GFP_ZERO, the area is cleared
 * @caller: shown in the list
 *
 * Context: process context, may sleep.
 * Return: the area; NULL if no area of that many pages is cached, if somebody else still
 * holds a frame of it, or if @size is 0.
 */
static __always_inline struct vmx_area *
vmx_magazine_get(unsigned long size, gfp_t gfp, const void *caller)
{
	unsigned long nr = ((size - 1) >> PAGE_SHIFT) + 1;
	struct vmx_magazines *mags;
	struct vmx_area *area;

	/* Without magazines, vmx_alloc_plain() makes these checks. */
	if (IS_ENABLED(CONFIG_DEBUG_ATOMIC_SLEEP) || IS_ENABLED(CONFIG_LOCKDEP))
		might_alloc(gfp);
	/* A size of 0 wraps to more pages than any magazine takes. */
	if (nr > READ_ONCE(vmx_magazine_limits.size) || unlikely(in_interrupt()))
		return NULL;
	/* Areas in magazines have frames of this CPU's node. */
	if (vmx_has_policy(NUMA_NO_NODE))
		return NULL;
	mags = raw_cpu_ptr(&vmx_magazines);
	spin_lock(&mags->lock);
	area = mags->size[nr].top;
	if (likely(area)) {
		vmx_magazine_pop(mags, nr);
	} else {
		area = vmx_magazine_load(mags, nr);
		if (!area) {
			spin_unlock(&mags->lock);
			return NULL;
		}
	}
	spin_unlock(&mags->lock);

	WRITE_ONCE(area->requested, size);
	WRITE_ONCE(area->caller, caller);
	vmx_area_note_owner(area);
	WRITE_ONCE(area->flags, VMX_MAGAZINE_PLAIN |
		   (gfp & __GFP_ZERO ? VMX_ZEROED : 0));
	if (unlikely(!vmx_frames_are_ours(area->pages, nr)) ||
	    (want_init_on_alloc(gfp) && !vmx_magazine_clear(area, nr)))
		return vmx_magazine_discard(area);
	vmx_shadow_allow(area, size);
	kmemleak_alloc(area->addr, nr * PAGE_SIZE, 2, gfp);
	trace_vmx_cache_get(area);
	return area;
}

static __always_inline bool vmx_magazine_takes(unsigned long flags)
{
	return (flags & ~VMX_ZEROED) == VMX_MAGAZINE_PLAIN;
}

/*
 * Claim an area for a magazine. If two CPUs free the same area at once, only one of them
 * may succeed, whether it claims the area here or with vmx_area_claim(); the other one
 * warns. This cannot catch every double free: the area may have a new owner by then.
 */
static __always_inline bool vmx_magazine_claim(struct vmx_area *area)
{
	const unsigned long plain = VMX_MAGAZINE_PLAIN, zeroed = plain | VMX_ZEROED;
	const unsigned long cached = VMX_ALLOC | VMX_CACHED;

	return cmpxchg(&area->flags, plain, cached) == plain ||
	       cmpxchg(&area->flags, zeroed, cached) == zeroed;
}

/* Put an area on top of a loaded magazine that has room; false if it is freed already. */
static __always_inline bool vmx_magazine_push(struct vmx_magazines *mags,
					      unsigned int nr, struct vmx_area *area)
{
	struct vmx_magazine *loaded = &mags->size[nr];

	if (unlikely(!vmx_magazine_claim(area)))
		return false;
	area->cached = loaded->top;
	loaded->top = area;
	loaded->room--;
	mags->pages += nr;
	mags->puts++;
	/* After the unlock, another CPU may drain the area. */
	vmx_shadow_allow(area, 0);
	kmemleak_free(area->addr);
	trace_vmx_cache_put(area);
	return true;
}

/**
 * vmx_magazine_put() - put an area that is being freed into a magazine
 * @addr: its first address, or any other address
 *
 * Context: process context, may sleep.
 * Return: false if the caller must really free the area.
 */
static __always_inline bool vmx_magazine_put(const void *addr)
{
	struct vmx_area *area = vmx_listed_at(addr);
	struct vmx_magazines *mags;
	unsigned int nr;
	bool done;

	if (!area || !vmx_magazine_takes(READ_ONCE(area->flags)))
		return false;
	nr = READ_ONCE(area->nr_pages);
	if (unlikely(nr > VMX_MAGAZINE_PAGES))
		return false;
	debug_check_no_locks_freed(addr, nr * PAGE_SIZE);
	if (want_init_on_free() && (!vmx_frames_are_ours(area->pages, nr) ||
				    !vmx_magazine_clear(area, nr)))
		return false;

	/* If the task moves to another node from here on, the magazines do not. */
	mags = raw_cpu_ptr(&vmx_magazines);
	spin_lock(&mags->lock);
	/* With magazines=0 there is no room, so nothing comes in after the drain. */
	if (unlikely(area->nid != mags->nid))
		done = false;
	else if (unlikely(!mags->size[nr].room ||
			  mags->pages + nr > READ_ONCE(vmx_magazine_limits.pages)))
		done = vmx_magazine_unload(mags, nr, area);
	else
		done = vmx_magazine_push(mags, nr, area);
	spin_unlock(&mags->lock);
	return done;
}

#endif /* _VMX_MAGAZINE_H */
