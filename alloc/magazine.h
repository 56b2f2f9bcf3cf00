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
#include "shadow.h"

#define VMX_MAGAZINE_PAGES 64	/* pages of the largest area that is cached */
#define VMX_MAGAZINE_ROUNDS 16	/* areas of one size that a CPU caches */

struct vmx_magazines {
	spinlock_t lock;		/* protects everything below */
	unsigned int pages;		/* cached in all sizes together */
	unsigned long puts;		/* areas put in since loading */
	unsigned long drained;		/* areas drained since loading */
	struct vmx_magazine {
		struct vmx_area *top;
		unsigned long rounds;
	} size[VMX_MAGAZINE_PAGES + 1];	/* by pages */
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
bool vmx_magazine_clear(struct vmx_area *area);
struct vmx_area *vmx_magazine_discard(struct vmx_area *area);

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
	if (!area) {
		spin_unlock(&mags->lock);
		return NULL;
	}
	mags->size[nr].top = area->cached;
	mags->size[nr].rounds--;
	mags->pages -= nr;
	spin_unlock(&mags->lock);

	WRITE_ONCE(area->requested, size);
	WRITE_ONCE(area->caller, caller);
	vmx_area_note_owner(area);
	WRITE_ONCE(area->flags, VMX_ALLOC | VMX_CACHEABLE |
		   (gfp & __GFP_ZERO ? VMX_ZEROED : 0));
	if (unlikely(!vmx_frames_are_ours(area->pages, nr)) ||
	    (want_init_on_alloc(gfp) && !vmx_magazine_clear(area)))
		return vmx_magazine_discard(area);
	vmx_shadow_allow(area, size);
	kmemleak_alloc(area->addr, nr * PAGE_SIZE, 2, gfp);
	trace_vmx_cache_get(area);
	return area;
}

#define VMX_MAGAZINE_PLAIN (VMX_ALLOC | VMX_CACHEABLE)

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
	struct vmx_magazine *mag;
	unsigned int nr;

	if (!area || !vmx_magazine_takes(READ_ONCE(area->flags)) ||
	    area->nid != numa_mem_id())
		return false;
	nr = area->nr_pages;
	if (unlikely(nr > VMX_MAGAZINE_PAGES))
		return false;
	debug_check_no_locks_freed(addr, nr * PAGE_SIZE);
	if (want_init_on_free() && (!vmx_frames_are_ours(area->pages, nr) ||
				    !vmx_magazine_clear(area)))
		return false;

	mags = raw_cpu_ptr(&vmx_magazines);
	mag = &mags->size[nr];
	spin_lock(&mags->lock);
	/* With magazines=0 there is no room, so nothing comes in after the drain. */
	if (unlikely(mag->rounds >= VMX_MAGAZINE_ROUNDS ||
		     mags->pages + nr > READ_ONCE(vmx_magazine_limits.pages) ||
		     !vmx_magazine_claim(area))) {
		spin_unlock(&mags->lock);
		return false;
	}
	area->cached = mag->top;
	mag->top = area;
	mag->rounds++;
	mags->pages += nr;
	mags->puts++;
	/* After the unlock, another CPU may drain the area. */
	vmx_shadow_allow(area, 0);
	kmemleak_free(addr);
	trace_vmx_cache_put(area);
	spin_unlock(&mags->lock);
	return true;
}

#endif /* _VMX_MAGAZINE_H */
