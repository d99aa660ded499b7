/* SPDX-License-Identifier: MIT */
/*
 * The partition table of one disk, from its bytes, which somebody else reads: a device, an image,
 * or a fuzzer. At most seven reads, and EBR_MAX for logical partitions, each bounded by the buffer.
 */
#ifndef GPT_TABLE_H
#define GPT_TABLE_H

#include "bootprobe/facts.h"

/* 64 KiB of an entry array are read, four times what UEFI 2.10, 5.3.1 asks for; of a longer one the
 * rest, and so its CRC, stays unknown. The longest chain of logical partitions that is followed. */
enum { GPT_BUFFER_SIZE = 65536, EBR_MAX = 60 };

struct gpt_input {
	uint64_t size_bytes;
	uint32_t sector_bytes;
	/* Reads length_bytes at offset_bytes into buffer: both are multiples of sector_bytes, and
	 * lie on the disk. what names the read. Returns 0 or a negative errno. */
	int (*read)(void *context, const char *what, uint64_t offset_bytes, uint8_t *buffer,
		uint32_t length_bytes);
	void *context;
	uint8_t *buffer; /* GPT_BUFFER_SIZE bytes, aligned as read() needs it */
};

/* Fills all of gpt but once, disk and the agreement with kernel and libblkid. Returns 0, or -EINVAL
 * for a disk without a size or with an impossible sector size. A table that is broken or cannot be
 * read is a fact, not an error. */
int gpt_table_read(const struct gpt_input *input, struct gpt_fact *gpt);

/* The last word on kind, once it is known whether the whole disk holds a file system: it wins over
 * nothing, and over a backup that an earlier table left behind. */
bool gpt_table_may_be_filesystem(const struct gpt_fact *gpt);

#endif
