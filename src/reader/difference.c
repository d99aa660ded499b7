/* SPDX-License-Identifier: MIT */
#include "reader/difference.h"

#include "reader/difference_part.h"

#include <errno.h>
#include <math.h>
#include <stdarg.h>
#include <stdlib.h>
#include <string.h>

const char *const SIDE[2] = {"A", "B"};

const char *difference_group_name(enum difference_group group)
{
	static const char *const NAMES[DIFFERENCE_GROUP_COUNT] = {
		[DIFFERENCE_FINDING] = "findings",
		[DIFFERENCE_COURSE] = "the boot",
		[DIFFERENCE_HARDWARE] = "hardware",
		[DIFFERENCE_CONSOLE] = "consoles",
		[DIFFERENCE_DRIVER] = "drivers",
		[DIFFERENCE_DISK] = "disks",
		[DIFFERENCE_PLATFORM] = "platform",
		[DIFFERENCE_PARAMETER] = "kernel command line",
		[DIFFERENCE_INIT] = "stage 2",
		[DIFFERENCE_TIMING] = "timings",
		[DIFFERENCE_UNKNOWN] = "not compared",
	};

	return NAMES[group % DIFFERENCE_GROUP_COUNT];
}

/* ---------------------------------------------------------------------------------------- saying
 */

static struct difference *add(
	struct comparison *comparison, enum difference_group group, const char *subject)
{
	struct difference_list *list = comparison->list;
	struct difference *item;

	if (list->count >= DIFFERENCES_MAX) {
		list->left_out++;
		return NULL;
	}
	item = reallocarray(list->item, list->count + 1, sizeof(*item));
	if (!item) {
		comparison->error = -ENOMEM;
		return NULL;
	}
	list->item = item;
	item += list->count;
	*item = (struct difference){.group = group, .subject = strdup(subject)};
	list->count++;
	if (!item->subject)
		comparison->error = -ENOMEM;
	return item;
}

struct difference *difference_say(
	struct comparison *comparison, enum difference_group group, const char *subject, ...)
{
	struct difference *item = add(comparison, group, subject);
	char data[DIFFERENCE_TEXT_SIZE];
	const char *piece;
	struct text text;
	va_list pieces;

	if (!item)
		return NULL;
	text_init(&text, data, sizeof(data));
	va_start(pieces, subject);
	while ((piece = va_arg(pieces, const char *)))
		text_append(&text, piece);
	va_end(pieces);
	item->text = strdup(data);
	if (!item->text)
		comparison->error = -ENOMEM;
	return item;
}

void difference_say_unknown(
	struct comparison *comparison, const char *subject, const char *what, int side)
{
	const struct reader_report *report = comparison->report[side];

	(void)difference_say(comparison, DIFFERENCE_UNKNOWN, subject, what, ": ", SIDE[!side],
		" tells, ", SIDE[side],
		difference_is_whole(report, NULL) ? " does not"
						  : " does not, and records of it are missing",
		NULL);
}

void difference_value(struct text *text, const json_t *value)
{
	if (json_is_string(value))
		text_append(text, json_string_value(value));
	else if (json_is_integer(value))
		text_append_i64(text, json_integer_value(value));
	else if (json_is_boolean(value))
		text_append(text, json_is_true(value) ? "yes" : "no");
	else
		text_append(text, value ? "?" : "unknown");
}

/* --------------------------------------------------------------------------------------- records
 */

/* A later run that ended well takes back what was said of an earlier one. */
static bool has_failed(const struct reader_report *report, const char *probe)
{
	const struct reader_record *record = NULL;
	bool has_failed = false;

	while ((record = reader_report_next(report, "probe", record))) {
		if (reader_has(record->members, "state") &&
			reader_is(record->members, "name", probe))
			has_failed = !reader_is(record->members, "state", "done");
	}
	return has_failed;
}

/* At the end of stage 1 everything is looked at once more. What was looked at before may have come
 * behind that look: a device waits for its modules. */
static bool has_last_look(const struct reader_report *report)
{
	for (size_t i = 0; i < report->record_count; i++) {
		const struct reader_record *end = &report->records[i];

		if (strcmp(end->type, "end") == 0 &&
			(reader_is(end->members, "phase", "finish") ||
				reader_is(end->members, "phase", "now")))
			return true;
	}
	return false;
}

bool difference_is_whole(const struct reader_report *report, const char *probe)
{
	return report->end && !report->missing_lines && !report->damage_count &&
	       !report->refused_lines &&
	       !(probe && (has_failed(report, probe) || !has_last_look(report)));
}

bool difference_both(struct comparison *comparison, const char *type, const char *what,
	const json_t *ret_members[2])
{
	const struct reader_record *record[2];

	for (int i = 0; i < 2; i++) {
		record[i] = reader_report_find(comparison->report[i], type, NULL, NULL);
		if (record[i] && record[i]->is_partial)
			record[i] = NULL;
		ret_members[i] = record[i] ? record[i]->members : NULL;
	}
	if (record[0] && record[1])
		return true;
	if (record[0] || record[1])
		difference_say_unknown(comparison, type, what, record[0] ? 1 : 0);
	return false;
}

/* --------------------------------------------------------------------------------------- members
 */

static bool is_alike(const json_t *a, const json_t *b, enum member_kind kind)
{
	enum { PERCENT = 3 };
	double left = (double)json_integer_value(a), right = (double)json_integer_value(b);

	if (kind != MEMBER_ROUGH)
		return json_equal(a, b);
	return fabs(left - right) * 100 <= PERCENT * left;
}

static bool is_optional(enum member_kind kind)
{
	return kind == MEMBER_OPTIONAL || kind == MEMBER_OPTIONAL_SIZE;
}

static void append_member(struct text *text, const json_t *value, enum member_kind kind)
{
	int64_t number = json_integer_value(value);

	bool is_size = kind == MEMBER_SIZE || kind == MEMBER_OPTIONAL_SIZE || kind == MEMBER_ROUGH;

	if (!value && is_optional(kind))
		text_append(text, "none");
	else if (!is_size || !json_is_integer(value) || number < 0)
		difference_value(text, value);
	else
		text_append_size(text, (uint64_t)number * (kind == MEMBER_ROUGH ? 1024 : 1));
}

static void say_flag(struct comparison *comparison, enum difference_group group,
	const char *subject, const char *prefix, const char *what, bool is_a)
{
	(void)difference_say(comparison, group, subject, prefix, what, " in ", SIDE[!is_a],
		", not in ", SIDE[is_a], NULL);
}

static void compare_member(struct comparison *comparison, enum difference_group group,
	const char *subject, const char *prefix, const json_t *const object[2],
	const struct member_rule *rule)
{
	const json_t *a = json_object_get(object[0], rule->name);
	const json_t *b = json_object_get(object[1], rule->name);
	char left_data[256], right_data[256];
	struct text left, right;

	if (rule->kind == MEMBER_FLAG) {
		if (json_is_true(a) != json_is_true(b))
			say_flag(comparison, group, subject, prefix, rule->what, json_is_true(a));
		return;
	}
	if ((!a && !b) || (a && b && is_alike(a, b, rule->kind)))
		return;
	text_init(&left, left_data, sizeof(left_data));
	text_init(&right, right_data, sizeof(right_data));
	append_member(&left, a, rule->kind);
	append_member(&right, b, rule->kind);
	/* Sizes that differ by less than what is shown. */
	if (strcmp(left_data, right_data) == 0 && rule->kind == MEMBER_SIZE) {
		text_append(&left, " (");
		text_append_i64(&left, json_integer_value(a));
		text_append(&left, " bytes)");
		text_append(&right, " (");
		text_append_i64(&right, json_integer_value(b));
		text_append(&right, " bytes)");
	}
	(void)difference_say(comparison, group, subject, prefix, rule->what, " is ", left_data,
		" in A, ", right_data, " in B", NULL);
}

void difference_members(struct comparison *comparison, enum difference_group group,
	const char *subject, const char *prefix, const json_t *const object[2],
	const struct member_rule *rules, size_t count)
{
	for (size_t i = 0; i < count; i++) {
		const json_t *a = json_object_get(object[0], rules[i].name);
		const json_t *b = json_object_get(object[1], rules[i].name);
		char what[256];

		if (rules[i].kind != MEMBER_FLAG && !is_optional(rules[i].kind) && !a != !b) {
			(void)text_join(what, sizeof(what), prefix, rules[i].what, NULL);
			difference_say_unknown(comparison, subject, what, a ? 1 : 0);
		} else {
			compare_member(comparison, group, subject, prefix, object, &rules[i]);
		}
	}
}

/* ------------------------------------------------------------------------------------------- all
 */

/* In the order in which they explain. */
static void (*const PARTS[])(struct comparison *) = {
	difference_findings,
	difference_course,
	difference_hardware,
	difference_consoles,
	difference_drivers,
	difference_disks,
	difference_root,
	difference_platform,
	difference_parameters,
	difference_init,
	difference_timings,
	difference_losses,
};

/* By group, weight, and the order in which they were said. The index breaks ties, since qsort(3)
 * need not be stable. */
struct ranked {
	struct difference item;
	size_t index;
};

static int compare_ranked(const void *left, const void *right)
{
	const struct ranked *a = left, *b = right;

	if (a->item.group != b->item.group)
		return a->item.group < b->item.group ? -1 : 1;
	if (isless(a->item.weight, b->item.weight) || isgreater(a->item.weight, b->item.weight))
		return a->item.weight > b->item.weight ? -1 : 1;
	return (a->index > b->index) - (a->index < b->index);
}

static int sort(struct difference_list *list)
{
	struct ranked *ranked = calloc(list->count + 1, sizeof(*ranked));

	if (!ranked)
		return -ENOMEM;
	for (size_t i = 0; i < list->count; i++)
		ranked[i] = (struct ranked){list->item[i], i};
	qsort(ranked, list->count, sizeof(*ranked), compare_ranked);
	for (size_t i = 0; i < list->count; i++)
		list->item[i] = ranked[i].item;
	free(ranked);
	return 0;
}

/* The same report, in whatever log: nothing can be missing that the other one has. */
static bool is_same(const struct reader_report *a, const struct reader_report *b)
{
	if (strcmp(a->boot, b->boot) != 0 || a->record_count != b->record_count ||
		a->missing_lines != b->missing_lines || a->damage_count != b->damage_count)
		return false;
	for (size_t i = 0; i < a->record_count; i++) {
		if (!json_equal(a->records[i].members, b->records[i].members))
			return false;
	}
	return true;
}

int difference_find(
	const struct reader_report *a, const struct reader_report *b, struct difference_list *list)
{
	struct comparison comparison = {.report = {a, b}, .list = list};

	*list = (struct difference_list){0};
	if (is_same(a, b))
		return 0;
	for (size_t i = 0; i < ARRAY_SIZE(PARTS) && !comparison.error; i++)
		PARTS[i](&comparison);
	if (!comparison.error)
		comparison.error = sort(list);
	if (comparison.error)
		difference_release(list);
	return comparison.error;
}

void difference_release(struct difference_list *list)
{
	for (size_t i = 0; i < list->count; i++) {
		free(list->item[i].subject);
		free(list->item[i].text);
	}
	free(list->item);
	*list = (struct difference_list){0};
}
