/* SPDX-License-Identifier: MIT */
/* ACPI tables and the devices that matter here. */
#ifndef BOOTPROBE_FACTS_ACPI_H
#define BOOTPROBE_FACTS_ACPI_H

#include "bootprobe/facts/fact.h"

enum { ACPI_TABLES_MAX = 64, ACPI_DEVICES_MAX = 192, ACPI_RANGES_MAX = 4, ACPI_CIDS_MAX = 4 };

struct acpi_table_fact {
	char name[16];     /* the sysfs file: DSDT, SSDT3, dynamic/SSDT7 */
	char signature[5]; /* unprintable bytes as '?' */
	char oem_id[7], oem_table_id[9], creator_id[5];
	uint32_t oem_revision;
	uint8_t revision;
	uint32_t header_length_bytes, file_length_bytes;
	outcome_t read;
	enum answer is_checksum_right;
	/* AML tables only */
	uint32_t device_count;
	uint32_t incomplete_count; /* scopes that could not be walked to their end */
	char incomplete_because[64];
	uint32_t incomplete_offset_bytes;
};

/* How an attribute of a device is declared. */
enum declared {
	DECLARED_ABSENT = 0,
	DECLARED_CONST,
	DECLARED_METHOD,  /* computed by AML: "not constant" */
	DECLARED_PATCHED, /* a constant that AML or firmware writes to */
	DECLARED_OTHER,   /* any other object type */
};

struct io_range {
	uint32_t first, last;
};

/* One device of interest: what the tables declare and what the kernel made of it, joined by path
 * and, for UARTs, by I/O port. */
struct acpi_device_fact {
	char path[96];
	/* declared: the walk of the tables; is_declared is NO for a device only the kernel knows */
	enum answer is_declared;
	char table[16];
	char hid[16];
	char cids[ACPI_CIDS_MAX][16];
	uint32_t cid_count;
	enum declared hid_declared, sta_declared, crs_declared;
	uint32_t sta;
	struct io_range io[ACPI_RANGES_MAX];
	uint32_t io_count;
	uint32_t irqs[ACPI_RANGES_MAX];
	uint32_t irq_count;
	bool is_conditional, is_orphan, is_duplicate;
	/* the kernel: /sys/bus/acpi/devices, /sys/bus/pnp/devices */
	enum answer is_in_kernel;
	char kernel_name[24]; /* PNP0501:00 */
	outcome_t kernel_status_read;
	uint32_t kernel_status;
	char pnp_name[16];  /* 00:03 */
	char pnp_state[16]; /* active, disabled */
	struct io_range pnp_io[ACPI_RANGES_MAX];
	uint32_t pnp_io_count;
	uint32_t pnp_irqs[ACPI_RANGES_MAX];
	uint32_t pnp_irq_count;
	char driver[32];
	char tty[16];
};

struct acpi_fact {
	struct fact_once once;
	outcome_t tables_read; /* -ENOENT: no ACPI on this boot */
	uint32_t declared_device_count, kernel_device_count;
	/* FADT IA-PC boot architecture flags, when there is a FADT */
	enum answer has_fadt, has_legacy_devices, has_8042, is_vga_absent, is_hardware_reduced;
	enum answer has_spcr;
	uint32_t spcr_interface; /* serial subtype of the DBG2 specification */
	uint64_t spcr_address;
	uint32_t spcr_space; /* 0 memory, 1 I/O */
	uint32_t spcr_irq, spcr_gsi, spcr_baud, spcr_terminal;
	enum answer has_dbg2;
	uint32_t dbg2_device_count;
	enum answer has_mcfg;
	uint32_t mcfg_segment_count;
};

#endif
