/* SPDX-License-Identifier: MIT */
/*
 * Disks, their tables, partitions and file systems, and what the root file system is on.
 */
#include "reader/difference_part.h"

#include <string.h>

/* ------------------------------------------------------------------------------------- one-sided
 */

static void say_one_sided(struct comparison *comparison, const json_t *members, int side)
{
	const char *name = reader_string(members, "name");
	const char *transport = reader_string(members, "transport");
	int64_t size_bytes = reader_integer(members, "size_bytes", -1);
	char data[200], what[300];
	struct text text;

	text_init(&text, data, sizeof(data));
	if (size_bytes >= 0)
		text_append_size(&text, (uint64_t)size_bytes);
	text_append(&text, text.length && *transport ? ", " : "");
	text_append(&text, transport);
	(void)text_join(what, sizeof(what), "the disk ", name, " (", data, ")", NULL);
	if (difference_is_whole(comparison->report[!side], "block"))
		(void)difference_say(comparison, DIFFERENCE_DISK, name, SIDE[side], " has ", what,
			", ", SIDE[!side], " has not", NULL);
	else
		difference_say_unknown(comparison, name, what, !side);
}

/* ------------------------------------------------------------------------------------- the disk */

/* The first header that could not be read. */
static void append_read_failure(struct text *text, const json_t *members)
{
	const json_t *reads = json_object_get(members, "header_reads"), *header;
	size_t i;

	json_array_foreach(reads, i, header)
	{
		if (reader_has(header, "open_since")) {
			text_append(text, reader_string(header, "what"));
			text_append(text, " does not come back");
			return;
		}
		if (reader_has(header, "error")) {
			text_append(text, reader_string(header, "what"));
			text_append(text, " fails with ");
			text_append(text, reader_string(header, "error"));
			return;
		}
	}
	text_append(text, reads ? "fine" : "");
}

static void compare_reads(struct comparison *comparison, const char *name, const char *prefix,
	const json_t *const object[2])
{
	char data[2][128];

	for (int side = 0; side < 2; side++) {
		struct text text;

		text_init(&text, data[side], sizeof(data[side]));
		append_read_failure(&text, object[side]);
	}
	if (*data[0] && *data[1] && strcmp(data[0], data[1]) != 0)
		(void)difference_say(comparison, DIFFERENCE_DISK, name, prefix,
			"reading of headers: ", data[0], " in A, ", data[1], " in B", NULL);
}

static void compare_disk(struct comparison *comparison, const char *name, const char *prefix,
	const struct disk_pair *pair)
{
	static const struct member_rule RULES[] = {
		{"size_bytes", "size", MEMBER_SIZE},
		{"transport", "transport", MEMBER_VALUE},
		{"driver", "driver", MEMBER_VALUE},
		{"gone", "gone", MEMBER_FLAG},
		{"read_only", "read-only", MEMBER_FLAG},
		{"open_error", "error when it is opened", MEMBER_OPTIONAL},
		{"sector_bytes", "logical sector", MEMBER_VALUE},
		{"physical_sector_bytes", "physical sector", MEMBER_VALUE},
		{"model", "model", MEMBER_OPTIONAL},
		{"rotational", "taken for a rotating disk", MEMBER_FLAG},
		{"removable", "removable", MEMBER_FLAG},
		{"holder", "device that is built on it", MEMBER_OPTIONAL},
	};
	const json_t *const object[2] = {pair->disk[0]->members, pair->disk[1]->members};

	char what[220];

	if (pair->disk[0]->is_partial || pair->disk[1]->is_partial) {
		(void)text_join(what, sizeof(what), "the disk ", name, NULL);
		difference_say_unknown(comparison, name, what, pair->disk[0]->is_partial ? 0 : 1);
		return;
	}
	difference_members(
		comparison, DIFFERENCE_DISK, name, prefix, object, RULES, ARRAY_SIZE(RULES));
	compare_reads(comparison, name, prefix, object);
}

/* ------------------------------------------------------------------------------------- the table
 */

static const struct reader_record *gpt_of(
	const struct comparison *comparison, const struct disk_pair *pair, int side)
{
	const struct reader_record *record = reader_report_find(
		comparison->report[side], "gpt", "disk", difference_pair_name_in(pair, side));

	return record && record->is_partial ? NULL : record;
}

static bool compare_table(struct comparison *comparison, const char *name, const char *prefix,
	const struct disk_pair *pair)
{
	static const struct member_rule RULES[] = {
		{"kind", "table", MEMBER_VALUE},
		{"primary", "primary GPT", MEMBER_OPTIONAL},
		{"primary_problem", "fault of the primary GPT", MEMBER_OPTIONAL},
		{"backup", "backup GPT", MEMBER_OPTIONAL},
		{"backup_problem", "fault of the backup GPT", MEMBER_OPTIONAL},
		{"backup_misplaced_bytes", "distance of the backup GPT from the end of the disk",
			MEMBER_OPTIONAL_SIZE},
		{"disk_shrunk_bytes", "size that the table has too much", MEMBER_OPTIONAL_SIZE},
		{"wrong_sector_bytes", "sector size that the table was written for",
			MEMBER_OPTIONAL},
		{"headers_match", "agreement of both headers", MEMBER_OPTIONAL},
		{"entries_match", "agreement of both tables", MEMBER_OPTIONAL},
		{"partitions", "number of partitions", MEMBER_OPTIONAL},
		{"free_behind_last_bytes", "room behind the last partition", MEMBER_OPTIONAL_SIZE},
		{"kernel_agrees", "agreement of the kernel", MEMBER_OPTIONAL},
		{"stale_gpt", "stale GPT behind the MBR", MEMBER_FLAG},
	};
	const struct reader_record *gpt[2] = {
		gpt_of(comparison, pair, 0), gpt_of(comparison, pair, 1)};
	char what[300];

	if (gpt[0] && gpt[1]) {
		const json_t *const object[2] = {gpt[0]->members, gpt[1]->members};

		difference_members(comparison, DIFFERENCE_DISK, name, prefix, object, RULES,
			ARRAY_SIZE(RULES));
		return true;
	}
	(void)text_join(what, sizeof(what), prefix, "its partition table", NULL);
	if (gpt[0] || gpt[1])
		difference_say_unknown(comparison, name, what, gpt[0] ? 1 : 0);
	return false;
}

/* ------------------------------------------------------------------------------------ partitions
 */

static const struct reader_record *partition_of(
	const struct reader_report *report, const char *disk, int64_t number)
{
	const struct reader_record *record = NULL;

	while ((record = reader_report_next(report, "partition", record))) {
		if (reader_is(record->members, "disk", disk) &&
			reader_integer(record->members, "number", -1) == number)
			return record;
	}
	return NULL;
}

static void compare_filesystems(struct comparison *comparison, const char *name, const char *prefix,
	const char *const device[2])
{
	static const struct member_rule RULES[] = {
		{"fstype", "file system", MEMBER_OPTIONAL},
		{"label", "label", MEMBER_OPTIONAL},
		{"error", "error when looked for a file system", MEMBER_OPTIONAL},
		{"ambivalent", "more than one file system", MEMBER_FLAG},
		{"module_state", "kernel module of the file system", MEMBER_VALUE},
	};
	const json_t *object[2] = {NULL, NULL};

	for (int side = 0; side < 2; side++) {
		const struct reader_record *record = reader_report_find(
			comparison->report[side], "filesystem", "device", device[side]);

		if (*device[side] && record && !record->is_partial)
			object[side] = record->members;
	}
	if (!object[0] || !object[1])
		return;
	if (reader_has(object[0], "open_since") || reader_has(object[1], "open_since")) {
		(void)difference_say(comparison, DIFFERENCE_UNKNOWN, name, prefix,
			"libblkid was still looking for a file system in ",
			SIDE[!reader_has(object[0], "open_since")], NULL);
		return;
	}
	difference_members(
		comparison, DIFFERENCE_DISK, name, prefix, object, RULES, ARRAY_SIZE(RULES));
}

static uint64_t sectors_of(const json_t *partition)
{
	int64_t first = reader_integer(partition, "first_lba", 0);
	int64_t last = reader_integer(partition, "last_lba", -1);

	return first >= 0 && last >= first ? (uint64_t)last - (uint64_t)first + 1 : 0;
}

static void compare_partition_size(struct comparison *comparison, const char *name,
	const char *prefix, const json_t *const object[2], const struct disk_pair *pair)
{
	char data[2][32];

	if (sectors_of(object[0]) == sectors_of(object[1]))
		return;
	for (int side = 0; side < 2; side++) {
		int64_t sector = reader_integer(pair->disk[side]->members, "sector_bytes", 512);
		struct text text;

		text_init(&text, data[side], sizeof(data[side]));
		text_append_size(&text, sectors_of(object[side]) * (uint64_t)sector);
	}
	(void)difference_say(comparison, DIFFERENCE_DISK, name, prefix, "size is ", data[0],
		" in A, ", data[1], " in B", NULL);
}

static void compare_partition(struct comparison *comparison, const char *name, int64_t number,
	const json_t *const object[2], const struct disk_pair *pair)
{
	static const struct member_rule RULES[] = {
		{"kind", "type", MEMBER_OPTIONAL},
		{"type_guid", "type", MEMBER_OPTIONAL},
		{"mbr_type", "type", MEMBER_OPTIONAL},
		{"name", "name", MEMBER_OPTIONAL},
		{"first_lba", "first sector", MEMBER_VALUE},
		{"attributes", "attributes", MEMBER_OPTIONAL},
	};
	const char *const device[2] = {
		reader_string(object[0], "device"), reader_string(object[1], "device")};
	char prefix_data[200];
	struct text prefix;

	text_init(&prefix, prefix_data, sizeof(prefix_data));
	text_append(&prefix, name);
	text_append(&prefix, " partition ");
	text_append_i64(&prefix, number);
	text_append(&prefix, ": ");
	compare_partition_size(comparison, name, prefix_data, object, pair);
	difference_members(
		comparison, DIFFERENCE_DISK, name, prefix_data, object, RULES, ARRAY_SIZE(RULES));
	if (!*device[0] != !*device[1])
		(void)difference_say(comparison, DIFFERENCE_DISK, name, prefix_data,
			"the kernel has it in ", SIDE[!*device[0]], ", not in ",
			SIDE[*device[0] != 0], NULL);
	compare_filesystems(comparison, name, prefix_data, device);
}

static void compare_partitions(
	struct comparison *comparison, const char *name, const struct disk_pair *pair, int side)
{
	const struct reader_report *here = comparison->report[side];
	const struct reader_report *there = comparison->report[!side];
	const struct reader_record *record = NULL, *same;

	while ((record = reader_report_next(here, "partition", record))) {
		int64_t number = reader_integer(record->members, "number", -1);
		char what_data[200];
		struct text what;

		if (!reader_is(record->members, "disk", difference_pair_name_in(pair, side)))
			continue;
		same = partition_of(there, difference_pair_name_in(pair, !side), number);
		text_init(&what, what_data, sizeof(what_data));
		text_append(&what, "partition ");
		text_append_i64(&what, number);
		text_append(&what, " of ");
		text_append(&what, name);
		if (same && side == 0)
			compare_partition(comparison, name, number,
				(const json_t *const[2]){record->members, same->members}, pair);
		else if (!same && difference_is_whole(there, "disk"))
			(void)difference_say(comparison, DIFFERENCE_DISK, name, SIDE[side], " has ",
				what_data, ", ", SIDE[!side], " has not", NULL);
		else if (!same)
			difference_say_unknown(comparison, name, what_data, !side);
	}
}

/* ------------------------------------------------------------------------------------------- all
 */

static void compare_pair(struct comparison *comparison, const struct disk_pair *pair)
{
	const char *const device[2] = {
		difference_pair_name_in(pair, 0), difference_pair_name_in(pair, 1)};
	char name_data[200], prefix[210];
	struct text name;

	text_init(&name, name_data, sizeof(name_data));
	difference_pair_name(pair, &name);
	(void)text_join(prefix, sizeof(prefix), name_data, ": ", NULL);
	if (strcmp(device[0], device[1]) != 0)
		(void)difference_say(comparison, DIFFERENCE_DISK, name_data, "the disk that is ",
			device[0], " in A is ", device[1], " in B", NULL);
	compare_disk(comparison, name_data, prefix, pair);
	if (!compare_table(comparison, name_data, prefix, pair))
		return;
	for (int side = 0; side < 2; side++)
		compare_partitions(comparison, name_data, pair, side);
	compare_filesystems(comparison, name_data, prefix, device);
}

void difference_disks(struct comparison *comparison)
{
	static struct disk_pairs pairs;

	difference_pair_disks(comparison, &pairs);
	for (size_t i = 0; i < pairs.count && !comparison->error; i++) {
		const struct disk_pair *pair = &pairs.item[i];

		if (pair->disk[0] && pair->disk[1])
			compare_pair(comparison, pair);
		else
			say_one_sided(comparison, pair->disk[pair->disk[0] ? 0 : 1]->members,
				pair->disk[0] ? 0 : 1);
	}
	if (pairs.is_cut)
		(void)difference_say(comparison, DIFFERENCE_UNKNOWN, "disks",
			"there are more disks than are compared", NULL);
}

/* ------------------------------------------------------------------------------------------ root
 */

static void append_devices(struct text *text, const json_t *members)
{
	const json_t *devices = json_object_get(members, "devices"), *device;
	size_t i;

	json_array_foreach(devices, i, device)
	{
		if (!json_is_string(device))
			continue;
		text_append(text, text->length ? ", " : "");
		text_append(text, json_string_value(device));
	}
	if (!text->length)
		text_append(text, reader_has(members, "in_memory") ? "in memory" : "not there");
}

void difference_root(struct comparison *comparison)
{
	static const struct member_rule RULES[] = {
		{"kind", "kind of root=", MEMBER_VALUE},
		{"device_count", "devices that bear its name", MEMBER_VALUE},
	};
	const json_t *members[2];
	char data[2][256];

	if (!difference_both(comparison, "root", "the root device", members))
		return;
	for (int side = 0; side < 2; side++) {
		struct text text;

		text_init(&text, data[side], sizeof(data[side]));
		append_devices(&text, members[side]);
	}
	if (strcmp(data[0], data[1]) != 0)
		(void)difference_say(comparison, DIFFERENCE_DISK, "root", "root device: ", data[0],
			" in A, ", data[1], " in B", NULL);
	difference_members(
		comparison, DIFFERENCE_DISK, "root", "root: ", members, RULES, ARRAY_SIZE(RULES));
}
