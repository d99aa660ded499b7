/* SPDX-License-Identifier: MIT */
/*
 * A small disk in memory with a GPT, for those who break it: disk_make(), changes, seal() where the
 * checksums are to be right again, walk().
 */
#ifndef TESTS_UNIT_GPT_DISK_H
#define TESTS_UNIT_GPT_DISK_H

#include "base/crc32.h"
#include "gpt/table.h"
#include "unit.h"

#include <errno.h>
#include <string.h>

/* A small disk in memory: 4096 sectors of 512 bytes, or 1024 of 4096. */
enum { DISK_MAX = 4 << 20, ARRAY = 128 * 128 };

static uint8_t disk[DISK_MAX], buffer[GPT_BUFFER_SIZE];
static uint32_t sector;
static uint64_t disk_size;
static uint64_t failing_offset;
static unsigned reads;
static struct gpt_fact gpt;

static inline void put(uint8_t *at, uint64_t value, unsigned width)
{
	for (unsigned i = 0; i < width; i++)
		at[i] = (uint8_t)(value >> (8 * i));
}

static inline uint8_t *lba(uint64_t at)
{
	return disk + at * sector;
}

static inline void header_seal(uint64_t at, uint64_t entries_lba)
{
	uint8_t *header = lba(at);
	uint64_t length = (uint64_t)header[80] * header[84];

	put(header + 88, crc32_update(0, lba(entries_lba), (size_t)length), 4);
	put(header + 16, 0, 4);
	put(header + 16, crc32_update(0, header, 92), 4);
}

static inline void header_write(
	uint64_t at, uint64_t other, uint64_t entries_lba, uint64_t last_lba)
{
	uint8_t *header = lba(at);
	uint64_t array = ARRAY / sector;

	memcpy(header, "EFI PART", 8);
	put(header + 8, 0x10000, 4);
	put(header + 12, 92, 4);
	put(header + 24, at, 8);
	put(header + 32, other, 8);
	put(header + 40, 2 + array, 8);
	put(header + 48, last_lba - array - 1, 8);
	memset(header + 56, 0x11, 16);
	put(header + 72, entries_lba, 8);
	put(header + 80, 128, 4);
	put(header + 84, 128, 4);
	header_seal(at, entries_lba);
}

static inline void entry_write(uint64_t entries_lba, unsigned index, uint64_t first, uint64_t last)
{
	/* Linux filesystem data, as it stands on the disk. */
	static const uint8_t LINUX[16] = {0xaf, 0x3d, 0xc6, 0x0f, 0x83, 0x84, 0x72, 0x47, 0x8e,
		0x79, 0x3d, 0x69, 0xd8, 0x47, 0x7d, 0xe4};
	uint8_t *entry = lba(entries_lba) + (size_t)index * 128;

	memcpy(entry, LINUX, sizeof(LINUX));
	memset(entry + 16, (int)(0x20 + index), 16);
	put(entry + 32, first, 8);
	put(entry + 40, last, 8);
	memcpy(entry + 56, "r\0o\0o\0t\0", 8);
}

static inline uint64_t last_lba(void)
{
	return disk_size / sector - 1;
}

static inline uint64_t backup_entries_lba(void)
{
	return last_lba() - ARRAY / sector;
}

static inline void seal(void)
{
	header_seal(1, 2);
	memcpy(lba(backup_entries_lba()), lba(2), ARRAY);
	header_seal(last_lba(), backup_entries_lba());
}

/* One partition that leaves 100 usable sectors free. */
static inline void disk_make(uint32_t sector_bytes)
{
	uint8_t *entry = disk + 446;

	memset(disk, 0, sizeof(disk));
	sector = sector_bytes;
	disk_size = DISK_MAX;
	failing_offset = UINT64_MAX;
	entry[4] = 0xee;
	put(entry + 8, 1, 4);
	put(entry + 12, last_lba(), 4);
	disk[510] = 0x55;
	disk[511] = 0xaa;
	entry_write(2, 0, 64, last_lba() - ARRAY / sector - 1 - 100);
	header_write(1, last_lba(), 2, last_lba());
	header_write(last_lba(), 1, backup_entries_lba(), last_lba());
	seal();
}

static inline int read_disk(
	void *context, const char *what, uint64_t offset, uint8_t *bytes, uint32_t length)
{
	(void)context;
	ck_assert_ptr_nonnull(what);
	ck_assert_uint_eq(offset % sector, 0);
	ck_assert_uint_eq(length % sector, 0);
	ck_assert_uint_gt(length, 0);
	ck_assert_uint_le(length, GPT_BUFFER_SIZE);
	ck_assert_uint_le(offset + length, disk_size);
	reads++;
	if (offset == failing_offset)
		return -EIO;
	memcpy(bytes, disk + offset, length);
	return 0;
}

static inline void walk(void)
{
	const struct gpt_input input = {disk_size, sector, read_disk, NULL, buffer};

	reads = 0;
	ck_assert_int_eq(gpt_table_read(&input, &gpt), 0);
}

#endif
