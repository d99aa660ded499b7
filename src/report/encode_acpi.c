/* SPDX-License-Identifier: MIT */
#include "report/encode.h"

#include "base/text.h"

#include <string.h>

static const char *const DECLARED[] = {
	[DECLARED_ABSENT] = NULL,
	[DECLARED_CONST] = "const",
	[DECLARED_METHOD] = "method",
	[DECLARED_PATCHED] = "patched",
	[DECLARED_OTHER] = "other",
};

static const char *declared_name(enum declared declared)
{
	return (size_t)declared < ARRAY_SIZE(DECLARED) ? DECLARED[declared] : NULL;
}

/* A table that is in order takes no more than its name and where it comes from. */
static void encode_table(struct record *record, const struct acpi_table_fact *table)
{
	record_object_begin(record);
	record_text(record, "name", table->name);
	if (strncmp(table->name, table->signature, sizeof(table->signature)) != 0)
		record_text(record, "signature", table->signature);
	record_text(record, "oem", table->oem_id);
	record_text(record, "oem_table", table->oem_table_id);
	record_u64(record, "length_bytes", table->header_length_bytes);
	if (table->file_length_bytes != table->header_length_bytes)
		record_u64(record, "file_bytes", table->file_length_bytes);
	if (table->read != OUTCOME_OK)
		record_outcome(record, "read", table->read);
	if (table->is_checksum_right == ANSWER_NO)
		record_bool(record, "checksum_right", false);
	record_nonzero(record, "devices", table->device_count);
	if (table->incomplete_count) {
		record_u64(record, "incomplete", table->incomplete_count);
		record_text(record, "because", table->incomplete_because);
		record_hex(record, "at", table->incomplete_offset_bytes);
	}
	record_object_end(record);
}

static void encode_spcr(struct record *record, const struct acpi_fact *acpi)
{
	record_array_begin(record, "spcr");
	if (acpi->has_spcr == ANSWER_YES) {
		record_object_begin(record);
		record_u64(record, "interface", acpi->spcr_interface);
		record_hex(record, "address", acpi->spcr_address);
		record_string(record, "space", acpi->spcr_space == 1 ? "io" : "memory");
		record_nonzero(record, "irq", acpi->spcr_irq);
		record_nonzero(record, "gsi", acpi->spcr_gsi);
		record_nonzero(record, "baud", acpi->spcr_baud);
		record_u64(record, "terminal", acpi->spcr_terminal);
		record_object_end(record);
	}
	record_array_end(record);
}

void encode_acpi_tables(struct encoding *encoding)
{
	const struct acpi_fact *acpi = &encoding->facts->acpi;
	struct record *record = encoding->record;
	uint32_t sequence;

	if (!fact_is_known(&acpi->once))
		return;
	record_begin(record, encoding->report, "acpi.table");
	record_subject(record);
	record_outcome(record, "read", acpi->tables_read);
	record_nonzero(record, "declared_devices", acpi->declared_device_count);
	record_nonzero(record, "kernel_devices", acpi->kernel_device_count);
	record_answer(record, "legacy_devices", acpi->has_legacy_devices);
	record_answer(record, "vga_absent", acpi->is_vga_absent);
	record_answer(record, "hardware_reduced", acpi->is_hardware_reduced);
	record_nonzero(record, "mcfg_segments", acpi->mcfg_segment_count);
	record_nonzero(record, "dbg2_devices", acpi->dbg2_device_count);
	encode_spcr(record, acpi);
	record_array_begin(record, "tables");
	fact_foreach (table, encoding->facts->acpi_tables)
		encode_table(record, table);
	record_array_end(record);
	record_nonzero(record, "dropped", encoding->facts->acpi_tables.list.dropped);
	sequence = record_end(record);
	encoding_note(encoding, &encoding->facts->acpi, sequence);
	fact_foreach (said, encoding->facts->acpi_tables)
		encoding_note(encoding, said, sequence);
}

static void encode_ranges(
	struct record *record, const char *key, const struct io_range *ranges, uint32_t count)
{
	record_array_begin(record, key);
	for (uint32_t i = 0; i < count && i < ACPI_RANGES_MAX; i++) {
		char buf[24];
		struct text text;

		text_init(&text, buf, sizeof(buf));
		text_append(&text, "0x");
		text_append_hex(&text, ranges[i].first, 1);
		text_append(&text, "-0x");
		text_append_hex(&text, ranges[i].last, 1);
		record_array_string(record, buf);
	}
	record_array_end(record);
}

static void encode_irqs(
	struct record *record, const char *key, const uint32_t *irqs, uint32_t count)
{
	record_array_begin(record, key);
	for (uint32_t i = 0; i < count && i < ACPI_RANGES_MAX; i++)
		record_array_u64(record, irqs[i]);
	record_array_end(record);
}

static void encode_cids(struct record *record, const struct acpi_device_fact *device)
{
	record_array_begin(record, "cids");
	for (uint32_t i = 0; i < device->cid_count && i < ACPI_CIDS_MAX; i++) {
		char cid[sizeof(device->cids[0]) + 1];

		text_copy_bytes(cid, sizeof(cid), device->cids[i],
			strnlen(device->cids[i], sizeof(device->cids[0])));
		record_array_string(record, cid);
	}
	record_array_end(record);
}

static void encode_declared(struct record *record, const struct acpi_device_fact *device)
{
	record_answer(record, "declared", device->is_declared);
	record_text(record, "table", device->table);
	record_string(record, "sta_is", declared_name(device->sta_declared));
	if (device->sta_declared == DECLARED_CONST)
		record_hex(record, "sta", device->sta);
	record_string(record, "crs_is", declared_name(device->crs_declared));
	encode_ranges(record, "io", device->io, device->io_count);
	encode_irqs(record, "irqs", device->irqs, device->irq_count);
	record_flag(record, "conditional", device->is_conditional);
	record_flag(record, "orphan", device->is_orphan);
	record_flag(record, "duplicate", device->is_duplicate);
}

static void encode_in_kernel(struct record *record, const struct acpi_device_fact *device)
{
	record_answer(record, "in_kernel", device->is_in_kernel);
	record_text(record, "kernel_name", device->kernel_name);
	if (device->kernel_status_read == OUTCOME_OK)
		record_hex(record, "status", device->kernel_status);
	record_text(record, "pnp", device->pnp_name);
	record_text(record, "pnp_state", device->pnp_state);
	encode_ranges(record, "pnp_io", device->pnp_io, device->pnp_io_count);
	encode_irqs(record, "pnp_irqs", device->pnp_irqs, device->pnp_irq_count);
	/* What drives fw_cfg its own record says; it may be us who loaded it. */
	if (strncmp(device->hid, "QEMU0002", sizeof(device->hid)) != 0)
		record_text(record, "driver", device->driver);
	record_text(record, "tty", device->tty);
}

static bool is_processor(const struct acpi_device_fact *device)
{
	return strcmp(device->hid, "ACPI0007") == 0 || strcmp(device->hid, "ACPI0010") == 0;
}

static void encode_device(struct encoding *encoding, const struct acpi_device_fact *device)
{
	struct record *record = encoding->record;

	record_begin(record, encoding->report, "acpi.device");
	record_text(record, "path", device->path);
	record_subject(record);
	record_text(record, "hid", device->hid);
	if (device->hid_declared != DECLARED_CONST)
		record_string(record, "hid_is", declared_name(device->hid_declared));
	encode_cids(record, device);
	encode_declared(record, device);
	encode_in_kernel(record, device);
	encoding_end(encoding, device);
}

/* Processors and their containers share one record: there may be hundreds of them. */
static void encode_processors(struct encoding *encoding)
{
	struct record *record = encoding->record;
	uint32_t count = 0;

	record_begin(record, encoding->report, "acpi.device");
	record_subject(record);
	record_array_begin(record, "processors");
	fact_foreach (device, encoding->facts->acpi_devices) {
		if (!is_processor(device))
			continue;
		record_object_begin(record);
		record_text(record, "path", device->path);
		record_text(record, "hid", device->hid);
		record_answer(record, "in_kernel", device->is_in_kernel);
		if (device->kernel_status_read == OUTCOME_OK)
			record_hex(record, "status", device->kernel_status);
		record_object_end(record);
		count++;
	}
	record_array_end(record);
	record_nonzero(record, "dropped", encoding->facts->acpi_devices.list.dropped);
	if (count)
		(void)record_end(record);
}

void encode_acpi_devices(struct encoding *encoding)
{
	fact_foreach (device, encoding->facts->acpi_devices) {
		if (!is_processor(device))
			encode_device(encoding, device);
	}
	encode_processors(encoding);
}
