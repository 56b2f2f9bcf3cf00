// SPDX-License-Identifier: GPL-2.0
/*
 * What happens on two CPUs while a look reads one buffer after the other is put in order.
 */
#include <assert.h>
#include <stdlib.h>

#include "inorder.h"
#include "vmxctl.h"

#define EVENTS 10000

static uint64_t last_time, last_addr;
static size_t taken;

void *resize(void *memory, size_t bytes)
{
	memory = realloc(memory, bytes);
	assert(memory);
	return memory;
}

static void take(const struct happening *one)
{
	assert(one->time >= last_time);
	/* What has the same time stays in the order of its CPU. */
	assert(one->time > last_time || one->addr > last_addr);
	last_time = one->time;
	last_addr = one->addr;
	taken++;
}

/* One on each CPU in turn, but of each six events the last two at one time on the first CPU. */
static void read_cpu(struct inorder *inorder, size_t cpu, size_t from, size_t to)
{
	for (size_t i = from; i < to; i++) {
		struct happening one = { .time = i % 6 == 5 ? i - 1 : i, .addr = i + 1 };

		if ((i % 6 < 4 ? i % 2 : 0) == cpu)
			inorder_add(inorder, &one);
	}
}

int main(void)
{
	struct inorder inorder = { 0 };
	size_t read[2] = { 0, 0 };

	/* The second buffer is read when seven more have happened. */
	for (size_t now = 10; now + 7 < EVENTS; now += 10) {
		read_cpu(&inorder, 0, read[0], now);
		read_cpu(&inorder, 1, read[1], now + 7);
		read[0] = now;
		read[1] = now + 7;
		inorder_look(&inorder, false, take);
		/* It waits for no more than one look. */
		assert(taken + 17 >= now - 10);
	}
	read_cpu(&inorder, 0, read[0], EVENTS);
	read_cpu(&inorder, 1, read[1], EVENTS);
	inorder_look(&inorder, true, take);
	assert(taken == EVENTS);
	inorder_free(&inorder);
	return 0;
}
