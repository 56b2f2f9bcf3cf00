// SPDX-License-Identifier: GPL-2.0
/*
 * The parser of explanations, whose format docs/files.md has.
 *
 *	text  = { made | "#" ... } { step } "in all, N ns" [ the text of walk ]
 *	step  = N ". " NAME ", " N " ns" { line }
 *	line  = 6 blanks, text
 */
#include "lexer.h"
#include "steps.h"
#include "vmxctl.h"

static const char indent[] = "      ";

static char *copy(const char *text, size_t length)
{
	char *to = allocate(length + 1);

	for (size_t i = 0; i < length; i++)
		to[i] = text[i] >= ' ' && text[i] <= '~' ? text[i] : '?';
	to[length] = 0;
	return to;
}

/* The room for one more: it doubles when the number is a power of two. */
static void *grow(void *list, size_t nr, size_t bytes)
{
	return nr & (nr - 1) ? list : resize(list, bytes * (nr ? 2 * nr : 1));
}

/* " 7. NAME, 288761 ns" */
static bool parse_step(struct explanation *explanation, const char *line)
{
	struct step step = { 0 };
	const char *name, *text, *comma = NULL;

	line = lex_blanks(line);
	if (!lex_number(&line, 10, &step.number) || strncmp(line, ". ", 2))
		return false;
	name = line + 2;
	for (text = name; (text = strstr(text, ", ")); text += 2)
		comma = text;
	if (!comma)
		return false;
	text = comma + 2;
	if (!lex_number(&text, 10, &step.ns) || strcmp(text, " ns"))
		return false;
	if (!explanation->nr_steps && explanation->nr_made)
		explanation->explained = explanation->nr_made - 1;
	step.name = copy(name, comma - name);
	explanation->steps = grow(explanation->steps, explanation->nr_steps, sizeof(step));
	explanation->steps[explanation->nr_steps++] = step;
	return true;
}

static bool parse_line(struct explanation *explanation, const char *line)
{
	struct step *step;

	if (!explanation->nr_steps || strncmp(line, indent, strlen(indent)))
		return false;
	line += strlen(indent);
	step = &explanation->steps[explanation->nr_steps - 1];
	step->lines = grow(step->lines, step->nr_lines, sizeof(*step->lines));
	step->lines[step->nr_lines++] = copy(line, strlen(line));
	return true;
}

static bool parse_total(struct explanation *explanation, const char *line)
{
	return !strncmp(line, "in all, ", 8) &&
	       (line += 8, lex_number(&line, 10, &explanation->ns)) && !strcmp(line, " ns");
}

void steps_read(struct explanation *explanation, struct reader *reader)
{
	bool walks = false;
	struct made made;

	*explanation = (struct explanation){ 0 };
	while (made_next(&made, reader)) {
		if (made.id) {
			explanation->made = grow(explanation->made, explanation->nr_made,
						 sizeof(made));
			explanation->made[explanation->nr_made++] = made;
			continue;
		}
		if (!walks && walked_header(&explanation->walked, made.text) == PARSED) {
			walks = true;
			continue;
		}
		if (*made.text == '#' || !*made.text)
			continue;
		if (walks ? !walked_line(&explanation->walked, made.text) :
		    !parse_line(explanation, made.text) && !parse_step(explanation, made.text) &&
		    !parse_total(explanation, made.text))
			explanation->bad++;
	}
}

void steps_free(struct explanation *explanation)
{
	for (size_t i = 0; i < explanation->nr_steps; i++) {
		struct step *step = &explanation->steps[i];

		for (size_t j = 0; j < step->nr_lines; j++)
			free(step->lines[j]);
		free(step->lines);
		free(step->name);
	}
	free(explanation->steps);
	free(explanation->made);
	*explanation = (struct explanation){ 0 };
}

const char *step_line(const struct step *step, const char *begin)
{
	for (size_t i = 0; i < step->nr_lines; i++) {
		if (!strncmp(step->lines[i], begin, strlen(begin)))
			return step->lines[i] + strlen(begin);
	}
	return NULL;
}

const char *step_word(const struct step *step, const char *word)
{
	for (size_t i = 0; i < step->nr_lines; i++) {
		const char *found = strstr(step->lines[i], word);

		if (found)
			return found + strlen(word);
	}
	return NULL;
}

const char *steps_refusal(const struct explanation *explanation)
{
	static const char begin[] = "refused: -";
	const struct step *last;

	if (!explanation->nr_steps)
		return NULL;
	last = &explanation->steps[explanation->nr_steps - 1];
	return strncmp(last->name, begin, strlen(begin)) ? NULL : last->name + strlen(begin) - 1;
}
