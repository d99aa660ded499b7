/* SPDX-License-Identifier: MIT */
#include "reader/reader.h"

#include "reader/store.h"
#include "unit.h"

#include "report_builder.h"

#include <errno.h>

#define PART                                                                              \
	"\"finding\",\"id\":\"console.closed\",\"severity\":\"error\",\"summary\":\"s\"," \
	"\"part_of\":\"console.phantom\""

START_TEST(copies_are_one_record)
{
	struct reader *reader = reader_start();
	struct reader_report *report;

	feed_line(reader, 1, BEGIN);
	feed_line(reader, 2, "\"uart\",\"name\":\"ttyS0\"");
	feed_line(reader, 1, BEGIN);
	feed_line(reader, 2, "\"uart\",\"name\":\"ttyS0\"");
	feed_line(reader, 3, "\"end\",\"phase\":\"finish\",\"records\":3");
	report = report_of(reader, NULL);
	ck_assert_uint_eq(report->record_count, 3);
	ck_assert_uint_eq(report->missing_count, 0);
	ck_assert_str_eq(report->phase, "finish");
	ck_assert(!report->is_open);
	reader_report_free(report);
}
END_TEST

START_TEST(what_is_missing_is_named)
{
	struct reader_report *report =
		READ(NULL, BEGIN, NULL, NULL, "\"uart\",\"name\":\"ttyS0\"", NULL, LATE);

	ck_assert_uint_eq(report->missing_count, 3);
	ck_assert_uint_eq(report->missing[0].first, 1);
	ck_assert_uint_eq(report->missing[1].first, 3);
	ck_assert_uint_eq(report->missing[1].last, 4);
	ck_assert_uint_eq(report->missing_lines, 4);
	ck_assert_ptr_null(report->end);
	ck_assert(report->is_open);
	reader_report_free(report);
}
END_TEST

/* An output that did without quiet lines has lost nothing else by that. */
START_TEST(quiet_lines_are_not_missing)
{
	struct reader_report *report = READ(BEGIN, NULL, NULL, NULL,
		"\"stall\",\"skip\":2,\"number\":1", NULL, "\"stall\",\"skip\":9,\"number\":2");

	/* The second one would skip what is there. */
	ck_assert_uint_eq(report->missing_count, 1);
	ck_assert_uint_eq(report->missing[0].first, 2);
	ck_assert_uint_eq(report->missing_lines, 1);
	ck_assert(!reader_has(report->records[1].members, "skip"));
	reader_report_free(report);
}
END_TEST

START_TEST(what_is_damaged_is_named_unless_a_copy_is_whole)
{
	struct reader *reader = reader_start();
	struct reader_report *report;
	char broken[2048];

	feed_line(reader, 1, BEGIN);
	for (unsigned seq = 2; seq <= 4; seq++) {
		strcpy(broken, line_of(BOOT, seq, "\"uart\",\"name\":\"ttyS0\""));
		broken[strlen(broken) - 25] ^= 1;
		feed(reader, broken);
		feed(reader, "\n");
	}
	feed_line(reader, 3, "\"uart\",\"name\":\"ttyS0\"");
	feed_line(reader, 6, LATE);
	report = report_of(reader, NULL);
	ck_assert_uint_eq(report->damage_count, 2);
	ck_assert_uint_eq(report->damage[0].seq, 2);
	ck_assert_uint_eq(report->damage[1].seq, 4);
	ck_assert_uint_eq(report->missing_count, 1);
	ck_assert_uint_eq(report->missing[0].first, 5);
	reader_report_free(report);
}
END_TEST

START_TEST(a_record_that_something_broke_into_is_damaged)
{
	struct reader *reader = reader_start();
	struct reader_report *report;
	const char *line = line_of(BOOT, 2, "\"uart\",\"name\":\"ttyS0\"");
	char text[4096];

	feed_line(reader, 1, BEGIN);
	(void)snprintf(
		text, sizeof(text), "%.70s[    3.2] usb 1-1: new\r\n%s\r\n", line, line + 70);
	feed(reader, text);
	feed_line(reader, 3, LATE);
	report = report_of(reader, NULL);
	ck_assert_uint_eq(report->damage_count, 1);
	ck_assert_uint_eq(report->damage[0].seq, 2);
	ck_assert_uint_eq(report->missing_count, 0);
	reader_report_free(report);
}
END_TEST

START_TEST(lines_of_a_record_are_joined)
{
	struct reader_report *report = READ(BEGIN,
		"\"fwcfg\",\"item_count\":3,\"items\":[{\"name\":\"a\"},{\"name\":\"b\"}],\"more\":"
		"true",
		"\"fwcfg\",\"cont\":2,\"items\":[{\"name\":\"c\"}],\"x\":1", LATE);
	const struct reader_record *record = reader_report_find(report, "fwcfg", NULL, NULL);

	ck_assert_ptr_nonnull(record);
	ck_assert_uint_eq(report->record_count, 3);
	ck_assert_uint_eq(record->seq, 2);
	ck_assert_uint_eq(record->last_seq, 3);
	ck_assert(!record->is_partial);
	ck_assert_uint_eq(json_array_size(json_object_get(record->members, "items")), 3);
	ck_assert_int_eq(reader_integer(record->members, "x", 0), 1);
	ck_assert_ptr_eq(reader_report_at(report, 3), record);
	ck_assert(!reader_has(record->members, "more") && !reader_has(record->members, "crc"));
	reader_report_free(report);
}
END_TEST

START_TEST(a_record_with_a_line_missing_is_partial)
{
	struct reader_report *report = READ(BEGIN, "\"fwcfg\",\"items\":[1],\"more\":true", NULL,
		"\"fwcfg\",\"cont\":2,\"items\":[3]", NULL,
		"\"cmdline\",\"cont\":5,\"parameters\":[]", "\"uart\",\"more\":true", LATE);

	ck_assert(reader_report_find(report, "fwcfg", NULL, NULL)->is_partial);
	ck_assert(reader_report_find(report, "cmdline", NULL, NULL)->is_partial);
	ck_assert(reader_report_find(report, "uart", NULL, NULL)->is_partial);
	ck_assert(!reader_report_find(report, "begin", NULL, NULL)->is_partial);
	ck_assert_uint_eq(report->missing_lines, 2);
	reader_report_free(report);
}
END_TEST

START_TEST(the_newest_of_a_subject_wins)
{
	struct reader_report *report = READ(BEGIN, "\"console\",\"name\":\"ttyS0\",\"live\":false",
		"\"console\",\"name\":\"tty0\"", "\"console\",\"name\":\"ttyS0\",\"live\":true",
		"\"kernel.event\",\"kind\":\"panic\"", "\"kernel.event\",\"kind\":\"panic\"");
	const struct reader_record *record = NULL;
	unsigned consoles = 0, events = 0;

	while ((record = reader_report_next(report, "console", record)))
		consoles++;
	while ((record = reader_report_next(report, "kernel.event", record)))
		events++;
	ck_assert_uint_eq(consoles, 2);
	ck_assert_uint_eq(events, 2);
	record = reader_report_find(report, "console", "name", "ttyS0");
	ck_assert(reader_bool(record->members, "live", false));
	reader_report_free(report);
}
END_TEST

START_TEST(the_newest_boot_is_read_unless_one_is_named)
{
	struct reader *reader = reader_start();
	struct reader_report *report;
	struct reader_seen seen[4];

	feed(reader, line_of("aaaaaaaa", 1, BEGIN));
	feed(reader, line_of("bbbbbbbb", 1, BEGIN));
	feed(reader, line_of("aaaaaaaa", 2, LATE));
	ck_assert_int_eq(reader_finish(reader), 0);
	ck_assert_uint_eq(reader_list(reader, seen, 4), 2);
	ck_assert_str_eq(seen[0].boot, "aaaaaaaa");
	ck_assert_uint_eq(seen[0].lines, 2);
	ck_assert_int_eq(reader_report(reader, "cccccccc", &report), -ENOENT);
	ck_assert_int_eq(reader_report(reader, "aaaaaaaa/2", &report), -ENOENT);
	ck_assert_int_eq(reader_report(reader, "latest", &report), -EINVAL);
	ck_assert_int_eq(reader_report(reader, "aaaaaaaa", &report), 0);
	ck_assert_uint_eq(report->record_count, 2);
	reader_report_free(report);
	report = report_of(reader, NULL);
	ck_assert_str_eq(report->boot, "bbbbbbbb");
	reader_report_free(report);
}
END_TEST

/* A report of stage 1, then one of `now`, then a last word of the first, each to two outputs. */
START_TEST(reports_of_one_boot_are_told_apart)
{
	static const char *const FIRST[] = {BEGIN, LATE, "\"end\",\"records\":3"};
	struct reader *reader = reader_start();
	struct reader_report *report;
	char now[3][512];
	const char *last;

	for (unsigned i = 0; i < 3; i++)
		feed_line(reader, i + 1, FIRST[i]);
	for (unsigned i = 0; i < 2; i++) {
		(void)snprintf(now[i], sizeof(now[i]), "%s,\"n\":1", i ? "\"config\"" : BEGIN);
		/* later */
		strcpy(now[2], line_of(BOOT, i + 1, now[i]));
		memcpy(strstr(now[2], "\"t\":1") + 4, "9", 1);
		last = strstr(now[2], ",\"crc");
		(void)sprintf((char *)(uintptr_t)last, ",\"crc\":\"%08x\"}\n",
			crc32_update(0, now[2], (size_t)(last - now[2])));
		feed(reader, now[2]);
	}
	feed_line(reader, 4, "\"end\",\"phase\":\"delivered\",\"records\":4");
	for (unsigned i = 0; i < 3; i++)
		feed_line(reader, i + 1, FIRST[i]);
	ck_assert_int_eq(reader_finish(reader), 0);
	ck_assert_int_eq(reader_report(reader, BOOT "/1", &report), 0);
	ck_assert_uint_eq(report->record_count, 4);
	reader_report_free(report);
	report = report_of(reader, NULL);
	ck_assert_uint_eq(report->run, 2);
	ck_assert_uint_eq(report->record_count, 2);
	reader_report_free(report);
}
END_TEST

/* The first report lost its beginning; what begins later is not it. */
START_TEST(a_later_begin_opens_a_report)
{
	struct reader *reader = reader_start();
	struct reader_report *report;
	char begin[512], *tail;

	feed_line(reader, 2, "\"uart\"");
	feed_line(reader, 3, LATE);
	strcpy(begin, line_of(BOOT, 1, BEGIN));
	*strstr(begin, "1.010000") = '9';
	tail = strstr(begin, ",\"crc");
	(void)sprintf(tail, ",\"crc\":\"%08x\"}\n", crc32_update(0, begin, (size_t)(tail - begin)));
	feed(reader, begin);
	report = report_of(reader, NULL);
	ck_assert_uint_eq(report->run, 2);
	ck_assert_uint_eq(report->record_count, 1);
	reader_report_free(report);
}
END_TEST

START_TEST(the_order_of_the_input_does_not_matter)
{
	struct reader *reader = reader_start();
	struct reader_report *report;

	feed_line(reader, 3, LATE);
	feed_line(reader, 2, "\"uart\"");
	feed_line(reader, 1, BEGIN);
	report = report_of(reader, NULL);
	ck_assert_uint_eq(report->run, 1);
	ck_assert_uint_eq(report->record_count, 3);
	ck_assert_str_eq(report->records[0].type, "begin");
	reader_report_free(report);
}
END_TEST

START_TEST(findings_stand_as_the_last_end_says)
{
	struct reader_report *report = READ(BEGIN, PART, PHANTOM, LATE,
		"\"end\",\"errors\":2,\"warnings\":1,\"findings\":[3,2,4],\"phase\":\"stall\"",
		"\"end\",\"errors\":2,\"warnings\":0,\"findings\":[3,2],\"phase\":\"finish\"");

	ck_assert_int_eq(report->verdict, READER_FAIL);
	ck_assert_uint_eq(report->finding_count, 2);
	ck_assert_str_eq(report->findings[0].id, "console.phantom");
	ck_assert_ptr_null(report->findings[0].part_of);
	ck_assert_str_eq(report->findings[1].part_of, "console.phantom");
	ck_assert_str_eq(reader_finding_fix(&report->findings[0], 0).change, "qm");
	ck_assert_str_eq(reader_finding_fix(&report->findings[0], 1).change, "");
	ck_assert_uint_eq(report->errors, 2);
	ck_assert_uint_eq(report->warnings, 0);
	ck_assert_str_eq(report->phase, "finish");
	reader_report_free(report);
}
END_TEST

/* The last word on deliveries does not say how the boot went. */
START_TEST(the_phase_is_that_of_a_pass)
{
	struct reader_report *report = READ(BEGIN, "\"end\",\"phase\":\"stall\",\"errors\":0",
		"\"end\",\"phase\":\"delivered\",\"errors\":0");

	ck_assert_str_eq(report->phase, "stall");
	ck_assert_uint_eq(report->end->seq, 3);
	reader_report_free(report);
}
END_TEST

START_TEST(without_an_end_all_findings_hold)
{
	struct reader_report *report = READ(BEGIN, LATE, PART, PHANTOM);

	ck_assert_int_eq(report->verdict, READER_FAIL);
	ck_assert_uint_eq(report->finding_count, 3);
	ck_assert_str_eq(report->findings[0].id, "console.phantom");
	ck_assert_str_eq(report->findings[2].id, "root.late");
	reader_report_free(report);
	report = READ(BEGIN, "\"end\",\"errors\":0,\"warnings\":0,\"findings\":[]", LATE);
	ck_assert_uint_eq(report->finding_count, 1);
	ck_assert(report->is_open);
	reader_report_free(report);
}
END_TEST

START_TEST(verdicts)
{
#define END(rest) "\"end\",\"phase\":\"finish\"" rest
	static const struct {
		const char *second, *end;
		enum reader_verdict verdict;
	} CASES[] = {
		{"\"uart\"", END(",\"errors\":0,\"warnings\":0"), READER_OK},
		{"\"uart\"", END(""), READER_INCOMPLETE},
		{"\"uart\"", NULL, READER_INCOMPLETE},
		{LATE, NULL, READER_INCOMPLETE},
		{NULL, END(",\"errors\":0,\"warnings\":0"), READER_INCOMPLETE},
		{LATE, END(",\"errors\":0,\"warnings\":1,\"findings\":[2]"), READER_HAS_WARNINGS},
		{NULL, END(",\"errors\":0,\"warnings\":1,\"findings\":[2]"), READER_INCOMPLETE},
		{NULL, END(",\"errors\":1,\"warnings\":0,\"findings\":[2]"), READER_FAIL},
		{LATE, END(",\"errors\":0,\"warnings\":0,\"findings\":[]"), READER_OK},
		{"\"uart\"", END(",\"errors\":0,\"warnings\":0,\"dropped_findings\":1"),
			READER_INCOMPLETE},
		{"\"finding\",\"id\":\"x\",\"severity\":\"fatal\"", NULL, READER_FAIL},
	};

	for (size_t i = 0; i < sizeof(CASES) / sizeof(CASES[0]); i++) {
		struct reader_report *report = READ(BEGIN, CASES[i].second, CASES[i].end);

		ck_assert_msg(report->verdict == CASES[i].verdict, "case %zu: %s", i,
			reader_verdict_name(report->verdict));
		reader_report_free(report);
	}
}
END_TEST

START_TEST(a_right_checksum_makes_no_json)
{
	struct reader_report *report = READ(BEGIN, "\"uart\",\"name\":\"\xff\"", "\"uart\",}",
		"\"uart\",\"a\":1,\"a\":2", "\"uart\",\"a\":\"\\u0000\"", LATE);

	ck_assert_uint_eq(report->damage_count, 3);
	ck_assert_uint_eq(report->damage[0].seq, 2);
	ck_assert_uint_eq(report->missing_count, 0);
	ck_assert_ptr_nonnull(reader_report_at(report, 5));
	reader_report_free(report);
}
END_TEST

UNIT_MAIN("reader", copies_are_one_record, what_is_missing_is_named, quiet_lines_are_not_missing,
	what_is_damaged_is_named_unless_a_copy_is_whole,
	a_record_that_something_broke_into_is_damaged, lines_of_a_record_are_joined,
	a_record_with_a_line_missing_is_partial, the_newest_of_a_subject_wins,
	the_newest_boot_is_read_unless_one_is_named, reports_of_one_boot_are_told_apart,
	a_later_begin_opens_a_report, the_order_of_the_input_does_not_matter,
	findings_stand_as_the_last_end_says, the_phase_is_that_of_a_pass,
	without_an_end_all_findings_hold, verdicts, a_right_checksum_makes_no_json)
