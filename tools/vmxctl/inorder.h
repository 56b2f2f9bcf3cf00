/* SPDX-License-Identifier: GPL-2.0 */
/*
 * Put what happened on several CPUs in the order of its time.
 *
 * A look reads one CPU's buffer after the other. What happens on the first one meanwhile is
 * older than what is then read of the last one, but only the next look finds it. So what a
 * look has found waits until the next one has ended.
 */
#ifndef VMXCTL_INORDER_H
#define VMXCTL_INORDER_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

enum what { HAS_BEGUN, HAS_ALLOCATED, HAS_FAILED, HAS_FREED };

struct happening {
	uint64_t time;
	uint64_t pid, addr, size, align;
	uint64_t first, end;	/* where the area had to lie, if that is told */
	enum what what;
	size_t number;		/* for inorder.c: of two of the same time, which was found first */
};

struct inorder {
	struct happening *list;
	size_t nr, room, found;
	uint64_t newest;	/* of the looks that have ended */
};

/* Add what a look has found. */
void inorder_add(struct inorder *inorder, const struct happening *happening);

/*
 * A look has ended: call @take for all that no later look can find something older than; at
 * the @last one, for everything.
 */
void inorder_look(struct inorder *inorder, bool last, void (*take)(const struct happening *one));

void inorder_free(struct inorder *inorder);

#endif
