// SPDX-License-Identifier: GPL-2.0
/*
 * The parser of the file stats of vmx: "version TEXT", then lines of "key value".
 */
#include <stdio.h>

#include "counters.h"
#include "lexer.h"

bool counters_read(struct counters *counters, struct reader *reader)
{
	size_t length;
	char *line;

	*counters = (struct counters){ 0 };
	while ((line = reader_line(reader, &length))) {
		size_t key = lex_length(line);
		const char *text = lex_blanks(line + key);
		uint64_t value;

		if (lex_is(line, key, "version")) {
			snprintf(counters->version, sizeof(counters->version), "%.31s", text);
			for (char *c = counters->version; *c; c++)
				*c = *c > ' ' && *c <= '~' ? *c : '?';
		} else if (key && key < 64 && lex_number(&text, 10, &value) && !*text &&
			   counters->count < MAX_COUNTERS) {
			counters->list[counters->count].name =
				names_number(&counters->names, line, key);
			counters->list[counters->count++].value = value;
		}
	}
	return *counters->version && counters->count;
}

uint64_t counters_value(const struct counters *counters, const char *name)
{
	for (size_t i = 0; i < counters->count; i++) {
		if (!strcmp(counters->names.texts[counters->list[i].name], name))
			return counters->list[i].value;
	}
	return 0;
}

void counters_free(struct counters *counters)
{
	names_free(&counters->names);
	*counters = (struct counters){ 0 };
}
