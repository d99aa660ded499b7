/* SPDX-License-Identifier: MIT */
#include "cli/fold.h"
#include "cli/output.h"

#include "unit.h"

#include <malloc.h>
#include <string.h>

static char *printed;
static size_t printed_size;

static FILE *start(void)
{
	FILE *stream = open_memstream(&printed, &printed_size);

	ck_assert_ptr_nonnull(stream);
	/* What lies behind a text is no NUL. */
	(void)mallopt(M_PERTURB, 0x55);
	return stream;
}

static void check(FILE *stream, const char *expected)
{
	ck_assert_int_eq(fclose(stream), 0);
	ck_assert_str_eq(printed, expected);
	free(printed);
}

#define FORTY "aaaaaaaaa bbbbbbbbb ccccccccc ddddddddd"

START_TEST(words_break_at_the_edge)
{
	FILE *stream = start();

	output_words(stream, 0, 0, FORTY " " FORTY " end");
	check(stream, FORTY " " FORTY "\nend\n");
	stream = start();
	output_words(stream, 2, 2, FORTY " " FORTY);
	check(stream, FORTY " aaaaaaaaa bbbbbbbbb ccccccccc\n  ddddddddd\n");
	stream = start();
	output_words(stream, 13, 13, FORTY " " FORTY);
	check(stream, FORTY " aaaaaaaaa bbbbbbbbb\n             ccccccccc ddddddddd\n");
}
END_TEST

START_TEST(a_word_that_is_too_long_stands_alone)
{
	char word[121], expected[256];
	FILE *stream = start();

	memset(word, 'w', 120);
	word[120] = '\0';
	(void)snprintf(expected, sizeof(expected), "short %s", word);
	output_words(stream, 2, 0, expected);
	(void)snprintf(expected, sizeof(expected), "short\n%s\n", word);
	check(stream, expected);
}
END_TEST

START_TEST(every_character_has_room)
{
	FILE *stream = start();

	output_raw(stream, "\033\033\033\x7f\xc2\x9b\xff\xe2\x80\xae\xf3\xa0\x81\x81");
	check(stream, "\\u001b\\u001b\\u001b\\u007f\\u009b\\xff\\u202e\\U000e0041");
	stream = start();
	output_raw(stream, "\033\033\033");
	check(stream, "\\u001b\\u001b\\u001b");
}
END_TEST

/* Each byte becomes as many characters as any may, and where a line holds one, as many spaces. */
START_TEST(every_character_has_room_where_words_are_broken)
{
	static const unsigned COLUMNS[] = {0, 60, 76, 90};
	char text[] = "\033\033\033\033\033\033\033\033\033\033\033\033\033\033\033\033";

	for (size_t i = 0; i < sizeof(COLUMNS) / sizeof(COLUMNS[0]); i++) {
		FILE *stream = start();
		char *to;

		fold_words(stream, COLUMNS[i], 0, text);
		ck_assert_int_eq(fclose(stream), 0);
		to = printed;
		for (const char *from = printed; *from; from++) {
			if (*from != ' ' && *from != '\n')
				*to++ = *from;
		}
		*to = '\0';
		ck_assert_uint_eq(strlen(printed), 6 * (sizeof(text) - 1));
		for (size_t at = 0; at + 1 < sizeof(text); at++)
			ck_assert_mem_eq(printed + 6 * at, "\\u001b", 6);
		free(printed);
	}
}
END_TEST

START_TEST(what_is_folded_is_cut)
{
	char data[13];

	fold_cut(data, 12, "\033\033");
	ck_assert_str_eq(data, "\\u001b\\u001b");
	fold_cut(data, 12, "\033\033x");
	ck_assert_str_eq(data, "\\u001b\\u00..");
	fold_cut(data, 12, "twelve chars");
	ck_assert_str_eq(data, "twelve chars");
	fold_cut(data, 12, "thirteen char");
	ck_assert_str_eq(data, "thirteen c..");
}
END_TEST

START_TEST(a_line_is_cut)
{
	char expected[256];
	FILE *stream = start();

	output_line(stream, 13, FORTY " " FORTY " end");
	(void)snprintf(expected, sizeof(expected), "%.62s ...\n", FORTY " " FORTY);
	check(stream, expected);
	stream = start();
	output_line(stream, 13, FORTY);
	check(stream, FORTY "\n");
}
END_TEST

START_TEST(a_record_line_stays_a_record)
{
	static const char LINE[] = "{\"a\":\"\xc3\xa9\x7f\xe2\x80\xae\",\"crc\":\"00000000\"}";
	char *safe = output_record_line(LINE, sizeof(LINE) - 1);

	ck_assert_ptr_nonnull(safe);
	ck_assert_ptr_eq(strstr(safe, "{\"a\":\"\\u00E9\\u007f\\u202E\",\"crc\":\""), safe);
	ck_assert_ptr_null(strstr(safe, "00000000"));
	free(safe);
}
END_TEST

UNIT_MAIN("output", words_break_at_the_edge, a_word_that_is_too_long_stands_alone,
	every_character_has_room, every_character_has_room_where_words_are_broken,
	what_is_folded_is_cut, a_line_is_cut, a_record_line_stays_a_record)
