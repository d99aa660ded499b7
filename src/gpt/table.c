/* SPDX-License-Identifier: MIT */
#include "gpt/table.h"

#include "base/crc32.h"
#include "base/text.h"
#include "gpt/entries.h"
#include "gpt/guid.h"
#include "gpt/header.h"
#include "gpt/layout.h"
#include "gpt/mbr.h"

#include <errno.h>
#include <string.h>

struct walk {
	const struct gpt_input *input;
	struct gpt_fact *gpt;
	struct mbr mbr;
};

static bool is_known_sector_size(uint32_t bytes)
{
	return bytes >= 512 && bytes <= GPT_BUFFER_SIZE && (bytes & (bytes - 1)) == 0;
}

static uint64_t last_lba_of(const struct walk *walk)
{
	return walk->gpt->disk_lba - 1;
}

static int read_lba(struct walk *walk, const char *what, uint64_t lba, uint32_t length_bytes)
{
	const struct gpt_input *input = walk->input;

	return input->read(
		input->context, what, lba * input->sector_bytes, input->buffer, length_bytes);
}

static void read_mbr(struct walk *walk)
{
	int r = read_lba(walk, "mbr", 0, walk->input->sector_bytes);

	walk->gpt->mbr_read = outcome_from(r);
	if (r < 0)
		return;
	mbr_parse(walk->input->buffer, walk->gpt->disk_lba, &walk->mbr);
	walk->gpt->has_protective_mbr =
		walk->mbr.kind == MBR_PROTECTIVE || walk->mbr.kind == MBR_HYBRID;
	walk->gpt->protective_last_lba = walk->mbr.protective_last_lba;
	walk->gpt->protective_first_lba = walk->mbr.protective_first_lba;
	walk->gpt->protective_count = walk->mbr.protective_count;
	walk->gpt->is_protective_active = walk->mbr.is_protective_active;
}

/* ------------------------------------------------------------------------- headers, entries */

static void read_header(
	struct walk *walk, const char *what, uint64_t lba, struct gpt_header_fact *header)
{
	const struct gpt_input *input = walk->input;
	int r = read_lba(walk, what, lba, input->sector_bytes);

	*header = (struct gpt_header_fact){.read = outcome_from(r), .found_lba = lba};
	if (r == 0)
		gpt_header_parse(
			input->buffer, input->sector_bytes, lba, walk->gpt->disk_lba, header);
}

/* How much of the array of a sound header to read: whole sectors. */
static uint32_t entries_read_bytes(const struct walk *walk, const struct gpt_header_fact *header)
{
	uint64_t sector = walk->input->sector_bytes;
	uint64_t bytes = (gpt_header_entries_bytes(header) + sector - 1) / sector * sector;

	return (uint32_t)(bytes < GPT_BUFFER_SIZE ? bytes : GPT_BUFFER_SIZE);
}

/* Leaves the array in the buffer. Returns how many of its bytes are there, 0 if none are. */
static uint32_t read_entries(struct walk *walk, const char *what, struct gpt_header_fact *header)
{
	uint64_t bytes = gpt_header_entries_bytes(header);
	uint32_t length = entries_read_bytes(walk, header);

	if (read_lba(walk, what, header->entries_lba, length) < 0)
		return 0;
	header->is_entries_cut = bytes > length;
	if (header->is_entries_cut)
		return length;

	header->computed_entries_crc = crc32_update(0, walk->input->buffer, (size_t)bytes);
	header->is_entries_crc_right =
		answer_from(header->computed_entries_crc == header->entries_crc);
	return (uint32_t)bytes;
}

/* Reads the array of a sound header and takes its partitions when there are none yet, or none that
 * can be trusted. */
static void take_entries(struct walk *walk, const char *what, struct gpt_header_fact *header)
{
	struct gpt_fact *gpt = walk->gpt;
	bool is_backup = header == &gpt->backup;
	uint32_t length;

	if (!gpt_header_is_sound(header))
		return;
	length = read_entries(walk, what, header);
	if (!length)
		return;
	if (is_backup && gpt_header_is_sound(&gpt->primary) &&
		(gpt->primary.is_entries_crc_right == ANSWER_YES ||
			header->is_entries_crc_right != ANSWER_YES))
		return;
	gpt_entries_parse(
		walk->input->buffer, length, header->entry_count, header->entry_length_bytes, gpt);
	gpt->is_from_backup = is_backup;
}

/* -------------------------------------------------------------------------------- the backup */

/* Where a backup would stand that is not at the disk's end: where a sound primary header says, else
 * where the disk ended when the protective MBR was written. 0: nowhere else. */
static uint64_t other_backup_lba(const struct walk *walk)
{
	const struct gpt_fact *gpt = walk->gpt;
	uint64_t lba = 0;

	if (gpt_header_is_sound(&gpt->primary))
		lba = gpt->primary.alternate_lba;
	else if (gpt->has_protective_mbr && gpt->protective_last_lba < UINT32_MAX)
		lba = gpt->protective_last_lba;
	return lba > 1 && lba < last_lba_of(walk) ? lba : 0;
}

/* The backup that a sound primary header names goes before one that is at the end of the disk. */
static void read_backup(struct walk *walk)
{
	struct gpt_fact *gpt = walk->gpt;
	uint64_t other_lba = other_backup_lba(walk);
	struct gpt_header_fact other;

	read_header(walk, "gpt-backup", last_lba_of(walk), &gpt->backup);
	if (!other_lba)
		return;
	read_header(walk, "gpt-alternate", other_lba, &other);
	/* Nobody knows what is where it belongs; that nothing is at the end says nothing then. */
	if (other.read != OUTCOME_OK && !gpt_header_is_sound(&gpt->backup))
		gpt->backup = other;
	if (!gpt_header_is_sound(&other))
		return;
	if (gpt_header_is_sound(&gpt->backup) && !gpt_header_is_sound(&gpt->primary))
		return;
	gpt->backup = other;
	gpt->backup_misplaced_bytes = (last_lba_of(walk) - other_lba) * walk->input->sector_bytes;
}

/* A disk that lost more than the backup makes its primary header a lie, but not one of the header's
 * making: the place of the backup is believed if all was right on a larger disk. */
static void find_shrinkage(struct gpt_fact *gpt)
{
	const struct gpt_header_fact *primary = &gpt->primary;
	uint64_t last_lba = gpt->disk_lba - 1;

	if (primary->is_header_crc_right != ANSWER_YES || primary->my_lba != primary->found_lba ||
		primary->alternate_lba <= last_lba ||
		primary->last_usable_lba >= primary->alternate_lba)
		return;
	if (__builtin_mul_overflow(primary->alternate_lba - last_lba, gpt->logical_sector_bytes,
		    &gpt->disk_shrunk_bytes))
		gpt->disk_shrunk_bytes = UINT64_MAX;
}

static void compare_headers(struct gpt_fact *gpt)
{
	const struct gpt_header_fact *primary = &gpt->primary, *backup = &gpt->backup;

	if (!gpt_header_is_sound(primary) || !gpt_header_is_sound(backup))
		return;
	gpt->do_headers_match = answer_from(gpt_headers_match(primary, backup));
	if (primary->is_entries_crc_right && backup->is_entries_crc_right)
		gpt->do_entries_match =
			answer_from(primary->computed_entries_crc == backup->computed_entries_crc);
}

/* ------------------------------------------------------------------------ wrong sector size */

/* A table that was written for the other of the two usual sector sizes has its header at byte 512
 * or 4096. Other sizes (an optical disc) have tables for 512 on them as a matter of course. */
static void look_at_other_size(struct walk *walk)
{
	enum { LENGTH = 4096 };
	const struct gpt_input *input = walk->input;
	uint32_t own = input->sector_bytes;
	uint32_t other = own == 512 ? 4096 : own == 4096 ? 512 : 0;
	struct gpt_header_fact header = {0};

	if (!other || input->size_bytes < other + LENGTH ||
		read_lba(walk, "gpt-other-size", other / own, LENGTH) < 0)
		return;
	gpt_header_parse(input->buffer + other % own, other, 1, input->size_bytes / other, &header);
	if (gpt_header_is_sound(&header))
		walk->gpt->wrong_sector_bytes = other;
}

/* --------------------------------------------------------------------------------- plain MBR */

static void add_mbr_partition(
	struct gpt_fact *gpt, uint32_t number, uint8_t type, uint64_t first_lba, uint64_t last_lba)
{
	struct gpt_partition_fact *partition = &gpt->partition[gpt->partition_count];

	if (gpt->partition_count >= GPT_PARTITIONS_MAX)
		return;
	*partition = (struct gpt_partition_fact){
		.number = number,
		.mbr_type = type,
		.first_lba = first_lba,
		.last_lba = last_lba,
	};
	(void)text_copy(partition->type_name, sizeof(partition->type_name), mbr_type_name(type));
	gpt->partition_count++;
}

/* A chain may lead backwards, in circles or out of the disk: it is followed EBR_MAX links far. */
static void take_logical(struct walk *walk, const struct mbr_entry *extended)
{
	uint64_t at_lba = extended->first_lba;
	uint32_t number = MBR_ENTRIES + 1;
	struct ebr ebr;

	for (unsigned i = 0; i < EBR_MAX && at_lba && at_lba < walk->gpt->disk_lba; i++) {
		if (read_lba(walk, "ebr", at_lba, walk->input->sector_bytes) < 0 ||
			!ebr_parse(walk->input->buffer, extended->first_lba, at_lba, &ebr))
			return;
		if (ebr.has_partition)
			add_mbr_partition(
				walk->gpt, number++, ebr.type, ebr.first_lba, ebr.last_lba);
		at_lba = ebr.next_lba;
	}
}

static void take_mbr(struct walk *walk)
{
	struct gpt_fact *gpt = walk->gpt;
	const struct mbr_entry *extended = NULL;
	uint64_t last_lba = last_lba_of(walk);

	gpt->mbr_signature = walk->mbr.signature;
	gpt->partition_count = 0;
	for (uint32_t i = 0; i < MBR_ENTRIES; i++) {
		const struct mbr_entry *entry = &walk->mbr.entry[i];
		if (!mbr_entry_is_used(entry))
			continue;
		add_mbr_partition(gpt, i + 1, entry->type, entry->first_lba,
			(uint64_t)entry->first_lba + entry->lba_count - 1);
		if (!extended && mbr_type_is_extended(entry->type))
			extended = entry;
	}
	if (extended)
		take_logical(walk, extended);
	gpt_layout_judge(gpt, 1, last_lba, last_lba < UINT32_MAX ? last_lba : UINT32_MAX);
}

/* -------------------------------------------------------------------------------------- all */

static bool has_gpt(const struct gpt_fact *gpt)
{
	return gpt->has_protective_mbr || gpt_header_is_sound(&gpt->primary) ||
	       gpt_header_is_sound(&gpt->backup) || gpt->primary.has_signature == ANSWER_YES ||
	       gpt->wrong_sector_bytes;
}

/* The kernel takes a GPT only behind a protective MBR (block/partitions/efi.c: find_valid_gpt), so
 * a plain MBR goes before the rest of an old GPT. */
static enum table_kind kind_of(const struct walk *walk)
{
	if (walk->mbr.kind == MBR_PLAIN)
		return TABLE_MBR;
	if (has_gpt(walk->gpt))
		return walk->mbr.kind == MBR_HYBRID ? TABLE_HYBRID : TABLE_GPT;
	if (walk->gpt->mbr_read < 0)
		return TABLE_UNKNOWN;
	return TABLE_NONE;
}

static bool is_partition_of(const struct gpt_fact *gpt, const struct mbr_entry *entry)
{
	for (uint32_t i = 0; i < gpt_kept_count(gpt); i++) {
		const struct gpt_partition_fact *partition = &gpt->partition[i];

		if (partition->first_lba == entry->first_lba &&
			partition->last_lba == (uint64_t)entry->first_lba + entry->lba_count - 1)
			return true;
	}
	return false;
}

/* What a hybrid MBR is for: the same partitions, for those who do not know a GPT. */
static void find_hybrid_mismatch(const struct walk *walk)
{
	struct gpt_fact *gpt = walk->gpt;

	if (walk->mbr.kind != MBR_HYBRID || gpt->partition_count > GPT_PARTITIONS_MAX)
		return;
	for (uint32_t i = 0; i < MBR_ENTRIES && !gpt->hybrid_mismatch; i++) {
		const struct mbr_entry *entry = &walk->mbr.entry[i];

		if (mbr_entry_is_used(entry) && !mbr_entry_is_protective(entry) &&
			!is_partition_of(gpt, entry))
			gpt->hybrid_mismatch = i + 1;
	}
}

/* The backup table takes the last sectors of a disk that is used to its end. */
static void judge_gpt_layout(const struct walk *walk)
{
	struct gpt_fact *gpt = walk->gpt;
	const struct gpt_header_fact *header = gpt->is_from_backup ? &gpt->backup : &gpt->primary;
	uint64_t sector = gpt->logical_sector_bytes;
	uint64_t array_lba = (gpt_header_entries_bytes(header) + sector - 1) / sector;
	uint64_t last_lba = gpt->disk_lba - 1;

	if (!gpt_header_is_sound(header))
		return;
	find_hybrid_mismatch(walk);
	gpt_layout_judge(gpt, header->first_usable_lba, header->last_usable_lba,
		array_lba + 1 < last_lba ? last_lba - array_lba - 1 : 0);
}

static void reset(struct gpt_fact *gpt, const struct gpt_input *input)
{
	size_t from = offsetof(struct gpt_fact, kind);

	memset((char *)gpt + from, 0, sizeof(*gpt) - from);
	gpt->logical_sector_bytes = input->sector_bytes;
	gpt->disk_lba = input->size_bytes / input->sector_bytes;
}

int gpt_table_read(const struct gpt_input *input, struct gpt_fact *gpt)
{
	struct walk walk = {.input = input, .gpt = gpt};

	if (!is_known_sector_size(input->sector_bytes) ||
		input->size_bytes / input->sector_bytes < 4)
		return -EINVAL;
	reset(gpt, input);
	read_mbr(&walk);
	read_header(&walk, "gpt-primary", 1, &gpt->primary);
	take_entries(&walk, "gpt-entries", &gpt->primary);
	read_backup(&walk);
	take_entries(&walk, "backup-entries", &gpt->backup);
	find_shrinkage(gpt);
	compare_headers(gpt);
	if (!gpt_header_is_sound(&gpt->primary) && !gpt_header_is_sound(&gpt->backup))
		look_at_other_size(&walk);

	gpt->kind = kind_of(&walk);
	if (gpt->kind == TABLE_MBR)
		take_mbr(&walk);
	else
		judge_gpt_layout(&walk);
	return 0;
}

bool gpt_table_may_be_filesystem(const struct gpt_fact *gpt)
{
	bool is_backup_alone = gpt->kind == TABLE_GPT && !gpt->has_protective_mbr &&
			       gpt->primary.has_signature == ANSWER_NO && !gpt->wrong_sector_bytes;

	return gpt->kind == TABLE_NONE || is_backup_alone;
}
