/* SPDX-License-Identifier: MIT */
#include "cli/nearest.h"

#include <ctype.h>
#include <stdbool.h>
#include <string.h>
#include <sys/param.h>

static bool is_alike(char a, char b)
{
	return tolower((unsigned char)a) == tolower((unsigned char)b);
}

size_t nearest_distance(const char *a, const char *b)
{
	size_t row[NEAREST_CHARS + 1], length = strnlen(b, NEAREST_CHARS);

	for (size_t k = 0; k <= length; k++)
		row[k] = k;
	for (size_t i = 0; i < NEAREST_CHARS && a[i]; i++) {
		size_t diagonal = row[0];

		row[0] = i + 1;
		for (size_t k = 0; k < length; k++) {
			size_t changed = diagonal + !is_alike(a[i], b[k]);

			diagonal = row[k + 1];
			row[k + 1] = MIN(changed, MIN(row[k], row[k + 1]) + 1);
		}
	}
	return row[length];
}
