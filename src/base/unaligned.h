/* SPDX-License-Identifier: MIT */
/*
 * Integers at any address, in either byte order. The caller has checked that the bytes are there.
 */
#ifndef BASE_UNALIGNED_H
#define BASE_UNALIGNED_H

#include <stdbool.h>
#include <stdint.h>

static inline uint64_t get_le(const uint8_t *bytes, unsigned width)
{
	uint64_t value = 0;

	while (width--)
		value = value << 8 | bytes[width];
	return value;
}

static inline uint64_t get_be(const uint8_t *bytes, unsigned width)
{
	uint64_t value = 0;

	for (unsigned i = 0; i < width; i++)
		value = value << 8 | bytes[i];
	return value;
}

static inline uint32_t get_le32(const uint8_t *bytes)
{
	return (uint32_t)get_le(bytes, 4);
}

static inline uint64_t get_le64(const uint8_t *bytes)
{
	return get_le(bytes, 8);
}

#endif
