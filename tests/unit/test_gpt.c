/* SPDX-License-Identifier: MIT */
#include "base/crc32.h"
#include "base/text.h"
#include "gpt/entries.h"
#include "gpt/guid.h"
#include "gpt/header.h"
#include "gpt/layout.h"
#include "gpt/table.h"
#include "unit.h"

#include <errno.h>
#include <stdio.h>
#include <string.h>

/* A small disk in memory: 4096 sectors of 512 bytes, or 1024 of 4096. */
enum { DISK_MAX = 4 << 20, ARRAY = 128 * 128 };

static uint8_t disk[DISK_MAX], buffer[GPT_BUFFER_SIZE];
static uint32_t sector;
static uint64_t disk_size;
static uint64_t failing_offset;
static unsigned reads;
static struct gpt_fact gpt;

static void put(uint8_t *at, uint64_t value, unsigned width)
{
	for (unsigned i = 0; i < width; i++)
		at[i] = (uint8_t)(value >> (8 * i));
}

static uint8_t *lba(uint64_t at)
{
	return disk + at * sector;
}

static void header_seal(uint64_t at, uint64_t entries_lba)
{
	uint8_t *header = lba(at);
	uint64_t length = (uint64_t)header[80] * header[84];

	put(header + 88, crc32_update(0, lba(entries_lba), (size_t)length), 4);
	put(header + 16, 0, 4);
	put(header + 16, crc32_update(0, header, 92), 4);
}

static void header_write(uint64_t at, uint64_t other, uint64_t entries_lba, uint64_t last_lba)
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

static void entry_write(uint64_t entries_lba, unsigned index, uint64_t first, uint64_t last)
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

static uint64_t last_lba(void)
{
	return disk_size / sector - 1;
}

static uint64_t backup_entries_lba(void)
{
	return last_lba() - ARRAY / sector;
}

static void seal(void)
{
	header_seal(1, 2);
	memcpy(lba(backup_entries_lba()), lba(2), ARRAY);
	header_seal(last_lba(), backup_entries_lba());
}

/* One partition that leaves 100 usable sectors free. */
static void disk_make(uint32_t sector_bytes)
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

static int read_disk(
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

static void walk(void)
{
	const struct gpt_input input = {disk_size, sector, read_disk, NULL, buffer};

	reads = 0;
	ck_assert_int_eq(gpt_table_read(&input, &gpt), 0);
}

START_TEST(sound)
{
	static const uint32_t SECTORS[] = {512, 1024, 2048, 4096};

	disk_make(SECTORS[_i]);
	walk();
	ck_assert_int_eq(gpt.kind, TABLE_GPT);
	ck_assert(gpt.has_protective_mbr);
	ck_assert(gpt_header_is_sound(&gpt.primary));
	ck_assert(gpt_header_is_sound(&gpt.backup));
	ck_assert_int_eq(gpt.primary.is_entries_crc_right, ANSWER_YES);
	ck_assert_int_eq(gpt.backup.is_entries_crc_right, ANSWER_YES);
	ck_assert_int_eq(gpt.do_headers_match, ANSWER_YES);
	ck_assert_int_eq(gpt.do_entries_match, ANSWER_YES);
	ck_assert_int_eq(gpt.has_overlap, ANSWER_NO);
	ck_assert_uint_eq(gpt.out_of_range, 0);
	ck_assert_uint_eq(gpt.backup_misplaced_bytes, 0);
	ck_assert_uint_eq(gpt.disk_shrunk_bytes, 0);
	ck_assert_uint_eq(gpt.wrong_sector_bytes, 0);
	ck_assert_uint_eq(gpt.partition_count, 1);
	ck_assert_uint_eq(gpt.last_partition, 1);
	ck_assert_uint_eq(gpt.free_behind_last_bytes, UINT64_C(100) * sector);
	ck_assert_str_eq(gpt.partition[0].name, "root");
	ck_assert_str_eq(gpt.partition[0].type_name, "linux");
	ck_assert_uint_eq(reads, 5);
}
END_TEST

START_TEST(grown)
{
	uint64_t old_last;

	disk_make(512);
	disk_size = DISK_MAX / 2;
	memset(disk, 0, sizeof(disk));
	disk[446 + 4] = 0xee;
	put(disk + 446 + 8, 1, 4);
	put(disk + 446 + 12, last_lba(), 4);
	disk[510] = 0x55;
	disk[511] = 0xaa;
	entry_write(2, 0, 64, last_lba() - 33);
	header_write(1, last_lba(), 2, last_lba());
	header_write(last_lba(), 1, backup_entries_lba(), last_lba());
	seal();
	old_last = last_lba();
	disk_size = DISK_MAX;
	walk();
	ck_assert(gpt_header_is_sound(&gpt.primary));
	ck_assert(gpt_header_is_sound(&gpt.backup));
	ck_assert_uint_eq(gpt.backup.found_lba, old_last);
	ck_assert_uint_eq(gpt.backup_misplaced_bytes, DISK_MAX / 2);
	ck_assert_uint_eq(gpt.free_behind_last_bytes, DISK_MAX / 2);
	ck_assert_int_eq(gpt.do_entries_match, ANSWER_YES);
	/* Without the primary the protective MBR still tells where the disk ended. */
	lba(1)[70] ^= 1;
	walk();
	ck_assert_int_eq(gpt.primary.is_header_crc_right, ANSWER_NO);
	ck_assert(gpt_header_is_sound(&gpt.backup));
	ck_assert_uint_eq(gpt.backup_misplaced_bytes, DISK_MAX / 2);
	ck_assert(gpt.is_from_backup);
	ck_assert_uint_eq(gpt.partition_count, 1);
}
END_TEST

START_TEST(shrunk)
{
	disk_make(512);
	disk_size = DISK_MAX - 16 * 512;
	walk();
	ck_assert(gpt_header_is_sound(&gpt.primary));
	ck_assert_uint_eq(gpt.disk_shrunk_bytes, 16 * 512);
	ck_assert_int_eq(gpt.backup.has_signature, ANSWER_NO);
	/* The usable area is cut off: the kernel would not take the table either. */
	disk_size = DISK_MAX - 100 * 512;
	walk();
	ck_assert_int_eq(gpt.primary.is_sane, ANSWER_NO);
	ck_assert_str_eq(gpt.primary.problem, "usable area ends beyond the disk");
}
END_TEST

START_TEST(primary_corrupt)
{
	disk_make(512);
	lba(1)[60] ^= 1;
	walk();
	ck_assert_int_eq(gpt.kind, TABLE_GPT);
	ck_assert_int_eq(gpt.primary.has_signature, ANSWER_YES);
	ck_assert_int_eq(gpt.primary.is_header_crc_right, ANSWER_NO);
	ck_assert(gpt.is_from_backup);
	ck_assert_uint_eq(gpt.partition_count, 1);
	ck_assert_int_eq(gpt.do_entries_match, ANSWER_UNKNOWN);
	ck_assert_uint_eq(gpt.free_behind_last_bytes, 100 * 512);
}
END_TEST

START_TEST(primary_entries_corrupt)
{
	disk_make(512);
	lba(2)[56] = 'X';
	walk();
	ck_assert(gpt_header_is_sound(&gpt.primary));
	ck_assert_int_eq(gpt.primary.is_entries_crc_right, ANSWER_NO);
	ck_assert_int_eq(gpt.backup.is_entries_crc_right, ANSWER_YES);
	ck_assert_int_eq(gpt.do_entries_match, ANSWER_NO);
	ck_assert(gpt.is_from_backup);
	ck_assert_str_eq(gpt.partition[0].name, "root");
}
END_TEST

START_TEST(backup_corrupt)
{
	disk_make(512);
	lba(last_lba())[60] ^= 1;
	walk();
	ck_assert(gpt_header_is_sound(&gpt.primary));
	ck_assert(!gpt_header_is_sound(&gpt.backup));
	ck_assert_int_eq(gpt.backup.is_header_crc_right, ANSWER_NO);
	ck_assert(!gpt.is_from_backup);
	disk_make(512);
	lba(backup_entries_lba())[56] = 'X';
	walk();
	ck_assert_int_eq(gpt.backup.is_entries_crc_right, ANSWER_NO);
	ck_assert_int_eq(gpt.do_entries_match, ANSWER_NO);
	ck_assert(!gpt.is_from_backup);
}
END_TEST

START_TEST(both_entries_corrupt)
{
	disk_make(512);
	lba(2)[56] = 'X';
	lba(backup_entries_lba())[56] = 'Y';
	walk();
	ck_assert(!gpt.is_from_backup);
	ck_assert_str_eq(gpt.partition[0].name, "Xoot");
}
END_TEST

START_TEST(stale_backup_at_the_end)
{
	disk_make(512);
	/* The primary names an earlier sector, where a sound backup stands as well. */
	memcpy(lba(3000), lba(last_lba()), 512);
	put(lba(3000) + 24, 3000, 8);
	put(lba(3000) + 48, 2900, 8);
	put(lba(3000) + 72, 2960, 8);
	memcpy(lba(2960), lba(2), ARRAY);
	header_seal(3000, 2960);
	put(lba(1) + 32, 3000, 8);
	put(lba(1) + 48, 2900, 8);
	header_seal(1, 2);
	walk();
	ck_assert_uint_eq(gpt.backup.found_lba, 3000);
	ck_assert_uint_eq(gpt.backup_misplaced_bytes, (last_lba() - 3000) * 512);
	ck_assert_int_eq(gpt.do_headers_match, ANSWER_YES);
}
END_TEST

START_TEST(headers_differ)
{
	disk_make(512);
	lba(last_lba())[56] ^= 1;
	header_seal(last_lba(), backup_entries_lba());
	walk();
	ck_assert_int_eq(gpt.do_headers_match, ANSWER_NO);
	ck_assert_int_eq(gpt.do_entries_match, ANSWER_YES);
}
END_TEST

START_TEST(overlap_and_range)
{
	disk_make(512);
	entry_write(2, 0, 64, 1000);
	entry_write(2, 5, 2000, 2100);
	entry_write(2, 3, 900, 1999);
	seal();
	walk();
	ck_assert_int_eq(gpt.has_overlap, ANSWER_YES);
	ck_assert_uint_eq(gpt.overlap_first, 1);
	ck_assert_uint_eq(gpt.overlap_second, 4);
	ck_assert_uint_eq(gpt.out_of_range, 0);
	ck_assert_uint_eq(gpt.last_partition, 6);

	/* One inside another, with a third between their starts. */
	disk_make(512);
	entry_write(2, 0, 64, 3000);
	entry_write(2, 1, 2900, 2950);
	entry_write(2, 2, 3001, 3005);
	seal();
	walk();
	ck_assert_uint_eq(gpt.overlap_first, 1);
	ck_assert_uint_eq(gpt.overlap_second, 2);

	disk_make(512);
	entry_write(2, 1, 10, 20);
	seal();
	walk();
	ck_assert_uint_eq(gpt.out_of_range, 2);
	disk_make(512);
	entry_write(2, 1, 4050, 4040);
	seal();
	walk();
	ck_assert_uint_eq(gpt.out_of_range, 2);
	disk_make(512);
	entry_write(2, 2, UINT64_MAX, UINT64_MAX);
	seal();
	walk();
	ck_assert_uint_eq(gpt.out_of_range, 3);
	ck_assert_uint_eq(gpt.free_behind_last_bytes, 0);
}
END_TEST

static void make_for_other_size(uint32_t sector_bytes)
{
	disk_make(sector_bytes);
	sector = sector_bytes == 512 ? 4096 : 512;
}

START_TEST(wrong_sector_size)
{
	make_for_other_size(_i ? 4096 : 512);
	walk();
	ck_assert_int_eq(gpt.kind, TABLE_GPT);
	ck_assert_int_eq(gpt.primary.has_signature, ANSWER_NO);
	ck_assert_uint_eq(gpt.wrong_sector_bytes, _i ? 4096 : 512);
	ck_assert_uint_eq(gpt.partition_count, 0);
}
END_TEST

/* An optical disc: a table for 512 is there as a matter of course. */
START_TEST(disc_is_not_confused)
{
	disk_make(512);
	sector = 2048;
	walk();
	ck_assert_uint_eq(gpt.wrong_sector_bytes, 0);
}
END_TEST

static const struct lie {
	const char *problem;
	unsigned offset, width;
	uint64_t value;
} LIES[] = {
	{"revision is not 1.0", 8, 4, 0x20000},
	{"header size is impossible", 12, 4, 91},
	{"header size is impossible", 12, 4, 513},
	{"header size is impossible", 12, 4, UINT32_MAX},
	{"says that it stands in another sector", 24, 8, 2},
	{"names itself as its own backup", 32, 8, 1},
	{"usable area ends before it begins", 40, 8, UINT64_MAX},
	{"usable area ends beyond the disk", 48, 8, UINT64_MAX},
	{"entry size is not 128 times a power of two", 84, 4, 0},
	{"entry size is not 128 times a power of two", 84, 4, 64},
	{"entry size is not 128 times a power of two", 84, 4, 384},
	{"no entries", 80, 4, 0},
	{"entries lie outside of the disk", 80, 4, UINT32_MAX},
	{"entries lie outside of the disk", 72, 8, 1},
	{"entries lie outside of the disk", 72, 8, UINT64_MAX},
	{"entries lie within the usable area", 72, 8, 3},
	{"entries lie within the usable area", 80, 4, 129},
	{"entries lie within the usable area", 72, 8, 1000},
};

START_TEST(lying_header)
{
	const struct lie *lie = &LIES[_i];

	disk_make(512);
	put(lba(1) + lie->offset, lie->value, lie->width);
	put(lba(1) + 16, 0, 4);
	put(lba(1) + 16, crc32_update(0, lba(1), 92), 4);
	walk();
	ck_assert_str_eq(gpt.primary.problem, lie->problem);
	ck_assert_int_eq(gpt.primary.is_sane, ANSWER_NO);
	/* The backup speaks for the table. */
	ck_assert(gpt.is_from_backup);
	ck_assert_uint_eq(gpt.partition_count, 1);
}
END_TEST

/* 1000 entries of 128 bytes do not fit the buffer, and have a right to be there. */
START_TEST(huge_array)
{
	disk_make(512);
	put(lba(1) + 40, 300, 8);
	put(lba(1) + 80, 1000, 4);
	entry_write(2, 0, 300, 400);
	put(lba(1) + 16, 0, 4);
	put(lba(1) + 16, crc32_update(0, lba(1), 92), 4);
	lba(last_lba())[0] = 'x';
	walk();
	ck_assert(gpt_header_is_sound(&gpt.primary));
	ck_assert(gpt.primary.is_entries_cut);
	ck_assert_int_eq(gpt.primary.is_entries_crc_right, ANSWER_UNKNOWN);
	ck_assert_uint_eq(gpt.partition_count, 1);
}
END_TEST

START_TEST(many_partitions)
{
	disk_make(512);
	put(lba(1) + 40, 300, 8);
	put(lba(1) + 80, 200, 4);
	for (unsigned i = 0; i < 200; i++)
		entry_write(2, i, 300 + i, 300 + i);
	put(lba(1) + 88, crc32_update(0, lba(2), 200 * 128), 4);
	put(lba(1) + 16, 0, 4);
	put(lba(1) + 16, crc32_update(0, lba(1), 92), 4);
	walk();
	ck_assert_int_eq(gpt.primary.is_entries_crc_right, ANSWER_YES);
	ck_assert_uint_eq(gpt.partition_count, 200);
	ck_assert_uint_eq(gpt_kept_count(&gpt), GPT_PARTITIONS_MAX);
	ck_assert_int_eq(gpt.has_overlap, ANSWER_NO);
	ck_assert_uint_eq(gpt.last_partition, 128);
}
END_TEST

START_TEST(larger_entries)
{
	disk_make(512);
	put(lba(1) + 84, 256, 4);
	put(lba(1) + 80, 64, 4);
	memset(lba(2), 0, ARRAY);
	entry_write(2, 2, 64, 99);
	put(lba(1) + 88, crc32_update(0, lba(2), ARRAY), 4);
	put(lba(1) + 16, 0, 4);
	put(lba(1) + 16, crc32_update(0, lba(1), 92), 4);
	walk();
	ck_assert_int_eq(gpt.primary.is_entries_crc_right, ANSWER_YES);
	ck_assert_uint_eq(gpt.partition_count, 1);
	ck_assert_uint_eq(gpt.partition[0].number, 2);
}
END_TEST

START_TEST(read_errors)
{
	disk_make(512);
	failing_offset = 512;
	walk();
	ck_assert_int_eq(gpt.primary.read, -EIO);
	ck_assert_int_eq(gpt.primary.has_signature, ANSWER_UNKNOWN);
	ck_assert(gpt.is_from_backup);
	disk_make(512);
	failing_offset = 0;
	walk();
	ck_assert_int_eq(gpt.mbr_read, -EIO);
	ck_assert_int_eq(gpt.kind, TABLE_GPT);
	disk_make(512);
	failing_offset = last_lba() * 512;
	walk();
	ck_assert_int_eq(gpt.backup.read, -EIO);
	ck_assert_uint_eq(gpt.partition_count, 1);
	memset(disk, 0, sizeof(disk));
	failing_offset = 0;
	walk();
	ck_assert_int_eq(gpt.kind, TABLE_UNKNOWN);
}
END_TEST

START_TEST(nothing_and_leftovers)
{
	disk_make(512);
	memset(disk, 0, sizeof(disk));
	walk();
	ck_assert_int_eq(gpt.kind, TABLE_NONE);
	ck_assert(gpt_table_may_be_filesystem(&gpt));
	/* mkfs over a disk that had a table leaves the backup. */
	disk_make(512);
	memset(disk, 0, DISK_MAX / 2);
	walk();
	ck_assert_int_eq(gpt.kind, TABLE_GPT);
	ck_assert(gpt.is_from_backup);
	ck_assert(gpt_table_may_be_filesystem(&gpt));
	/* A protective MBR alone is a table that was lost. */
	disk_make(512);
	memset(disk + 512, 0, sizeof(disk) - 512);
	walk();
	ck_assert_int_eq(gpt.kind, TABLE_GPT);
	ck_assert_int_eq(gpt.primary.has_signature, ANSWER_NO);
	ck_assert(!gpt_table_may_be_filesystem(&gpt));
}
END_TEST

START_TEST(hybrid_and_stale)
{
	disk_make(512);
	disk[446 + 16 + 4] = 0x83;
	put(disk + 446 + 16 + 8, 64, 4);
	put(disk + 446 + 16 + 12, 100, 4);
	walk();
	ck_assert_int_eq(gpt.kind, TABLE_HYBRID);
	ck_assert_uint_eq(gpt.partition_count, 1);
	/* A plain MBR goes before what is left of a GPT. */
	disk[446 + 4] = 0x82;
	walk();
	ck_assert_int_eq(gpt.kind, TABLE_MBR);
	ck_assert_uint_eq(gpt.partition_count, 2);
	ck_assert(gpt_header_is_sound(&gpt.primary));
}
END_TEST

START_TEST(impossible_disks)
{
	struct gpt_input input = {0, 512, read_disk, NULL, buffer};

	ck_assert_int_eq(gpt_table_read(&input, &gpt), -EINVAL);
	input.size_bytes = 3 * 512;
	ck_assert_int_eq(gpt_table_read(&input, &gpt), -EINVAL);
	input = (struct gpt_input){DISK_MAX, 520, read_disk, NULL, buffer};
	ck_assert_int_eq(gpt_table_read(&input, &gpt), -EINVAL);
	input.sector_bytes = 0;
	ck_assert_int_eq(gpt_table_read(&input, &gpt), -EINVAL);
	input.sector_bytes = 1U << 31;
	ck_assert_int_eq(gpt_table_read(&input, &gpt), -EINVAL);
}
END_TEST

START_TEST(names_become_utf8)
{
	static const struct {
		uint16_t units[4];
		const char *name;
	} CASES[] = {
		{{'a', 0xe9, 0, 'x'}, "a\xc3\xa9"},
		{{0x4e2d, 0xd83d, 0xde00, 'b'}, "\xe4\xb8\xad\xf0\x9f\x98\x80"
						"b"},
		{{0xd83d, 'a', 0xde00, 0}, "\xef\xbf\xbd"
					   "a\xef\xbf\xbd"},
	};

	for (size_t i = 0; i < ARRAY_SIZE(CASES); i++) {
		disk_make(512);
		memset(lba(2) + 56, 0, 72);
		for (unsigned j = 0; j < 4; j++)
			put(lba(2) + 56 + 2 * j, CASES[i].units[j], 2);
		seal();
		walk();
		ck_assert_str_eq(gpt.partition[0].name, CASES[i].name);
	}
	/* The longest name, of the longest characters and half a pair at its end. */
	disk_make(512);
	for (unsigned j = 0; j < 36; j++)
		put(lba(2) + 56 + 2 * j, 0xd800, 2);
	seal();
	walk();
	ck_assert_uint_eq(strlen(gpt.partition[0].name), 108);
}
END_TEST

START_TEST(others_agree_or_not)
{
	struct extent others[2] = {{1, 64, 0}, {2, 1, 1}};
	char why[96] = "";

	disk_make(512);
	walk();
	others[0].count = gpt.partition[0].last_lba - 64 + 1;
	ck_assert(gpt_layout_agrees(&gpt, others, 1, "the kernel", why, sizeof(why)));
	ck_assert_str_eq(why, "");
	ck_assert(!gpt_layout_agrees(&gpt, others, 0, "the kernel", why, sizeof(why)));
	ck_assert_str_eq(why, "the kernel has no partitions");
	ck_assert(!gpt_layout_agrees(&gpt, others, 2, "the kernel", why, sizeof(why)));
	ck_assert_str_eq(why, "the kernel has one more partition: 2");
	others[0].count++;
	ck_assert(!gpt_layout_agrees(&gpt, others, 1, "libblkid", why, sizeof(why)));
	ck_assert_str_eq(why, "libblkid has another place or size for partition 1");
	others[0].number = 7;
	ck_assert(!gpt_layout_agrees(&gpt, others, 1, "libblkid", why, sizeof(why)));
	ck_assert_str_eq(why, "libblkid lacks partition 1");
	/* Others count 512 bytes whatever the sector size. */
	disk_make(4096);
	walk();
	others[0] = (struct extent){
		1, 64 * 8, (gpt.partition[0].last_lba - gpt.partition[0].first_lba + 1) * 8};
	ck_assert(gpt_layout_agrees(&gpt, others, 1, "the kernel", why, sizeof(why)));
}
END_TEST

START_TEST(type_names)
{
	uint8_t guid[16] = {0x28, 0x73, 0x2a, 0xc1, 0x1f, 0xf8, 0xd2, 0x11, 0xba, 0x4b, 0x00, 0xa0,
		0xc9, 0x3e, 0xc9, 0x3b};
	char text[GUID_TEXT_SIZE];

	ck_assert_str_eq(guid_type_name(guid), "esp");
	guid_format(guid, text);
	ck_assert_str_eq(text, "c12a7328-f81f-11d2-ba4b-00a0c93ec93b");
	guid[0]++;
	ck_assert_str_eq(guid_type_name(guid), "");
	ck_assert_str_eq(mbr_type_name(0x83), "linux");
	ck_assert_str_eq(mbr_type_name(0x99), "");
}
END_TEST

/* Changes at random places of headers and entries, with checksums that are right again every other
 * time, so that what lies behind them is reached. Nothing may be read outside the disk. */
START_TEST(mutations)
{
	uint32_t seed = 1;

	for (unsigned round = 0; round < 4000; round++) {
		disk_make(round & 2 ? 4096 : 512);
		for (unsigned i = 0; i < 1 + round % 7; i++) {
			seed = seed * 1103515245 + 12345;
			lba(seed >> 30)[(seed >> 8) % (i & 1 ? 100 : 600)] =
				(uint8_t)(seed >> 16 & 1 ? seed >> 20 : 0xff);
		}
		if (round & 1) {
			put(lba(1) + 12, 92, 4);
			put(lba(1) + 16, 0, 4);
			put(lba(1) + 16, crc32_update(0, lba(1), 92), 4);
		}
		walk();
		ck_assert_uint_le(reads, 8 + EBR_MAX);
	}
}
END_TEST

int main(void)
{
	Suite *suite = suite_create("gpt");
	TCase *tcase = tcase_create("gpt");
	SRunner *runner = srunner_create(suite);
	int failed;

	tcase_set_timeout(tcase, 120);
	tcase_add_loop_test(tcase, sound, 0, 4);
	tcase_add_loop_test(tcase, wrong_sector_size, 0, 2);
	tcase_add_loop_test(tcase, lying_header, 0, (int)ARRAY_SIZE(LIES));
	tcase_add_test(tcase, grown);
	tcase_add_test(tcase, shrunk);
	tcase_add_test(tcase, primary_corrupt);
	tcase_add_test(tcase, primary_entries_corrupt);
	tcase_add_test(tcase, backup_corrupt);
	tcase_add_test(tcase, both_entries_corrupt);
	tcase_add_test(tcase, stale_backup_at_the_end);
	tcase_add_test(tcase, headers_differ);
	tcase_add_test(tcase, overlap_and_range);
	tcase_add_test(tcase, disc_is_not_confused);
	tcase_add_test(tcase, huge_array);
	tcase_add_test(tcase, many_partitions);
	tcase_add_test(tcase, larger_entries);
	tcase_add_test(tcase, read_errors);
	tcase_add_test(tcase, nothing_and_leftovers);
	tcase_add_test(tcase, hybrid_and_stale);
	tcase_add_test(tcase, impossible_disks);
	tcase_add_test(tcase, names_become_utf8);
	tcase_add_test(tcase, others_agree_or_not);
	tcase_add_test(tcase, type_names);
	tcase_add_test(tcase, mutations);
	suite_add_tcase(suite, tcase);
	srunner_run_all(runner, CK_ENV);
	failed = srunner_ntests_failed(runner);
	srunner_free(runner);
	return failed ? EXIT_FAILURE : EXIT_SUCCESS;
}
