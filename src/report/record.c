/* SPDX-License-Identifier: MIT */
#include "report/record.h"

#include "base/crc32.h"
#include "base/text.h"

#include <string.h>

/* A member of an array needs its key, brackets and a comma around it on a line of its own. */
enum { ELEMENT_SIZE = RECORD_PAYLOAD_SIZE - (int)sizeof(((struct record *)0)->array_key) - 8 };
/* Room kept free within an element for a closing quote and brace. */
enum { CLOSING_SIZE = 3 };

void report_init(struct report *report, const char *boot_id, report_line_fn emit, void *context,
	uint64_t (*now_us)(void))
{
	/* The list itself is read up to its count only: its pages stay untouched. */
	memset(report, 0, offsetof(struct report, said));
	text_copy_bytes(report->boot, sizeof(report->boot), boot_id, strnlen(boot_id, 8));
	report->next_sequence = 1;
	report->emit = emit;
	report->context = context;
	report->now_us = now_us;
}

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

static void append_seconds(struct text *text, uint64_t value_us)
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

void record_seconds(struct record *record, const char *key, uint64_t value_us)
{
	struct text text = member_open(record, key);

	append_seconds(&text, value_us);
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

/* ------------------------------------------------------------------------------------ sending */

/* FNV-1a, 64 bits: a report has some hundred records, so a collision is out of reach. */
static uint64_t hash_update(uint64_t hash, const void *bytes, size_t count)
{
	const unsigned char *byte = bytes;

	while (count--)
		hash = (hash ^ *byte++) * UINT64_C(0x100000001b3);
	return hash;
}

static uint64_t record_hash(const struct record *record)
{
	uint64_t hash = UINT64_C(0xcbf29ce484222325);

	hash = hash_update(hash, record->type, strlen(record->type) + 1);
	for (uint32_t i = 0; i <= record->line; i++)
		hash = hash_update(hash, record->payload[i], record->length[i]);
	return hash;
}

void record_subject(struct record *record)
{
	record->subject = record_hash(record);
}

void record_is_bulk(struct record *record)
{
	record->rank = RECORD_BULK;
}

static struct report_said *said_find(struct report *report, uint64_t hash)
{
	uint32_t at = report->said_by_hash[hash % REPORT_SAID_BUCKETS];

	while (at && report->said[at - 1].hash != hash)
		at = report->said[at - 1].next_by_hash;
	return at ? &report->said[at - 1] : NULL;
}

/* Something else was said of the same subject since. */
static bool said_is_superseded(const struct report *report, const struct report_said *said)
{
	uint32_t at = report->said_by_subject[said->subject % REPORT_SAID_BUCKETS];

	for (; said->subject && at; at = report->said[at - 1].next_by_subject) {
		if (report->said[at - 1].subject == said->subject &&
			report->said[at - 1].sequence > said->sequence)
			return true;
	}
	return false;
}

static void said_add(
	struct report *report, const struct record *record, uint64_t hash, uint32_t sequence)
{
	uint32_t *by_hash = &report->said_by_hash[hash % REPORT_SAID_BUCKETS];
	uint32_t *by_subject = &report->said_by_subject[record->subject % REPORT_SAID_BUCKETS];

	if (report->said_count >= REPORT_SAID_MAX)
		return;
	report->said[report->said_count++] = (struct report_said){
		.hash = hash,
		.subject = record->subject,
		.sequence = sequence,
		.next_by_hash = *by_hash,
		.next_by_subject = record->subject ? *by_subject : 0,
	};
	*by_hash = report->said_count;
	if (record->subject)
		*by_subject = report->said_count;
}

/* -------------------------------------------------------------------------- what has no room */

static bool has_room(const struct record *record)
{
	const struct report *report = record->report;

	return !report->has_room || report->has_room(report->context, record->rank,
					    ((size_t)record->line + 1) * (RECORD_SIZE + 1));
}

static void omit(const struct record *record)
{
	struct report *report = record->report;

	for (size_t i = 0; i < ARRAY_SIZE(report->omitted); i++) {
		if (report->omitted[i].type && strcmp(report->omitted[i].type, record->type) != 0)
			continue;
		report->omitted[i].type = record->type;
		report->omitted[i].count++;
		return;
	}
}

void report_omit_nothing(struct report *report)
{
	memset(report->omitted, 0, sizeof(report->omitted));
}

void report_tell_omitted(struct report *report, struct record *record)
{
	if (!report->omitted[0].type)
		return;
	record_begin(record, report, "omitted");
	record_subject(record);
	record_array_begin(record, "records");
	for (size_t i = 0; i < ARRAY_SIZE(report->omitted) && report->omitted[i].type; i++) {
		record_object_begin(record);
		record_string(record, "type", report->omitted[i].type);
		record_u64(record, "count", report->omitted[i].count);
		record_object_end(record);
	}
	record_array_end(record);
	(void)record_end(record);
}

static void append_crc(struct text *text)
{
	uint32_t crc = crc32_update(0, text->data, text->length);

	text_append(text, ",\"crc\":\"");
	text_append_hex(text, crc, 8);
	text_append(text, "\"}");
}

static void send_line(const struct record *record, uint32_t index, uint32_t first, uint64_t t_us)
{
	struct report *report = record->report;
	char line[RECORD_SIZE + 1];
	struct text text;

	text_init(&text, line, sizeof(line));
	text_append(&text, "{\"bootprobe\":1,\"boot\":\"");
	text_append(&text, report->boot);
	text_append(&text, "\",\"seq\":");
	text_append_u64(&text, report->next_sequence++);
	text_append(&text, ",\"t\":");
	append_seconds(&text, t_us);
	text_append(&text, ",\"type\":\"");
	text_append(&text, record->type);
	text_append_char(&text, '"');
	if (index) {
		text_append(&text, ",\"cont\":");
		text_append_u64(&text, first);
	}
	text_append_bytes(&text, record->payload[index], record->length[index]);
	if (record->is_cut[index])
		text_append(&text, ",\"cut\":true");
	if (index < record->line)
		text_append(&text, ",\"more\":true");
	append_crc(&text);
	report->emit(report->context, line, text.length);
}

static uint32_t send_lines(const struct record *record)
{
	uint32_t first = record->report->next_sequence;
	uint64_t t_us = record->report->now_us();

	for (uint32_t i = 0; i <= record->line; i++)
		send_line(record, i, first, t_us);
	return first;
}

uint32_t record_end(struct record *record)
{
	struct report *report = record->report;
	uint64_t hash = record_hash(record);
	struct report_said *said = said_find(report, hash);
	uint32_t sequence;

	if (said && !said_is_superseded(report, said))
		return said->sequence;
	sequence = record_end_always(record);
	if (!sequence)
		return 0;
	if (said)
		said->sequence = sequence;
	else
		said_add(report, record, hash, sequence);
	return sequence;
}

uint32_t record_end_always(struct record *record)
{
	if (has_room(record))
		return send_lines(record);
	omit(record);
	return 0;
}
