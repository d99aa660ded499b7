/* SPDX-License-Identifier: MIT */
/*
 * The story of a boot in its order: what stage 1 predicted, how far it got, what came true.
 */
#include "cli/page_part.h"
#include "cli/words.h"
#include "reader/course.h"

#include <math.h>
#include <string.h>

/* Of predictions and of stalls each so many are told. */
enum { EVENTS_MAX = 16, EVENT_SIZE = 640, TOLD_MAX = 3 };

struct event {
	double t;
	char words[EVENT_SIZE];
};

struct story {
	const struct reader_report *report;
	const struct course *course;
	struct event event[EVENTS_MAX];
	size_t count;
};

/* In order of time, and what happened at one time in the order in which it is added. */
static struct text add(struct story *story, double t)
{
	static char nowhere[EVENT_SIZE];
	size_t at = story->count;
	struct text text;

	if (isnan(t) || story->count == EVENTS_MAX) {
		text_init(&text, nowhere, sizeof(nowhere));
		return text;
	}
	for (; at > 0 && story->event[at - 1].t > t; at--)
		story->event[at] = story->event[at - 1];
	story->count++;
	story->event[at].t = t;
	text_init(&text, story->event[at].words, sizeof(story->event[at].words));
	return text;
}

/* ------------------------------------------------------------------------------------- what was
 * said
 */

/* Up to the colon: what is behind that is why, and stands with the finding. */
static void append_prediction(struct text *text, const struct course_prediction *prediction)
{
	const char *summary = reader_string(prediction->record->members, "summary");
	const char *colon = strstr(summary, ": ");

	words_add(text, "stage 1 predicts ", prediction->id);
	text_append(text, ": ");
	text_append_bytes(text, summary, colon ? (size_t)(colon - summary) : strlen(summary));
}

static void add_predictions(struct story *story)
{
	const struct course *course = story->course;

	for (size_t i = 0; i < course->prediction_count && i < TOLD_MAX; i++) {
		struct text text = add(story, course->prediction[i].record->t);

		append_prediction(&text, &course->prediction[i]);
	}
}

/* ------------------------------------------------------------------------------------ what
 * happened
 */

/* Behind the handoff a record "stall" tells more. */
static double first_stall_of_stage1(const struct story *story)
{
	const struct reader_report *report = story->report;

	for (size_t i = 0; i < report->record_count; i++) {
		const struct reader_record *record = &report->records[i];

		if (record->t >= story->course->handoff)
			return NAN;
		if (strcmp(record->type, "end") == 0 &&
			reader_is(record->members, "phase", "stall"))
			return record->t;
	}
	return NAN;
}

static void add_stage1(struct story *story)
{
	const struct course *course = story->course;
	struct text text;

	if (course->redirect) {
		text = add(story, course->redirect->t);
		describe_record(&text, course->redirect->members);
	}
	text = add(story, first_stall_of_stage1(story));
	text_append(&text, "stage 1 has not gone on yet");
	text = add(story, course->gave_up);
	text_append(&text, DESCRIBE_GAVE_UP);
	text = add(story, course->handoff);
	text_append(&text, "stage 1 is done, stage 2 begins");
}

/* At the time at which something went on last. */
static void add_stall(struct story *story, const struct reader_record *stall)
{
	bool is_over = reader_has(stall->members, "ended");
	struct text text = add(story, reader_number(stall->members, "since", stall->t));
	char data[512];
	struct text waits;

	text_append(&text, is_over ? "nothing goes on for " : "nothing goes on from here on, for ");
	words_time(&text, course_stall_seconds(stall));
	text_append(&text, is_over ? "" : " at least");
	text_append(&text, course_stall_work(stall->members));
	text_init(&waits, data, sizeof(data));
	course_stall_words(&waits, stall->members);
	words_add(&text, "; waits for: ", data);
}

static void add_stalls(struct story *story)
{
	const struct reader_record *record = NULL;
	size_t count = 0;
	struct text text;

	while (count < TOLD_MAX && (record = reader_report_next(story->report, "stall", record))) {
		add_stall(story, record);
		count++;
	}
	if (story->course->stalls <= TOLD_MAX)
		return;
	record = reader_report_find(story->report, "stall", NULL, NULL);
	text = add(story, reader_number(record->members, "since", record->t));
	text_append(&text, "and ");
	text_append_u64(&text, story->course->stalls - TOLD_MAX);
	text_append(&text, " more times, up to here");
}

static void add_livelock(struct story *story)
{
	const struct reader_finding *finding =
		reader_report_finding(story->report, "boot.livelock");
	struct text text;

	if (!finding)
		return;
	text = add(story, finding->record->t);
	text_append(&text, "it goes round in circles (boot.livelock)");
}

static void append_exit(struct text *text, const struct reader_record *exit)
{
	text_append(text, "PID 1");
	if (exit) {
		words_key(text, " (", exit->members, "comm");
		text_append(text, reader_has(exit->members, "comm") ? ") ended: " : " ended: ");
		course_exit_words(text, exit->members);
		text_append(text, ", exitcode=0x");
		text_append_hex(text,
			(uint64_t)reader_integer(exit->members, "wait_status", 0) & 0xffffffff, 8);
	} else {
		text_append(text, " ended, and what it said did not get through");
	}
	text_append(text, "; the kernel panics");
}

/* Whether something spoke against it. */
static bool is_all_the_same(const struct course *course)
{
	bool is_against = course->stalls > 0;

	for (size_t i = 0; i < course->prediction_count; i++)
		is_against |= course->prediction[i].outcome != COURSE_CAME_TRUE;
	return is_against;
}

static void append_up(struct text *text, const struct course *course)
{
	const json_t *up = course->up ? course->up->members : NULL;
	const json_t *part;
	size_t i;

	text_append(text, "the boot came up");
	text_append(text, is_all_the_same(course) ? " all the same" : "");
	words_key(text, " (", up, "because");
	text_append(text, reader_has(up, "because") ? ")" : "");
	json_array_foreach(json_object_get(up, "slow"), i, part)
	{
		if (i == TOLD_MAX)
			break;
		words_key(text, i ? ", " : "; longest: ", part, "name");
		text_append(text, " ");
		words_time(text, (double)reader_integer(part, "duration_us", 0) / 1e6);
	}
}

static double last_time(const struct reader_report *report)
{
	return report->record_count ? report->records[report->record_count - 1].t : NAN;
}

static void add_end(struct story *story, bool is_going_on)
{
	const struct course *course = story->course;
	double t = isnan(course->ended) ? last_time(story->report) : course->ended;
	struct text text;

	if (course->end == COURSE_UNWATCHED)
		return;
	if (course->last_heartbeat && course->end != COURSE_UP && course->end != COURSE_EXIT) {
		text = add(story, reader_number(course->last_heartbeat->members, "at", NAN));
		describe_record(&text, course->last_heartbeat->members);
	}
	text = add(story, t);
	switch (course->end) {
	case COURSE_EXIT:
		append_exit(&text, course->exit);
		break;
	case COURSE_FROZEN:
		text_append(&text, "PID 1 stands still for ever");
		words_key(&text, ": ", course->exit ? course->exit->members : NULL, "message");
		break;
	case COURSE_UP:
		append_up(&text, course);
		break;
	case COURSE_TIME_OVER:
		text_append(&text, "PID 1 lives, and was watched for as long as asked");
		break;
	case COURSE_SHUTDOWN:
		text_append(&text, "the machine is being shut down");
		break;
	case COURSE_LOST:
		text_append(&text, "the recorder is gone: nobody watches from there on");
		break;
	default:
		text_append(&text, is_going_on
					   ? "so far; PID 1 lives, and is still being watched"
					   : "the report ends; PID 1 lived, and was being watched");
		break;
	}
}

/* ------------------------------------------------------------------------------- what came of it
 */

static void append_outcome(struct text *text, const struct course_prediction *prediction)
{
	text_append(text, prediction->outcome == COURSE_NOT_SEEN ? "whether " : "");
	text_append(text, prediction->id);
	switch (prediction->outcome) {
	case COURSE_CAME_TRUE:
		text_append(text, " came true");
		break;
	case COURSE_WITHDRAWN:
		text_append(text, " did not come true");
		break;
	case COURSE_HEALED:
		text_append(text, " did not come true, since the console was healed");
		break;
	case COURSE_HARMLESS:
		text_append(text, " holds, and did not keep the boot from coming up");
		break;
	case COURSE_NOT_IT:
		text_append(text, " holds, and is not what PID 1 ended of");
		break;
	default:
		text_append(text, " came true was not seen");
		break;
	}
}

static void print_outcomes(const struct page *page, const struct course *course)
{
	for (size_t i = 0; i < course->prediction_count && i < TOLD_MAX; i++) {
		WORDS(words);

		append_outcome(&words, &course->prediction[i]);
		page_entry(page, "", words.data);
	}
	if (course->prediction_count + course->left_out > TOLD_MAX) {
		WORDS(words);

		text_append(&words, "and ");
		text_append_u64(&words, course->prediction_count + course->left_out - TOLD_MAX);
		text_append(&words, " more predictions: see --json");
		page_entry(page, "", words.data);
	}
	if (!course->prediction_count && course->end == COURSE_EXIT)
		page_entry(page, "", "stage 1 had predicted nothing of it");
}

void page_course(const struct page *page, const struct course *course)
{
	struct story story = {.report = page->report, .course = course};

	if (!course_is_told(course))
		return;
	add_predictions(&story);
	add_stage1(&story);
	add_stalls(&story);
	add_livelock(&story);
	add_end(&story, page->is_going_on);
	page_heading(page, "The boot");
	for (size_t i = 0; i < story.count; i++) {
		WORDS(when);

		words_time(&when, story.event[i].t);
		page_entry(page, when.data, story.event[i].words);
	}
	print_outcomes(page, course);
}
