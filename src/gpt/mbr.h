/* SPDX-License-Identifier: MIT */
/*
 * The master boot record and the chain of logical partitions: 512 bytes whatever the sector size.
 */
#ifndef GPT_MBR_H
#define GPT_MBR_H

#include "bootprobe/facts.h"

enum { MBR_SIZE = 512, MBR_ENTRIES = 4 };

enum mbr_kind {
	MBR_ABSENT = 0, /* no signature, or what stands in place of the entries makes no sense: the
			 * boot sectors of FAT and NTFS bear the signature too */
	MBR_EMPTY, /* the signature and no partition; or type 0xEE, but not from sector 1, which
		    * makes the kernel take neither this nor the GPT */
	MBR_PROTECTIVE, /* type 0xEE from sector 1 and nothing else, whatever its boot flag and its
			 * length (UEFI 2.10, 5.2.3; block/partitions/efi.c: is_pmbr_valid) */
	MBR_HYBRID,     /* type 0xEE beside others */
	MBR_PLAIN,
};

struct mbr_entry {
	uint8_t status, type;
	uint32_t first_lba, lba_count;
};

struct mbr {
	enum mbr_kind kind;
	uint32_t signature;
	struct mbr_entry entry[MBR_ENTRIES];
	uint32_t protective_count; /* entries of type 0xEE, wherever they are */
	uint64_t protective_first_lba, protective_last_lba;
	bool is_protective_active;
};

void mbr_parse(const uint8_t sector[MBR_SIZE], uint64_t disk_lba, struct mbr *ret_mbr);
bool mbr_type_is_extended(uint8_t type);
bool mbr_entry_is_used(const struct mbr_entry *entry);
bool mbr_entry_is_protective(const struct mbr_entry *entry);

/* One link of the chain: the logical partition that it describes, if any, and the LBA of the next
 * link, 0 at the end. first_lba is the extended partition's, at_lba the one of this sector. */
struct ebr {
	bool has_partition;
	uint8_t type;
	uint64_t first_lba, last_lba;
	uint64_t next_lba;
};

/* Returns false when the sector is no link of a chain. */
bool ebr_parse(
	const uint8_t sector[MBR_SIZE], uint64_t first_lba, uint64_t at_lba, struct ebr *ret_ebr);

#endif
