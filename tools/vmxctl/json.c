// SPDX-License-Identifier: GPL-2.0
/*
 * JSON on stdout, through jansson.
 */
#include <inttypes.h>
#include <stdio.h>
#include <string.h>

#include "json.h"
#include "lexer.h"
#include "table.h"
#include "vmxctl.h"

static bool told;

bool json_error_told(void)
{
	return told;
}

#ifdef HAVE_JANSSON
json_t *json_number(uint64_t number)
{
	if (number == NONE)
		return json_null();
	/* jansson's integers are signed. */
	return json_integer(number > INT64_MAX ? INT64_MAX : (json_int_t)number);
}

json_t *json_address(uint64_t address)
{
	return json_sprintf("0x%016" PRIx64, address);
}

json_t *json_words(const char *words)
{
	json_t *list = json_array();

	while (*(words = lex_blanks(words))) {
		size_t length = lex_length(words);

		json_array_append_new(list, json_stringn(words, length));
		words += length;
	}
	return list;
}

json_t *json_text(const char *text)
{
	json_t *string = json_string(text);
	char *ascii;

	if (string)
		return string;
	/* A name may have any byte, JSON is UTF-8. */
	ascii = allocate(strlen(text) + 1);
	for (size_t i = 0; i <= strlen(text); i++)
		ascii[i] = text[i] & 0x80 ? '?' : text[i];
	string = json_string(ascii);
	free(ascii);
	return string;
}

void json_put(json_t *object)
{
	if (!object)
		exit(fail(NOTHING, _("the answer cannot be written as JSON")));
	json_dumpf(object, stdout, JSON_COMPACT | JSON_ENSURE_ASCII);
	json_decref(object);
}

void json_error(int code, const char *message)
{
	if (told)
		return;
	/* json_put() may fail, and tell that. */
	told = true;
	json_put(json_pack("{s:{s:i,s:o}}", "error", "code", code, "message",
			   json_text(message)));
	putchar('\n');
}
#else
void json_error(int code, const char *message)
{
	(void)code;
	(void)message;
	told = true;
}
#endif
