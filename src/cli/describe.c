/* SPDX-License-Identifier: MIT */
#include "cli/describe.h"

#include "cli/words.h"
#include "reader/report.h"

#include <string.h>

/* --------------------------------------------------------------------------------------- subjects
 */

static void describe_begin(struct text *text, const json_t *m)
{
	words_key(text, "bootprobe ", m, "version");
	words_key(text, " starts to look, called with ", m, "verb");
}

static void describe_config(struct text *text, const json_t *m)
{
	text_append(text, "sends the report to: ");
	words_strings(text, ", ", json_object_get(m, "sinks"));
	if (!reader_has(m, "problems"))
		return;
	text_append(text, "; not understood: ");
	words_strings(text, "; ", json_object_get(m, "problems"));
}

static void describe_platform(struct text *text, const json_t *m)
{
	const char *hypervisor = reader_string(m, "hypervisor");

	if (strcmp(hypervisor, "none") == 0)
		hypervisor = "bare metal";
	words_add(text, "", hypervisor);
	words_key(text, ", ", m, "machine");
	words_key(text, ", ", m, "firmware");
	words_key(text, ", Linux ", m, "kernel");
}

static void describe_cmdline(struct text *text, const json_t *m)
{
	text_append(text, "kernel command line: ");
	words_strings(text, " ", json_object_get(m, "parameters"));
}

static void describe_pid1(struct text *text, const json_t *m)
{
	const json_t *element;
	size_t i;

	text_append(text, "PID 1 has");
	json_array_foreach(json_object_get(m, "descriptors"), i, element)
	{
		words_integer(text, i ? ", " : " ", element, "number");
		if (reader_is(element, "link", "ENOENT"))
			text_append(text, " closed");
		words_key(text, " -> ", element, "target");
	}
}

static void describe_console(struct text *text, const json_t *m)
{
	bool is_dev_console = reader_is(m, "name", "/dev/console");

	if (reader_is(m, "name", "pid1")) {
		describe_pid1(text, m);
		return;
	}
	words_key(text, is_dev_console ? "" : "console ", m, "name");
	words_key(text, " is ", m, "device");
	if (reader_bool(m, "is_last", false))
		text_append(text, " (the last console=)");
	text_append(text, ":");
	if (!reader_bool(m, "registered", true))
		text_append(text, " no such console;");
	else if (reader_has(m, "live"))
		text_append(text, reader_bool(m, "live", false) ? " live;" : " not live;");
	words_key(text, " opening it: ", m, "open");
	words_key(text,
		reader_has(m, "open") ? ", a write of no bytes: " : " a write of no bytes: ", m,
		"empty_write");
	if (reader_is(m, "kind", "uart") && reader_has(m, "uart_type") &&
		!reader_integer(m, "uart_type", 0))
		text_append(text, ", no UART behind it");
}

static void describe_uart(struct text *text, const json_t *m)
{
	if (!reader_has(m, "name")) {
		words_integer(text, "serial ports: ", m, "ports");
		words_integer(text, ", with hardware: ", m, "live_ports");
		return;
	}
	words_key(text, "serial port ", m, "name");
	words_key(text, ": ", m, "uart");
	words_key(text, " at ", m, "port");
	words_key(text, " at ", m, "iomem");
	words_integer(text, ", irq ", m, "irq");
	words_bool(text, m, "live", "", "no hardware there");
	words_key(text, ", ", m, "acpi_path");
}

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

static void describe_block(struct text *text, const json_t *m)
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

static void describe_gpt(struct text *text, const json_t *m)
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

static void describe_partition(struct text *text, const json_t *m)
{
	words_integer(text, "partition ", m, "number");
	words_key(text, " of ", m, "disk");
	words_key(text, ": ", m, "kind");
	words_key(text, ", named ", m, "name");
}

static void describe_filesystem(struct text *text, const json_t *m)
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

static void describe_root(struct text *text, const json_t *m)
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

static void describe_redirect(struct text *text, const json_t *m)
{
	words_key(text, "what is written to /dev/console (", m, "console");
	text_append(text, ") ");
	if (reader_is(m, "outcome", "ok") && !reader_bool(m, "undone", false)) {
		words_key(text, "goes to ", m, "target");
		return;
	}
	text_append(text, reader_bool(m, "undone", false)
				  ? "went elsewhere until a live console came"
				  : "could not be sent elsewhere: ");
	if (!reader_bool(m, "undone", false))
		words_key(text, "", m, "outcome");
}

static void describe_recorder(struct text *text, const json_t *m)
{
	static const char *const STATES[][2] = {{"watching", "PID 1 is being watched"},
		{"exit", "PID 1 was watched to its end"},
		{"up", "PID 1 was watched until somebody could log in"},
		{"time-over", "PID 1 was watched for as long as asked"},
		{"lost", "PID 1 was watched until the watcher was gone"}};

	if (!reader_is(m, "seize", "ok")) {
		words_key(text, "PID 1 cannot be watched: ", m, "seize");
		return;
	}
	for (size_t i = 0; i < ARRAY_SIZE(STATES); i++) {
		if (reader_is(m, "state", STATES[i][0]))
			text_append(text, STATES[i][1]);
	}
	if (!reader_is(m, "trace", "ok"))
		words_key(text, ", without system calls: tracefs ", m, "trace");
}

static void describe_exit(struct text *text, const json_t *m)
{
	const json_t *call;
	size_t i;

	words_key(text, "PID 1 was ", m, "comm");
	words_key(text, " (", m, "executable");
	text_append(text, ")");
	json_array_foreach(json_object_get(m, "calls"), i, call)
	{
		words_key(text, "; ", call, "comm");
		words_key(text, " ", call, "call");
		words_key(text, " ", call, "path");
		words_key(text, ": ", call, "error");
	}
}

static void describe_handoff(struct text *text, const json_t *m)
{
	const json_t *element;
	size_t i;

	words_add(text, "init: ", *reader_string(m, "init") ? reader_string(m, "init") : "none");
	if (!reader_is(m, "init_stat", "ok"))
		words_key(text, ", ", m, "init_stat");
	words_key(text, ", ", m, "init_type");
	words_bool(text, m, "init_executable", "", "not executable");
	words_bool(text, m, "architecture_right", "", "for another architecture");
	json_array_foreach(json_object_get(m, "interpreters"), i, element)
	{
		words_key(text, " -> ", element, "path");
		if (!reader_is(element, "stat", "ok"))
			words_key(text, " ", element, "stat");
	}
	words_key(text, ", root file system ", m, "fstype");
	words_key(text, " on ", m, "source");
	words_bool(text, m, "mounted", "", "nothing mounted");
}

static void describe_event(struct text *text, const json_t *m)
{
	words_key(text, "kernel: ", m, reader_has(m, "text") ? "text" : "kind");
	words_integer(text, ", lost lines: ", m, "lost");
}

static void describe_device(struct text *text, const json_t *m)
{
	words_key(text, "", m, "bus");
	words_key(text, " device ", m, "name");
	words_key(text, " (", m, "role");
	text_append(text, reader_has(m, "role") ? ")" : "");
	if (reader_has(m, "bound"))
		text_append(text,
			reader_bool(m, "bound", false) ? ": has a driver now" : ": no driver");
	words_key(text, ", module ", m, "module");
	words_module_state(text, reader_has(m, "module") ? " is " : ", its module is ", m, "state");
	for (size_t i = 0; i < json_array_size(json_object_get(m, "devices")); i++)
		words_key(text, i ? ", " : "s: ", json_array_get(json_object_get(m, "devices"), i),
			"kind");
}

static void describe_port(struct text *text, const json_t *m)
{
	words_key(text, "virtio port ", m, "device");
	words_key(text, ", named ", m, "name");
	words_bool(text, m, "is_read", "the host has it open", "nobody on the host has it open");
}

static void describe_tables(struct text *text, const json_t *m)
{
	const json_t *element;
	size_t i;

	if (!reader_is(m, "read", "ok"))
		words_key(text, "no ACPI tables: ", m, "read");
	else
		words_integer(text, "devices that ACPI declares: ", m, "declared_devices");
	json_array_foreach(json_object_get(m, "tables"), i, element)
	{
		if (!reader_has(element, "because") && reader_bool(element, "checksum_right", true))
			continue;
		words_key(text, "; ", element, "name");
		words_bool(text, element, "checksum_right", "", "wrong checksum");
		words_key(text, ", ", element, "because");
	}
}

static void describe_acpi_device(struct text *text, const json_t *m)
{
	words_add(text, "ACPI ", reader_has(m, "processors") ? "processors" : "");
	words_key(text, "ACPI ", m, "path");
	words_key(text, " (", m, "hid");
	text_append(text, reader_has(m, "hid") ? ")" : "");
	words_bool(text, m, "declared", "declared", "not declared by the tables");
	words_bool(text, m, "in_kernel", "", "the kernel does not have it");
	words_key(text, ", driver ", m, "driver");
	words_key(text, ", ", m, "tty");
}

static void describe_fwcfg(struct text *text, const json_t *m)
{
	text_append(text, "fw_cfg");
	words_bool(text, m, "is_declared", "declared", "not declared");
	words_module_state(text, ", its driver is ", m, "driver");
	words_integer(text, ", items: ", m, "item_count");
}

static void describe_grower(struct text *text, const json_t *m)
{
	words_key(text, "", m, "name");
	words_key(text, " in the ", m, "where");
	words_key(text, " (", m, "path");
	text_append(text, reader_has(m, "path") ? ") grows a partition" : " grows a partition");
	words_bool(text, m, "exits_on_error", "and ends when it cannot write a message", "");
	words_bool(text, m, "output_in_file", "its output goes to a file", "");
	words_bool(text, m, "done", "done before", "");
}

static void describe_probe(struct text *text, const json_t *m)
{
	if (!reader_has(m, "state")) {
		text_append(text, "probes that ended well: ");
		text_append_u64(text, json_array_size(json_object_get(m, "done")));
		return;
	}
	words_key(text, "probe ", m, "name");
	words_key(text, " of ", m, "subject");
	words_key(text, ": ", m, "state");
	words_key(text, ", ", m, "error");
	words_integer(text, ", signal ", m, "signal");
	words_key(text, ", waits in ", m, "wait_channel");
}

static void describe_sink(struct text *text, const json_t *m)
{
	const json_t *element;
	size_t i;

	text_append(text, "delivered:");
	json_array_foreach(json_object_get(m, "sinks"), i, element)
	{
		words_key(text, i ? ", " : " ", element, "name");
		if (!reader_is(element, "state", "ok"))
			words_key(text, " ", element, "state");
		words_integer(text, " ", element, "delivered");
		words_integer(text, ", dropped ", element, "dropped");
	}
}

static void describe_finding(struct text *text, const json_t *m)
{
	words_key(text, "", m, "severity");
	words_key(text, " ", m, "id");
	words_key(text, ": ", m, "summary");
}

static void describe_end(struct text *text, const json_t *m)
{
	static const char *const PHASES[][2] = {
		{"finish", "stage 1 is done: all is set for stage 2"},
		{"stall", "stage 1 has not gone on yet"}, {"now", "done"},
		{"terminated", "told to end before the boot came to stage 2"},
		{"exit", "PID 1 ended, and the kernel panics of it"},
		{"up", "the boot is through; PID 1 is not watched any more"},
		{"time-over", "PID 1 was watched for as long as asked"},
		{"delivered", "the last records are delivered"}};
	const char *phase = reader_string(m, "phase");

	for (size_t i = 0; i < ARRAY_SIZE(PHASES); i++) {
		if (strcmp(PHASES[i][0], phase) == 0) {
			text_append(text, PHASES[i][1]);
			return;
		}
	}
	words_add(text, "end of ", phase);
}

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
	{"kernel.event", describe_event, is_trouble},
	{"partition", describe_partition, NULL},
	{"pid1", describe_exit, always},
	{"platform", describe_platform, always},
	{"probe", describe_probe, has_state},
	{"recorder", describe_recorder, NULL},
	{"root", describe_root, always},
	{"sink", describe_sink, NULL},
	{"uart", describe_uart, NULL},
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
