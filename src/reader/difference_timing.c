/* SPDX-License-Identifier: MIT */
/*
 * Times as ratios, where both are known and it matters.
 */
#include "reader/difference_part.h"

#include <math.h>
#include <stdio.h>
#include <string.h>

static const double RATIO_MIN = 1.5;
static const double SECONDS_MIN = 0.05;
/* What somebody would notice: less of either varies from boot to boot. */
static const double RATIO_NOTICED = 2;
static const double SECONDS_NOTICED = 0.25;

static void append_seconds(struct text *text, double seconds)
{
	char number[64];

	(void)snprintf(number, sizeof(number), seconds < 10 ? "%.3f s" : "%.1f s", seconds);
	text_append(text, number);
}

static void append_ratio(struct text *text, double ratio)
{
	char number[64];

	(void)snprintf(number, sizeof(number), ratio < 10 ? "%.1f" : "%.0f", ratio);
	text_append(text, number);
}

/* a and b in seconds; negative or NaN: unknown. */
static void compare_times(
	struct comparison *comparison, const char *subject, const char *what, double a, double b)
{
	int slow = a > b ? 0 : 1;
	double more = slow ? b : a, less = slow ? a : b;
	char ratio_data[80], data[2][80];
	struct difference *item;
	struct text ratio, text;

	if (!(a >= 0 && b >= 0 && more - less > SECONDS_MIN && more > less * RATIO_MIN))
		return;
	for (int side = 0; side < 2; side++) {
		text_init(&text, data[side], sizeof(data[side]));
		append_seconds(&text, side ? b : a);
	}
	text_init(&ratio, ratio_data, sizeof(ratio_data));
	append_ratio(&ratio, more / fmax(less, 1e-6));
	item = difference_say(comparison, DIFFERENCE_TIMING, subject, what, " took ", ratio_data,
		" times as long in ", SIDE[slow], " (", data[slow], ") as in ", SIDE[!slow], " (",
		data[!slow], ")", NULL);
	if (!item)
		return;
	item->weight = more - less;
	item->is_minor = more - less < SECONDS_NOTICED || more < less * RATIO_NOTICED;
}

/* ------------------------------------------------------------------------------------- the boot */

static double begin_of(const struct reader_report *report)
{
	const struct reader_record *record = reader_report_find(report, "begin", NULL, NULL);

	/* A report of a machine that was up already says nothing about its boot. */
	return record && reader_is(record->members, "verb", "start") ? record->t : NAN;
}

static double root_of(const struct reader_report *report)
{
	const struct reader_record *record = reader_report_find(report, "root", NULL, NULL);

	return record ? reader_number(record->members, "since", NAN) : NAN;
}

static double up_of(const struct reader_report *report)
{
	const struct reader_record *record = reader_report_find(report, "up", NULL, NULL);

	return record ? reader_number(record->members, "at", NAN) : NAN;
}

static void compare_boot(struct comparison *comparison)
{
	static const struct {
		const char *subject, *what;
		double (*read)(const struct reader_report *report);
	} MOMENTS[] = {
		{"kernel", "the kernel, up to stage 1,", begin_of},
		{"root", "the boot, up to the root device,", root_of},
		{"handoff", "the boot, up to the handoff,", reader_report_handoff},
		{"up", "the boot, until it was up,", up_of},
	};

	for (size_t i = 0; i < ARRAY_SIZE(MOMENTS); i++)
		compare_times(comparison, MOMENTS[i].subject, MOMENTS[i].what,
			MOMENTS[i].read(comparison->report[0]),
			MOMENTS[i].read(comparison->report[1]));
}

static double slow_part(const struct reader_report *report, const char *name)
{
	const struct reader_record *up = reader_report_find(report, "up", NULL, NULL);
	const json_t *part;
	size_t i;

	json_array_foreach(up ? json_object_get(up->members, "slow") : NULL, i, part)
	{
		if (reader_is(part, "name", name))
			return (double)reader_integer(part, "duration_us", -1) / 1e6;
	}
	return NAN;
}

/* The slowest parts of one boot as far as the other one names them, too. */
static void compare_slow_parts(struct comparison *comparison)
{
	const struct reader_report *a = comparison->report[0], *b = comparison->report[1];
	const struct reader_record *up = reader_report_find(a, "up", NULL, NULL);
	const json_t *part;
	size_t i;

	json_array_foreach(up ? json_object_get(up->members, "slow") : NULL, i, part)
	{
		const char *name = reader_string(part, "name");

		compare_times(comparison, name, name, slow_part(a, name), slow_part(b, name));
	}
}

/* ----------------------------------------------------------------------------------------- disks
 */

static double arrival_of(const json_t *members)
{
	return reader_number(members, "arrived", NAN);
}

static double udev_of(const json_t *members)
{
	return reader_number(members, "udev", NAN) - reader_number(members, "arrived", NAN);
}

static double reads_of(const json_t *members)
{
	const json_t *reads = json_object_get(members, "header_reads"), *header;
	double sum = 0;
	size_t i;

	json_array_foreach(reads, i, header)
	{
		int64_t duration_us = reader_integer(header, "duration_us", -1);

		if (duration_us < 0)
			return NAN;
		sum += (double)duration_us / 1e6;
	}
	return json_array_size(reads) ? sum : NAN;
}

static void compare_disks(struct comparison *comparison)
{
	static const struct {
		const char *before, *behind;
		double (*read)(const json_t *members);
	} TIMES[] = {
		{"the disk ", ", up to its arrival,", arrival_of},
		{"udev's work on ", "", udev_of},
		{"reading the headers of ", "", reads_of},
	};
	static struct disk_pairs pairs;

	difference_pair_disks(comparison, &pairs);
	for (size_t i = 0; i < pairs.count; i++) {
		const struct disk_pair *pair = &pairs.item[i];
		char name_data[200], what[300];
		struct text name;

		if (!pair->disk[0] || !pair->disk[1])
			continue;
		text_init(&name, name_data, sizeof(name_data));
		difference_pair_name(pair, &name);
		for (size_t k = 0; k < ARRAY_SIZE(TIMES); k++) {
			(void)text_join(what, sizeof(what), TIMES[k].before, name_data,
				TIMES[k].behind, NULL);
			compare_times(comparison, name_data, what,
				TIMES[k].read(pair->disk[0]->members),
				TIMES[k].read(pair->disk[1]->members));
		}
	}
}

/* ---------------------------------------------------------------------------------------- probes
 */

static const json_t *probes_done(const struct reader_report *report)
{
	const struct reader_record *record = NULL;

	while ((record = reader_report_next(report, "probe", record))) {
		if (json_is_array(json_object_get(record->members, "done")) && !record->is_partial)
			return json_object_get(record->members, "done");
	}
	return NULL;
}

/* A probe runs early and late: the longer run. Those of disks stand with the disks. */
static double probe_time(const json_t *done, const char *name)
{
	const json_t *probe;
	double longest = NAN;
	size_t i;

	json_array_foreach(done, i, probe)
	{
		double duration = (double)reader_integer(probe, "duration_us", -1) / 1e6;

		if (reader_is(probe, "name", name) && !reader_has(probe, "subject") &&
			duration >= 0)
			longest = fmax(longest, duration);
	}
	return longest;
}

static bool is_first(const json_t *done, size_t index)
{
	const char *name = reader_string(json_array_get(done, index), "name");

	for (size_t i = 0; i < index; i++) {
		if (reader_is(json_array_get(done, i), "name", name))
			return false;
	}
	return true;
}

/* On a machine that is slower all of them are, which is said once. */
static void compare_probes(struct comparison *comparison)
{
	static const double OUTLIER_SECONDS = 0.5;
	const json_t *a = probes_done(comparison->report[0]);
	const json_t *b = probes_done(comparison->report[1]);
	double sum[2] = {0};
	const json_t *probe;
	size_t i;

	json_array_foreach(a, i, probe)
	{
		const char *name = reader_string(probe, "name");
		double left = probe_time(a, name), right = probe_time(b, name);
		char what[200];

		if (!is_first(a, i) || isnan(left) || isnan(right))
			continue;
		sum[0] += left;
		sum[1] += right;
		(void)text_join(what, sizeof(what), "the probe ", name, NULL);
		if (fabs(left - right) > OUTLIER_SECONDS)
			compare_times(comparison, name, what, left, right);
	}
	compare_times(comparison, "probes", "bootprobe's probes, taken together,", sum[0], sum[1]);
}

void difference_timings(struct comparison *comparison)
{
	compare_boot(comparison);
	compare_slow_parts(comparison);
	compare_disks(comparison);
	compare_probes(comparison);
}
