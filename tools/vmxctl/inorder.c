// SPDX-License-Identifier: GPL-2.0
/*
 * Put what happened on several CPUs in the order of its time.
 */
#include <string.h>

#include "inorder.h"
#include "vmxctl.h"

void inorder_add(struct inorder *inorder, const struct happening *happening)
{
	if (inorder->nr == inorder->room) {
		inorder->room = inorder->room ? 2 * inorder->room : 256;
		inorder->list = resize(inorder->list, inorder->room * sizeof(*inorder->list));
	}
	inorder->list[inorder->nr] = *happening;
	inorder->list[inorder->nr++].number = inorder->found++;
}

static int by_time(const void *one, const void *other)
{
	const struct happening *a = one, *b = other;

	if (a->time != b->time)
		return a->time < b->time ? -1 : 1;
	return a->number < b->number ? -1 : a->number > b->number;
}

void inorder_look(struct inorder *inorder, bool last, void (*take)(const struct happening *one))
{
	uint64_t newest = last ? UINT64_MAX : inorder->newest;
	size_t nr = 0;

	if (!inorder->nr)
		return;
	qsort(inorder->list, inorder->nr, sizeof(*inorder->list), by_time);
	inorder->newest = inorder->list[inorder->nr - 1].time;
	while (nr < inorder->nr && inorder->list[nr].time <= newest)
		take(&inorder->list[nr++]);
	inorder->nr -= nr;
	memmove(inorder->list, &inorder->list[nr], inorder->nr * sizeof(*inorder->list));
}

void inorder_free(struct inorder *inorder)
{
	free(inorder->list);
	*inorder = (struct inorder){ 0 };
}
