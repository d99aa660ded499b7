/* SPDX-License-Identifier: MIT */
#include "gpt/entries.h"

#include "base/text.h"
#include "base/unaligned.h"
#include "gpt/guid.h"

#include <string.h>

enum { NAME_AT = 56, NAME_UNITS = 36, REPLACEMENT = 0xfffd };

static void append_utf8(struct text *text, uint32_t code)
{
	char bytes[4];
	size_t length = code < 0x80 ? 1 : code < 0x800 ? 2 : code < 0x10000 ? 3 : 4;
	static const uint8_t LEAD[5] = {0, 0, 0xc0, 0xe0, 0xf0};

	for (size_t i = length; i-- > 1; code >>= 6)
		bytes[i] = (char)(0x80 | (code & 0x3f));
	bytes[0] = (char)(LEAD[length] | code);
	text_append_bytes(text, bytes, length);
}

static bool is_surrogate(uint32_t unit, uint32_t first)
{
	return unit >= first && unit < first + 0x400;
}

/* UTF-16LE up to a NUL; half a surrogate pair becomes U+FFFD. */
static void name_parse(const uint8_t *bytes, char *name, size_t size)
{
	struct text text;

	text_init(&text, name, size);
	for (size_t i = 0; i < NAME_UNITS; i++) {
		uint32_t code = (uint32_t)get_le(bytes + 2 * i, 2);
		uint32_t next = i + 1 < NAME_UNITS ? (uint32_t)get_le(bytes + 2 * i + 2, 2) : 0;

		if (!code)
			break;
		if (is_surrogate(code, 0xd800) && is_surrogate(next, 0xdc00)) {
			code = 0x10000 + ((code - 0xd800) << 10) + (next - 0xdc00);
			i++;
		} else if (is_surrogate(code, 0xd800) || is_surrogate(code, 0xdc00)) {
			code = REPLACEMENT;
		}
		append_utf8(&text, code);
	}
}

static void entry_parse(const uint8_t *bytes, uint32_t number, struct gpt_partition_fact *partition)
{
	memset(partition, 0, sizeof(*partition));
	partition->number = number;
	memcpy(partition->type_guid, bytes, sizeof(partition->type_guid));
	memcpy(partition->unique_guid, bytes + 16, sizeof(partition->unique_guid));
	partition->first_lba = get_le64(bytes + 32);
	partition->last_lba = get_le64(bytes + 40);
	partition->attributes = get_le64(bytes + 48);
	name_parse(bytes + NAME_AT, partition->name, sizeof(partition->name));
	(void)text_copy(partition->type_name, sizeof(partition->type_name),
		guid_type_name(partition->type_guid));
}

void gpt_entries_parse(const uint8_t *bytes, size_t length, uint32_t entry_count,
	uint32_t entry_bytes, struct gpt_fact *gpt)
{
	gpt->partition_count = 0;
	for (uint32_t i = 0; i < entry_count && length >= entry_bytes; i++) {
		if (!guid_is_zero(bytes)) {
			if (gpt->partition_count < GPT_PARTITIONS_MAX)
				entry_parse(bytes, i + 1, &gpt->partition[gpt->partition_count]);
			gpt->partition_count++;
		}
		bytes += entry_bytes;
		length -= entry_bytes;
	}
}
