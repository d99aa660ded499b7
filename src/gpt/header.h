/* SPDX-License-Identifier: MIT */
/*
 * The GPT header, UEFI 2.10, section 5.3.2.
 */
#ifndef GPT_HEADER_H
#define GPT_HEADER_H

#include "bootprobe/facts.h"

/* What stands in the sector at found_lba into *header, which keeps its member read. Without the
 * signature nothing else is taken from the bytes. is_sane judges the fields alone, not the CRC. */
void gpt_header_parse(const uint8_t *sector, uint32_t sector_bytes, uint64_t found_lba,
	uint64_t disk_lba, struct gpt_header_fact *header);

/* How long the entry array is by its header's account. Cannot overflow. */
uint64_t gpt_header_entries_bytes(const struct gpt_header_fact *header);

/* Both describe the same table. */
bool gpt_headers_match(const struct gpt_header_fact *primary, const struct gpt_header_fact *backup);

#endif
