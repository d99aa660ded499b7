/* SPDX-License-Identifier: MIT */
#include "base/crc32.h"
#include "base/text.h"
#include "unit.h"

#include <errno.h>
#include <string.h>

START_TEST(append_is_bounded)
{
	char buf[8];
	struct text text;

	text_init(&text, buf, sizeof(buf));
	text_append(&text, "12345");
	ck_assert(!text.is_cut);
	text_append(&text, "6789");
	ck_assert(text.is_cut);
	ck_assert_str_eq(buf, "1234567");
}
END_TEST

START_TEST(numbers_are_written)
{
	char buf[80];
	struct text text;

	text_init(&text, buf, sizeof(buf));
	text_append_u64(&text, UINT64_MAX);
	text_append_char(&text, ' ');
	text_append_i64(&text, INT64_MIN);
	text_append_char(&text, ' ');
	text_append_hex(&text, 0x3f8, 4);
	ck_assert_str_eq(buf, "18446744073709551615 -9223372036854775808 03f8");
}
END_TEST

START_TEST(numbers_are_parsed_whole)
{
	uint64_t value = 7;

	ck_assert_int_eq(text_parse_u64("0x3F8", 0, &value), 0);
	ck_assert_uint_eq(value, 0x3f8);
	ck_assert_int_eq(text_parse_u64("18446744073709551615", 10, &value), 0);
	ck_assert_uint_eq(value, UINT64_MAX);
	ck_assert_int_eq(text_parse_u64("18446744073709551616", 10, &value), -ERANGE);
	ck_assert_int_eq(text_parse_u64("12x", 10, &value), -EINVAL);
	ck_assert_int_eq(text_parse_u64("", 10, &value), -EINVAL);
	ck_assert_int_eq(text_parse_u64("0x", 16, &value), -EINVAL);
	ck_assert_uint_eq(value, UINT64_MAX);
}
END_TEST

START_TEST(lines_and_fields)
{
	char buf[] = "a  b\n\nlast";
	char *cursor = buf;
	char *line = text_next_line(&cursor);

	ck_assert_str_eq(text_next_field(&line), "a");
	ck_assert_str_eq(text_next_field(&line), "b");
	ck_assert_ptr_null(text_next_field(&line));
	ck_assert_str_eq(text_next_line(&cursor), "");
	ck_assert_str_eq(text_next_line(&cursor), "last");
	ck_assert_ptr_null(text_next_line(&cursor));
}
END_TEST

START_TEST(utf8_is_strict)
{
	static const struct {
		const char *bytes;
		size_t length;
	} CASES[] = {
		{"a", 1},
		{"\xc3\xa9", 2},
		{"\xe2\x82\xac", 3},
		{"\xf0\x9f\x98\x80", 4},
		{"\xc0\x80", 0},
		{"\xe0\x80\x80", 0},
		{"\xed\xa0\x80", 0},
		{"\xf4\x90\x80\x80", 0},
		{"\xff", 0},
		{"\xe2\x82", 0},
		{"\x80", 0},
	};

	for (size_t i = 0; i < ARRAY_SIZE(CASES); i++) {
		const unsigned char *bytes = (const unsigned char *)CASES[i].bytes;
		ck_assert_uint_eq(text_utf8_length(bytes, strlen(CASES[i].bytes)), CASES[i].length);
	}
}
END_TEST

START_TEST(crc_is_ieee)
{
	ck_assert_uint_eq(crc32_update(0, "123456789", 9), 0xcbf43926);
	ck_assert_uint_eq(crc32_update(crc32_update(0, "1234", 4), "56789", 5), 0xcbf43926);
}
END_TEST

UNIT_MAIN("text", append_is_bounded, numbers_are_written, numbers_are_parsed_whole,
	lines_and_fields, utf8_is_strict, crc_is_ieee)
