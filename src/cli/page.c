/* SPDX-License-Identifier: MIT */
#include "cli/page.h"

#include "base/cleanup.h"
#include "cli/page_part.h"
#include "cli/words.h"

#include <stdlib.h>
#include <string.h>

enum { EVIDENCE_MAX = 6, BESIDES_MAX = 12 };

void page_heading(const struct page *page, const char *heading)
{
	(void)fputc('\n', page->stream);
	output_coloured(page->stream, page->is_coloured, COLOUR_BOLD, heading);
	(void)fputc('\n', page->stream);
}

void page_entry(const struct page *page, const char *key, const char *words)
{
	enum { COLUMN = PAGE_INDENT + PAGE_KEY_COLUMNS };
	size_t length = strlen(key);

	(void)fprintf(page->stream, "%*s", PAGE_INDENT, "");
	output_raw(page->stream, key);
	if (length >= PAGE_KEY_COLUMNS)
		(void)fprintf(page->stream, "\n%*s", COLUMN, "");
	else
		(void)fprintf(page->stream, "%*s", (int)(PAGE_KEY_COLUMNS - length), "");
	output_words(page->stream, COLUMN, COLUMN, words);
}

static void print_item(const struct page *page, const char *words)
{
	(void)fprintf(page->stream, "%*s", PAGE_INDENT, "");
	output_words(page->stream, PAGE_INDENT, 2 * PAGE_INDENT, words);
}

/* Words of a sentence and nothing else: what is no command may be broken. */
static bool is_prose(const char *change)
{
	static const char MARKS[] = " ,.:;/()_";

	for (const char *c = change; *c; c++) {
		bool is_letter = (*c >= 'a' && *c <= 'z') || (*c >= 'A' && *c <= 'Z');

		if (!is_letter && !(*c >= '0' && *c <= '9') && !strchr(MARKS, *c))
			return false;
	}
	return true;
}

/* A change below a key, behind the name of a tool. A command is there to be pasted: it is never
 * broken, and has a line of its own where it does not fit. A remark may stand behind three spaces.
 */
static void print_change(
	const struct page *page, const char *key, const char *tool, const char *change)
{
	enum { COLUMN = PAGE_INDENT + PAGE_KEY_COLUMNS };
	const char *remark = strstr(change, "   ");
	size_t used = COLUMN + (*tool ? strlen(tool) + 2 : 0), length = strlen(change);
	size_t command = remark ? (size_t)(remark - change) : length;
	WORDS(words);

	text_append(&words, tool);
	text_append(&words, *tool ? ": " : "");
	if (used + length < OUTPUT_COLUMNS || is_prose(change)) {
		text_append(&words, change);
		page_entry(page, key, words.data);
		return;
	}
	if (used + command < OUTPUT_COLUMNS) {
		text_append_bytes(&words, change, command);
		page_entry(page, key, words.data);
	} else {
		(void)fprintf(page->stream, "%*s", *key ? PAGE_INDENT : COLUMN, "");
		output_raw(page->stream, *key ? key : tool);
		(void)fprintf(page->stream, "%s\n%*s", *key ? "" : ":", 2 * PAGE_INDENT, "");
		output_chars(page->stream, change, command);
		(void)fputc('\n', page->stream);
	}
	if (remark)
		page_entry(page, "", remark + strspn(remark, " "));
}

/* --------------------------------------------------------------------------------------- verdict
 */

static bool is_whole(const struct reader_report *report)
{
	return !report->missing_lines && !report->damage_count && !report->unplaced_damage &&
	       !report->refused_lines;
}

static void append_incomplete(struct text *text, const struct reader_report *report)
{
	if (report->lost_findings)
		text_append(text, "a finding was made, and its record is missing");
	else if (reader_report_is_image(report))
		text_append(text, "these are records of a disk image, not of a boot; "
				  "bootprobe gpt judges it");
	else if (!report->end)
		text_append(text, "the report has no end: stage 1 was not seen to end");
	else if (!report->is_judged)
		text_append(text, "the report has facts only: nothing was judged");
	else if (report->omitted_findings)
		text_append(text, "findings were made for which the report had no room");
	else if (is_whole(report))
		text_append(text, "nothing wrong was found in what could be seen");
	else
		text_append(text, "nothing wrong was found, but not all records are here");
}

static void append_why(struct text *text, const struct page *page, const struct course *course)
{
	const struct reader_report *report = page->report;

	if (report->verdict == READER_INCOMPLETE) {
		append_incomplete(text, report);
	} else if (report->verdict == READER_OK) {
		text_append(text, "nothing wrong was found");
		if (page->is_going_on)
			text_append(text, "; still watching");
		else if (course->end == COURSE_OPEN)
			text_append(text, " so far; the recording has no end");
	} else if (report->finding_count) {
		text_append(text, report->findings[0].summary);
	} else {
		text_append_u64(text, report->errors + report->warnings);
		text_append(text, " findings, and their records are missing");
	}
}

static void print_verdict(const struct page *page, const struct course *course)
{
	static const enum output_colour COLOURS[] = {[READER_OK] = COLOUR_GREEN,
		[READER_HAS_WARNINGS] = COLOUR_YELLOW,
		[READER_INCOMPLETE] = COLOUR_PURPLE,
		[READER_FAIL] = COLOUR_RED};
	const struct reader_report *report = page->report;
	/* Nobody shall take it for the verdict. */
	bool is_fine_yet = page->is_going_on && report->verdict == READER_OK;
	const char *name = is_fine_yet ? "SO FAR" : reader_verdict_name(report->verdict);
	unsigned column = (unsigned)strlen(name) + 2;
	bool has_cause = report->verdict == READER_FAIL || report->verdict == READER_HAS_WARNINGS;
	WORDS(why);

	append_why(&why, page, course);
	output_coloured(page->stream, page->is_coloured,
		is_fine_yet ? COLOUR_NONE : COLOURS[report->verdict], name);
	(void)fputs("  ", page->stream);
	output_words(page->stream, column, column, why.data);
	text_init(&why, why_data, sizeof(why_data));
	if (has_cause && report->finding_count) {
		text_append(&why, "bootprobe explain ");
		text_append(&why, report->findings[0].id);
		text_append(&why, "; ");
	}
	text_append(&why, reader_report_is_image(report) ? "a disk image" : "boot ");
	text_append(&why, reader_report_is_image(report) ? "" : report->boot);
	text_append(&why, page->is_going_on && !is_fine_yet ? "; so far, still watching" : "");
	(void)fprintf(page->stream, "%*s", (int)column, "");
	output_words(page->stream, column, column, why.data);
}

/* -------------------------------------------------------------------------------------- findings
 */

static void print_evidence(const struct page *page, const struct reader_finding *finding)
{
	size_t shown = 0, count = json_array_size(finding->because);

	for (size_t i = 0; i < count && shown < EVIDENCE_MAX; i++) {
		json_int_t seq = json_integer_value(json_array_get(finding->because, i));
		const struct reader_record *record =
			seq > 0 && seq <= UINT32_MAX ? reader_report_at(page->report, (uint32_t)seq)
						     : NULL;
		WORDS(words);

		if (record) {
			describe_record(&words, record->members);
		} else {
			text_append(&words, "record ");
			text_append_i64(&words, seq);
			text_append(&words, ", which is missing");
		}
		if (!shown++)
			page_heading(page, "Because");
		print_item(page, words.data);
	}
}

static size_t count_fixes(const struct reader_finding *finding, bool is_first)
{
	size_t count = 0;

	for (size_t i = 0; i < json_array_size(finding->fixes); i++)
		count += reader_finding_fix(finding, i).is_first == is_first;
	return count;
}

static void print_fixes_of(
	const struct page *page, const struct reader_finding *finding, bool is_first)
{
	for (size_t i = 0; i < json_array_size(finding->fixes); i++) {
		struct reader_fix fix = reader_finding_fix(finding, i);

		if (fix.is_first == is_first)
			print_change(page, fix.tool, "", fix.change);
	}
}

/* Each change mends it by itself, behind what makes all of them possible. */
static void print_fixes(const struct page *page, const struct reader_finding *finding)
{
	size_t choices = count_fixes(finding, false);
	bool has_first = count_fixes(finding, true) > 0;

	if (has_first) {
		page_heading(page, "Do this first");
		print_fixes_of(page, finding, true);
	}
	if (choices && has_first)
		page_heading(page, choices > 1 ? "Then change one of these" : "Then change this");
	else if (choices)
		page_heading(page, choices > 1 ? "Change one of these" : "Change this");
	print_fixes_of(page, finding, false);
}

static void print_besides(const struct page *page, const struct reader_finding *finding)
{
	struct reader_fix fix = reader_finding_fix(finding, 0);
	WORDS(words);

	text_append(&words, finding->id);
	text_append(&words, ": ");
	text_append(&words, finding->summary);
	page_entry(page, reader_severity_name(finding->severity), words.data);
	if (finding->part_of || !*fix.change)
		return;
	print_change(page, "", fix.tool, fix.change);
}

/* Which finding each one is directly a part of: its own place for one that leads, and where the
 * leader is missing. NULL: no memory. */
static size_t *find_parents(const struct reader_report *report)
{
	size_t *parents = calloc(report->finding_count, sizeof(*parents));

	for (size_t i = 1; parents && i < report->finding_count; i++) {
		const char *id = report->findings[i].part_of;
		const struct reader_finding *leader = id ? reader_report_finding(report, id) : NULL;

		parents[i] = leader ? (size_t)(leader - report->findings) : i;
	}
	return parents;
}

/* At the end of that chain. A guest may tie a ring of them: whoever hangs in it leads itself. */
static size_t leader_of(const size_t *parents, size_t count, size_t place)
{
	size_t at = place;

	for (size_t steps = 0; steps < count; steps++) {
		if (parents[at] == at)
			return at;
		at = parents[at];
	}
	return place;
}

/* Which finding each one is told behind; NULL: no memory. */
static size_t *find_leaders(const struct reader_report *report)
{
	size_t count = report->finding_count;
	size_t *leaders = calloc(count, sizeof(*leaders));
	_cleanup_free_ size_t *parents = find_parents(report);

	for (size_t i = 0; leaders && parents && i < count; i++)
		leaders[i] = leader_of(parents, count, i);
	return parents ? leaders : (free(leaders), NULL);
}

/* What is told below a heading, and no more than fits. */
struct list {
	const char *heading;
	size_t shown;
};

static void print_listed(const struct page *page, struct list *list, size_t place)
{
	if (list->shown++ >= BESIDES_MAX)
		return;
	if (list->shown == 1)
		page_heading(page, list->heading);
	print_besides(page, &page->report->findings[place]);
}

static void print_rest(const struct page *page, const struct list *list)
{
	WORDS(rest);

	if (list->shown <= BESIDES_MAX)
		return;
	text_append(&rest, "and ");
	text_append_u64(&rest, list->shown - BESIDES_MAX);
	text_append(&rest, " more: see --json");
	print_item(page, rest.data);
}

static void print_parts(
	const struct page *page, struct list *list, const size_t *leaders, size_t leader)
{
	for (size_t i = 1; i < page->report->finding_count; i++) {
		if (i != leader && leaders[i] == leader)
			print_listed(page, list, i);
	}
}

/* Findings behind the first: those that follow from it, then each other one before its parts. */
static void print_others(const struct page *page, const char *heading)
{
	struct list parts = {.heading = "What follows from it"}, others = {.heading = heading};
	_cleanup_free_ size_t *leaders = find_leaders(page->report);

	if (!leaders)
		return;
	print_parts(page, &parts, leaders, 0);
	print_rest(page, &parts);
	for (size_t i = 1; i < page->report->finding_count; i++) {
		if (leaders[i] != i)
			continue;
		print_listed(page, &others, i);
		print_parts(page, &others, leaders, i);
	}
	print_rest(page, &others);
}

static void print_findings(const struct page *page)
{
	const struct reader_report *report = page->report;
	bool has_cause = report->verdict == READER_FAIL || report->verdict == READER_HAS_WARNINGS;

	if (!report->finding_count)
		return;
	if (!has_cause) {
		page_heading(page, "Good to know");
		print_besides(page, &report->findings[0]);
	} else {
		print_evidence(page, &report->findings[0]);
		print_fixes(page, &report->findings[0]);
	}
	print_others(page, has_cause ? "Besides" : "And");
}

void page_print(FILE *stream, const struct reader_report *report, bool is_coloured, bool is_here,
	bool is_going_on)
{
	const struct page page = {stream, report, is_coloured, is_here, is_going_on};
	struct course course;

	course_of(report, &course);
	print_verdict(&page, &course);
	page_course(&page, &course);
	print_findings(&page);
	page_sound(&page);
	page_records(&page, &course);
}
