/* SPDX-License-Identifier: MIT */
/*
 * What a report tells that a log of the host may tell as well.
 */
#include "reader/correlation_part.h"
#include "reader/timeline_part.h"

#include "base/text.h"

#include <math.h>
#include <string.h>

/* The parts of "/sbin/init": the guest looks each of them up. */
static void want_path(struct wanted *wanted, const char *path)
{
	while (*path) {
		size_t length = strcspn(path, "/");
		char name[64];

		if (length && wanted->name_count < SIGHTING_NAMES_MAX &&
			text_copy_bytes(name, sizeof(name), path, length))
			(void)text_copy(wanted->name[wanted->name_count++], sizeof(name), name);
		path += length;
		path += strspn(path, "/");
	}
}

/* The first one that had been there: what it names was looked up before it was written. */
static void want_handoff(const struct reader_report *report, struct wanted *wanted)
{
	for (size_t i = 0; i < report->record_count && isnan(wanted->handoff); i++) {
		const struct reader_record *record = &report->records[i];
		const json_t *interpreter;
		size_t k;

		if (strcmp(record->type, "handoff") != 0 ||
			!reader_is(record->members, "fstype", "virtiofs") ||
			!reader_is(record->members, "init_stat", "ok"))
			continue;
		wanted->handoff = record->t;
		want_path(wanted, reader_string(record->members, "init"));
		json_array_foreach(json_object_get(record->members, "interpreters"), k, interpreter)
		{
			if (reader_is(interpreter, "stat", "ok"))
				want_path(wanted, reader_string(interpreter, "path"));
		}
	}
}

static void want_share(const struct reader_report *report, struct wanted *wanted)
{
	const struct reader_record *root = reader_report_find(report, "root", "kind", "virtiofs");

	if (!root)
		return;
	wanted->since = reader_number(root->members, "since", NAN);
	wanted->mounted = reader_number(root->members, "mounted", NAN);
	want_handoff(report, wanted);
}

static bool want_offset(struct wanted *wanted, uint64_t offset, unsigned *ret)
{
	for (*ret = 0; *ret < wanted->offset_count; ++*ret) {
		if (wanted->offset[*ret] == offset)
			return true;
	}
	if (wanted->offset_count == SIGHTING_READS_MAX)
		return false;
	wanted->offset[wanted->offset_count++] = offset;
	return true;
}

/* When a record told of the reads first; later ones tell it again. */
static double told_of(const struct reader_report *report, const char *name)
{
	for (size_t i = 0; i < report->record_count; i++) {
		const struct reader_record *record = &report->records[i];

		if (strcmp(record->type, "block") == 0 &&
			reader_is(record->members, "name", name) &&
			reader_has(record->members, "header_reads"))
			return record->t;
	}
	return NAN;
}

static void want_disk(
	const struct reader_report *report, const json_t *block, struct wanted *wanted)
{
	struct wanted_disk disk = {.name = reader_string(block, "name"),
		.arrived = reader_number(block, "arrived", NAN)};
	const json_t *read;
	size_t i;

	if (wanted->disk_count == SIGHTING_DISKS_MAX)
		return;
	json_array_foreach(json_object_get(block, "header_reads"), i, read)
	{
		int64_t offset = reader_integer(read, "offset_bytes", -1);

		if (offset >= 0 && reader_has(read, "duration_us") && !reader_has(read, "error") &&
			disk.read_count < ARRAY_SIZE(disk.read) &&
			want_offset(wanted, (uint64_t)offset, &disk.read[disk.read_count]))
			disk.read_count++;
	}
	/* One read is made of every disk by anybody. */
	if (disk.read_count < 2)
		return;
	disk.told = told_of(report, disk.name);
	wanted->disk[wanted->disk_count++] = disk;
}

static void want_line(const json_t *event, struct wanted *wanted)
{
	double stamp = reader_number(event, "stamp", NAN);

	/* Early lines of a kernel all bear 0. */
	if (!timeline_is_moment(stamp) || stamp <= 0 || wanted->line_count == SIGHTING_LINES_MAX)
		return;
	wanted->line[wanted->line_count].us = (int64_t)llround(stamp * 1e6);
	wanted->line[wanted->line_count++].text = reader_string(event, "text");
}

void wanted_collect(const struct reader_report *report, struct wanted *wanted)
{
	const struct reader_record *record = NULL;
	const struct reader_record *begin = reader_report_find(report, "begin", NULL, NULL);

	*wanted = (struct wanted){.since = NAN, .mounted = NAN, .handoff = NAN, .last = NAN};
	wanted->begun = begin ? begin->t : NAN;
	want_share(report, wanted);
	while ((record = reader_report_next(report, NULL, record))) {
		if (timeline_is_moment(record->t))
			wanted->last = fmax(isnan(wanted->last) ? 0 : wanted->last, record->t);
		if (strcmp(record->type, "block") == 0)
			want_disk(report, record->members, wanted);
		else if (strcmp(record->type, "kernel.event") == 0)
			want_line(record->members, wanted);
	}
}
