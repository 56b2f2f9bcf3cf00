/* SPDX-License-Identifier: GPL-2.0 */
/*
 * Read a file line by line, in a fixed amount of memory.
 */
#ifndef VMXCTL_READER_H
#define VMXCTL_READER_H

#include <stdbool.h>
#include <stddef.h>

/* No line of a kernel file is as long as this; a longer line is cut. */
#define READER_SIZE (256 * 1024)

struct reader {
	int fd;		/* -1: all there is stands in the buffer */
	char *buffer;
	size_t start, end;
	bool cut;	/* the line of the last reader_line() was longer than the buffer */
	bool unended;	/* the last line of the file has no newline */
	int error;	/* errno of the read that failed, or 0 */
};

void reader_open(struct reader *reader, int fd);

/* Read from memory; @text is copied. */
void reader_open_text(struct reader *reader, const void *text, size_t length);

/*
 * The next line, without its newline and with a 0 byte behind it, or NULL at the end.
 * It is there until the next call.
 */
char *reader_line(struct reader *reader, size_t *length);

void reader_close(struct reader *reader);

#endif
