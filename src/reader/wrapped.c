/* SPDX-License-Identifier: MIT */
#include "reader/wrapped.h"

#include "base/cleanup.h"
#include "base/text.h"
#include "reader/frame.h"

#include <jansson.h>
#include <string.h>

enum { WRAPPED_MAX = 64 * 1024, DEPTH_MAX = 4 };

bool wrapped_is_likely(const char *line, size_t length)
{
	static const char TEXT[] = "{\\\"bootprobe\\\":1,";
	static const char *const BYTES[] = {
		/* the record behind "bootprobe: ", as an array of bytes */
		"58,32,123,34,98,111,111,116,112,114,111,98,101,34",
		"58, 32, 123, 34, 98, 111, 111, 116, 112, 114, 111, 98, 101, 34",
		"[123,34,98,111,111"};

	/* An array of bytes takes two signs for each, and no record has less than 64. */
	enum { BYTES_LENGTH_MIN = 128 };
	const char *brace = memchr(line, '{', length);

	/* Of most lines this is all: memmem() takes longer to begin than they take to read. */
	if (brace && memmem(brace, length - (size_t)(brace - line), TEXT, strlen(TEXT)))
		return true;
	for (size_t i = 0; length >= BYTES_LENGTH_MIN && i < ARRAY_SIZE(BYTES); i++) {
		if (memmem(line, length, BYTES[i], strlen(BYTES[i])))
			return true;
	}
	return false;
}

/* A byte array, as systemd writes what is not UTF-8 or not printable. Returns its length, 0: none.
 */
static size_t read_bytes(const json_t *array, char *bytes, size_t size)
{
	size_t count = json_array_size(array);

	if (count > size)
		return 0;
	for (size_t i = 0; i < count; i++) {
		const json_t *byte = json_array_get(array, i);
		json_int_t value = json_integer_value(byte);

		if (!json_is_integer(byte) || value < 0 || value > 255)
			return 0;
		bytes[i] = (char)value;
	}
	return count;
}

static void visit(const json_t *value, unsigned depth, wrapped_fn found, void *context)
{
	char bytes[2 * FRAME_LINE_MAX];
	const json_t *member;
	const char *key;
	size_t length;

	if (json_is_string(value)) {
		found(context, json_string_value(value), json_string_length(value));
	} else if (json_is_array(value)) {
		length = read_bytes(value, bytes, sizeof(bytes));
		if (length)
			found(context, bytes, length);
		for (size_t i = 0; !length && depth < DEPTH_MAX && i < json_array_size(value); i++)
			visit(json_array_get(value, i), depth + 1, found, context);
	} else if (json_is_object(value) && depth < DEPTH_MAX) {
		json_object_foreach((json_t *)(uintptr_t)value, key, member)
			visit(member, depth + 1, found, context);
	}
}

/* A line of an object that is spread over several lines: "msg": "...", */
static json_t *load_member(const char *line, size_t length)
{
	_cleanup_free_ char *object = malloc(length + 2);
	size_t at = 0;

	if (!object)
		return NULL;
	while (length && strchr(", \t", line[length - 1]))
		length--;
	object[at++] = '{';
	memcpy(object + at, line, length);
	at += length;
	object[at++] = '}';
	return json_loadb(object, at, JSON_ALLOW_NUL, NULL);
}

bool wrapped_read(const char *line, size_t length, wrapped_fn found, void *context)
{
	const char *brace = memchr(line, '{', length);
	size_t skipped = brace ? (size_t)(brace - line) : 0;
	json_t *object = NULL;

	if (length > WRAPPED_MAX)
		return false;
	if (brace)
		object = json_loadb(brace, length - skipped, JSON_ALLOW_NUL, NULL);
	if (!object)
		object = load_member(line, length);
	if (!object)
		return false;
	visit(object, 0, found, context);
	json_decref(object);
	return true;
}
