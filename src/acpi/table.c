/* SPDX-License-Identifier: MIT */
#include "acpi/table.h"

#include <errno.h>
#include <string.h>

#include "acpi/bytes.h"
#include "base/text.h"

enum {
	LENGTH_OFFSET = 4,
	REVISION_OFFSET = 8,
	OEM_ID_OFFSET = 10,
	OEM_TABLE_ID_OFFSET = 16,
	OEM_REVISION_OFFSET = 24,
	CREATOR_ID_OFFSET = 28,
	CREATOR_REVISION_OFFSET = 32,
};

/* ids are padded with blanks or NULs */
static void copy_id(char *id, const uint8_t *bytes, size_t count)
{
	while (count && (bytes[count - 1] == 0 || bytes[count - 1] == ' '))
		count--;
	for (size_t i = 0; i < count; i++)
		id[i] = (char)(bytes[i] >= 0x20 && bytes[i] < 0x7f ? bytes[i] : '?');
	id[count] = '\0';
}

static bool is_sum_zero(const uint8_t *bytes, size_t count)
{
	uint8_t sum = 0;

	while (count--)
		sum = (uint8_t)(sum + bytes[count]);
	return sum == 0;
}

int table_parse_header(const uint8_t *bytes, size_t length_bytes, struct table_header *ret_header)
{
	uint32_t said, available;

	if (length_bytes < TABLE_HEADER_BYTES)
		return -EINVAL;

	available = length_bytes > UINT32_MAX ? UINT32_MAX : (uint32_t)length_bytes;
	said = bytes_get_u32(bytes + LENGTH_OFFSET);
	*ret_header = (struct table_header){
		.revision = bytes[REVISION_OFFSET],
		.oem_revision = bytes_get_u32(bytes + OEM_REVISION_OFFSET),
		.creator_revision = bytes_get_u32(bytes + CREATOR_REVISION_OFFSET),
		.header_length_bytes = said,
		.length_bytes = said < available ? said : available,
		.is_truncated = said > available,
		.has_excess = said < available,
		.is_length_absurd = said < TABLE_HEADER_BYTES,
	};
	copy_id(ret_header->signature, bytes, 4);
	copy_id(ret_header->oem_id, bytes + OEM_ID_OFFSET, 6);
	copy_id(ret_header->oem_table_id, bytes + OEM_TABLE_ID_OFFSET, 8);
	copy_id(ret_header->creator_id, bytes + CREATOR_ID_OFFSET, 4);
	ret_header->is_checksum_right = is_sum_zero(bytes, ret_header->length_bytes);
	return 0;
}

bool table_is_aml(const char *signature)
{
	return strcmp(signature, "DSDT") == 0 || strcmp(signature, "SSDT") == 0 ||
	       strcmp(signature, "PSDT") == 0 || strcmp(signature, "OSDT") == 0;
}

bool table_may_be_aml(const char *signature)
{
	return table_is_aml(signature) || text_starts_with(signature, "OEM");
}
