/* SPDX-License-Identifier: MIT */
#include "reader/finding.h"
#include "reader/unseen.h"

#include <errno.h>
#include <stdlib.h>
#include <string.h>

static const char *const SEVERITIES[] = {
	[READER_INFO] = "info", [READER_WARNING] = "warning", [READER_ERROR] = "error"};

const char *reader_severity_name(enum reader_severity severity)
{
	return SEVERITIES[severity];
}

const char *reader_verdict_name(enum reader_verdict verdict)
{
	static const char *const NAMES[] = {[READER_OK] = "OK",
		[READER_HAS_WARNINGS] = "WARNING",
		[READER_INCOMPLETE] = "INCOMPLETE",
		[READER_FAIL] = "FAIL"};

	return NAMES[verdict];
}

static enum reader_severity parse_severity(const char *name)
{
	for (int i = READER_INFO; i < READER_ERROR; i++) {
		if (strcmp(SEVERITIES[i], name) == 0)
			return (enum reader_severity)i;
	}
	/* What cannot be read is not made light of. */
	return READER_ERROR;
}

static const json_t *array_or_null(const json_t *object, const char *key)
{
	const json_t *value = json_object_get(object, key);

	return json_is_array(value) ? value : NULL;
}

static void add_finding(struct reader_report *report, const struct reader_record *record)
{
	const json_t *members = record->members;
	struct reader_finding *finding = &report->findings[report->finding_count++];

	*finding = (struct reader_finding){.record = record,
		.id = reader_string(members, "id"),
		.severity = parse_severity(reader_string(members, "severity")),
		.subject = reader_string(members, "subject"),
		.summary = reader_string(members, "summary"),
		.part_of = json_string_value(json_object_get(members, "part_of")),
		.because = array_or_null(members, "because"),
		.fixes = array_or_null(members, "fix")};
	report->has_error |= finding->severity == READER_ERROR;
	report->has_warning |= finding->severity == READER_WARNING;
	report->errors += finding->severity == READER_ERROR && !finding->part_of;
	report->warnings += finding->severity == READER_WARNING && !finding->part_of;
}

struct reader_fix reader_finding_fix(const struct reader_finding *finding, size_t index)
{
	const json_t *fix = json_array_get(finding->fixes, index);

	return (struct reader_fix){reader_string(fix, "tool"), reader_string(fix, "change"),
		reader_bool(fix, "first", false)};
}

const struct reader_finding *reader_report_finding(
	const struct reader_report *report, const char *id)
{
	for (size_t i = 0; i < report->finding_count; i++) {
		if (strcmp(report->findings[i].id, id) == 0)
			return &report->findings[i];
	}
	return NULL;
}

static bool is_said_before(const struct reader_report *report, const struct reader_record *record)
{
	for (size_t i = 0; i < report->finding_count; i++) {
		if (report->findings[i].record == record)
			return true;
	}
	return false;
}

/* The findings that hold are those that the last end names, in its order. */
static void collect_named(struct reader_report *report, const json_t *named)
{
	const json_t *element;
	size_t i;

	json_array_foreach(named, i, element)
	{
		json_int_t seq = json_integer_value(element);
		const struct reader_record *record =
			seq > 0 && seq <= UINT32_MAX ? reader_report_at(report, (uint32_t)seq)
						     : NULL;

		if (!record || strcmp(record->type, "finding") != 0)
			report->lost_findings++;
		else if (!is_said_before(report, record))
			add_finding(report, record);
	}
}

/* What was said after that end, by a pass that was not seen to end. */
static void collect_later(struct reader_report *report)
{
	const struct reader_record *record = NULL;

	while ((record = reader_report_next(report, "finding", record))) {
		if (record->seq > report->end->seq)
			add_finding(report, record);
	}
}

/* No end: all that were said hold, causes before what follows from them, errors first. */
static void collect_said(struct reader_report *report)
{
	const struct reader_record *record = NULL;

	for (int pass = 0; pass < 2 * (READER_ERROR + 1); pass++) {
		bool is_part = pass % 2;
		enum reader_severity severity = (enum reader_severity)(READER_ERROR - pass / 2);

		record = NULL;
		while ((record = reader_report_next(report, "finding", record))) {
			bool has_cause = reader_has(record->members, "part_of");
			const char *said = reader_string(record->members, "severity");

			if (has_cause == is_part && parse_severity(said) == severity)
				add_finding(report, record);
		}
	}
}

static void find_end(struct reader_report *report)
{
	for (size_t i = 0; i < report->record_count; i++) {
		const struct reader_record *record = &report->records[i];
		const char *phase;

		if (strcmp(record->type, "end") != 0)
			continue;
		phase = reader_string(record->members, "phase");
		report->end = record;
		if (*phase && strcmp(phase, "delivered") != 0)
			report->phase = phase;
	}
	report->is_open =
		report->record_count && report->end != &report->records[report->record_count - 1];
}

static uint64_t counted(const struct reader_report *report, const char *key, uint64_t found)
{
	int64_t said = report->end ? reader_integer(report->end->members, key, 0) : 0;

	return said > 0 && (uint64_t)said > found ? (uint64_t)said : found;
}

static enum reader_verdict judge(const struct reader_report *report)
{
	if (report->errors || report->has_error)
		return READER_FAIL;
	if (!report->is_judged || !report->end || report->lost_findings)
		return READER_INCOMPLETE;
	if (report->warnings || report->has_warning)
		return READER_HAS_WARNINGS;
	if (report->missing_lines || report->damage_count || report->unplaced_damage ||
		report->refused_lines || report->omitted_findings)
		return READER_INCOMPLETE;
	return unseen_is_any(report) ? READER_INCOMPLETE : READER_OK;
}

static uint64_t positive(int64_t value)
{
	return value > 0 ? (uint64_t)value : 0;
}

/* Findings that were made and found no room, neither where they are judged nor in the report. */
static uint64_t count_omitted(const struct reader_report *report)
{
	const struct reader_record *record = reader_report_find(report, "omitted", NULL, NULL);
	uint64_t count = 0;
	const json_t *element;
	size_t i;

	if (report->end)
		count = positive(reader_integer(report->end->members, "dropped_findings", 0));
	json_array_foreach(record ? json_object_get(record->members, "records") : NULL, i, element)
	{
		if (reader_is(element, "type", "finding"))
			count += positive(reader_integer(element, "count", 0));
	}
	return count;
}

int finding_collect(struct reader_report *report)
{
	const json_t *named;

	find_end(report);
	report->findings = calloc(report->record_count + 1, sizeof(report->findings[0]));
	if (!report->findings)
		return -ENOMEM;
	named = report->end ? array_or_null(report->end->members, "findings") : NULL;
	if (named || (report->end && reader_has(report->end->members, "errors"))) {
		collect_named(report, named);
		collect_later(report);
	} else {
		collect_said(report);
	}
	report->errors = counted(report, "errors", report->errors);
	report->warnings = counted(report, "warnings", report->warnings);
	report->is_judged = report->finding_count ||
			    (report->end && reader_has(report->end->members, "errors"));
	report->omitted_findings = count_omitted(report);
	report->verdict = judge(report);
	return 0;
}
