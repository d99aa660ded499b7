/* SPDX-License-Identifier: MIT */
#include "base/printable.h"

static uint32_t decode(const unsigned char *bytes, size_t length)
{
	static const unsigned char LEAD[] = {0, 0x7f, 0x1f, 0x0f, 0x07};
	uint32_t point = bytes[0] & LEAD[length];

	for (size_t i = 1; i < length; i++)
		point = point << 6 | (bytes[i] & 0x3f);
	return point;
}

void printable_append(struct text *text, const char *bytes, size_t length)
{
	const unsigned char *at = (const unsigned char *)bytes;

	while (length) {
		size_t step = text_utf8_length(at, length);
		uint32_t point = step ? decode(at, step) : at[0];

		if (point >= ' ' && point <= '~') {
			text_append_char(text, (char)point);
		} else {
			text_append(text, !step ? "\\x" : point > 0xffff ? "\\U" : "\\u");
			text_append_hex(text, point, !step ? 2 : point > 0xffff ? 8 : 4);
		}
		step = step ? step : 1;
		at += step;
		length -= step;
	}
}
