// SPDX-License-Identifier: GPL-2.0
/*
 * Addresses and ranges of them, as people write them on a command line.
 */
#include <errno.h>
#include <string.h>

#include "range.h"
#include "vmxctl.h"

bool address_parse(const char **text, uint64_t *number)
{
	char *end;

	if (**text < '0' || **text > '9')
		return false;
	errno = 0;
	*number = strtoull(*text, &end, strncmp(*text, "0x", 2) ? 10 : 16);
	*text = end;
	return !errno;
}

void range_parse(const struct argp_state *state, const char *argument, uint64_t *first,
		 uint64_t *last)
{
	const char *text = argument;

	if (!address_parse(&text, first))
		usage_error(state, _("%s is not an address"), argument);
	*last = *first;
	if (*text == '-') {
		text++;
		if (!address_parse(&text, last) || *last <= *first)
			usage_error(state, _("%s is not a range: say START-END"), argument);
		--*last;
	}
	if (*text)
		usage_error(state, _("%s is not an address"), argument);
}
