/* SPDX-License-Identifier: MIT */
#include "gpt/mbr.h"

#include "base/text.h"
#include "gpt/table.h"
#include "unit.h"

#include <errno.h>
#include <string.h>

static uint8_t sector[MBR_SIZE];
static struct mbr mbr;

static void put32(uint8_t *at, uint32_t value)
{
	for (unsigned i = 0; i < 4; i++)
		at[i] = (uint8_t)(value >> (8 * i));
}

static void entry_set(uint8_t *bytes, unsigned index, uint8_t status, uint8_t type, uint32_t first,
	uint32_t count)
{
	uint8_t *entry = bytes + 446 + 16 * (size_t)index;

	entry[0] = status;
	entry[4] = type;
	put32(entry + 8, first);
	put32(entry + 12, count);
	bytes[510] = 0x55;
	bytes[511] = 0xaa;
}

static enum mbr_kind kind(void)
{
	mbr_parse(sector, 1000000, &mbr);
	return mbr.kind;
}

START_TEST(kinds)
{
	memset(sector, 0, sizeof(sector));
	ck_assert_int_eq(kind(), MBR_ABSENT);
	sector[510] = 0x55;
	sector[511] = 0xaa;
	ck_assert_int_eq(kind(), MBR_EMPTY);
	entry_set(sector, 0, 0, 0xee, 1, 999999);
	ck_assert_int_eq(kind(), MBR_PROTECTIVE);
	ck_assert_uint_eq(mbr.protective_last_lba, 999999);
	/* Some firmware wants the flag; it is protective all the same. */
	sector[446] = 0x80;
	ck_assert_int_eq(kind(), MBR_PROTECTIVE);
	entry_set(sector, 2, 0, 0x83, 2048, 1000);
	ck_assert_int_eq(kind(), MBR_HYBRID);
	entry_set(sector, 0, 0x80, 0x82, 1, 10);
	put32(sector + 440, 0x12345678);
	ck_assert_int_eq(kind(), MBR_PLAIN);
	ck_assert_uint_eq(mbr.signature, 0x12345678);
	sector[511] = 0;
	ck_assert_int_eq(kind(), MBR_ABSENT);
}
END_TEST

/* A boot sector of FAT or NTFS has code where the entries would be. */
START_TEST(boot_sectors)
{
	memset(sector, 'm', sizeof(sector));
	sector[510] = 0x55;
	sector[511] = 0xaa;
	ck_assert_int_eq(kind(), MBR_ABSENT);
	memset(sector, 0, sizeof(sector));
	entry_set(sector, 1, 0, 0x6f, 0x6b736964, 0x65727245);
	ck_assert_int_eq(kind(), MBR_ABSENT);
}
END_TEST

START_TEST(an_end_beyond_32_bits)
{
	memset(sector, 0, sizeof(sector));
	entry_set(sector, 0, 0, 0xee, UINT32_MAX, UINT32_MAX);
	ck_assert_int_eq(kind(), MBR_EMPTY);
	ck_assert_uint_eq(mbr.protective_last_lba, UINT64_C(2) * UINT32_MAX - 1);
}
END_TEST

/* As the kernel has it: the type and the first sector, and nothing else. */
START_TEST(what_protects)
{
	memset(sector, 0, sizeof(sector));
	entry_set(sector, 3, 0x7f, 0xee, 1, 0);
	ck_assert_int_eq(kind(), MBR_PROTECTIVE);
	ck_assert(!mbr.is_protective_active);
	ck_assert_uint_eq(mbr.protective_last_lba, 0);
	entry_set(sector, 0, 0x80, 0xee, 5000, 1000);
	ck_assert_int_eq(kind(), MBR_PROTECTIVE);
	ck_assert(mbr.is_protective_active);
	ck_assert_uint_eq(mbr.protective_count, 2);
	ck_assert_uint_eq(mbr.protective_first_lba, 5000);
	entry_set(sector, 3, 0, 0x83, 2048, 1000);
	ck_assert_int_eq(kind(), MBR_EMPTY);
	entry_set(sector, 0, 0, 0xee, 1, 2047);
	ck_assert_int_eq(kind(), MBR_HYBRID);
}
END_TEST

START_TEST(links)
{
	struct ebr ebr;

	memset(sector, 0, sizeof(sector));
	ck_assert(!ebr_parse(sector, 2000, 3000, &ebr));
	entry_set(sector, 0, 0, 0x83, 63, 100);
	entry_set(sector, 1, 0, 0x05, 500, 200);
	ck_assert(ebr_parse(sector, 2000, 3000, &ebr));
	ck_assert(ebr.has_partition);
	ck_assert_uint_eq(ebr.first_lba, 3063);
	ck_assert_uint_eq(ebr.last_lba, 3162);
	ck_assert_uint_eq(ebr.next_lba, 2500);
	entry_set(sector, 1, 0, 0, 0, 0);
	ck_assert(ebr_parse(sector, 2000, 3000, &ebr));
	ck_assert_uint_eq(ebr.next_lba, 0);
}
END_TEST

/* ------------------------------------------------------------------------- a disk of links */

enum { DISK_SECTORS = 4096 };

static uint8_t disk[DISK_SECTORS * 512], buffer[GPT_BUFFER_SIZE];
static unsigned reads;
static struct gpt_fact table;

static int read_disk(
	void *context, const char *what, uint64_t offset, uint8_t *bytes, uint32_t length)
{
	(void)context;
	(void)what;
	ck_assert_uint_le(offset + length, sizeof(disk));
	reads++;
	memcpy(bytes, disk + offset, length);
	return 0;
}

static void walk(void)
{
	const struct gpt_input input = {sizeof(disk), 512, read_disk, NULL, buffer};

	reads = 0;
	ck_assert_int_eq(gpt_table_read(&input, &table), 0);
	ck_assert_int_eq(table.kind, TABLE_MBR);
}

static void disk_make(void)
{
	memset(disk, 0, sizeof(disk));
	entry_set(disk, 0, 0x80, 0x83, 64, 936);
	entry_set(disk, 1, 0, 0x05, 1000, 2000);
	put32(disk + 440, 0xcafe);
	entry_set(disk + 1000 * 512, 0, 0, 0x82, 8, 492);
	entry_set(disk + 1000 * 512, 1, 0, 0x05, 500, 1000);
	entry_set(disk + 1500 * 512, 0, 0, 0x8e, 8, 1000);
}

START_TEST(logical_partitions)
{
	disk_make();
	walk();
	ck_assert_uint_eq(table.partition_count, 4);
	ck_assert_uint_eq(table.mbr_signature, 0xcafe);
	ck_assert_uint_eq(table.partition[2].number, 5);
	ck_assert_uint_eq(table.partition[2].first_lba, 1008);
	ck_assert_uint_eq(table.partition[3].number, 6);
	ck_assert_uint_eq(table.partition[3].first_lba, 1508);
	ck_assert_str_eq(table.partition[3].type_name, "linux-lvm");
	/* The extended partition is a container, no overlap and not the last one. */
	ck_assert_int_eq(table.has_overlap, ANSWER_NO);
	ck_assert_uint_eq(table.last_partition, 6);
	ck_assert_uint_eq(table.free_behind_last_bytes, (DISK_SECTORS - 1 - 2507) * 512);
}
END_TEST

START_TEST(a_circle_of_links_ends)
{
	disk_make();
	entry_set(disk + 1500 * 512, 1, 0, 0x05, 500, 1000);
	walk();
	ck_assert_uint_le(reads, 8 + EBR_MAX);
	ck_assert_uint_le(table.partition_count, 4 + EBR_MAX);
	ck_assert_int_eq(table.has_overlap, ANSWER_YES);
}
END_TEST

START_TEST(a_link_out_of_the_disk_ends)
{
	disk_make();
	entry_set(disk + 1000 * 512, 1, 0, 0x05, UINT32_MAX, 1000);
	walk();
	ck_assert_uint_eq(table.partition_count, 3);
}
END_TEST

START_TEST(partitions_beyond_the_disk)
{
	disk_make();
	entry_set(disk, 0, 0, 0x83, 64, 100000);
	walk();
	ck_assert_uint_eq(table.out_of_range, 1);
	ck_assert_int_eq(table.has_overlap, ANSWER_YES);
}
END_TEST

UNIT_MAIN("mbr", kinds, boot_sectors, an_end_beyond_32_bits, what_protects, links,
	logical_partitions, a_circle_of_links_ends, a_link_out_of_the_disk_ends,
	partitions_beyond_the_disk)
