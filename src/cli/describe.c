/* SPDX-License-Identifier: MIT */
#include "cli/describe.h"

#include "cli/describe_part.h"
#include "cli/words.h"
#include "reader/report.h"

#include <string.h>

/* What is not known here: its scalar members. */
static void describe_any(struct text *text, const json_t *m)
{
	const char *key;
	json_t *value;

	words_key(text, "", m, "type");
	json_object_foreach((json_t *)(uintptr_t)m, key, value)
	{
		if (strcmp(key, "type") == 0 || strcmp(key, "boot") == 0 || strcmp(key, "crc") == 0)
			continue;
		if (!json_is_string(value))
			continue;
		words_add(text, " ", key);
		words_add(text, " ", json_string_value(value));
	}
}

/* ------------------------------------------------------------------------------------------ table
 */

static bool is_phantom(const json_t *m)
{
	return !reader_bool(m, "live", true) || reader_is(m, "name", "/dev/console");
}

static bool is_unbound(const json_t *m)
{
	return reader_has(m, "bound");
}

static bool has_problems(const json_t *m)
{
	return reader_has(m, "problems");
}

static bool has_state(const json_t *m)
{
	return reader_has(m, "state") && !reader_is(m, "state", "done");
}

/* The recorder watches no more, or never could. */
static bool is_over(const json_t *m)
{
	return !reader_is(m, "state", "watching") || !reader_is(m, "seize", "ok");
}

static bool is_trouble(const json_t *m)
{
	static const char *const KINDS[] = {"gpt-complaint", "mount-failure", "module-failure",
		"io-error", "acpi-error", "oom", "hung", "panic", "mount", "disk-resized"};

	for (size_t i = 0; i < ARRAY_SIZE(KINDS); i++) {
		if (reader_is(m, "kind", KINDS[i]))
			return true;
	}
	return false;
}

static bool always(const json_t *m)
{
	return m != NULL;
}

static const struct {
	const char *type;
	void (*describe)(struct text *text, const json_t *members);
	bool (*is_news)(const json_t *members);
} TYPES[] = {
	{"acpi.device", describe_acpi_device, NULL},
	{"acpi.table", describe_tables, NULL},
	{"begin", describe_begin, always},
	{"block", describe_block, always},
	{"cmdline", describe_cmdline, always},
	{"config", describe_config, has_problems},
	{"console", describe_console, is_phantom},
	{"console.redirect", describe_redirect, always},
	{"device", describe_device, is_unbound},
	{"end", describe_end, always},
	{"filesystem", describe_filesystem, always},
	{"finding", describe_finding, always},
	{"fwcfg", describe_fwcfg, NULL},
	{"gpt", describe_gpt, always},
	{"grower", describe_grower, always},
	{"handoff", describe_handoff, always},
	/* Every few seconds: see follow.c. */
	{"heartbeat", describe_heartbeat, NULL},
	{"kernel.event", describe_event, is_trouble},
	{"partition", describe_partition, NULL},
	{"pid1", describe_exit, always},
	{"platform", describe_platform, always},
	{"probe", describe_probe, has_state},
	{"recorder", describe_recorder, is_over},
	{"root", describe_root, always},
	{"sink", describe_sink, NULL},
	{"stall", describe_stall, always},
	{"syscalls", describe_syscalls, NULL},
	{"uart", describe_uart, NULL},
	{"up", describe_up, always},
	{"virtio.port", describe_port, NULL},
};

void describe_record(struct text *text, const json_t *members)
{
	const char *type = reader_string(members, "type");

	for (size_t i = 0; i < ARRAY_SIZE(TYPES); i++) {
		if (strcmp(TYPES[i].type, type) == 0) {
			TYPES[i].describe(text, members);
			return;
		}
	}
	describe_any(text, members);
}

bool describe_is_news(const json_t *members)
{
	const char *type = reader_string(members, "type");

	for (size_t i = 0; i < ARRAY_SIZE(TYPES); i++) {
		if (strcmp(TYPES[i].type, type) == 0)
			return TYPES[i].is_news && TYPES[i].is_news(members);
	}
	return false;
}
