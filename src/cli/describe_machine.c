/* SPDX-License-Identifier: MIT */
/*
 * The machine and its consoles.
 */
#include "cli/describe_part.h"

#include "cli/words.h"
#include "reader/report.h"

#include <string.h>

void describe_platform(struct text *text, const json_t *m)
{
	const char *hypervisor = reader_string(m, "hypervisor");

	if (strcmp(hypervisor, "none") == 0)
		hypervisor = "bare metal";
	words_add(text, "", hypervisor);
	words_key(text, ", ", m, "machine");
	words_key(text, ", ", m, "firmware");
	words_key(text, ", Linux ", m, "kernel");
}

void describe_cmdline(struct text *text, const json_t *m)
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

void describe_console(struct text *text, const json_t *m)
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

void describe_uart(struct text *text, const json_t *m)
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

void describe_redirect(struct text *text, const json_t *m)
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

void describe_device(struct text *text, const json_t *m)
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

void describe_port(struct text *text, const json_t *m)
{
	words_key(text, "virtio port ", m, "device");
	words_key(text, ", named ", m, "name");
	words_bool(text, m, "is_read", "the host has it open", "nobody on the host has it open");
}

void describe_tables(struct text *text, const json_t *m)
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

void describe_acpi_device(struct text *text, const json_t *m)
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

void describe_fwcfg(struct text *text, const json_t *m)
{
	text_append(text, "fw_cfg");
	words_bool(text, m, "is_declared", "declared", "not declared");
	words_module_state(text, ", its driver is ", m, "driver");
	words_integer(text, ", items: ", m, "item_count");
}
