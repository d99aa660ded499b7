/* SPDX-License-Identifier: MIT */
/*
 * Lanes of disks: a few have one each; of many, those of a transport that behave alike share one,
 * and those that stand out have one each.
 */
#include "reader/timeline_disk.h"

#include "base/cleanup.h"

#include <math.h>
#include <stdlib.h>
#include <string.h>

enum { READS_MAX = 32 };

/* ------------------------------------------------------------------------------ lane of one disk
 */

struct reads {
	double start[READS_MAX], end[READS_MAX];
	size_t count;
};

/* When a record first said how long a read took: it was over by then. */
static void find_known(
	const struct reader_report *report, const char *name, double known[READS_MAX])
{
	size_t next = 0;

	for (size_t i = 0; i < READS_MAX; i++)
		known[i] = NAN;
	for (size_t i = 0; i < report->record_count && next < READS_MAX; i++) {
		const struct reader_record *record = &report->records[i];
		const json_t *reads;

		if (strcmp(record->type, "block") != 0 || !reader_is(record->members, "name", name))
			continue;
		reads = json_object_get(record->members, "header_reads");
		while (next < READS_MAX && reader_has(json_array_get(reads, next), "duration_us"))
			known[next++] = record->t;
	}
}

/* From the moment at which the first of them began, which the guest said. */
static void place_from(double started, const json_t *list, struct reads *reads)
{
	for (size_t i = 0; i < reads->count; i++) {
		double duration = timeline_read_duration(json_array_get(list, i));

		reads->start[i] = started;
		started = reads->end[i] = started + duration;
	}
}

/* The reads follow each other, and were over when they were written down. */
static void place_reads(
	const struct reader_report *report, const struct disk *disk, struct reads *reads)
{
	const json_t *list = json_object_get(disk->record->members, "header_reads");
	double next = INFINITY, known[READS_MAX];
	double started = reader_number(disk->record->members, "look_started", NAN);

	if (!isnan(started)) {
		reads->count =
			json_array_size(list) < READS_MAX ? json_array_size(list) : READS_MAX;
		place_from(started, list, reads);
		return;
	}
	find_known(report, disk->name, known);
	reads->count = json_array_size(list) < READS_MAX ? json_array_size(list) : READS_MAX;
	for (size_t i = reads->count; i > 0; i--) {
		double duration = timeline_read_duration(json_array_get(list, i - 1));

		reads->end[i - 1] = fmin(next, known[i - 1]);
		reads->start[i - 1] = fmax(reads->end[i - 1] - duration, 0);
		if (isnan(duration) || isnan(known[i - 1]))
			reads->start[i - 1] = reads->end[i - 1] = NAN;
		else
			next = reads->start[i - 1];
	}
}

static void append_duration(struct text *text, double seconds)
{
	uint64_t us = (uint64_t)llround(seconds * 1e6), unit = us >= 1000000 ? 1000000 : 1000;

	text_append_u64(text, us / unit);
	text_append(text, ".");
	text_append_u64(text, us % unit * 10 / unit);
	text_append(text, unit == 1000 ? " ms" : " s");
}

static void add_open_read(struct timeline_builder *builder, size_t lane, const json_t *header)
{
	const struct reader_report *report = builder->report;
	double since = reader_number(header, "open_since", NAN), last = since;
	struct timeline_item *item;

	for (size_t i = 0; i < report->record_count; i++)
		last = report->records[i].t > last ? report->records[i].t : last;
	item = timeline_add(builder, lane, TIMELINE_ITEM_READ, since, last, "read ",
		reader_string(header, "what"), " has not come back", NULL);
	if (!item)
		return;
	item->is_open = true;
	item->severity = READER_ERROR;
}

static void add_reads(struct timeline_builder *builder, const struct disk *disk)
{
	const json_t *list = json_object_get(disk->record->members, "header_reads");
	struct timeline_item *item;
	struct reads reads;

	place_reads(builder->report, disk, &reads);
	for (size_t i = 0; i < reads.count; i++) {
		const json_t *header = json_array_get(list, i);
		const char *error = reader_string(header, "error");
		char data[64];
		struct text text;

		if (reader_has(header, "open_since")) {
			add_open_read(builder, disk->lane, header);
			continue;
		}
		if (isnan(reads.start[i]))
			continue;
		text_init(&text, data, sizeof(data));
		append_duration(&text, timeline_read_duration(header));
		item = timeline_add(builder, disk->lane, TIMELINE_ITEM_READ, reads.start[i],
			reads.end[i], "read ", reader_string(header, "what"), " ", data,
			*error ? " " : "", error, NULL);
		if (!item)
			continue;
		item->is_estimated = true;
		item->severity = *error ? READER_ERROR : READER_INFO;
	}
}

static void add_partitions(struct timeline_builder *builder, const struct disk *disk)
{
	const json_t *list = json_object_get(disk->record->members, "partitions"), *partition;
	size_t i;

	json_array_foreach(list, i, partition)
	{
		double arrived = reader_number(partition, "arrived", NAN);
		double udev = reader_number(partition, "udev", NAN);
		double removed = reader_number(partition, "removed", NAN);
		const char *name = reader_string(partition, "name");
		struct timeline_item *item;

		(void)timeline_add(builder, disk->lane, TIMELINE_ITEM_PARTITION, arrived, arrived,
			name, " arrives", NULL);
		item = timeline_add(builder, disk->lane, TIMELINE_ITEM_PARTITION, removed, removed,
			name, " removed", NULL);
		if (item)
			item->severity = READER_WARNING;
		(void)timeline_add(builder, disk->lane, TIMELINE_ITEM_UDEV, arrived, udev, "udev ",
			name, NULL);
	}
}

static void add_disk_findings(struct timeline_builder *builder, const struct disk *disk)
{
	for (size_t i = 0; i < builder->report->finding_count; i++) {
		if (timeline_is_on_disk(builder->report->findings[i].subject, disk->name))
			timeline_add_finding(builder, disk->lane, i);
	}
}

static void append_size(struct text *text, const json_t *members)
{
	int64_t size_bytes = reader_integer(members, "size_bytes", -1);

	if (size_bytes >= 0)
		text_append_size(text, (uint64_t)size_bytes);
}

static void add_alone(struct timeline_builder *builder, struct disk *disk)
{
	double arrived = disk->metric[METRIC_ARRIVED];
	double removed = reader_number(disk->record->members, "removed", NAN);
	char detail_data[128];
	struct timeline_item *item;
	struct text detail;

	text_init(&detail, detail_data, sizeof(detail_data));
	append_size(&detail, disk->record->members);
	text_append(&detail, detail.length ? " " : "");
	text_append(&detail, disk->transport);
	text_append(&detail, isnan(arrived) ? ", no uevent seen" : "");
	disk->lane = timeline_add_lane(builder, TIMELINE_DISK, disk->name, detail_data);
	(void)timeline_add(builder, disk->lane, TIMELINE_ITEM_ARRIVAL, arrived, arrived, disk->name,
		" arrives", NULL);
	(void)timeline_add(builder, disk->lane, TIMELINE_ITEM_UDEV, arrived,
		arrived + disk->metric[METRIC_UDEV], "udev ", disk->name, NULL);
	item = timeline_add(builder, disk->lane, TIMELINE_ITEM_ARRIVAL, removed, removed,
		disk->name, " goes away", NULL);
	if (item)
		item->severity = READER_WARNING;
	add_reads(builder, disk);
	add_partitions(builder, disk);
	add_disk_findings(builder, disk);
}

/* ------------------------------------------------------------------------------- lane of a group
 */

struct range {
	double first, last;
};

static void extend(struct range *range, double start, double end)
{
	range->first = fmin(range->first, start);
	range->last = fmax(range->last, end);
}

/* Which disks: transport NULL: all that are left. */
static bool is_member(const struct disk *disk, const char *transport)
{
	return !disk->is_alone && disk->lane == SIZE_MAX &&
	       (!transport || strcmp(disk->transport, transport) == 0);
}

static void append_group_detail(struct text *text, const struct disks *disks, const char *transport)
{
	const struct disk *least = NULL, *most = NULL;

	for (size_t i = 0; i < disks->count; i++) {
		const struct disk *disk = &disks->item[i];
		int64_t size_bytes = reader_integer(disk->record->members, "size_bytes", 0);

		if (!is_member(disk, transport))
			continue;
		if (!least || size_bytes < reader_integer(least->record->members, "size_bytes", 0))
			least = disk;
		if (!most || size_bytes > reader_integer(most->record->members, "size_bytes", 0))
			most = disk;
	}
	if (!least)
		return;
	append_size(text, least->record->members);
	if (reader_integer(least->record->members, "size_bytes", 0) ==
		reader_integer(most->record->members, "size_bytes", 0))
		return;
	text_append(text, " to ");
	append_size(text, most->record->members);
}

struct group {
	struct range arrival, udev, reads;
	double slowest; /* sum of the reads of one disk */
	const char *slowest_name;
	size_t read_count;
};

static void measure(struct timeline_builder *builder, struct disk *disk, struct group *group)
{
	double arrived = disk->metric[METRIC_ARRIVED], sum = disk->metric[METRIC_READS];
	struct reads reads;

	(void)timeline_add(builder, disk->lane, TIMELINE_ITEM_ARRIVAL, arrived, arrived, disk->name,
		" arrives", NULL);
	extend(&group->arrival, arrived, arrived);
	if (!isnan(disk->metric[METRIC_UDEV]))
		extend(&group->udev, arrived, arrived + disk->metric[METRIC_UDEV]);
	place_reads(builder->report, disk, &reads);
	for (size_t i = 0; i < reads.count; i++)
		extend(&group->reads, reads.start[i], reads.end[i]);
	group->read_count += reads.count;
	if (sum > group->slowest) {
		group->slowest = sum;
		group->slowest_name = disk->name;
	}
}

static void add_group_spans(
	struct timeline_builder *builder, size_t lane, const struct group *group)
{
	struct timeline_item *item;
	char data[64], number[32];
	struct text text, count;

	(void)timeline_add(builder, lane, TIMELINE_ITEM_ARRIVAL, group->arrival.first,
		group->arrival.last, "arrivals", NULL);
	(void)timeline_add(builder, lane, TIMELINE_ITEM_UDEV, group->udev.first, group->udev.last,
		"udev", NULL);
	text_init(&text, data, sizeof(data));
	text_init(&count, number, sizeof(number));
	append_duration(&text, group->slowest);
	text_append_u64(&count, group->read_count);
	item = timeline_add(builder, lane, TIMELINE_ITEM_READ, group->reads.first,
		group->reads.last, number, " reads, slowest disk ", group->slowest_name, " ", data,
		NULL);
	if (item)
		item->is_estimated = true;
}

static void add_group(struct timeline_builder *builder, struct disks *disks, const char *transport)
{
	struct group group = {.arrival = {INFINITY, -INFINITY},
		.udev = {INFINITY, -INFINITY},
		.reads = {INFINITY, -INFINITY},
		.slowest_name = ""};
	char name_data[128], detail_data[256];
	struct text name, detail;
	size_t count = 0, lane;

	for (size_t i = 0; i < disks->count; i++)
		count += is_member(&disks->item[i], transport);
	if (!count)
		return;
	text_init(&name, name_data, sizeof(name_data));
	text_init(&detail, detail_data, sizeof(detail_data));
	text_append_u64(&name, count);
	text_append(&name, transport && *transport ? " " : " other");
	text_append(&name, transport ? transport : "");
	text_append(&name, count == 1 ? " disk" : " disks");
	append_group_detail(&detail, disks, transport);
	lane = timeline_add_lane(builder, TIMELINE_GROUP, name_data, detail_data);
	if (builder->error)
		return;
	builder->timeline->lane[lane].disk_count = count;
	for (size_t i = 0; i < disks->count; i++) {
		if (!is_member(&disks->item[i], transport))
			continue;
		disks->item[i].lane = lane;
		measure(builder, &disks->item[i], &group);
	}
	add_group_spans(builder, lane, &group);
}

static void add_groups(struct timeline_builder *builder, struct disks *disks)
{
	size_t groups = 0;

	for (size_t i = 0; i < disks->count && !builder->error; i++) {
		const char *transport = disks->item[i].transport;

		if (!is_member(&disks->item[i], transport))
			continue;
		add_group(builder, disks, groups < TIMELINE_GROUPS_MAX - 1 ? transport : NULL);
		groups++;
	}
}

/* ------------------------------------------------------------------------------------------- all
 */

/* A kernel event about a disk stands in the lane of that disk. */
static void take_events(struct timeline_builder *builder, const struct disks *disks)
{
	const struct reader_record *record = NULL;

	while ((record = reader_report_next(builder->report, "kernel.event", record))) {
		const char *subject = reader_string(record->members, "subject");

		for (size_t i = 0; i < disks->count; i++) {
			if (!timeline_is_on_disk(subject, disks->item[i].name))
				continue;
			timeline_add_event(builder, disks->item[i].lane, record);
			builder->is_taken[record - builder->report->records] = true;
			break;
		}
	}
}

void timeline_add_disks(struct timeline_builder *builder)
{
	struct disks disks = {0};
	_cleanup_free_ struct disk *items = NULL;

	builder->error = builder->error ? builder->error : timeline_list_disks(builder, &disks);
	items = disks.item;
	if (builder->error)
		return;
	timeline_choose_alone(&disks);
	for (size_t i = 0; i < disks.count; i++) {
		disks.item[i].lane = SIZE_MAX;
		if (disks.item[i].is_alone)
			add_alone(builder, &disks.item[i]);
	}
	add_groups(builder, &disks);
	take_events(builder, &disks);
}
