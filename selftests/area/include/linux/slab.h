/* SPDX-License-Identifier: GPL-2.0 */
#ifndef _SHIM_SLAB_H
#define _SHIM_SLAB_H

#include <linux/gfp.h>

#define SLAB_TYPESAFE_BY_RCU 1

#define KMEM_CACHE(type, flags) \
	kmem_cache_create(#type, sizeof(struct type), __alignof__(struct type), flags, NULL)

struct kmem_cache *kmem_cache_create(const char *name, unsigned int size,
				     unsigned int align, unsigned int flags,
				     void (*ctor)(void *object));
void kmem_cache_destroy(struct kmem_cache *cache);
void *kmem_cache_alloc_node(struct kmem_cache *cache, gfp_t gfp, int node);
void kmem_cache_free(struct kmem_cache *cache, void *object);

void *kvcalloc(size_t n, size_t size, gfp_t gfp);
void kvfree(const void *memory);

#endif
