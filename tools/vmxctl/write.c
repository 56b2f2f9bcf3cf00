// SPDX-License-Identifier: GPL-2.0
/*
 * Write to a file of vmx, and tell why it refused.
 */
#include <errno.h>
#include <fcntl.h>
#include <stdio.h>
#include <string.h>
#include <unistd.h>

#include "source.h"
#include "vmxctl.h"
#include "write.h"

/* vmx takes no longer text. */
#define TEXT_MAX 4095

/* The last record of error_log: what comes behind the last line that begins with '['. */
static char *last_refusal(void)
{
	struct reader reader;
	char *record = NULL;
	size_t length, size = 0;
	FILE *stream = NULL;
	const char *line;
	int code = DONE, fd = source_descriptor("error_log", O_RDONLY, &code);

	if (fd < 0)
		return NULL;
	reader_open(&reader, fd);
	while ((line = reader_line(&reader, &length))) {
		if (*line == '[') {
			if (stream)
				fclose(stream);
			free(record);
			record = NULL;
			stream = open_memstream(&record, &size);
		}
		if (stream)
			fprintf(stream, "%s\n", line);
	}
	if (stream)
		fclose(stream);
	reader_close(&reader);
	close(fd);
	return record;
}

int write_refused(int error, const char *name, enum exit_code invalid)
{
	enum exit_code code = error == EINVAL ? invalid : error == ENOENT ? ABSENT :
			      error == EPERM ? FORBIDDEN : NOTHING;
	char *record = last_refusal();

	if (record && *record) {
		/* The message is one text in JSON, and three lines on stderr. */
		record[strlen(record) - 1] = 0;
		fail(code, "%s: %s\n%s", name, strerror(error), record);
	} else {
		fail(code, "%s: %s", name, strerror(error));
	}
	free(record);
	return code;
}

int write_asking(const char *name, char **words, int nr_words, struct reader *reader, int *refusal)
{
	char text[TEXT_MAX + 1] = "";
	size_t length = 0;
	int fd, code = DONE;

	for (int i = 0; i < nr_words; i++) {
		int more = snprintf(text + length, sizeof(text) - length, "%s%s", i ? " " : "",
				    words[i]);

		if (more < 0 || more >= (int)(sizeof(text) - length))
			return fail(USAGE, _("that is too long: vmx takes %d bytes"), TEXT_MAX);
		length += more;
	}
	if (!length)
		return fail(USAGE, _("%s: there is nothing to write"), name);
	fd = source_descriptor(name, reader ? O_RDWR : O_WRONLY, &code);
	if (fd < 0)
		return code;
	/* All of it or nothing. */
	*refusal = write(fd, text, length) < 0 ? errno : 0;
	if (reader)
		reader_open(reader, fd);
	else
		close(fd);
	return DONE;
}

int write_words(const char *name, char **words, int nr_words, struct reader *reader)
{
	int refusal, code = write_asking(name, words, nr_words, reader, &refusal);

	if (code || !refusal)
		return code;
	if (reader) {
		close(reader->fd);
		reader_close(reader);
	}
	return write_refused(refusal, name, USAGE);
}
