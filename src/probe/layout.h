/* SPDX-License-Identifier: MIT */
#ifndef PROBE_LAYOUT_H
#define PROBE_LAYOUT_H

#include "bootprobe/facts.h"
#include "source/sources.h"

/* Whether the kernel's partitions of a disk are those of its table. */
void layout_compare(const struct sources *sources, struct facts *facts,
	const struct block_fact *disk, struct gpt_fact *gpt);
/* block is there and a partition of disk. */
bool layout_is_part(const struct block_fact *block, const struct block_fact *disk);

#endif
