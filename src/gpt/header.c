/* SPDX-License-Identifier: MIT */
#include "gpt/header.h"

#include "base/crc32.h"
#include "base/text.h"
#include "base/unaligned.h"

#include <string.h>

enum { HEADER_MIN = 92, CRC_AT = 16, ENTRY_MIN = 128, REVISION_1_0 = 0x00010000 };

static bool is_power_of_two(uint64_t value)
{
	return value && (value & (value - 1)) == 0;
}

uint64_t gpt_header_entries_bytes(const struct gpt_header_fact *header)
{
	return (uint64_t)header->entry_count * header->entry_length_bytes;
}

static uint32_t header_crc(const uint8_t *sector, uint32_t length)
{
	static const uint8_t ZERO[4];
	uint32_t crc = crc32_update(0, sector, CRC_AT);

	crc = crc32_update(crc, ZERO, sizeof(ZERO));
	return crc32_update(crc, sector + CRC_AT + 4, length - CRC_AT - 4);
}

/* The first reason not to believe the header, or NULL. */
static const char *find_problem(const struct gpt_header_fact *h, uint32_t revision,
	uint32_t sector_bytes, uint64_t disk_lba)
{
	uint64_t array_lba = (gpt_header_entries_bytes(h) + sector_bytes - 1) / sector_bytes;
	bool is_array_on_disk = h->entries_lba >= 2 && h->entries_lba < disk_lba &&
				array_lba <= disk_lba - h->entries_lba;
	bool is_array_in_use = is_array_on_disk && h->entries_lba <= h->last_usable_lba &&
			       h->entries_lba + array_lba > h->first_usable_lba;
	const struct {
		bool is_wrong;
		const char *why;
	} checks[] = {
		{revision != REVISION_1_0, "revision is not 1.0"},
		{h->my_lba != h->found_lba, "says that it stands in another sector"},
		{h->alternate_lba == h->my_lba, "names itself as its own backup"},
		{h->first_usable_lba > h->last_usable_lba, "usable area ends before it begins"},
		{h->last_usable_lba >= disk_lba, "usable area ends beyond the disk"},
		{h->entry_length_bytes < ENTRY_MIN || !is_power_of_two(h->entry_length_bytes),
			"entry size is not 128 times a power of two"},
		{!h->entry_count, "no entries"},
		{!is_array_on_disk, "entries lie outside of the disk"},
		{is_array_in_use, "entries lie within the usable area"},
	};

	for (size_t i = 0; i < ARRAY_SIZE(checks); i++) {
		if (checks[i].is_wrong)
			return checks[i].why;
	}
	return NULL;
}

static void fields_parse(const uint8_t *bytes, struct gpt_header_fact *header)
{
	header->header_length_bytes = get_le32(bytes + 12);
	header->header_crc = get_le32(bytes + CRC_AT);
	header->my_lba = get_le64(bytes + 24);
	header->alternate_lba = get_le64(bytes + 32);
	header->first_usable_lba = get_le64(bytes + 40);
	header->last_usable_lba = get_le64(bytes + 48);
	memcpy(header->disk_guid, bytes + 56, sizeof(header->disk_guid));
	header->entries_lba = get_le64(bytes + 72);
	header->entry_count = get_le32(bytes + 80);
	header->entry_length_bytes = get_le32(bytes + 84);
	header->entries_crc = get_le32(bytes + 88);
}

static void set_problem(struct gpt_header_fact *header, const char *problem)
{
	header->is_sane = answer_from(!problem);
	(void)text_copy(header->problem, sizeof(header->problem), problem ? problem : "");
}

void gpt_header_parse(const uint8_t *sector, uint32_t sector_bytes, uint64_t found_lba,
	uint64_t disk_lba, struct gpt_header_fact *header)
{
	*header = (struct gpt_header_fact){.read = header->read, .found_lba = found_lba};
	header->has_signature =
		answer_from(sector_bytes >= HEADER_MIN && memcmp(sector, "EFI PART", 8) == 0);
	if (header->has_signature != ANSWER_YES)
		return;

	fields_parse(sector, header);
	if (header->header_length_bytes < HEADER_MIN ||
		header->header_length_bytes > sector_bytes) {
		header->is_header_crc_right = ANSWER_NO;
		set_problem(header, "header size is impossible");
		return;
	}
	header->computed_header_crc = header_crc(sector, header->header_length_bytes);
	header->is_header_crc_right =
		answer_from(header->computed_header_crc == header->header_crc);
	set_problem(header, find_problem(header, get_le32(sector + 8), sector_bytes, disk_lba));
}

bool gpt_headers_match(const struct gpt_header_fact *primary, const struct gpt_header_fact *backup)
{
	return memcmp(primary->disk_guid, backup->disk_guid, sizeof(primary->disk_guid)) == 0 &&
	       primary->first_usable_lba == backup->first_usable_lba &&
	       primary->last_usable_lba == backup->last_usable_lba &&
	       primary->entry_count == backup->entry_count &&
	       primary->entry_length_bytes == backup->entry_length_bytes &&
	       primary->entries_crc == backup->entries_crc &&
	       primary->alternate_lba == backup->my_lba && backup->alternate_lba == primary->my_lba;
}
