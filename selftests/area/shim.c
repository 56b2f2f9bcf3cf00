// SPDX-License-Identifier: GPL-2.0
/* Replaces the kernel for vmx_area.c in user space */
#include <stdarg.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

#include <linux/bitmap.h>
#include <linux/sched.h>
#include <linux/slab.h>

#include "shim.h"

#define POISON	0xa5	/* each byte of a new object */

struct kmem_cache {
	size_t size;
	size_t objects;
};

void (*shim_where)(void);
void (*shim_die)(void);
void (*shim_resched)(void);
int shim_spinning;
long shim_fail_in = -1;

struct task_struct *current = &(struct task_struct){
	.pid = 4711,
	.comm = "tester",
};

static bool expecting;
static int warnings;
static size_t allocated;

void fail(const char *fmt, ...)
{
	va_list args;

	va_start(args, fmt);
	vprintf(fmt, args);
	va_end(args);
	putchar('\n');
	if (shim_where)
		shim_where();
	fflush(stdout);
	if (shim_die)
		shim_die();
	_exit(1);
}

void shim_lock(bool *held)
{
	if (*held)
		fail("deadlock: a lock is taken by its holder");
	*held = true;
}

void shim_unlock(bool *held)
{
	if (!*held)
		fail("a lock is released that is not held");
	*held = false;
}

void shim_assert_held(bool held, const char *lock)
{
	if (!held)
		fail("%s must be held here", lock);
}

void shim_might_sleep(const char *what)
{
	if (shim_spinning)
		fail("%s under a spinlock", what);
}

void shim_cond_resched(void)
{
	shim_might_sleep("cond_resched()");
	if (shim_resched)
		shim_resched();
}

bool shim_warn(bool condition, const char *text)
{
	if (condition && !expecting)
		fail("WARNING: %s", text);
	warnings += condition;
	return condition;
}

void shim_expect_warning(void)
{
	expecting = true;
	warnings = 0;
}

int shim_warned(void)
{
	expecting = false;
	return warnings;
}

static void *allocate(size_t size, int fill)
{
	void *memory;

	shim_might_sleep("an allocation");
	if (!shim_fail_in)
		return NULL;
	if (shim_fail_in > 0)
		shim_fail_in--;
	memory = malloc(size);
	if (!memory)
		fail("no memory for the test itself");
	memset(memory, fill, size);
	allocated++;
	return memory;
}

static void release(void *memory)
{
	if (memory)
		allocated--;
	free(memory);
}

size_t shim_allocated(void)
{
	return allocated;
}

struct kmem_cache *kmem_cache_create(const char *name, unsigned int size,
				     unsigned int align, unsigned int flags,
				     void (*ctor)(void *object))
{
	struct kmem_cache *cache = allocate(sizeof(*cache), 0);

	if (cache)
		cache->size = size;
	return cache;
}

void kmem_cache_destroy(struct kmem_cache *cache)
{
	if (cache && cache->objects)
		fail("a cache is destroyed with %zu objects in it", cache->objects);
	release(cache);
}

void *kmem_cache_alloc_node(struct kmem_cache *cache, gfp_t gfp, int node)
{
	void *object = allocate(cache->size, POISON);

	if (object)
		cache->objects++;
	return object;
}

void kmem_cache_free(struct kmem_cache *cache, void *object)
{
	cache->objects--;
	release(object);
}

void *kvcalloc(size_t n, size_t size, gfp_t gfp)
{
	return allocate(n * size, 0);
}

void kvfree(const void *memory)
{
	release((void *)memory);
}

/* The only function of tools/lib/bitmap.c that vmx uses. */
void __bitmap_clear(unsigned long *map, unsigned int start, int len)
{
	for (; len > 0; len--, start++)
		map[start / BITS_PER_LONG] &= ~(1UL << start % BITS_PER_LONG);
}
