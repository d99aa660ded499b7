/* SPDX-License-Identifier: MIT */
#include "report/encode.h"

#include "base/text.h"
#include "parse/device_number.h"

static const char *const KINDS[CONSOLE_KIND_COUNT] = {
	[CONSOLE_UART] = "uart",
	[CONSOLE_VT] = "vt",
	[CONSOLE_HVC] = "hvc",
	[CONSOLE_NULL] = "null",
	[CONSOLE_OTHER] = "other",
};

static void record_device_number(struct record *record, uint32_t major, uint32_t minor)
{
	char number[24];
	struct text text;

	if (!major)
		return;
	text_init(&text, number, sizeof(number));
	device_number_append(&text, major, minor);
	record_string(record, "device_number", number);
}

static void encode_requested(struct record *record, const struct console_fact *console)
{
	char parity[2] = {console->parity, '\0'};

	if (!console->is_requested)
		return;
	record_u64(record, "position", console->position);
	record_flag(record, "is_last", console->is_last);
	record_text(record, "options", console->options);
	record_nonzero(record, "baud", console->baud);
	record_string(record, "parity", parity);
	record_nonzero(record, "bits", console->bits);
	record_flag(record, "flow_control", console->has_flow_control);
	record_flag(record, "malformed", console->is_option_malformed);
}

static void encode_console(struct encoding *encoding, const struct console_fact *console)
{
	struct record *record = encoding->record;

	record_begin(record, encoding->report, "console");
	record_text(record, "name", console->name);
	record_subject(record);
	record_string(record, "kind", KINDS[console->kind % CONSOLE_KIND_COUNT]);
	record_bool(record, "requested", console->is_requested);
	encode_requested(record, console);
	record_answer(record, "registered", console->is_registered);
	record_answer(record, "enabled", console->is_enabled);
	record_text(record, "flags", console->flags);
	record_answer(record, "active", console->is_active);
	record_answer(record, "is_dev_console", console->is_dev_console);
	record_device_number(record, console->major, console->minor);
	record_outcome(record, "open", console->open);
	record_outcome(record, "tcgetattr", console->tcgetattr);
	record_outcome(record, "empty_write", console->empty_write);
	record_answer(record, "writable_now", console->is_writable_now);
	record_outcome(record, "serial_ioctl", console->serial_ioctl);
	if (console->uart_type >= 0)
		record_i64(record, "uart_type", console->uart_type);
	record_text(record, "backend", console->backend);
	record_answer(record, "live", console->is_live);
	encoding_end(encoding, console);
}

static void encode_dev_console(struct encoding *encoding)
{
	const struct dev_console_fact *console = &encoding->facts->dev_console;
	struct record *record = encoding->record;

	if (!fact_is_known(&console->once))
		return;
	record_begin(record, encoding->report, "console");
	record_string(record, "name", "/dev/console");
	record_subject(record);
	record_text(record, "device", console->device);
	record_device_number(record, console->major, console->minor);
	record_outcome(record, "open", console->open);
	record_outcome(record, "tcgetattr", console->tcgetattr);
	record_outcome(record, "empty_write", console->empty_write);
	record_text(record, "active_consoles", console->active);
	record_text(record, "earlycon", console->earlycon);
	encoding_end(encoding, console);
}

void encode_descriptor(struct record *record, const struct pid1_descriptor_fact *descriptor)
{
	record_object_begin(record);
	record_u64(record, "number", descriptor->number);
	record_outcome(record, "link", descriptor->link);
	record_text(record, "target", descriptor->target);
	record_device_number(record, descriptor->major, descriptor->minor);
	record_object_end(record);
}

static void encode_pid1(struct encoding *encoding)
{
	struct record *record = encoding->record;

	if (!fact_count(encoding->facts->pid1_descriptors))
		return;
	record_begin(record, encoding->report, "console");
	record_string(record, "name", "pid1");
	record_subject(record);
	record_array_begin(record, "descriptors");
	fact_foreach (descriptor, encoding->facts->pid1_descriptors)
		encode_descriptor(record, descriptor);
	record_array_end(record);
	encoding_end(encoding, &encoding->facts->pid1_descriptors);
}

static void encode_redirect(struct encoding *encoding)
{
	const struct console_redirect_fact *redirect = &encoding->facts->console_redirect;
	struct record *record = encoding->record;

	if (!fact_is_known(&redirect->once))
		return;
	record_begin(record, encoding->report, "console.redirect");
	record_text(record, "console", redirect->console);
	record_text(record, "target", redirect->target);
	record_outcome(record, "outcome", redirect->outcome);
	record_text(record, "fallback", redirect->fallback);
	record_answer(record, "fallen_back", redirect->is_fallen_back);
	record_answer(record, "undone", redirect->is_undone);
	if (redirect->is_undone == ANSWER_NO)
		record_outcome(record, "undo", redirect->undo);
	encoding_end(encoding, redirect);
}

void encode_consoles(struct encoding *encoding)
{
	fact_foreach (console, encoding->facts->consoles)
		encode_console(encoding, console);
	encode_dev_console(encoding);
	encode_pid1(encoding);
	encode_redirect(encoding);
}

static void encode_uart(struct encoding *encoding, const struct uart_fact *uart)
{
	struct record *record = encoding->record;

	record_begin(record, encoding->report, "uart");
	record_text(record, "name", uart->name);
	record_subject(record);
	record_answer(record, "live", uart->is_live);
	if (uart->type >= 0)
		record_i64(record, "uart_type", uart->type);
	record_text(record, "uart", uart->type_name);
	if (uart->port)
		record_hex(record, "port", uart->port);
	if (uart->iomem)
		record_hex(record, "iomem", uart->iomem);
	record_nonzero(record, "irq", uart->irq);
	record_text(record, "bus", uart->bus);
	record_text(record, "device", uart->device);
	record_text(record, "driver", uart->driver);
	record_text(record, "acpi_path", uart->acpi_path);
	record_flag(record, "is_console", uart->is_console);
	encoding_end(encoding, uart);
}

void encode_uarts(struct encoding *encoding)
{
	const struct uart_total_fact *total = &encoding->facts->uart_total;
	struct record *record = encoding->record;

	fact_foreach (uart, encoding->facts->uarts)
		encode_uart(encoding, uart);
	if (!fact_is_known(&total->once))
		return;
	record_begin(record, encoding->report, "uart");
	record_subject(record);
	record_u64(record, "ports", total->port_count);
	record_u64(record, "live_ports", total->live_count);
	record_u64(record, "phantom_ports", total->phantom_count);
	record_nonzero(record, "unknown_ports", total->unknown_count);
	encoding_end(encoding, total);
}
