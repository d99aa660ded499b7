/* SPDX-License-Identifier: MIT */
#include "base/crc32.h"

/* One nibble at a time: a table of 64 bytes is fast enough for 16 KiB partition arrays and
 * stays out of the way in the initrd. */
static const uint32_t NIBBLE[16] = {
	0x00000000,
	0x1db71064,
	0x3b6e20c8,
	0x26d930ac,
	0x76dc4190,
	0x6b6b51f4,
	0x4db26158,
	0x5005713c,
	0xedb88320,
	0xf00f9344,
	0xd6d6a3e8,
	0xcb61b38c,
	0x9b64c2b0,
	0x86d3d2d4,
	0xa00ae278,
	0xbdbdf21c,
};

uint32_t crc32_update(uint32_t crc, const void *bytes, size_t count)
{
	const unsigned char *byte = bytes;

	crc = ~crc;
	while (count--) {
		crc ^= *byte++;
		crc = NIBBLE[crc & 15] ^ (crc >> 4);
		crc = NIBBLE[crc & 15] ^ (crc >> 4);
	}
	return ~crc;
}
