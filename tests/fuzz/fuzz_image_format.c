/* SPDX-License-Identifier: MIT */
/*
 * The first bytes of a disk image. What comes out must be told apart as read or refused, and names
 * must end where they claim to.
 */
#include "parse/image_format.h"

#include <stdlib.h>
#include <string.h>

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size);

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
	static struct image_format format;

	if (size > IMAGE_HEAD_SIZE)
		return 0;
	image_format_parse(data, size, &format);
	if (!format.driver == !format.refusal)
		abort();
	if (!memchr(format.backing, 0, sizeof(format.backing)) ||
		!memchr(format.backing_driver, 0, sizeof(format.backing_driver)))
		abort();
	return 0;
}
