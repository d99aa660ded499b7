/* SPDX-License-Identifier: MIT */
#include "parse/device_number.h"

#include "unit.h"

#include <errno.h>
#include <string.h>

START_TEST(numbers_are_read)
{
	static const struct {
		const char *text;
		uint32_t major, minor;
	} CASES[] = {
		{"4:64", 4, 64},     /* ttyS0 */
		{"5:1", 5, 1},       /* console */
		{"229:0", 229, 0},   /* hvc0 */
		{"259:10", 259, 10}, /* nvme0n1p10 */
		{"0:0", 0, 0},
		{"008:001", 8, 1},
		{"4095:1048575", 4095, 1048575},
	};

	for (size_t i = 0; i < ARRAY_SIZE(CASES); i++) {
		uint32_t major = 77, minor = 77;

		ck_assert_int_eq(device_number_parse(CASES[i].text, &major, &minor), 0);
		ck_assert_uint_eq(major, CASES[i].major);
		ck_assert_uint_eq(minor, CASES[i].minor);
	}
}
END_TEST

START_TEST(anything_else_is_refused)
{
	static const struct {
		const char *text;
		int error;
	} CASES[] = {
		{"", -EINVAL},
		{"4", -EINVAL},
		{":", -EINVAL},
		{"4:", -EINVAL},
		{":64", -EINVAL},
		{"4:64:0", -EINVAL},
		{"4:64 ", -EINVAL},
		{" 4:64", -EINVAL},
		{"4: 64", -EINVAL},
		{"-4:64", -EINVAL},
		{"4:-64", -EINVAL},
		{"0x4:0x40", -EINVAL},
		{"ttyS:0", -EINVAL},
		/* no kernel has such numbers */
		{"4096:0", -ERANGE},
		{"4:1048576", -ERANGE},
		{"4294967300:64", -ERANGE},
		{"4:4294967360", -ERANGE},
		{"99999999999999999999999999:1", -ERANGE},
		{"1:99999999999999999999999999", -ERANGE},
	};

	for (size_t i = 0; i < ARRAY_SIZE(CASES); i++) {
		uint32_t major = 77, minor = 77;
		int r = device_number_parse(CASES[i].text, &major, &minor);

		ck_assert_msg(r == CASES[i].error, "%s: %d", CASES[i].text, r);
		ck_assert_uint_eq(major, 77);
		ck_assert_uint_eq(minor, 77);
	}
}
END_TEST

START_TEST(numbers_are_written)
{
	char buf[16], small[4];
	struct text text;

	text_init(&text, buf, sizeof(buf));
	device_number_append(&text, DEVICE_MAJOR_MAX, DEVICE_MINOR_MAX);
	ck_assert_str_eq(buf, "4095:1048575");
	ck_assert(!text.is_cut);
	text_init(&text, small, sizeof(small));
	device_number_append(&text, 4, 64);
	ck_assert_str_eq(small, "4:6");
	ck_assert(text.is_cut);
}
END_TEST

UNIT_MAIN("device_number", numbers_are_read, anything_else_is_refused, numbers_are_written)
