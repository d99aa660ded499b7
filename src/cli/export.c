/* SPDX-License-Identifier: MIT */
/*
 * A report for programs: as one object, as its own lines, as flat objects, and for the journal.
 */
#include "base/cleanup.h"
#include "base/text.h"
#include "cli/describe.h"
#include "cli/read.h"
#include "reader/course.h"

#include <errno.h>
#include <math.h>
#include <string.h>
#include <time.h>

/* -------------------------------------------------------------------------------------- one object
 */

static json_t *missing_array(const struct reader_report *report)
{
	json_t *array = json_array();

	for (size_t i = 0; i < report->missing_count; i++)
		(void)json_array_append_new(array,
			json_pack("{s:I, s:I}", "first", (json_int_t)report->missing[i].first,
				"last", (json_int_t)report->missing[i].last));
	return array;
}

static json_t *damaged_array(const struct reader_report *report)
{
	json_t *array = json_array();

	for (size_t i = 0; i < report->damage_count; i++)
		(void)json_array_append_new(
			array, json_pack("{s:I, s:s}", "seq", (json_int_t)report->damage[i].seq,
				       "why", report->damage[i].why));
	return array;
}

static json_t *findings_array(const struct reader_report *report)
{
	json_t *array = json_array();

	for (size_t i = 0; i < report->finding_count; i++)
		(void)json_array_append(array, report->findings[i].record->members);
	return array;
}

/* Type -> its records that no later one supersedes. */
static json_t *facts_object(const struct reader_report *report)
{
	json_t *facts = json_object();
	const struct reader_record *record = NULL;

	while ((record = reader_report_next(report, NULL, record))) {
		json_t *list = json_object_get(facts, record->type);

		if (strcmp(record->type, "finding") == 0)
			continue;
		if (!list) {
			list = json_array();
			(void)json_object_set_new(facts, record->type, list);
		}
		(void)json_array_append(list, record->members);
	}
	return facts;
}

static json_t *undecided_array(const struct reader_report *report)
{
	json_t *undecided = report->end ? json_object_get(report->end->members, "undecided") : NULL;

	return undecided ? json_incref(undecided) : json_array();
}

static void set_seconds(json_t *object, const char *key, double seconds)
{
	if (!isnan(seconds))
		(void)json_object_set_new(object, key, json_real(seconds));
}

static json_t *predictions_array(const struct course *course)
{
	json_t *array = json_array();

	for (size_t i = 0; i < course->prediction_count; i++) {
		const struct course_prediction *prediction = &course->prediction[i];

		(void)json_array_append_new(
			array, json_pack("{s:s, s:s, s:f, s:s}", "id", prediction->id, "subject",
				       prediction->subject, "t", prediction->record->t, "outcome",
				       course_outcome_name(prediction->outcome)));
	}
	return array;
}

/* How far the boot got, and what came true of what stage 1 had said. */
static json_t *course_object(const struct reader_report *report)
{
	struct course course;
	json_t *object;

	course_of(report, &course);
	object = json_pack("{s:s, s:I, s:I, s:f, s:o}", "end", course_end_name(course.end),
		"heartbeats", (json_int_t)course.heartbeats, "stalls", (json_int_t)course.stalls,
		"stalled_seconds", course.stalled, "predictions", predictions_array(&course));
	if (!object)
		return NULL;
	set_seconds(object, "handoff", course.handoff);
	set_seconds(object, "gave_up", course.gave_up);
	set_seconds(object, "ended", course.ended);
	return object;
}

int export_summary(const struct reader_report *report)
{
	json_t *object = json_pack("{s:s, s:s, s:i, s:s?, s:b, s:b, s:I, s:I, s:I}", "verdict",
		reader_verdict_name(report->verdict), "boot", report->boot, "report",
		(int)report->run, "phase", report->phase, "judged", report->is_judged, "ended",
		!report->is_open, "errors", (json_int_t)report->errors, "warnings",
		(json_int_t)report->warnings, "records", (json_int_t)report->record_count);
	int result;

	if (!object)
		return -ENOMEM;
	(void)json_object_set_new(object, "course", course_object(report));
	(void)json_object_set_new(object, "findings", findings_array(report));
	(void)json_object_set_new(object, "undecided", undecided_array(report));
	(void)json_object_set_new(object, "missing", missing_array(report));
	(void)json_object_set_new(object, "damaged", damaged_array(report));
	(void)json_object_set_new(
		object, "unplaced_damage", json_integer((json_int_t)report->unplaced_damage));
	(void)json_object_set_new(
		object, "left_out", json_integer((json_int_t)report->refused_lines));
	(void)json_object_set_new(object, "facts", facts_object(report));
	result = output_json(stdout, object, true);
	json_decref(object);
	return result;
}

/* ----------------------------------------------------------------------------------- its own lines
 */

int export_records(const struct reader *reader, const struct reader_report *report)
{
	for (size_t i = 0; i < report->record_count; i++) {
		const struct reader_record *record = &report->records[i];

		for (uint64_t seq = record->seq; seq <= record->last_seq; seq++) {
			size_t length;
			const char *line = reader_line(reader, report, (uint32_t)seq, &length);
			_cleanup_free_ char *safe = line ? output_record_line(line, length) : NULL;

			if (line && !safe)
				return -ENOMEM;
			if (safe)
				(void)puts(safe);
		}
	}
	return 0;
}

/* ----------------------------------------------------------------------------------- flat objects
 */

/* RFC 3339 with microseconds, UTC. */
static void format_time(char *buffer, size_t size, double unix_time)
{
	time_t seconds = (time_t)unix_time;
	struct tm parts;
	size_t length;

	(void)gmtime_r(&seconds, &parts);
	length = strftime(buffer, size, "%Y-%m-%dT%H:%M:%S", &parts);
	(void)snprintf(buffer + length, size - length, ".%06dZ",
		(int)((unix_time - (double)seconds) * 1e6));
}

/* Scalars stay as they are, anything else becomes its JSON as a string. */
static int flatten(const json_t *members, json_t *flat)
{
	const char *key;
	json_t *value;

	json_object_foreach((json_t *)(uintptr_t)members, key, value)
	{
		_cleanup_free_ char *json = NULL;

		if (strcmp(key, "bootprobe") == 0)
			continue;
		if (!json_is_array(value) && !json_is_object(value)) {
			(void)json_object_set(flat, key, value);
			continue;
		}
		json = output_json_string(value, false);
		if (!json || json_object_set_new(flat, key, json_string(json)) < 0)
			return -ENOMEM;
	}
	return 0;
}

int export_json(const struct reader_report *report, double started)
{
	int result = 0;

	for (size_t i = 0; i < report->record_count && result == 0; i++) {
		const struct reader_record *record = &report->records[i];
		json_t *flat = json_object();
		char when[64];

		result = flat ? flatten(record->members, flat) : -ENOMEM;
		format_time(when, sizeof(when), started + record->t);
		(void)json_object_set_new(flat, "time", json_string(when));
		if (result == 0)
			result = output_json(stdout, flat, false);
		json_decref(flat);
	}
	return result;
}

/* ----------------------------------------------------------------------------------- the journal
 */

static int priority_of(const struct reader_record *record)
{
	const char *severity = reader_string(record->members, "severity");

	if (strcmp(severity, "error") == 0 || strcmp(record->type, "pid1") == 0)
		return 3;
	if (strcmp(severity, "warning") == 0 || strcmp(record->type, "stall") == 0)
		return 4;
	return strcmp(record->type, "finding") == 0 || strcmp(record->type, "end") == 0 ||
			       strcmp(record->type, "up") == 0
		       ? 6
		       : 7;
}

static void put_field(const char *name, const char *value)
{
	if (!*value)
		return;
	(void)printf("%s=", name);
	output_raw(stdout, value);
	(void)putchar('\n');
}

static int put_lines(const struct reader *reader, const struct reader_report *report,
	const struct reader_record *record)
{
	for (uint64_t seq = record->seq; seq <= record->last_seq; seq++) {
		size_t length;
		const char *line = reader_line(reader, report, (uint32_t)seq, &length);
		_cleanup_free_ char *safe = line ? output_record_line(line, length) : NULL;

		if (line && !safe)
			return -ENOMEM;
		if (safe)
			(void)printf("BOOTPROBE_RECORD=%s\n", safe);
	}
	return 0;
}

/* "The Journal Export Format" of systemd: an entry is a block of FIELD=value lines. No value has a
 * newline here. The boot id is known to 8 digits only. */
int export_journal(const struct reader *reader, const struct reader_report *report, double started)
{
	for (size_t i = 0; i < report->record_count; i++) {
		const struct reader_record *record = &report->records[i];
		double t = record->t < 1e9 ? record->t : 0;
		char words[DESCRIBE_SIZE];
		struct text text;

		text_init(&text, words, sizeof(words));
		if (reader_is(record->members, "phase", "finish") &&
			!isnan(reader_report_gave_up(report)))
			text_append(&text, DESCRIBE_GAVE_UP);
		else
			describe_record(&text, record->members);
		(void)printf("__REALTIME_TIMESTAMP=%.0f\n__MONOTONIC_TIMESTAMP=%.0f\n"
			     "_BOOT_ID=%s%024d\nPRIORITY=%d\nSYSLOG_IDENTIFIER=bootprobe\n"
			     "BOOTPROBE_BOOT=%s\nBOOTPROBE_SEQ=%u\n",
			(started + t) * 1e6 + 1, t * 1e6 + 1, report->boot, 0, priority_of(record),
			report->boot, record->seq);
		put_field("BOOTPROBE_TYPE", record->type);
		put_field("BOOTPROBE_ID", reader_string(record->members, "id"));
		put_field("BOOTPROBE_SUBJECT", reader_string(record->members, "subject"));
		put_field("MESSAGE", text.length ? text.data : record->type);
		if (put_lines(reader, report, record) < 0)
			return -ENOMEM;
		(void)putchar('\n');
	}
	return 0;
}
