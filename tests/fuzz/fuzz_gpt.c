/* SPDX-License-Identifier: MIT */
/*
 * The walk over a partition table, on a disk whose first and last bytes are the input's. The first
 * two bytes choose the sector size, how many sectors of nothing lie in between, and whether the CRC
 * of every header is made right: no fuzzer would ever guess it.
 */
#include "base/crc32.h"
#include "base/unaligned.h"
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
	bool is_sealed;
};

/* UEFI 2.10, section 5.3.2: the CRC stands at 16 and is taken as zero. */
static void seal(uint8_t *header, uint32_t sector)
{
	uint32_t length = get_le32(header + 12);
	uint32_t crc;

	if (memcmp(header, "EFI PART", 8) != 0 || length < 92 || length > sector)
		return;
	memset(header + 16, 0, 4);
	crc = crc32_update(0, header, length);
	for (unsigned i = 0; i < 4; i++)
		header[16 + i] = (uint8_t)(crc >> (8 * i));
}

/* What lies outside of the disk must never be asked for. */
static int read_image(
	void *context, const char *what, uint64_t offset, uint8_t *buffer, uint32_t length)
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
	if (image->is_sealed && length >= image->sector)
		seal(buffer, image->sector);
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
	image.is_sealed = data[0] & 0x80;
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
