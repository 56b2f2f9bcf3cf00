// SPDX-License-Identifier: GPL-2.0
/*
 * Play recorded requests in the slice of vmx.
 */
#include <errno.h>
#include <fcntl.h>
#include <inttypes.h>
#include <signal.h>
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

/* The signals that wait until the play is over, and the mask from before. */
static sigset_t waiting, mask;

void play_block_signals(void)
{
	static const int ending[] = { SIGINT, SIGTERM, SIGHUP, SIGQUIT, SIGPIPE };
	struct sigaction action;

	sigemptyset(&waiting);
	for (size_t i = 0; i < ARRAY_SIZE(ending); i++) {
		/* What is ignored, by nohup for example, stays so. */
		if (!sigaction(ending[i], NULL, &action) && action.sa_handler != SIG_IGN)
			sigaddset(&waiting, ending[i]);
	}
	sigprocmask(SIG_BLOCK, &waiting, &mask);
}

void play_unblock_signals(void)
{
	sigprocmask(SIG_SETMASK, &mask, NULL);
}

static bool is_stopped(void)
{
	sigset_t pending;

	sigpending(&pending);
	sigandset(&pending, &pending, &waiting);
	return !sigisemptyset(&pending);
}

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
		return is_refusal(errno) ? DONE : write_refused(errno, "alloc", NOTHING);
	got = read(player->alloc, text, sizeof(text) - 1);
	if (got < 0)
		return fail_errno(errno, "alloc");
	text[got] = 0;
	if (!lex_number(&answer, 10, id) || !*id || read(player->alloc, text + got, 1) > 0)
		return fail(NOTHING, _("%s has a form that this vmxctl does not know: take the "
				       "one of the same version as the module"), "alloc");
	return DONE;
}

/* Free it. Returns 0, or -1 with errno. */
static int try_release(struct player *player, uint64_t id)
{
	char text[32];

	snprintf(text, sizeof(text), "%" PRIu64, id);
	return write(player->free, text, strlen(text)) < 0 ? -1 : 0;
}

static int release(struct player *player, uint64_t id)
{
	return try_release(player, id) ? write_refused(errno, "free", NOTHING) : DONE;
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
		code = release(player, id);
		if (code)
			play->ids[number] = id;
		return code;
	default:
		of = &play->ids[operation->request];
		if (!*of)
			return DONE;
		code = release(player, *of);
		if (code)
			return code;
		*of = 0;
		play->freed++;
		return DONE;
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
	for (size_t i = 0; !code && !is_stopped() && i < operations->count; i++) {
		begun = now();
		code = step(&player, i);
		play->ns += now() - begun;
		/* After each operation, or SAMPLES times; the last one is the end. */
		if (code ||
		    (i + 1) * SAMPLES / operations->count == i * SAMPLES / operations->count)
			continue;
		code = take_sample(play, i + 1);
		if (progress)
			fprintf(stderr, "\r%s %zu%% ", fit ? fit : "",
				(i + 1) * 100 / operations->count);
	}
	/* It may have come in the last step. */
	if (!code && is_stopped())
		code = NOTHING;
	if (progress)
		fputs("\r               \r", stderr);
	if (player.alloc >= 0)
		close(player.alloc);
	if (player.free >= 0)
		close(player.free);
	return code;
}

int play_purge(void)
{
	int code = DONE, purge = source_descriptor("purge", O_WRONLY, &code);

	if (purge < 0)
		return code;
	if (write(purge, "1", 1) < 0)
		code = write_refused(errno, "purge", NOTHING);
	close(purge);
	return code;
}

int play_undo(struct play *play, const struct operations *operations)
{
	struct player player = { .play = play };
	int code = DONE, purged;

	if (!play->allocated && !play->fitted)
		return DONE;
	player.free = source_descriptor("free", O_WRONLY, &code);
	if (player.free < 0)
		return code;
	for (size_t i = 0; i < operations->count; i++) {
		if (!play->ids[i] || !try_release(&player, play->ids[i]))
			continue;
		/* Somebody else may have freed it; one that stays is told once. */
		if (errno != ENOENT && !code)
			code = write_refused(errno, "free", NOTHING);
	}
	close(player.free);
	purged = play_purge();
	return code ? code : purged;
}

void play_free(struct play *play)
{
	free(play->ids);
	play->ids = NULL;
}
