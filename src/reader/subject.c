/* SPDX-License-Identifier: MIT */
#include "reader/subject.h"

#include "base/text.h"

#include <errno.h>
#include <string.h>

enum { KEYS_MAX = 2, SUBJECT_SIZE = 2048 };

/* A type that is not here has one subject: itself. */
static const struct {
	const char *type;
	const char *keys[KEYS_MAX];
} SUBJECTS[] = {
	{"acpi.device", {"path"}},
	{"block", {"name"}},
	{"console", {"name"}},
	{"device", {"bus", "name"}},
	{"filesystem", {"device"}},
	{"finding", {"id", "subject"}},
	{"gpt", {"disk"}},
	{"partition", {"disk", "number"}},
	{"probe", {"name", "subject"}},
	{"stall", {"number"}},
	{"uart", {"name"}},
	{"virtio.port", {"device"}},
};
/* Each record of these stands for itself. */
static const char *const EVENTS[] = {"kernel.event", "heartbeat", "syscalls"};

static void append_member(struct text *text, const json_t *members, const char *key)
{
	const json_t *value = json_object_get(members, key);

	text_append_char(text, '\n');
	if (json_is_string(value))
		text_append_bytes(text, json_string_value(value), json_string_length(value));
	else if (json_is_integer(value))
		text_append_i64(text, json_integer_value(value));
}

/* False: nothing supersedes such a record. */
static bool subject_of(const struct reader_record *record, struct text *text)
{
	for (size_t i = 0; i < ARRAY_SIZE(EVENTS); i++) {
		if (strcmp(EVENTS[i], record->type) == 0)
			return false;
	}
	text_append(text, record->type);
	for (size_t i = 0; i < ARRAY_SIZE(SUBJECTS); i++) {
		if (strcmp(SUBJECTS[i].type, record->type) != 0)
			continue;
		for (size_t k = 0; k < KEYS_MAX && SUBJECTS[i].keys[k]; k++)
			append_member(text, record->members, SUBJECTS[i].keys[k]);
	}
	return !text->is_cut;
}

int subject_mark_superseded(struct reader_report *report)
{
	json_t *seen = json_object();
	int result = seen ? 0 : -ENOMEM;

	for (size_t i = report->record_count; i > 0 && result == 0; i--) {
		struct reader_record *record = &report->records[i - 1];
		char data[SUBJECT_SIZE];
		struct text text;

		text_init(&text, data, sizeof(data));
		if (!subject_of(record, &text))
			continue;
		if (json_object_getn(seen, text.data, text.length))
			record->is_superseded = true;
		else if (json_object_setn_new_nocheck(seen, text.data, text.length, json_true()) <
			 0)
			result = -ENOMEM;
	}
	json_decref(seen);
	return result;
}
