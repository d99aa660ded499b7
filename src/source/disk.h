/* SPDX-License-Identifier: MIT */
/*
 * Reading a disk: never written, never opened exclusively or for writing (closing such a descriptor
 * alone makes udev look at the device again). Each read is timed, and written down before it
 * starts, so that one which never comes back leaves its trace.
 *
 * In a captured machine the content of a disk is .devices/block/NAME/: see docs/fixtures.md.
 */
#ifndef SOURCE_DISK_H
#define SOURCE_DISK_H

#include "bootprobe/facts.h"
#include "source/sysroot.h"

struct disk_source {
	const struct sysroot *root;
	struct block_fact *block; /* where reads are written down */
	int fd;                   /* the device, or the folder of a captured one */
	bool is_direct;           /* O_DIRECT is on */
};

/* What reads into memory for O_DIRECT must be aligned to. */
enum { DISK_ALIGNMENT = 4096 };

/* Opens the device of block. -ENOMEDIUM for an empty optical drive, -ENODEV when the node in /dev
 * is another device. On failure there is nothing to close. */
int disk_source_open(
	const struct sysroot *root, struct block_fact *block, struct disk_source *ret_disk);
void disk_source_close(struct disk_source *disk);

/* Offset and length are multiples of the logical sector size. Returns 0 or a negative errno,
 * -ENODATA behind the end. */
int disk_source_read(struct disk_source *disk, const char *what, uint64_t offset_bytes,
	uint8_t *buffer, uint32_t length_bytes);

/* A descriptor for somebody who reads at any offset and length: O_DIRECT is off from here on.
 * Borrowed. -ENOTSUP in a captured machine. */
int disk_source_buffered_fd(struct disk_source *disk);

#endif
