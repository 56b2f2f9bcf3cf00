// SPDX-License-Identifier: GPL-2.0
/*
 * The parser of the file alloc of vmx: lines of "id 0xADDRESS size", and explanations.
 */
#include "lexer.h"
#include "made.h"

bool made_next(struct made *made, struct reader *reader)
{
	bool hidden = false;
	const char *text;
	size_t length;

	*made = (struct made){ .text = reader_line(reader, &length) };
	text = made->text;
	if (!text)
		return false;
	if (!lex_number(&text, 10, &made->id) || *text++ != ' ' ||
	    !lex_address(&text, &made->address, &hidden) || *text++ != ' ' ||
	    !lex_number(&text, 10, &made->size) || *text)
		made->id = 0;
	return true;
}
