/* SPDX-License-Identifier: MIT */
#include "base/text.h"

#include <errno.h>
#include <string.h>

void text_init(struct text *text, char *data, size_t size)
{
	*text = (struct text){.data = data, .size = size};
	if (size)
		data[0] = '\0';
}

void text_append_bytes(struct text *text, const char *bytes, size_t count)
{
	size_t room = text->size ? text->size - 1 - text->length : 0;

	if (count > room) {
		count = room;
		text->is_cut = true;
	}
	if (!count)
		return;

	memcpy(text->data + text->length, bytes, count);
	text->length += count;
	text->data[text->length] = '\0';
}

void text_append(struct text *text, const char *string)
{
	text_append_bytes(text, string, strlen(string));
}

void text_append_char(struct text *text, char c)
{
	text_append_bytes(text, &c, 1);
}

void text_append_u64(struct text *text, uint64_t value)
{
	char digits[20];
	size_t at = sizeof(digits);

	do {
		digits[--at] = (char)('0' + value % 10);
		value /= 10;
	} while (value);
	text_append_bytes(text, digits + at, sizeof(digits) - at);
}

void text_append_i64(struct text *text, int64_t value)
{
	if (value < 0)
		text_append_char(text, '-');
	text_append_u64(text, value < 0 ? 0 - (uint64_t)value : (uint64_t)value);
}

void text_append_hex(struct text *text, uint64_t value, unsigned width)
{
	char digits[16];
	size_t at = sizeof(digits);

	do {
		digits[--at] = "0123456789abcdef"[value & 15];
		value >>= 4;
	} while (value);
	while (sizeof(digits) - at < width && at)
		digits[--at] = '0';
	text_append_bytes(text, digits + at, sizeof(digits) - at);
}

bool text_copy_bytes(char *destination, size_t size, const char *source, size_t count)
{
	struct text text;

	text_init(&text, destination, size);
	text_append_bytes(&text, source, count);
	return !text.is_cut;
}

void text_append_size(struct text *text, uint64_t bytes)
{
	static const char *const UNITS[] = {"KiB", "MiB", "GiB", "TiB", "PiB", "EiB"};
	uint64_t tenths = bytes / 1024 * 10 + bytes % 1024 * 10 / 1024;
	size_t unit = 0;

	while (tenths >= 10240 && unit + 1 < ARRAY_SIZE(UNITS)) {
		tenths /= 1024;
		unit++;
	}
	text_append_u64(text, tenths / 10);
	if (tenths % 10) {
		text_append_char(text, '.');
		text_append_u64(text, tenths % 10);
	}
	text_append_char(text, ' ');
	text_append(text, UNITS[unit]);
}

void text_append_seconds(struct text *text, uint64_t value_us)
{
	uint64_t fraction = value_us % 1000000;
	char digits[7];

	for (int i = 5; i >= 0; i--, fraction /= 10)
		digits[i] = (char)('0' + fraction % 10);
	digits[6] = '\0';
	text_append_u64(text, value_us / 1000000);
	text_append_char(text, '.');
	text_append(text, digits);
}

bool text_copy(char *destination, size_t size, const char *source)
{
	return text_copy_bytes(destination, size, source, strlen(source));
}

bool text_join(char *destination, size_t size, ...)
{
	struct text text;
	const char *part;
	va_list parts;

	text_init(&text, destination, size);
	va_start(parts, size);
	while ((part = va_arg(parts, const char *)))
		text_append(&text, part);
	va_end(parts);
	return !text.is_cut;
}

static bool is_space(char c)
{
	return c == ' ' || (c >= '\t' && c <= '\r');
}

char *text_trim(char *string)
{
	size_t start = 0;
	size_t end = strlen(string);

	while (is_space(string[start]))
		start++;
	while (end > start && is_space(string[end - 1]))
		end--;
	memmove(string, string + start, end - start);
	string[end - start] = '\0';
	return string;
}

bool text_starts_with(const char *string, const char *prefix)
{
	return strncmp(string, prefix, strlen(prefix)) == 0;
}

bool text_ends_with(const char *string, const char *suffix)
{
	size_t length = strlen(string);
	size_t tail = strlen(suffix);

	return tail <= length && strcmp(string + length - tail, suffix) == 0;
}

static int digit_value(char c)
{
	if (c >= '0' && c <= '9')
		return c - '0';
	if (c >= 'a' && c <= 'f')
		return c - 'a' + 10;
	if (c >= 'A' && c <= 'F')
		return c - 'A' + 10;
	return 99;
}

static unsigned take_base(const char **string, unsigned base)
{
	const char *s = *string;
	bool is_hex = s[0] == '0' && (s[1] == 'x' || s[1] == 'X');

	if (is_hex && (base == 0 || base == 16)) {
		*string = s + 2;
		return 16;
	}
	if (base)
		return base;
	return s[0] == '0' && s[1] ? 8 : 10;
}

int text_parse_u64(const char *string, unsigned base, uint64_t *ret_value)
{
	uint64_t value = 0;

	base = take_base(&string, base);
	if (!*string)
		return -EINVAL;
	for (; *string; string++) {
		unsigned digit = (unsigned)digit_value(*string);
		if (digit >= base)
			return -EINVAL;
		if (__builtin_mul_overflow(value, base, &value) ||
			__builtin_add_overflow(value, digit, &value))
			return -ERANGE;
	}
	*ret_value = value;
	return 0;
}

int text_parse_u32(const char *string, unsigned base, uint32_t *ret_value)
{
	uint64_t value;
	int r = text_parse_u64(string, base, &value);

	if (r < 0)
		return r;
	if (value > UINT32_MAX)
		return -ERANGE;
	*ret_value = (uint32_t)value;
	return 0;
}

char *text_next_line(char **cursor)
{
	char *line = *cursor;
	char *end;

	if (!line || !*line)
		return NULL;
	end = strchr(line, '\n');
	if (end)
		*end++ = '\0';
	*cursor = end;
	return line;
}

char *text_next_field(char **cursor)
{
	char *field = *cursor;
	char *end;

	if (!field)
		return NULL;
	while (is_space(*field))
		field++;
	if (!*field)
		return NULL;
	for (end = field; *end && !is_space(*end); end++)
		;
	*cursor = *end ? end + 1 : end;
	*end = '\0';
	return field;
}

static size_t utf8_expected(unsigned char lead, unsigned char *ret_min, unsigned char *ret_max)
{
	*ret_min = 0x80;
	*ret_max = 0xbf;
	if (lead < 0x80)
		return 1;
	if (lead >= 0xc2 && lead <= 0xdf)
		return 2;
	if (lead >= 0xe0 && lead <= 0xef) {
		/* Overlong forms and surrogates are excluded by the second byte (RFC 3629). */
		*ret_min = lead == 0xe0 ? 0xa0 : 0x80;
		*ret_max = lead == 0xed ? 0x9f : 0xbf;
		return 3;
	}
	if (lead >= 0xf0 && lead <= 0xf4) {
		*ret_min = lead == 0xf0 ? 0x90 : 0x80;
		*ret_max = lead == 0xf4 ? 0x8f : 0xbf;
		return 4;
	}
	return 0;
}

size_t text_utf8_length(const unsigned char *bytes, size_t available)
{
	unsigned char min, max;
	size_t length;

	if (!available)
		return 0;
	length = utf8_expected(bytes[0], &min, &max);
	if (!length || length > available)
		return 0;
	for (size_t i = 1; i < length; i++) {
		if (bytes[i] < min || bytes[i] > max)
			return 0;
		min = 0x80;
		max = 0xbf;
	}
	return length;
}
