/* SPDX-License-Identifier: MIT */
#include "base/text.h"
#include "gpt_disk.h"

static void assert_sound(uint32_t sector_bytes)
{
	disk_make(sector_bytes);
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

START_TEST(sound)
{
	static const uint32_t SECTORS[] = {512, 1024, 2048, 4096};

	for (size_t i = 0; i < ARRAY_SIZE(SECTORS); i++)
		assert_sound(SECTORS[i]);
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
	/* One that cannot be read is not one that is damaged: nothing at the end says nothing. */
	failing_offset = old_last * 512;
	walk();
	ck_assert_int_eq(gpt.backup.read, -EIO);
	failing_offset = UINT64_MAX;
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
	ck_assert_uint_eq(gpt.disk_shrunk_bytes, 100 * 512);
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

/* A table that was made for one size, read with the other. */
static void assert_other_size(uint32_t sector_bytes)
{
	disk_make(sector_bytes);
	sector = sector_bytes == 512 ? 4096 : 512;
	walk();
	ck_assert_int_eq(gpt.kind, TABLE_GPT);
	ck_assert_int_eq(gpt.primary.has_signature, ANSWER_NO);
	ck_assert_uint_eq(gpt.wrong_sector_bytes, sector_bytes);
	ck_assert_uint_eq(gpt.partition_count, 0);
}

START_TEST(wrong_sector_size)
{
	assert_other_size(512);
	assert_other_size(4096);
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

START_TEST(hybrid_that_says_something_else)
{
	disk_make(512);
	disk[446 + 16 + 4] = 0x83;
	put(disk + 446 + 16 + 8, 64, 4);
	put(disk + 446 + 16 + 12, last_lba() - ARRAY / sector - 1 - 100 - 63, 4);
	walk();
	ck_assert_int_eq(gpt.kind, TABLE_HYBRID);
	ck_assert_uint_eq(gpt.hybrid_mismatch, 0);
	put(disk + 446 + 16 + 8, 65, 4);
	walk();
	ck_assert_uint_eq(gpt.hybrid_mismatch, 2);
}
END_TEST

START_TEST(protection_that_the_kernel_ignores)
{
	disk_make(512);
	put(disk + 446 + 8, 2, 4);
	walk();
	ck_assert_int_eq(gpt.kind, TABLE_GPT);
	ck_assert(!gpt.has_protective_mbr);
	ck_assert_uint_eq(gpt.protective_first_lba, 2);
	ck_assert_uint_eq(gpt.protective_count, 1);
	/* The boot sector of a file system may have that byte there. */
	memset(disk + 512, 0, sizeof(disk) - 512);
	walk();
	ck_assert_int_eq(gpt.kind, TABLE_NONE);
	ck_assert(gpt_table_may_be_filesystem(&gpt));
}
END_TEST

UNIT_MAIN("gpt", sound, grown, shrunk, primary_corrupt, primary_entries_corrupt, backup_corrupt,
	both_entries_corrupt, stale_backup_at_the_end, headers_differ, wrong_sector_size,
	disc_is_not_confused, read_errors, nothing_and_leftovers, hybrid_and_stale,
	hybrid_that_says_something_else, protection_that_the_kernel_ignores)
