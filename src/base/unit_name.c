/* SPDX-License-Identifier: MIT */
#include "base/unit_name.h"

#include "base/text.h"

#include <string.h>

static int hex_digit(char c)
{
	if (c >= '0' && c <= '9')
		return c - '0';
	return c >= 'a' && c <= 'f' ? c - 'a' + 10 : -1;
}

void unit_name_path(const char *unit, char *ret_path, size_t size)
{
	const char *end = strrchr(unit, '.');
	struct text path;

	text_init(&path, ret_path, size);
	text_append_char(&path, '/');
	for (const char *at = unit; at < end; at++) {
		int high = -1, low = -1;

		if (at + 3 < end && at[0] == '\\' && at[1] == 'x') {
			high = hex_digit(at[2]);
			low = hex_digit(at[3]);
		}
		if (high >= 0 && low >= 0) {
			text_append_char(&path, (char)(high << 4 | low));
			at += 3;
		} else {
			text_append_char(&path, *at == '-' ? '/' : *at);
		}
	}
}
