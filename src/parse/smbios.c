/* SPDX-License-Identifier: MIT */
#include "parse/smbios.h"

#include <string.h>

enum { HEADER_SIZE = 4, TYPE_OEM_STRINGS = 11, TYPE_END = 127 };

void smbios_begin(struct smbios_walk *walk, const uint8_t *bytes, size_t length)
{
	*walk = (struct smbios_walk){.at = bytes, .end = bytes + length};
}

/* Steps over the fixed part of a structure. False at the end of the table. */
static bool structure_enter(struct smbios_walk *walk)
{
	size_t left = (size_t)(walk->end - walk->at);
	const uint8_t *header = walk->at;

	if (left < HEADER_SIZE || header[0] == TYPE_END || header[1] < HEADER_SIZE ||
		header[1] >= left)
		return false;
	walk->is_oem = header[0] == TYPE_OEM_STRINGS;
	walk->at += header[1];
	walk->is_in_strings = true;
	/* A structure without strings ends with two NULs as well: the first is no empty string. */
	if (!*walk->at)
		walk->at++;
	return true;
}

/* NULL behind the last string of a structure, and where one does not end. */
static const char *string_next(struct smbios_walk *walk)
{
	const uint8_t *string = walk->at;
	const uint8_t *nul = memchr(string, '\0', (size_t)(walk->end - string));

	walk->at = nul ? nul + 1 : walk->end;
	return nul && nul > string ? (const char *)string : NULL;
}

const char *smbios_next_oem_string(struct smbios_walk *walk)
{
	const char *string;

	for (;;) {
		if (!walk->is_in_strings && !structure_enter(walk))
			return NULL;
		string = string_next(walk);
		walk->is_in_strings = string;
		if (string && walk->is_oem)
			return string;
	}
}
