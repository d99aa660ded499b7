/* SPDX-License-Identifier: MIT */
#include "report/record.h"

#include "base/text.h"

#include <string.h>

/* A member of an array needs its key, brackets and a comma around it on a line of its own. */
enum { ELEMENT_SIZE = RECORD_PAYLOAD_SIZE - (int)sizeof(((struct record *)0)->array_key) - 8 };
/* Room kept free within an element for a closing quote and brace. */
enum { CLOSING_SIZE = 3 };

static enum record_rank rank_of(const char *type)
{
	static const struct {
		const char *type;
		enum record_rank rank;
	} RANKS[] = {
		{"partition", RECORD_BULK},
		{"filesystem", RECORD_BULK},
		{"kernel.event", RECORD_BULK},
		{"begin", RECORD_VERDICT},
		{"config", RECORD_VERDICT},
		{"root", RECORD_VERDICT},
		{"handoff", RECORD_VERDICT},
		{"finding", RECORD_VERDICT},
		{"omitted", RECORD_VERDICT},
		{"sink", RECORD_VERDICT},
		{"end", RECORD_VERDICT},
	};

	for (size_t i = 0; i < ARRAY_SIZE(RANKS); i++) {
		if (strcmp(RANKS[i].type, type) == 0)
			return RANKS[i].rank;
	}
	return RECORD_ORDINARY;
}

void record_begin(struct record *record, struct report *report, const char *type)
{
	record->report = report;
	record->type = type;
	record->rank = rank_of(type);
	record->is_quiet = false;
	record->line = 0;
	record->length[0] = 0;
	record->is_cut[0] = false;
	record->element_length = 0;
	record->is_element_cut = false;
	record->is_in_array = record->is_in_object = record->is_array_open = false;
	record->subject = 0;
}

/* ------------------------------------------------------------------ placing members on lines */

static void line_append(struct record *record, const char *bytes, size_t count)
{
	uint16_t *length = &record->length[record->line];

	if (count > (size_t)(RECORD_PAYLOAD_SIZE - *length)) {
		record->is_cut[record->line] = true;
		return;
	}
	memcpy(record->payload[record->line] + *length, bytes, count);
	*length = (uint16_t)(*length + count);
}

static void line_close_array(struct record *record)
{
	if (record->is_array_open)
		line_append(record, "]", 1);
	record->is_array_open = false;
}

/* Makes room for count bytes on the current line or starts the next. Returns false when there is
 * no line left. */
static bool line_make_room(struct record *record, size_t count)
{
	if (record->length[record->line] + count <= RECORD_PAYLOAD_SIZE)
		return true;
	line_close_array(record);
	if (record->line + 1 >= RECORD_LINES_MAX) {
		record->is_cut[record->line] = true;
		return false;
	}
	record->line++;
	record->length[record->line] = 0;
	record->is_cut[record->line] = false;
	return true;
}

static void place_in_array(struct record *record)
{
	/* The bracket that closes the array is always kept free. */
	size_t around = strlen(record->array_key) + sizeof(",\"\":[]") - 1;

	if (!line_make_room(record, (record->is_array_open ? 2 : around) + record->element_length))
		return;
	if (record->is_array_open) {
		line_append(record, ",", 1);
	} else {
		line_append(record, ",\"", 2);
		line_append(record, record->array_key, strlen(record->array_key));
		line_append(record, "\":[", 3);
		record->is_array_open = true;
	}
	line_append(record, record->element, record->element_length);
}

static void element_place(struct record *record)
{
	if (record->is_in_array)
		place_in_array(record);
	else if (line_make_room(record, record->element_length))
		line_append(record, record->element, record->element_length);
	if (record->is_element_cut)
		record->is_cut[record->line] = true;
	record->element_length = 0;
	record->is_element_cut = false;
}

/* --------------------------------------------------------------------------- writing a member */

static struct text element_text(struct record *record)
{
	return (struct text){
		.data = record->element,
		.size = ELEMENT_SIZE,
		.length = record->element_length,
	};
}

/* Starts a member: the comma and the key, or nothing for a plain array element. */
static struct text member_open(struct record *record, const char *key)
{
	struct text text = element_text(record);
	bool is_first_in_object = record->is_in_object && text.length == 1;

	if (!key)
		return text;
	if (!is_first_in_object)
		text_append_char(&text, ',');
	text_append_char(&text, '"');
	text_append(&text, key);
	text_append(&text, "\":");
	return text;
}

/* Ends a member. One that did not fit is taken back whole. */
static void member_close(struct record *record, const struct text *text)
{
	if (text->is_cut || text->length + CLOSING_SIZE > ELEMENT_SIZE)
		record->is_element_cut = true;
	else
		record->element_length = (uint16_t)text->length;
	if (!record->is_in_object)
		element_place(record);
}

static void append_escaped(struct text *text, const unsigned char *bytes, size_t length)
{
	static const char SHORT[] = "\bb\tt\nn\ff\rr\"\"\\\\";
	const char *found = length == 1 && bytes[0] ? strchr(SHORT, bytes[0]) : NULL;

	/* The escape letters themselves stand at odd places. */
	if (found && (found - SHORT) % 2 == 0) {
		text_append_char(text, '\\');
		text_append_char(text, found[1]);
	} else if (length == 0) {
		text_append(text, "\\ufffd");
	} else if (length == 1 && (bytes[0] < 0x20 || bytes[0] == 0x7f)) {
		text_append(text, "\\u");
		text_append_hex(text, bytes[0], 4);
	} else if (length == 2 && bytes[0] == 0xc2 && bytes[1] < 0xa0) {
		text_append(text, "\\u");
		text_append_hex(text, bytes[1], 4);
	} else {
		text_append_bytes(text, (const char *)bytes, length);
	}
}

/* A JSON string of valid UTF-8; what does not fit is left out and *ret_is_cut set. */
static void append_json_string(
	struct text *text, const char *value, size_t length, bool *ret_is_cut)
{
	const unsigned char *bytes = (const unsigned char *)value;
	enum { LONGEST_ESCAPE = 6 };

	text_append_char(text, '"');
	while (length) {
		size_t step = text_utf8_length(bytes, length);
		if (text->length + LONGEST_ESCAPE + CLOSING_SIZE >= text->size) {
			*ret_is_cut = true;
			break;
		}
		append_escaped(text, bytes, step);
		step = step ? step : 1;
		bytes += step;
		length -= step;
	}
	text_append_char(text, '"');
}

static void write_string(struct record *record, const char *key, const char *value, size_t length)
{
	struct text text = member_open(record, key);
	bool is_cut = false;

	append_json_string(&text, value, length, &is_cut);
	record->is_element_cut |= is_cut;
	member_close(record, &text);
}

static void write_literal(struct record *record, const char *key, const char *literal)
{
	struct text text = member_open(record, key);

	text_append(&text, literal);
	member_close(record, &text);
}

void record_chars(struct record *record, const char *key, const char *value, size_t size)
{
	size_t length = strnlen(value, size);

	if (length)
		write_string(record, key, value, length);
}

void record_string(struct record *record, const char *key, const char *value)
{
	if (value && *value)
		write_string(record, key, value, strlen(value));
}

void record_u64(struct record *record, const char *key, uint64_t value)
{
	struct text text = member_open(record, key);

	text_append_u64(&text, value);
	member_close(record, &text);
}

void record_nonzero(struct record *record, const char *key, uint64_t value)
{
	if (value)
		record_u64(record, key, value);
}

void record_i64(struct record *record, const char *key, int64_t value)
{
	struct text text = member_open(record, key);

	text_append_i64(&text, value);
	member_close(record, &text);
}

void record_hex(struct record *record, const char *key, uint64_t value)
{
	struct text text = member_open(record, key);

	text_append(&text, "\"0x");
	text_append_hex(&text, value, 1);
	text_append_char(&text, '"');
	member_close(record, &text);
}

void record_bool(struct record *record, const char *key, bool value)
{
	write_literal(record, key, value ? "true" : "false");
}

void record_flag(struct record *record, const char *key, bool value)
{
	if (value)
		record_bool(record, key, true);
}

void record_answer(struct record *record, const char *key, enum answer value)
{
	if (value == ANSWER_YES || value == ANSWER_NO)
		record_bool(record, key, value == ANSWER_YES);
}

void record_outcome(struct record *record, const char *key, outcome_t value)
{
	if (value == OUTCOME_UNKNOWN)
		return;
	record_string(record, key, value > 0 ? "ok" : record_errno_name(value));
}

void record_seconds(struct record *record, const char *key, uint64_t value_us)
{
	struct text text = member_open(record, key);

	text_append_seconds(&text, value_us);
	member_close(record, &text);
}

void record_guid(struct record *record, const char *key, const uint8_t guid[16])
{
	/* UEFI 2.10, appendix A: the first three groups are little-endian. */
	static const uint8_t ORDER[16] = {3, 2, 1, 0, 5, 4, 7, 6, 8, 9, 10, 11, 12, 13, 14, 15};
	struct text text = member_open(record, key);

	text_append_char(&text, '"');
	for (size_t i = 0; i < sizeof(ORDER); i++) {
		if (i == 4 || i == 6 || i == 8 || i == 10)
			text_append_char(&text, '-');
		text_append_hex(&text, guid[ORDER[i]], 2);
	}
	text_append_char(&text, '"');
	member_close(record, &text);
}

/* ----------------------------------------------------------------------------- arrays, objects */

void record_array_begin(struct record *record, const char *key)
{
	text_copy(record->array_key, sizeof(record->array_key), key);
	record->is_in_array = true;
	record->is_array_open = false;
}

void record_array_string(struct record *record, const char *value)
{
	write_string(record, NULL, value, strlen(value));
}

void record_array_u64(struct record *record, uint64_t value)
{
	record_u64(record, NULL, value);
}

void record_object_begin(struct record *record)
{
	record->element[0] = '{';
	record->element_length = 1;
	record->is_in_object = true;
}

void record_object_end(struct record *record)
{
	record->element[record->element_length++] = '}';
	record->is_in_object = false;
	element_place(record);
}

void record_array_end(struct record *record)
{
	line_close_array(record);
	record->is_in_array = false;
}
