/* SPDX-License-Identifier: MIT */
/* Partition tables. */
#ifndef BOOTPROBE_FACTS_GPT_H
#define BOOTPROBE_FACTS_GPT_H

#include "bootprobe/facts/fact.h"

enum table_kind {
	TABLE_UNKNOWN = 0,
	TABLE_GPT,
	TABLE_MBR,
	TABLE_HYBRID,     /* a GPT and an MBR that is not merely protective */
	TABLE_NONE,       /* nothing: neither table nor file system */
	TABLE_FILESYSTEM, /* a file system on the whole disk */
	TABLE_KIND_COUNT
};

struct gpt_header_fact {
	outcome_t read;
	enum answer has_signature, is_header_crc_right, is_entries_crc_right, is_sane;
	uint64_t found_lba; /* where it was read */
	uint64_t my_lba, alternate_lba, first_usable_lba, last_usable_lba, entries_lba;
	uint32_t header_length_bytes, entry_count, entry_length_bytes;
	uint32_t header_crc, entries_crc, computed_header_crc, computed_entries_crc;
	uint8_t disk_guid[16];
	/* The array is longer than what is read of it: its CRC stays unknown. */
	bool is_entries_cut;
	char problem[64]; /* why it is not sane */
};

/* A header that can be believed: what it says of its entry array is another question. */
static inline bool gpt_header_is_sound(const struct gpt_header_fact *header)
{
	return header->has_signature == ANSWER_YES && header->is_header_crc_right == ANSWER_YES &&
	       header->is_sane == ANSWER_YES;
}

enum { GPT_PARTITIONS_MAX = 128, GPT_DISKS_MAX = 256 };

struct gpt_partition_fact {
	uint32_t number; /* from 1 */
	uint8_t type_guid[16], unique_guid[16];
	uint64_t first_lba, last_lba, attributes;
	char name[112];     /* UTF-8, 36 UTF-16 units at most */
	char type_name[32]; /* esp, linux-root-x86-64; empty: not a usual one */
	uint8_t mbr_type;   /* plain MBR: type byte */
};

/* The partition table of one disk: GPT, MBR or none. */
struct gpt_fact {
	struct fact_once once;
	char disk[32];
	enum table_kind kind;
	uint32_t logical_sector_bytes;
	uint64_t disk_lba; /* logical sectors of the disk */
	outcome_t mbr_read;
	bool has_protective_mbr; /* one that the kernel takes: of type 0xEE from sector 1 */
	uint64_t protective_last_lba;
	uint32_t mbr_signature; /* plain MBR: the first half of its PARTUUIDs */
	struct gpt_header_fact primary, backup;
	/* the backup where the last sector is, or where the primary header says */
	uint64_t backup_misplaced_bytes; /* > 0: the disk grew since the table was written */
	uint64_t disk_shrunk_bytes; /* > 0: the primary header says the disk was that much longer */
	enum answer do_headers_match; /* primary and backup: GUID, usable area, entries */
	enum answer do_entries_match; /* primary and backup entries */
	bool is_from_backup;          /* the partitions below are the backup's */
	enum answer has_overlap;
	uint32_t overlap_first, overlap_second; /* partition numbers */
	uint32_t out_of_range; /* number of the first partition outside the usable area, 0: none */
	uint32_t wrong_sector_bytes; /* a sound header at this other sector size, 0: none */
	/* What the last partition could grow by: up to the disk's end, less the backup table. */
	uint64_t free_behind_last_bytes;
	uint32_t last_partition; /* the one with the highest end */
	enum answer does_kernel_agree, does_libblkid_agree;
	char disagreement[96];
	uint32_t partition_count; /* in use; the first GPT_PARTITIONS_MAX are kept */
	struct gpt_partition_fact partition[GPT_PARTITIONS_MAX];
	/* What a tool like sgdisk takes for the disk, as a shell's word. Empty: /dev/NAME. */
	char argument[128];
	uint32_t protective_count; /* entries of type 0xEE */
	uint64_t protective_first_lba;
	bool is_protective_active; /* has the boot flag: EDK2 takes no GPT behind it */
	uint32_t hybrid_mismatch; /* number of an MBR entry that is no partition of the GPT, or 0 */
	uint32_t twin_first, twin_second; /* partitions of one GUID that is not zero, or 0 */
};

static inline bool gpt_has_table(const struct gpt_fact *gpt)
{
	return gpt->kind == TABLE_GPT || gpt->kind == TABLE_MBR || gpt->kind == TABLE_HYBRID;
}

#endif
