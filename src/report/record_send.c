/* SPDX-License-Identifier: MIT */
/* A record that is whole: what was said before is not said again, what has no room is counted. */
#include "report/record.h"

#include "base/crc32.h"
#include "base/text.h"

#include <string.h>

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

void record_is_quiet(struct record *record)
{
	record->is_quiet = true;
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

#define QUIET ",\"quiet\":true"
/* Behind that mark: ,"crc":"01234567"} */
enum { CRC_LENGTH = 18 };

bool record_line_is_quiet(const char *line, size_t length)
{
	const size_t mark = strlen(QUIET);

	return length > mark + CRC_LENGTH &&
	       memcmp(line + length - CRC_LENGTH - mark, QUIET, mark) == 0;
}

/* What stands before the members of a line. No line has both: the sizes are reckoned with that. */
static void append_place(
	struct text *text, const struct record *record, bool is_first, uint32_t first)
{
	struct report *report = record->report;

	if (!is_first) {
		text_append(text, ",\"cont\":");
		text_append_u64(text, first);
	} else if (report->quiet_lines && !record->is_quiet) {
		text_append(text, ",\"skip\":");
		text_append_u64(text, report->quiet_lines);
	}
	report->quiet_lines = record->is_quiet ? report->quiet_lines + 1 : 0;
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
	text_append_seconds(&text, t_us);
	text_append(&text, ",\"type\":\"");
	text_append(&text, record->type);
	text_append_char(&text, '"');
	append_place(&text, record, !index, first);
	text_append_bytes(&text, record->payload[index], record->length[index]);
	if (record->is_cut[index])
		text_append(&text, ",\"cut\":true");
	if (index < record->line)
		text_append(&text, ",\"more\":true");
	if (record->is_quiet)
		text_append(&text, QUIET);
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
