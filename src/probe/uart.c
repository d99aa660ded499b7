/* SPDX-License-Identifier: MIT */
/*
 * Serial ports by sysfs. A port is live when its driver found hardware (type), wherever it is
 * said to be: the legacy table of the 8250 driver has ports without any.
 */
#include "probe/probe.h"

#include "base/cleanup.h"
#include "base/text.h"
#include "parse/proc_serial.h"
#include "source/names.h"

#include <errno.h>
#include <limits.h>
#include <string.h>

#define TTYS "sys/class/tty/"

static bool is_serial_name(const char *name)
{
	static const char *const PREFIXES[] = {"ttyS", "ttyAMA", "ttyUL", "ttyMSM", "hvc"};

	for (size_t i = 0; i < ARRAY_SIZE(PREFIXES); i++) {
		size_t length = strlen(PREFIXES[i]);
		if (strncmp(name, PREFIXES[i], length) == 0 && name[length] >= '0' &&
			name[length] <= '9')
			return true;
	}
	return false;
}

static uint64_t number_of(const struct sysroot *root, const char *tty, const char *attribute)
{
	unsigned long long value = 0;

	(void)sysroot_number(root, 0, &value, TTYS, tty, "/", attribute, NULL);
	return value;
}

static void note_attributes(const struct sysroot *root, const char *tty, struct uart_fact *fact)
{
	unsigned long long type;
	const char *type_name;
	char is_console[4];

	fact->type = -1;
	if (sysroot_number(root, 10, &type, TTYS, tty, "/type", NULL) == 0 && type <= INT32_MAX) {
		fact->type = (int32_t)type;
		fact->is_live = answer_from(type != 0);
		type_name = serial_type_name(fact->type);
		text_copy(fact->type_name, sizeof(fact->type_name), type_name ? type_name : "");
	}
	fact->port = number_of(root, tty, "port");
	fact->iomem = number_of(root, tty, "iomem_base");
	fact->irq = (uint32_t)number_of(root, tty, "irq");
	fact->clock_hz = (uint32_t)number_of(root, tty, "uartclk");
	if (sysroot_attribute(root, is_console, sizeof(is_console), TTYS, tty, "/console", NULL) ==
		0)
		fact->is_console = is_console[0] == 'Y';
}

static bool is_bus(const char *subsystem)
{
	static const char *const BUSES[] = {
		"pnp", "pci", "platform", "virtio", "acpi", "amba", "vmbus", "xen", "of_platform"};

	for (size_t i = 0; i < ARRAY_SIZE(BUSES); i++) {
		if (strcmp(subsystem, BUSES[i]) == 0)
			return true;
	}
	return false;
}

/* Since Linux 6.7 a tty hangs below devices of the serial core: up to the first that a bus has. */
static void note_device(const struct sysroot *root, const char *tty, struct uart_fact *fact)
{
	char path[PATH_MAX], link[64];
	char *slash;

	text_join(link, sizeof(link), TTYS, tty, "/device", NULL);
	if (sysroot_resolve(root, link, path, sizeof(path)) < 0)
		return;
	while ((slash = strrchr(path, '/')) && text_starts_with(path, "sys/devices/")) {
		char subsystem[24];

		if (sysroot_link_name(
			    root, subsystem, sizeof(subsystem), path, "/subsystem", NULL) == 0 &&
			is_bus(subsystem)) {
			text_copy(fact->bus, sizeof(fact->bus), subsystem);
			text_copy(fact->device, sizeof(fact->device), slash + 1);
			(void)sysroot_link_name(
				root, fact->driver, sizeof(fact->driver), path, "/driver", NULL);
			(void)sysroot_attribute(root, fact->acpi_path, sizeof(fact->acpi_path),
				path, "/firmware_node/path", NULL);
			return;
		}
		*slash = '\0';
	}
}

/* /proc/tty/driver/serial counts what went through each port: only of live ones. */
static void note_counters(const struct sysroot *root, struct facts *facts)
{
	struct proc_serial line;
	char text[8192];
	char *cursor = text;
	ssize_t n = sysroot_read(root, "proc/tty/driver/serial", text, sizeof(text));

	if (n < 0 && n != -EFBIG)
		return;
	while (proc_serial_next(&cursor, &line)) {
		fact_foreach (uart, facts->uarts) {
			uint64_t number;

			if (!line.has_counters || strncmp(uart->name, "ttyS", 4) != 0 ||
				text_parse_u64(uart->name + 4, 10, &number) < 0 ||
				number != line.number)
				continue;
			uart->has_counters = true;
			uart->tx_bytes = line.tx_bytes;
			uart->rx_bytes = line.rx_bytes;
			text_copy(uart->lines, sizeof(uart->lines), line.lines);
		}
	}
}

static void count(struct uart_total_fact *total, const struct uart_fact *uart)
{
	total->port_count++;
	total->live_count += uart->is_live == ANSWER_YES;
	total->phantom_count += uart->is_live == ANSWER_NO;
	total->unknown_count += uart->is_live == ANSWER_UNKNOWN;
}

static int list_names(const struct sysroot *root, struct names *names)
{
	_cleanup_closedir_ DIR *ttys = sysroot_opendir(root, TTYS);
	const char *entry;

	if (!ttys)
		return -errno;
	names_begin(names, strverscmp);
	while ((entry = sysroot_next_entry(ttys))) {
		if (is_serial_name(entry))
			names_add(names, entry);
	}
	return 0;
}

int uart_run(const struct sources *sources, struct facts *facts, uint32_t subject)
{
	static struct names names;
	const struct sysroot *root = &sources->root;
	int r = list_names(root, &names);

	(void)subject;
	if (r < 0)
		return r;
	fact_list_reset(&facts->uarts.list);
	memset(&facts->uart_total, 0, sizeof(facts->uart_total));
	for (uint32_t i = 0; i < names.count; i++) {
		const char *entry = names_at(&names, i);
		struct uart_fact uart = {0}, *slot;

		if (!text_copy(uart.name, sizeof(uart.name), entry))
			continue;
		note_attributes(root, entry, &uart);
		/* hvc0 exists as a name without anything behind it. */
		note_device(root, entry, &uart);
		if (text_is_empty(uart.bus) && uart.type < 0 && !uart.is_console)
			continue;
		count(&facts->uart_total, &uart);
		/* Ports without hardware that nobody named are counted only. */
		if (uart.is_live == ANSWER_NO && !uart.is_console)
			continue;
		slot = fact_new(facts->uarts);
		if (!slot)
			continue;
		*slot = uart;
		fact_done(facts->uarts);
	}
	note_counters(root, facts);
	fact_publish(&facts->uart_total.once);
	return 0;
}
