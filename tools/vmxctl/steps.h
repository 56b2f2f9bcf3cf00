/* SPDX-License-Identifier: GPL-2.0 */
/*
 * An explanation of vmx: what the word "explain" makes alloc and free tell.
 */
#ifndef VMXCTL_STEPS_H
#define VMXCTL_STEPS_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#include "made.h"
#include "reader.h"
#include "walked.h"

/* One step; the texts are printable. */
struct step {
	uint64_t number, ns;
	char *name;		/* "LINUX_3_10 / VMX", or "refused: -ERRNO" */
	char **lines;
	size_t nr_lines;
};

struct explanation {
	struct made *made;
	size_t nr_made;
	size_t explained;	/* the one of made that the first step is about */
	struct step *steps;
	size_t nr_steps;
	uint64_t ns;		/* in all */
	struct walked walked;	/* the text of walk may follow; without it, nr is 0 */
	size_t bad;		/* lines that could not be read */
};

void steps_read(struct explanation *explanation, struct reader *reader);

void steps_free(struct explanation *explanation);

/* The line of a step that begins so; behind this text. Or NULL. */
const char *step_line(const struct step *step, const char *begin);

/* The first place behind @word in a line of a step, or NULL. */
const char *step_word(const struct step *step, const char *word);

/* "-ENOSPC" if the last step is a refusal, or NULL. */
const char *steps_refusal(const struct explanation *explanation);

#endif
