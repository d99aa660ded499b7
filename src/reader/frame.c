/* SPDX-License-Identifier: MIT */
#include "reader/frame.h"

#include "base/crc32.h"
#include "base/text.h"

#include <stdlib.h>
#include <string.h>

#define MARKER_LENGTH (sizeof(FRAME_MARKER) - 1)
#define CRC_KEY ",\"crc\":\""
/* The key, eight digits and "} behind them. */
enum { CRC_KEY_LENGTH = sizeof(CRC_KEY) - 1, CRC_LENGTH = CRC_KEY_LENGTH + 8 + 2 };

static bool is_digit(char c)
{
	return c >= '0' && c <= '9';
}

static bool is_hex(char c)
{
	return is_digit(c) || (c >= 'a' && c <= 'f');
}

static unsigned hex_value(char c)
{
	return (unsigned)(is_digit(c) ? c - '0' : (c | 0x20) - 'a' + 10);
}

/* ------------------------------------------------------------------------------- the frame itself
 */

struct cursor {
	const char *at;
	const char *end;
};

static bool take(struct cursor *cursor, const char *literal)
{
	size_t length = strlen(literal);

	if ((size_t)(cursor->end - cursor->at) < length || memcmp(cursor->at, literal, length) != 0)
		return false;
	cursor->at += length;
	return true;
}

static bool take_boot(struct cursor *cursor, char *boot)
{
	if (!take(cursor, FRAME_MARKER "\"boot\":\"") || cursor->end - cursor->at < 9)
		return false;
	for (unsigned i = 0; i < 8; i++) {
		if (!is_hex(cursor->at[i]))
			return false;
	}
	memcpy(boot, cursor->at, 8);
	boot[8] = '\0';
	cursor->at += 8;
	return take(cursor, "\"");
}

/* A sequence number counts only with what follows it: it might go on on a line that is cut. */
static bool take_seq(struct cursor *cursor, uint32_t *seq)
{
	uint64_t value = 0;

	if (!take(cursor, ",\"seq\":"))
		return false;
	for (; cursor->at < cursor->end && is_digit(*cursor->at); cursor->at++) {
		value = value * 10 + (uint64_t)(*cursor->at - '0');
		if (value > UINT32_MAX)
			return false;
	}
	if (value == 0 || !take(cursor, ","))
		return false;
	*seq = (uint32_t)value;
	return true;
}

static bool take_t(struct cursor *cursor, double *t)
{
	char digits[32];
	size_t length = 0;

	if (!take(cursor, "\"t\":"))
		return false;
	while (cursor->at < cursor->end && length + 1 < sizeof(digits) &&
		(is_digit(*cursor->at) || *cursor->at == '.'))
		digits[length++] = *cursor->at++;
	digits[length] = '\0';
	if (!length || !take(cursor, ","))
		return false;
	*t = strtod(digits, NULL);
	/* No kernel runs for thirty years, and times are reckoned with. */
	return *t <= 1e9;
}

static bool take_type(struct cursor *cursor, char *type)
{
	const char *end;

	if (!take(cursor, "\"type\":\""))
		return false;
	end = memchr(cursor->at, '"', (size_t)(cursor->end - cursor->at));
	if (!end || end == cursor->at || end - cursor->at >= FRAME_TYPE_SIZE)
		return false;
	for (const char *c = cursor->at; c < end; c++) {
		if (!is_digit(*c) && !(*c >= 'a' && *c <= 'z') && *c != '.' && *c != '_')
			return false;
	}
	(void)text_copy_bytes(type, FRAME_TYPE_SIZE, cursor->at, (size_t)(end - cursor->at));
	cursor->at = end;
	return true;
}

/* Of no consequence where it makes no sense: then something is missing. */
static uint32_t take_skip(struct cursor *cursor)
{
	uint64_t value = 0;

	if (!take(cursor, "\",\"skip\":"))
		return 0;
	for (; cursor->at < cursor->end && is_digit(*cursor->at); cursor->at++) {
		value = value * 10 + (uint64_t)(*cursor->at - '0');
		if (value > UINT32_MAX)
			return 0;
	}
	return (uint32_t)value;
}

unsigned frame_parse(const char *line, size_t length, struct frame *ret)
{
	struct cursor cursor = {line, line + length};

	memset(ret, 0, sizeof(*ret));
	if (!take_boot(&cursor, ret->boot))
		return 0;
	if (!take_seq(&cursor, &ret->seq))
		return 1;
	if (!take_t(&cursor, &ret->t))
		return 2;
	if (!take_type(&cursor, ret->type))
		return 3;
	ret->skip = take_skip(&cursor);
	return 4;
}

static bool is_crc_tail(const char *tail)
{
	if (memcmp(tail, CRC_KEY, CRC_KEY_LENGTH) != 0 ||
		memcmp(tail + CRC_LENGTH - 2, "\"}", 2) != 0)
		return false;
	for (unsigned i = 0; i < 8; i++) {
		if (!is_hex(tail[CRC_KEY_LENGTH + i]))
			return false;
	}
	return true;
}

bool frame_is_intact(const char *line, size_t length)
{
	const char *tail;
	uint32_t said = 0;

	if (length < MARKER_LENGTH + CRC_LENGTH)
		return false;
	tail = line + length - CRC_LENGTH;
	if (!is_crc_tail(tail))
		return false;
	for (unsigned i = 0; i < 8; i++)
		said = said << 4 | hex_value(tail[CRC_KEY_LENGTH + i]);
	return said == crc32_update(0, line, length - CRC_LENGTH);
}

/* --------------------------------------------------------------------------------- finding lines
 */

enum frame_state frame_find(const char *bytes, size_t length, size_t *ret_start, size_t *ret_length)
{
	const char *start = memchr(bytes, FRAME_MARKER[0], length);
	const char *next, *tail;
	size_t rest, limit;

	/* Most lines of a log hold no brace at all, and memmem() takes longer to begin than they
	 * take to read. */
	if (start)
		start = memmem(
			start, length - (size_t)(start - bytes), FRAME_MARKER, MARKER_LENGTH);
	if (!start)
		return FRAME_NONE;
	rest = length - (size_t)(start - bytes);
	next = memmem(start + 1, rest - 1, FRAME_MARKER, MARKER_LENGTH);
	limit = next ? (size_t)(next - start) : rest;
	*ret_start = (size_t)(start - bytes);
	tail = memmem(start, limit, CRC_KEY, CRC_KEY_LENGTH);
	if (tail && (size_t)(tail - start) + CRC_LENGTH <= limit && is_crc_tail(tail) &&
		(size_t)(tail - start) + CRC_LENGTH <= FRAME_LINE_MAX) {
		*ret_length = (size_t)(tail - start) + CRC_LENGTH;
		return FRAME_WHOLE;
	}
	*ret_length = limit;
	if (!next && rest < FRAME_LINE_MAX)
		return FRAME_OPEN;
	return FRAME_BROKEN;
}

size_t frame_unescape(char *line, size_t length)
{
	size_t to = 0;

	for (size_t from = 0; from < length; from++) {
		const char *c = line + from;
		bool is_escape = length - from >= 4 && c[0] == '\\' && c[1] == 'x' &&
				 is_hex((char)(c[2] | 0x20)) && is_hex((char)(c[3] | 0x20));

		line[to++] = is_escape ? (char)(hex_value(c[2]) << 4 | hex_value(c[3])) : *c;
		from += is_escape ? 3 : 0;
	}
	return to;
}

/* ---------------------------------------------------------------------------- escape sequences */

static bool is_between(char c, unsigned first, unsigned last)
{
	return (unsigned char)c >= first && (unsigned char)c <= last;
}

/* ECMA-48, 5.4: parameters, intermediates, one final byte. One that never ends is but its head. */
static size_t csi_length(const char *bytes, size_t length)
{
	size_t at = 2;

	while (at < length && is_between(bytes[at], 0x30, 0x3f))
		at++;
	while (at < length && is_between(bytes[at], 0x20, 0x2f))
		at++;
	return at < length && is_between(bytes[at], 0x40, 0x7e) ? at + 1 : 2;
}

/* OSC, DCS and their kind: up to BEL or ESC \, and never across a record. */
static size_t string_length(const char *bytes, size_t length)
{
	for (size_t at = 2; at < length; at++) {
		if (bytes[at] == '\a')
			return at + 1;
		if (bytes[at] == '\033')
			return at + 1 < length && bytes[at + 1] == '\\' ? at + 2 : 2;
		if (length - at >= MARKER_LENGTH &&
			memcmp(bytes + at, FRAME_MARKER, MARKER_LENGTH) == 0)
			return 2;
	}
	return 2;
}

static size_t escape_length(const char *bytes, size_t length)
{
	size_t at = 1;

	if (length < 2)
		return 1;
	if (bytes[1] == '[')
		return csi_length(bytes, length);
	if (strchr("]PX^_", bytes[1]) && bytes[1])
		return string_length(bytes, length);
	while (at < length && is_between(bytes[at], 0x20, 0x2f))
		at++;
	return at < length && is_between(bytes[at], 0x30, 0x7a) ? at + 1 : 1;
}

/* How many bytes there are before the first control character. Eight at a time: a byte less than n
 * borrows from its upper bit (Bit Twiddling Hacks, "less than n"). */
static size_t plain_length(const char *bytes, size_t length)
{
	const uint64_t ONES = UINT64_C(0x0101010101010101), UPPER = ONES << 7;
	size_t at = 0;

	for (uint64_t word, deleted; at + sizeof(word) <= length; at += sizeof(word)) {
		memcpy(&word, bytes + at, sizeof(word));
		deleted = word ^ ONES * 0x7f;
		if (((word - ONES * 0x20) & ~word & UPPER) || ((deleted - ONES) & ~deleted & UPPER))
			break;
	}
	while (at < length && !is_between(bytes[at], 0, 0x1f) && bytes[at] != 0x7f)
		at++;
	return at;
}

size_t frame_clean(char *bytes, size_t length)
{
	size_t to = 0, from = 0;

	for (;;) {
		size_t plain = plain_length(bytes + from, length - from);

		if (to != from)
			memmove(bytes + to, bytes + from, plain);
		to += plain;
		from += plain;
		if (from == length)
			return to;
		from += bytes[from] == '\033' ? escape_length(bytes + from, length - from) : 1;
	}
}
