/* SPDX-License-Identifier: MIT */
/*
 * Serial ports, virtio devices and ports that one machine has and the other lacks; what has a
 * driver.
 */
#include "reader/difference_part.h"

#include <string.h>

/* ----------------------------------------------------------------------------------------- UARTs
 */

bool difference_is_live_uart(const struct reader_record *record)
{
	return reader_has(record->members, "name") && reader_bool(record->members, "live", false);
}

/* The record that counts all ports; NULL where there is none. */
static const json_t *uart_counts(const struct reader_report *report)
{
	const struct reader_record *record = NULL;

	while ((record = reader_report_next(report, "uart", record))) {
		if (!reader_has(record->members, "name") && reader_has(record->members, "ports"))
			return record->members;
	}
	return NULL;
}

static const struct reader_record *uart_called(const struct reader_report *report, const char *name)
{
	return reader_report_find(report, "uart", "name", name);
}

static size_t count_live(const struct reader_report *report)
{
	const struct reader_record *record = NULL;
	size_t count = 0;

	while ((record = reader_report_next(report, "uart", record)))
		count += difference_is_live_uart(record);
	return count;
}

/* The ports with hardware of a report: 0 when it is sure to have none. */
static int64_t live_ports(const struct reader_report *report)
{
	size_t seen = count_live(report);
	int64_t counted = reader_integer(uart_counts(report), "live_ports", -1);

	if (counted >= 0)
		return counted > (int64_t)seen ? counted : (int64_t)seen;
	return difference_is_whole(report, "uart") && uart_counts(report) ? (int64_t)seen : -1;
}

/* "\_SB_.PCI0.S08_.COM1, irq 4" */
static void append_uart(struct text *text, const json_t *members)
{
	const char *path = reader_string(members, "acpi_path");
	const char *port = reader_string(members, "port");
	int64_t irq = reader_integer(members, "irq", -1);

	text_append(text, *path ? path : reader_string(members, "name"));
	if (irq >= 0) {
		text_append(text, ", irq ");
		text_append_i64(text, irq);
	} else if (*port) {
		text_append(text, ", port ");
		text_append(text, port);
	}
}

static void say_uart(struct comparison *comparison, const json_t *members, int side)
{
	const struct reader_report *other = comparison->report[!side];
	const char *name = reader_string(members, "name");
	const struct reader_record *same = uart_called(other, name);
	int64_t live = live_ports(other);
	char data[512], what[600];
	struct text text;

	text_init(&text, data, sizeof(data));
	append_uart(&text, members);
	(void)text_join(what, sizeof(what), "the UART ", name, NULL);
	if (live == 0)
		(void)difference_say(comparison, DIFFERENCE_HARDWARE, name, SIDE[side],
			" has a UART (", data, "), ", SIDE[!side], " has none", NULL);
	else if (same ? reader_has(same->members, "live") : live == (int64_t)count_live(other))
		(void)difference_say(comparison, DIFFERENCE_HARDWARE, name, SIDE[side],
			" has a UART behind ", name, " (", data, "), ", SIDE[!side], " has not",
			NULL);
	else
		difference_say_unknown(comparison, name, what, !side);
}

static void compare_same_uart(struct comparison *comparison, const json_t *a, const json_t *b)
{
	static const struct member_rule RULES[] = {
		{"uart", "type", MEMBER_VALUE},
		{"port", "port", MEMBER_VALUE},
		{"iomem", "memory address", MEMBER_VALUE},
		{"irq", "irq", MEMBER_VALUE},
		{"bus", "bus", MEMBER_VALUE},
		{"driver", "driver", MEMBER_VALUE},
	};
	const json_t *const object[2] = {a, b};
	char prefix[128];

	(void)text_join(prefix, sizeof(prefix), "UART ", reader_string(a, "name"), ": ", NULL);
	difference_members(comparison, DIFFERENCE_HARDWARE, reader_string(a, "name"), prefix,
		object, RULES, ARRAY_SIZE(RULES));
}

static void compare_uarts(struct comparison *comparison)
{
	for (int side = 0; side < 2; side++) {
		const struct reader_record *record = NULL, *same;

		while ((record = reader_report_next(comparison->report[side], "uart", record))) {
			if (!difference_is_live_uart(record))
				continue;
			same = uart_called(
				comparison->report[!side], reader_string(record->members, "name"));
			if (!same || !difference_is_live_uart(same))
				say_uart(comparison, record->members, side);
			else if (side == 0)
				compare_same_uart(comparison, record->members, same->members);
		}
	}
}

/* ---------------------------------------------------------------------------------------- virtio
 */

static const struct reader_record *virtio_record(const struct reader_report *report)
{
	const struct reader_record *record = NULL;

	while ((record = reader_report_next(report, "device", record))) {
		if (json_is_array(json_object_get(record->members, "devices")))
			return record;
	}
	return NULL;
}

static const json_t *virtio_devices(const struct reader_report *report)
{
	const struct reader_record *record = virtio_record(report);

	return record ? json_object_get(record->members, "devices") : NULL;
}

static bool is_virtio_known(const struct reader_report *report)
{
	const struct reader_record *record = virtio_record(report);

	return record ? !record->is_partial && !record->is_cut
		      : difference_is_whole(report, "virtio");
}

/* A disk of it is there, or the report itself went through it: no list that lacks it is right. */
static bool is_virtio_used(const struct reader_report *report, const char *kind)
{
	const struct reader_record *record = NULL;
	const char *transport = strcmp(kind, "scsi") == 0    ? "virtio-scsi"
				: strcmp(kind, "block") == 0 ? "virtio"
							     : NULL;
	const json_t *sink;
	size_t i;

	while (transport && (record = reader_report_next(report, "block", record))) {
		if (reader_is(record->members, "transport", transport))
			return true;
	}
	record = reader_report_find(report, "sink", NULL, NULL);
	json_array_foreach(record ? json_object_get(record->members, "sinks") : NULL, i, sink)
	{
		if (strcmp(kind, "console") == 0 && reader_is(sink, "name", "virtio") &&
			reader_integer(sink, "delivered", 0) > 0)
			return true;
	}
	return false;
}

static size_t count_kind(const json_t *devices, const char *kind)
{
	const json_t *device;
	size_t i, count = 0;

	json_array_foreach(devices, i, device) count += reader_is(device, "kind", kind);
	return count;
}

/* Whether this is the first device of its kind in the list. */
static bool is_first(const json_t *devices, size_t index)
{
	const char *kind = reader_string(json_array_get(devices, index), "kind");

	for (size_t i = 0; i < index; i++) {
		if (reader_is(json_array_get(devices, i), "kind", kind))
			return false;
	}
	return *kind;
}

static void append_count(struct text *text, size_t count, const char *kind)
{
	if (count == 1)
		text_append(text, "a");
	else
		text_append_u64(text, count);
	text_append(text, " virtio ");
	text_append(text, kind);
	text_append(text, count == 1 ? " device" : " devices");
}

static void say_virtio(
	struct comparison *comparison, const char *kind, size_t here, size_t there, int side)
{
	char data[200], number[32];
	struct text text, other;

	text_init(&text, data, sizeof(data));
	text_init(&other, number, sizeof(number));
	append_count(&text, here, kind);
	if (there)
		text_append_u64(&other, there);
	else
		text_append(&other, "none");
	(void)difference_say(comparison, DIFFERENCE_HARDWARE, kind, SIDE[side], " has ", data, ", ",
		SIDE[!side], " has ", number, NULL);
}

static void compare_virtio(struct comparison *comparison, int side)
{
	const json_t *here = virtio_devices(comparison->report[side]);
	const json_t *there = virtio_devices(comparison->report[!side]);
	const json_t *device;
	size_t i;

	json_array_foreach(here, i, device)
	{
		const char *kind = reader_string(device, "kind");
		size_t count = count_kind(here, kind), other = count_kind(there, kind);
		char what[200];

		if (!is_first(here, i) || count <= other)
			continue;
		(void)text_join(what, sizeof(what), "virtio ", kind, " devices", NULL);
		if (is_virtio_known(comparison->report[!side]) &&
			(other || !is_virtio_used(comparison->report[!side], kind)))
			say_virtio(comparison, kind, count, other, side);
		else
			difference_say_unknown(comparison, kind, what, !side);
	}
}

/* Ports have the names that the host gave them; those without are consoles. */
static void compare_ports(struct comparison *comparison, int side)
{
	const struct reader_report *other = comparison->report[!side];
	const struct reader_record *record = NULL, *same;
	char what[300];

	while ((record = reader_report_next(comparison->report[side], "virtio.port", record))) {
		const char *name = reader_string(record->members, "name");

		same = reader_report_find(other, "virtio.port", "name", name);
		(void)text_join(what, sizeof(what), "the virtio port ", name, NULL);
		if (!*name)
			continue;
		if (!same && difference_is_whole(other, "virtio") &&
			(reader_report_find(other, "virtio.port", NULL, NULL) ||
				!is_virtio_used(other, "console")))
			(void)difference_say(comparison, DIFFERENCE_HARDWARE, name, SIDE[side],
				" has ", what, ", ", SIDE[!side], " has not", NULL);
		else if (!same)
			difference_say_unknown(comparison, name, what, !side);
	}
}

void difference_hardware(struct comparison *comparison)
{
	compare_uarts(comparison);
	for (int side = 0; side < 2; side++) {
		compare_virtio(comparison, side);
		compare_ports(comparison, side);
	}
	difference_acpi(comparison);
}

/* --------------------------------------------------------------------------------------- drivers
 */

static const json_t *first_of_kind(const json_t *devices, const char *kind)
{
	const json_t *device;
	size_t i;

	json_array_foreach(devices, i, device)
	{
		if (reader_is(device, "kind", kind))
			return device;
	}
	return NULL;
}

static const char *or_none(const char *text)
{
	return *text ? text : "none";
}

static void compare_virtio_drivers(struct comparison *comparison)
{
	const json_t *here = virtio_devices(comparison->report[0]);
	const json_t *there = virtio_devices(comparison->report[1]);
	const json_t *device, *same;
	size_t i;

	json_array_foreach(here, i, device)
	{
		const char *kind = reader_string(device, "kind");
		const char *driver = reader_string(device, "driver");

		same = is_first(here, i) ? first_of_kind(there, kind) : NULL;
		if (same && !reader_is(same, "driver", driver))
			(void)difference_say(comparison, DIFFERENCE_DRIVER, kind, "virtio ", kind,
				": driver is ", or_none(driver), " in A, ",
				or_none(reader_string(same, "driver")), " in B", NULL);
	}
}

/* Devices without a driver: only those that had none at first have records. */
static const struct reader_record *device_with_ids(
	const struct reader_report *report, const json_t *members)
{
	const struct reader_record *record = NULL;

	while ((record = reader_report_next(report, "device", record))) {
		if (reader_has(record->members, "bound") &&
			reader_is(record->members, "bus", reader_string(members, "bus")) &&
			reader_is(record->members, "ids", reader_string(members, "ids")))
			return record;
	}
	return NULL;
}

static const char *state_in_words(const char *state)
{
	static const char *const STATES[][2] = {{"bound", "in use"}, {"built-in", "built in"},
		{"module-file", "not loaded"}, {"failed", "failing to load"}, {"", "unknown"}};

	for (size_t i = 0; i < ARRAY_SIZE(STATES); i++) {
		if (strcmp(STATES[i][0], state) == 0)
			return STATES[i][1];
	}
	return state;
}

static void append_unbound(struct text *text, const json_t *members)
{
	const char *module = reader_string(members, "module");
	const char *role = reader_string(members, "role");

	text_append(text, *role ? role : reader_string(members, "bus"));
	text_append(text, " device ");
	text_append(text, reader_string(members, "name"));
	text_append(text, " (");
	text_append(text, reader_string(members, "ids"));
	text_append(text, *module ? ", module " : "");
	text_append(text, module);
	text_append(text, *module ? " is " : "");
	text_append(text, *module ? state_in_words(reader_string(members, "state")) : "");
	text_append(text, ")");
}

static void compare_unbound(struct comparison *comparison, int side)
{
	const struct reader_report *other = comparison->report[!side];
	const struct reader_record *record = NULL, *same;

	while ((record = reader_report_next(comparison->report[side], "device", record))) {
		const json_t *members = record->members;
		char data[400], what[500];
		struct text text;

		if (!json_is_false(json_object_get(members, "bound")))
			continue;
		same = device_with_ids(other, members);
		if (same && json_is_false(json_object_get(same->members, "bound")))
			continue;
		text_init(&text, data, sizeof(data));
		append_unbound(&text, members);
		(void)text_join(what, sizeof(what), "driver of the ", data, NULL);
		/* Waiting for a driver passes: a later record that is missing may say so. */
		if (!difference_is_whole(comparison->report[side], "driver"))
			(void)difference_say(comparison, DIFFERENCE_UNKNOWN,
				reader_string(members, "name"), what, ": ", SIDE[side],
				" had none when it last said so, and is not whole", NULL);
		else if (same || difference_is_whole(other, "driver"))
			(void)difference_say(comparison, DIFFERENCE_DRIVER,
				reader_string(members, "name"), "in ", SIDE[side],
				" no driver took the ", data,
				same ? "; in " : "; no such device waits in ", SIDE[!side],
				same ? " one did" : "", NULL);
		else
			difference_say_unknown(
				comparison, reader_string(members, "name"), what, !side);
	}
}

void difference_drivers(struct comparison *comparison)
{
	static const struct member_rule FWCFG[] = {
		{"driver", "driver state", MEMBER_VALUE},
		{"has_dma", "DMA", MEMBER_FLAG},
	};
	const json_t *members[2];

	compare_virtio_drivers(comparison);
	for (int side = 0; side < 2; side++)
		compare_unbound(comparison, side);
	if (difference_both(comparison, "fwcfg", "the fw_cfg device", members))
		difference_members(comparison, DIFFERENCE_DRIVER, "fwcfg", "fw_cfg: ", members,
			FWCFG, ARRAY_SIZE(FWCFG));
}
