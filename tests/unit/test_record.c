/* SPDX-License-Identifier: MIT */
#include "report/record.h"

#include "base/crc32.h"
#include "unit.h"

#include <errno.h>
#include <stdio.h>
#include <string.h>

static char lines[64][RECORD_SIZE + 1];
static size_t line_count;
static struct report report;
static struct record record;

static uint64_t fixed_clock(void)
{
	return 12345678;
}

static void keep(void *context, const char *line, size_t length)
{
	(void)context;
	ck_assert_uint_lt(line_count, 64);
	ck_assert_uint_le(length, RECORD_SIZE);
	ck_assert_uint_eq(strlen(line), length);
	strcpy(lines[line_count++], line);
}

static void start(const char *type)
{
	line_count = 0;
	report_init(&report, "0123456789abcdef", keep, NULL, fixed_clock);
	record_begin(&record, &report, type);
}

static void assert_crc(const char *line)
{
	const char *tail = strstr(line, ",\"crc\":\"");
	char expected[32];

	ck_assert_ptr_nonnull(tail);
	(void)snprintf(expected, sizeof(expected), ",\"crc\":\"%08x\"}",
		crc32_update(0, line, (size_t)(tail - line)));
	ck_assert_str_eq(tail, expected);
}

START_TEST(members_stand_in_order)
{
	start("console");
	record_string(&record, "name", "ttyS0");
	record_u64(&record, "n", 7);
	record_i64(&record, "i", -7);
	record_hex(&record, "port", 0x3f8);
	record_bool(&record, "b", false);
	record_outcome(&record, "open", -EIO);
	record_outcome(&record, "write", OUTCOME_OK);
	record_outcome(&record, "nothing", OUTCOME_UNKNOWN);
	record_answer(&record, "unknown", ANSWER_UNKNOWN);
	record_string(&record, "empty", "");
	record_seconds(&record, "at", 1000001);
	ck_assert_uint_eq(record_end(&record), 1);
	ck_assert_uint_eq(line_count, 1);
	assert_crc(lines[0]);
	*strstr(lines[0], ",\"crc\"") = '\0';
	ck_assert_str_eq(lines[0], "{\"bootprobe\":1,\"boot\":\"01234567\",\"seq\":1,\"t\":12."
				   "345678,\"type\":\"console\","
				   "\"name\":\"ttyS0\",\"n\":7,\"i\":-7,\"port\":\"0x3f8\",\"b\":"
				   "false,\"open\":\"EIO\","
				   "\"write\":\"ok\",\"at\":1.000001");
}
END_TEST

START_TEST(strings_are_escaped)
{
	start("x");
	record_string(&record, "s", "q\"b\\n\n\t\r\b\f\x01\x7f\xc2\x9b\xff\xc3\xa9n");
	record_end(&record);
	ck_assert_ptr_nonnull(strstr(lines[0],
		"\"s\":\"q\\\"b\\\\n\\n\\t\\r\\b\\f\\u0001\\u007f\\u009b\\ufffd\xc3\xa9n\""));
}
END_TEST

START_TEST(unterminated_chars_are_bounded)
{
	char raw[4] = {'a', 'b', 'c', 'd'};

	start("x");
	record_text(&record, "s", raw);
	record_end(&record);
	ck_assert_ptr_nonnull(strstr(lines[0], "\"s\":\"abcd\""));
}
END_TEST

START_TEST(the_same_is_said_once)
{
	start("x");
	record_u64(&record, "a", 1);
	ck_assert_uint_eq(record_end(&record), 1);
	record_begin(&record, &report, "x");
	record_u64(&record, "a", 2);
	ck_assert_uint_eq(record_end(&record), 2);
	record_begin(&record, &report, "x");
	record_u64(&record, "a", 1);
	ck_assert_uint_eq(record_end(&record), 1);
	ck_assert_uint_eq(line_count, 2);
	record_begin(&record, &report, "x");
	record_u64(&record, "a", 1);
	ck_assert_uint_eq(record_end_always(&record), 3);
}
END_TEST

/* A reader goes by the newest record of a subject. */
START_TEST(what_holds_again_is_said_again)
{
	static const uint64_t VALUES[] = {1, 2, 1, 1, 2};
	static const uint32_t SEQUENCES[] = {1, 2, 3, 3, 4};

	start("x");
	for (size_t i = 0; i < 5; i++) {
		record_begin(&record, &report, "x");
		record_string(&record, "name", "sda");
		record_subject(&record);
		record_u64(&record, "a", VALUES[i]);
		ck_assert_uint_eq(record_end(&record), SEQUENCES[i]);
	}
	record_begin(&record, &report, "x");
	record_string(&record, "name", "sdb");
	record_subject(&record);
	record_u64(&record, "a", 1);
	ck_assert_uint_eq(record_end(&record), 5);
}
END_TEST

static void say_name(const char *name)
{
	record_begin(&record, &report, "device");
	record_string(&record, "name", name);
	(void)record_end(&record);
}

START_TEST(all_that_was_said_is_remembered)
{
	char name[] = "a";

	start("device");
	for (name[0] = 'a'; name[0] <= 'z'; name[0]++)
		say_name(name);
	ck_assert_uint_eq(line_count, 26);
	for (name[0] = 'a'; name[0] <= 'z'; name[0]++)
		say_name(name);
	ck_assert_uint_eq(line_count, 26);
}

/* What stands in the last record of a subject is what holds. */
START_TEST(a_then_b_then_a_ends_in_a)
{
	static const char *const STATES[] = {"A", "B", "A", "A", "B", "C", "B"};
	static const char *const SAID[] = {"A", "B", "A", "B", "C", "B"};

	start("device");
	for (size_t i = 0; i < sizeof(STATES) / sizeof(STATES[0]); i++) {
		record_begin(&record, &report, "device");
		record_string(&record, "name", "sda");
		record_subject(&record);
		record_string(&record, "state", STATES[i]);
		ck_assert_uint_ne(record_end(&record), 0);
		/* Another subject in between changes nothing. */
		say_name("sdb");
	}
	/* sdb was said once, as the second. */
	ck_assert_uint_eq(line_count, sizeof(SAID) / sizeof(SAID[0]) + 1);
	for (size_t i = 0; i < sizeof(SAID) / sizeof(SAID[0]); i++) {
		char expected[32];

		(void)snprintf(expected, sizeof(expected), "\"state\":\"%s\"", SAID[i]);
		ck_assert_ptr_nonnull(strstr(lines[i ? i + 1 : 0], expected));
	}
}

START_TEST(long_arrays_go_on_in_further_lines)
{
	start("cmdline");
	record_u64(&record, "length", 5);
	record_array_begin(&record, "parameters");
	for (int i = 0; i < 200; i++) {
		char value[32];
		(void)snprintf(value, sizeof(value), "parameter.%03d=value", i);
		record_array_string(&record, value);
	}
	record_array_end(&record);
	record_u64(&record, "after", 1);
	record_end(&record);
	ck_assert_uint_gt(line_count, 4);
	for (size_t i = 0; i < line_count; i++) {
		assert_crc(lines[i]);
		ck_assert_int_eq(!strstr(lines[i], "\"more\":true"), i + 1 == line_count);
		ck_assert_int_eq(!strstr(lines[i], "\"cont\":1"), i == 0);
		ck_assert_ptr_nonnull(strstr(lines[i], "\"parameters\":[\""));
	}
	ck_assert_ptr_nonnull(strstr(lines[line_count - 1], "parameter.199=value\"],\"after\":1"));
}
END_TEST

START_TEST(objects_are_kept_whole)
{
	start("x");
	record_array_begin(&record, "list");
	for (uint64_t i = 0; i < 60; i++) {
		record_object_begin(&record);
		record_u64(&record, "first", i);
		record_string(&record, "second", "a string of some length");
		record_object_end(&record);
	}
	record_array_end(&record);
	record_end(&record);
	ck_assert_uint_gt(line_count, 2);
	for (size_t i = 0; i < line_count; i++) {
		ck_assert_ptr_nonnull(strstr(lines[i], ",\"list\":[{\"first\":"));
		ck_assert_ptr_nonnull(strstr(lines[i], "\"}]"));
	}
}
END_TEST

START_TEST(what_is_too_long_is_cut_and_says_so)
{
	static char huge[4096];

	memset(huge, 'x', sizeof(huge) - 1);
	start("x");
	record_string(&record, "before", "something that leaves too little room on this line");
	record_string(&record, "huge", huge);
	record_u64(&record, "after", 2);
	record_end(&record);
	ck_assert_uint_eq(line_count, 2);
	ck_assert_ptr_null(strstr(lines[0], "cut"));
	ck_assert_ptr_nonnull(strstr(lines[1], "xxx\",\"after\":2,\"cut\":true"));
	assert_crc(lines[1]);
}
END_TEST

START_TEST(lines_are_bounded_in_number)
{
	start("x");
	record_array_begin(&record, "list");
	for (uint64_t i = 0; i < 100000; i++)
		record_array_u64(&record, i);
	record_array_end(&record);
	record_end(&record);
	ck_assert_uint_eq(line_count, RECORD_LINES_MAX);
	ck_assert_ptr_nonnull(strstr(lines[line_count - 1], "],\"cut\":true,\"crc\""));
}
END_TEST

static void say_again(const char *type, bool is_quiet)
{
	record_begin(&record, &report, type);
	if (is_quiet)
		record_is_quiet(&record);
	record_u64(&record, "n", report.next_sequence);
	record_end(&record);
}

START_TEST(quiet_lines_are_accounted_for)
{
	start("x");
	record_end(&record);
	say_again("beat", true);
	say_again("beat", true);
	say_again("y", false);
	say_again("z", false);
	ck_assert_uint_eq(line_count, 5);
	for (size_t i = 0; i < line_count; i++) {
		bool is_quiet = i == 1 || i == 2;

		assert_crc(lines[i]);
		ck_assert(record_line_is_quiet(lines[i], strlen(lines[i])) == is_quiet);
		ck_assert((strstr(lines[i], "\"quiet\":true,\"crc\"") != NULL) == is_quiet);
		ck_assert(
			(strstr(lines[i], "\"type\":\"y\",\"skip\":2,\"n\":") != NULL) == (i == 3));
	}
	ck_assert_ptr_null(strstr(lines[4], "skip"));
	ck_assert(!record_line_is_quiet("", 0));
}
END_TEST

/* A value that looks like the mark is in quotes. */
START_TEST(a_text_makes_no_line_quiet)
{
	start("x");
	record_string(&record, "text", "\",\"quiet\":true");
	record_end(&record);
	ck_assert(!record_line_is_quiet(lines[0], strlen(lines[0])));
}
END_TEST

START_TEST(guid_is_mixed_endian)
{
	static const uint8_t GUID[16] = {0x28, 0x73, 0x2a, 0xc1, 0x1f, 0xf8, 0xd2, 0x11, 0xba, 0x4b,
		0x00, 0xa0, 0xc9, 0x3e, 0xc9, 0x3b};

	start("x");
	record_guid(&record, "g", GUID);
	record_end(&record);
	ck_assert_ptr_nonnull(strstr(lines[0], "\"c12a7328-f81f-11d2-ba4b-00a0c93ec93b\""));
}
END_TEST

START_TEST(unknown_errors_have_a_number)
{
	ck_assert_str_eq(record_errno_name(-EIO), "EIO");
	ck_assert_str_eq(record_errno_name(523), "errno 523");
}
END_TEST

UNIT_MAIN("record", members_stand_in_order, strings_are_escaped, unterminated_chars_are_bounded,
	the_same_is_said_once, what_holds_again_is_said_again, all_that_was_said_is_remembered,
	a_then_b_then_a_ends_in_a, long_arrays_go_on_in_further_lines, objects_are_kept_whole,
	what_is_too_long_is_cut_and_says_so, lines_are_bounded_in_number, guid_is_mixed_endian,
	unknown_errors_have_a_number, quiet_lines_are_accounted_for, a_text_makes_no_line_quiet)
