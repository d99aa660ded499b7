/* SPDX-License-Identifier: MIT */
/*
 * qemu-nbd as a child on a private socket, and libnbd to ask it.
 */
#ifndef SOURCE_IMAGE_SERVER_H
#define SOURCE_IMAGE_SERVER_H

#include "source/image.h"

/* Starts qemu-nbd on the links of the image; it ends with this process at the latest. Returns 0
 * with image->server and the size of the disk, or a negative errno with a sentence in why: -ENOPKG
 * without qemu-nbd or libnbd, -ETIMEDOUT when it has not answered for patience_s. */
int image_server_start(struct image_source *image, uint32_t patience_s, struct text *why);
void image_server_stop(struct image_source *image);
/* -ETIMEDOUT as above; it is not asked again then. */
int image_server_read(
	struct image_source *image, uint64_t offset_bytes, uint8_t *buffer, uint32_t length_bytes);
bool image_server_is_late(const struct image_source *image);

#endif
