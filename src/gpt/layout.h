/* SPDX-License-Identifier: MIT */
/*
 * How the partitions of a table lie beside each other, on the disk, and in other eyes.
 */
#ifndef GPT_LAYOUT_H
#define GPT_LAYOUT_H

#include "base/extent.h"
#include "bootprobe/facts.h"

/* The kept partitions; gpt->partition_count may be larger. */
uint32_t gpt_kept_count(const struct gpt_fact *gpt);

/* Overlaps, partitions out of range, GUIDs that are there twice, the last partition and what is
 * free behind it: [first_lba, last_lba] is where partitions may be, growable_last_lba where the
 * last one could grow to. */
void gpt_layout_judge(
	struct gpt_fact *gpt, uint64_t first_lba, uint64_t last_lba, uint64_t growable_last_lba);

/* Whether others see the same partitions. who ("kernel") goes into why, which is only written
 * when they do not. Extended partitions count by their start alone. */
bool gpt_layout_agrees(const struct gpt_fact *gpt, const struct extent *others, size_t count,
	const char *who, char *why, size_t size);

#endif
