/* SPDX-License-Identifier: GPL-2.0 */
/*
 * Declarations that the files of vmx_bench.ko share
 *
 *	main.c -> pairs.c, crowd.c, race.c, shatter.c, checkerboard.c
 *		    -> plug.c, freelists.c, allocators.c, clock.c
 *
 * main.c reads a command, and one of the five files after it carries it out.
 * allocators.c has the allocators, freelists.c brings the free lists into a
 * known state, plug.c makes addresses scarce, and clock.c counts instructions.
 * objects.c names locks.  machine.h has what depends on the machine.
 *
 * main.c runs one command at a time, under bench_mutex, so the other files do
 * not protect their data.
 */
#ifndef _VMX_BENCH_H
#define _VMX_BENCH_H

#include <linux/types.h>

/**
 * struct bench_allocator - an allocator to measure
 * @name: its name in commands
 * @one_at_a_time: cannot hold two allocations
 * @prepare: prepares for allocations of @nr pages; may be NULL
 * @alloc: returns an address or a handle, or NULL if there is no memory
 * @try_alloc: the same, without a warning in the log; may be NULL
 * @free: frees an allocation of @nr pages
 * @find: returns the descriptor of the area that an address lies in; may be NULL
 * @to_page: returns the frame that an address reaches; may be NULL
 * @purge: does the work that @free has deferred; may be NULL
 * @finish: undoes @prepare; may be NULL
 */
struct bench_allocator {
	const char	*name;
	bool		one_at_a_time;
	int		(*prepare)(unsigned int nr);
	void		*(*alloc)(unsigned int nr);
	void		*(*try_alloc)(unsigned int nr);
	void		(*free)(void *p, unsigned int nr);
	void		*(*find)(const void *addr);
	void		*(*to_page)(const void *addr);
	void		(*purge)(void);
	void		(*finish)(void);
};

/* The result of repeated measurements.  A single figure is in all three. */
struct bench_result {
	u64	min;
	u64	median;
	u64	max;
};

/* A command has an allocator, a number of pages, and one more number. */
typedef int bench_command(const struct bench_allocator *a, unsigned int nr,
			  unsigned int n, struct bench_result *result);

/* clock.c */
void bench_clock_init(void);
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

/* objects.c */
void bench_objects_init(void);
void bench_objects_exit(void);

/* pairs.c */
bench_command bench_pairs;
bench_command bench_singles;
bench_command bench_in_order;
bench_command bench_at_random;
bench_command bench_hand_off;
bench_command bench_mixed;
bench_command bench_profile;
bench_command bench_locks;

/* crowd.c */
int bench_crowd_init(void);
void bench_crowd_exit(void);
bench_command bench_hold;
bench_command bench_thin;
bench_command bench_drop;
bench_command bench_full;
bench_command bench_find_each;
bench_command bench_to_page;

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
bench_command bench_race_alone;
bench_command bench_race_crowds;
bench_command bench_race_mixed;

#endif /* _VMX_BENCH_H */
