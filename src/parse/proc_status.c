/* SPDX-License-Identifier: MIT */
#include "parse/proc_status.h"

#include "base/text.h"

#include <string.h>

bool proc_status_caught(char *text, uint64_t *ret_signals)
{
	static const char NAME[] = "SigCgt:";
	char *line;

	while ((line = text_next_line(&text))) {
		if (text_starts_with(line, NAME))
			return text_parse_u64(text_trim(line + strlen(NAME)), 16, ret_signals) == 0;
	}
	return false;
}
