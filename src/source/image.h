/* SPDX-License-Identifier: MIT */
/*
 * A disk image or a block device, read offline: never written, never opened exclusively, never
 * locked. Raw ones are read as they are; for the formats that QEMU knows qemu-nbd reads, on a
 * socket of its own, and libnbd asks it.
 *
 * An image is hostile: a qcow2 may name any file of this machine, or a server, as the rest of its
 * content. qemu-nbd never gets to follow such a name. It is handed descriptors that were opened
 * here, with the format and the backing file of each spelt out.
 */
#ifndef SOURCE_IMAGE_H
#define SOURCE_IMAGE_H

#include "base/text.h"
#include "bootprobe/facts.h"
#include "parse/image_format.h"
#include "source/disk.h"

/* The image and the backing files below it. */
enum { IMAGE_CHAIN_MAX = 8 };

struct image_options {
	uint32_t sector_bytes; /* 0: the device's own, 512 for an image */
	/* Backing files may lie anywhere and be devices, not only files beside the image. */
	bool may_follow;
	uint32_t patience_s; /* with qemu-nbd, for one answer */
};

struct image_link {
	int fd;
	bool is_device;
	uint64_t file_bytes;
	char path[1280];
	struct image_format format;
};

struct image_source {
	/* What all reads go through. Behind it is the image itself, or memory that holds as much of
	 * the disk as was fetched from QEMU. */
	struct disk_source disk;
	struct sysroot root;
	void *server; /* struct image_server; NULL for what is read directly */
	uint64_t size_bytes;
	uint32_t sector_bytes;
	uint32_t link_count;
	struct image_link link[IMAGE_CHAIN_MAX];
};

/* Opens the image at path. block is where its reads are written down. Returns 0 or a negative errno
 * with a sentence in why, which may hold bytes that the image chose. Large: keep it static. */
int image_source_open(const char *path, const struct image_options *options,
	struct block_fact *block, struct image_source *ret_image, struct text *why);
void image_source_close(struct image_source *image);

/* As disk_source_read(). */
int image_source_read(struct image_source *image, const char *what, uint64_t offset_bytes,
	uint8_t *buffer, uint32_t length_bytes);

/* qemu-nbd has not answered in time: nothing more can be read. */
bool image_source_is_late(const struct image_source *image);

/* Has all in memory that libblkid looks at on a whole disk. Nothing to do for what is read
 * directly. Returns 0 or a negative errno. */
int image_source_prefetch(struct image_source *image);
/* What a disk without partitions and without a file system holds: nothing but zeros where libblkid
 * looks, or an MBR with no entry. After image_source_prefetch(). */
enum image_content { IMAGE_CONTENT_UNKNOWN, IMAGE_BLANK, IMAGE_EMPTY_MBR };
enum image_content image_source_content(const struct image_source *image);

#endif
