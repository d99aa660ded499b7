/* SPDX-License-Identifier: MIT */
/*
 * UARTs: what ACPI declares against what the kernel drives.
 */
#include "rule/fix.h"
#include "rule/judge.h"

/* Present and enabled, ACPI 6.5, section 6.3.7. */
enum { STA_PRESENT = 1, STA_ENABLED = 2, STA_BOTH = 3 };

static bool is_uart_id(const char *id, size_t size)
{
	return strncmp(id, "PNP0501", size) == 0 || strncmp(id, "PNP0500", size) == 0;
}

static bool is_uart(const struct acpi_device_fact *device)
{
	if (is_uart_id(device->hid, sizeof(device->hid)))
		return true;
	for (uint32_t i = 0; i < device->cid_count && i < ACPI_CIDS_MAX; i++) {
		if (is_uart_id(device->cids[i], sizeof(device->cids[i])))
			return true;
	}
	return false;
}

static uint32_t port_of(const struct acpi_device_fact *device)
{
	if (device->pnp_io_count)
		return device->pnp_io[0].first;
	return device->io_count ? device->io[0].first : 0;
}

static const struct uart_fact *uart_at(const struct facts *facts, uint32_t port)
{
	fact_foreach (uart, facts->uarts) {
		if (port && uart->port == port)
			return uart;
	}
	return NULL;
}

/* ----------------------------------------------------------------------------- uart.unbound */

static bool is_enabled(const struct acpi_device_fact *device)
{
	if (device->is_in_kernel != ANSWER_YES || is_equal(device->pnp_state, "disabled", 16))
		return false;
	return device->kernel_status_read != OUTCOME_OK ||
	       (device->kernel_status & STA_BOTH) == STA_BOTH;
}

/* A port that the kernel looked at under another name is taken, or shown to be empty: firmware that
 * declares a UART which is not there (Bochs) is no fault of the guest. */
static bool is_taken(const struct facts *facts, const struct acpi_device_fact *device)
{
	return device->driver[0] || device->tty[0] || uart_at(facts, port_of(device));
}

/* A serial console that was asked for and does not work. Without one, a port that nobody drives is
 * how many machines are meant to be: 8250.nr_uarts=0 in microVMs, more ports than drivers in
 * others. */
static const struct console_fact *dead_serial_console(const struct facts *facts)
{
	fact_foreach (console, facts->consoles) {
		if (console->is_requested && console->kind == CONSOLE_UART &&
			(console->is_registered == ANSWER_NO || is_phantom(console)))
			return console;
	}
	return NULL;
}

static void tell_unbound(struct judgement *judgement, const struct acpi_device_fact *device)
{
	const struct facts *facts = judgement->facts;
	const struct console_fact *console = dead_serial_console(facts);
	struct finding *finding =
		finding_about(judgement, console ? SEVERITY_ERROR : SEVERITY_INFO, device->path);
	char value[16];
	const char *ports = kernel_parameter(facts, "8250.nr_uarts", value, sizeof(value));

	finding_say_name(
		finding, "ACPI declares a serial port (", device->path, ") and no driver took it");
	if (ports)
		finding_say(finding, ": 8250.nr_uarts=", ports, " leaves no room for it", NULL);
	finding_because(judgement, finding, device);
	finding_because(judgement, finding, &facts->uart_total);
	finding_because(judgement, finding, console);
	if (ports) {
		finding_because(judgement, finding, &facts->cmdline);
		finding_fix(finding, "kernel", "remove 8250.nr_uarts=", ports, NULL);
	} else {
		fix_add_module(finding, facts, "8250_pnp");
	}
}

enum verdict judge_uart_unbound(struct judgement *judgement)
{
	const struct facts *facts = judgement->facts;
	enum verdict verdict = VERDICT_GOOD;

	if (!fact_is_known(&facts->acpi.once) || !fact_is_known(&facts->uart_total.once))
		return VERDICT_UNKNOWN;
	fact_foreach (device, facts->acpi_devices) {
		if (!is_uart(device) || !is_enabled(device) || is_taken(facts, device))
			continue;
		/* Without a pnp device there was nothing to bind: pnpacpi=off. */
		if (!device->pnp_name[0])
			continue;
		tell_unbound(judgement, device);
		verdict = VERDICT_BAD;
	}
	return verdict;
}

/* -------------------------------------------------------------------------- uart.undeclared */

static bool is_declared(const struct facts *facts, const struct uart_fact *uart)
{
	fact_foreach (device, facts->acpi_devices) {
		if (!is_uart(device))
			continue;
		/* One whose resources are computed may be this one. */
		if (device->crs_declared != DECLARED_CONST && !device->pnp_io_count)
			return true;
		if (port_of(device) == uart->port)
			return true;
	}
	return false;
}

/* Tables that were read to their end, on a machine whose kernel uses them. */
static bool are_tables_whole(const struct facts *facts)
{
	bool has_dsdt = false;

	if (!fact_is_known(&facts->acpi.once) || facts->acpi.tables_read != OUTCOME_OK)
		return false;
	fact_foreach (table, facts->acpi_tables) {
		if (table->incomplete_count || table->read < 0)
			return false;
		has_dsdt |= is_equal(table->signature, "DSDT", sizeof(table->signature));
	}
	return has_dsdt && !facts->acpi_tables.list.dropped && !facts->acpi_devices.list.dropped;
}

enum verdict judge_uart_undeclared(struct judgement *judgement)
{
	const struct facts *facts = judgement->facts;
	enum verdict verdict = VERDICT_GOOD;

	if (!are_tables_whole(facts) || !fact_is_known(&facts->uart_total.once))
		return VERDICT_UNKNOWN;
	fact_foreach (uart, facts->uarts) {
		struct finding *finding;

		/* PCI and virtio find theirs without ACPI; an emulated ISA port should be declared.
		 */
		if (uart->is_live != ANSWER_YES || !uart->port ||
			!is_equal(uart->bus, "platform", 9) || is_declared(facts, uart))
			continue;
		/* What the maker of a real board left out of its tables, its owner cannot add. */
		finding = finding_about(judgement,
			facts->platform.hypervisor == HYPERVISOR_NONE ? SEVERITY_INFO
								      : SEVERITY_WARNING,
			uart->name);
		finding_say_name(finding, "the serial port ", uart->name,
			" works and ACPI does not declare it: a kernel that relies on ACPI will "
			"not find it");
		finding_because(judgement, finding, uart);
		finding_because(judgement, finding, &facts->acpi);
		verdict = VERDICT_BAD;
	}
	return verdict;
}
