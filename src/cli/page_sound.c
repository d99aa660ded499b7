/* SPDX-License-Identifier: MIT */
/*
 * What needs no further look.
 */
#include "cli/page_part.h"
#include "cli/words.h"

#include <string.h>

static void append_platform(struct text *text, const struct reader_report *report)
{
	const struct reader_record *record = reader_report_find(report, "platform", NULL, NULL);

	if (record)
		describe_record(text, record->members);
}

/* Whether a finding of weight is about that thing. */
static bool is_accused(const struct reader_report *report, const char *name)
{
	for (size_t i = 0; i < report->finding_count; i++) {
		if (report->findings[i].severity != READER_INFO &&
			strcmp(report->findings[i].subject, name) == 0)
			return true;
	}
	return false;
}

static void append_names(struct text *text, const struct reader_report *report, const char *type)
{
	const struct reader_record *record = NULL;

	while ((record = reader_report_next(report, type, record))) {
		const char *name = reader_string(record->members, "name");

		if (!reader_bool(record->members, "live", false) || !*name ||
			is_accused(report, name))
			continue;
		text_append(text, text->length ? ", " : "");
		text_append(text, name);
		if (*reader_string(record->members, "uart")) {
			text_append(text, " ");
			text_append(text, reader_string(record->members, "uart"));
		}
	}
}

static void append_consoles(struct text *text, const struct reader_report *report)
{
	append_names(text, report, "console");
	text_append(text, text->length ? " proven to work" : "");
}

static void append_uarts(struct text *text, const struct reader_report *report)
{
	append_names(text, report, "uart");
}

static void append_disk(struct text *text, const json_t *block)
{
	text_append(text, reader_string(block, "name"));
	words_size(text, ", ", block, "size_bytes");
	text_append(text, " ");
	text_append(text, reader_string(block, "transport"));
	if (!reader_has(block, "arrived"))
		return;
	text_append(text, ", there after ");
	words_time(text, reader_number(block, "arrived", 0));
}

static bool is_table_sound(const struct reader_record *gpt)
{
	return !reader_is(gpt->members, "kind", "gpt") ||
	       (reader_is(gpt->members, "primary", "sound") &&
		       reader_is(gpt->members, "backup", "sound"));
}

/* The disk that the root file system is on, if both tables of it are as they should be. */
static void append_root_disk(struct text *text, const struct reader_report *report)
{
	const struct reader_record *root = reader_report_find(report, "root", NULL, NULL);
	const char *device =
		root ? reader_string_at(json_object_get(root->members, "devices"), 0) : "";
	const struct reader_record *block = NULL;

	while (*device && (block = reader_report_next(report, "block", block))) {
		const char *name = reader_string(block->members, "name");
		const struct reader_record *gpt = reader_report_find(report, "gpt", "disk", name);

		if (!*name || !text_starts_with(device, name))
			continue;
		if (is_accused(report, name) || (gpt && !is_table_sound(gpt)))
			return;
		append_disk(text, block->members);
		return;
	}
}

static void append_root(struct text *text, const struct reader_report *report)
{
	const struct reader_record *root = reader_report_find(report, "root", NULL, NULL);

	if (root && reader_has(root->members, "in_memory"))
		describe_record(text, root->members);
	if (!root || reader_integer(root->members, "device_count", 0) != 1)
		return;
	text_append(text, "root=");
	text_append(text, reader_string(root->members, "spec"));
	text_append(text, " is ");
	text_append(text, reader_string_at(json_object_get(root->members, "devices"), 0));
	if (!reader_is(root->members, "kind", "virtiofs") &&
		!reader_is(root->members, "kind", "9p"))
		return;
	text_append(text, " (");
	text_append(text, reader_string(root->members, "kind"));
	text_append(text, ")");
	if (!reader_has(root->members, "mount_us"))
		return;
	text_append(text, ", mounted after ");
	words_time(text, reader_number(root->members, "mount_us", 0) / 1e6);
}

static void append_handoff(struct text *text, const struct reader_report *report)
{
	const struct reader_record *handoff = reader_report_find(report, "handoff", NULL, NULL);

	if (handoff && reader_is(handoff->members, "init_stat", "ok") &&
		reader_bool(handoff->members, "init_executable", true) &&
		reader_bool(handoff->members, "architecture_right", true)) {
		text_append(text, reader_string(handoff->members, "init"));
		text_append(text, " on ");
		text_append(text, reader_string(handoff->members, "fstype"));
		text_append(text, " ");
		text_append(text, reader_string(handoff->members, "source"));
	}
}

/* Lines of what needs no further look: at most one a row. */
enum { BLAMES_MAX = 3 };
static const struct {
	const char *key;
	/* A finding of an error or warning that begins with one of these takes the row away. */
	const char *blames[BLAMES_MAX];
	void (*append)(struct text *text, const struct reader_report *report);
} SOUND[] = {
	{"machine", {NULL}, append_platform},
	{"consoles", {NULL}, append_consoles},
	{"serial", {NULL}, append_uarts},
	{"root disk", {"disk."}, append_root_disk},
	{"root", {"root."}, append_root},
	/* Of a root that the growing leaves unmounted, nothing is started. */
	{"handoff", {"handoff.", "growroot.", "pid1."}, append_handoff},
};

static bool is_blamed(const struct reader_report *report, const char *const *blames)
{
	for (size_t i = 0; i < report->finding_count; i++) {
		if (report->findings[i].severity == READER_INFO)
			continue;
		for (size_t k = 0; k < BLAMES_MAX && blames[k]; k++) {
			if (text_starts_with(report->findings[i].id, blames[k]))
				return true;
		}
	}
	return false;
}

void page_sound(const struct page *page)
{
	bool is_first = true;

	for (size_t i = 0; i < ARRAY_SIZE(SOUND); i++) {
		WORDS(words);

		if (is_blamed(page->report, SOUND[i].blames))
			continue;
		SOUND[i].append(&words, page->report);
		if (!words.length)
			continue;
		if (is_first)
			page_heading(page, page->report->is_judged ? "Sound" : "Found");
		is_first = false;
		(void)fprintf(
			page->stream, "%*s%-*s", PAGE_INDENT, "", PAGE_KEY_COLUMNS, SOUND[i].key);
		output_line(page->stream, PAGE_INDENT + PAGE_KEY_COLUMNS, words.data);
	}
}
