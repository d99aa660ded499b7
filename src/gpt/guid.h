/* SPDX-License-Identifier: MIT */
#ifndef GPT_GUID_H
#define GPT_GUID_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

enum { GUID_TEXT_SIZE = 37 };

bool guid_is_zero(const uint8_t guid[16]);
/* The usual notation, lower case, of a GUID as the GPT holds it (UEFI 2.10, appendix A). */
void guid_format(const uint8_t guid[16], char text[GUID_TEXT_SIZE]);
/* The name of a partition type, or "" for one that is not in the table. Types of the Discoverable
 * Partitions Specification end with their architecture: linux-root-x86-64. */
const char *guid_type_name(const uint8_t guid[16]);
/* The same for the type byte of an MBR partition. */
const char *mbr_type_name(uint8_t type);

#endif
