/* SPDX-License-Identifier: MIT */
#include "parse/dbus_message.h"

#include "base/text.h"
#include "base/unaligned.h"

#include <errno.h>
#include <string.h>

/* "Message Format": the fields of the header, and how long a message may be. */
enum {
	FIELD_PATH = 1,
	FIELD_INTERFACE = 2,
	FIELD_MEMBER = 3,
	FIELD_REPLY_SERIAL = 5,
	FIELD_DESTINATION = 6,
	FIELD_SIGNATURE = 8,
	FIXED_BYTES = 16,
	FIELDS_MAX = 1 << 26,
	MESSAGE_MAX = 1 << 27,
};

static size_t aligned(size_t at, size_t alignment)
{
	return (at + alignment - 1) & ~(alignment - 1);
}

/* ------------------------------------------------------------------------------------- writing */

struct writer {
	uint8_t *buf;
	size_t size, at;
	bool is_full;
};

static void put_bytes(struct writer *writer, const void *bytes, size_t count)
{
	if (writer->is_full || count > writer->size - writer->at) {
		writer->is_full = true;
		return;
	}
	memcpy(writer->buf + writer->at, bytes, count);
	writer->at += count;
}

static void pad(struct writer *writer, size_t alignment)
{
	static const uint8_t ZEROES[8];

	put_bytes(writer, ZEROES, aligned(writer->at, alignment) - writer->at);
}

static void put_u32(struct writer *writer, uint32_t value)
{
	uint8_t bytes[4];

	for (unsigned i = 0; i < sizeof(bytes); i++)
		bytes[i] = (uint8_t)(value >> 8 * i);
	pad(writer, sizeof(bytes));
	put_bytes(writer, bytes, sizeof(bytes));
}

static void put_string(struct writer *writer, const char *string)
{
	put_u32(writer, (uint32_t)strlen(string));
	put_bytes(writer, string, strlen(string) + 1);
}

static void put_signature(struct writer *writer, const char *signature)
{
	put_bytes(writer, &(uint8_t){(uint8_t)strlen(signature)}, 1);
	put_bytes(writer, signature, strlen(signature) + 1);
}

static void put_field(
	struct writer *writer, uint8_t field, const char *signature, const char *value)
{
	pad(writer, 8);
	put_bytes(writer, &field, 1);
	put_signature(writer, signature);
	if (*signature == 'g')
		put_signature(writer, value);
	else
		put_string(writer, value);
}

static void fill_u32(struct writer *writer, size_t at, size_t value)
{
	struct writer back = {.buf = writer->buf, .size = writer->size, .at = at};

	if (!writer->is_full)
		put_u32(&back, (uint32_t)value);
}

size_t dbus_call_write(const struct dbus_call *call, uint32_t serial, uint8_t *buf, size_t size)
{
	struct writer writer = {.buf = buf, .size = size};
	char signature[ARRAY_SIZE(call->arguments) + 1] = "";
	size_t body;

	for (size_t i = 0; i < ARRAY_SIZE(call->arguments) && call->arguments[i]; i++)
		signature[i] = 's';
	put_bytes(&writer, (const uint8_t[]){'l', DBUS_CALL, 0, 1}, 4);
	put_u32(&writer, 0);
	put_u32(&writer, serial);
	put_u32(&writer, 0);
	put_field(&writer, FIELD_PATH, "o", call->path);
	put_field(&writer, FIELD_INTERFACE, "s", call->interface);
	put_field(&writer, FIELD_MEMBER, "s", call->member);
	put_field(&writer, FIELD_DESTINATION, "s", call->destination);
	if (*signature)
		put_field(&writer, FIELD_SIGNATURE, "g", signature);
	fill_u32(&writer, 12, writer.at - FIXED_BYTES);
	pad(&writer, 8);
	body = writer.at;
	for (size_t i = 0; signature[i]; i++)
		put_string(&writer, call->arguments[i]);
	fill_u32(&writer, 4, writer.at - body);
	return writer.is_full ? 0 : writer.at;
}

/* ------------------------------------------------------------------------------------- reading */

static bool has(struct dbus_cursor *cursor, size_t count)
{
	if (!cursor->error && count > cursor->size - cursor->at)
		cursor->error = -EAGAIN;
	return !cursor->error;
}

void dbus_align(struct dbus_cursor *cursor, size_t alignment)
{
	size_t count = aligned(cursor->at, alignment) - cursor->at;

	if (has(cursor, count))
		cursor->at += count;
}

static uint64_t take_number(struct dbus_cursor *cursor, unsigned width)
{
	const uint8_t *bytes;

	dbus_align(cursor, width);
	if (!has(cursor, width))
		return 0;
	bytes = cursor->bytes + cursor->at;
	cursor->at += width;
	return cursor->is_big_endian ? get_be(bytes, width) : get_le(bytes, width);
}

uint32_t dbus_take_u32(struct dbus_cursor *cursor)
{
	return (uint32_t)take_number(cursor, 4);
}

uint64_t dbus_take_u64(struct dbus_cursor *cursor)
{
	return take_number(cursor, 8);
}

/* length bytes and the NUL behind them. */
static void take_terminated(struct dbus_cursor *cursor, size_t length, char *buf, size_t size)
{
	if (buf)
		buf[0] = '\0';
	if (length >= MESSAGE_MAX && !cursor->error)
		cursor->error = -EPROTO;
	if (!has(cursor, length + 1))
		return;
	if (memchr(cursor->bytes + cursor->at, '\0', length + 1) !=
		cursor->bytes + cursor->at + length) {
		cursor->error = -EPROTO;
		return;
	}
	if (buf)
		(void)text_copy(buf, size, (const char *)cursor->bytes + cursor->at);
	cursor->at += length + 1;
}

void dbus_take_text(struct dbus_cursor *cursor, char *buf, size_t size)
{
	take_terminated(cursor, dbus_take_u32(cursor), buf, size);
}

static void take_signature(struct dbus_cursor *cursor, char *buf, size_t size)
{
	take_terminated(cursor, (size_t)take_number(cursor, 1), buf, size);
}

/* Of one type that takes one letter; "" for all others. */
static char take_simple_signature(struct dbus_cursor *cursor)
{
	char signature[3];

	take_signature(cursor, signature, sizeof(signature));
	return signature[0] && signature[1] ? '\0' : signature[0];
}

uint64_t dbus_take_variant(struct dbus_cursor *cursor)
{
	switch (take_simple_signature(cursor)) {
	case 'u':
		return dbus_take_u32(cursor);
	case 't':
		return dbus_take_u64(cursor);
	default:
		cursor->error = cursor->error ? cursor->error : -EPROTO;
		return 0;
	}
}

static void take_field(struct dbus_cursor *cursor, struct dbus_header *header)
{
	uint64_t field;

	dbus_align(cursor, 8);
	field = take_number(cursor, 1);
	switch (take_simple_signature(cursor)) {
	case 'u':
		if (field == FIELD_REPLY_SERIAL)
			header->reply_serial = dbus_take_u32(cursor);
		else
			(void)dbus_take_u32(cursor);
		return;
	case 's':
	case 'o':
		dbus_take_text(cursor, NULL, 0);
		return;
	case 'g': {
		char signature[256];

		take_signature(cursor, signature, sizeof(signature));
		if (field == FIELD_SIGNATURE && strlen(signature) < sizeof(header->signature))
			(void)text_copy(header->signature, sizeof(header->signature), signature);
		return;
	}
	default:
		/* No field of this protocol has another type. */
		cursor->error = cursor->error ? cursor->error : -EPROTO;
	}
}

int dbus_header_parse(const uint8_t *bytes, size_t size, struct dbus_header *ret)
{
	struct dbus_header header = {0};
	struct dbus_cursor cursor = {.bytes = bytes, .size = size, .at = 4};
	uint32_t fields;

	if (size < FIXED_BYTES)
		return -EAGAIN;
	if ((bytes[0] != 'l' && bytes[0] != 'B') || bytes[3] != 1)
		return -EPROTO;
	header.type = bytes[1];
	header.is_big_endian = cursor.is_big_endian = bytes[0] == 'B';
	header.body_bytes = dbus_take_u32(&cursor);
	(void)dbus_take_u32(&cursor);
	fields = dbus_take_u32(&cursor);
	if (fields > FIELDS_MAX || header.body_bytes > MESSAGE_MAX)
		return -EPROTO;
	header.header_bytes = aligned(FIXED_BYTES + fields, 8);
	if (header.header_bytes > size)
		return -EAGAIN;
	cursor.size = FIXED_BYTES + fields;
	while (!cursor.error && cursor.at < cursor.size)
		take_field(&cursor, &header);
	if (cursor.error)
		return -EPROTO;
	*ret = header;
	return 0;
}
