/* SPDX-License-Identifier: MIT */
#include "gpt/mbr.h"

#include "base/unaligned.h"

#include <string.h>

enum { ENTRIES_AT = 446, ENTRY_SIZE = 16, SIGNATURE_AT = 510, DISK_SIGNATURE_AT = 440 };
enum { TYPE_PROTECTIVE = 0xee, STATUS_BOOTABLE = 0x80 };

bool mbr_type_is_extended(uint8_t type)
{
	return type == 0x05 || type == 0x0f || type == 0x85;
}

bool mbr_entry_is_used(const struct mbr_entry *entry)
{
	return entry->type && entry->lba_count;
}

bool mbr_entry_is_protective(const struct mbr_entry *entry)
{
	return entry->type == TYPE_PROTECTIVE;
}

static bool has_signature(const uint8_t *sector)
{
	return sector[SIGNATURE_AT] == 0x55 && sector[SIGNATURE_AT + 1] == 0xaa;
}

static void entry_parse(const uint8_t *bytes, struct mbr_entry *ret_entry)
{
	*ret_entry = (struct mbr_entry){
		.status = bytes[0],
		.type = bytes[4],
		.first_lba = get_le32(bytes + 8),
		.lba_count = get_le32(bytes + 12),
	};
}

/* As the kernel (block/partitions/msdos.c) tells a table from a boot sector: by the boot flags.
 * Beyond that a table of which no partition begins on the disk is taken for none. */
static enum mbr_kind kind_without_protective(const struct mbr *mbr, uint64_t disk_lba)
{
	unsigned used = 0, on_disk = 0;

	for (size_t i = 0; i < MBR_ENTRIES; i++) {
		const struct mbr_entry *entry = &mbr->entry[i];

		if (entry->status != 0 && entry->status != STATUS_BOOTABLE)
			return MBR_ABSENT;
		used += mbr_entry_is_used(entry);
		on_disk +=
			mbr_entry_is_used(entry) && entry->first_lba && entry->first_lba < disk_lba;
	}
	if (used)
		return on_disk ? MBR_PLAIN : MBR_ABSENT;
	return MBR_EMPTY;
}

/* The kernel looks for the type and the first sector alone. */
static enum mbr_kind kind_of(const struct mbr *mbr, uint64_t disk_lba)
{
	bool is_protective = false, has_others = false;

	if (!mbr->protective_count)
		return kind_without_protective(mbr, disk_lba);
	for (size_t i = 0; i < MBR_ENTRIES; i++) {
		const struct mbr_entry *entry = &mbr->entry[i];

		is_protective |= mbr_entry_is_protective(entry) && entry->first_lba == 1;
		has_others |= mbr_entry_is_used(entry) && !mbr_entry_is_protective(entry);
	}
	if (!is_protective)
		return MBR_EMPTY;
	return has_others ? MBR_HYBRID : MBR_PROTECTIVE;
}

static void take_protective(struct mbr *mbr, const struct mbr_entry *entry)
{
	if (!mbr->protective_count++)
		mbr->protective_first_lba = entry->first_lba;
	mbr->is_protective_active |= entry->status == STATUS_BOOTABLE;
	if (entry->lba_count)
		mbr->protective_last_lba = (uint64_t)entry->first_lba + entry->lba_count - 1;
}

void mbr_parse(const uint8_t sector[MBR_SIZE], uint64_t disk_lba, struct mbr *ret_mbr)
{
	*ret_mbr = (struct mbr){.kind = MBR_ABSENT};
	if (!has_signature(sector))
		return;

	ret_mbr->signature = get_le32(sector + DISK_SIGNATURE_AT);
	for (size_t i = 0; i < MBR_ENTRIES; i++) {
		struct mbr_entry *entry = &ret_mbr->entry[i];

		entry_parse(sector + ENTRIES_AT + i * ENTRY_SIZE, entry);
		if (mbr_entry_is_protective(entry))
			take_protective(ret_mbr, entry);
	}
	ret_mbr->kind = kind_of(ret_mbr, disk_lba);
}

bool ebr_parse(
	const uint8_t sector[MBR_SIZE], uint64_t first_lba, uint64_t at_lba, struct ebr *ret_ebr)
{
	struct mbr_entry own, next;

	if (!has_signature(sector))
		return false;
	entry_parse(sector + ENTRIES_AT, &own);
	entry_parse(sector + ENTRIES_AT + ENTRY_SIZE, &next);

	*ret_ebr = (struct ebr){.type = own.type};
	if (mbr_entry_is_used(&own) && !mbr_type_is_extended(own.type)) {
		ret_ebr->has_partition = true;
		ret_ebr->first_lba = at_lba + own.first_lba;
		ret_ebr->last_lba = ret_ebr->first_lba + own.lba_count - 1;
	}
	if (mbr_entry_is_used(&next) && mbr_type_is_extended(next.type))
		ret_ebr->next_lba = first_lba + next.first_lba;
	return true;
}
