/* SPDX-License-Identifier: MIT */
#include "acpi/table.h"

#include <errno.h>
#include <string.h>

#include "acpi/bytes.h"

/* The bytes of one table. What lies behind the end reads as zero, and is remembered. */
struct view {
	const uint8_t *bytes;
	uint32_t length_bytes;
	uint8_t revision;
	bool is_short;
};

static int view_open(
	const uint8_t *bytes, size_t length_bytes, const char *signature, struct view *ret_view)
{
	struct table_header header;
	int result = table_parse_header(bytes, length_bytes, &header);

	if (result < 0)
		return result;
	if (strcmp(header.signature, signature) != 0 || header.is_length_absurd)
		return -EINVAL;
	*ret_view = (struct view){
		.bytes = bytes,
		.length_bytes = header.length_bytes,
		.revision = header.revision,
	};
	return 0;
}

static bool view_has(const struct view *view, uint64_t offset, uint32_t count)
{
	return offset + count <= view->length_bytes;
}

static uint64_t view_get(struct view *view, uint64_t offset, unsigned width)
{
	if (view_has(view, offset, width))
		return bytes_get(view->bytes + offset, width);
	view->is_short = true;
	return 0;
}

static uint8_t view_u8(struct view *view, uint64_t offset)
{
	return (uint8_t)view_get(view, offset, 1);
}

static uint16_t view_u16(struct view *view, uint64_t offset)
{
	return (uint16_t)view_get(view, offset, 2);
}

static uint32_t view_u32(struct view *view, uint64_t offset)
{
	return (uint32_t)view_get(view, offset, 4);
}

static struct table_address view_address(struct view *view, uint64_t offset)
{
	return (struct table_address){
		.space = view_u8(view, offset),
		.width_bits = view_u8(view, offset + 1),
		.access_size = view_u8(view, offset + 3),
		.address = view_get(view, offset + 4, 8),
	};
}

/* Copies up to a NUL, up to count bytes or up to the end. */
static void view_text(struct view *view, uint64_t offset, size_t count, char *text, size_t size)
{
	size_t length = 0;

	for (; length < count && length + 1 < size && view_has(view, offset + length, 1);
		length++) {
		uint8_t c = view->bytes[offset + length];

		if (!c)
			break;
		text[length] = (char)(c >= 0x20 && c < 0x7f ? c : '?');
	}
	text[length] = '\0';
}

/* ---- FADT ---- */

enum {
	FADT_DSDT = 40,
	FADT_SCI = 46,
	FADT_BOOT_FLAGS = 109,
	FADT_FLAGS = 112,
	FADT_X_DSDT = 140,
	FADT_HYPERVISOR = 268,
	/* IAPC_BOOT_ARCH came with revision 3, the hypervisor's name with revision 6 */
	FADT_REVISION_BOOT_FLAGS = 3,
	FADT_REVISION_HYPERVISOR = 6,
};

static void parse_boot_flags(struct view *view, struct table_fadt *fadt)
{
	uint16_t flags = view_u16(view, FADT_BOOT_FLAGS);

	if (view->is_short)
		return;
	fadt->has_boot_flags = true;
	fadt->has_legacy_devices = flags & 1 << 0;
	fadt->has_8042 = flags & 1 << 1;
	fadt->is_vga_absent = flags & 1 << 2;
	fadt->is_msi_unsupported = flags & 1 << 3;
	fadt->is_cmos_rtc_absent = flags & 1 << 5;
}

int table_parse_fadt(const uint8_t *bytes, size_t length_bytes, struct table_fadt *ret_fadt)
{
	struct table_fadt fadt = {0};
	struct view view;
	int result = view_open(bytes, length_bytes, "FACP", &view);

	if (result < 0)
		return result;
	fadt.major_revision = view.revision;
	fadt.dsdt_address = view_u32(&view, FADT_DSDT);
	fadt.sci_irq = view_u16(&view, FADT_SCI);
	if (view.revision >= FADT_REVISION_BOOT_FLAGS)
		parse_boot_flags(&view, &fadt);
	fadt.is_hardware_reduced = view_u32(&view, FADT_FLAGS) >> 20 & 1;
	fadt.is_short = view.is_short;
	if (view_has(&view, FADT_X_DSDT, 8) && view_get(&view, FADT_X_DSDT, 8))
		fadt.dsdt_address = view_get(&view, FADT_X_DSDT, 8);
	if (view.revision >= FADT_REVISION_HYPERVISOR)
		view_text(&view, FADT_HYPERVISOR, 8, fadt.hypervisor_vendor,
			sizeof(fadt.hypervisor_vendor));
	*ret_fadt = fadt;
	return 0;
}

/* ---- SPCR ---- */

enum {
	SPCR_INTERFACE = 36,
	SPCR_BASE = 40,
	SPCR_INTERRUPT_TYPE = 52,
	SPCR_IRQ = 53,
	SPCR_GSI = 54,
	SPCR_BAUD = 58,
	SPCR_PARITY = 59,
	SPCR_STOP_BITS = 60,
	SPCR_FLOW_CONTROL = 61,
	SPCR_TERMINAL = 62,
	SPCR_PCI_DEVICE = 64,
	SPCR_PCI_VENDOR = 66,
	SPCR_PCI_BUS = 68,
	SPCR_PCI_SLOT = 69,
	SPCR_PCI_FUNCTION = 70,
	SPCR_PCI_SEGMENT = 75,
	SPCR_CLOCK = 76,
	SPCR_PRECISE_BAUD = 80,
	SPCR_REVISION_CLOCK = 3,
	SPCR_REVISION_PRECISE_BAUD = 4,
};

static uint32_t baud_of(uint8_t code)
{
	switch (code) {
	case 3:
		return 9600;
	case 4:
		return 19200;
	case 6:
		return 57600;
	case 7:
		return 115200;
	default:
		return 0;
	}
}

static void parse_spcr_pci(struct view *view, struct table_spcr *spcr)
{
	spcr->pci_device = view_u16(view, SPCR_PCI_DEVICE);
	spcr->pci_vendor = view_u16(view, SPCR_PCI_VENDOR);
	spcr->pci_bus = view_u8(view, SPCR_PCI_BUS);
	spcr->pci_slot = view_u8(view, SPCR_PCI_SLOT);
	spcr->pci_function = view_u8(view, SPCR_PCI_FUNCTION);
	spcr->pci_segment = view_u8(view, SPCR_PCI_SEGMENT);
	/* "not a PCI device" is all ones; zero, which no vendor has, occurs too */
	spcr->is_pci = spcr->pci_vendor != 0xffff && spcr->pci_vendor != 0;
}

int table_parse_spcr(const uint8_t *bytes, size_t length_bytes, struct table_spcr *ret_spcr)
{
	struct table_spcr spcr = {0};
	struct view view;
	int result = view_open(bytes, length_bytes, "SPCR", &view);
	uint8_t interrupt_type;

	if (result < 0)
		return result;
	if (!view_has(&view, SPCR_BASE, 12))
		return -EINVAL;
	spcr.revision = view.revision;
	spcr.interface = view_u8(&view, SPCR_INTERFACE);
	spcr.base = view_address(&view, SPCR_BASE);
	/* bit 0 is the PC-AT interrupt controller, the other ones have GSIs */
	interrupt_type = view_u8(&view, SPCR_INTERRUPT_TYPE);
	spcr.has_irq = interrupt_type & 1;
	spcr.has_gsi = interrupt_type & ~1;
	spcr.irq = view_u8(&view, SPCR_IRQ);
	spcr.gsi = view_u32(&view, SPCR_GSI);
	spcr.baud = baud_of(view_u8(&view, SPCR_BAUD));
	spcr.parity = view_u8(&view, SPCR_PARITY);
	spcr.stop_bits = view_u8(&view, SPCR_STOP_BITS);
	spcr.flow_control = view_u8(&view, SPCR_FLOW_CONTROL);
	spcr.terminal = view_u8(&view, SPCR_TERMINAL);
	parse_spcr_pci(&view, &spcr);
	if (view.revision >= SPCR_REVISION_CLOCK)
		spcr.uart_clock_hz = view_u32(&view, SPCR_CLOCK);
	if (view.revision >= SPCR_REVISION_PRECISE_BAUD && view_u32(&view, SPCR_PRECISE_BAUD))
		spcr.baud = view_u32(&view, SPCR_PRECISE_BAUD);
	spcr.is_short = view.is_short;
	*ret_spcr = spcr;
	return 0;
}

/* ---- DBG2 ---- */

enum {
	DBG2_DEVICES = 36,
	DBG2_COUNT = 40,
	/* in a device */
	DBG2_LENGTH = 1,
	DBG2_ADDRESS_COUNT = 3,
	DBG2_PATH_LENGTH = 4,
	DBG2_PATH = 6,
	DBG2_TYPE = 12,
	DBG2_SUBTYPE = 14,
	DBG2_ADDRESS = 18,
	DBG2_SIZE = 20,
	DBG2_DEVICE_BYTES = 22,
};

/* The part of the table that a device may use, beginning at the device. */
static int open_device(const struct view *table, uint64_t offset, struct view *ret_device)
{
	uint16_t length;

	if (!view_has(table, offset, DBG2_DEVICE_BYTES))
		return -ENODATA;
	length = bytes_get_u16(table->bytes + offset + DBG2_LENGTH);
	if (length < DBG2_DEVICE_BYTES || !view_has(table, offset, length))
		return -ENODATA;
	*ret_device = (struct view){.bytes = table->bytes + offset, .length_bytes = length};
	return 0;
}

static struct table_dbg2_device parse_device(struct view *view)
{
	struct table_dbg2_device device = {
		.port_type = view_u16(view, DBG2_TYPE),
		.port_subtype = view_u16(view, DBG2_SUBTYPE),
		.address_count = view_u8(view, DBG2_ADDRESS_COUNT),
	};

	if (device.address_count) {
		device.base = view_address(view, view_u16(view, DBG2_ADDRESS));
		device.size_bytes = view_u32(view, view_u16(view, DBG2_SIZE));
	}
	view_text(view, view_u16(view, DBG2_PATH), view_u16(view, DBG2_PATH_LENGTH), device.path,
		sizeof(device.path));
	return device;
}

int table_parse_dbg2(const uint8_t *bytes, size_t length_bytes, struct table_dbg2 *ret_dbg2)
{
	struct table_dbg2 dbg2 = {0};
	struct view view, device;
	int result = view_open(bytes, length_bytes, "DBG2", &view);
	uint64_t offset;

	if (result < 0)
		return result;
	offset = view_u32(&view, DBG2_DEVICES);
	dbg2.declared_count = view_u32(&view, DBG2_COUNT);
	while (dbg2.device_count < dbg2.declared_count &&
		dbg2.device_count < TABLE_DBG2_DEVICES_MAX) {
		if (open_device(&view, offset, &device) < 0) {
			view.is_short = true;
			break;
		}
		dbg2.devices[dbg2.device_count++] = parse_device(&device);
		view.is_short |= device.is_short;
		offset += device.length_bytes;
	}
	dbg2.is_short = view.is_short;
	*ret_dbg2 = dbg2;
	return 0;
}

/* ---- MCFG ---- */

enum { MCFG_SEGMENTS = 44, MCFG_SEGMENT_BYTES = 16 };

int table_parse_mcfg(const uint8_t *bytes, size_t length_bytes, struct table_mcfg *ret_mcfg)
{
	struct table_mcfg mcfg = {0};
	struct view view;
	int result = view_open(bytes, length_bytes, "MCFG", &view);

	if (result < 0)
		return result;
	mcfg.is_short = view.length_bytes < MCFG_SEGMENTS ||
			(view.length_bytes - MCFG_SEGMENTS) % MCFG_SEGMENT_BYTES;
	if (view.length_bytes > MCFG_SEGMENTS)
		mcfg.declared_count = (view.length_bytes - MCFG_SEGMENTS) / MCFG_SEGMENT_BYTES;
	while (mcfg.segment_count < mcfg.declared_count &&
		mcfg.segment_count < TABLE_MCFG_SEGMENTS_MAX) {
		uint64_t at = MCFG_SEGMENTS + MCFG_SEGMENT_BYTES * (uint64_t)mcfg.segment_count;

		mcfg.segments[mcfg.segment_count++] = (struct table_mcfg_segment){
			.address = view_get(&view, at, 8),
			.segment = view_u16(&view, at + 8),
			.first_bus = view_u8(&view, at + 10),
			.last_bus = view_u8(&view, at + 11),
		};
	}
	*ret_mcfg = mcfg;
	return 0;
}
