/* SPDX-License-Identifier: MIT */
/*
 * Logs of every kind, and how much of them is kept.
 */
#include "reader/reader.h"

#include "reader/store.h"
#include "unit.h"

#include "report_builder.h"

/* ---- logs ---- */

static struct reader_report *read_as(const char *format, bool is_escaped)
{
	struct reader *reader = reader_start();
	static const char *const LINES[] = {
		BEGIN, "\"acpi.device\",\"path\":\"\\\\_SB_.C\\u00e9\"", LATE};
	char text[16384];

	for (unsigned i = 0; i < 3; i++) {
		const char *line = line_of(BOOT, i + 1, LINES[i]);
		json_t *string = json_string(line);
		char *quoted = json_dumps(string, JSON_ENCODE_ANY);

		(void)snprintf(text, sizeof(text), format, is_escaped ? quoted : line);
		feed(reader, text);
		free(quoted);
		json_decref(string);
	}
	return report_of(reader, NULL);
}

START_TEST(logs_of_every_kind)
{
	static const struct {
		const char *format;
		bool is_escaped;
	} CASES[] = {
		{"%s\n", false},
		{"%s", false},
		{"[    3.123456] bootprobe: %s\r\n", false},
		{"\033[0;32m[    3.123456] \033[0m\033[33mbootprobe: \033[0m%s\033[0m\r\r\n",
			false},
		{"<6>[    3.123456] bootprobe: %s\n", false},
		{"[Sat Nov 21 13:51:53 2026] bootprobe: %s\n", false},
		{"Nov 21 13:51:53 host kernel: bootprobe: %s\n", false},
		{"31,512,2061942,-;bootprobe: %s\n", false},
		{"__CURSOR=s=1\nPRIORITY=7\nMESSAGE=bootprobe: %s\n_BOOT_ID=1\n\n", false},
		{"MESSAGE\n\xd9\x0a\x01\x01\x01\x01\x01\x01"
		 "bootprobe: %s\n_BOOT_ID=1\n\n",
			false},
		{"{\"PRIORITY\":\"7\",\"MESSAGE\":%s,\"_BOOT_ID\":\"1\"}\n", true},
		{"{\n\t\"PRIORITY\" : \"7\",\n\t\"MESSAGE\" : %s,\n\t\"_BOOT_ID\" : \"1\"\n}\n",
			true},
		{"      {\n         \"pri\": 7,\n         \"msg\": %s\n      },\n", true},
		{"data: {\"MESSAGE\":%s}\n\n", true},
		{"{\"kubernetes\":{\"pod\":\"x\"},\"log\":{\"line\":%s}}\n", true},
	};

	for (size_t i = 0; i < sizeof(CASES) / sizeof(CASES[0]); i++) {
		struct reader_report *report = read_as(CASES[i].format, CASES[i].is_escaped);

		ck_assert_msg(report->record_count == 3, "case %zu: %zu records", i,
			report->record_count);
		ck_assert_uint_eq(report->damage_count, 0);
		ck_assert_uint_eq(report->missing_count, 0);
		reader_report_free(report);
	}
}
END_TEST

START_TEST(a_message_as_an_array_of_bytes)
{
	struct reader *reader = reader_start();
	struct reader_report *report;
	const char *line;
	char text[16384], *at;

	for (unsigned i = 0; i < 2; i++) {
		char message[2048];

		line = line_of(BOOT, i + 1, BEGIN);
		(void)snprintf(message, sizeof(message), "bootprobe: %s", line);
		at = text + sprintf(text, "{ \"MESSAGE\" : [");
		for (const char *c = message; *c; c++)
			at += sprintf(at, i ? "%s%d" : "%s %d", c == message ? "" : ",", *c);
		(void)sprintf(at, "], \"PRIORITY\" : \"6\" }\n");
		feed(reader, text);
	}
	report = report_of(reader, NULL);
	ck_assert_uint_eq(report->record_count, 2);
	reader_report_free(report);
}
END_TEST

START_TEST(what_kmsg_escaped_is_read)
{
	struct reader *reader = reader_start();
	struct reader_report *report;
	char text[4096];
	const char *line = line_of(BOOT, 1, "\"acpi.device\",\"path\":\"\\\\_SB_.C\"");
	size_t to = 0;

	for (const char *c = line; *c; c++)
		to += (size_t)sprintf(text + to, *c == '\\' ? "\\x5c" : "%c", *c);
	feed(reader, text);
	report = report_of(reader, NULL);
	ck_assert_str_eq(reader_string(report->records[0].members, "path"), "\\_SB_.C");
	reader_report_free(report);
}
END_TEST

/* ---- bounds ---- */

START_TEST(bytes_may_come_one_by_one)
{
	struct reader *reader = reader_start();
	struct reader_report *report;
	const char *line = line_of(BOOT, 1, BEGIN);

	for (; *line; line++)
		ck_assert_int_eq(reader_feed(reader, line, 1), 0);
	report = report_of(reader, NULL);
	ck_assert_uint_eq(report->record_count, 1);
	reader_report_free(report);
}
END_TEST

/* Records on a line that never ends, across the places where it is read in pieces. */
START_TEST(a_log_without_newlines_is_read_in_pieces)
{
	struct reader *reader = reader_start();
	struct reader_report *report;
	char filler[1000];

	memset(filler, 'x', sizeof(filler) - 1);
	filler[999] = '\0';
	for (unsigned seq = 1; seq <= 1000; seq++) {
		feed(reader, filler + seq % 256);
		feed(reader, line_of(BOOT, seq, "\"uart\",\"name\":\"ttyS0\""));
	}
	report = report_of(reader, NULL);
	ck_assert_uint_eq(report->record_count, 1000);
	ck_assert_uint_eq(report->damage_count, 0);
	reader_report_free(report);
}
END_TEST

START_TEST(nothing_but_zeroes)
{
	static char zeroes[1 << 20];
	struct reader *reader = reader_start();
	struct reader_report *report;

	for (unsigned i = 0; i < 64; i++)
		ck_assert_int_eq(reader_feed(reader, zeroes, sizeof(zeroes)), 0);
	feed_line(reader, 1, BEGIN);
	report = report_of(reader, NULL);
	ck_assert_uint_eq(report->record_count, 1);
	reader_report_free(report);
}
END_TEST

START_TEST(many_boots_are_forgotten_oldest_first)
{
	struct reader *reader = reader_start();
	struct reader_seen seen[STORE_BOOTS_MAX + 1];
	char boot[16];

	for (unsigned i = 0; i < 1000; i++) {
		(void)snprintf(boot, sizeof(boot), "%08x", i);
		feed(reader, line_of(boot, 1, BEGIN));
	}
	ck_assert_int_eq(reader_finish(reader), 0);
	ck_assert_uint_eq(reader_list(reader, seen, STORE_BOOTS_MAX + 1), STORE_BOOTS_MAX);
	ck_assert_str_eq(seen[STORE_BOOTS_MAX - 1].boot, "000003e7");
	ck_assert_uint_eq(reader_loss(reader).forgotten_boots, 1000 - STORE_BOOTS_MAX);
	reader_free(reader);
}
END_TEST

/* More than memory is granted for: the beginning is kept, the rest counted. */
START_TEST(a_report_without_bounds_is_cut)
{
	struct reader *reader = reader_start();
	struct reader_report *report;
	char members[900];

	memset(members, '[', sizeof(members));
	memcpy(members, "\"uart\",\"a\":\"", 12);
	memcpy(members + sizeof(members) - 2, "\"", 2);
	for (unsigned seq = 1; seq <= 2000; seq++)
		feed_line(reader, seq, members);
	for (unsigned seq = 2001; seq <= 3000; seq++)
		feed_line(reader, seq, "\"uart\"");
	feed_line(reader, 3001, PHANTOM);
	feed_line(reader, 3002, "\"end\",\"errors\":1,\"warnings\":0,\"findings\":[3001]");
	report = report_of(reader, NULL);
	ck_assert_uint_eq(report->record_count + report->refused_lines, 3002);
	ck_assert_ptr_nonnull(report->end);
	ck_assert_uint_gt(report->record_count, 300);
	ck_assert_uint_lt(report->record_count, 2000);
	ck_assert_int_eq(report->verdict, READER_FAIL);
	reader_report_free(report);
}
END_TEST

START_TEST(deep_nesting_is_no_json)
{
	struct reader *reader = reader_start();
	struct reader_report *report;
	char text[8192];
	const char *tail = "\"MESSAGE\":\"{\\\"bootprobe\\\":1,\"";

	feed_line(reader, 1, BEGIN);
	memset(text, '[', sizeof(text));
	memcpy(text, "{\"a\":", 5);
	strcpy(text + 8000, tail);
	feed(reader, text);
	feed(reader, "\n");
	report = report_of(reader, NULL);
	ck_assert_uint_eq(report->record_count, 1);
	reader_report_free(report);
}
END_TEST

static unsigned observed;

static void count_line(void *context, const char *boot, uint32_t seq, const json_t *line)
{
	ck_assert_ptr_null(context);
	ck_assert_str_eq(boot, BOOT);
	ck_assert_int_eq(reader_integer(line, "seq", 0), seq);
	observed++;
}

START_TEST(each_new_line_is_told_as_it_comes)
{
	struct reader *reader = reader_start();

	observed = 0;
	reader_observe(reader, count_line, NULL);
	feed_line(reader, 1, BEGIN);
	ck_assert_uint_eq(observed, 1);
	feed_line(reader, 1, BEGIN);
	feed_line(reader, 2, LATE);
	ck_assert_uint_eq(observed, 2);
	reader_free(reader);
}
END_TEST

UNIT_MAIN("reader_log", logs_of_every_kind, a_message_as_an_array_of_bytes,
	what_kmsg_escaped_is_read, bytes_may_come_one_by_one,
	a_log_without_newlines_is_read_in_pieces, nothing_but_zeroes,
	many_boots_are_forgotten_oldest_first, a_report_without_bounds_is_cut,
	deep_nesting_is_no_json, each_new_line_is_told_as_it_comes)
