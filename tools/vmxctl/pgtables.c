// SPDX-License-Identifier: GPL-2.0
/*
 * vmxctl pgtables: runs of page-table entries, and which addresses reach a frame.
 *
 * The text is read once, and only the rows that are asked for are kept.
 */
#include <inttypes.h>
#include <stdio.h>
#include <string.h>
#include <strings.h>

#include "options.h"
#include "range.h"
#include "runs.h"
#include "size.h"
#include "source.h"
#include "vmxctl.h"

enum by { BY_RUN, BY_LEVEL, BY_FLAG, BY_RANGE };

static const char *const by_words[] = {
	[BY_RUN] = "run", [BY_LEVEL] = "level", [BY_FLAG] = "flag", [BY_RANGE] = "range",
};

enum {
	OPT_BY = 512, OPT_FROM, OPT_WRITABLE, OPT_EXECUTABLE, OPT_WX, OPT_LEVEL, OPT_FLAG, OPT_PHYS,
};

#define MAX_WORDS 8

struct pgtables {
	struct display display;
	const char *from;
	enum by by;
	enum level level;		/* NR_LEVELS: all */
	bool writable, executable, wx, phys;
	uint64_t first, last;		/* the RANGE */
	uint64_t frame;
	const char *flags[MAX_WORDS];
	size_t nr_flags;
};

static const struct argp_option options[] = {
	{ "by", OPT_BY, "WHAT", 0,
	  N_("one row for each run (default), level, flag or range of addresses"), 0 },
	{ "writable", OPT_WRITABLE, NULL, 0, N_("only entries that may be written"), 0 },
	{ "executable", OPT_EXECUTABLE, NULL, 0, N_("only entries that may be executed"), 0 },
	{ "wx", OPT_WX, NULL, 0,
	  N_("only entries that may be both; exit with 1 if there are any, or if a line could "
	     "not be read"), 0 },
	{ "level", OPT_LEVEL, "LEVEL", 0, N_("only this level: pgd, p4d, pud, pmd or pte"), 0 },
	{ "flag", OPT_FLAG, "FLAG", 0,
	  N_("only entries with this flag, as the file calls it; may be said again"), 0 },
	{ "phys", OPT_PHYS, "FRAME", 0, N_("which addresses reach this frame?"), 0 },
	{ "from", OPT_FROM, "FILE", 0,
	  N_("read a saved pgtables, or a dump of the kernel's own (- is stdin)"), -1 },
	{ 0 }
};

static error_t parse(int key, char *argument, struct argp_state *state)
{
	struct pgtables *pgtables = state->input;
	const char *text = argument;

	switch (key) {
	case ARGP_KEY_INIT:
		state->child_inputs[0] = &pgtables->display;
		return 0;
	case OPT_BY:
		for (size_t i = 0; i < ARRAY_SIZE(by_words); i++) {
			if (!strcmp(by_words[i], argument)) {
				pgtables->by = i;
				return 0;
			}
		}
		usage_error(state, _("--by takes run, level, flag or range"));
		return 0;
	case OPT_FROM:
		pgtables->from = argument;
		return 0;
	case OPT_WX:
		pgtables->wx = true;
		pgtables->writable = true;
		pgtables->executable = true;
		return 0;
	case OPT_WRITABLE:
		pgtables->writable = true;
		return 0;
	case OPT_EXECUTABLE:
		pgtables->executable = true;
		return 0;
	case OPT_LEVEL:
		pgtables->level = level_of(argument, strlen(argument));
		if (pgtables->level == NR_LEVELS)
			usage_error(state, _("--level takes pgd, p4d, pud, pmd or pte"));
		return 0;
	case OPT_FLAG:
		if (pgtables->nr_flags == MAX_WORDS)
			usage_error(state, _("at most %d flags"), MAX_WORDS);
		pgtables->flags[pgtables->nr_flags++] = argument;
		return 0;
	case OPT_PHYS:
		if (!address_parse(&text, &pgtables->frame) || *text)
			usage_error(state, _("%s is not the number of a frame"), argument);
		pgtables->phys = true;
		return 0;
	case ARGP_KEY_ARG:
		if (state->arg_num)
			usage_error(state, _("one range only"));
		range_parse(state, argument, &pgtables->first, &pgtables->last);
		return 0;
	case ARGP_KEY_END:
		if (pgtables->phys && pgtables->by != BY_RUN)
			usage_error(state, _("--phys does not go with --by"));
		return 0;
	default:
		return ARGP_ERR_UNKNOWN;
	}
}

static const struct argp_child children[] = {
	{ &display_argp, 0, NULL, 0 }, { 0 },
};

static const struct argp pgtables_argp = {
	.options = options,
	.parser = parse,
	.children = children,
	.args_doc = N_("[START-END|ADDRESS]"),
	.doc = N_("Show the page tables of the vmalloc range and of modules, as runs of entries "
		  "of one level with the same flags; with a range, those that lie in it. What is "
		  "not mapped is left out.\v"
		  "Examples:\n"
		  "  vmxctl pgtables --wx                # for scripts: exits 1 if there are any\n"
		  "  vmxctl pgtables --by flag\n"
		  "  vmxctl pgtables --phys 0x11af8\n"
		  "  vmxctl pgtables --wx --from /sys/kernel/debug/page_tables/kernel\n"),
};

/* "at" is for --phys only. */
static const struct column run_columns[] = {
	{ "at", N_("AT"), ADDRESS },
	{ "addr", N_("ADDRESS"), ADDRESS },
	{ "end", N_("END"), ADDRESS },
	{ "size", N_("SIZE"), BYTES },
	{ "level", N_("LEVEL"), TEXT },
	{ "flags", N_("FLAGS"), TEXT },
	{ "id", N_("ID"), COUNT },
	{ "frames", N_("FRAMES"), TEXT },
	{ "writable", N_("W"), FLAG },
	{ "executable", N_("X"), FLAG },
	{ "range", N_("RANGE"), TEXT },
};

/* What all rows have in common. */
struct filling {
	const struct pgtables *pgtables;
	struct runs runs;
	struct table table;
	struct names texts;		/* flags and frames of the rows; they outlive a line */
	size_t untold;			/* runs that do not tell all their frames */
	bool found;
	struct sum {
		uint64_t size, runs;
	} sums[64];
};

static const char *flags_text(struct filling *filling, const struct run *run)
{
	const struct names *flags = &filling->runs.flags;
	char text[1024] = "";
	size_t length = 0;
	uint32_t number;

	for (uint32_t i = 0; i < flags->count; i++) {
		if (run->flags >> i & 1 && length < sizeof(text) - 64)
			length += snprintf(text + length, sizeof(text) - length, "%s%s",
					   length ? " " : "", flags->texts[i]);
	}
	number = names_number(&filling->texts, text, length);
	return filling->texts.texts[number];
}

static const char *frames_text(struct filling *filling, const struct run *run)
{
	char text[MAX_FRAMES * 40 + 8] = "-";
	size_t length = 0;
	uint32_t number;

	for (size_t i = 0; i < run->nr_frames; i++)
		length += snprintf(text + length, sizeof(text) - length,
				   "%s0x%" PRIx64 "-0x%" PRIx64, i ? "," : "",
				   run->frames[i].first, run->frames[i].end);
	if (run->more_frames)
		length += snprintf(text + length, sizeof(text) - length, ",...");
	number = names_number(&filling->texts, text, length ? length : 1);
	return filling->texts.texts[number];
}

static void add_row(struct filling *filling, const struct run *run, uint64_t at)
{
	const char *flags = flags_text(filling, run), *frames = frames_text(filling, run);
	union cell *cells = table_row(&filling->table);

	if (filling->pgtables->phys)
		cells++->number = at;
	cells[0].number = run->start;
	cells[1].number = run->last + 1;
	cells[2].number = run_size(run);
	cells[3].text = level_names[run->level];
	cells[4].text = flags;
	cells[5].number = run->id ? run->id : NONE;
	cells[6].text = frames;
	cells[7].number = run->writable;
	cells[8].number = run->executable;
	cells[9].text = filling->runs.ranges.texts[run->range];
}

/* A row for each address at which the frame is mapped. */
static void add_frame(struct filling *filling, const struct run *run)
{
	uint64_t page = filling->runs.page, frame = filling->pgtables->frame, before = 0;

	filling->untold += run->more_frames;
	for (size_t i = 0; i < run->nr_frames; i++) {
		const struct frames *frames = &run->frames[i];

		if (frame >= frames->first && frame < frames->end)
			add_row(filling, run,
				run->start + (before + frame - frames->first) * page);
		before += frames->end - frames->first;
	}
}

static bool has_flag(const struct runs *runs, const struct run *run, const char *flag)
{
	uint32_t number;

	return names_find(&runs->flags, flag, strlen(flag), &number) && run->flags >> number & 1;
}

static bool wanted(const struct filling *filling, const struct run *run)
{
	const struct pgtables *pgtables = filling->pgtables;

	if (!run->flags || run->last < pgtables->first || run->start > pgtables->last ||
	    run_size(run) < pgtables->display.min ||
	    (pgtables->writable && !run->writable) ||
	    (pgtables->executable && !run->executable) ||
	    (pgtables->level != NR_LEVELS && pgtables->level != run->level))
		return false;
	for (size_t i = 0; i < pgtables->nr_flags; i++) {
		if (!has_flag(&filling->runs, run, pgtables->flags[i]))
			return false;
	}
	return true;
}

static void add_sum(struct filling *filling, const struct run *run)
{
	uint64_t which = filling->pgtables->by == BY_LEVEL ? 1ull << run->level :
			 filling->pgtables->by == BY_FLAG ? run->flags :
			 run->range < 64 ? 1ull << run->range : 0;

	for (; which; which &= which - 1) {
		struct sum *sum = &filling->sums[__builtin_ctzll(which)];

		sum->size = add(sum->size, run_size(run));
		sum->runs++;
	}
}

static void fill_sums(struct filling *filling)
{
	enum by by = filling->pgtables->by;

	for (size_t i = 0; i < ARRAY_SIZE(filling->sums); i++) {
		union cell *cells;

		if (!filling->sums[i].runs)
			continue;
		cells = table_row(&filling->table);
		cells[0].text = by == BY_LEVEL ? level_names[i] :
				by == BY_FLAG ? filling->runs.flags.texts[i] :
				filling->runs.ranges.texts[i];
		cells[1].number = filling->sums[i].size;
		cells[2].number = filling->sums[i].runs;
	}
}

static int read_runs(struct filling *filling)
{
	const struct pgtables *pgtables = filling->pgtables;
	const char *name = pgtables->from ? pgtables->from : "pgtables";
	struct reader reader;
	struct run run;
	int code = pgtables->from ? source_saved("pgtables", pgtables->from, &reader) :
		   source_open("pgtables", NULL, &reader);

	if (code)
		return code;
	runs_begin(&filling->runs, &reader);
	while (runs_next(&filling->runs, &run)) {
		if (!wanted(filling, &run))
			continue;
		filling->found = true;
		if (pgtables->by != BY_RUN)
			add_sum(filling, &run);
		else if (pgtables->phys)
			add_frame(filling, &run);
		else
			add_row(filling, &run, 0);
	}
	code = source_close(&reader, name);
	if (!code && !filling->runs.count)
		code = fail(NOTHING, _("%s: no line is one of page tables"), name);
	if (!code && filling->runs.bad && pgtables->wx)
		code = fail(NOTHING, _("%s: %zu lines could not be read, so this is no answer"),
			    name, filling->runs.bad);
	else if (!code && filling->runs.bad)
		note(_("%s: %zu lines could not be read"), name, filling->runs.bad);
	return code;
}

int run_pgtables(int argc, char **argv)
{
	struct pgtables pgtables = {
		.display = DISPLAY_DEFAULTS, .level = NR_LEVELS, .last = UINT64_MAX,
	};
	static const char *const heads[] = {
		[BY_LEVEL] = N_("LEVEL"), [BY_FLAG] = N_("FLAG"), [BY_RANGE] = N_("RANGE"),
	};
	struct column sums[] = {
		{ NULL, NULL, TEXT },
		{ "size", N_("SIZE"), BYTES },
		{ "runs", N_("RUNS"), COUNT },
	};
	struct filling filling = { .pgtables = &pgtables };
	int code;

	argp_parse(&pgtables_argp, argc, argv, 0, NULL, &pgtables);
	if (pgtables.by != BY_RUN) {
		sums[0].key = by_words[pgtables.by];
		sums[0].head = heads[pgtables.by];
		filling.table.columns = sums;
		filling.table.nr_columns = ARRAY_SIZE(sums);
		if (!pgtables.display.look.sort)
			pgtables.display.look.sort = "-size";
	} else {
		filling.table.columns = run_columns + !pgtables.phys;
		filling.table.nr_columns = ARRAY_SIZE(run_columns) - !pgtables.phys;
	}
	code = display_check(&pgtables.display, filling.table.columns, filling.table.nr_columns);
	if (!code)
		code = read_runs(&filling);
	if (code)
		goto out;
	fill_sums(&filling);
	if (filling.untold)
		note(_("%zu runs have more frames than their lines tell: this frame may be in "
		       "them, too"), filling.untold);
	code = display_table(&pgtables.display, &filling.table);
	/* For a check, nothing is what is wanted. */
	if (pgtables.wx)
		code = filling.found ? NOTHING : DONE;
out:
	table_free(&filling.table);
	names_free(&filling.texts);
	runs_free(&filling.runs);
	return code;
}
