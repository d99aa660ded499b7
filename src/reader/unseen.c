/* SPDX-License-Identifier: MIT */
#include "reader/unseen.h"

#include <string.h>

static bool is_denied(const json_t *object, const char *key)
{
	return reader_is(object, key, "EACCES") || reader_is(object, key, "EPERM");
}

static bool is_record_denied(const json_t *members, const char *key)
{
	const json_t *table;
	size_t i;

	json_array_foreach(json_object_get(members, "tables"), i, table)
	{
		if (is_denied(table, key))
			return true;
	}
	return is_denied(members, key);
}

static bool is_cmdline_missing(const json_t *members, const char *key)
{
	return reader_is(members, key, "ENOENT");
}

/* One that lacked memory, descriptors or processes: what it did not find may be there. */
static bool is_probe_short(const json_t *members, const char *key)
{
	return reader_is(members, "state", "no-child") || reader_is(members, key, "ENOMEM") ||
	       reader_is(members, key, "ENFILE") || reader_is(members, key, "EMFILE");
}

static const struct {
	const char *name, *type, *key;
	bool (*is_unseen)(const json_t *members, const char *key);
} SUBJECTS[] = {
	{"/proc", "cmdline", "read", is_cmdline_missing},
	{"ACPI", "acpi.table", "read", is_record_denied},
	{"consoles", "console", "open", is_record_denied},
	{"disks", "block", "open_error", is_record_denied},
	{"kernel log", "kernel.event", "read", is_record_denied},
	{"what a probe lacked memory or descriptors for", "probe", "error", is_probe_short},
};

void unseen_list(const struct reader_report *report, struct text *text)
{
	for (size_t i = 0; i < ARRAY_SIZE(SUBJECTS); i++) {
		const struct reader_record *record = NULL;
		bool is_unseen = false;

		while ((record = reader_report_next(report, SUBJECTS[i].type, record)))
			is_unseen |= SUBJECTS[i].is_unseen(record->members, SUBJECTS[i].key);
		if (!is_unseen)
			continue;
		text_append(text, text->length ? ", " : "");
		text_append(text, SUBJECTS[i].name);
	}
}

bool unseen_is_any(const struct reader_report *report)
{
	char words[64];
	struct text text;

	text_init(&text, words, sizeof(words));
	unseen_list(report, &text);
	return text.length > 0;
}
