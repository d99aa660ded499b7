/* SPDX-License-Identifier: MIT */
/*
 * What is not in a report, and how it ends.
 */
#include "cli/page_part.h"
#include "cli/words.h"
#include "reader/unseen.h"

#include <math.h>
#include <string.h>

enum { SPANS_MAX = 12 };

static void append_span(struct text *text, uint32_t first, uint32_t last)
{
	text_append(text, text->length ? ", " : "");
	text_append_u64(text, first);
	if (last == first)
		return;
	text_append(text, "-");
	text_append_u64(text, last);
}

static void print_missing(const struct page *page)
{
	const struct reader_report *report = page->report;
	WORDS(words);

	for (size_t i = 0; i < report->missing_count && i < SPANS_MAX; i++)
		append_span(&words, report->missing[i].first, report->missing[i].last);
	if (report->missing_count > SPANS_MAX) {
		text_append(&words, " and further ones, ");
		text_append_u64(&words, report->missing_lines);
		text_append(&words, " in all");
	}
	if (report->missing_count)
		page_entry(page, "missing", words.data);
}

static void print_unplaced(const struct page *page)
{
	WORDS(words);

	text_append_u64(&words, page->report->unplaced_damage);
	text_append(
		&words, page->report->unplaced_damage == 1 ? " line that does" : " lines that do");
	text_append(&words, " not say of which record");
	if (page->report->unplaced_damage)
		page_entry(page, "damaged", words.data);
}

static void print_damaged(const struct page *page)
{
	const struct reader_report *report = page->report;
	WORDS(words);

	for (size_t i = 0; i < report->damage_count && i < SPANS_MAX; i++) {
		append_span(&words, report->damage[i].seq, report->damage[i].seq);
		text_append(&words, " (");
		text_append(&words, report->damage[i].why);
		text_append(&words, ")");
	}
	if (report->damage_count > SPANS_MAX) {
		text_append(&words, " and further ones, ");
		text_append_u64(&words, report->damage_count);
		text_append(&words, " in all");
	}
	if (report->damage_count)
		page_entry(page, "damaged", words.data);
}

/* What the guest had no room for. */
static void append_omitted(struct text *text, const struct reader_report *report)
{
	const struct reader_record *record = reader_report_find(report, "omitted", NULL, NULL);
	const json_t *element;
	size_t i;

	json_array_foreach(record ? json_object_get(record->members, "records") : NULL, i, element)
	{
		text_append(text, i ? ", " : "");
		words_integer(text, "", element, "count");
		words_key(text, " of ", element, "type");
	}
	words_integer(text, text->length ? ", findings: " : "findings: ",
		report->end ? report->end->members : NULL, "dropped_findings");
	text_append(text, text->length ? "; the report had no room for them" : "");
}

/* Whoever looks at a machine that did not come up asks what became of it. */
static bool is_missed(const struct page *page, const struct course *course)
{
	const struct reader_record *begin = reader_report_find(page->report, "begin", NULL, NULL);

	return course->end == COURSE_UNWATCHED && !course->recorder && !page->is_here &&
	       !page->is_going_on && begin && reader_is(begin->members, "verb", "start");
}

static void append_moment(struct text *text, const char *words, double seconds)
{
	text_append(text, words);
	words_time(text, seconds);
	text_append(text, " after the kernel started");
}

static void append_ending(struct text *text, const struct page *page, const struct course *course)
{
	const struct reader_report *report = page->report;
	double last = report->record_count ? report->records[report->record_count - 1].t : 0;
	const char *phase = report->phase ? report->phase : "";

	if (reader_report_is_image(report) || (course_is_told(course) && *phase))
		return;
	if (strcmp(phase, "finish") == 0 && !isnan(course->gave_up))
		append_moment(text, DESCRIBE_GAVE_UP ", ", last);
	else if (strcmp(phase, "finish") == 0 && is_missed(page, course))
		append_moment(text,
			"if it did not come up: boot again with bootprobe.record=full; nobody "
			"watched behind stage 1, which was done ",
			last);
	else if (strcmp(phase, "stall") == 0)
		append_moment(text, "stage 1 had not gone on ", last);
	else if (strcmp(phase, "terminated") == 0)
		append_moment(text, "told to end before stage 2, ", last);
	else if (!*phase && is_missed(page, course))
		append_moment(text,
			"stage 1 was not seen to end, and nobody watched PID 1; the last "
			"record is from ",
			last);
	else if (!*phase)
		append_moment(text, "stage 1 was not seen to end; the last record is from ", last);
}

/* Somebody asked for a recording, and it is not what was asked for. */
static void append_recorder(struct text *text, const struct course *course)
{
	const json_t *recorder = course->recorder ? course->recorder->members : NULL;

	if (recorder &&
		(!reader_is(recorder, "seize", "ok") ||
			(reader_has(recorder, "trace") && !reader_is(recorder, "trace", "ok"))))
		describe_record(text, recorder);
}

/* Words of the command line that bootprobe took no notice of. */
static void append_problems(struct text *text, const struct reader_report *report)
{
	const struct reader_record *config = reader_report_find(report, "config", NULL, NULL);

	if (!config || !reader_has(config->members, "problems"))
		return;
	text_append(text, "not understood: ");
	words_strings(text, "; ", json_object_get(config->members, "problems"));
}

void page_records(const struct page *page, const struct course *course)
{
	const struct reader_report *report = page->report;
	WORDS(ending);
	WORDS(recorder);
	WORDS(problems);
	WORDS(refused);
	WORDS(omitted);
	WORDS(unseen);

	append_ending(&ending, page, course);
	append_recorder(&recorder, course);
	append_problems(&problems, report);
	unseen_list(report, &unseen);
	append_omitted(&omitted, report);
	if (!ending.length && !recorder.length && !problems.length && !omitted.length &&
		!unseen.length && !report->missing_count && !report->damage_count &&
		!report->refused_lines && !report->unplaced_damage)
		return;
	page_heading(page, "Records");
	if (ending.length)
		page_entry(page, "end", ending.data);
	if (recorder.length)
		page_entry(page, "recorder", recorder.data);
	if (problems.length)
		page_entry(page, "parameters", problems.data);
	print_missing(page);
	print_damaged(page);
	print_unplaced(page);
	if (omitted.length)
		page_entry(page, "omitted", omitted.data);
	if (unseen.length)
		page_entry(page, "unseen", unseen.data);
	text_append_u64(&refused, report->refused_lines);
	text_append(&refused, " records are more than what is kept of a boot");
	if (report->refused_lines)
		page_entry(page, "left out", refused.data);
}
