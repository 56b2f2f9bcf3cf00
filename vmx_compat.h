/* SPDX-License-Identifier: GPL-2.0 */
/*
 * All differences between the supported kernels
 *
 * Every test of the kernel's version is here, with the version that made the change.
 * The other files see one kernel.
 */
#ifndef _VMX_COMPAT_H
#define _VMX_COMPAT_H

#include <linux/gfp.h>
#include <linux/kconfig.h>
#include <linux/mm.h>
#include <linux/module.h>
#include <linux/shrinker.h>
#include <linux/version.h>

/* 6.14 dropped "array" from the name, together with the list variant. */
#if LINUX_VERSION_CODE < KERNEL_VERSION(6, 14, 0)
#define alloc_pages_bulk_node alloc_pages_bulk_array_node
#endif

/* 7.3 took __alloc_pages() away, and exports the function behind alloc_pages_node(). */
#if LINUX_VERSION_CODE < KERNEL_VERSION(7, 3, 0)
#define vmx_alloc_pages(gfp, order, node) __alloc_pages(gfp, order, node, NULL)
#else
#define vmx_alloc_pages(gfp, order, node) alloc_pages_node(node, gfp, order)
#endif

/* 6.8 renamed MAX_ORDER to MAX_PAGE_ORDER; 6.4 had made it inclusive. */
#ifndef MAX_PAGE_ORDER
#if LINUX_VERSION_CODE < KERNEL_VERSION(6, 4, 0)
#define MAX_PAGE_ORDER (MAX_ORDER - 1)	/* exclusive before 6.4 */
#else
#define MAX_PAGE_ORDER MAX_ORDER
#endif
#endif

/* 6.3 removed __GFP_ATOMIC: __GFP_HIGH means the same. */
#if LINUX_VERSION_CODE < KERNEL_VERSION(6, 3, 0)
#define VMX_GFP_ATOMIC __GFP_ATOMIC
#else
#define VMX_GFP_ATOMIC 0
#endif

/* 6.3 made vm_flags read-only, and added functions that set it. */
#if LINUX_VERSION_CODE < KERNEL_VERSION(6, 3, 0)
static inline void vm_flags_set(struct vm_area_struct *vma, vm_flags_t flags)
{
	vma->vm_flags |= flags;
}
#endif

/* 6.4 gave each kind of a module's memory a place of its own. */
#if LINUX_VERSION_CODE < KERNEL_VERSION(6, 4, 0)
#define vmx_module_text(mod) ((mod)->core_layout)
#define vmx_module_init_text(mod) ((mod)->init_layout)
#else
#define vmx_module_text(mod) ((mod)->mem[MOD_TEXT])
#define vmx_module_init_text(mod) ((mod)->mem[MOD_INIT_TEXT])
#endif

/* 6.10 removed the second argument of __assign_str(): __string() has the source. */
#if LINUX_VERSION_CODE < KERNEL_VERSION(6, 10, 0)
#define vmx_assign_str(field, source) __assign_str(field, source)
#else
#define vmx_assign_str(field, source) __assign_str(field)
#endif

/* Since 6.7 the kernel allocates the shrinker. */
#if LINUX_VERSION_CODE < KERNEL_VERSION(6, 7, 0)
struct vmx_shrinker {
	struct shrinker shrinker;
};
#else
struct vmx_shrinker {
	struct shrinker *shrinker;
};
#endif

typedef unsigned long (*vmx_shrink_fn)(struct shrinker *s,
				       struct shrink_control *sc);

static inline int vmx_shrinker_register(struct vmx_shrinker *s,
					vmx_shrink_fn count, vmx_shrink_fn scan,
					const char *name)
{
#if LINUX_VERSION_CODE < KERNEL_VERSION(6, 7, 0)
	s->shrinker = (struct shrinker){
		.count_objects = count,
		.scan_objects = scan,
		.seeks = DEFAULT_SEEKS,
	};
	return register_shrinker(&s->shrinker, "%s", name);
#else
	s->shrinker = shrinker_alloc(0, "%s", name);
	if (!s->shrinker)
		return -ENOMEM;
	s->shrinker->count_objects = count;
	s->shrinker->scan_objects = scan;
	shrinker_register(s->shrinker);
	return 0;
#endif
}

static inline void vmx_shrinker_unregister(struct vmx_shrinker *s)
{
#if LINUX_VERSION_CODE < KERNEL_VERSION(6, 7, 0)
	unregister_shrinker(&s->shrinker);
#else
	shrinker_free(s->shrinker);
#endif
}

/*
 * Generic KASAN, with shadow for the vmalloc range. kasan_poison() is exported, but modules
 * do not have its header, mm/kasan/kasan.h, which has these two values, too. If
 * VMX_HAVE_SHADOW is 0, the compiler drops the calls.
 */
#define VMX_HAVE_SHADOW \
	(IS_ENABLED(CONFIG_KASAN_GENERIC) && IS_ENABLED(CONFIG_KASAN_VMALLOC))
#define VMX_SHADOW_GRANULE 8UL	/* KASAN_GRANULE_SIZE: what a byte of shadow is for */
#define VMX_SHADOW_POISON 0xf8	/* KASAN_VMALLOC_INVALID */

void kasan_poison(const void *addr, size_t size, u8 value, bool init);

/* Since 6.19 __flush_tlb_all() is exported to KVM only. */
#define VMX_HAVE_FLUSH_TLB_ALL (LINUX_VERSION_CODE < KERNEL_VERSION(6, 19, 0))

#endif /* _VMX_COMPAT_H */
