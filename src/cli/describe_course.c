/* SPDX-License-Identifier: MIT */
/*
 * What a recording saw behind stage 1.
 */
#include "cli/describe_part.h"

#include "cli/words.h"
#include "reader/course.h"
#include "reader/report.h"

#include <stdio.h>
#include <string.h>

void describe_recorder(struct text *text, const json_t *m)
{
	static const char *const STATES[][2] = {{"watching", "PID 1 is being watched"},
		{"exit", "PID 1 was watched to its end"},
		{"frozen", "PID 1 was watched until it stood still"},
		{"up", "PID 1 was watched until somebody could log in"},
		{"time-over", "PID 1 was watched for as long as asked"},
		{"shutdown", "PID 1 was watched until the machine was shut down"},
		{"lost", "PID 1 was watched until the watcher was gone"}};

	if (!reader_is(m, "seize", "ok")) {
		words_key(text, "PID 1 cannot be watched: ", m, "seize");
		return;
	}
	for (size_t i = 0; i < ARRAY_SIZE(STATES); i++) {
		if (reader_is(m, "state", STATES[i][0]))
			text_append(text, STATES[i][1]);
	}
	if (!reader_is(m, "trace", "ok"))
		words_key(text, ", without system calls: tracefs ", m, "trace");
}

static void describe_call(struct text *text, const json_t *call)
{
	words_key(text, "; ", call, "comm");
	words_key(text, " ", call, "call");
	words_integer(text, " call ", call, "number");
	words_key(text, " ", call, "path");
	words_key(text, ": ", call, "error");
}

/* Of the calls that failed the last ones: those before them tell of how that program begins. */
void describe_exit(struct text *text, const json_t *m)
{
	enum { SHOWN = 4 };
	const json_t *calls = json_object_get(m, "calls");
	size_t count = json_array_size(calls), first = count > SHOWN ? count - SHOWN : 0;

	words_key(text, "PID 1 was ", m, "comm");
	words_key(text, " (", m, "executable");
	text_append(text, reader_has(m, "executable") ? "); " : "; ");
	course_exit_words(text, m);
	if (first) {
		text_append(text, "; before these calls ");
		text_append_u64(text, first);
		text_append(text, first == 1 ? " other failed" : " others failed");
	}
	for (size_t i = first; i < count; i++)
		describe_call(text, json_array_get(calls, i));
}

/* "93 % CPU": of one processor. */
static void describe_share(struct text *text, const json_t *process, int64_t interval_us)
{
	int64_t cpu_us = reader_integer(process, "cpu_us", 0);
	double share = interval_us > 0 ? 100 * (double)cpu_us / (double)interval_us : 0;
	char number[32];

	if (share < 1 || share > 1e6)
		return;
	(void)snprintf(number, sizeof(number), " %.0f %% CPU", share);
	text_append(text, number);
}

/* Short: in --follow it is one line of a terminal. */
void describe_heartbeat(struct text *text, const json_t *m)
{
	const json_t *busiest = json_array_get(json_object_get(m, "busy"), 0);
	double quiet = reader_number(m, "at", 0) - reader_number(m, "progress", 0);
	char number[48];

	words_integer(text, "stage ", m, "stage");
	words_integer(text, ": ", m, "processes");
	text_append(text, reader_has(m, "processes") ? " processes" : "");
	if (reader_integer(m, "units", 0)) {
		words_integer(text, ", ", m, "units");
		text_append(text, " units");
	}
	(void)snprintf(
		number, sizeof(number), "; quiet %.1f s", quiet >= 0 && quiet < 1e9 ? quiet : 0);
	text_append(text, number);
	if (!*reader_string(busiest, "comm"))
		return;
	words_key(text, "; ", busiest, "comm");
	describe_share(text, busiest, reader_integer(m, "interval_us", 0));
}

void describe_stall(struct text *text, const json_t *m)
{
	const struct reader_record record = {.members = (json_t *)(uintptr_t)m};
	char data[512];
	struct text waits;

	text_append(text, "nothing has gone on for ");
	words_time(text, course_stall_seconds(&record));
	text_append(text, course_stall_work(m));
	words_seconds(text, reader_has(m, "ended") ? ", then, at " : ", since ", m,
		reader_has(m, "ended") ? "ended" : "since");
	text_append(text, reader_has(m, "ended") ? ", it went on again" : "");
	text_init(&waits, data, sizeof(data));
	course_stall_words(&waits, m);
	words_add(text, reader_has(m, "ended") ? "; it waited for: " : "; it waits for: ", data);
}

/* Of the calls in a second, as the whole is. */
static void describe_counts(struct text *text, const json_t *m)
{
	enum { SHOWN = 3 };
	const json_t *count;
	char number[48];
	size_t i;

	json_array_foreach(json_object_get(m, "counts"), i, count)
	{
		if (i == SHOWN)
			break;
		text_append(text, i ? ", " : ": ");
		words_key(text, "", count, "call");
		words_integer(text, "call ", count, "number");
		(void)snprintf(number, sizeof(number), " %.0f",
			course_rate(m, reader_integer(count, "calls", 0)));
		text_append(text, number);
	}
}

static void describe_paths(struct text *text, const json_t *m)
{
	const json_t *path;
	size_t i;

	json_array_foreach(json_object_get(m, "paths"), i, path)
	{
		words_key(text, i ? ", " : ", on ", path, "path");
		text_append(text, " (");
		text_append_i64(text, reader_integer(path, "share", 0) / 100);
		text_append(text, " %)");
	}
	words_key(text, ", for ", json_array_get(json_object_get(m, "files"), 0), "file");
}

void describe_syscalls(struct text *text, const json_t *m)
{
	char number[48];

	if (!reader_has(m, "pid")) {
		words_key(text, "system calls cannot be counted: ", m, "read");
		return;
	}
	words_key(text, "", m, "comm");
	words_integer(text, " (", m, "pid");
	(void)snprintf(
		number, sizeof(number), ") makes %.0f system calls a second", course_call_rate(m));
	text_append(text, number);
	describe_counts(text, m);
	describe_paths(text, m);
}

void describe_up(struct text *text, const json_t *m)
{
	const json_t *part;
	size_t i;

	words_seconds(text, "the boot came up after ", m, "at");
	words_key(text, " (", m, "because");
	text_append(text, reader_has(m, "because") ? ")" : "");
	json_array_foreach(json_object_get(m, "slow"), i, part)
	{
		words_key(text, i ? ", " : "; longest behind the handoff: ", part, "name");
		text_append(text, " ");
		words_time(text, (double)reader_integer(part, "duration_us", 0) / 1e6);
	}
}
