// SPDX-License-Identifier: GPL-2.0
/*
 * vmxctl explain: make an area, and show each step of the way, with drawings.
 *
 * The steps are those that vmx tells for the word "explain". The tables are those that the
 * file walk shows afterwards for the area's first address.
 */
#include <errno.h>
#include <fcntl.h>
#include <inttypes.h>
#include <stdio.h>
#include <string.h>
#include <unistd.h>

#include "entries.h"
#include "explainpicture.h"
#include "json.h"
#include "options.h"
#include "sketch.h"
#include "source.h"
#include "vmxctl.h"
#include "write.h"

enum { OPT_STEP = 512, OPT_FROM };

struct explain {
	struct display display;
	struct pictures pictures;
	const char *from;
	bool step;
	char **words;
	int nr_words;
};

static const struct argp_option options[] = {
	{ "step", OPT_STEP, NULL, 0, N_("one step at a time, on a terminal"), 0 },
	{ "from", OPT_FROM, "FILE", 0,
	  N_("show a saved explanation, of alloc or free (- is stdin); the text of walk may "
	     "follow in it"), -1 },
	{ 0 }
};

static error_t parse(int key, char *argument, struct argp_state *state)
{
	struct explain *explain = state->input;

	switch (key) {
	case ARGP_KEY_INIT:
		state->child_inputs[0] = &explain->display;
		state->child_inputs[1] = &explain->pictures;
		return 0;
	case OPT_STEP:
		explain->step = true;
		return 0;
	case OPT_FROM:
		explain->from = argument;
		return 0;
	case ARGP_KEY_ARGS:
		explain->words = &state->argv[state->next];
		explain->nr_words = state->argc - state->next;
		return 0;
	case ARGP_KEY_END:
		if (!explain->from && !explain->nr_words)
			usage_error(state, _("a size is missing"));
		if (explain->from && explain->nr_words)
			usage_error(state,
				    _("--from shows a saved explanation, and makes no area"));
		if (json_wanted && explain->pictures.picture &&
		    !strcmp(explain->pictures.path, "-"))
			usage_error(state, _("--json and a picture cannot both go to stdout"));
		return 0;
	default:
		return ARGP_ERR_UNKNOWN;
	}
}

static const struct argp_child children[] = {
	{ &display_argp, 0, NULL, 0 }, { &pictures_argp, 0, NULL, 0 }, { 0 },
};

static const struct argp explain_argp = {
	.options = options,
	.parser = parse,
	.children = children,
	.args_doc = N_("SIZE [WORD]...\n--from FILE"),
	.doc = N_("Make an area as `vmxctl alloc' does, and show the steps with drawings: the list "
		  "before and after, the hole, the frames, and the page tables with the bits of "
		  "their entries. The area stays; `vmxctl free' frees it.\v"
		  "Examples:\n"
		  "  vmxctl explain 20K --step\n"
		  "  vmxctl explain 2M huge fit=best\n"
		  "  vmxctl explain 20K --svg steps.svg\n"
		  "  vmxctl explain --from saved\n"),
};

/* How the area is mapped now. That it cannot be seen is no error of the request. */
static void read_walk(struct explanation *explanation)
{
	char address[32], *word = address;
	bool json = json_wanted;
	struct reader reader;

	if (!explanation->nr_made)
		return;
	snprintf(address, sizeof(address), "0x%" PRIx64,
		 explanation->made[explanation->explained].address);
	json_wanted = false;
	if (!write_words("walk", &word, 1, &reader)) {
		if (walked_read(&explanation->walked, &reader) != PARSED)
			explanation->walked.nr = 0;
		source_close(&reader, "walk");
	}
	json_wanted = json;
}

static int ask(const struct explain *explain, struct explanation *explanation)
{
	char *words[explain->nr_words + 1];
	int nr = 0, refusal = 0, code;
	struct reader reader;
	bool said = false;

	for (; nr < explain->nr_words; nr++) {
		words[nr] = explain->words[nr];
		said |= !strcmp(words[nr], "explain");
	}
	if (!said)
		words[nr++] = "explain";
	code = write_asking("alloc", words, nr, &reader, &refusal);
	if (code)
		return code;
	/* What is no request has no steps, nor does one of a kernel without tracepoints. */
	if (refusal != EINVAL)
		steps_read(explanation, &reader);
	code = source_close(&reader, "alloc");
	if (refusal && !explanation->nr_steps)
		return write_refused(refusal, "alloc", USAGE);
	if (!code && !refusal)
		read_walk(explanation);
	return code;
}

static int read_saved(const char *from, struct explanation *explanation)
{
	struct reader reader;
	int code = source_saved("alloc", from, &reader);

	if (code)
		return code;
	steps_read(explanation, &reader);
	code = source_close(&reader, from);
	if (!code && !explanation->nr_steps)
		code = fail(NOTHING, _("%s: there is no step of an explanation in it"), from);
	if (!code && explanation->bad)
		note(_("%s: %zu lines could not be read"), from, explanation->bad);
	return code;
}

/* A line, broken between words where the terminal ends. */
static void print_wrapped(const char *indent, const char *line, size_t width)
{
	size_t column = strlen(indent);

	fputs(indent, stdout);
	for (bool first = true; *line; first = false) {
		size_t length = strcspn(line, " ");

		if (!first && width && column + 1 + length > width) {
			fputs("\n        ", stdout);
			column = strlen("        ");
		} else if (!first) {
			putchar(' ');
			column++;
		}
		printf("%.*s", (int)length, line);
		column += length;
		line += length;
		line += *line == ' ';
	}
	putchar('\n');
}

/* Wait for Enter. False if no more is wanted. */
static bool next_wanted(FILE *terminal)
{
	char line[64];

	fflush(stdout);
	fputs(_("-- Enter: the next step; q and Enter: end -- "), terminal);
	fflush(terminal);
	return fgets(line, sizeof(line), terminal) && *line != 'q';
}

static void print_steps(struct explain *explain, const struct explanation *explanation)
{
	struct terminal look = display_terminal(&explain->display);
	FILE *terminal = explain->step && look.there ? fopen("/dev/tty", "r+e") : NULL;
	size_t width = explain->display.look.width;
	char head[32], *name;

	for (size_t i = 0; i < explanation->nr_made; i++)
		printf(_("area %" PRIu64 " at 0x%" PRIx64 ", %" PRIu64 " bytes\n"),
		       explanation->made[i].id, explanation->made[i].address,
		       explanation->made[i].size);
	for (size_t i = 0; i < explanation->nr_steps; i++) {
		const struct step *step = &explanation->steps[i];

		if (terminal && i && !next_wanted(terminal))
			goto out;
		snprintf(head, sizeof(head), "%2" PRIu64 ". ", step->number);
		if (asprintf(&name, "%s, %" PRIu64 " ns", step->name, step->ns) < 0)
			abort();
		print_wrapped(head, name, width);
		free(name);
		for (size_t j = 0; j < step->nr_lines; j++)
			print_wrapped("      ", step->lines[j], width);
		sketch_step(step, &look);
	}
	printf(_("in all, %" PRIu64 " ns\n"), explanation->ns);
	if (explanation->walked.nr && (!terminal || next_wanted(terminal)))
		entries_print(&explanation->walked, width, stdout);
out:
	if (terminal)
		fclose(terminal);
}

#ifdef HAVE_JANSSON
static json_t *step_json(const struct step *step)
{
	const char *slash = strstr(step->name, " / ");
	json_t *lines = json_array(), *theirs = json_null(), *ours = json_null();

	/* 3.10 had no such step if it is "-". A refusal is no function. */
	if (slash && *step->name != '-')
		theirs = json_stringn(step->name, slash - step->name);
	if (slash)
		ours = json_string(slash + strlen(" / "));
	for (size_t i = 0; i < step->nr_lines; i++)
		json_array_append_new(lines, json_string(step->lines[i]));
	return json_pack("{s:o,s:o,s:o,s:o,s:o}", "number", json_number(step->number),
			 "linux", theirs, "vmx", ours, "ns", json_number(step->ns),
			 "lines", lines);
}

static void print_json(const struct explanation *explanation)
{
	const char *refusal = steps_refusal(explanation);
	json_t *made = json_array(), *steps = json_array();

	for (size_t i = 0; i < explanation->nr_made; i++) {
		const struct made *area = &explanation->made[i];

		json_array_append_new(made, json_pack("{s:o,s:o,s:o}",
						      "id", json_number(area->id),
						      "addr", json_address(area->address),
						      "size", json_number(area->size)));
	}
	for (size_t i = 0; i < explanation->nr_steps; i++)
		json_array_append_new(steps, step_json(&explanation->steps[i]));
	json_put(json_pack("{s:o,s:o,s:o,s:o,s:o}", "made", made, "steps", steps,
			   "ns", json_number(explanation->ns),
			   "refused", refusal ? json_string(refusal + 1) : json_null(),
			   "walk", explanation->walked.nr ?
			   entries_json(&explanation->walked) : json_null()));
	putchar('\n');
}
#else
static void print_json(const struct explanation *explanation)
{
	(void)explanation;
}
#endif

int run_explain(int argc, char **argv)
{
	struct explain explain = { .display = DISPLAY_DEFAULTS };
	struct explanation explanation = { 0 };
	int code;

	argp_parse(&explain_argp, argc, argv, 0, NULL, &explain);
	code = explain.from ? read_saved(explain.from, &explanation) :
	       ask(&explain, &explanation);
	if (code)
		goto out;
	if (explain.pictures.picture && explanation.nr_steps)
		code = explain_picture(&explanation, explain.pictures.picture,
				       explain.pictures.path);
	if (json_wanted && !code)
		print_json(&explanation);
	else if (!explain.pictures.picture)
		print_steps(&explain, &explanation);
	if (!code && steps_refusal(&explanation))
		code = NOTHING;
	else if (!explanation.nr_steps)
		code = fail(NOTHING, _("vmx told no steps: does this kernel have tracepoints?"));
out:
	steps_free(&explanation);
	return code;
}
