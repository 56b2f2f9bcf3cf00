/* SPDX-License-Identifier: GPL-2.0 */
/*
 * Parked areas: addresses of small sizes, for the next request of that size
 *
 * area/park.c explains them. Only vmx_area.c uses this.
 */
#ifndef _VMX_AREA_PARK_H
#define _VMX_AREA_PARK_H

#include <linux/atomic.h>
#include "vmx_area.h"

struct vmx_park_stats {
	unsigned long	puts;		/* areas that were parked since loading */
	unsigned long	put_bytes;	/* guard pages included */
	unsigned long	takes;		/* areas that were taken back into use */
	unsigned long	take_bytes;
};

enum vmx_park_put {
	VMX_PARK_DONE, VMX_PARK_GIVEN,		/* it is parked */
	VMX_PARK_NO_ROOM, VMX_PARK_CROWDED, VMX_PARK_NEVER,	/* it is not */
};

void vmx_park_init(void);
struct vmx_area *vmx_park_take(unsigned int nr);
enum vmx_park_put vmx_park_put(struct vmx_area *area, unsigned long lazy_max);
bool vmx_park_has_batches(void);
bool vmx_park_is_full(unsigned long lazy_max);
bool vmx_park_would_help(unsigned long lazy_max);
bool vmx_park_is_crammed(unsigned long lazy_max);
bool vmx_park_flush_begins(void);
void vmx_park_flush_ends(void);
void vmx_park_close(bool closed);
bool vmx_park_is_empty(unsigned int cpu);
struct vmx_area *vmx_park_remove(unsigned int cpu, unsigned int nr, bool ready);
struct vmx_area *vmx_park_remove_batch(unsigned int nr, bool idle);
void vmx_park_add_puts(struct vmx_park_stats *stats);
void vmx_park_add_takes(struct vmx_park_stats *stats);

/* The bytes of the batches that wait for the next flush. */
extern atomic_long_t vmx_park_waiting_bytes;

static inline unsigned long vmx_park_waiting(void)
{
	return atomic_long_read(&vmx_park_waiting_bytes);
}

#endif /* _VMX_AREA_PARK_H */
