/* SPDX-License-Identifier: MIT */
/*
 * The lane of the boot itself: its phases, and the moments between them.
 */
#include "reader/course.h"
#include "reader/timeline_part.h"

#include <math.h>
#include <string.h>

static const struct reader_record *init_event(const struct reader_report *report)
{
	const struct reader_record *record = NULL;

	while ((record = reader_report_next(report, "kernel.event", record))) {
		if (reader_is(record->members, "kind", "initrd") &&
			reader_has(record->members, "subject"))
			return record;
	}
	return NULL;
}

const struct reader_record *timeline_begin_of(const struct reader_report *report)
{
	return reader_report_find(report, "begin", NULL, NULL);
}

bool timeline_is_late(const struct reader_report *report)
{
	const struct reader_record *begin = timeline_begin_of(report);

	return begin && reader_is(begin->members, "verb", "now");
}

double timeline_last_time(const struct reader_report *report)
{
	double last = 0;

	for (size_t i = 0; i < report->record_count; i++) {
		if (timeline_is_moment(report->records[i].t))
			last = fmax(last, report->records[i].t);
	}
	return last;
}

static double kernel_end(const struct reader_report *report)
{
	const struct reader_record *init = init_event(report);
	const struct reader_record *begin = timeline_begin_of(report);
	double stamp = init ? reader_number(init->members, "stamp", NAN) : NAN;

	if (timeline_is_moment(stamp) && stamp > 0)
		return stamp;
	return begin && !timeline_is_late(report) && timeline_is_moment(begin->t) ? begin->t : NAN;
}

/* What stage 1 came to, and when. */
static const char *end_of_stage1(
	const struct timeline_builder *builder, const struct course *course, double *ret_end)
{
	*ret_end = timeline_last_time(builder->report);
	if (!isnan(course->handoff)) {
		*ret_end = course->handoff;
		return "stage 1 (the initrd), up to the handoff to stage 2";
	}
	if (!isnan(course->gave_up)) {
		*ret_end = course->gave_up;
		return "stage 1 (the initrd), which ended without a root";
	}
	if (course->end != COURSE_EXIT)
		return NULL;
	*ret_end = course->ended;
	return "stage 1 (the initrd), in which PID 1 ended";
}

static void add_stage1(
	struct timeline_builder *builder, const struct course *course, size_t lane, double start)
{
	double end;
	const char *what = end_of_stage1(builder, course, &end);
	struct timeline_item *item;

	item = timeline_add(
		builder, lane, TIMELINE_ITEM_PHASE, start, fmax(end, start), "stage 1", NULL);
	timeline_explain(
		builder, item, what ? what : "stage 1 (the initrd); its end was not seen", NULL);
	if (item)
		item->is_open = !what;
}

/* As far as somebody watched it. */
static void add_stage2(struct timeline_builder *builder, const struct course *course, size_t lane)
{
	bool is_over = course->end == COURSE_EXIT || course->end == COURSE_UP;
	double end = isnan(course->ended) ? timeline_last_time(builder->report) : course->ended;
	struct timeline_item *item;

	if (course->end == COURSE_UNWATCHED)
		return;
	item = timeline_add(builder, lane, TIMELINE_ITEM_PHASE, course->handoff,
		fmax(end, course->handoff), "stage 2", NULL);
	timeline_explain(builder, item,
		course->end == COURSE_EXIT ? "stage 2, up to the end of PID 1"
		: course->end == COURSE_UP ? "stage 2, until the boot was through"
					   : "stage 2, as far as it was watched",
		NULL);
	if (item)
		item->is_open = !is_over;
}

static void add_phases(struct timeline_builder *builder, const struct course *course, size_t lane)
{
	double init = kernel_end(builder->report);
	struct timeline_item *item;

	if (isnan(init))
		return;
	item = timeline_add(builder, lane, TIMELINE_ITEM_PHASE, 0, init, "kernel", NULL);
	timeline_explain(builder, item, "the kernel, until it starts /init of the initrd", NULL);
	if (timeline_is_late(builder->report))
		return;
	add_stage1(builder, course, lane, init);
	add_stage2(builder, course, lane);
}

/* What did not come true holds no more: it does not stand with the findings. */
static void add_predictions(
	struct timeline_builder *builder, const struct course *course, size_t lane)
{
	for (size_t i = 0; i < course->prediction_count; i++) {
		const struct course_prediction *prediction = &course->prediction[i];
		double t = prediction->record->t;
		struct timeline_item *item;

		if (prediction->outcome != COURSE_WITHDRAWN && prediction->outcome != COURSE_HEALED)
			continue;
		item = timeline_add(builder, lane, TIMELINE_ITEM_MOMENT, t, t, "predicts ",
			prediction->id, NULL);
		timeline_explain(builder, item, "it did not come true: ",
			reader_string(prediction->record->members, "summary"), NULL);
	}
}

/* How it ended, as far as somebody watched. */
static void add_end(struct timeline_builder *builder, const struct course *course, size_t lane)
{
	static const char *const LABELS[COURSE_END_COUNT] = {[COURSE_EXIT] = "PID 1 ends",
		[COURSE_FROZEN] = "PID 1 was frozen",
		[COURSE_UP] = "the boot is up",
		[COURSE_TIME_OVER] = "no longer watched",
		[COURSE_SHUTDOWN] = "the machine is shut down",
		[COURSE_LOST] = "the recorder is gone"};
	struct timeline_item *item;
	char data[64];
	struct text text;

	if (!LABELS[course->end])
		return;
	text_init(&text, data, sizeof(data));
	if (course->exit)
		course_exit_words(&text, course->exit->members);
	item = timeline_add(builder, lane, TIMELINE_ITEM_MOMENT, course->ended, course->ended,
		LABELS[course->end], text.length ? ": " : "", data, NULL);
	if (course->end == COURSE_UP && course->up)
		timeline_explain(builder, item,
			"the boot came up: ", reader_string(course->up->members, "because"), NULL);
	if (item && (course->end == COURSE_EXIT || course->end == COURSE_FROZEN))
		item->severity = READER_ERROR;
	else if (item && course->end == COURSE_LOST)
		item->severity = READER_WARNING;
}

static void add_moments(struct timeline_builder *builder, const struct course *course, size_t lane)
{
	const struct reader_report *report = builder->report;
	const struct reader_record *platform = reader_report_find(report, "platform", NULL, NULL);
	const struct reader_record *root = reader_report_find(report, "root", NULL, NULL);
	const struct reader_record *begin = timeline_begin_of(report);
	struct timeline_item *item;
	double since = root ? reader_number(root->members, "since", NAN) : NAN;
	double mounted = root ? reader_number(root->members, "mounted", NAN) : NAN;

	item = timeline_add(builder, lane, TIMELINE_ITEM_MOMENT, 0, 0, "firmware done", NULL);
	timeline_explain(builder, item, "the firmware",
		platform && reader_has(platform->members, "firmware") ? ", " : "",
		platform ? reader_string(platform->members, "firmware") : "",
		", has given control to the kernel", NULL);
	if (begin && !timeline_is_late(report))
		(void)timeline_add(builder, lane, TIMELINE_ITEM_MOMENT, begin->t, begin->t,
			"bootprobe starts", NULL);
	item = timeline_add(
		builder, lane, TIMELINE_ITEM_MOMENT, since, since, "root is there", NULL);
	timeline_explain(builder, item,
		"the root device is there: ", root ? reader_string(root->members, "spec") : "",
		NULL);
	item = timeline_add(
		builder, lane, TIMELINE_ITEM_MOMENT, mounted, mounted, "root is mounted", NULL);
	timeline_explain(builder, item, "the root file system was seen mounted first", NULL);
	(void)timeline_add(builder, lane, TIMELINE_ITEM_MOMENT, course->handoff, course->handoff,
		"handoff", NULL);
	item = timeline_add(builder, lane, TIMELINE_ITEM_MOMENT, course->gave_up, course->gave_up,
		"stage 1 gives up", NULL);
	timeline_explain(builder, item, "stage 1 is over, and no root is mounted", NULL);
	if (item)
		item->severity = READER_ERROR;
	add_end(builder, course, lane);
	if (course_is_told(course))
		add_predictions(builder, course, lane);
}

void timeline_add_boot(struct timeline_builder *builder, size_t lane)
{
	struct course course;

	course_of(builder->report, &course);
	add_phases(builder, &course, lane);
	add_moments(builder, &course, lane);
}
