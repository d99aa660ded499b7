/* SPDX-License-Identifier: MIT */
/*
 * Devices of the ACPI tables that one machine has and the other lacks.
 */
#include "reader/difference_part.h"

#include <string.h>

/* What an id stands for; else the id itself is said. */
static const struct {
	const char *hid, *what;
} DEVICES[] = {
	{"PNP0501", "a UART"},
	{"ARMH0011", "a UART"},
	{"QEMU0002", "the fw_cfg device"},
	{"QEMU0001", "a pvpanic device"},
	{"PNP0A03", "a PCI bus"},
	{"PNP0A08", "a PCI Express bus"},
	{"LNRO0005", "a virtio-mmio device"},
	{"VMBUS", "the VMBus"},
	{"MSFT0101", "a TPM"},
};

static void append_device(struct text *text, const char *hid)
{
	for (size_t i = 0; i < ARRAY_SIZE(DEVICES); i++) {
		if (strcmp(DEVICES[i].hid, hid) == 0) {
			text_append(text, DEVICES[i].what);
			return;
		}
	}
	text_append(text, "the ACPI device ");
	text_append(text, hid);
}

/* It was said as a UART, or there is nothing to say about it. */
static bool is_said(const struct reader_report *report, const json_t *members)
{
	const struct reader_record *uart =
		reader_report_find(report, "uart", "acpi_path", reader_string(members, "path"));

	return !*reader_string(members, "path") || (uart && difference_is_live_uart(uart));
}

static bool has_acpi(const struct reader_report *report)
{
	const struct reader_record *record = reader_report_find(report, "acpi.table", NULL, NULL);

	return record && !record->is_partial && reader_is(record->members, "read", "ok");
}

/* Without tables no device is declared: said once, in compare_acpi(). */
static bool are_devices_known(const struct reader_report *report)
{
	const struct reader_record *record = NULL;

	while ((record = reader_report_next(report, "acpi.device", record))) {
		if (reader_has(record->members, "dropped"))
			return false;
	}
	return difference_is_whole(report, "acpi");
}

static void say_device(struct comparison *comparison, const json_t *members, int side)
{
	const char *path = reader_string(members, "path");
	const char *verb = reader_bool(members, "declared", true) ? " declares " : " has ";
	char what_data[128], unknown[400];
	struct text what;

	text_init(&what, what_data, sizeof(what_data));
	append_device(&what, reader_string(members, "hid"));
	(void)text_join(unknown, sizeof(unknown), "ACPI: ", what_data, " ", path, NULL);
	if (are_devices_known(comparison->report[!side]))
		(void)difference_say(comparison, DIFFERENCE_HARDWARE, path, "ACPI in ", SIDE[side],
			verb, what_data, " (", path, "), in ", SIDE[!side], " it does not", NULL);
	else
		difference_say_unknown(comparison, path, unknown, !side);
}

static void compare_same_device(struct comparison *comparison, const json_t *a, const json_t *b)
{
	static const struct member_rule RULES[] = {
		{"hid", "hardware id", MEMBER_VALUE},
		{"status", "status", MEMBER_VALUE},
		{"pnp_state", "PNP state", MEMBER_VALUE},
		{"in_kernel", "known to the kernel", MEMBER_FLAG},
	};
	const json_t *const object[2] = {a, b};
	char prefix[300];

	(void)text_join(prefix, sizeof(prefix), reader_string(a, "path"), ": ", NULL);
	difference_members(comparison, DIFFERENCE_HARDWARE, reader_string(a, "path"), prefix,
		object, RULES, ARRAY_SIZE(RULES));
}

static void compare_devices(struct comparison *comparison, int side)
{
	const struct reader_report *report = comparison->report[side];
	const struct reader_report *other = comparison->report[!side];
	const struct reader_record *record = NULL, *same;

	if (!has_acpi(other) || !has_acpi(report))
		return;
	while ((record = reader_report_next(report, "acpi.device", record))) {
		if (is_said(report, record->members))
			continue;
		same = reader_report_find(
			other, "acpi.device", "path", reader_string(record->members, "path"));
		if (!same)
			say_device(comparison, record->members, side);
		else if (side == 0 && !same->is_partial && !record->is_partial)
			compare_same_device(comparison, record->members, same->members);
	}
}

void difference_acpi(struct comparison *comparison)
{
	static const struct member_rule RULES[] = {
		{"read", "reading of the tables", MEMBER_VALUE},
		{"legacy_devices", "legacy devices in the FADT", MEMBER_FLAG},
		{"hardware_reduced", "hardware-reduced", MEMBER_FLAG},
	};
	const json_t *members[2];

	if (difference_both(comparison, "acpi.table", "the ACPI tables", members))
		difference_members(comparison, DIFFERENCE_HARDWARE, "acpi", "ACPI: ", members,
			RULES, ARRAY_SIZE(RULES));
	for (int side = 0; side < 2; side++)
		compare_devices(comparison, side);
}
