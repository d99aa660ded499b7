/* SPDX-License-Identifier: MIT */
#include "base/text.h"
#include "gpt/layout.h"
#include "gpt_disk.h"

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

static void assert_lie(const struct lie *lie)
{
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

START_TEST(lying_headers)
{
	for (size_t i = 0; i < ARRAY_SIZE(LIES); i++)
		assert_lie(&LIES[i]);
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

UNIT_MAIN("gpt_limits", lying_headers, huge_array, many_partitions, larger_entries,
	impossible_disks, mutations)
