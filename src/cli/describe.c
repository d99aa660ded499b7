/* SPDX-License-Identifier: MIT */
#include "cli/describe.h"

#include "reader/report.h"

#include <math.h>
#include <stdio.h>
#include <string.h>

static const char *get(const json_t *members, const char *key)
{
	return reader_string(members, key);
}

/* Adds separator and value, if there is a value. */
static void add(struct text *text, const char *separator, const char *value)
{
	if (!*value)
		return;
	text_append(text, separator);
	text_append(text, value);
}

static void add_key(
	struct text *text, const char *separator, const json_t *members, const char *key)
{
	add(text, separator, get(members, key));
}

static void add_integer(
	struct text *text, const char *separator, const json_t *members, const char *key)
{
	if (!json_is_integer(json_object_get(members, key)))
		return;
	text_append(text, separator);
	text_append_i64(text, reader_integer(members, key, 0));
}

void describe_size(struct text *text, int64_t bytes)
{
	static const char *const UNITS[] = {"B", "KiB", "MiB", "GiB", "TiB", "PiB", "EiB"};
	double value = (double)bytes;
	char number[32];
	size_t unit = 0;

	while (fabs(value) >= 1024 && unit + 1 < ARRAY_SIZE(UNITS)) {
		value /= 1024;
		unit++;
	}
	(void)snprintf(number, sizeof(number), "%.1f", value);
	if (text_ends_with(number, ".0"))
		number[strlen(number) - 2] = '\0';
	text_append(text, number);
	add(text, " ", UNITS[unit]);
}

void describe_seconds(struct text *text, double seconds)
{
	char number[64];

	(void)snprintf(
		number, sizeof(number), "%.3f s", seconds < 1e9 && seconds >= 0 ? seconds : 0);
	text_append(text, number);
}

static void add_seconds(
	struct text *text, const char *separator, const json_t *members, const char *key)
{
	if (!reader_has(members, key))
		return;
	text_append(text, separator);
	describe_seconds(text, reader_number(members, key, 0));
}

/* Words for true and false; what is absent says nothing. */
static void add_bool(
	struct text *text, const json_t *members, const char *key, const char *yes, const char *no)
{
	const json_t *value = json_object_get(members, key);

	if (json_is_boolean(value))
		add(text, ", ", json_is_true(value) ? yes : no);
}

static void add_strings(struct text *text, const char *separator, const json_t *array)
{
	const json_t *element;
	size_t i;

	json_array_foreach(array, i, element)
	{
		if (json_is_string(element))
			add(text, i ? separator : "", json_string_value(element));
	}
}

/* --------------------------------------------------------------------------------------- subjects
 */

static void describe_begin(struct text *text, const json_t *m)
{
	add_key(text, "bootprobe ", m, "version");
	add_key(text, " starts to look, called with ", m, "verb");
}

static void describe_config(struct text *text, const json_t *m)
{
	text_append(text, "sends the report to: ");
	add_strings(text, ", ", json_object_get(m, "sinks"));
	if (!reader_has(m, "problems"))
		return;
	text_append(text, "; not understood: ");
	add_strings(text, "; ", json_object_get(m, "problems"));
}

static void describe_platform(struct text *text, const json_t *m)
{
	const char *hypervisor = get(m, "hypervisor");

	if (strcmp(hypervisor, "none") == 0)
		hypervisor = "bare metal";
	add(text, "", hypervisor);
	add_key(text, ", ", m, "machine");
	add_key(text, ", ", m, "firmware");
	add_key(text, ", Linux ", m, "kernel");
}

static void describe_cmdline(struct text *text, const json_t *m)
{
	text_append(text, "kernel command line: ");
	add_strings(text, " ", json_object_get(m, "parameters"));
}

static void describe_pid1(struct text *text, const json_t *m)
{
	const json_t *element;
	size_t i;

	text_append(text, "PID 1 has");
	json_array_foreach(json_object_get(m, "descriptors"), i, element)
	{
		add_integer(text, i ? ", " : " ", element, "number");
		if (reader_is(element, "link", "ENOENT"))
			text_append(text, " closed");
		add_key(text, " -> ", element, "target");
	}
}

static void describe_console(struct text *text, const json_t *m)
{
	bool is_dev_console = reader_is(m, "name", "/dev/console");

	if (reader_is(m, "name", "pid1")) {
		describe_pid1(text, m);
		return;
	}
	add_key(text, is_dev_console ? "" : "console ", m, "name");
	add_key(text, " is ", m, "device");
	if (reader_bool(m, "is_last", false))
		text_append(text, " (the last console=)");
	text_append(text, ":");
	if (!reader_bool(m, "registered", true))
		text_append(text, " no such console;");
	else if (reader_has(m, "live"))
		text_append(text, reader_bool(m, "live", false) ? " live;" : " not live;");
	add_key(text, " opening it: ", m, "open");
	add_key(text, ", a write of no bytes: ", m, "empty_write");
	if (reader_is(m, "kind", "uart") && reader_has(m, "uart_type") &&
		!reader_integer(m, "uart_type", 0))
		text_append(text, ", no UART behind it");
}

static void describe_uart(struct text *text, const json_t *m)
{
	if (!reader_has(m, "name")) {
		add_integer(text, "serial ports: ", m, "ports");
		add_integer(text, ", with hardware: ", m, "live_ports");
		return;
	}
	add_key(text, "serial port ", m, "name");
	add_key(text, ": ", m, "uart");
	add_key(text, " at ", m, "port");
	add_key(text, " at ", m, "iomem");
	add_integer(text, ", irq ", m, "irq");
	add_bool(text, m, "live", "", "no hardware there");
	add_key(text, ", ", m, "acpi_path");
}

static void describe_reads(struct text *text, const json_t *reads)
{
	const json_t *read, *slowest = NULL;
	size_t i;

	json_array_foreach(reads, i, read)
	{
		if (reader_has(read, "error")) {
			add_key(text, ", reading its ", read, "what");
			add_key(text, ": ", read, "error");
		} else if (reader_has(read, "open_since")) {
			add_key(text, ", reading its ", read, "what");
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

static void describe_block(struct text *text, const json_t *m)
{
	add_key(text, "disk ", m, "name");
	text_append(text, ": ");
	describe_size(text, reader_integer(m, "size_bytes", 0));
	add_key(text, " ", m, "transport");
	add_key(text, ", driver ", m, "driver");
	add_seconds(text, ", there at ", m, "arrived");
	add_key(text, ", cannot be opened: ", m, "open_error");
	describe_reads(text, json_object_get(m, "header_reads"));
	add_bool(text, m, "gone", "gone again", "");
}

static void describe_gpt(struct text *text, const json_t *m)
{
	static const char *const SIZES[][2] = {
		{"backup_misplaced_bytes", ", made for a disk smaller by "},
		{"disk_shrunk_bytes", ", made for a disk larger by "},
		{"free_behind_last_bytes", ", free behind the last partition "}};

	add_key(text, "partition table of ", m, "disk");
	add_key(text, ": ", m, "kind");
	add_key(text, ", primary header ", m, "primary");
	add_key(text, " (", m, "primary_problem");
	text_append(text, reader_has(m, "primary_problem") ? ")" : "");
	add_key(text, ", backup ", m, "backup");
	for (size_t i = 0; i < ARRAY_SIZE(SIZES); i++) {
		if (!reader_integer(m, SIZES[i][0], 0))
			continue;
		text_append(text, SIZES[i][1]);
		describe_size(text, reader_integer(m, SIZES[i][0], 0));
	}
	add_integer(text, ", written for sectors of ", m, "wrong_sector_bytes");
	add_key(text, "; the kernel sees it differently: ", m, "disagreement");
}

static void describe_partition(struct text *text, const json_t *m)
{
	add_integer(text, "partition ", m, "number");
	add_key(text, " of ", m, "disk");
	add_key(text, ": ", m, "kind");
	add_key(text, ", named ", m, "name");
}

/* What stands in the way of a module, in words. */
static void add_module_state(
	struct text *text, const char *separator, const json_t *members, const char *key)
{
	static const char *const STATES[][2] = {{"bound", "in use"}, {"built-in", "built in"},
		{"module-file", "not loaded"}, {"failed", "failing to load"}};
	const char *state = get(members, key);

	for (size_t i = 0; i < ARRAY_SIZE(STATES); i++) {
		if (strcmp(STATES[i][0], state) == 0) {
			add(text, separator, STATES[i][1]);
			return;
		}
	}
	add(text, separator, state);
}

static void describe_filesystem(struct text *text, const json_t *m)
{
	add_key(text, "file system on ", m, "device");
	add_key(text, ": ", m, "fstype");
	add_key(text, ", label ", m, "label");
	add_key(text, ", UUID ", m, "uuid");
	add_key(text, ", ", m, "error");
	add_module_state(text, ", its module is ", m, "module_state");
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
	add(text, ": ", in_memory);
	text_append(
		text, strcmp(in_memory, "initramfs") == 0 ? ", no stage 2 follows" : ", in memory");
}

static void describe_root(struct text *text, const json_t *m)
{
	int64_t count = reader_integer(m, "device_count", 0);

	add(text, "root=", *get(m, "spec") ? get(m, "spec") : "(nothing)");
	text_append(text, count ? ": " : "");
	add_strings(text, ", ", json_object_get(m, "devices"));
	if (*get(m, "in_memory"))
		describe_memory(text, get(m, "in_memory"));
	else if (!count && reader_has(m, "spec") && is_root_a_device(m))
		text_append(text, ": no device bears that name");
	add_seconds(text, ", there at ", m, "since");
}

static void describe_handoff(struct text *text, const json_t *m)
{
	const json_t *element;
	size_t i;

	add(text, "init: ", *get(m, "init") ? get(m, "init") : "none");
	if (!reader_is(m, "init_stat", "ok"))
		add_key(text, ", ", m, "init_stat");
	add_key(text, ", ", m, "init_type");
	add_bool(text, m, "init_executable", "", "not executable");
	add_bool(text, m, "architecture_right", "", "for another architecture");
	json_array_foreach(json_object_get(m, "interpreters"), i, element)
	{
		add_key(text, " -> ", element, "path");
		if (!reader_is(element, "stat", "ok"))
			add_key(text, " ", element, "stat");
	}
	add_key(text, ", root file system ", m, "fstype");
	add_key(text, " on ", m, "source");
	add_bool(text, m, "mounted", "", "nothing mounted");
}

static void describe_event(struct text *text, const json_t *m)
{
	add_key(text, "kernel: ", m, reader_has(m, "text") ? "text" : "kind");
	add_integer(text, ", lost lines: ", m, "lost");
}

static void describe_device(struct text *text, const json_t *m)
{
	add_key(text, "", m, "bus");
	add_key(text, " device ", m, "name");
	add_key(text, " (", m, "role");
	text_append(text, reader_has(m, "role") ? ")" : "");
	if (reader_has(m, "bound"))
		text_append(text,
			reader_bool(m, "bound", false) ? ": has a driver now" : ": no driver");
	add_key(text, ", module ", m, "module");
	add_module_state(text, reader_has(m, "module") ? " is " : ", its module is ", m, "state");
	for (size_t i = 0; i < json_array_size(json_object_get(m, "devices")); i++)
		add_key(text, i ? ", " : "s: ", json_array_get(json_object_get(m, "devices"), i),
			"kind");
}

static void describe_port(struct text *text, const json_t *m)
{
	add_key(text, "virtio port ", m, "device");
	add_key(text, ", named ", m, "name");
	add_bool(text, m, "is_read", "the host has it open", "nobody on the host has it open");
}

static void describe_tables(struct text *text, const json_t *m)
{
	const json_t *element;
	size_t i;

	if (!reader_is(m, "read", "ok"))
		add_key(text, "no ACPI tables: ", m, "read");
	else
		add_integer(text, "devices that ACPI declares: ", m, "declared_devices");
	json_array_foreach(json_object_get(m, "tables"), i, element)
	{
		if (!reader_has(element, "because") && reader_bool(element, "checksum_right", true))
			continue;
		add_key(text, "; ", element, "name");
		add_bool(text, element, "checksum_right", "", "wrong checksum");
		add_key(text, ", ", element, "because");
	}
}

static void describe_acpi_device(struct text *text, const json_t *m)
{
	add(text, "ACPI ", reader_has(m, "processors") ? "processors" : "");
	add_key(text, "ACPI ", m, "path");
	add_key(text, " (", m, "hid");
	text_append(text, reader_has(m, "hid") ? ")" : "");
	add_bool(text, m, "declared", "declared", "not declared by the tables");
	add_bool(text, m, "in_kernel", "", "the kernel does not have it");
	add_key(text, ", driver ", m, "driver");
	add_key(text, ", ", m, "tty");
}

static void describe_fwcfg(struct text *text, const json_t *m)
{
	text_append(text, "fw_cfg");
	add_bool(text, m, "is_declared", "declared", "not declared");
	add_module_state(text, ", its driver is ", m, "driver");
	add_integer(text, ", items: ", m, "item_count");
}

static void describe_grower(struct text *text, const json_t *m)
{
	add_key(text, "", m, "name");
	add_key(text, " in the ", m, "where");
	add_key(text, " (", m, "path");
	text_append(text, reader_has(m, "path") ? ") grows a partition" : " grows a partition");
	add_bool(text, m, "exits_on_error", "and ends when it cannot write a message", "");
	add_bool(text, m, "output_in_file", "its output goes to a file", "");
	add_bool(text, m, "done", "done before", "");
}

static void describe_probe(struct text *text, const json_t *m)
{
	if (!reader_has(m, "state")) {
		text_append(text, "probes that ended well: ");
		text_append_u64(text, json_array_size(json_object_get(m, "done")));
		return;
	}
	add_key(text, "probe ", m, "name");
	add_key(text, " of ", m, "subject");
	add_key(text, ": ", m, "state");
	add_key(text, ", ", m, "error");
	add_integer(text, ", signal ", m, "signal");
	add_key(text, ", waits in ", m, "wait_channel");
}

static void describe_sink(struct text *text, const json_t *m)
{
	const json_t *element;
	size_t i;

	text_append(text, "delivered:");
	json_array_foreach(json_object_get(m, "sinks"), i, element)
	{
		add_key(text, i ? ", " : " ", element, "name");
		if (!reader_is(element, "state", "ok"))
			add_key(text, " ", element, "state");
		add_integer(text, " ", element, "delivered");
		add_integer(text, ", dropped ", element, "dropped");
	}
}

static void describe_finding(struct text *text, const json_t *m)
{
	add_key(text, "", m, "severity");
	add_key(text, " ", m, "id");
	add_key(text, ": ", m, "summary");
}

static void describe_end(struct text *text, const json_t *m)
{
	static const char *const PHASES[][2] = {
		{"finish", "stage 1 is done: all is set for stage 2"},
		{"stall", "stage 1 has not gone on yet"}, {"now", "done"},
		{"terminated", "told to end before the boot came to stage 2"},
		{"delivered", "the last records are delivered"}};
	const char *phase = get(m, "phase");

	for (size_t i = 0; i < ARRAY_SIZE(PHASES); i++) {
		if (strcmp(PHASES[i][0], phase) == 0) {
			text_append(text, PHASES[i][1]);
			return;
		}
	}
	add(text, "end of ", phase);
}

/* What is not known here: its scalar members. */
static void describe_any(struct text *text, const json_t *m)
{
	const char *key;
	json_t *value;

	add_key(text, "", m, "type");
	json_object_foreach((json_t *)(uintptr_t)m, key, value)
	{
		if (strcmp(key, "type") == 0 || strcmp(key, "boot") == 0 || strcmp(key, "crc") == 0)
			continue;
		if (!json_is_string(value))
			continue;
		add(text, " ", key);
		add(text, " ", json_string_value(value));
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
	{"device", describe_device, is_unbound},
	{"end", describe_end, always},
	{"filesystem", describe_filesystem, always},
	{"finding", describe_finding, always},
	{"fwcfg", describe_fwcfg, NULL},
	{"gpt", describe_gpt, always},
	{"grower", describe_grower, always},
	{"handoff", describe_handoff, always},
	{"kernel.event", describe_event, is_trouble},
	{"partition", describe_partition, NULL},
	{"platform", describe_platform, always},
	{"probe", describe_probe, has_state},
	{"root", describe_root, always},
	{"sink", describe_sink, NULL},
	{"uart", describe_uart, NULL},
	{"virtio.port", describe_port, NULL},
};

void describe_record(struct text *text, const json_t *members)
{
	const char *type = get(members, "type");

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
	const char *type = get(members, "type");

	for (size_t i = 0; i < ARRAY_SIZE(TYPES); i++) {
		if (strcmp(TYPES[i].type, type) == 0)
			return TYPES[i].is_news && TYPES[i].is_news(members);
	}
	return false;
}
