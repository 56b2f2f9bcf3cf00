// SPDX-License-Identifier: GPL-2.0
/*
 * Read a file line by line, in a fixed amount of memory.
 */
#include <errno.h>
#include <string.h>
#include <unistd.h>

#include "reader.h"
#include "vmxctl.h"

void reader_open(struct reader *reader, int fd)
{
	*reader = (struct reader){ .fd = fd, .buffer = allocate(READER_SIZE + 1) };
}

void reader_open_text(struct reader *reader, const void *text, size_t length)
{
	*reader = (struct reader){ .fd = -1, .buffer = allocate(length + 1), .end = length };
	if (length)
		memcpy(reader->buffer, text, length);
}

/* Add to the buffer. False at the end of the file, after an error, or if it is full. */
static bool fill(struct reader *reader)
{
	ssize_t got;

	if (reader->fd < 0)
		return false;
	if (reader->start) {
		memmove(reader->buffer, reader->buffer + reader->start,
			reader->end - reader->start);
		reader->end -= reader->start;
		reader->start = 0;
	}
	if (reader->end == READER_SIZE)
		return false;
	do {
		got = read(reader->fd, reader->buffer + reader->end, READER_SIZE - reader->end);
	} while (got < 0 && errno == EINTR);
	if (got <= 0) {
		reader->error = got < 0 ? errno : 0;
		return false;
	}
	reader->end += got;
	return true;
}

/* Drop the rest of a line that is too long. */
static void skip_line(struct reader *reader)
{
	char *newline;

	do {
		newline = memchr(reader->buffer + reader->start, '\n', reader->end - reader->start);
		if (newline) {
			reader->start = newline + 1 - reader->buffer;
			return;
		}
		reader->start = reader->end;
	} while (fill(reader));
}

char *reader_line(struct reader *reader, size_t *length)
{
	size_t searched = 0;
	char *line, *newline;

	if (reader->cut)
		skip_line(reader);
	reader->cut = false;
	for (;;) {
		line = reader->buffer + reader->start;
		newline = memchr(line + searched, '\n', reader->end - reader->start - searched);
		if (newline)
			break;
		searched = reader->end - reader->start;
		if (fill(reader))
			continue;
		line = reader->buffer + reader->start;
		if (reader->start == reader->end)
			return NULL;
		/* The file ends without a newline, or the line fills the buffer. */
		reader->cut = reader->end - reader->start == READER_SIZE && reader->fd >= 0;
		reader->unended = !reader->cut;
		newline = reader->buffer + reader->end;
		break;
	}
	*newline = 0;
	*length = newline - line;
	reader->start += *length;
	if (reader->start < reader->end && !reader->cut)
		reader->start++;
	return line;
}

void reader_close(struct reader *reader)
{
	free(reader->buffer);
	reader->buffer = NULL;
}
