/* SPDX-License-Identifier: MIT */
#ifndef BASE_CRC32_H
#define BASE_CRC32_H

#include <stddef.h>
#include <stdint.h>

/* CRC-32 as in IEEE 802.3, zlib and the GPT (UEFI 2.10, section 5.3.2): reflected, polynomial
 * 0xEDB88320, initial value and final XOR all ones. Start with crc = 0 and feed the previous
 * result back in to go on. */
uint32_t crc32_update(uint32_t crc, const void *bytes, size_t count);

#endif
