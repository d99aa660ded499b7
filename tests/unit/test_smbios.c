/* SPDX-License-Identifier: MIT */
#include "parse/smbios.h"

#include "base/text.h"
#include "unit.h"

#include <string.h>

/* A table as QEMU makes it: type 0 with two strings, type 32 without any, type 11, the end. */
#define BIOS "\x00\x08\x00\x00\x01\x02\x00\x00SeaBIOS\0rel-1\0\0"
#define BOOT "\x20\x0b\x00\x20\x00\x00\x00\x00\x00\x00\x00\0\0"
#define END "\x7f\x04\x00\x7f\0\0"
#define BYTES(text) text, sizeof(text) - 1

static struct smbios_walk walk;
static uint8_t *copy;

/* Exactly as long as the bytes, so that a sanitizer sees a read behind them. */
static void begin(const char *bytes, size_t length)
{
	free(copy);
	copy = malloc(length ? length : 1);
	ck_assert_ptr_nonnull(copy);
	memcpy(copy, bytes, length);
	smbios_begin(&walk, copy, length);
}

static void expect(const char *string)
{
	const char *found = smbios_next_oem_string(&walk);

	if (!string)
		ck_assert_ptr_null(found);
	else
		ck_assert_str_eq(found, string);
}

START_TEST(strings_of_type_11)
{
	begin(BYTES(BIOS BOOT "\x0b\x05\x00\x0e\x02"
			      "bootprobe\0bootprobe.stall=5\0\0" END));
	expect("bootprobe");
	expect("bootprobe.stall=5");
	expect(NULL);
	expect(NULL);
}
END_TEST

START_TEST(several_structures)
{
	begin(BYTES("\x0b\x05\x00\x00\x01"
		    "one\0\0" BIOS "\x0b\x05\x01\x00\x01"
		    "two\0\0" END "\x0b\x05\x02\x00\x01"
		    "behind the end\0\0"));
	expect("one");
	expect("two");
	expect(NULL);
}
END_TEST

START_TEST(no_strings)
{
	begin(BYTES(BIOS "\x0b\x05\x00\x0e\x00\0\0"
			 "\x0b\x05\x00\x0e\x01"
			 "next\0\0" END));
	expect("next");
	expect(NULL);
	begin(BYTES(""));
	expect(NULL);
	begin(BYTES(BIOS BOOT END));
	expect(NULL);
}
END_TEST

/* The count in the structure is not what ends its strings. */
START_TEST(a_count_that_lies)
{
	begin(BYTES("\x0b\x05\x00\x0e\xff"
		    "one\0\0" END));
	expect("one");
	expect(NULL);
	begin(BYTES("\x0b\x05\x00\x0e\x00"
		    "one\0\0" END));
	expect("one");
	expect(NULL);
}
END_TEST

START_TEST(lengths_that_lie)
{
	static const char *const FIRST[] = {
		"\x0b\x03\x00\x0e\x01", "\x0b\xff\x00\x0e\x01", "\x0b\x01\x00\x0e\x01"};

	for (size_t i = 0; i < ARRAY_SIZE(FIRST); i++) {
		char table[32] = {0};

		memcpy(table, FIRST[i], 5);
		memcpy(table + 5, "one\0\0", 5);
		begin(table, sizeof(table));
		expect(NULL);
	}
}
END_TEST

START_TEST(cut_at_every_byte)
{
	static const char TABLE[] = BIOS "\x0b\x05\x00\x0e\x01"
					 "bootprobe\0\0";

	for (size_t length = 0; length < sizeof(TABLE); length++) {
		const char *found;

		begin(TABLE, length);
		found = smbios_next_oem_string(&walk);
		/* The string with its NUL, without the second NUL. */
		ck_assert_msg(!found == (length < sizeof(TABLE) - 2), "%zu", length);
		expect(NULL);
	}
}
END_TEST

START_TEST(a_table_of_nothing_but_one_byte)
{
	static char table[70000];

	for (int byte = 0; byte < 256; byte++) {
		unsigned count = 0;

		memset(table, byte, sizeof(table));
		begin(table, sizeof(table));
		while (smbios_next_oem_string(&walk))
			count++;
		ck_assert_uint_le(count, sizeof(table));
	}
}
END_TEST

UNIT_MAIN("smbios", strings_of_type_11, several_structures, no_strings, a_count_that_lies,
	lengths_that_lie, cut_at_every_byte, a_table_of_nothing_but_one_byte)
