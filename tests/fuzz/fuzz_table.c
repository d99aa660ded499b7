/* SPDX-License-Identifier: MIT */
/*
 * One ACPI table: its header, and each parser of a fixed table whatever the signature says. No
 * fuzzer guesses a signature and the parser that belongs to it, so the input is tried as each.
 */
#include "acpi/table.h"
#include "fuzz_text.h"

static void parse_as(const uint8_t *data, size_t size, const char *signature)
{
	struct table_fadt fadt;
	struct table_spcr spcr;
	struct table_dbg2 dbg2;
	struct table_mcfg mcfg;
	uint8_t *table = malloc(size ? size : 1);

	if (!table)
		abort();
	memcpy(table, data, size);
	if (size >= 4)
		memcpy(table, signature, 4);
	if (table_parse_fadt(table, size, &fadt) == 0)
		FUZZ_ENDS(fadt.hypervisor_vendor);
	(void)table_parse_spcr(table, size, &spcr);
	if (table_parse_dbg2(table, size, &dbg2) == 0) {
		if (dbg2.device_count > TABLE_DBG2_DEVICES_MAX)
			abort();
		for (uint32_t i = 0; i < dbg2.device_count; i++)
			FUZZ_ENDS(dbg2.devices[i].path);
	}
	if (table_parse_mcfg(table, size, &mcfg) == 0 &&
		mcfg.segment_count > TABLE_MCFG_SEGMENTS_MAX)
		abort();
	free(table);
}

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
	static const char *const SIGNATURES[] = {"FACP", "SPCR", "DBG2", "MCFG"};
	struct table_header header;

	if (table_parse_header(data, size, &header) == 0) {
		FUZZ_ENDS(header.signature);
		FUZZ_ENDS(header.oem_id);
		if (header.length_bytes > size)
			abort();
		(void)table_is_aml(header.signature);
		(void)table_may_be_aml(header.signature);
	}
	for (size_t i = 0; i < sizeof(SIGNATURES) / sizeof(SIGNATURES[0]); i++)
		parse_as(data, size, SIGNATURES[i]);
	return 0;
}
