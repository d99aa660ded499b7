/* SPDX-License-Identifier: MIT */
#include "parse/uptime.h"

#include "base/text.h"
#include "unit.h"

static bool parse(const char *line, uint64_t *ret_idle_us)
{
	char text[128];

	text_copy(text, sizeof(text), line);
	return uptime_idle_us(text, ret_idle_us);
}

START_TEST(idle_time_is_the_second_field)
{
	uint64_t idle_us = 1;

	ck_assert(parse("12.34 40.56\n", &idle_us));
	ck_assert_uint_eq(idle_us, 40560000);
	ck_assert(parse("0.00 0.00\n", &idle_us));
	ck_assert_uint_eq(idle_us, 0);
	ck_assert(parse("1.00 184467440.73\n", &idle_us));
}
END_TEST

START_TEST(other_texts_say_nothing)
{
	static const char *const TEXTS[] = {"", "\n", "12.34", "12.34 ", "12.34 40", "12.34 40.5",
		"12.34 40.567", "12.34 x.56", "12.34 -1.00", "12.34 .50",
		"1.00 18446744073709551615.99"};
	uint64_t idle_us = 7;

	for (size_t i = 0; i < ARRAY_SIZE(TEXTS); i++) {
		ck_assert_msg(!parse(TEXTS[i], &idle_us), "%s", TEXTS[i]);
		ck_assert_uint_eq(idle_us, 7);
	}
}
END_TEST

UNIT_MAIN("uptime", idle_time_is_the_second_field, other_texts_say_nothing)
