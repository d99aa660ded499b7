/* SPDX-License-Identifier: MIT */
/*
 * Where a partition lies, in the units that sysfs and libblkid use whatever the disk's sector size.
 */
#ifndef BASE_EXTENT_H
#define BASE_EXTENT_H

#include <stdint.h>

enum { EXTENT_UNIT_BYTES = 512 };

struct extent {
	uint32_t number; /* of the partition, from 1 */
	uint64_t start;  /* in EXTENT_UNIT_BYTES */
	uint64_t count;
};

#endif
