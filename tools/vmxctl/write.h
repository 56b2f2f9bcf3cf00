/* SPDX-License-Identifier: GPL-2.0 */
/*
 * Write to a file of vmx, and tell why it refused.
 */
#ifndef VMXCTL_WRITE_H
#define VMXCTL_WRITE_H

#include "reader.h"
#include "vmxctl.h"

/*
 * Open the file @name, write the words, and, if @reader is not NULL, leave it open so that
 * the answer can be read. A refusal is told as error_log has it, with its caret. Returns an
 * exit code: USAGE if the text was wrong, ABSENT if there is no such area.
 */
int write_words(const char *name, char **words, int nr_words, struct reader *reader);

/*
 * The same, but a refusal is only noted, as an errno in *@refusal, and leaves the file open,
 * too: an explained request tells there what was tried.
 */
int write_asking(const char *name, char **words, int nr_words, struct reader *reader,
		 int *refusal);

/* Tell a refusal. Returns its exit code; @invalid is that of EINVAL: whose mistake is it? */
int write_refused(int error, const char *name, enum exit_code invalid);

#endif
