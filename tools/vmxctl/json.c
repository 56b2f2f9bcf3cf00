// SPDX-License-Identifier: GPL-2.0
/*
 * JSON on stdout, through jansson.
 */
#include <inttypes.h>
#include <stdio.h>

#include "json.h"
#include "lexer.h"
#include "table.h"

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

void json_put(json_t *object)
{
	json_dumpf(object, stdout, JSON_COMPACT | JSON_ENSURE_ASCII);
	json_decref(object);
}

void json_error(int code, const char *message)
{
	json_t *text = json_string(message);

	if (!text)
		text = json_string("the message is not valid UTF-8: see stderr");
	if (!told) {
		json_put(json_pack("{s:{s:i,s:o}}", "error", "code", code, "message", text));
		putchar('\n');
	}
	told = true;
}
#else
void json_error(int code, const char *message)
{
	(void)code;
	(void)message;
	told = true;
}
#endif
