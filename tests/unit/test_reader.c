/* SPDX-License-Identifier: MIT */
#include "reader/reader.h"

#include "reader/store.h"
#include "unit.h"

#include "report_builder.h"

#include <errno.h>

#define BEGIN "\"begin\",\"version\":\"0.1.0\",\"verb\":\"start\""
#define PHANTOM                                                                                \
	"\"finding\",\"id\":\"console.phantom\",\"severity\":\"error\",\"subject\":\"ttyS0\"," \
	"\"summary\":\"s\",\"because\":[2],\"fix\":[{\"tool\":\"proxmox\",\"change\":\"qm\"}]"
#define LATE "\"finding\",\"id\":\"root.late\",\"severity\":\"warning\",\"summary\":\"s\""
#define PART                                                                              \
	"\"finding\",\"id\":\"console.closed\",\"severity\":\"error\",\"summary\":\"s\"," \
	"\"part_of\":\"console.phantom\""

static struct reader_report *read_lines(const char *const *lines, size_t count)
{
	struct reader *reader = reader_start();

	for (size_t i = 0; i < count; i++) {
		if (lines[i])
			feed_line(reader, (unsigned)i + 1, lines[i]);
	}
	return report_of(reader, NULL);
}
#define READ(...)                                      \
	read_lines((const char *const[]){__VA_ARGS__}, \
		sizeof((const char *const[]){__VA_ARGS__}) / sizeof(char *))

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

UNIT_MAIN("reader", copies_are_one_record, what_is_missing_is_named,
	what_is_damaged_is_named_unless_a_copy_is_whole,
	a_record_that_something_broke_into_is_damaged, lines_of_a_record_are_joined,
	a_record_with_a_line_missing_is_partial, the_newest_of_a_subject_wins,
	the_newest_boot_is_read_unless_one_is_named, reports_of_one_boot_are_told_apart,
	a_later_begin_opens_a_report, the_order_of_the_input_does_not_matter,
	findings_stand_as_the_last_end_says, the_phase_is_that_of_a_pass,
	without_an_end_all_findings_hold, verdicts, a_right_checksum_makes_no_json,
	logs_of_every_kind, a_message_as_an_array_of_bytes, what_kmsg_escaped_is_read,
	bytes_may_come_one_by_one, a_log_without_newlines_is_read_in_pieces, nothing_but_zeroes,
	many_boots_are_forgotten_oldest_first, a_report_without_bounds_is_cut,
	deep_nesting_is_no_json, each_new_line_is_told_as_it_comes)
