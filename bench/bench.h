/* SPDX-License-Identifier: GPL-2.0 */
/*
 * What the files of vmx_bench.ko share
 *
 *	main.c -> pairs.c, crowd.c, race.c, shatter.c, checkerboard.c
 *		    -> plug.c, freelists.c, allocators.c, clock.c
 *
 * main.c reads a command, the five carry it out, allocators.c knows what there
 * is to be measured, freelists.c makes free memory the same each time, plug.c
 * makes addresses scarce, clock.c counts instructions.
 */
#ifndef _VMX_BENCH_H
#define _VMX_BENCH_H

#include <linux/types.h>

/**
 * struct bench_allocator - one side of the comparison
 * @name: as in the table
 * @one_at_a_time: can't hold two allocations
 * @prepare: gets ready for allocations of so many pages; may be NULL
 * @alloc: gives an address or a handle; NULL when there is no memory
 * @try_alloc: the same, without a complaint in the log; may be NULL
 * @free: takes it back; the number of pages is what it was
 * @purge: makes up for what @free put off; may be NULL
 */
struct bench_allocator {
	const char	*name;
	bool		one_at_a_time;
	int		(*prepare)(unsigned int nr);
	void		*(*alloc)(unsigned int nr);
	void		*(*try_alloc)(unsigned int nr);
	void		(*free)(void *p, unsigned int nr);
	void		(*purge)(void);
};

/* What repeated measurements came to; a single figure stands in all three. */
struct bench_result {
	u64	min;
	u64	median;
	u64	max;
};

/* A command: an allocator, a number of pages, and one more number. */
typedef int bench_command(const struct bench_allocator *a, unsigned int nr,
			  unsigned int n, struct bench_result *result);

/* clock.c */
u64 bench_clock(void);
bench_command bench_clock_check;

/* allocators.c */
int bench_allocators_init(void);
void bench_allocators_exit(void);
const struct bench_allocator *bench_find(const char *name);

/* freelists.c */
void bench_freelists_hold(void);
void bench_freelists_release(void);
bench_command bench_drain;

/* pairs.c */
bench_command bench_pairs;
bench_command bench_singles;
bench_command bench_in_order;
bench_command bench_at_random;
bench_command bench_mixed;
bench_command bench_profile;

/* crowd.c */
int bench_crowd_init(void);
void bench_crowd_exit(void);
bench_command bench_hold;
bench_command bench_thin;
bench_command bench_drop;
bench_command bench_full;

/* plug.c */
int bench_plug(const struct bench_allocator *a, unsigned long size);
void bench_unplug(void);

/* checkerboard.c */
bench_command bench_checkerboard;

/* shatter.c */
void bench_shatter_exit(void);
bench_command bench_shatter;
bench_command bench_mend;

/* race.c */
bench_command bench_race;

#endif /* _VMX_BENCH_H */
