/* SPDX-License-Identifier: MIT */
#include "acpi/eisa_id.h"

#include <stdbool.h>

#include "base/text.h"

enum { LETTERS = 3 };

static bool take_letters(uint32_t id, char letters[LETTERS])
{
	for (int i = 0; i < LETTERS; i++) {
		uint32_t letter = id >> (26 - 5 * i) & 31;

		if (letter < 1 || letter > 26)
			return false;
		letters[i] = (char)('A' + letter - 1);
	}
	return !(id >> 31);
}

void eisa_id_format(uint64_t value, char id[EISA_ID_SIZE])
{
	uint32_t swapped = __builtin_bswap32((uint32_t)value);
	char letters[LETTERS];
	struct text text;
	size_t digits;

	text_init(&text, id, EISA_ID_SIZE);
	if (!take_letters(swapped, letters)) {
		text_append(&text, "0x");
		text_append_hex(&text, (uint32_t)value, 1);
		return;
	}
	text_append_bytes(&text, letters, LETTERS);
	digits = text.length;
	text_append_hex(&text, swapped & 0xffff, 4);
	for (; digits < text.length; digits++)
		if (id[digits] >= 'a')
			id[digits] = (char)(id[digits] - 'a' + 'A');
}
