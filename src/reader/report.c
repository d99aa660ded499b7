/* SPDX-License-Identifier: MIT */
#include "reader/report.h"

#include "base/cleanup.h"
#include "base/text.h"
#include "reader/finding.h"
#include "reader/store.h"
#include "reader/subject.h"
#include "reader/traffic.h"

#include <errno.h>
#include <math.h>
#include <stdlib.h>
#include <string.h>

/* --------------------------------------------------------------------------------------- members
 */

const char *reader_string(const json_t *object, const char *key)
{
	const char *value = json_string_value(json_object_get(object, key));

	return value ? value : "";
}

const char *reader_string_at(const json_t *array, size_t index)
{
	const char *value = json_string_value(json_array_get(array, index));

	return value ? value : "";
}

bool reader_is(const json_t *object, const char *key, const char *value)
{
	return strcmp(reader_string(object, key), value) == 0;
}

bool reader_has(const json_t *object, const char *key)
{
	return json_object_get(object, key) != NULL;
}

int64_t reader_integer(const json_t *object, const char *key, int64_t fallback)
{
	const json_t *value = json_object_get(object, key);

	return json_is_integer(value) ? json_integer_value(value) : fallback;
}

double reader_number(const json_t *object, const char *key, double fallback)
{
	const json_t *value = json_object_get(object, key);

	return json_is_number(value) ? json_number_value(value) : fallback;
}

bool reader_bool(const json_t *object, const char *key, bool fallback)
{
	const json_t *value = json_object_get(object, key);

	return json_is_boolean(value) ? json_is_true(value) : fallback;
}

/* ---------------------------------------------------------------------------------------- access
 */

static int compare_record(const void *key, const void *element)
{
	const struct reader_record *record = element;
	uint32_t seq = *(const uint32_t *)key;

	return seq < record->seq ? -1 : seq > record->last_seq;
}

const struct reader_record *reader_report_at(const struct reader_report *report, uint32_t seq)
{
	return report->record_count ? bsearch(&seq, report->records, report->record_count,
					      sizeof(report->records[0]), compare_record)
				    : NULL;
}

const struct reader_record *reader_report_next(
	const struct reader_report *report, const char *type, const struct reader_record *previous)
{
	size_t start = previous ? (size_t)(previous - report->records) + 1 : 0;

	for (size_t i = start; i < report->record_count; i++) {
		const struct reader_record *record = &report->records[i];

		if (!record->is_superseded && (!type || strcmp(record->type, type) == 0))
			return record;
	}
	return NULL;
}

const struct reader_record *reader_report_find(
	const struct reader_report *report, const char *type, const char *key, const char *value)
{
	for (size_t i = report->record_count; i > 0; i--) {
		const struct reader_record *record = &report->records[i - 1];

		if (strcmp(record->type, type) == 0 &&
			(!key || (reader_has(record->members, key) &&
					 reader_is(record->members, key, value))))
			return record;
	}
	return NULL;
}

/* Who ends stage 1 says so whether there is a root to hand off to or not. */
static double end_of_stage1(const struct reader_report *report, bool has_root)
{
	const struct reader_record *end = reader_report_find(report, "end", "phase", "finish");
	const struct reader_record *handoff = reader_report_find(report, "handoff", NULL, NULL);
	bool is_mounted = !handoff || reader_bool(handoff->members, "mounted", true);

	return end && is_mounted == has_root ? end->t : NAN;
}

double reader_report_handoff(const struct reader_report *report)
{
	return end_of_stage1(report, true);
}

double reader_report_gave_up(const struct reader_report *report)
{
	return end_of_stage1(report, false);
}

bool reader_report_is_image(const struct reader_report *report)
{
	return reader_report_find(report, "block", "transport", "image") &&
	       !reader_report_find(report, "begin", NULL, NULL);
}

/* ------------------------------------------------------------------------------- joining of lines
 */

/* Appends what a further line of the record says: arrays go on, all else stands once. */
static int join_members(json_t *members, json_t *line)
{
	static const char *const FRAME[] = {"bootprobe", "boot", "seq", "t", "type", "cont", "skip",
		"cut", "more", "quiet", "crc"};
	const char *key;
	json_t *value, *known;

	for (size_t i = 0; i < ARRAY_SIZE(FRAME); i++)
		(void)json_object_del(line, FRAME[i]);
	json_object_foreach(line, key, value)
	{
		known = json_object_get(members, key);
		if (json_is_array(known) && json_is_array(value)) {
			if (json_array_extend(known, value) < 0)
				return -ENOMEM;
		} else if (!known && json_object_set(members, key, value) < 0) {
			return -ENOMEM;
		}
	}
	return 0;
}

static struct reader_record *new_record(
	struct reader_report *report, const struct store_line *line, json_t *members, int64_t first)
{
	struct reader_record *record = &report->records[report->record_count++];

	*record = (struct reader_record){.seq = line->frame.seq,
		.last_seq = line->frame.seq,
		.t = line->frame.t,
		.type = reader_string(members, "type"),
		.members = json_incref(members),
		.is_partial = first != 0,
		.is_cut = reader_bool(members, "cut", false)};
	if (first > 0 && first < record->seq)
		(void)json_object_set_new(members, "seq", json_integer(first));
	return record;
}

/* The record that a line with "cont" goes on with, if the line before it is there. */
static struct reader_record *continued(
	struct reader_report *report, const struct store_line *line, int64_t first, bool is_open)
{
	struct reader_record *record;

	if (!first || !report->record_count)
		return NULL;
	record = &report->records[report->record_count - 1];
	if (reader_integer(record->members, "seq", 0) != first ||
		strcmp(record->type, line->frame.type) != 0)
		return NULL;
	if (!is_open || record->last_seq + 1 != line->frame.seq)
		record->is_partial = true;
	return record;
}

/* Adds one line. *is_open: the record goes on behind it. Returns 0, or -EBADMSG when the line is no
 * JSON: a checksum can be right without that. */
static int add_line(struct reader_report *report, const struct store_line *line, bool *is_open)
{
	json_t *members = json_loadb(
		line->bytes, line->length, JSON_ALLOW_NUL | JSON_REJECT_DUPLICATES, NULL);
	struct reader_record *record;
	int64_t first;
	bool more;
	int result = 0;

	if (!members)
		return -EBADMSG;
	first = reader_integer(members, "cont", 0);
	more = reader_bool(members, "more", false);
	record = continued(report, line, first, *is_open);
	if (record) {
		record->last_seq = line->frame.seq;
		record->is_cut |= reader_bool(members, "cut", false);
		result = join_members(record->members, members);
	} else {
		if (*is_open && report->record_count)
			report->records[report->record_count - 1].is_partial = true;
		record = new_record(report, line, members, first);
		(void)json_object_del(members, "crc");
		(void)json_object_del(members, "more");
		(void)json_object_del(members, "skip");
		(void)json_object_del(members, "quiet");
	}
	*is_open = more;
	json_decref(members);
	return result;
}

/* ------------------------------------------------------------------------------ missing, damaged
 */

static bool is_known_damage(const struct reader_report *report, uint32_t seq)
{
	for (size_t i = 0; i < report->damage_count; i++) {
		if (report->damage[i].seq == seq)
			return true;
	}
	return false;
}

static int add_damage(struct reader_report *report, uint32_t seq, const char *why)
{
	struct reader_damage *damage =
		reallocarray(report->damage, report->damage_count + 1, sizeof(*damage));

	if (!damage)
		return -ENOMEM;
	report->damage = damage;
	report->damage[report->damage_count++] = (struct reader_damage){.seq = seq, .why = why};
	return 0;
}

/* Lines of this boot that came damaged. Which report of the boot they belong to they do not say
 * reliably; the newest one has the doubt. */
static int collect_damage(struct reader_report *report, const struct store *store,
	const struct store_boot *boot, unsigned run)
{
	report->unplaced_damage = store->damage_total - store->damage_count;
	for (unsigned i = 0; i < store->damage_count; i++) {
		const struct store_damage *damage = &store->damage[i];

		report->unplaced_damage += damage->parsed < 2;
		if (damage->parsed < 2 || strcmp(damage->frame.boot, boot->boot) != 0)
			continue;
		if (store_find(&boot->runs[run], damage->frame.seq))
			continue;
		if (run + 1 < boot->run_count && damage->frame.seq > boot->runs[run].last_seq)
			continue;
		if (is_known_damage(report, damage->frame.seq))
			continue;
		if (add_damage(report, damage->frame.seq, damage->why) < 0)
			return -ENOMEM;
	}
	return 0;
}

static int compare_damage(const void *a, const void *b)
{
	const struct reader_damage *left = a, *right = b;

	return (left->seq > right->seq) - (left->seq < right->seq);
}

static int add_missing(struct reader_report *report, uint32_t first, uint32_t last)
{
	struct reader_span *missing;

	if (first > last)
		return 0;
	missing = reallocarray(report->missing, report->missing_count + 1, sizeof(*missing));
	if (!missing)
		return -ENOMEM;
	report->missing = missing;
	report->missing[report->missing_count++] = (struct reader_span){first, last};
	report->missing_lines += (uint64_t)last - first + 1;
	return 0;
}

/* From first to last, what is there in damaged pieces taken out. */
static int add_gap(struct reader_report *report, uint32_t first, uint32_t last, size_t *damage_at)
{
	while (*damage_at < report->damage_count && report->damage[*damage_at].seq <= last) {
		uint32_t seq = report->damage[(*damage_at)++].seq;

		if (seq < first)
			continue;
		if (add_missing(report, first, seq - 1) < 0)
			return -ENOMEM;
		first = seq + 1;
	}
	return add_missing(report, first, last);
}

static int compare_line(const void *a, const void *b)
{
	const struct store_line *const *left = a, *const *right = b;

	return ((*left)->frame.seq > (*right)->frame.seq) -
	       ((*left)->frame.seq < (*right)->frame.seq);
}

/* The lines of a run by sequence number. NULL: out of memory. */
static const struct store_line **sorted_lines(const struct store_run *run)
{
	const struct store_line **lines = calloc(run->count + 1, sizeof(struct store_line *));

	if (!lines || !run->count)
		return lines;
	memcpy(lines, run->lines, run->count * sizeof(struct store_line *));
	qsort(lines, run->count, sizeof(struct store_line *), compare_line);
	return lines;
}

static int build_records(
	struct reader_report *report, const struct store_line *const *lines, size_t count)
{
	bool is_open = false;
	int result = 0;

	report->records = calloc(count + 1, sizeof(report->records[0]));
	if (!report->records)
		return -ENOMEM;
	for (size_t i = 0; i < count && result == 0; i++) {
		result = add_line(report, lines[i], &is_open);
		if (result == -EBADMSG)
			result = add_damage(report, lines[i]->frame.seq, "it is not JSON");
	}
	if (is_open && report->record_count)
		report->records[report->record_count - 1].is_partial = true;
	return result;
}

/* What the sequence numbers of the lines that are there leave open. */
static int build_gaps(
	struct reader_report *report, const struct store_line *const *lines, size_t count)
{
	uint32_t next = 1;
	size_t damage_at = 0;
	int result = 0;

	if (report->damage_count)
		qsort(report->damage, report->damage_count, sizeof(report->damage[0]),
			compare_damage);
	for (size_t i = 0; i < count && result == 0; i++) {
		uint32_t seq = lines[i]->frame.seq, skip = lines[i]->frame.skip;

		/* Quiet lines that an output did without are not missing. */
		if (seq > next)
			result = add_gap(report, next, skip < seq ? seq - 1 - skip : 0, &damage_at);
		next = lines[i]->frame.seq + 1;
	}
	return result;
}

/* ------------------------------------------------------------------------------------------ build
 */

void reader_report_free(struct reader_report *report)
{
	if (!report)
		return;
	for (size_t i = 0; i < report->record_count; i++)
		json_decref(report->records[i].members);
	free(report->records);
	free(report->missing);
	free(report->damage);
	free(report->findings);
	free(report);
}

int reader_report_build(const struct store *store, const struct store_boot *boot, unsigned run,
	struct reader_report **ret_report)
{
	_cleanup_free_ const struct store_line **lines = sorted_lines(&boot->runs[run]);
	struct reader_report *report = lines ? calloc(1, sizeof(*report)) : NULL;
	size_t count = boot->runs[run].count;
	int result;

	if (!report)
		return -ENOMEM;
	memcpy(report->boot, boot->boot, sizeof(report->boot));
	report->run = run + 1;
	report->refused_lines = boot->runs[run].refused;
	result = build_records(report, lines, count);
	if (result == 0)
		result = collect_damage(report, store, boot, run);
	if (result == 0)
		result = build_gaps(report, lines, count);
	if (result == 0)
		result = subject_mark_superseded(report);
	if (result == 0)
		result = traffic_spread(report);
	if (result == 0)
		result = finding_collect(report);
	if (result < 0) {
		reader_report_free(report);
		return result;
	}
	*ret_report = report;
	return 0;
}
