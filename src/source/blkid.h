/* SPDX-License-Identifier: MIT */
/*
 * libblkid's low-level probing, on a disk that is open already. In a captured machine its findings
 * are the text .devices/blkid/NAME: see docs/fixtures.md.
 */
#ifndef SOURCE_BLKID_H
#define SOURCE_BLKID_H

#include "base/extent.h"
#include "bootprobe/facts.h"
#include "source/disk.h"

/* What lies in length bytes at offset: the device called name, a partition of the disk or the disk
 * itself. Fills what libblkid can tell in *filesystem, its member probe included; publishes
 * nothing. disk may be NULL in a captured machine. */
void blkid_source_filesystem(const struct sysroot *root, struct disk_source *disk, const char *name,
	uint64_t offset_bytes, uint64_t length_bytes, struct filesystem_fact *filesystem);

/* The partitions as libblkid sees them, at most max. Returns their number, or a negative errno:
 * -ENOTSUP in a captured machine. */
int blkid_source_partitions(struct disk_source *disk, struct extent *partitions, uint32_t max);

#endif
