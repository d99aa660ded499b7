/* SPDX-License-Identifier: MIT */
#include "cli/escape.h"

#include "base/text.h"

#include <stdint.h>
#include <string.h>

static uint32_t decode(const unsigned char *bytes, size_t length)
{
	static const unsigned char LEAD_MASK[5] = {0, 0x7f, 0x1f, 0x0f, 0x07};
	uint32_t code = bytes[0] & LEAD_MASK[length];

	for (size_t i = 1; i < length; i++)
		code = code << 6 | (bytes[i] & 0x3f);
	return code;
}

/* Unicode's categories Cc, Cf, Zl and Zp, as far as a terminal may act upon them, noncharacters and
 * private use. */
static bool is_treacherous(uint32_t code)
{
	static const struct {
		uint32_t first, last;
	} RANGES[] = {
		{0x0000, 0x001f},
		{0x007f, 0x009f},
		{0x00ad, 0x00ad},
		{0x0600, 0x0605},
		{0x061c, 0x061c},
		{0x06dd, 0x06dd},
		{0x070f, 0x070f},
		{0x180e, 0x180e},
		{0x200b, 0x200f},
		{0x2028, 0x202e},
		{0x2060, 0x206f},
		{0xe000, 0xf8ff},
		{0xfdd0, 0xfdef},
		{0xfeff, 0xfeff},
		{0xfff0, 0xfffc},
		{0xfffe, 0xffff},
		{0x1d173, 0x1d17a},
		{0xe0000, 0x10ffff},
	};

	for (size_t i = 0; i < ARRAY_SIZE(RANGES); i++) {
		if (code >= RANGES[i].first && code <= RANGES[i].last)
			return true;
	}
	return false;
}

void escape_put(FILE *stream, const char *string, size_t size)
{
	const unsigned char *c = (const unsigned char *)string;
	size_t left = strnlen(string, size);

	while (left) {
		size_t length = text_utf8_length(c, left), step = length ? length : 1;

		if (!length || is_treacherous(decode(c, length))) {
			for (size_t i = 0; i < step; i++)
				(void)fprintf(stream, "\\x%02x", c[i]);
		} else if (*c == '\\') {
			(void)fputs("\\\\", stream);
		} else {
			(void)fwrite(c, 1, length, stream);
		}
		c += step;
		left -= step;
	}
}
