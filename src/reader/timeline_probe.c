/* SPDX-License-Identifier: MIT */
/*
 * Lanes of probes. Where a report says how long a probe ran, not when: the early ones start
 * together, right after the configuration is read; what a probe found is written down when it is
 * over.
 */
#include "reader/timeline_part.h"

#include <math.h>
#include <stdio.h>
#include <string.h>

/* Which record a probe leads to; NULL: none that tells. */
static const struct {
	const char *name, *type;
	bool is_early;
} PROBES[] = {
	{"platform", "platform", true},
	{"cmdline", "cmdline", true},
	{"acpi", "acpi.table", true},
	{"fwcfg", "fwcfg", true},
	{"console", "console", true},
	{"uart", "uart", true},
	{"virtio", "virtio.port", true},
	{"virtio-modules", NULL, true},
	{"driver", "device", true},
	{"block", NULL, true},
	{"timeline", "kernel.event", true},
	{"disk", "gpt", false},
	{"root", "root", false},
	{"grower", "grower", false},
	{"handoff", "handoff", false},
};

static int find_probe(const char *name)
{
	for (size_t i = 0; i < ARRAY_SIZE(PROBES); i++) {
		if (strcmp(PROBES[i].name, name) == 0)
			return (int)i;
	}
	return -1;
}

/* When the early probes start. */
static double start_time(const struct reader_report *report)
{
	const struct reader_record *record = reader_report_find(report, "config", NULL, NULL);

	return record ? record->t : NAN;
}

/* The first record of a type, of any version. subject: of a disk, or "". */
static double first_record(
	const struct reader_report *report, const char *type, const char *subject)
{
	for (size_t i = 0; i < report->record_count; i++) {
		const struct reader_record *record = &report->records[i];

		if (strcmp(record->type, type) == 0 &&
			(!*subject || reader_is(record->members, "disk", subject)))
			return record->t;
	}
	return NAN;
}

/* Which run of how many this is: probes run early, when something arrives, and late. */
struct run {
	size_t index, count;
};

static struct run run_of(const json_t *done, size_t at)
{
	const json_t *probe = json_array_get(done, at), *other;
	struct run run = {0};
	size_t i;

	json_array_foreach(done, i, other)
	{
		if (!reader_is(other, "name", reader_string(probe, "name")) ||
			!reader_is(other, "subject", reader_string(probe, "subject")))
			continue;
		run.index += i < at;
		run.count++;
	}
	return run;
}

/* Where a run begins, as far as that can be told; NaN: not at all. */
static double place(const struct timeline_builder *builder, const json_t *probe, struct run run,
	double duration, double written)
{
	int known = find_probe(reader_string(probe, "name"));
	bool is_last = run.index + 1 == run.count;

	if (known < 0)
		return NAN;
	if (run.index == 0 && PROBES[known].is_early)
		return start_time(builder->report);
	if (run.index == 0 && PROBES[known].type)
		return first_record(builder->report, PROBES[known].type,
			       reader_string(probe, "subject")) -
		       duration;
	return is_last ? written - duration : NAN;
}

static size_t lane_of(struct timeline_builder *builder, const char *name)
{
	struct timeline *timeline = builder->timeline;
	size_t count = 0;

	for (size_t i = 0; i < timeline->lane_count; i++) {
		if (timeline->lane[i].kind != TIMELINE_PROBE)
			continue;
		count++;
		if (strcmp(timeline->lane[i].name, name) == 0)
			return i;
	}
	return count < TIMELINE_PROBES_MAX ? timeline_add_lane(builder, TIMELINE_PROBE, name, "")
					   : SIZE_MAX;
}

static void add_run(struct timeline_builder *builder, const json_t *done, size_t at, double written)
{
	const json_t *probe = json_array_get(done, at);
	const char *subject = reader_string(probe, "subject");
	double duration = (double)reader_integer(probe, "duration_us", -1) / 1e6;
	double said = reader_number(probe, "started", NAN);
	double start =
		isnan(said) ? place(builder, probe, run_of(done, at), duration, written) : said;
	size_t lane = lane_of(builder, reader_string(probe, "name"));
	bool is_unplaced = isnan(start) || start < 0;
	char number[64];
	struct timeline_item *item;

	if (lane == SIZE_MAX) {
		builder->timeline->left_out++;
		return;
	}
	(void)snprintf(number, sizeof(number), "%.1f ms", duration * 1e3);
	start = is_unplaced ? 0 : start;
	item = timeline_add(builder, lane, TIMELINE_ITEM_PROBE, start, start + duration,
		reader_string(probe, "name"), *subject ? " " : "", subject, " ", number, NULL);
	if (!item)
		return;
	item->is_estimated = isnan(said);
	item->is_unplaced = is_unplaced;
}

/* One that did not end well has a record of its own, written when it was given up. */
static void add_failure(struct timeline_builder *builder, const struct reader_record *record)
{
	const json_t *members = record->members;
	const char *subject = reader_string(members, "subject");
	const char *wait = reader_string(members, "wait_channel");
	double duration = (double)reader_integer(members, "duration_us", 0) / 1e6;
	size_t lane = lane_of(builder, reader_string(members, "name"));
	struct timeline_item *item;

	if (lane == SIZE_MAX) {
		builder->timeline->left_out++;
		return;
	}
	item = timeline_add(builder, lane, TIMELINE_ITEM_PROBE, fmax(record->t - duration, 0),
		record->t, reader_string(members, "name"), *subject ? " " : "", subject, " ",
		reader_string(members, "state"), *wait ? ", waits in " : "", wait, NULL);
	if (!item)
		return;
	item->is_estimated = true;
	item->is_open = reader_is(members, "state", "timeout");
	item->severity = READER_WARNING;
}

/* Bounded: run_of() looks at all others for each. */
enum { RUNS_MAX = 2048 };

void timeline_add_probes(struct timeline_builder *builder)
{
	const struct reader_record *record = NULL;

	while ((record = reader_report_next(builder->report, "probe", record))) {
		const json_t *done = json_object_get(record->members, "done");
		size_t count = json_array_size(done);

		if (reader_has(record->members, "state") &&
			!reader_is(record->members, "state", "done"))
			add_failure(builder, record);
		for (size_t i = 0; i < count && i < RUNS_MAX; i++)
			add_run(builder, done, i, record->t);
		if (count > RUNS_MAX)
			builder->timeline->left_out += count - RUNS_MAX;
	}
}
