/* SPDX-License-Identifier: GPL-2.0 */
/* vmx_area.c, and functions that show and check its internal structures */
#ifndef _SUBJECT_H
#define _SUBJECT_H

#include "vmx_area.h"

/* Return the range behind @range (NULL: the first one), or NULL at the end. */
struct vmx_area *subject_next(struct vmx_area *range);

/* Return the range with this address, in any state, or NULL for a hole. */
struct vmx_area *subject_range(unsigned long addr);

/* Does this quarantined range wait for a flush that has not begun? */
bool subject_waits(const struct vmx_area *range);

/* Count the holes. */
size_t subject_holes(void);

/* Call purge_could_help() of vmx_area.c. */
bool subject_purge_could_help(unsigned long size, unsigned long align,
			      unsigned long start, unsigned long end);

/* Is the area that starts at this address parked? */
bool subject_is_parked(unsigned long addr);

/* Is a parked area of @nr pages ready? Would a purge flush for what is parked? */
bool subject_is_ready(unsigned int nr);
bool subject_would_flush(bool asked_for);

/* Count the bytes of the batches whose flush has begun. */
unsigned long subject_flushing(void);

/* Count the spare descriptors; is there one for an area of this length? Free them. */
size_t subject_spares(void);
bool subject_has_spare(unsigned long size);
void subject_drop_spares(void);

/* Fail if the ring or a tree is wrong, apart from pending updates. */
void subject_check_holes(void);

/* Fail if these, list, quarantine, index or spares are wrong. */
void subject_check(void);

#endif
