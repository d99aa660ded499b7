/* SPDX-License-Identifier: MIT */
#include "parse/uptime.h"

#include "base/text.h"

#include <string.h>

enum { US_PER_CENTISECOND = 10000, CENTISECONDS = 100 };

bool uptime_idle_us(char *text, uint64_t *ret_idle_us)
{
	char *cursor = text, *seconds, *hundredths;
	uint64_t whole, part;

	if (!text_next_field(&cursor))
		return false;
	seconds = text_next_field(&cursor);
	hundredths = seconds ? strchr(seconds, '.') : NULL;
	if (!hundredths || strlen(hundredths) != 3)
		return false;
	*hundredths++ = '\0';
	if (text_parse_u64(seconds, 10, &whole) < 0 || text_parse_u64(hundredths, 10, &part) < 0 ||
		whole > UINT64_MAX / US_PER_CENTISECOND / CENTISECONDS - 1)
		return false;
	*ret_idle_us = (whole * CENTISECONDS + part) * US_PER_CENTISECOND;
	return true;
}
