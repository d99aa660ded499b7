/* SPDX-License-Identifier: MIT */
/*
 * Consoles: which there are, whether anything is behind them, where /dev/console leads.
 */
#include "reader/difference_part.h"

#include <string.h>

static bool is_plain(const json_t *members)
{
	return !reader_is(members, "name", "/dev/console") && !reader_is(members, "name", "pid1");
}

/* "live", "a phantom (writes fail with EIO)", "not registered", ... */
static void append_state(struct text *text, const json_t *members)
{
	const char *write = reader_string(members, "empty_write");
	const char *open = reader_string(members, "open");
	const json_t *live = json_object_get(members, "live");

	if (reader_has(members, "registered") && !reader_bool(members, "registered", true)) {
		text_append(text, "not registered");
	} else if (json_is_true(live)) {
		text_append(text, "live");
	} else if (json_is_false(live)) {
		text_append(text, "a phantom");
	} else {
		text_append(text, "not proven");
	}
	if (*open && strcmp(open, "ok") != 0) {
		text_append(text, " (opening fails with ");
		text_append(text, open);
		text_append(text, ")");
	} else if (*write && strcmp(write, "ok") != 0) {
		text_append(text, " (writes fail with ");
		text_append(text, write);
		text_append(text, ")");
	}
}

static void say_one_sided(struct comparison *comparison, const json_t *members, int side)
{
	const char *name = reader_string(members, "name");
	char state[128], what[200];
	struct text text;

	text_init(&text, state, sizeof(state));
	append_state(&text, members);
	(void)text_join(what, sizeof(what), "the console ", name, NULL);
	if (difference_is_whole(comparison->report[!side], "console"))
		(void)difference_say(comparison, DIFFERENCE_CONSOLE, name, SIDE[side],
			" has the console ", name, " (", state, "), ", SIDE[!side], " has not",
			NULL);
	else
		difference_say_unknown(comparison, name, what, !side);
}

static void compare_state(struct comparison *comparison, const json_t *const object[2])
{
	const char *name = reader_string(object[0], "name");
	char data[2][128];

	for (int side = 0; side < 2; side++) {
		struct text text;

		text_init(&text, data[side], sizeof(data[side]));
		append_state(&text, object[side]);
	}
	if (strcmp(data[0], data[1]) != 0)
		(void)difference_say(comparison, DIFFERENCE_CONSOLE, name, "console ", name, ": ",
			data[0], " in A, ", data[1], " in B", NULL);
}

static void compare_same(struct comparison *comparison, const json_t *const object[2])
{
	static const struct member_rule RULES[] = {
		{"is_last", "the last console=", MEMBER_FLAG},
		{"is_dev_console", "behind /dev/console", MEMBER_FLAG},
		{"malformed", "options that the kernel misreads", MEMBER_FLAG},
		{"backend", "screen", MEMBER_VALUE},
	};
	char prefix[128];

	(void)text_join(
		prefix, sizeof(prefix), "console ", reader_string(object[0], "name"), ": ", NULL);
	compare_state(comparison, object);
	difference_members(comparison, DIFFERENCE_CONSOLE, reader_string(object[0], "name"), prefix,
		object, RULES, ARRAY_SIZE(RULES));
}

static void compare_dev_console(struct comparison *comparison, const json_t *const object[2])
{
	static const struct member_rule RULES[] = {
		{"device", "terminal behind it", MEMBER_VALUE},
		{"open", "opening it", MEMBER_VALUE},
		{"empty_write", "writing to it", MEMBER_VALUE},
	};

	difference_members(comparison, DIFFERENCE_CONSOLE, "/dev/console", "/dev/console: ", object,
		RULES, ARRAY_SIZE(RULES));
}

static const char *target_of(const json_t *members, size_t number)
{
	const json_t *descriptor = json_array_get(json_object_get(members, "descriptors"), number);
	const char *target = reader_string(descriptor, "target");
	const char *link = reader_string(descriptor, "link");

	if (*target)
		return target;
	return strcmp(link, "ENOENT") == 0 ? "closed" : "unknown";
}

static void compare_pid1(struct comparison *comparison, const json_t *const object[2])
{
	static const char *const NUMBER[] = {"0", "1", "2"};

	for (size_t i = 0; i < ARRAY_SIZE(NUMBER); i++) {
		const char *a = target_of(object[0], i), *b = target_of(object[1], i);

		if (strcmp(a, b) != 0)
			(void)difference_say(comparison, DIFFERENCE_CONSOLE, "pid1", "descriptor ",
				NUMBER[i], " of PID 1: ", a, " in A, ", b, " in B", NULL);
	}
}

static void compare_console(struct comparison *comparison, const json_t *const object[2])
{
	if (reader_is(object[0], "name", "/dev/console"))
		compare_dev_console(comparison, object);
	else if (reader_is(object[0], "name", "pid1"))
		compare_pid1(comparison, object);
	else
		compare_same(comparison, object);
}

/* Where /dev/console leads and what PID 1 has explains less than the consoles themselves. */
static void compare_all(struct comparison *comparison, int side, bool plain)
{
	const struct reader_report *other = comparison->report[!side];
	const struct reader_record *record = NULL, *same;

	while ((record = reader_report_next(comparison->report[side], "console", record))) {
		const char *name = reader_string(record->members, "name");

		if (!*name || is_plain(record->members) != plain)
			continue;
		same = reader_report_find(other, "console", "name", name);
		if (!same)
			say_one_sided(comparison, record->members, side);
		else if (record->is_partial || same->is_partial)
			difference_say_unknown(comparison, name, name, record->is_partial ? 0 : 1);
		else if (side == 0)
			compare_console(comparison,
				(const json_t *const[2]){record->members, same->members});
	}
}

void difference_consoles(struct comparison *comparison)
{
	for (int plain = 1; plain >= 0; plain--) {
		for (int side = 0; side < 2; side++)
			compare_all(comparison, side, plain);
	}
}
