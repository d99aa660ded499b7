/* SPDX-License-Identifier: MIT */
/*
 * Machine, firmware and kernel; the kernel command line; what stage 2 begins with.
 */
#include "reader/difference_part.h"

#include <errno.h>
#include <stdlib.h>
#include <string.h>

/* -------------------------------------------------------------------------------------- platform
 */

/* The kernel uses the first while it measures for the second: a matter of moments. */
static const char *clocksource_of(const json_t *members)
{
	const char *clocksource = reader_string(members, "clocksource");

	return strcmp(clocksource, "tsc-early") == 0 ? "tsc" : clocksource;
}

void difference_platform(struct comparison *comparison)
{
	static const struct member_rule RULES[] = {
		{"hypervisor", "hypervisor", MEMBER_VALUE},
		{"is_nested", "a hypervisor below it", MEMBER_FLAG},
		{"machine", "machine", MEMBER_VALUE},
		{"sys_vendor", "vendor", MEMBER_VALUE},
		{"product", "product", MEMBER_OPTIONAL},
		{"board", "board", MEMBER_OPTIONAL},
		{"firmware", "firmware", MEMBER_VALUE},
		{"firmware_version", "firmware version", MEMBER_VALUE},
		{"is_efi", "booted through UEFI", MEMBER_FLAG},
		{"efi_bits", "word size of the UEFI firmware", MEMBER_OPTIONAL},
		{"kernel", "kernel", MEMBER_VALUE},
		{"architecture", "architecture", MEMBER_VALUE},
		{"memory_kib", "memory", MEMBER_ROUGH},
		{"cpus", "number of processors", MEMBER_VALUE},
		{"boot_loader", "boot loader", MEMBER_OPTIONAL},
		{"is_kexec", "started by another kernel", MEMBER_FLAG},
		{"is_network_boot", "booted from the network", MEMBER_FLAG},
		{"initrd", "initrd", MEMBER_VALUE},
	};
	const json_t *members[2];
	const char *a, *b;

	if (!difference_both(comparison, "platform", "machine, firmware and kernel", members))
		return;
	difference_members(
		comparison, DIFFERENCE_PLATFORM, "platform", "", members, RULES, ARRAY_SIZE(RULES));
	a = clocksource_of(members[0]);
	b = clocksource_of(members[1]);
	if (*a && *b && strcmp(a, b) != 0)
		(void)difference_say(comparison, DIFFERENCE_PLATFORM, "platform",
			"clock source is ", a, " in A, ", b, " in B", NULL);
}

/* ---------------------------------------------------------------------------------- command line
 */

static size_t name_length(const char *word)
{
	return strcspn(word, "=");
}

/* "a-b" and "a_b" are one parameter to the kernel. */
static bool is_same_name(const char *a, const char *b)
{
	size_t length = name_length(a);

	if (name_length(b) != length)
		return false;
	for (size_t i = 0; i < length; i++) {
		char left = a[i] == '-' ? '_' : a[i], right = b[i] == '-' ? '_' : b[i];

		if (left != right)
			return false;
	}
	return true;
}

/* Whether a word was seen before at index: each name is compared once. */
static bool is_first_of_name(const json_t *words, size_t index)
{
	const char *word = json_string_value(json_array_get(words, index));

	for (size_t i = 0; i < index; i++) {
		const char *other = json_string_value(json_array_get(words, i));

		if (other && is_same_name(word, other))
			return false;
	}
	return true;
}

struct values {
	const char **item;
	size_t count;
};

static int compare_word(const void *a, const void *b)
{
	return strcmp(*(const char *const *)a, *(const char *const *)b);
}

/* The words with a name, sorted unless their order matters. item is the caller's to free. */
static int collect_values(
	const json_t *words, const char *name, bool is_ordered, struct values *values)
{
	const json_t *word;
	size_t i;

	*values = (struct values){calloc(json_array_size(words) + 1, sizeof(char *)), 0};
	if (!values->item)
		return -ENOMEM;
	json_array_foreach(words, i, word)
	{
		const char *string = json_string_value(word);

		if (string && is_same_name(string, name))
			values->item[values->count++] = string;
	}
	if (!is_ordered)
		qsort(values->item, values->count, sizeof(char *), compare_word);
	return 0;
}

static bool is_equal(const struct values *a, const struct values *b)
{
	bool is = a->count == b->count;

	for (size_t i = 0; is && i < a->count; i++) {
		const char *left = a->item[i], *right = b->item[i];

		is = strcmp(left + name_length(left), right + name_length(right)) == 0;
	}
	return is;
}

static void append_values(struct text *text, const struct values *values)
{
	for (size_t i = 0; i < values->count; i++) {
		text_append(text, i ? " " : "");
		text_append(text, values->item[i]);
	}
	if (!values->count)
		text_append(text, "nothing");
}

static void say_values(struct comparison *comparison, const char *name, const struct values *a,
	const struct values *b)
{
	char left_data[360], right_data[360];
	struct difference *item;
	struct text left, right;

	text_init(&left, left_data, sizeof(left_data));
	text_init(&right, right_data, sizeof(right_data));
	append_values(&left, a);
	append_values(&right, b);
	if (!a->count || !b->count)
		item = difference_say(comparison, DIFFERENCE_PARAMETER, name, SIDE[a->count == 0],
			" has ", a->count ? left_data : right_data, ", ", SIDE[a->count != 0],
			" has not", NULL);
	else
		item = difference_say(comparison, DIFFERENCE_PARAMETER, name, left_data, " in A, ",
			right_data, " in B", NULL);
	if (!item)
		return;
	item->weight = strcmp(name, "console") == 0 ? 3
		       : strcmp(name, "root") == 0  ? 2
		       : strcmp(name, "init") == 0  ? 1
						    : 0;
}

static void compare_name(
	struct comparison *comparison, const char *word, const json_t *a, const json_t *b)
{
	bool is_console = is_same_name(word, "console");
	struct values left = {0}, right = {0};
	char name[128];

	if (collect_values(a, word, is_console, &left) < 0 ||
		collect_values(b, word, is_console, &right) < 0)
		comparison->error = -ENOMEM;
	(void)text_copy_bytes(name, sizeof(name), word,
		name_length(word) < sizeof(name) ? name_length(word) : sizeof(name) - 1);
	if (!comparison->error && !is_equal(&left, &right))
		say_values(comparison, name, &left, &right);
	free(left.item);
	free(right.item);
}

static bool has_name(const json_t *words, const char *name)
{
	const json_t *word;
	size_t i;

	json_array_foreach(words, i, word)
	{
		const char *string = json_string_value(word);

		if (string && is_same_name(string, name))
			return true;
	}
	return false;
}

void difference_parameters(struct comparison *comparison)
{
	const json_t *members[2], *words[2], *word;
	size_t i;

	if (!difference_both(comparison, "cmdline", "the kernel command line", members))
		return;
	for (int side = 0; side < 2; side++) {
		words[side] = json_object_get(members[side], "parameters");
		if (reader_bool(members[side], "is_cut", false))
			(void)difference_say(comparison, DIFFERENCE_UNKNOWN, "cmdline",
				"the kernel command line of ", SIDE[side],
				" is longer than what is kept of it", NULL);
	}
	json_array_foreach(words[0], i, word)
	{
		if (json_is_string(word) && is_first_of_name(words[0], i))
			compare_name(comparison, json_string_value(word), words[0], words[1]);
	}
	json_array_foreach(words[1], i, word)
	{
		if (json_is_string(word) && is_first_of_name(words[1], i) &&
			!has_name(words[0], json_string_value(word)))
			compare_name(comparison, json_string_value(word), words[0], words[1]);
	}
}

/* --------------------------------------------------------------------------------------- stage 2
 */

static void append_interpreters(struct text *text, const json_t *members)
{
	const json_t *list = json_object_get(members, "interpreters"), *interpreter;
	size_t i;

	json_array_foreach(list, i, interpreter)
	{
		const char *stat = reader_string(interpreter, "stat");

		text_append(text, text->length ? ", " : "");
		text_append(text, reader_string(interpreter, "path"));
		if (strcmp(stat, "ok") == 0)
			continue;
		text_append(text, " (");
		text_append(text, stat);
		text_append(text, ")");
	}
	if (!text->length)
		text_append(text, "none");
}

static void compare_interpreters(struct comparison *comparison, const json_t *const members[2])
{
	char data[2][400];

	for (int side = 0; side < 2; side++) {
		struct text text;

		text_init(&text, data[side], sizeof(data[side]));
		append_interpreters(&text, members[side]);
	}
	if (strcmp(data[0], data[1]) != 0)
		(void)difference_say(comparison, DIFFERENCE_INIT, "init",
			"interpreters of init: ", data[0], " in A, ", data[1], " in B", NULL);
}

static const struct reader_record *grower_called(
	const struct reader_report *report, const json_t *members)
{
	const struct reader_record *record = NULL;

	while ((record = reader_report_next(report, "grower", record))) {
		if (reader_is(record->members, "name", reader_string(members, "name")) &&
			reader_is(record->members, "where", reader_string(members, "where")))
			return record;
	}
	return NULL;
}

static void compare_growers(struct comparison *comparison, int side)
{
	static const struct member_rule RULES[] = {
		{"exits_on_error", "ends on an error", MEMBER_FLAG},
		{"output_in_file", "writes its output to a file", MEMBER_FLAG},
		{"done", "has grown the disk before", MEMBER_FLAG},
	};
	const struct reader_report *there = comparison->report[!side];
	const struct reader_record *record = NULL, *same;

	while ((record = reader_report_next(comparison->report[side], "grower", record))) {
		const json_t *members = record->members;
		const char *name = reader_string(members, "name");
		char what[300];

		(void)text_join(what, sizeof(what), name, " in the ",
			reader_is(members, "where", "initrd") ? "initrd" : "new root", NULL);
		same = grower_called(there, members);
		if (!same && difference_is_whole(there, "grower"))
			(void)difference_say(comparison, DIFFERENCE_INIT, name, SIDE[side], " has ",
				what, ", which grows partitions, ", SIDE[!side], " has not", NULL);
		else if (!same)
			difference_say_unknown(comparison, name, what, !side);
		if (!same || side)
			continue;
		(void)text_join(what, sizeof(what), name, ": ", NULL);
		difference_members(comparison, DIFFERENCE_INIT, name, what,
			(const json_t *const[2]){members, same->members}, RULES, ARRAY_SIZE(RULES));
	}
}

void difference_init(struct comparison *comparison)
{
	static const struct member_rule RULES[] = {
		{"mounted", "something mounted as the new root", MEMBER_FLAG},
		{"root_open", "opening the new root", MEMBER_VALUE},
		{"fstype", "file system of the new root", MEMBER_OPTIONAL},
		{"source", "device of the new root", MEMBER_OPTIONAL},
		{"read_only", "new root read-only", MEMBER_FLAG},
		{"dev_console", "/dev/console of the new root", MEMBER_OPTIONAL},
		{"dev_moved", "/dev moves along", MEMBER_FLAG},
		{"init", "init", MEMBER_VALUE},
		{"init_stat", "looking for init", MEMBER_OPTIONAL},
		{"init_target", "init leads to", MEMBER_OPTIONAL},
		{"init_executable", "init executable", MEMBER_FLAG},
		{"init_type", "type of init", MEMBER_OPTIONAL},
		{"architecture", "architecture of init", MEMBER_OPTIONAL},
		{"architecture_right", "init made for this kernel", MEMBER_FLAG},
	};
	const json_t *members[2];

	if (difference_both(comparison, "handoff", "what stage 2 begins with", members)) {
		difference_members(comparison, DIFFERENCE_INIT, "handoff", "", members, RULES,
			ARRAY_SIZE(RULES));
		compare_interpreters(comparison, members);
	}
	for (int side = 0; side < 2; side++)
		compare_growers(comparison, side);
}
