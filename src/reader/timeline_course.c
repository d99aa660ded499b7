/* SPDX-License-Identifier: MIT */
/*
 * Lanes of what a recording saw behind stage 1: what went on, what was waited for, what was called,
 * what took long.
 */
#include "reader/course.h"
#include "reader/timeline_part.h"

#include <math.h>
#include <stdio.h>
#include <string.h>

/* -------------------------------------------------------------------------------------- progress
 */

/* What grew between two heartbeats. */
static void append_growth(struct text *text, const struct reader_record *before,
	const struct reader_record *now, const char *key, const char *what)
{
	int64_t value = reader_integer(now->members, key, 0);
	int64_t old = before ? reader_integer(before->members, key, value) : value, grown;

	if (value <= old || __builtin_sub_overflow(value, old, &grown))
		return;
	text_append(text, text->length ? ", " : "");
	text_append_i64(text, grown);
	text_append(text, what);
}

static void add_heartbeat(struct timeline_builder *builder, size_t lane,
	const struct reader_record *before, const struct reader_record *now)
{
	static const char *const COUNTERS[][2] = {{"processes", " processes"}, {"units", " units"},
		{"mounts", " mounts"}, {"uevents", " device events"},
		{"messages", " kernel messages"}, {"console_bytes", " bytes on consoles"}};
	double end = reader_number(now->members, "at", NAN);
	double seconds = (double)reader_integer(now->members, "interval_us", 0) / 1e6;
	double start = fmax(end - seconds, 0);
	char data[TIMELINE_TEXT_SIZE];
	struct text text;

	if (reader_number(now->members, "progress", NAN) < start)
		return;
	text_init(&text, data, sizeof(data));
	for (size_t i = 0; i < ARRAY_SIZE(COUNTERS); i++)
		append_growth(&text, before, now, COUNTERS[i][0], COUNTERS[i][1]);
	(void)timeline_add(builder, lane, TIMELINE_ITEM_PROGRESS, start, end,
		text.length ? "new: " : "something went on", data, NULL);
}

static void add_stall(
	struct timeline_builder *builder, size_t lane, const struct reader_record *record)
{
	double start = reader_number(record->members, "since", NAN);
	double seconds = course_stall_seconds(record);
	char data[TIMELINE_TEXT_SIZE];
	struct timeline_item *item;
	struct text text;

	text_init(&text, data, sizeof(data));
	course_stall_words(&text, record->members);
	item = timeline_add(builder, lane, TIMELINE_ITEM_STALL, start, start + seconds,
		"nothing goes on", course_stall_work(record->members), NULL);
	if (text.length)
		timeline_explain(builder, item, "waits for ", data, NULL);
	if (!item)
		return;
	item->is_open = !reader_has(record->members, "ended");
	item->severity = READER_WARNING;
}

static void add_progress(struct timeline_builder *builder)
{
	const struct reader_record *record = NULL, *before = NULL;
	size_t lane;

	if (!reader_report_find(builder->report, "heartbeat", NULL, NULL) &&
		!reader_report_find(builder->report, "stall", NULL, NULL))
		return;
	lane = timeline_add_lane(builder, TIMELINE_PROGRESS, "progress", "");
	while ((record = reader_report_next(builder->report, "heartbeat", record))) {
		add_heartbeat(builder, lane, before, record);
		before = record;
	}
	while ((record = reader_report_next(builder->report, "stall", record)))
		add_stall(builder, lane, record);
}

/* ---------------------------------------------------------------------------------- system calls
 */

static void add_rate(
	struct timeline_builder *builder, size_t lane, const struct reader_record *record)
{
	const json_t *m = record->members, *path = json_array_get(json_object_get(m, "paths"), 0);
	const json_t *count = json_array_get(json_object_get(m, "counts"), 0);
	const json_t *file = json_array_get(json_object_get(m, "files"), 0);
	double end = reader_number(m, "at", NAN);
	double seconds = (double)reader_integer(m, "interval_us", 0) / 1e6;
	char number[48];
	struct timeline_item *item;

	if (!reader_has(m, "pid"))
		return;
	(void)snprintf(number, sizeof(number), " %.0f/s", course_call_rate(m));
	item = timeline_add(builder, lane, TIMELINE_ITEM_CALLS, fmax(end - seconds, 0), end,
		reader_string(m, "comm"), " ", reader_string(count, "call"), number, NULL);
	if (path)
		timeline_explain(builder, item, "mostly on ", reader_string(path, "path"), NULL);
	else if (file)
		timeline_explain(builder, item, "for ", reader_string(file, "file"), NULL);
}

/* Of each interval the busiest, which stands first. */
static void add_calls(struct timeline_builder *builder)
{
	const struct reader_record *record = NULL;
	size_t lane = SIZE_MAX;
	double last = NAN;

	while ((record = reader_report_next(builder->report, "syscalls", record))) {
		double at = reader_number(record->members, "at", NAN);

		if (lane == SIZE_MAX)
			lane = timeline_add_lane(builder, TIMELINE_CALLS, "system calls", "");
		if (isnan(last) || at > last)
			add_rate(builder, lane, record);
		last = at;
	}
}

/* ------------------------------------------------------------------------------------ slow parts
 */

enum { SLOW_MAX = 8 };

static void add_slow(struct timeline_builder *builder)
{
	const struct reader_record *up = reader_report_find(builder->report, "up", NULL, NULL);
	const json_t *part;
	size_t i;

	json_array_foreach(up ? json_object_get(up->members, "slow") : NULL, i, part)
	{
		double start = reader_number(part, "started", NAN);
		double seconds = (double)reader_integer(part, "duration_us", -1) / 1e6;
		struct timeline_item *item;

		if (i == SLOW_MAX)
			break;
		item = timeline_add(builder,
			timeline_add_lane(builder, TIMELINE_SLOW, reader_string(part, "name"), ""),
			TIMELINE_ITEM_SLOW, isnan(start) ? 0 : start,
			(isnan(start) ? 0 : start) + seconds, reader_string(part, "name"), NULL);
		if (item)
			item->is_unplaced = isnan(start);
	}
}

void timeline_add_course(struct timeline_builder *builder)
{
	add_progress(builder);
	add_calls(builder);
	add_slow(builder);
}
