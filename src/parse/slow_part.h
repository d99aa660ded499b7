/* SPDX-License-Identifier: MIT */
#ifndef PARSE_SLOW_PART_H
#define PARSE_SLOW_PART_H

#include "bootprobe/facts.h"

/* What a boot was slow of: the longest are kept, longest first. Of one name the longer counts. The
 * list is none that others read meanwhile: boot_end_fact is published when it is whole. */
void slow_part_note(
	struct boot_end_fact *end, const char *name, uint64_t started_us, uint64_t duration_us);

#endif
