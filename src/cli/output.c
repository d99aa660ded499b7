/* SPDX-License-Identifier: MIT */
#include "cli/output.h"

#include "base/cleanup.h"
#include "base/crc32.h"
#include "base/printable.h"

#include <errno.h>
#include <string.h>
#include <unistd.h>

/* A control character of one byte becomes six: \u001b. */
enum { ESCAPE_FACTOR = 6 };

bool output_wants_colour(enum output_when when)
{
	const char *no_colour = getenv("NO_COLOR"), *term = getenv("TERM");

	if (when != COLOUR_AUTO)
		return when == COLOUR_ALWAYS;
	return isatty(STDOUT_FILENO) && !(no_colour && *no_colour) &&
	       !(term && strcmp(term, "dumb") == 0);
}

static char *escape(const char *bytes, size_t length)
{
	size_t size = length * ESCAPE_FACTOR + 1;
	char *data = malloc(size);
	struct text text;

	if (!data)
		return NULL;
	text_init(&text, data, size);
	printable_append(&text, bytes, length);
	return data;
}

void output_chars(FILE *stream, const char *chars, size_t size)
{
	_cleanup_free_ char *escaped = escape(chars, strnlen(chars, size));

	if (escaped)
		(void)fputs(escaped, stream);
}

void output_raw(FILE *stream, const char *text)
{
	output_chars(stream, text, strlen(text));
}

void output_coloured(FILE *stream, bool is_coloured, enum output_colour colour, const char *text)
{
	static const char *const CODES[] = {[COLOUR_RED] = "1;31",
		[COLOUR_YELLOW] = "1;33",
		[COLOUR_GREEN] = "1;32",
		[COLOUR_PURPLE] = "1;35",
		[COLOUR_BOLD] = "1"};

	if (is_coloured && colour != COLOUR_NONE)
		(void)fprintf(stream, "\033[%sm", CODES[colour]);
	output_raw(stream, text);
	if (is_coloured && colour != COLOUR_NONE)
		(void)fputs("\033[0m", stream);
}

void output_words(FILE *stream, unsigned column, unsigned indent, const char *text)
{
	_cleanup_free_ char *escaped = escape(text, strlen(text));
	unsigned start = column;

	for (const char *at = escaped ? escaped : ""; *at;) {
		unsigned spaces = (unsigned)strspn(at, " ");
		unsigned length = (unsigned)strcspn(at + spaces, " ");

		if (column > start && column + spaces + length >= OUTPUT_COLUMNS) {
			(void)fprintf(stream, "\n%*s", (int)indent, "");
			column = start = indent;
			at += spaces;
			spaces = 0;
		}
		(void)fprintf(stream, "%.*s", (int)(spaces + length), at);
		column += spaces + length;
		at += spaces + length;
	}
	(void)fputc('\n', stream);
}

void output_line(FILE *stream, unsigned column, const char *text)
{
	_cleanup_free_ char *escaped = escape(text, strlen(text));
	int room = (int)(OUTPUT_COLUMNS - 1 - column);

	if (escaped && strlen(escaped) > (size_t)room)
		(void)fprintf(stream, "%.*s ...\n", room - 4, escaped);
	else
		(void)fprintf(stream, "%s\n", escaped ? escaped : "");
}

/* ------------------------------------------------------------------------------------------ JSON
 */

json_t *output_json_text(const char *text)
{
	size_t length = strlen(text);
	json_t *value = json_string(text);

	while (!value && length)
		value = json_stringn(text, --length);
	return value;
}

/* jansson escapes all but DEL. */
static char *escape_delete(const char *json)
{
	size_t size = strlen(json) + 1;
	struct text text;
	char *data;

	for (const char *c = json; *c; c++)
		size += *c == 0x7f ? 5 : 0;
	data = malloc(size);
	if (!data)
		return NULL;
	text_init(&text, data, size);
	for (const char *c = json; *c; c++) {
		if (*c == 0x7f)
			text_append(&text, "\\u007f");
		else
			text_append_char(&text, *c);
	}
	return data;
}

char *output_json_string(const json_t *value, bool is_pretty)
{
	size_t flags = JSON_ENSURE_ASCII | JSON_ENCODE_ANY | JSON_REAL_PRECISION(15);
	_cleanup_free_ char *json =
		json_dumps(value, flags | (is_pretty ? JSON_INDENT(1) : JSON_COMPACT));

	return json ? escape_delete(json) : NULL;
}

int output_json(FILE *stream, const json_t *value, bool is_pretty)
{
	_cleanup_free_ char *json = output_json_string(value, is_pretty);

	if (!json)
		return -ENOMEM;
	(void)fprintf(stream, "%s\n", json);
	return 0;
}

/* Outside of its strings a record is ASCII, so that escapes stand within strings. */
static void append_json_escaped(struct text *text, const char *bytes, size_t length)
{
	while (length) {
		size_t step = text_utf8_length((const unsigned char *)bytes, length);
		json_t *character;
		_cleanup_free_ char *json = NULL;

		step = step ? step : 1;
		if (step == 1 && *bytes >= ' ' && *bytes <= '~') {
			text_append_char(text, *bytes);
		} else {
			character = json_stringn(bytes, step);
			json = character ? output_json_string(character, false) : NULL;
			if (json)
				text_append_bytes(text, json + 1, strlen(json) - 2);
			json_decref(character);
		}
		bytes += step;
		length -= step;
	}
}

char *output_record_line(const char *line, size_t length)
{
	static const char CRC[] = ",\"crc\":\"";
	const char *tail = memmem(line, length, CRC, sizeof(CRC) - 1);
	size_t size = 6 * length + 1;
	char *data = malloc(size);
	struct text text;

	if (!data)
		return NULL;
	text_init(&text, data, size);
	append_json_escaped(&text, line, tail ? (size_t)(tail - line) : length);
	if (tail) {
		uint32_t crc = crc32_update(0, text.data, text.length);

		text_append(&text, CRC);
		text_append_hex(&text, crc, 8);
		text_append(&text, "\"}");
	}
	return data;
}
