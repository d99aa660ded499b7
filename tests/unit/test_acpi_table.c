/* SPDX-License-Identifier: MIT */
#include "acpi/table.h"
#include "unit.h"

#include <errno.h>
#include <string.h>

static uint8_t bytes[512];

static void put(size_t offset, uint64_t value, unsigned width)
{
	for (unsigned i = 0; i < width; i++)
		bytes[offset + i] = (uint8_t)(value >> 8 * i);
}

static void begin(const char *signature, uint8_t revision, uint32_t length)
{
	memset(bytes, 0, sizeof(bytes));
	memcpy(bytes, signature, 4);
	put(4, length, 4);
	bytes[8] = revision;
	memcpy(bytes + 10, "BOCHS BXPC    ", 14);
	put(24, 1, 4);
	memcpy(bytes + 28, "BXP\x01", 4);
}

static void put_checksum(size_t length)
{
	uint8_t sum = 0;

	bytes[9] = 0;
	for (size_t i = 0; i < length; i++)
		sum = (uint8_t)(sum + bytes[i]);
	bytes[9] = (uint8_t)(0 - sum);
}

START_TEST(header_is_read)
{
	struct table_header header;

	begin("DSDT", 2, 100);
	put_checksum(100);
	ck_assert_int_eq(table_parse_header(bytes, 100, &header), 0);
	ck_assert_str_eq(header.signature, "DSDT");
	ck_assert_str_eq(header.oem_id, "BOCHS");
	ck_assert_str_eq(header.oem_table_id, "BXPC");
	ck_assert_str_eq(header.creator_id, "BXP?");
	ck_assert_uint_eq(header.revision, 2);
	ck_assert_uint_eq(header.length_bytes, 100);
	ck_assert(header.is_checksum_right);
	ck_assert(!header.is_truncated && !header.has_excess && !header.is_length_absurd);

	bytes[50] = 1;
	ck_assert_int_eq(table_parse_header(bytes, 100, &header), 0);
	ck_assert(!header.is_checksum_right);
}
END_TEST

START_TEST(lengths_may_lie)
{
	struct table_header header;

	begin("DSDT", 2, 1000);
	ck_assert_int_eq(table_parse_header(bytes, 100, &header), 0);
	ck_assert_uint_eq(header.length_bytes, 100);
	ck_assert_uint_eq(header.header_length_bytes, 1000);
	ck_assert(header.is_truncated && !header.has_excess);

	ck_assert_int_eq(table_parse_header(bytes, 35, &header), -EINVAL);

	begin("DSDT", 2, 80);
	ck_assert_int_eq(table_parse_header(bytes, 100, &header), 0);
	ck_assert_uint_eq(header.length_bytes, 80);
	ck_assert(header.has_excess && !header.is_truncated);

	begin("DSDT", 2, 8);
	ck_assert_int_eq(table_parse_header(bytes, 100, &header), 0);
	ck_assert_uint_eq(header.length_bytes, 8);
	ck_assert(header.is_length_absurd);
}
END_TEST

START_TEST(signatures_tell_aml)
{
	ck_assert(table_is_aml("DSDT") && table_is_aml("SSDT") && table_is_aml("PSDT"));
	ck_assert(!table_is_aml("FACP") && !table_is_aml("OEM1"));
	ck_assert(table_may_be_aml("OEM1") && table_may_be_aml("SSDT"));
	ck_assert(!table_may_be_aml("APIC"));
}
END_TEST

START_TEST(fadt_is_read)
{
	struct table_fadt fadt;

	begin("FACP", 6, 276);
	put(40, 0x7fe0000, 4);
	put(46, 9, 2);
	put(109, 1 << 0 | 1 << 2 | 1 << 5, 2);
	put(112, 1 << 20, 4);
	put(140, 0x17fe0000ULL << 8, 8);
	memcpy(bytes + 268, "KVMKVMKV", 8);
	ck_assert_int_eq(table_parse_fadt(bytes, 276, &fadt), 0);
	ck_assert(!fadt.is_short && fadt.has_boot_flags);
	ck_assert(fadt.has_legacy_devices && !fadt.has_8042 && fadt.is_vga_absent);
	ck_assert(!fadt.is_msi_unsupported && fadt.is_cmos_rtc_absent && fadt.is_hardware_reduced);
	ck_assert_uint_eq(fadt.sci_irq, 9);
	ck_assert_uint_eq(fadt.dsdt_address, 0x17fe0000ULL << 8);
	ck_assert_str_eq(fadt.hypervisor_vendor, "KVMKVMKV");
}
END_TEST

START_TEST(old_fadts_are_shorter)
{
	struct table_fadt fadt;

	begin("FACP", 1, 116);
	put(40, 0x7fe0000, 4);
	put(109, 0xffff, 2);
	ck_assert_int_eq(table_parse_fadt(bytes, 116, &fadt), 0);
	ck_assert(!fadt.has_boot_flags && !fadt.has_8042 && !fadt.is_short);
	ck_assert_uint_eq(fadt.dsdt_address, 0x7fe0000);
	ck_assert_str_eq(fadt.hypervisor_vendor, "");

	bytes[8] = 3;
	ck_assert_int_eq(table_parse_fadt(bytes, 105, &fadt), 0);
	ck_assert(fadt.is_short && !fadt.has_boot_flags);
	ck_assert_int_eq(table_parse_fadt(bytes, 20, &fadt), -EINVAL);
	bytes[0] = 'X';
	ck_assert_int_eq(table_parse_fadt(bytes, 116, &fadt), -EINVAL);
}
END_TEST

START_TEST(spcr_is_read)
{
	struct table_spcr spcr;

	begin("SPCR", 2, 80);
	put(40, 1, 1);
	put(41, 8, 1);
	put(43, 1, 1);
	put(44, 0x3f8, 8);
	bytes[52] = 3;
	bytes[53] = 4;
	put(54, 20, 4);
	bytes[58] = 7;
	bytes[60] = 1;
	bytes[62] = 3;
	put(64, 0xffffffff, 4);
	ck_assert_int_eq(table_parse_spcr(bytes, 80, &spcr), 0);
	ck_assert_uint_eq(spcr.base.space, 1);
	ck_assert_uint_eq(spcr.base.width_bits, 8);
	ck_assert_uint_eq(spcr.base.address, 0x3f8);
	ck_assert(spcr.has_irq && spcr.has_gsi && !spcr.is_pci && !spcr.is_short);
	ck_assert_uint_eq(spcr.irq, 4);
	ck_assert_uint_eq(spcr.gsi, 20);
	ck_assert_uint_eq(spcr.baud, 115200);
	ck_assert_uint_eq(spcr.terminal, 3);

	put(64, 0x0002, 2);
	put(66, 0x1b36, 2);
	bytes[58] = 0;
	bytes[8] = 4;
	put(4, 90, 4);
	put(80, 921600, 4);
	ck_assert_int_eq(table_parse_spcr(bytes, 90, &spcr), 0);
	ck_assert(spcr.is_pci);
	ck_assert_uint_eq(spcr.pci_vendor, 0x1b36);
	ck_assert_uint_eq(spcr.pci_device, 2);
	ck_assert_uint_eq(spcr.baud, 921600);

	ck_assert_int_eq(table_parse_spcr(bytes, 60, &spcr), 0);
	ck_assert(spcr.is_short && !spcr.is_pci);
	ck_assert_int_eq(table_parse_spcr(bytes, 50, &spcr), -EINVAL);
}
END_TEST

static void put_dbg2_device(size_t at, uint16_t length)
{
	put(at + 1, length, 2);
	bytes[at + 3] = 1;
	put(at + 4, 10, 2);
	put(at + 6, 38, 2);
	put(at + 12, 0x8000, 2);
	put(at + 14, 0x0003, 2);
	put(at + 18, 22, 2);
	put(at + 20, 34, 2);
	put(at + 22, 0, 1);
	put(at + 23, 32, 1);
	put(at + 26, 0x9000000, 8);
	put(at + 34, 0x1000, 4);
	memcpy(bytes + at + 38, "\\_SB.COM0", 10);
}

START_TEST(dbg2_is_read)
{
	struct table_dbg2 dbg2;

	begin("DBG2", 0, 44 + 2 * 48);
	put(36, 44, 4);
	put(40, 2, 4);
	put_dbg2_device(44, 48);
	put_dbg2_device(92, 48);
	ck_assert_int_eq(table_parse_dbg2(bytes, 44 + 2 * 48, &dbg2), 0);
	ck_assert(!dbg2.is_short);
	ck_assert_uint_eq(dbg2.device_count, 2);
	ck_assert_uint_eq(dbg2.devices[1].port_type, 0x8000);
	ck_assert_uint_eq(dbg2.devices[1].port_subtype, 3);
	ck_assert_uint_eq(dbg2.devices[1].base.address, 0x9000000);
	ck_assert_uint_eq(dbg2.devices[1].size_bytes, 0x1000);
	ck_assert_str_eq(dbg2.devices[1].path, "\\_SB.COM0");

	/* the second device is cut off */
	ck_assert_int_eq(table_parse_dbg2(bytes, 44 + 90, &dbg2), 0);
	ck_assert(dbg2.is_short);
	ck_assert_uint_eq(dbg2.device_count, 1);

	/* offsets that lead outside the device, a length that is none, a count that lies */
	put(44 + 18, 0xfff0, 2);
	put(44 + 6, 0xfff0, 2);
	put(92 + 1, 0, 2);
	put(40, 0xffffffff, 4);
	ck_assert_int_eq(table_parse_dbg2(bytes, 44 + 2 * 48, &dbg2), 0);
	ck_assert(dbg2.is_short);
	ck_assert_uint_eq(dbg2.device_count, 1);
	ck_assert_uint_eq(dbg2.devices[0].base.address, 0);
	ck_assert_str_eq(dbg2.devices[0].path, "");

	put(36, 0xffffffff, 4);
	ck_assert_int_eq(table_parse_dbg2(bytes, 44 + 2 * 48, &dbg2), 0);
	ck_assert_uint_eq(dbg2.device_count, 0);
}
END_TEST

START_TEST(mcfg_is_read)
{
	struct table_mcfg mcfg;

	begin("MCFG", 1, 44 + 20 * 16);
	for (unsigned i = 0; i < 20; i++) {
		put(44 + 16 * i, 0xb0000000 + i, 8);
		put(52 + 16 * i, i, 2);
		bytes[55 + 16 * i] = 255;
	}
	ck_assert_int_eq(table_parse_mcfg(bytes, 44 + 20 * 16, &mcfg), 0);
	ck_assert_uint_eq(mcfg.declared_count, 20);
	ck_assert_uint_eq(mcfg.segment_count, TABLE_MCFG_SEGMENTS_MAX);
	ck_assert_uint_eq(mcfg.segments[3].address, 0xb0000003);
	ck_assert_uint_eq(mcfg.segments[3].segment, 3);
	ck_assert_uint_eq(mcfg.segments[3].last_bus, 255);
	ck_assert(!mcfg.is_short);

	ck_assert_int_eq(table_parse_mcfg(bytes, 44 + 20, &mcfg), 0);
	ck_assert(mcfg.is_short);
	ck_assert_uint_eq(mcfg.segment_count, 1);
	ck_assert_int_eq(table_parse_mcfg(bytes, 40, &mcfg), 0);
	ck_assert(mcfg.is_short);
	ck_assert_uint_eq(mcfg.segment_count, 0);
}
END_TEST

UNIT_MAIN("acpi_table", header_is_read, lengths_may_lie, signatures_tell_aml, fadt_is_read,
	old_fadts_are_shorter, spcr_is_read, dbg2_is_read, mcfg_is_read)
