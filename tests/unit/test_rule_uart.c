/* SPDX-License-Identifier: MIT */
#include "rule_case.h"

/* ------------------------------------------------------------------------------- unbound */

/* What 8250.nr_uarts=0 leaves of the healthy machine. */
static void unbound(void)
{
	fact_list_reset(&facts.uarts.list);
	facts.uart_total.live_count = 0;
	console_named("ttyS0")->is_registered = ANSWER_NO;
	console_named("ttyS0")->is_live = ANSWER_UNKNOWN;
	close_console(-ENODEV);
}

static void unbound_by_parameter(void)
{
	unbound();
	set_cmdline("console=ttyS0 8250.nr_uarts=0");
}

static void unbound_and_phantom(void)
{
	make_phantom();
	(void)add_com_port("\\_SB_.PCI0.S08_.COM1", 0x3f8);
}

static void unbound_microvm(void)
{
	remove_serial();
	(void)add_com_port("\\_SB_.COM1", 0x3f8);
	set_cmdline("reboot=k panic=1 8250.nr_uarts=0");
	facts.platform.hypervisor = HYPERVISOR_FIRECRACKER;
}

static void unbound_on_nixos(void)
{
	unbound();
	facts.platform.initrd = INITRD_NIXOS_SYSTEMD;
}

static void disabled_port(void)
{
	set_text(add_com_port("\\_SB_.PCI0.S08_.COM2", 0x2f8)->pnp_state, "disabled");
}

static void absent_port(void)
{
	add_com_port("\\_SB_.PCI0.S08_.COM2", 0x2f8)->kernel_status = 0;
}

/* Bochs: COM2 has status 15 and a driver, and nothing behind it. */
static void driven_port(void)
{
	set_text(add_com_port("\\_SB_.PCI0.ISA_.COM2", 0x2f8)->driver, "serial");
}

static void port_taken_by_number(void)
{
	facts.acpi_devices.item[0].pnp_io_count = 0;
}

static void pnpacpi_off(void)
{
	unbound();
	facts.acpi_devices.item[0].pnp_name[0] = '\0';
}

static void declared_only(void)
{
	add_com_port("\\_SB_.COM3", 0x3e8)->is_in_kernel = ANSWER_NO;
}

static void acpi_not_read(void)
{
	memset(&facts.acpi, 0, sizeof(facts.acpi));
}

static void uarts_not_counted(void)
{
	memset(&facts.uart_total, 0, sizeof(facts.uart_total));
}

/* ---------------------------------------------------------------------------- undeclared */

static void undeclared(void)
{
	fact_list_reset(&facts.acpi_devices.list);
	set_text(facts.uarts.item[0].bus, "platform");
}

static void undeclared_on_a_board(void)
{
	undeclared();
	facts.platform.hypervisor = HYPERVISOR_NONE;
}

static void on_pci(void)
{
	undeclared();
	set_text(facts.uarts.item[0].bus, "pci");
}

static void memory_mapped(void)
{
	undeclared();
	facts.uarts.item[0].port = 0;
}

static void declared_by_compatible_id(void)
{
	undeclared();
	set_text(add_com_port("\\_SB_.UAR1", 0x3f8)->hid, "ABCD0001");
	set_text(facts.acpi_devices.item[0].cids[0], "PNP0500");
	facts.acpi_devices.item[0].cid_count = 1;
}

static void declared_by_method(void)
{
	struct acpi_device_fact *device;

	undeclared();
	device = add_com_port("\\_SB_.SRL0", 0);
	device->crs_declared = DECLARED_METHOD;
	device->io_count = device->pnp_io_count = 0;
}

static void undeclared_in_broken_tables(void)
{
	undeclared();
	facts.acpi_tables.item[0].incomplete_count = 1;
}

static void undeclared_without_acpi(void)
{
	undeclared();
	facts.acpi.tables_read = -ENOENT;
}

static void undeclared_in_too_many_devices(void)
{
	undeclared();
	atomic_store(&facts.acpi_devices.list.dropped, 3);
}

/* ---------------------------------------------------------------------------------- acpi */

static void acpi_off(void)
{
	set_cmdline("acpi=off console=ttyS0");
	facts.acpi.tables_read = -ENOENT;
}

static void no_tables(void)
{
	facts.acpi.tables_read = -ENOENT;
}

static void no_tables_on_vmware(void)
{
	no_tables();
	facts.platform.hypervisor = HYPERVISOR_VMWARE;
}

static void no_firmware(void)
{
	no_tables();
	facts.platform.firmware = FIRMWARE_DIRECT;
}

static void device_tree(void)
{
	no_tables();
	facts.platform.firmware = FIRMWARE_DEVICETREE;
}

static void unknown_firmware(void)
{
	no_tables();
	facts.platform.firmware = FIRMWARE_UNKNOWN;
}

static void tables_forbidden(void)
{
	facts.acpi.tables_read = -EACCES;
}

static void checksum(void)
{
	add_table("SSDT2", "SSDT")->is_checksum_right = ANSWER_NO;
}

static void checksum_of_a_board(void)
{
	checksum();
	facts.platform.hypervisor = HYPERVISOR_NONE;
}

static void checksum_of_an_unused_table(void)
{
	add_table("TCPA", "TCPA")->is_checksum_right = ANSWER_NO;
}

static void incomplete(void)
{
	struct acpi_table_fact *table = add_table("OEM1", "OEM1");

	table->incomplete_count = 1;
	set_text(table->incomplete_because, "a package ends behind the table");
	table->incomplete_offset_bytes = 77;
}

static void longer_than_its_file(void)
{
	add_table("SSDT3", "SSDT")->header_length_bytes = 5000;
}

static void facs(void)
{
	struct acpi_table_fact *table = add_table("FACS", "FACS");

	table->is_checksum_right = ANSWER_NO;
	table->file_length_bytes = 64;
}

static void table_forbidden(void)
{
	struct acpi_table_fact *table = add_table("SSDT9", "SSDT");

	table->read = -EACCES;
	table->is_checksum_right = ANSWER_UNKNOWN;
}

static void table_too_large(void)
{
	table_forbidden();
	facts.acpi_tables.item[2].read = -EFBIG;
}

RULE_CASES(UART_CASES, {"uart.unbound", NULL, VERDICT_GOOD},
	{"uart.unbound", unbound, VERDICT_BAD, SEVERITY_ERROR, "\\_SB_.PCI0.S08_.COM1",
		"no driver took it", "dracut", "--add-drivers 8250_pnp"},
	{"uart.unbound", unbound_by_parameter, VERDICT_BAD, SEVERITY_ERROR, NULL,
		"8250.nr_uarts=0 leaves no room", "kernel", "remove 8250.nr_uarts=0"},
	{"uart.unbound", unbound_and_phantom, VERDICT_BAD, SEVERITY_ERROR},
	{"uart.unbound", unbound_on_nixos, VERDICT_BAD, SEVERITY_ERROR, NULL, NULL, "nixos",
		"[ \"8250_pnp\" ]"},
	{"uart.unbound", unbound_microvm, VERDICT_BAD, SEVERITY_INFO},
	{"uart.unbound", disabled_port, VERDICT_GOOD}, {"uart.unbound", absent_port, VERDICT_GOOD},
	{"uart.unbound", driven_port, VERDICT_GOOD},
	{"uart.unbound", port_taken_by_number, VERDICT_GOOD},
	{"uart.unbound", pnpacpi_off, VERDICT_GOOD}, {"uart.unbound", declared_only, VERDICT_GOOD},
	{"uart.unbound", acpi_not_read, VERDICT_UNKNOWN},
	{"uart.unbound", uarts_not_counted, VERDICT_UNKNOWN},

	{"uart.undeclared", NULL, VERDICT_GOOD},
	{"uart.undeclared", undeclared, VERDICT_BAD, SEVERITY_WARNING, "ttyS0",
		"ACPI does not declare it"},
	{"uart.undeclared", undeclared_on_a_board, VERDICT_BAD, SEVERITY_INFO, "ttyS0"},
	{"uart.undeclared", on_pci, VERDICT_GOOD}, {"uart.undeclared", memory_mapped, VERDICT_GOOD},
	{"uart.undeclared", declared_by_compatible_id, VERDICT_GOOD},
	{"uart.undeclared", declared_by_method, VERDICT_GOOD},
	{"uart.undeclared", undeclared_in_broken_tables, VERDICT_UNKNOWN},
	{"uart.undeclared", undeclared_without_acpi, VERDICT_UNKNOWN},
	{"uart.undeclared", undeclared_in_too_many_devices, VERDICT_UNKNOWN},
	{"uart.undeclared", acpi_not_read, VERDICT_UNKNOWN},

	{"acpi.off", NULL, VERDICT_GOOD},
	{"acpi.off", acpi_off, VERDICT_BAD, SEVERITY_WARNING, "", "acpi=off", "kernel",
		"remove acpi=off"},
	{"acpi.off", no_tables, VERDICT_BAD, SEVERITY_WARNING, "", "no ACPI tables", "proxmox",
		"--acpi 1"},
	{"acpi.off", no_tables_on_vmware, VERDICT_BAD, SEVERITY_WARNING},
	{"acpi.off", no_firmware, VERDICT_GOOD}, {"acpi.off", device_tree, VERDICT_GOOD},
	{"acpi.off", unknown_firmware, VERDICT_UNKNOWN},
	{"acpi.off", tables_forbidden, VERDICT_UNKNOWN},
	{"acpi.off", acpi_not_read, VERDICT_UNKNOWN},

	{"acpi.malformed", NULL, VERDICT_GOOD},
	{"acpi.malformed", checksum, VERDICT_BAD, SEVERITY_WARNING, "SSDT2", "wrong checksum"},
	{"acpi.malformed", checksum_of_a_board, VERDICT_BAD, SEVERITY_INFO, "SSDT2"},
	{"acpi.malformed", checksum_of_an_unused_table, VERDICT_BAD, SEVERITY_INFO, "TCPA"},
	{"acpi.malformed", incomplete, VERDICT_BAD, SEVERITY_WARNING, "OEM1", "at byte 77"},
	{"acpi.malformed", longer_than_its_file, VERDICT_BAD, SEVERITY_WARNING, "SSDT3",
		"5000 bytes long and is 4096"},
	{"acpi.malformed", facs, VERDICT_GOOD}, {"acpi.malformed", table_too_large, VERDICT_GOOD},
	{"acpi.malformed", table_forbidden, VERDICT_UNKNOWN},
	{"acpi.malformed", acpi_not_read, VERDICT_UNKNOWN});
