/* SPDX-License-Identifier: MIT */
#include "cli/page.h"

#include "base/text.h"
#include "cli/describe.h"
#include "cli/output.h"

#include <string.h>

enum { KEY_COLUMNS = 11, INDENT = 2, EVIDENCE_MAX = 6, BESIDES_MAX = 12, SPANS_MAX = 12 };

struct page {
	FILE *stream;
	const struct reader_report *report;
	bool is_coloured;
};

/* A text of what the guest wrote, bounded. */
#define WORDS(name)                      \
	char name##_data[DESCRIBE_SIZE]; \
	struct text name;                \
	text_init(&name, name##_data, sizeof(name##_data))

static void print_heading(const struct page *page, const char *heading)
{
	(void)fputc('\n', page->stream);
	output_coloured(page->stream, page->is_coloured, COLOUR_BOLD, heading);
	(void)fputc('\n', page->stream);
}

/* "  key        words that go on below themselves". A key that is too long has a line of its own.
 */
static void print_entry(const struct page *page, const char *key, const char *words)
{
	enum { COLUMN = INDENT + KEY_COLUMNS };
	size_t length = strlen(key);

	(void)fprintf(page->stream, "%*s", INDENT, "");
	output_raw(page->stream, key);
	if (length >= KEY_COLUMNS)
		(void)fprintf(page->stream, "\n%*s", COLUMN, "");
	else
		(void)fprintf(page->stream, "%*s", (int)(KEY_COLUMNS - length), "");
	output_words(page->stream, COLUMN, COLUMN, words);
}

static void print_item(const struct page *page, const char *words)
{
	(void)fprintf(page->stream, "%*s", INDENT, "");
	output_words(page->stream, INDENT, 2 * INDENT, words);
}

/* --------------------------------------------------------------------------------------- verdict
 */

static void append_incomplete(struct text *text, const struct reader_report *report)
{
	if (report->lost_findings)
		text_append(text, "a finding was made, and its record is missing");
	else if (!report->end)
		text_append(text, "the report has no end: stage 1 was not seen to end");
	else if (!report->is_judged)
		text_append(text, "the report has facts only: nothing was judged");
	else
		text_append(text, "nothing wrong was found, but not all records are here");
}

static void append_why(struct text *text, const struct reader_report *report)
{
	if (report->verdict == READER_INCOMPLETE) {
		append_incomplete(text, report);
	} else if (report->verdict == READER_OK) {
		text_append(text, "nothing wrong was found");
	} else if (report->finding_count) {
		text_append(text, report->findings[0].summary);
	} else {
		text_append_u64(text, report->errors + report->warnings);
		text_append(text, " findings, and their records are missing");
	}
}

static void print_verdict(const struct page *page)
{
	static const enum output_colour COLOURS[] = {[READER_OK] = COLOUR_GREEN,
		[READER_HAS_WARNINGS] = COLOUR_YELLOW,
		[READER_INCOMPLETE] = COLOUR_PURPLE,
		[READER_FAIL] = COLOUR_RED};
	const struct reader_report *report = page->report;
	const char *name = reader_verdict_name(report->verdict);
	unsigned column = (unsigned)strlen(name) + 2;
	bool has_cause = report->verdict == READER_FAIL || report->verdict == READER_HAS_WARNINGS;
	WORDS(why);

	append_why(&why, report);
	output_coloured(page->stream, page->is_coloured, COLOURS[report->verdict], name);
	(void)fputs("  ", page->stream);
	output_words(page->stream, column, column, why.data);
	text_init(&why, why_data, sizeof(why_data));
	if (has_cause && report->finding_count) {
		text_append(&why, report->findings[0].id);
		text_append(&why, ", ");
	}
	text_append(&why, "boot ");
	text_append(&why, report->boot);
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
			print_heading(page, "Because");
		print_item(page, words.data);
	}
}

static void print_fixes(const struct page *page, const struct reader_finding *finding)
{
	size_t count = json_array_size(finding->fixes);

	if (count)
		print_heading(page, count > 1 ? "Change one of these" : "Change this");
	for (size_t i = 0; i < count; i++) {
		struct reader_fix fix = reader_finding_fix(finding, i);

		print_entry(page, fix.tool, fix.change);
	}
}

static void print_besides(const struct page *page, const struct reader_finding *finding)
{
	struct reader_fix fix = reader_finding_fix(finding, 0);
	WORDS(words);

	text_append(&words, finding->id);
	text_append(&words, ": ");
	text_append(&words, finding->summary);
	print_entry(page, reader_severity_name(finding->severity), words.data);
	if (finding->part_of || !*fix.change)
		return;
	text_init(&words, words_data, sizeof(words_data));
	text_append(&words, fix.tool);
	text_append(&words, ": ");
	text_append(&words, fix.change);
	print_entry(page, "", words.data);
}

/* Findings behind the first: those that follow from a cause, or the others. */
static void print_others(const struct page *page, const char *heading, bool is_part)
{
	const struct reader_report *report = page->report;
	size_t shown = 0;
	WORDS(rest);

	for (size_t i = 1; i < report->finding_count; i++) {
		const struct reader_finding *finding = &report->findings[i];

		if ((finding->part_of != NULL) != is_part || shown++ >= BESIDES_MAX)
			continue;
		if (shown == 1)
			print_heading(page, heading);
		print_besides(page, finding);
	}
	if (shown > BESIDES_MAX) {
		text_append(&rest, "and ");
		text_append_u64(&rest, shown - BESIDES_MAX);
		text_append(&rest, " more: see --json");
		print_item(page, rest.data);
	}
}

static void print_findings(const struct page *page)
{
	const struct reader_report *report = page->report;
	bool has_cause = report->verdict == READER_FAIL || report->verdict == READER_HAS_WARNINGS;

	if (!report->finding_count)
		return;
	if (!has_cause) {
		print_heading(page, "Good to know");
		print_besides(page, &report->findings[0]);
	} else {
		print_evidence(page, &report->findings[0]);
		print_fixes(page, &report->findings[0]);
	}
	print_others(page, "What follows from it", true);
	print_others(page, has_cause ? "Besides" : "And", false);
}

/* ----------------------------------------------------------------------------------- what is sound
 */

static void append_platform(struct text *text, const struct reader_report *report)
{
	const struct reader_record *record = reader_report_find(report, "platform", NULL, NULL);

	if (record)
		describe_record(text, record->members);
}

/* Whether a finding of weight is about that thing. */
static bool is_accused(const struct reader_report *report, const char *name)
{
	for (size_t i = 0; i < report->finding_count; i++) {
		if (report->findings[i].severity != READER_INFO &&
			strcmp(report->findings[i].subject, name) == 0)
			return true;
	}
	return false;
}

static void append_names(struct text *text, const struct reader_report *report, const char *type)
{
	const struct reader_record *record = NULL;

	while ((record = reader_report_next(report, type, record))) {
		const char *name = reader_string(record->members, "name");

		if (!reader_bool(record->members, "live", false) || !*name ||
			is_accused(report, name))
			continue;
		text_append(text, text->length ? ", " : "");
		text_append(text, name);
		if (*reader_string(record->members, "uart")) {
			text_append(text, " ");
			text_append(text, reader_string(record->members, "uart"));
		}
	}
}

static void append_consoles(struct text *text, const struct reader_report *report)
{
	append_names(text, report, "console");
	text_append(text, text->length ? " proven to work" : "");
}

static void append_uarts(struct text *text, const struct reader_report *report)
{
	append_names(text, report, "uart");
}

static void append_disk(struct text *text, const json_t *block)
{
	text_append(text, reader_string(block, "name"));
	text_append(text, ", ");
	describe_size(text, reader_integer(block, "size_bytes", 0));
	text_append(text, " ");
	text_append(text, reader_string(block, "transport"));
	if (!reader_has(block, "arrived"))
		return;
	text_append(text, ", there after ");
	describe_seconds(text, reader_number(block, "arrived", 0));
}

static bool is_table_sound(const struct reader_record *gpt)
{
	return !reader_is(gpt->members, "kind", "gpt") ||
	       (reader_is(gpt->members, "primary", "sound") &&
		       reader_is(gpt->members, "backup", "sound"));
}

/* The disk that the root file system is on, if both tables of it are as they should be. */
static void append_root_disk(struct text *text, const struct reader_report *report)
{
	const struct reader_record *root = reader_report_find(report, "root", NULL, NULL);
	const char *device =
		root ? reader_string_at(json_object_get(root->members, "devices"), 0) : "";
	const struct reader_record *block = NULL;

	while (*device && (block = reader_report_next(report, "block", block))) {
		const char *name = reader_string(block->members, "name");
		const struct reader_record *gpt = reader_report_find(report, "gpt", "disk", name);

		if (!*name || !text_starts_with(device, name))
			continue;
		if (is_accused(report, name) || (gpt && !is_table_sound(gpt)))
			return;
		append_disk(text, block->members);
		return;
	}
}

static void append_root(struct text *text, const struct reader_report *report)
{
	const struct reader_record *root = reader_report_find(report, "root", NULL, NULL);

	if (root && reader_has(root->members, "in_memory"))
		describe_record(text, root->members);
	if (!root || reader_integer(root->members, "device_count", 0) != 1)
		return;
	text_append(text, "root=");
	text_append(text, reader_string(root->members, "spec"));
	text_append(text, " is ");
	text_append(text, reader_string_at(json_object_get(root->members, "devices"), 0));
}

static void append_handoff(struct text *text, const struct reader_report *report)
{
	const struct reader_record *handoff = reader_report_find(report, "handoff", NULL, NULL);

	if (handoff && reader_is(handoff->members, "init_stat", "ok") &&
		reader_bool(handoff->members, "init_executable", true) &&
		reader_bool(handoff->members, "architecture_right", true)) {
		text_append(text, reader_string(handoff->members, "init"));
		text_append(text, " on ");
		text_append(text, reader_string(handoff->members, "fstype"));
		text_append(text, " ");
		text_append(text, reader_string(handoff->members, "source"));
	}
}

/* Lines of what needs no further look: at most one a row. */
static const struct {
	const char *key;
	const char
		*type; /* a finding of an error or warning about such a thing takes the row away */
	void (*append)(struct text *text, const struct reader_report *report);
} SOUND[] = {
	{"machine", NULL, append_platform},
	{"consoles", NULL, append_consoles},
	{"serial", NULL, append_uarts},
	{"root disk", "disk.", append_root_disk},
	{"root", "root.", append_root},
	{"handoff", "handoff.", append_handoff},
};

static bool is_blamed(const struct reader_report *report, const char *prefix)
{
	for (size_t i = 0; prefix && i < report->finding_count; i++) {
		if (report->findings[i].severity != READER_INFO &&
			text_starts_with(report->findings[i].id, prefix))
			return true;
	}
	return false;
}

static void print_sound(const struct page *page)
{
	bool is_first = true;

	for (size_t i = 0; i < ARRAY_SIZE(SOUND); i++) {
		WORDS(words);

		if (is_blamed(page->report, SOUND[i].type))
			continue;
		SOUND[i].append(&words, page->report);
		if (!words.length)
			continue;
		if (is_first)
			print_heading(page, page->report->is_judged ? "Sound" : "Found");
		is_first = false;
		(void)fprintf(page->stream, "%*s%-*s", INDENT, "", KEY_COLUMNS, SOUND[i].key);
		output_line(page->stream, INDENT + KEY_COLUMNS, words.data);
	}
}

/* ------------------------------------------------------------------------------ what is not here
 */

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
		print_entry(page, "missing", words.data);
}

static void print_unplaced(const struct page *page)
{
	WORDS(words);

	text_append_u64(&words, page->report->unplaced_damage);
	text_append(
		&words, page->report->unplaced_damage == 1 ? " line that does" : " lines that do");
	text_append(&words, " not say of which record");
	if (page->report->unplaced_damage)
		print_entry(page, "damaged", words.data);
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
		print_entry(page, "damaged", words.data);
}

static void append_ending(struct text *text, const struct reader_report *report)
{
	double last = report->record_count ? report->records[report->record_count - 1].t : 0;

	if (report->phase && strcmp(report->phase, "stall") == 0)
		text_append(text, "stage 1 had not gone on ");
	else if (report->phase && strcmp(report->phase, "terminated") == 0)
		text_append(text, "told to end before stage 2, ");
	else if (!report->phase)
		text_append(text, "stage 1 was not seen to end; the last record is from ");
	else
		return;
	describe_seconds(text, last);
	text_append(text, " after the kernel started");
}

static void print_losses(const struct page *page)
{
	const struct reader_report *report = page->report;
	WORDS(ending);
	WORDS(refused);

	append_ending(&ending, report);
	if (!ending.length && !report->missing_count && !report->damage_count &&
		!report->refused_lines && !report->unplaced_damage)
		return;
	print_heading(page, "Records");
	if (ending.length)
		print_entry(page, "end", ending.data);
	print_missing(page);
	print_damaged(page);
	print_unplaced(page);
	text_append_u64(&refused, report->refused_lines);
	text_append(&refused, " records are more than what is kept of a boot");
	if (report->refused_lines)
		print_entry(page, "left out", refused.data);
}

void page_print(FILE *stream, const struct reader_report *report, bool is_coloured)
{
	const struct page page = {stream, report, is_coloured};

	print_verdict(&page);
	print_findings(&page);
	print_sound(&page);
	print_losses(&page);
}
