/* SPDX-License-Identifier: MIT */
/*
 * The GPT entry array, UEFI 2.10, section 5.3.3.
 */
#ifndef GPT_ENTRIES_H
#define GPT_ENTRIES_H

#include "bootprobe/facts.h"

/* Replaces gpt's partitions by those of the array, of which length bytes are there. All that are in
 * use are counted, the first GPT_PARTITIONS_MAX kept. entry_bytes is at least 128. */
void gpt_entries_parse(const uint8_t *bytes, size_t length, uint32_t entry_count,
	uint32_t entry_bytes, struct gpt_fact *gpt);

#endif
