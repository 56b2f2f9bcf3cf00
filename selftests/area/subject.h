/* SPDX-License-Identifier: GPL-2.0 */
/* vmx_area.c, and what a test may see of its inside */
#ifndef _SUBJECT_H
#define _SUBJECT_H

#include "vmx_area.h"

/* The range behind @range, or the first one; NULL behind the last. */
struct vmx_area *subject_next(struct vmx_area *range);

/* The range that an address lies in, whatever its state; NULL: a hole. */
struct vmx_area *subject_range(unsigned long addr);

/* Descriptors that are kept for the next areas, and giving them back. */
size_t subject_spares(void);
void subject_drop_spares(void);

/* Fails when ring and trees are not as they must be, though not yet told all. */
void subject_check_holes(void);

/* Fails when these, list, quarantine and index are not. */
void subject_check(void);

#endif
