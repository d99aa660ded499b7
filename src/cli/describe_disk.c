/* SPDX-License-Identifier: MIT */
/*
 * Disks, what is on them, and the root among it.
 */
#include "cli/describe_part.h"

#include "cli/words.h"
#include "reader/report.h"

#include <string.h>

static void describe_reads(struct text *text, const json_t *reads)
{
	const json_t *read, *slowest = NULL;
	size_t i;

	json_array_foreach(reads, i, read)
	{
		if (reader_has(read, "error")) {
			words_key(text, ", reading its ", read, "what");
			words_key(text, ": ", read, "error");
		} else if (reader_has(read, "open_since")) {
			words_key(text, ", reading its ", read, "what");
			text_append(text, " has not come back");
		} else if (reader_integer(read, "duration_us", 0) >
			   reader_integer(slowest, "duration_us", 0)) {
			slowest = read;
		}
	}
	if (reader_integer(slowest, "duration_us", 0) >= 1000) {
		text_append(text, ", slowest header read ");
		text_append_i64(text, reader_integer(slowest, "duration_us", 0) / 1000);
		text_append(text, " ms");
	}
}

void describe_block(struct text *text, const json_t *m)
{
	words_key(text, "disk ", m, "name");
	text_append(text, ": ");
	words_size(text, "", m, "size_bytes");
	words_key(text, " ", m, "transport");
	words_key(text, ", driver ", m, "driver");
	words_seconds(text, ", there at ", m, "arrived");
	words_key(text, ", cannot be opened: ", m, "open_error");
	describe_reads(text, json_object_get(m, "header_reads"));
	words_bool(text, m, "gone", "gone again", "");
}

void describe_gpt(struct text *text, const json_t *m)
{
	static const char *const SIZES[][2] = {
		{"backup_misplaced_bytes", ", made for a disk smaller by "},
		{"disk_shrunk_bytes", ", made for a disk larger by "},
		{"free_behind_last_bytes", ", free behind the last partition "}};

	words_key(text, "partition table of ", m, "disk");
	words_key(text, ": ", m, "kind");
	words_key(text, ", primary header ", m, "primary");
	words_key(text, " (", m, "primary_problem");
	text_append(text, reader_has(m, "primary_problem") ? ")" : "");
	words_key(text, ", backup ", m, "backup");
	for (size_t i = 0; i < ARRAY_SIZE(SIZES); i++) {
		if (reader_integer(m, SIZES[i][0], 0))
			words_size(text, SIZES[i][1], m, SIZES[i][0]);
	}
	words_integer(text, ", written for sectors of ", m, "wrong_sector_bytes");
	words_key(text, "; the kernel sees it differently: ", m, "disagreement");
}

void describe_partition(struct text *text, const json_t *m)
{
	words_integer(text, "partition ", m, "number");
	words_key(text, " of ", m, "disk");
	words_key(text, ": ", m, "kind");
	words_key(text, ", named ", m, "name");
}

void describe_filesystem(struct text *text, const json_t *m)
{
	words_key(text, "file system on ", m, "device");
	words_key(text, ": ", m, "fstype");
	words_key(text, ", label ", m, "label");
	words_key(text, ", UUID ", m, "uuid");
	words_key(text, ", ", m, "error");
	words_module_state(text, ", its module is ", m, "module_state");
}

static void describe_mount(struct text *text, const json_t *m)
{
	if (!reader_has(m, "mounted"))
		return;
	words_seconds(text, ", mounted at ", m, "mounted");
	if (!reader_has(m, "mount_us"))
		return;
	text_append(text, ", ");
	words_time(text, reader_number(m, "mount_us", 0) / 1e6);
	text_append(text, reader_has(m, "since") ? " after that" : " after bootprobe began");
}

/* Whether what root= says is the name of a device. */
static bool is_root_a_device(const json_t *m)
{
	static const char *const OTHERS[] = {"none", "fstab", "nfs", "other"};

	for (size_t i = 0; i < ARRAY_SIZE(OTHERS); i++) {
		if (reader_is(m, "kind", OTHERS[i]))
			return false;
	}
	return true;
}

static void describe_memory(struct text *text, const char *in_memory)
{
	words_add(text, ": ", in_memory);
	text_append(
		text, strcmp(in_memory, "initramfs") == 0 ? ", no stage 2 follows" : ", in memory");
}

void describe_root(struct text *text, const json_t *m)
{
	int64_t count = reader_integer(m, "device_count", 0);

	words_add(
		text, "root=", *reader_string(m, "spec") ? reader_string(m, "spec") : "(nothing)");
	text_append(text, count ? ": " : "");
	words_strings(text, ", ", json_object_get(m, "devices"));
	if (reader_has(m, "in_memory"))
		describe_memory(text, reader_string(m, "in_memory"));
	else if (!count && reader_has(m, "spec") && is_root_a_device(m))
		text_append(text, ": no device bears that name");
	words_seconds(text, ", there at ", m, "since");
	describe_mount(text, m);
}

void describe_grower(struct text *text, const json_t *m)
{
	words_key(text, "", m, "name");
	words_key(text, " in the ", m, "where");
	words_key(text, " (", m, "path");
	text_append(text, reader_has(m, "path") ? ") grows a partition" : " grows a partition");
	words_bool(text, m, "exits_on_error", "and ends when it cannot write a message", "");
	words_bool(text, m, "output_in_file", "its output goes to a file", "");
	words_bool(text, m, "done", "done before", "");
}
