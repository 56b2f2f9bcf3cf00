// SPDX-License-Identifier: GPL-2.0
/*
 * Play recorded requests in the slice of vmx.
 */
#include <errno.h>
#include <fcntl.h>
#include <inttypes.h>
#include <stdio.h>
#include <string.h>
#include <time.h>
#include <unistd.h>

#include "lexer.h"
#include "play.h"
#include "readings.h"
#include "source.h"
#include "vmxctl.h"
#include "write.h"

struct player {
	struct play *play;
	const struct operations *operations;
	const char *fit;
	int alloc, free;	/* open files */
};

static uint64_t now(void)
{
	struct timespec time;

	clock_gettime(CLOCK_MONOTONIC, &time);
	return time.tv_sec * 1000000000ull + time.tv_nsec;
}

static bool is_refusal(int error)
{
	return error == ENOSPC || error == ENOMEM || error == E2BIG;
}

/*
 * Make one area. Returns an exit code; *id is 0 if vmx had no room for it. vmx takes the
 * next write only when the answer was read to its end.
 */
static int make(struct player *player, const struct operation *request, uint64_t *id)
{
	char text[128];
	const char *answer = text;
	ssize_t got;

	*id = 0;
	snprintf(text, sizeof(text), "%" PRIu64 " align=%" PRIu64 "%s%s", request->size,
		 request->align, player->fit ? " fit=" : "", player->fit ? player->fit : "");
	if (write(player->alloc, text, strlen(text)) < 0)
		return is_refusal(errno) ? DONE : write_refused(errno, "alloc");
	got = read(player->alloc, text, sizeof(text) - 1);
	if (got < 0)
		return fail_errno(errno, "alloc");
	text[got] = 0;
	if (!lex_number(&answer, 10, id) || !*id || read(player->alloc, text + got, 1) > 0)
		return fail(NOTHING, _("%s has a form that this vmxctl does not know: take the "
				       "one of the same version as the module"), "alloc");
	return DONE;
}

static int release(struct player *player, uint64_t id)
{
	char text[32];

	snprintf(text, sizeof(text), "%" PRIu64, id);
	return write(player->free, text, strlen(text)) < 0 ? write_refused(errno, "free") : DONE;
}

static int step(struct player *player, size_t number)
{
	const struct operation *operation = &player->operations->list[number];
	struct play *play = player->play;
	uint64_t id, *of;
	int code;

	switch (operation->kind) {
	case REQUEST:
		code = make(player, operation, &play->ids[number]);
		if (!code && play->ids[number])
			play->allocated++;
		else if (!code)
			play->refused++;
		return code;
	case FAILED_REQUEST:
		/* Its caller got nothing, so nothing stays. */
		code = make(player, operation, &id);
		if (code)
			return code;
		play->failed++;
		if (!id)
			return DONE;
		play->fitted++;
		return release(player, id);
	default:
		of = &play->ids[operation->request];
		if (!*of)
			return DONE;
		code = release(player, *of);
		*of = 0;
		play->freed++;
		return code;
	}
}

static int take_sample(struct play *play, size_t operations)
{
	struct holes holes;
	int code = read_holes(NULL, &holes);

	if (!code)
		play->samples[play->nr_samples++] = (struct sample){
			operations, holes.count, holes.total, holes.largest, holes.fragmentation,
		};
	holes_free(&holes);
	return code;
}

int play(struct play *play, const struct operations *operations, const char *fit)
{
	struct player player = { play, operations, fit, -1, -1 };
	bool progress = isatty(STDERR_FILENO);
	uint64_t begun;
	int code = DONE;

	*play = (struct play){ .ids = allocate(operations->count * sizeof(*play->ids)) };
	memset(play->ids, 0, operations->count * sizeof(*play->ids));
	player.alloc = source_descriptor("alloc", O_RDWR, &code);
	if (player.alloc >= 0)
		player.free = source_descriptor("free", O_WRONLY, &code);
	for (size_t i = 0; !code && i < operations->count; i++) {
		begun = now();
		code = step(&player, i);
		play->ns += now() - begun;
		/* After each operation, or SAMPLES times; the last one is the end. */
		if (code || (i + 1) * SAMPLES / operations->count == i * SAMPLES / operations->count)
			continue;
		code = take_sample(play, i + 1);
		if (progress)
			fprintf(stderr, "\r%s %zu%% ", fit ? fit : "",
				(i + 1) * 100 / operations->count);
	}
	if (progress)
		fputs("\r               \r", stderr);
	if (player.alloc >= 0)
		close(player.alloc);
	if (player.free >= 0)
		close(player.free);
	return code;
}

int play_undo(struct play *play, const struct operations *operations)
{
	struct player player = { .play = play };
	int code = DONE, purge;

	player.free = source_descriptor("free", O_WRONLY, &code);
	if (player.free < 0)
		return code;
	for (size_t i = 0; !code && i < operations->count; i++) {
		if (play->ids[i])
			code = release(&player, play->ids[i]);
	}
	close(player.free);
	if (code)
		return code;
	purge = source_descriptor("purge", O_WRONLY, &code);
	if (purge < 0)
		return code;
	if (write(purge, "1", 1) < 0)
		code = write_refused(errno, "purge");
	close(purge);
	return code;
}

void play_free(struct play *play)
{
	free(play->ids);
	play->ids = NULL;
}
