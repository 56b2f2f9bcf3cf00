/* SPDX-License-Identifier: GPL-2.0 */
/*
 * Where the text of a file of vmx comes from: debugfs, or a snapshot.
 */
#ifndef VMXCTL_SOURCE_H
#define VMXCTL_SOURCE_H

#include <stdint.h>

#include "reader.h"

/*
 * Open the file @name for reading, from the snapshot @from, or live if that is NULL. Tells
 * errors. Returns an exit code.
 */
int source_open(const char *name, const char *from, struct reader *reader);

/*
 * The same, but @from may also be the saved text of that file: what does not begin as JSON
 * does is taken for one.
 */
int source_saved(const char *name, const char *from, struct reader *reader);

/* Read a snapshot that is a file anew when it is opened next: it may have been replaced. */
void source_renew(const char *from);

/*
 * When the snapshot was made, in seconds since 1970; 0 if that is not known, or live. Returns an
 * exit code.
 */
int source_time(const char *from, int64_t *time);

/* Returns an exit code: a read may have failed. */
int source_close(struct reader *reader, const char *name);

/* The folder of vmx in debugfs, "/sys/kernel/debug/vmx". Tells errors; NULL then. */
const char *source_folder(int *code);

/* Open a file of vmx with these flags. Tells errors. Returns the descriptor, or -1. */
int source_descriptor(const char *name, int flags, int *code);

/*
 * Open what the file @name said about the area with the id @key when the snapshot @from was
 * made.
 */
int source_answer(const char *name, const char *key, const char *from, struct reader *reader);

/* The version of a snapshot's form. Older ones, from 1 on, have less. */
#define SNAPSHOT_VERSION 2

#endif
