/* SPDX-License-Identifier: MIT */
/*
 * The walk over a partition table, on a disk whose first and last bytes are the input's. The first
 * two bytes choose the sector size and how many sectors of nothing lie in between.
 */
#include "gpt/layout.h"
#include "gpt/table.h"

#include <stdint.h>
#include <stdlib.h>
#include <string.h>

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size);

struct image {
	const uint8_t *bytes;
	size_t head, tail;
	uint64_t size;
	uint32_t sector;
};

/* What lies outside of the disk must never be asked for. */
static int read_image(void *context, const char *what, uint64_t offset, uint8_t *buffer,
	uint32_t length)
{
	const struct image *image = context;

	(void)what;
	if (length == 0 || length > GPT_BUFFER_SIZE || length % image->sector ||
		offset % image->sector || offset > image->size || length > image->size - offset)
		abort();
	for (uint32_t i = 0; i < length; i++) {
		uint64_t at = offset + i;
		uint64_t from_end = image->size - at;

		if (at < image->head)
			buffer[i] = image->bytes[at];
		else if (from_end <= image->tail)
			buffer[i] = image->bytes[image->head + image->tail - from_end];
		else
			buffer[i] = 0;
	}
	return 0;
}

/* All that was found, looked at. */
static void consume(const struct gpt_fact *gpt)
{
	static const struct extent EXTENT = {1, 2048, 2048};
	char why[96];

	if (gpt_kept_count(gpt) > GPT_PARTITIONS_MAX)
		abort();
	for (uint32_t i = 0; i < gpt_kept_count(gpt); i++) {
		if (!memchr(gpt->partition[i].name, 0, sizeof(gpt->partition[i].name)))
			abort();
	}
	(void)gpt_layout_agrees(gpt, &EXTENT, 1, "other", why, sizeof(why));
	(void)gpt_table_may_be_filesystem(gpt);
}

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
	static const uint32_t SECTORS[] = {512, 4096, 2048, 1024};
	static uint8_t buffer[GPT_BUFFER_SIZE];
	static struct gpt_fact gpt;
	struct image image = {0};
	struct gpt_input input = {.read = read_image, .context = &image, .buffer = buffer};

	if (size < 2)
		return 0;
	image.sector = SECTORS[data[0] & 3];
	image.bytes = data + 2;
	image.tail = (size - 2) / image.sector / 3 * image.sector;
	image.head = size - 2 - image.tail;
	image.size = (image.head + image.sector - 1) / image.sector * image.sector + image.tail +
		     ((uint64_t)data[1] << (data[0] >> 2 & 31)) * image.sector;
	input.size_bytes = image.size;
	input.sector_bytes = image.sector;
	if (gpt_table_read(&input, &gpt) == 0)
		consume(&gpt);
	return 0;
}
