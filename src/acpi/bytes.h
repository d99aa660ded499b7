/* SPDX-License-Identifier: MIT */
/*
 * Little-endian integers at any address. The caller has checked that the bytes are there.
 */
#ifndef ACPI_BYTES_H
#define ACPI_BYTES_H

#include <stdint.h>

/* width: 1 to 8 bytes */
static inline uint64_t bytes_get(const uint8_t *bytes, unsigned width)
{
	uint64_t value = 0;

	while (width--)
		value = value << 8 | bytes[width];
	return value;
}

static inline uint16_t bytes_get_u16(const uint8_t *bytes)
{
	return (uint16_t)(bytes[0] | bytes[1] << 8);
}

static inline uint32_t bytes_get_u32(const uint8_t *bytes)
{
	return (uint32_t)bytes_get(bytes, 4);
}

static inline uint64_t bytes_get_u64(const uint8_t *bytes)
{
	return bytes_get(bytes, 8);
}

#endif
