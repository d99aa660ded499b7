/* SPDX-License-Identifier: MIT */
#ifndef FUZZ_SEAL_H
#define FUZZ_SEAL_H

#include "base/crc32.h"
#include "base/text.h"
#include "reader/frame.h"

#include <string.h>

/* No fuzzer guesses a CRC: writes the right one into each line that has a place for it. */
static inline void fuzz_seal(char *bytes, size_t size)
{
	static const char KEY[] = ",\"crc\":\"";
	enum { CRC_DIGITS = 8 };
	size_t start, length;

	for (size_t at = 0; frame_find(bytes + at, size - at, &start, &length) != FRAME_NONE;
		at += start + length) {
		char *line = bytes + at + start;
		char *tail = memmem(line, length, KEY, sizeof(KEY) - 1);
		char digits[CRC_DIGITS + 1];
		struct text text;

		if (!tail || (size_t)(tail - line) + sizeof(KEY) - 1 + CRC_DIGITS > length)
			continue;
		text_init(&text, digits, sizeof(digits));
		text_append_hex(&text, crc32_update(0, line, (size_t)(tail - line)), CRC_DIGITS);
		memcpy(tail + sizeof(KEY) - 1, digits, CRC_DIGITS);
	}
}

#endif
