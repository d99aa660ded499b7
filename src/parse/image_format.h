/* SPDX-License-Identifier: MIT */
/*
 * What kind of disk image a file is, by its first bytes and never by its name, and which other
 * files it wants to have opened: whoever made the image chose those.
 */
#ifndef PARSE_IMAGE_FORMAT_H
#define PARSE_IMAGE_FORMAT_H

#include <stddef.h>
#include <stdint.h>

/* How much of a file is looked at: where a qcow2 without thousands of extensions has all its
 * strings (docs/interop/qcow2.txt of QEMU), and the descriptor of a VMDK. */
enum { IMAGE_HEAD_SIZE = 65536, IMAGE_BACKING_MAX = 1024 };

struct image_format {
	/* QEMU's name of the driver: "raw" for what bears no mark. NULL: an image that cannot be
	 * looked at, and refusal says why. */
	const char *driver;
	const char *refusal;
	/* The file that holds what this one does not, as it is written there. Empty: none. */
	char backing[IMAGE_BACKING_MAX];
	/* Its format by the image's account, or empty. */
	char backing_driver[16];
	/* A shorter file was cut off. */
	uint64_t least_bytes;
};

/* head holds the first length bytes of the file: IMAGE_HEAD_SIZE of them, or all. */
void image_format_parse(const uint8_t *head, size_t length, struct image_format *ret_format);

#endif
