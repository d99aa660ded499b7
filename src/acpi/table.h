/* SPDX-License-Identifier: MIT */
/*
 * The header that all ACPI tables but the FACS share (ACPI 6.5, section 5.2.6), and the few fixed
 * tables that bear on consoles and platforms.
 *
 * A table is no longer than the smaller of what its header says and what was read; both may lie.
 * Parsers of fixed tables take that many bytes, header included. What a short (older or cut)
 * table does not have stays zero, and is_short tells; they return -EINVAL for bytes that are too
 * few to be of use or have another signature, and leave *ret_ untouched then.
 */
#ifndef ACPI_TABLE_H
#define ACPI_TABLE_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

enum { TABLE_HEADER_BYTES = 36 };

struct table_header {
	char signature[5]; /* these four: bytes that are not printable ASCII read as '?' */
	char oem_id[7];    /* padding removed, like the next two */
	char oem_table_id[9];
	char creator_id[5];
	uint8_t revision;
	uint32_t oem_revision, creator_revision;
	uint32_t header_length_bytes; /* as the header says */
	uint32_t length_bytes;        /* the smaller of that and what was read */
	bool is_truncated;            /* the header says more than was read */
	bool has_excess;              /* more was read than the header says */
	bool is_length_absurd;        /* the header says less than 36: there is no table */
	bool is_checksum_right;       /* of length_bytes */
};

/* -EINVAL below 36 bytes. */
int table_parse_header(const uint8_t *bytes, size_t length_bytes, struct table_header *ret_header);

/* Whether a table of that signature holds AML: DSDT, SSDT, PSDT, OSDT. OEM tables may. */
bool table_is_aml(const char *signature);
bool table_may_be_aml(const char *signature);

/* Fixed ACPI Description Table, section 5.2.9. */
struct table_fadt {
	bool is_short;
	uint8_t major_revision;
	uint16_t sci_irq;
	uint64_t dsdt_address; /* X_DSDT where it is set, else DSDT */
	/* IAPC_BOOT_ARCH, section 5.2.9.3: all false in tables that are too old to have it */
	bool has_boot_flags;
	bool has_legacy_devices, has_8042, is_vga_absent, is_msi_unsupported, is_cmos_rtc_absent;
	bool is_hardware_reduced;  /* section 5.2.9, flag 20 */
	char hypervisor_vendor[9]; /* section 5.2.9.8, empty where there is none */
};

int table_parse_fadt(const uint8_t *bytes, size_t length_bytes, struct table_fadt *ret_fadt);

/* Generic Address Structure, section 5.2.3.2. */
struct table_address {
	uint8_t space; /* 0 memory, 1 I/O */
	uint8_t width_bits;
	uint8_t access_size; /* 1 byte, 2 word, 3 dword, 4 qword, 0 not told */
	uint64_t address;
};

/* Serial Port Console Redirection table (Microsoft, revision 1.10). */
struct table_spcr {
	bool is_short;
	uint8_t revision;
	uint8_t interface; /* revision 1: 0 16550, 1 16450; from 2 on: serial subtypes of DBG2 */
	struct table_address base;
	bool has_irq, has_gsi;
	uint8_t irq;
	uint32_t gsi;
	uint32_t baud; /* 0: as the firmware left it */
	uint8_t parity, stop_bits, flow_control;
	uint8_t terminal; /* 0 VT100, 1 VT100+, 2 VT-UTF8, 3 ANSI */
	bool is_pci;
	uint16_t pci_vendor, pci_device, pci_segment;
	uint8_t pci_bus, pci_slot, pci_function;
	uint32_t uart_clock_hz; /* revision 3 */
};

int table_parse_spcr(const uint8_t *bytes, size_t length_bytes, struct table_spcr *ret_spcr);

/* Debug Port Table 2 (Microsoft). */
enum { TABLE_DBG2_DEVICES_MAX = 8, TABLE_DBG2_PATH_SIZE = 64 };

struct table_dbg2_device {
	uint16_t port_type; /* 0x8000 serial, 0x8001 1394, 0x8002 USB, 0x8003 network */
	uint16_t port_subtype;
	uint8_t address_count;     /* as declared */
	struct table_address base; /* the first one */
	uint32_t size_bytes;
	char path[TABLE_DBG2_PATH_SIZE]; /* as written; bytes that are not printable read as '?' */
};

struct table_dbg2 {
	bool is_short;           /* a device was cut off or its offsets lead outside */
	uint32_t declared_count; /* may be more than fit */
	uint32_t device_count;
	struct table_dbg2_device devices[TABLE_DBG2_DEVICES_MAX];
};

int table_parse_dbg2(const uint8_t *bytes, size_t length_bytes, struct table_dbg2 *ret_dbg2);

/* Memory-mapped configuration space (PCI Firmware Specification 3.3, section 4.1.2). */
enum { TABLE_MCFG_SEGMENTS_MAX = 16 };

struct table_mcfg_segment {
	uint64_t address;
	uint16_t segment;
	uint8_t first_bus, last_bus;
};

struct table_mcfg {
	bool is_short;           /* the last entry is cut off */
	uint32_t declared_count; /* may be more than fit */
	uint32_t segment_count;
	struct table_mcfg_segment segments[TABLE_MCFG_SEGMENTS_MAX];
};

int table_parse_mcfg(const uint8_t *bytes, size_t length_bytes, struct table_mcfg *ret_mcfg);

#endif
