/* SPDX-License-Identifier: MIT */
/*
 * How far two boots got behind stage 1, how it ended, and where nothing went on. Heartbeats of two
 * boots always differ: only those of boots that did not come up say something.
 */
#include "reader/course.h"
#include "reader/difference_part.h"

#include <math.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

/* Shares of a stall that nobody would notice, and how much more of something is more. */
static const double SECONDS_NOTICED = 5;
static const double RATIO = 1.5;

static void append_seconds(struct text *text, double seconds)
{
	char number[64];

	(void)snprintf(
		number, sizeof(number), "%.1f s", seconds >= 0 && seconds < 1e9 ? seconds : 0);
	text_append(text, number);
}

/* How far the report goes. One without an end says so elsewhere. */
static const char *phase_of(const struct reader_report *report, const struct course *course)
{
	static const char *const PHASES[][2] = {{"finish", "the handoff was reached"},
		{"stall", "stage 1 had not gone on"}, {"goes-on", "the boot had gone on again"},
		{"shutdown", "the machine was shut down"},
		{"terminated", "the report was ended before the handoff"}, {"exit", "PID 1 ended"},
		{"frozen", "PID 1 froze"}, {"up", "the boot came to its end"},
		{"time-over", "PID 1 was watched for as long as asked"},
		{"now", "the machine was up when it was looked at"}};

	if (report->phase && strcmp(report->phase, "finish") == 0 && !isnan(course->gave_up))
		return "stage 1 gave up, with no root mounted";
	if (report->phase && strcmp(report->phase, "stall") == 0 && !isnan(course->handoff))
		return "stage 2 had not gone on";
	for (size_t i = 0; report->phase && i < ARRAY_SIZE(PHASES); i++) {
		if (strcmp(PHASES[i][0], report->phase) == 0)
			return PHASES[i][1];
	}
	return report->phase;
}

static void compare_phases(struct comparison *comparison, const struct course course[2])
{
	const char *a = phase_of(comparison->report[0], &course[0]);
	const char *b = phase_of(comparison->report[1], &course[1]);

	if (a && b && strcmp(a, b) != 0)
		(void)difference_say(
			comparison, DIFFERENCE_COURSE, "end", "in A ", a, ", in B ", b, NULL);
}

static const json_t *members_of(const struct reader_record *record)
{
	return record ? record->members : NULL;
}

/* ----------------------------------------------------------------------------------------- the end
 */

/* Behind the name of a report: "A came up after 41.0 s". */
static void append_end(struct text *text, const struct course *course)
{
	static const char *const WORDS[COURSE_END_COUNT] = {
		[COURSE_OPEN] = " was still being watched when its report ended",
		[COURSE_EXIT] = "'s PID 1 ended",
		[COURSE_FROZEN] = "'s PID 1 froze",
		[COURSE_UP] = " came up",
		[COURSE_SHUTDOWN] = " was shut down",
		[COURSE_TIME_OVER] = " had not come up when the time to watch was over",
		[COURSE_LOST] = " was not watched to its end"};

	text_append(text, WORDS[course->end]);
	if (course->end == COURSE_EXIT && course->exit) {
		text_append(text, " (");
		course_exit_words(text, course->exit->members);
		text_append(text, ")");
	}
	if (isnan(course->ended))
		return;
	text_append(text, ", after ");
	append_seconds(text, course->ended);
}

static const char *stage_of(const struct course *course)
{
	return isnan(course->handoff) ? ", in stage 1" : ", in stage 2";
}

static void compare_ends(struct comparison *comparison, const struct course course[2])
{
	char data[2][160];
	struct difference *item;
	struct text text;

	if (course[0].end == course[1].end)
		return;
	for (int side = 0; side < 2; side++) {
		text_init(&text, data[side], sizeof(data[side]));
		append_end(&text, &course[side]);
		if (course[side].end != COURSE_UP)
			text_append(&text, stage_of(&course[side]));
	}
	item = difference_say(
		comparison, DIFFERENCE_COURSE, "end", "A", data[0], "; B", data[1], NULL);
	if (item)
		item->weight = 3;
}

/* Both died, of something else, or of the same at another place. */
static void compare_exits(struct comparison *comparison, const struct course course[2])
{
	static const struct member_rule RULES[] = {{"comm", "its name", MEMBER_OPTIONAL},
		{"executable", "its program", MEMBER_OPTIONAL}};
	const json_t *const exit[2] = {members_of(course[0].exit), members_of(course[1].exit)};
	char data[2][64];
	struct text text;

	if (!exit[0] || !exit[1])
		return;
	for (int side = 0; side < 2; side++) {
		text_init(&text, data[side], sizeof(data[side]));
		course_exit_words(&text, exit[side]);
		text_append(&text, stage_of(&course[side]));
	}
	if (strcmp(data[0], data[1]) != 0)
		(void)difference_say(comparison, DIFFERENCE_COURSE, "exit",
			"the end of PID 1: ", data[0], " in A, ", data[1], " in B", NULL);
	difference_members(comparison, DIFFERENCE_COURSE, "exit", "PID 1 at its end: ", exit, RULES,
		ARRAY_SIZE(RULES));
}

/* ----------------------------------------------------------------------------------------- stalls
 */

/* What the longest one waited for. */
static void append_longest(struct text *text, const struct reader_report *report)
{
	const struct reader_record *record = NULL, *longest = NULL;
	double most = -1;
	char data[512];
	struct text waits;

	while ((record = reader_report_next(report, "stall", record))) {
		double seconds = course_stall_seconds(record);

		if (seconds > most) {
			most = seconds;
			longest = record;
		}
	}
	if (!longest)
		return;
	text_init(&waits, data, sizeof(data));
	course_stall_words(&waits, longest->members);
	text_append(text, waits.length ? ", waiting for " : "");
	text_append(text, data);
}

static void append_stalls(
	struct text *text, const struct reader_report *report, const struct course *course)
{
	if (!course->stalls) {
		text_append(text, " did not");
		return;
	}
	text_append(text, " stood still for ");
	append_seconds(text, course->stalled);
	append_longest(text, report);
}

static void compare_stalls(struct comparison *comparison, const struct course course[2])
{
	int long_side = course[1].stalled > course[0].stalled;
	double more = course[long_side].stalled, less = course[!long_side].stalled;
	char data[2][640];
	struct difference *item;
	struct text text;

	if (more - less < SECONDS_NOTICED || more < less * RATIO)
		return;
	for (int side = 0; side < 2; side++) {
		text_init(&text, data[side], sizeof(data[side]));
		append_stalls(&text, comparison->report[side], &course[side]);
	}
	item = difference_say(comparison, DIFFERENCE_COURSE, "stall", SIDE[long_side],
		data[long_side], "; ", SIDE[!long_side], data[!long_side], NULL);
	if (item)
		item->weight = 2;
}

/* ---------------------------------------------------------------------------------------- progress
 */

static void compare_counter(struct comparison *comparison, const json_t *const beat[2],
	const char *key, const char *what)
{
	int64_t a = reader_integer(beat[0], key, 0), b = reader_integer(beat[1], key, 0);
	double more = (double)(a > b ? a : b), less = (double)(a > b ? b : a);
	char left[32], right[32];

	if (less < 0 || more < 10 || more < less * RATIO)
		return;
	(void)snprintf(left, sizeof(left), "%lld", (long long)a);
	(void)snprintf(right, sizeof(right), "%lld", (long long)b);
	(void)difference_say(comparison, DIFFERENCE_COURSE, key, what, ": ", left, " in A, ", right,
		" in B, when each was seen last", NULL);
}

/* How far each got: of a boot that came up, all that it had to do is done. */
static void compare_progress(struct comparison *comparison, const struct course course[2])
{
	const json_t *const beat[2] = {
		members_of(course[0].last_heartbeat), members_of(course[1].last_heartbeat)};

	if (!beat[0] || !beat[1] || (course[0].end == COURSE_UP && course[1].end == COURSE_UP))
		return;
	compare_counter(comparison, beat, "units", "units of systemd that ran");
	compare_counter(comparison, beat, "processes", "processes that were started");
}

/* ------------------------------------------------------------------------------------------- all
 */

void difference_course(struct comparison *comparison)
{
	struct course course[2];

	for (int side = 0; side < 2; side++)
		course_of(comparison->report[side], &course[side]);
	if (course[0].end == COURSE_UNWATCHED || course[1].end == COURSE_UNWATCHED)
		compare_phases(comparison, course);
	for (int side = 0; side < 2; side++) {
		if (course[side].end != COURSE_UNWATCHED || course[!side].end == COURSE_UNWATCHED)
			continue;
		(void)difference_say(comparison, DIFFERENCE_UNKNOWN, "course",
			"how the boot went on behind stage 1: ", SIDE[!side], " tells, ",
			SIDE[side], " was not recorded (bootprobe.record=full)", NULL);
	}
	if (course[0].end == COURSE_UNWATCHED || course[1].end == COURSE_UNWATCHED)
		return;
	compare_ends(comparison, course);
	compare_stalls(comparison, course);
	compare_exits(comparison, course);
	compare_progress(comparison, course);
}
