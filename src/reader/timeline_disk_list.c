/* SPDX-License-Identifier: MIT */
#include "reader/timeline_disk.h"

#include <errno.h>
#include <math.h>
#include <stdlib.h>
#include <string.h>

/* Up to so many disks all have lanes of their own; fewer of one transport never share one. */
enum { FEW = 6, GROUP_MIN = 4 };

/* From how many seconds on it matters that a disk stands out. */
static const double FLOOR[METRIC_COUNT] = {
	[METRIC_ARRIVED] = 0.5, [METRIC_UDEV] = 0.2, [METRIC_READS] = 0.1};
static const double DEVIATIONS = 6;

/* --------------------------------------------------------------------------------------- reading
 */

double timeline_read_duration(const json_t *header)
{
	int64_t duration_us = reader_integer(header, "duration_us", -1);

	return duration_us < 0 ? NAN : (double)duration_us / 1e6;
}

static bool has_bad_read(const json_t *members)
{
	const json_t *reads = json_object_get(members, "header_reads"), *header;
	size_t i;

	json_array_foreach(reads, i, header)
	{
		if (reader_has(header, "error") || reader_has(header, "open_since"))
			return true;
	}
	return false;
}

static double sum_reads(const json_t *members)
{
	const json_t *reads = json_object_get(members, "header_reads"), *header;
	double sum = 0;
	size_t i;

	json_array_foreach(reads, i, header)
	{
		double duration = timeline_read_duration(header);

		sum += isnan(duration) ? 0 : duration;
	}
	return json_array_size(reads) ? sum : NAN;
}

static bool is_blamed(const struct reader_report *report, const char *name)
{
	const struct reader_record *record = NULL;

	for (size_t i = 0; i < report->finding_count; i++) {
		if (report->findings[i].severity != READER_INFO &&
			timeline_is_on_disk(report->findings[i].subject, name))
			return true;
	}
	while ((record = reader_report_next(report, "kernel.event", record))) {
		if (timeline_is_trouble(record) &&
			timeline_is_on_disk(reader_string(record->members, "subject"), name))
			return true;
	}
	return false;
}

static struct disk read_disk(const struct reader_report *report, const struct reader_record *record)
{
	const json_t *members = record->members;
	double arrived = reader_number(members, "arrived", NAN);
	struct disk disk = {
		.record = record,
		.name = reader_string(members, "name"),
		.transport = reader_string(members, "transport"),
		.metric = {[METRIC_ARRIVED] = arrived,
			[METRIC_UDEV] = reader_number(members, "udev", NAN) - arrived,
			[METRIC_READS] = sum_reads(members)},
	};

	disk.is_trouble = has_bad_read(members) || reader_has(members, "open_error") ||
			  reader_bool(members, "gone", false) || is_blamed(report, disk.name);
	return disk;
}

int timeline_list_disks(struct timeline_builder *builder, struct disks *disks)
{
	const struct reader_record *record = NULL;

	disks->item = calloc(TIMELINE_DISKS_MAX, sizeof(disks->item[0]));
	if (!disks->item)
		return -ENOMEM;
	while ((record = reader_report_next(builder->report, "block", record))) {
		if (disks->count == TIMELINE_DISKS_MAX)
			builder->timeline->disks_left_out++;
		else if (*reader_string(record->members, "name"))
			disks->item[disks->count++] = read_disk(builder->report, record);
	}
	builder->timeline->disk_count = disks->count;
	return 0;
}

/* -------------------------------------------------------------------------------------- grouping
 */

static int compare_doubles(const void *a, const void *b)
{
	double left = *(const double *)a, right = *(const double *)b;

	return (left > right) - (left < right);
}

static double median(double *values, size_t count)
{
	if (!count)
		return NAN;
	qsort(values, count, sizeof(*values), compare_doubles);
	return values[count / 2];
}

/* How far behind the others a disk of this transport is, in units of what is allowed. */
static void rate(struct disks *disks, const char *transport, int metric)
{
	double values[TIMELINE_DISKS_MAX], middle, spread;
	size_t count = 0;

	for (size_t i = 0; i < disks->count; i++) {
		const struct disk *disk = &disks->item[i];

		if (strcmp(disk->transport, transport) == 0 && !isnan(disk->metric[metric]))
			values[count++] = disk->metric[metric];
	}
	middle = median(values, count);
	for (size_t i = 0; i < count; i++)
		values[i] = fabs(values[i] - middle);
	spread = median(values, count);
	for (size_t i = 0; i < disks->count && count; i++) {
		struct disk *disk = &disks->item[i];
		double excess = disk->metric[metric] - middle;

		if (strcmp(disk->transport, transport) == 0 && !isnan(excess))
			disk->oddity = fmax(
				disk->oddity, excess / fmax(FLOOR[metric], DEVIATIONS * spread));
	}
}

static size_t count_transport(const struct disks *disks, const char *transport)
{
	size_t count = 0;

	for (size_t i = 0; i < disks->count; i++)
		count += strcmp(disks->item[i].transport, transport) == 0;
	return count;
}

static bool is_first_of_transport(const struct disks *disks, size_t index)
{
	for (size_t i = 0; i < index; i++) {
		if (strcmp(disks->item[i].transport, disks->item[index].transport) == 0)
			return false;
	}
	return true;
}

/* The disk that deserves a lane most and has none yet; NULL: none does. */
static struct disk *next_alone(const struct disks *disks)
{
	struct disk *best = NULL;

	for (size_t i = 0; i < disks->count; i++) {
		struct disk *disk = &disks->item[i];
		bool is_wanted = disk->is_trouble || disk->oddity > 1;

		if (disk->is_alone || !is_wanted)
			continue;
		if (!best || disk->is_trouble > best->is_trouble ||
			(disk->is_trouble == best->is_trouble && disk->oddity > best->oddity))
			best = disk;
	}
	return best;
}

void timeline_choose_alone(struct disks *disks)
{
	size_t alone = 0;
	struct disk *disk;

	for (size_t i = 0; i < disks->count; i++) {
		if (!is_first_of_transport(disks, i))
			continue;
		for (int metric = 0; metric < METRIC_COUNT; metric++)
			rate(disks, disks->item[i].transport, metric);
	}
	while (alone < TIMELINE_ALONE_MAX && (disk = next_alone(disks))) {
		disk->is_alone = true;
		alone++;
	}
	for (size_t i = 0; i < disks->count && alone < TIMELINE_ALONE_MAX; i++) {
		disk = &disks->item[i];
		if (disk->is_alone || (disks->count > FEW &&
					      count_transport(disks, disk->transport) >= GROUP_MIN))
			continue;
		disk->is_alone = true;
		alone++;
	}
}
