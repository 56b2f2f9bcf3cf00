// SPDX-License-Identifier: GPL-2.0
/*
 * scale: simulate how allocators that were measured on one CPU do on many
 *
 * usage: scale [-m MOVE] [-c CPUS] CASE=FILE...
 *
 * scripts/lib/locks.awk has written each FILE: the sections under locks that
 * other CPUs may want, in a batch of pairs.  Each simulated CPU repeats the
 * batch, each from another place in it.  docs/scale.md has the assumptions.
 *
 * The unit of time is that of one instruction.  Between sections a CPU runs for
 * as long as the batch says, more or less by up to a half, at random.  A lock is
 * taken in the order of arrival.  If another CPU was the last to have it, the
 * section is longer by MOVE for each cache line that it touches.
 *
 * Prints, for 1, 2, 4 ... CPUS CPUs, each case's time for a pair on each CPU,
 * and that divided by the first case's.
 */
#include <err.h>
#include <stdbool.h>
#include <stdint.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

#define CPUS_MAX	256
#define NODES_MAX	128	/* as in the kernel's mm/vmalloc.c */
#define LOCKS_MAX	64
#define SECTIONS_MIN	20000	/* that each CPU passes */

enum scope { GLOBAL, NODE, ANY };

struct section {
	double		gap;		/* instructions since the section before */
	double		inside;
	unsigned int	lines;
	unsigned int	lock;
};

/* The locks of one name and scope. */
struct lock {
	char		name[64];
	enum scope	scope;
	struct {
		double		free_at;
		int		last;	/* the CPU that had it last, or -1 */
	} copy[NODES_MAX];
};

struct batch {
	const char	*name;
	uint64_t	pairs;
	uint64_t	instructions;
	size_t		nr;
	struct section	*section;
	double		tail;		/* instructions after the last section */
	struct lock	lock[LOCKS_MAX];
	unsigned int	nr_locks;
};

struct cpu {
	double		time;		/* when it wants its next lock */
	size_t		next;
	size_t		left;
};

static struct cpu cpus[CPUS_MAX];
static unsigned int heap[CPUS_MAX], nr_heap;	/* CPUs; the earliest is the first */
static uint64_t seed;

/* The same numbers in every run. */
static unsigned int random_below(unsigned int n)
{
	seed ^= seed << 13;
	seed ^= seed >> 7;
	seed ^= seed << 17;
	return (seed >> 32) % n;
}

/* Ties are broken by number, so that the result depends on nothing else. */
static bool is_earlier(unsigned int a, unsigned int b)
{
	return cpus[a].time != cpus[b].time ? cpus[a].time < cpus[b].time : a < b;
}

/* Let the first of the heap sink to its place. */
static void sift(void)
{
	unsigned int i = 0, child, cpu = heap[0];

	while ((child = 2 * i + 1) < nr_heap) {
		if (child + 1 < nr_heap && is_earlier(heap[child + 1], heap[child]))
			child++;
		if (!is_earlier(heap[child], cpu))
			break;
		heap[i] = heap[child];
		i = child;
	}
	heap[i] = cpu;
}

static void push(unsigned int cpu)
{
	unsigned int i = nr_heap++;

	for (; i && is_earlier(cpu, heap[(i - 1) / 2]); i = (i - 1) / 2)
		heap[i] = heap[(i - 1) / 2];
	heap[i] = cpu;
}

static unsigned int find_lock(struct batch *batch, const char *scope, const char *name)
{
	enum scope s = !strcmp(scope, "node") ? NODE : !strcmp(scope, "any") ? ANY : GLOBAL;
	unsigned int i;

	for (i = 0; i < batch->nr_locks; i++) {
		if (batch->lock[i].scope == s && !strcmp(batch->lock[i].name, name))
			return i;
	}
	if (i == LOCKS_MAX)
		errx(1, "%s: too many locks", batch->name);
	snprintf(batch->lock[i].name, sizeof(batch->lock[i].name), "%s", name);
	batch->lock[i].scope = s;
	return batch->nr_locks++;
}

static void read_batch(struct batch *batch, const char *path)
{
	FILE *f = fopen(path, "r");
	uint64_t start, inside, at = 0, held = 0;
	double scale;
	char scope[16], name[64];
	unsigned int lines;
	size_t room = 0;
	int n;

	if (!f)
		err(1, "%s", path);
	n = fscanf(f, "pairs %lu\ninstructions %lu\n", &batch->pairs,
		   &batch->instructions);
	if (n != 2 || !batch->pairs)
		errx(1, "%s: not from locks.awk", path);
	while (fscanf(f, "%lu %15s %63s %lu %u\n", &start, scope, name, &inside,
		      &lines) == 5) {
		struct section *s;

		if (batch->nr == room) {
			room = room ? 2 * room : 1024;
			batch->section = realloc(batch->section, room * sizeof(*s));
			if (!batch->section)
				err(1, NULL);
		}
		s = &batch->section[batch->nr++];
		/* One lock inside another: as if it came after it. */
		s->gap = start > at ? start - at : 0;
		s->inside = inside;
		s->lines = lines;
		s->lock = find_lock(batch, scope, name);
		at = start > at ? start + inside : at + inside;
		held += inside;
	}
	if (!feof(f))
		errx(1, "%s: not from locks.awk", path);
	fclose(f);
	if (batch->instructions < held)
		errx(1, "%s: more instructions under locks than in all", path);
	/* The instructions are without the loop's; the times between sections are not. */
	batch->tail = batch->instructions > at ? batch->instructions - at : 0;
	scale = at - held + batch->tail;
	scale = scale ? (batch->instructions - held) / scale : 0;
	for (size_t i = 0; i < batch->nr; i++)
		batch->section[i].gap *= scale;
	batch->tail *= scale;
}

/* In step with each other, CPUs would never meet, or always. */
static double vary(double gap, unsigned int nr_cpus)
{
	return nr_cpus > 1 ? gap * (512 + random_below(1024)) / 1024 : gap;
}

/* Take the lock, and release it; return when. */
static double pass(struct lock *lock, const struct section *s, unsigned int cpu,
		   unsigned int nr_cpus, unsigned int move)
{
	unsigned int nodes = nr_cpus < NODES_MAX ? nr_cpus : NODES_MAX, copy = 0;
	double time = cpus[cpu].time;

	if (lock->scope == NODE)
		copy = cpu % nodes;
	else if (lock->scope == ANY)
		copy = random_below(nodes);
	if (time < lock->copy[copy].free_at)
		time = lock->copy[copy].free_at;
	if (lock->copy[copy].last >= 0 && lock->copy[copy].last != (int)cpu)
		time += (double)move * s->lines;
	lock->copy[copy].last = cpu;
	lock->copy[copy].free_at = time + s->inside;
	return time + s->inside;
}

/* Return the time of a pair on each of that many CPUs. */
static double simulate(struct batch *batch, unsigned int nr_cpus, unsigned int move)
{
	size_t each, i;
	double time = 0, pairs;

	if (!batch->nr)
		return (double)batch->instructions / batch->pairs;
	/* All CPUs together pass the whole batch, and a short one several times. */
	if (batch->nr < SECTIONS_MIN)
		each = (SECTIONS_MIN / batch->nr + 1) * batch->nr;
	else
		each = batch->nr / nr_cpus > SECTIONS_MIN ? batch->nr / nr_cpus : SECTIONS_MIN;
	for (i = 0; i < batch->nr_locks; i++) {
		for (unsigned int n = 0; n < NODES_MAX; n++) {
			batch->lock[i].copy[n].free_at = 0;
			batch->lock[i].copy[n].last = -1;
		}
	}
	seed = 0x766d78;
	nr_heap = 0;
	for (i = 0; i < nr_cpus; i++) {
		cpus[i].next = batch->nr * i / nr_cpus;
		cpus[i].left = each;
		cpus[i].time = batch->section[cpus[i].next].gap;
		push(i);
	}
	while (nr_heap) {
		struct cpu *cpu = &cpus[heap[0]];
		const struct section *s = &batch->section[cpu->next];

		cpu->time = pass(&batch->lock[s->lock], s, heap[0], nr_cpus, move);
		if (++cpu->next == batch->nr) {
			cpu->next = 0;
			cpu->time += batch->tail;
		}
		if (--cpu->left)
			cpu->time += vary(batch->section[cpu->next].gap, nr_cpus);
		else
			heap[0] = heap[--nr_heap];
		sift();
	}
	for (i = 0; i < nr_cpus; i++)
		time += cpus[i].time;
	pairs = (double)batch->pairs * each / batch->nr;
	return time / nr_cpus / pairs;
}

static unsigned int parse_number(const char *text, unsigned int most)
{
	char *end;
	unsigned long n = strtoul(text, &end, 10);

	if (*end || end == text || n > most)
		errx(1, "%s is not a number up to %u", text, most);
	return n;
}

int main(int argc, char **argv)
{
	unsigned int move = 100, most = CPUS_MAX, nr, i, n;
	static struct batch batches[16];
	int option;

	while ((option = getopt(argc, argv, "m:c:")) != -1) {
		if (option == 'm')
			move = parse_number(optarg, 1000000);
		else if (option == 'c')
			most = parse_number(optarg, CPUS_MAX);
		else
			return 1;
	}
	nr = argc - optind;
	if (!nr || nr > 16)
		errx(1, "usage: scale [-m MOVE] [-c CPUS] CASE=FILE...");
	for (i = 0; i < nr; i++) {
		char *file = strchr(argv[optind + i], '=');

		if (!file)
			errx(1, "%s is not CASE=FILE", argv[optind + i]);
		*file++ = '\0';
		batches[i].name = argv[optind + i];
		read_batch(&batches[i], file);
	}
	printf("%5s", "CPUs");
	for (i = 0; i < nr; i++) {
		printf(" %14s", batches[i].name);
		if (i)
			printf(" %8s", "/first");
	}
	putchar('\n');
	for (n = 1; n <= most; n *= 2) {
		double first = 0;

		printf("%5u", n);
		for (i = 0; i < nr; i++) {
			double time = simulate(&batches[i], n, move);

			printf(" %14.0f", time);
			if (i)
				printf(" %8.3f", time / first);
			else
				first = time;
		}
		putchar('\n');
	}
	return 0;
}
