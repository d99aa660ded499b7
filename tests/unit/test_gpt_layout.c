/* SPDX-License-Identifier: MIT */
#include "gpt/layout.h"

#include "base/text.h"
#include "gpt/guid.h"
#include "gpt_disk.h"

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

START_TEST(twins)
{
	disk_make(512);
	entry_write(2, 3, 64, 99);
	entry_write(2, 5, 100, 120);
	memcpy(lba(2) + 5 * 128 + 16, lba(2) + 3 * 128 + 16, 16);
	seal();
	walk();
	ck_assert_uint_eq(gpt.twin_first, 4);
	ck_assert_uint_eq(gpt.twin_second, 6);
	/* None at all is no GUID to confuse. */
	memset(lba(2) + 5 * 128 + 16, 0, 16);
	memset(lba(2) + 3 * 128 + 16, 0, 16);
	seal();
	walk();
	ck_assert_uint_eq(gpt.twin_first, 0);
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

UNIT_MAIN(
	"gpt_layout", overlap_and_range, twins, names_become_utf8, others_agree_or_not, type_names)
