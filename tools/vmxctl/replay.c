// SPDX-License-Identifier: GPL-2.0
/*
 * vmxctl replay: play a record in the slice of vmx, by one fit or by all of them.
 */
#include <errno.h>
#include <fcntl.h>
#include <inttypes.h>
#include <stdio.h>
#include <string.h>
#include <unistd.h>

#include "json.h"
#include "options.h"
#include "picturefile.h"
#include "play.h"
#include "playpicture.h"
#include "vmxctl.h"

/* As the file fit of vmx names them. */
static const char *const fits[] = { "first", "best", "last", "next" };

struct replay {
	struct display display;
	struct pictures pictures;
	const char *path, *fit;
	bool all;
};

#define OPT_FIT 256

static const struct argp_option options[] = {
	{ "fit", OPT_FIT, "FIT", 0,
	  N_("which holes: first, best, last, next, or all of them one after another"), 0 },
	{ 0 }
};

static error_t parse(int key, char *argument, struct argp_state *state)
{
	struct replay *replay = state->input;

	switch (key) {
	case ARGP_KEY_INIT:
		state->child_inputs[0] = &replay->display;
		state->child_inputs[1] = &replay->pictures;
		return 0;
	case OPT_FIT:
		replay->fit = NULL;
		replay->all = !strcmp(argument, "all");
		for (size_t i = 0; i < ARRAY_SIZE(fits); i++) {
			if (!strcmp(argument, fits[i]))
				replay->fit = fits[i];
		}
		if (!replay->fit && !replay->all)
			usage_error(state, _("--fit takes first, best, last, next or all"));
		return 0;
	case ARGP_KEY_ARG:
		if (replay->path)
			usage_error(state, _("one file only"));
		replay->path = argument;
		return 0;
	case ARGP_KEY_NO_ARGS:
		usage_error(state, _("a file is missing; - is stdin"));
		return 0;
	case ARGP_KEY_SUCCESS:
		if (!replay->display.look.top)
			usage_error(state, _("--top 0 leaves nothing to show"));
		if (json_wanted && replay->pictures.picture && !strcmp(replay->pictures.path, "-"))
			usage_error(state, _("--json and a picture cannot both go to stdout"));
		return 0;
	default:
		return ARGP_ERR_UNKNOWN;
	}
}

static const struct argp_child children[] = {
	{ &display_argp, 0, NULL, 0 }, { &pictures_argp, 0, NULL, 0 }, { 0 },
};

static const struct argp replay_argp = {
	.options = options,
	.parser = parse,
	.children = children,
	.args_doc = N_("FILE"),
	.doc = N_(
		"Play in the slice of the module vmx what vmxctl record, a tracer or a "
		"/proc/vmallocinfo has recorded. What FILE (- is stdin) does not free stays, to be "
		"looked at; with --fit all, or after Ctrl-C, nothing stays. Requests that failed in "
		"the record are tried, and freed at once.\v"
		"Examples:\n"
		"  vmxctl replay minute.vmalloc; vmxctl map\n"
		"  vmxctl replay minute.vmalloc --fit all --svg fits.svg\n"
		"  vmxctl replay /proc/vmallocinfo --fit best\n"),
};

static int read_file(const char *path, struct operations *operations)
{
	enum operations_result result;
	struct reader reader;
	int fd = strcmp(path, "-") ? open(path, O_RDONLY | O_CLOEXEC) : STDIN_FILENO;

	if (fd < 0)
		return fail_errno(errno, path);
	reader_open(&reader, fd);
	result = operations_read(operations, &reader);
	if (fd != STDIN_FILENO)
		close(fd);
	reader_close(&reader);
	if (reader.error)
		return fail_errno(reader.error, path);
	switch (result) {
	case OPERATIONS_UNKNOWN:
		return fail(NOTHING, _("%s is no record, no trace of vmalloc and no "
				       "/proc/vmallocinfo"), path);
	case OPERATIONS_VERSION:
		return fail(NOTHING, _("%s is a record of a later vmxctl"), path);
	case OPERATIONS_BAD_LINE:
		return fail(NOTHING, _("%s: line %zu is not of a record"), path, operations->line);
	default:
		break;
	}
	if (operations->bad)
		note(_("%s: %zu lines could not be read"), path, operations->bad);
	if (operations->unordered)
		note(_("%s hides its addresses: the order is that of its lines"), path);
	if (!operations->count)
		return fail(NOTHING, _("%s has no request"), path);
	return DONE;
}

static const struct column columns[] = {
	{ "fit", N_("FIT"), TEXT },
	{ "allocated", N_("ALLOCATED"), COUNT },
	{ "refused", N_("REFUSED"), COUNT },
	{ "freed", N_("FREED"), COUNT },
	{ "failed", N_("FAILED THERE"), COUNT },
	{ "fitted", N_("FIT HERE"), COUNT },
	{ "holes", N_("HOLES"), COUNT },
	{ "largest", N_("LARGEST"), BYTES },
	{ "fragmentation", N_("FRAGMENTATION"), TEXT },
};

static const struct sample *last_sample(const struct play *play)
{
	return &play->samples[play->nr_samples - 1];
}

static void add_row(struct table *table, const char *fit, const struct play *play, char text[16])
{
	union cell *cells = table_row(table);

	snprintf(text, 16, "%.3f", last_sample(play)->fragmentation);
	cells[0].text = fit ? fit : "-";	/* whatever the file fit says */
	cells[1].number = play->allocated;
	cells[2].number = play->refused;
	cells[3].number = play->freed;
	cells[4].number = play->failed;
	cells[5].number = play->fitted;
	cells[6].number = last_sample(play)->holes;
	cells[7].number = last_sample(play)->largest;
	cells[8].text = text;
}

/* A line for each fit: how the fragmentation went, from 0 to the most of all. */
static void print_curves(const char *const *names, const struct play *plays, size_t nr,
			 const struct terminal *terminal)
{
	static const char *const steps[] = {
		"▁", "▂", "▃", "▄", "▅", "▆", "▇", "█",
	};
	static const char plain[] = "_.-=+*%#";
	double most = plays_most(plays, nr);
	size_t every = 1;

	printf(_("\nfragmentation over time; the highest is %.3f\n"), most);
	/* A terminal that is too narrow shows every second or third sample. */
	if (terminal->width && terminal->width < SAMPLES + 7)
		every = (SAMPLES + terminal->width - 8) / (terminal->width - 7);
	for (size_t i = 0; i < nr; i++) {
		printf("%-6s ", names[i] ? names[i] : "-");
		for (size_t j = every - 1; j < plays[i].nr_samples; j += every) {
			double part = most ? plays[i].samples[j].fragmentation / most : 0;
			size_t level = part * 7 + 0.5;

			if (terminal->utf8)
				fputs(steps[level], stdout);
			else
				putchar(plain[level]);
		}
		putchar('\n');
	}
}

static void print_json(const char *path, const char *const *names, const struct play *plays,
		       size_t nr)
{
#ifdef HAVE_JANSSON
	json_t *list = json_array();

	for (size_t i = 0; i < nr; i++) {
		const struct play *play = &plays[i];
		json_t *samples = json_array();

		for (size_t j = 0; j < play->nr_samples; j++) {
			const struct sample *sample = &play->samples[j];

			json_array_append_new(samples, json_pack(
				"{s:I,s:I,s:o,s:o,s:f}", "operations",
				(json_int_t)sample->operations, "holes", (json_int_t)sample->holes,
				"total", json_number(sample->total), "largest",
				json_number(sample->largest), "fragmentation",
				sample->fragmentation));
		}
		json_array_append_new(list, json_pack(
			"{s:s?,s:o,s:o,s:o,s:o,s:o,s:o,s:o}", "fit", names[i],
			"allocated", json_number(play->allocated),
			"refused", json_number(play->refused), "freed", json_number(play->freed),
			"failed", json_number(play->failed), "fitted", json_number(play->fitted),
			"ns", json_number(play->ns), "samples", samples));
	}
	json_put(json_pack("{s:o,s:o}", "file", json_text(path), "plays", list));
	putchar('\n');
#else
	(void)path;
	(void)names;
	(void)plays;
	(void)nr;
#endif
}

static int show(struct replay *replay, const char *const *names, const struct play *plays,
		size_t nr)
{
	struct table table = { .columns = columns, .nr_columns = ARRAY_SIZE(columns) };
	char texts[ARRAY_SIZE(fits)][16];
	struct terminal terminal = display_terminal(&replay->display);
	int code = DONE, shown;

	if (replay->pictures.picture) {
		code = plays_picture(names, plays, nr, replay->pictures.picture,
				     replay->pictures.path);
		/* Without the picture, the table at least; an error is all of the JSON. */
		if (json_wanted ? code : !code)
			return code;
	}
	if (json_wanted) {
		print_json(replay->path, names, plays, nr);
		return DONE;
	}
	for (size_t i = 0; i < nr; i++)
		add_row(&table, names[i], &plays[i], texts[i]);
	shown = display_table(&replay->display, &table);
	print_curves(names, plays, nr, &terminal);
	table_free(&table);
	return code ? code : shown;
}

int run_replay(int argc, char **argv)
{
	struct replay replay = { .display = DISPLAY_DEFAULTS };
	struct operations operations = { 0 };
	struct play plays[ARRAY_SIZE(fits)] = { 0 };
	const char *const *names;
	size_t nr, done;
	int code;

	argp_parse(&replay_argp, argc, argv, 0, NULL, &replay);
	names = replay.all ? fits : &replay.fit;
	nr = replay.all ? ARRAY_SIZE(fits) : 1;
	code = display_check(&replay.display, columns, ARRAY_SIZE(columns));
	if (!code)
		code = picture_possible(replay.pictures.picture);
	if (!code)
		code = read_file(replay.path, &operations);
	/* Each begins with the same holes, and after the last nothing stays. */
	if (!code && replay.all)
		code = play_purge();
	play_block_signals();
	for (done = 0; !code && done < nr; done++) {
		code = play(&plays[done], &operations, names[done]);
		if (replay.all || code) {
			int undone = play_undo(&plays[done], &operations);

			code = code ? code : undone;
		}
		play_free(&plays[done]);
	}
	play_unblock_signals();
	if (!code)
		code = show(&replay, names, plays, nr);
	operations_free(&operations);
	return code;
}
