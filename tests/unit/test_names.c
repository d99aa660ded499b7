/* SPDX-License-Identifier: MIT */
#include "source/names.h"

#include "base/text.h"
#include "unit.h"

#include <string.h>

static struct names names;

static void add(const char *const *list, size_t count)
{
	for (size_t i = 0; i < count; i++)
		names_add(&names, list[i]);
}

/* A name of three letters for each number below 17576, in their order. */
static const char *word(unsigned number)
{
	static char text[4];

	text[0] = (char)('a' + number / 676);
	text[1] = (char)('a' + number / 26 % 26);
	text[2] = (char)('a' + number % 26);
	return text;
}

static void assert_words(unsigned first)
{
	for (uint32_t i = 0; i < names.count; i++)
		ck_assert_str_eq(names_at(&names, i), word(first + i));
}

START_TEST(numbers_are_counted)
{
	static const char *const LIST[] = {
		"virtio10", "virtio2", "virtio0", "virtio1", "virtio100"};
	static const char *const ORDER[] = {
		"virtio0", "virtio1", "virtio2", "virtio10", "virtio100"};

	names_begin(&names, strverscmp);
	add(LIST, ARRAY_SIZE(LIST));
	ck_assert_uint_eq(names.count, ARRAY_SIZE(ORDER));
	ck_assert_uint_eq(names.dropped, 0);
	for (uint32_t i = 0; i < names.count; i++)
		ck_assert_str_eq(names_at(&names, i), ORDER[i]);
}
END_TEST

START_TEST(addresses_are_not)
{
	static const char *const LIST[] = {"0000:00:1f.2", "0000:00:02.0", "0000:00:10.0"};
	static const char *const ORDER[] = {"0000:00:02.0", "0000:00:10.0", "0000:00:1f.2"};

	names_begin(&names, strcmp);
	add(LIST, ARRAY_SIZE(LIST));
	for (uint32_t i = 0; i < names.count; i++)
		ck_assert_str_eq(names_at(&names, i), ORDER[i]);
}
END_TEST

START_TEST(nothing_and_again)
{
	names_begin(&names, strcmp);
	ck_assert_uint_eq(names.count, 0);
	names_add(&names, "b");
	names_add(&names, "a");
	names_begin(&names, strcmp);
	ck_assert_uint_eq(names.count, 0);
	names_add(&names, "c");
	ck_assert_uint_eq(names.count, 1);
	ck_assert_str_eq(names_at(&names, 0), "c");
}
END_TEST

START_TEST(long_names_are_left_out)
{
	char name[NAME_SIZE + 1];

	memset(name, 'x', sizeof(name));
	name[NAME_SIZE] = '\0';
	names_begin(&names, strcmp);
	names_add(&names, name);
	ck_assert_uint_eq(names.count, 0);
	ck_assert_uint_eq(names.dropped, 1);
	names_add(&names, name + 1);
	ck_assert_uint_eq(names.count, 1);
	ck_assert_str_eq(names_at(&names, 0), name + 1);
}
END_TEST

/* Whatever order they come in, the same ones are kept. */
START_TEST(the_first_ones_are_kept)
{
	enum { MANY = 2000 };

	names_begin(&names, strcmp);
	for (unsigned i = 0; i < MANY; i++)
		names_add(&names, word(i));
	ck_assert_uint_eq(names.count, NAMES_MAX);
	ck_assert_uint_eq(names.dropped, MANY - NAMES_MAX);
	assert_words(0);

	names_begin(&names, strcmp);
	for (unsigned i = MANY; i > 0; i--)
		names_add(&names, word(i - 1));
	ck_assert_uint_eq(names.count, NAMES_MAX);
	ck_assert_uint_eq(names.dropped, MANY - NAMES_MAX);
	assert_words(0);

	/* 7 and 2000 have no common divisor: each word comes once. */
	names_begin(&names, strcmp);
	for (unsigned i = 0; i < MANY; i++)
		names_add(&names, word(i * 7 % MANY));
	assert_words(0);
}
END_TEST

UNIT_MAIN("names", numbers_are_counted, addresses_are_not, nothing_and_again,
	long_names_are_left_out, the_first_ones_are_kept)
