/* SPDX-License-Identifier: GPL-2.0 */
/*
 * The depot: full magazines that wait for any CPU of their node
 *
 * alloc/depot.c explains it. Only alloc/magazine.c uses it.
 */
#ifndef _VMX_DEPOT_H
#define _VMX_DEPOT_H

#include <linux/types.h>

#include "vmx_area.h"

#define VMX_MAGAZINE_PAGES 64	/* pages of the largest area that is cached */

/* By pages of an area: the areas in a full magazine. Constant while vmx is loaded. */
extern unsigned char vmx_magazine_rounds[VMX_MAGAZINE_PAGES + 1];

struct vmx_depot_stats {
	unsigned long	areas;		/* in the depot now */
	unsigned long	pages;		/* of these */
	unsigned long	given;		/* magazines that came in since loading */
	unsigned long	taken;		/* ... and that CPUs have taken */
};

int vmx_depot_init(unsigned int room);
void vmx_depot_exit(void);
void vmx_depot_set_limit(unsigned long pages);
void vmx_depot_close(bool closed);
bool vmx_depot_give(int nid, unsigned int nr, struct vmx_area *top);
struct vmx_area *vmx_depot_take(int nid, unsigned int nr);
struct vmx_area *vmx_depot_remove(int nid, unsigned int nr);
unsigned long vmx_depot_pages(void);
void vmx_depot_stats(struct vmx_depot_stats *stats);

#endif /* _VMX_DEPOT_H */
