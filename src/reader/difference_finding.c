/* SPDX-License-Identifier: MIT */
/*
 * Findings that came and went, and what keeps a report from being compared as a whole.
 */
#include "reader/difference_part.h"

#include <string.h>

enum { FINDINGS_MAX = 512 };

/* Which finding of the other report is the same one. */
struct matches {
	bool is_matched[2][FINDINGS_MAX];
};

static size_t count_of(const struct reader_report *report)
{
	return report->finding_count < FINDINGS_MAX ? report->finding_count : FINDINGS_MAX;
}

/* Root causes and errors weigh most; then the order of their report. */
static double weight_of(const struct reader_finding *finding, size_t index)
{
	return (finding->part_of ? 0 : 10000) + 1000.0 * (int)finding->severity - (double)index;
}

static void append_name(struct text *text, const struct reader_finding *finding)
{
	text_append(text, finding->id);
	text_append(text, " (");
	text_append(text, reader_severity_name(finding->severity));
	if (*finding->subject) {
		text_append(text, ", ");
		text_append(text, finding->subject);
	}
	text_append(text, ")");
}

static bool is_undecided(const struct reader_report *report, const char *id)
{
	const json_t *list =
		report->end ? json_object_get(report->end->members, "undecided") : NULL;
	const json_t *value;
	size_t i;

	json_array_foreach(list, i, value)
	{
		if (json_is_string(value) && strcmp(json_string_value(value), id) == 0)
			return true;
	}
	return report->end && reader_integer(report->end->members, "undecided_count", 0) >
				      (int64_t)json_array_size(list);
}

/* Whether the report would have this finding if it held there. */
static const char *why_unknown(const struct reader_report *report, const char *id)
{
	if (!report->is_judged)
		return " was not judged";
	if (!difference_is_whole(report, NULL) || report->lost_findings)
		return " is not whole";
	if (reader_integer(report->end->members, "dropped_findings", 0))
		return " left findings out";
	return is_undecided(report, id) ? " could not tell" : NULL;
}

static void say_one_sided(
	struct comparison *comparison, const struct reader_finding *finding, int side, size_t index)
{
	const char *why = why_unknown(comparison->report[!side], finding->id);
	struct difference *item;
	char name_data[256];
	struct text name;

	text_init(&name, name_data, sizeof(name_data));
	append_name(&name, finding);
	if (why)
		item = difference_say(comparison, DIFFERENCE_FINDING, finding->id, SIDE[side],
			" has ", name_data, ", ", SIDE[!side], why, ": ", finding->summary, NULL);
	else
		item = difference_say(comparison, DIFFERENCE_FINDING, finding->id, SIDE[side],
			" has ", name_data, ", ", SIDE[!side], " has not: ", finding->summary,
			NULL);
	if (!item)
		return;
	item->severity = finding->severity;
	item->weight = weight_of(finding, index);
}

static void say_both(struct comparison *comparison, const struct reader_finding *a,
	const struct reader_finding *b, size_t index)
{
	struct difference *item;
	char left_data[256], right_data[256];
	struct text left, right;

	if (a->severity == b->severity && strcmp(a->subject, b->subject) == 0 &&
		!a->part_of == !b->part_of)
		return;
	text_init(&left, left_data, sizeof(left_data));
	text_init(&right, right_data, sizeof(right_data));
	append_name(&left, a);
	append_name(&right, b);
	if (a->severity == b->severity && strcmp(a->subject, b->subject) == 0)
		item = difference_say(comparison, DIFFERENCE_FINDING, a->id, left_data,
			" is a root cause in ", SIDE[a->part_of != NULL], ", part of ",
			a->part_of ? a->part_of : b->part_of, " in ", SIDE[a->part_of == NULL],
			NULL);
	else if (strcmp(a->subject, b->subject) == 0)
		item = difference_say(comparison, DIFFERENCE_FINDING, a->id, left_data,
			" in A is of severity ", reader_severity_name(b->severity), " in B", NULL);
	else
		item = difference_say(comparison, DIFFERENCE_FINDING, a->id, left_data, " in A is ",
			right_data, " in B", NULL);
	if (!item)
		return;
	item->severity = a->severity > b->severity ? a->severity : b->severity;
	item->weight = weight_of(a->severity > b->severity ? a : b, index);
}

/* First the same id and subject; then the same id about something else: sda here, vda there. */
static void match(struct comparison *comparison, struct matches *matches, bool is_exact)
{
	const struct reader_report *a = comparison->report[0], *b = comparison->report[1];

	for (size_t i = 0; i < count_of(a); i++) {
		for (size_t k = 0; k < count_of(b) && !matches->is_matched[0][i]; k++) {
			if (matches->is_matched[1][k] ||
				strcmp(a->findings[i].id, b->findings[k].id) != 0 ||
				(is_exact && strcmp(a->findings[i].subject,
						     b->findings[k].subject) != 0))
				continue;
			matches->is_matched[0][i] = matches->is_matched[1][k] = true;
			say_both(comparison, &a->findings[i], &b->findings[k], i);
		}
	}
}

void difference_findings(struct comparison *comparison)
{
	struct matches matches = {0};

	match(comparison, &matches, true);
	match(comparison, &matches, false);
	for (int side = 0; side < 2; side++) {
		const struct reader_report *report = comparison->report[side];

		for (size_t i = 0; i < count_of(report); i++) {
			if (!matches.is_matched[side][i])
				say_one_sided(comparison, &report->findings[i], side, i);
		}
	}
}

/* ---------------------------------------------------------------------------------------- losses
 */

static void append_losses(struct text *text, const struct reader_report *report)
{
	const char *comma = "";

	if (report->missing_lines) {
		text_append_u64(text, report->missing_lines);
		text_append(text,
			report->missing_lines == 1 ? " record is missing" : " records are missing");
		comma = ", ";
	}
	if (report->damage_count) {
		text_append(text, comma);
		text_append_u64(text, report->damage_count);
		text_append(text, " damaged");
		comma = ", ";
	}
	if (report->refused_lines) {
		text_append(text, comma);
		text_append(text, "there are more than can be kept");
		comma = ", ";
	}
	if (!report->end) {
		text_append(text, comma);
		text_append(text, "there is no end");
	}
}

/* Said once a report; the weight puts it in front of what follows from it. */
static void say_losses(struct comparison *comparison, int side)
{
	const struct reader_report *report = comparison->report[side];
	struct difference *item;
	char data[256];
	struct text text;

	if (difference_is_whole(report, NULL))
		return;
	text_init(&text, data, sizeof(data));
	append_losses(&text, report);
	item = difference_say(comparison, DIFFERENCE_UNKNOWN, SIDE[side], SIDE[side],
		" is not whole: ", data, "; what it does not say it may have all the same", NULL);
	if (item)
		item->weight = 2;
}

void difference_losses(struct comparison *comparison)
{
	for (int side = 0; side < 2; side++) {
		const struct reader_report *report = comparison->report[side];
		struct difference *item = NULL;

		say_losses(comparison, side);
		if (!report->is_judged && comparison->report[!side]->is_judged)
			item = difference_say(comparison, DIFFERENCE_UNKNOWN, "findings",
				"findings: ", SIDE[side], " has facts only, nobody judged them",
				NULL);
		if (item)
			item->weight = 1;
	}
}
