/* SPDX-License-Identifier: MIT */
#include "reader/frame.h"

#include "unit.h"

#include "report_builder.h"

static const char *found(const char *text, enum frame_state expected)
{
	static char copy[8192];
	size_t start = 0, length = 0;

	ck_assert_int_eq(frame_find(text, strlen(text), &start, &length), expected);
	(void)snprintf(copy, sizeof(copy), "%.*s", (int)length, text + start);
	return copy;
}

static const char *cleaned(const char *text)
{
	static char copy[1024];

	strcpy(copy, text);
	copy[frame_clean(copy, strlen(copy))] = '\0';
	return copy;
}

START_TEST(a_line_is_found_wherever_it_stands)
{
	char text[4096];
	const char *line = line_of(BOOT, 7, "\"uart\",\"name\":\"ttyS0\"");

	(void)snprintf(text, sizeof(text), "<6>[    3.1] bootprobe: %s\r", line);
	ck_assert_str_eq(found(text, FRAME_WHOLE), line);
	(void)snprintf(text, sizeof(text), "%s%s", line, line);
	ck_assert_str_eq(found(text, FRAME_WHOLE), line);
	(void)found("bootprobe: {\"bootprobe\": 1}", FRAME_NONE);
}
END_TEST

START_TEST(a_line_without_its_end_is_open_or_broken)
{
	char text[4096];
	const char *line = line_of(BOOT, 7, "\"uart\",\"name\":\"ttyS0\"");

	(void)snprintf(text, sizeof(text), "%.40s", line);
	ck_assert_str_eq(found(text, FRAME_OPEN), text);
	(void)snprintf(text, sizeof(text), "%.40s%s", line, line);
	ck_assert_uint_eq(strlen(found(text, FRAME_BROKEN)), 40);
	/* The end of the next one is not its own. */
	strcpy(text, line);
	strcpy(text + strlen(line) - 3, line);
	ck_assert_uint_eq(strlen(found(text, FRAME_BROKEN)), strlen(line) - 3);
}
END_TEST

START_TEST(the_frame_is_read_as_far_as_it_goes)
{
	static const struct {
		const char *line;
		unsigned parsed;
		uint32_t seq;
	} CASES[] = {
		{"{\"bootprobe\":1,\"boot\":\"5a1f09c3\",\"seq\":7,\"t\":1.5,\"type\":\"uart\",", 4,
			7},
		{"{\"bootprobe\":1,\"boot\":\"5a1f09c3\",\"seq\":7,\"t\":1.5,\"type\":\"uart", 3,
			7},
		{"{\"bootprobe\":1,\"boot\":\"5a1f09c3\",\"seq\":7,\"t\":1.5", 2, 7},
		{"{\"bootprobe\":1,\"boot\":\"5a1f09c3\",\"seq\":7", 1, 0},
		{"{\"bootprobe\":1,\"boot\":\"5a1f09c3\",\"seq\":0,", 1, 0},
		{"{\"bootprobe\":1,\"boot\":\"5a1f09c3\",\"seq\":4294967296,", 1, 0},
		{"{\"bootprobe\":1,\"boot\":\"5A1F09C3\",\"seq\":7,", 0, 0},
		{"{\"bootprobe\":1,\"boot\":\"5a1f\"", 0, 0},
		{"{\"bootprobe\":1,\"boot\":\"5a1f09c3\",\"seq\":7,\"t\":1.5,\"type\":\"U\033[m\",",
			3, 7},
	};
	struct frame frame;

	for (size_t i = 0; i < sizeof(CASES) / sizeof(CASES[0]); i++) {
		ck_assert_uint_eq(
			frame_parse(CASES[i].line, strlen(CASES[i].line), &frame), CASES[i].parsed);
		ck_assert_uint_eq(frame.seq, CASES[i].seq);
	}
	(void)frame_parse(CASES[0].line, strlen(CASES[0].line), &frame);
	ck_assert_str_eq(frame.type, "uart");
	ck_assert(frame.t > 1.49 && frame.t < 1.51);
}
END_TEST

/* Times are reckoned with: one that no kernel reaches is no time. */
START_TEST(a_time_is_one_of_a_kernel)
{
	static const struct {
		const char *t;
		unsigned parsed;
		double seconds;
	} CASES[] = {
		{"0", 4, 0},
		{"1000000000", 4, 1e9},
		{"999999999.9", 4, 999999999.9},
		{"1000000001", 2, -1},
		{"99999999999999999999999999", 2, -1},
		/* more digits than a number has */
		{"1.5555555555555555555555555555555555", 2, -1},
		{"-1", 2, -1},
		{"1e3", 2, -1},
		{"", 2, -1},
	};

	for (size_t i = 0; i < sizeof(CASES) / sizeof(CASES[0]); i++) {
		struct frame frame;
		char line[160];

		(void)snprintf(line, sizeof(line),
			"{\"bootprobe\":1,\"boot\":\"5a1f09c3\",\"seq\":7,\"t\":%s,\"type\":"
			"\"uart\",",
			CASES[i].t);
		ck_assert_msg(frame_parse(line, strlen(line), &frame) == CASES[i].parsed, "%s",
			CASES[i].t);
		if (CASES[i].seconds >= 0)
			ck_assert(frame.t > CASES[i].seconds - 0.01 &&
				  frame.t < CASES[i].seconds + 0.01);
	}
}
END_TEST

START_TEST(the_crc_tells)
{
	char line[2048];

	strcpy(line, line_of(BOOT, 7, "\"uart\",\"name\":\"ttyS0\""));
	ck_assert(frame_is_intact(line, strlen(line)));
	line[60] ^= 1;
	ck_assert(!frame_is_intact(line, strlen(line)));
	ck_assert(!frame_is_intact("{\"bootprobe\":1,", 15));
}
END_TEST

START_TEST(what_kmsg_escapes_is_undone)
{
	char text[] = "a\\x5cb\\xC3\\xa9\\xzz\\x4";
	size_t length = frame_unescape(text, strlen(text));

	ck_assert_uint_eq(length, 12);
	ck_assert_mem_eq(text, "a\\b\xc3\xa9\\xzz\\x4", 12);
}
END_TEST

START_TEST(terminal_control_is_taken_out)
{
	ck_assert_str_eq(cleaned("\033[2J\033[01;31m{\033[0mx}\r"), "{x}");
	ck_assert_str_eq(cleaned("a\033]0;title\ab\033]52;c;Zm9v\033\\c"), "abc");
	ck_assert_str_eq(cleaned("a\033(B\033=b\b\tc\177"), "abc");
	/* One that never ends takes no record along. */
	ck_assert_str_eq(cleaned("\033]0;{\"bootprobe\":1,\a"), "0;{\"bootprobe\":1,");
	ck_assert_str_eq(cleaned("\033{\"b"), "{\"b");
	ck_assert_str_eq(cleaned("a\033["), "a");
	ck_assert_str_eq(cleaned("a\033"), "a");
}
END_TEST

UNIT_MAIN("reader_frame", a_line_is_found_wherever_it_stands,
	a_line_without_its_end_is_open_or_broken, the_frame_is_read_as_far_as_it_goes,
	a_time_is_one_of_a_kernel, the_crc_tells, what_kmsg_escapes_is_undone,
	terminal_control_is_taken_out)
