/* SPDX-License-Identifier: MIT */
#include "report/encode.h"

#include "base/text.h"
#include "report/driver_state.h"

#include <errno.h>
#include <string.h>

static const char *const TABLE_KINDS[TABLE_KIND_COUNT] = {
	[TABLE_GPT] = "gpt",
	[TABLE_MBR] = "mbr",
	[TABLE_HYBRID] = "hybrid",
	[TABLE_NONE] = "none",
	[TABLE_FILESYSTEM] = "filesystem",
};

/* Where there are more, those beyond give way to others when room is short. */
enum { DISKS_ORDINARY_MAX = 64 };

static bool is_same_name(const char one[32], const char other[32])
{
	return strncmp(one, other, 32) == 0;
}

/* ------------------------------------------------------------------------------------ block */

static void encode_event(struct encoding *encoding, const char name[32])
{
	fact_foreach (event, encoding->facts->device_events) {
		if (!is_same_name(event->name, name))
			continue;
		if (event->arrived_us)
			record_seconds(encoding->record, "arrived", event->arrived_us);
		if (event->removed_us)
			record_seconds(encoding->record, "removed", event->removed_us);
		return;
	}
}

static void encode_partition_device(struct encoding *encoding, const struct block_fact *block)
{
	struct record *record = encoding->record;

	record_text(record, "name", block->name);
	record_u64(record, "number", block->partition);
	record_u64(record, "start_bytes", block->start_lba * 512);
	record_u64(record, "size_bytes", block->size_bytes);
	record_flag(record, "read_only", block->is_read_only == ANSWER_YES);
	record_text(record, "holder", block->holder);
	record_flag(record, "gone", block->is_removed);
	encode_event(encoding, block->name);
}

static void encode_partition_devices(struct encoding *encoding, const struct block_fact *disk)
{
	record_array_begin(encoding->record, "partitions");
	fact_foreach (block, encoding->facts->blocks) {
		if (!block->partition || !is_same_name(block->parent, disk->name))
			continue;
		record_object_begin(encoding->record);
		encode_partition_device(encoding, block);
		record_object_end(encoding->record);
	}
	record_array_end(encoding->record);
}

/* Whether there is something to say of a look at a disk that is not over: when what it did last was
 * begun long ago. Otherwise it will be over by the next pass. */
static bool is_stuck(const struct encoding *encoding, uint64_t started_us)
{
	enum { PATIENCE_US = 250000 };

	return started_us && encoding->report->now_us() >= started_us + PATIENCE_US;
}

static bool are_reads_ripe(const struct encoding *encoding, const struct block_fact *block)
{
	uint32_t count = atomic_load(&block->read_count);
	uint32_t last = count < BLOCK_READS_MAX ? count : BLOCK_READS_MAX;

	return atomic_load(&block->is_look_over) ||
	       (last && is_stuck(encoding, block->read[last - 1].started_us));
}

/* A read that has begun and not ended is open. */
static void encode_reads(struct encoding *encoding, const struct block_fact *block)
{
	struct record *record = encoding->record;
	uint32_t count = atomic_load(&block->read_count);

	if (count)
		record_seconds(record, "look_started", block->read[0].started_us);
	record_array_begin(record, "header_reads");
	for (uint32_t i = 0; i < count && i < BLOCK_READS_MAX; i++) {
		const struct block_read_fact *read = &block->read[i];
		bool is_open = read->result == OUTCOME_UNKNOWN;

		record_object_begin(record);
		record_text(record, "what", read->what);
		record_u64(record, "offset_bytes", read->offset_bytes);
		if (is_open)
			record_seconds(record, "open_since", read->started_us);
		else
			record_u64(record, "duration_us", read->duration_us);
		if (read->result < 0)
			record_outcome(record, "error", read->result);
		record_flag(record, "buffered", !is_open && !read->is_direct);
		record_object_end(record);
	}
	record_array_end(record);
}

static void encode_disk(struct encoding *encoding, const struct block_fact *block)
{
	struct record *record = encoding->record;

	record_text(record, "transport", block->transport);
	record_text(record, "driver", block->driver);
	record_text(record, "vendor", block->vendor);
	record_text(record, "model", block->model);
	record_text(record, "serial", block->serial);
	record_text(record, "wwn", block->wwn);
	record_u64(record, "size_bytes", block->size_bytes);
	record_nonzero(record, "sector_bytes", block->logical_sector_bytes);
	record_nonzero(record, "physical_sector_bytes", block->physical_sector_bytes);
	record_flag(record, "rotational", block->is_rotational == ANSWER_YES);
	record_flag(record, "read_only", block->is_read_only == ANSWER_YES);
	record_flag(record, "removable", block->is_removable == ANSWER_YES);
	record_text(record, "holder", block->holder);
	record_flag(record, "gone", block->is_removed);
	encode_event(encoding, block->name);
	if (block->open < 0)
		record_outcome(record, "open_error", block->open);
	if (are_reads_ripe(encoding, block))
		encode_reads(encoding, block);
	encode_partition_devices(encoding, block);
}

void encode_blocks(struct encoding *encoding)
{
	uint32_t disks = 0;

	fact_foreach (block, encoding->facts->blocks) {
		if (block->partition)
			continue;
		record_begin(encoding->record, encoding->report, "block");
		if (disks++ >= DISKS_ORDINARY_MAX)
			record_is_bulk(encoding->record);
		record_text(encoding->record, "name", block->name);
		record_subject(encoding->record);
		encode_disk(encoding, block);
		encoding_end(encoding, block);
	}
}

/* -------------------------------------------------------------------------------------- gpt */

/* The members of one header: what differs from header to header and what is wrong with it. */
static const struct header_keys {
	const char *state, *lba, *problem, *error, *crc, *computed_crc, *entries_crc_right;
} PRIMARY = {"primary", NULL, "primary_problem", "primary_error", "primary_crc",
	"primary_computed_crc", "primary_entries_crc_right"},
  BACKUP = {"backup", "backup_lba", "backup_problem", "backup_error", "backup_crc",
	  "backup_computed_crc", "backup_entries_crc_right"};

static const char *header_state(const struct gpt_header_fact *header)
{
	if (header->read < 0)
		return "unreadable";
	if (header->has_signature != ANSWER_YES)
		return header->has_signature == ANSWER_NO ? "absent" : NULL;
	return gpt_header_is_sound(header) ? "sound" : "corrupt";
}

static void encode_header(
	struct record *record, const struct header_keys *keys, const struct gpt_header_fact *header)
{
	record_string(record, keys->state, header_state(header));
	if (header->read < 0)
		record_outcome(record, keys->error, header->read);
	if (header->has_signature != ANSWER_YES)
		return;
	if (keys->lba)
		record_u64(record, keys->lba, header->found_lba);
	record_text(record, keys->problem, header->problem);
	if (header->is_header_crc_right == ANSWER_NO) {
		record_hex(record, keys->crc, header->header_crc);
		record_hex(record, keys->computed_crc, header->computed_header_crc);
	}
	if (header->is_entries_crc_right == ANSWER_NO)
		record_bool(record, keys->entries_crc_right, false);
}

static void encode_table(struct record *record, const struct gpt_fact *gpt)
{
	const struct gpt_header_fact *header = gpt->is_from_backup ? &gpt->backup : &gpt->primary;

	record_flag(record, "protective_mbr", gpt->has_protective_mbr);
	if (gpt->has_protective_mbr)
		record_u64(record, "protective_last_lba", gpt->protective_last_lba);
	if (gpt->protective_count && !gpt->has_protective_mbr)
		record_u64(record, "protective_first_lba", gpt->protective_first_lba);
	if (gpt->protective_count > 1)
		record_u64(record, "protective_count", gpt->protective_count);
	record_flag(record, "protective_active", gpt->is_protective_active);
	record_nonzero(record, "hybrid_mismatch", gpt->hybrid_mismatch);
	encode_header(record, &PRIMARY, &gpt->primary);
	encode_header(record, &BACKUP, &gpt->backup);
	record_flag(record, "from_backup", gpt->is_from_backup);
	if (gpt_header_is_sound(header)) {
		record_guid(record, "disk_guid", header->disk_guid);
		record_u64(record, "first_usable_lba", header->first_usable_lba);
		record_u64(record, "last_usable_lba", header->last_usable_lba);
		record_u64(record, "entries_lba", header->entries_lba);
		record_u64(record, "entry_count", header->entry_count);
		record_u64(record, "entry_bytes", header->entry_length_bytes);
		record_flag(record, "entries_cut", header->is_entries_cut);
	}
	record_nonzero(record, "backup_misplaced_bytes", gpt->backup_misplaced_bytes);
	record_nonzero(record, "disk_shrunk_bytes", gpt->disk_shrunk_bytes);
	record_answer(record, "headers_match", gpt->do_headers_match);
	record_answer(record, "entries_match", gpt->do_entries_match);
	record_nonzero(record, "wrong_sector_bytes", gpt->wrong_sector_bytes);
}

static void encode_layout(struct record *record, const struct gpt_fact *gpt)
{
	if (gpt->kind == TABLE_MBR) {
		record_hex(record, "mbr_signature", gpt->mbr_signature);
		record_flag(record, "stale_gpt",
			gpt_header_is_sound(&gpt->primary) || gpt_header_is_sound(&gpt->backup));
	}
	record_u64(record, "partitions", gpt->partition_count);
	if (gpt->has_overlap == ANSWER_YES) {
		record_array_begin(record, "overlap");
		record_array_u64(record, gpt->overlap_first);
		record_array_u64(record, gpt->overlap_second);
		record_array_end(record);
	}
	record_nonzero(record, "out_of_range", gpt->out_of_range);
	if (gpt->twin_first) {
		record_array_begin(record, "twins");
		record_array_u64(record, gpt->twin_first);
		record_array_u64(record, gpt->twin_second);
		record_array_end(record);
	}
	if (gpt->last_partition) {
		record_u64(record, "last_partition", gpt->last_partition);
		record_u64(record, "free_behind_last_bytes", gpt->free_behind_last_bytes);
	}
	record_answer(record, "kernel_agrees", gpt->does_kernel_agree);
	record_answer(record, "libblkid_agrees", gpt->does_libblkid_agree);
	record_text(record, "disagreement", gpt->disagreement);
}

static bool is_gpt_kind(const struct gpt_fact *gpt)
{
	return gpt->kind == TABLE_GPT || gpt->kind == TABLE_HYBRID;
}

/* The name that the kernel has for a partition of the disk. */
static void encode_device_name(
	struct encoding *encoding, const struct gpt_fact *gpt, uint32_t number)
{
	fact_foreach (block, encoding->facts->blocks) {
		if (block->partition == number && is_same_name(block->parent, gpt->disk)) {
			record_text(encoding->record, "device", block->name);
			return;
		}
	}
}

static void encode_partition(struct encoding *encoding, const struct gpt_fact *gpt,
	const struct gpt_partition_fact *partition)
{
	struct record *record = encoding->record;

	record_begin(record, encoding->report, "partition");
	record_text(record, "disk", gpt->disk);
	record_u64(record, "number", partition->number);
	record_subject(record);
	encode_device_name(encoding, gpt, partition->number);
	record_text(record, "kind", partition->type_name);
	if (is_gpt_kind(gpt)) {
		if (text_is_empty(partition->type_name))
			record_guid(record, "type_guid", partition->type_guid);
		record_guid(record, "guid", partition->unique_guid);
		record_text(record, "name", partition->name);
		if (partition->attributes)
			record_hex(record, "attributes", partition->attributes);
	} else {
		record_hex(record, "mbr_type", partition->mbr_type);
	}
	record_u64(record, "first_lba", partition->first_lba);
	record_u64(record, "last_lba", partition->last_lba);
	encoding_end(encoding, partition);
}

static void encode_gpt(struct encoding *encoding, const struct gpt_fact *gpt)
{
	struct record *record = encoding->record;
	bool has_table = is_gpt_kind(gpt) || gpt->kind == TABLE_MBR;

	record_begin(record, encoding->report, "gpt");
	if (gpt - encoding->facts->gpts.item >= DISKS_ORDINARY_MAX)
		record_is_bulk(record);
	record_text(record, "disk", gpt->disk);
	record_subject(record);
	record_string(record, "kind", TABLE_KINDS[gpt->kind % TABLE_KIND_COUNT]);
	record_u64(record, "disk_sectors", gpt->disk_lba);
	if (is_gpt_kind(gpt))
		encode_table(record, gpt);
	if (has_table)
		encode_layout(record, gpt);
	encoding_end(encoding, gpt);
	for (uint32_t i = 0; has_table && i < gpt->partition_count && i < GPT_PARTITIONS_MAX; i++)
		encode_partition(encoding, gpt, &gpt->partition[i]);
}

void encode_gpts(struct encoding *encoding)
{
	fact_foreach (gpt, encoding->facts->gpts) {
		if (fact_is_known(&gpt->once))
			encode_gpt(encoding, gpt);
	}
}

/* ------------------------------------------------------------------------------- filesystem */

static bool is_worth_saying(const struct encoding *encoding,
	const struct filesystem_fact *filesystem, const struct block_fact *block)
{
	bool is_known = fact_is_known(&filesystem->once);
	bool is_open = !is_known && is_stuck(encoding, filesystem->started_us);

	/* Nothing on the disk itself is what its gpt record says in better words. */
	return is_open || (is_known && (block->partition || filesystem->probe != -ENOENT));
}

static void encode_filesystem(struct encoding *encoding, const struct filesystem_fact *filesystem)
{
	struct record *record = encoding->record;

	record_begin(record, encoding->report, "filesystem");
	record_text(record, "device", filesystem->device);
	record_subject(record);
	record_text(record, "fstype", filesystem->type);
	record_text(record, "uuid", filesystem->uuid);
	record_text(record, "uuid_sub", filesystem->uuid_sub);
	record_text(record, "label", filesystem->label);
	record_text(record, "usage", filesystem->usage);
	record_text(record, "partuuid", filesystem->part_uuid);
	record_text(record, "partlabel", filesystem->part_label);
	record_flag(record, "ambivalent", filesystem->is_ambivalent);
	if (filesystem->probe < 0)
		record_outcome(record, "error", filesystem->probe);
	if (filesystem->probe == OUTCOME_UNKNOWN)
		record_seconds(record, "open_since", filesystem->started_us);
	record_string(record, "module_state", driver_state_name(filesystem->module));
	record_text(record, "module", filesystem->module_name);
	encoding_end(encoding, filesystem);
}

void encode_filesystems(struct encoding *encoding)
{
	uint32_t count = fact_count(encoding->facts->blocks);

	for (uint32_t i = 0; i < count; i++) {
		if (is_worth_saying(encoding, &encoding->facts->filesystems[i],
			    &encoding->facts->blocks.item[i]))
			encode_filesystem(encoding, &encoding->facts->filesystems[i]);
	}
}
