/* SPDX-License-Identifier: MIT */
#include "base/clock.h"
#include "base/text.h"
#include "report/console_text.h"
#include "sink/sink.h"
#include "source/descriptors.h"
#include "unit.h"

#include <errno.h>
#include <fcntl.h>
#include <string.h>
#include <sys/socket.h>
#include <unistd.h>

static struct sinks sinks;
static struct report report;
static struct record record;
static struct console_text text;
static uint64_t now_us;

static uint64_t clock_of_the_test(void)
{
	return now_us;
}

static void start(void)
{
	memset(&sinks, 0, sizeof(sinks));
	now_us = US_PER_S;
	report.emit = sinks_emit_aside;
	report.context = &sinks;
	report.now_us = clock_of_the_test;
	console_text_init(&text, &report, &record);
}

static void take(const char *bytes)
{
	console_text_take(&text, bytes, strlen(bytes));
}

static uint32_t count(const char *what)
{
	const char *at = sinks.aside.data, *end = at + sinks.aside.length;
	uint32_t found = 0;

	while ((at = memmem(at, (size_t)(end - at), what, strlen(what)))) {
		found++;
		at++;
	}
	return found;
}

START_TEST(a_line_is_a_record)
{
	start();
	take("one\r\ntw");
	ck_assert_uint_eq(sinks.aside.waiting, 1);
	ck_assert_uint_eq(count("\"seq\":1,"), 1);
	ck_assert_uint_eq(count("\"type\":\"console.text\",\"text\":\"one\",\"crc\""), 1);
	take("o\n\n");
	ck_assert_uint_eq(sinks.aside.waiting, 3);
	ck_assert_uint_eq(count("\"text\":\"two\",\"crc\""), 1);
	ck_assert_uint_eq(count("\"type\":\"console.text\",\"crc\""), 1);
}

START_TEST(what_a_terminal_acts_on_is_escaped)
{
	start();
	console_text_take(&text, "\033[1m\0\x9b\"\n", 8);
	ck_assert_uint_eq(count("\"text\":\"\\u001b[1m\\ufffd\\\"\""), 1);
}

START_TEST(a_prompt_is_shown_once_it_stands)
{
	start();
	take("login: ");
	ck_assert(console_text_is_open(&text));
	ck_assert_uint_eq(sinks.aside.waiting, 0);
	console_text_flush(&text);
	ck_assert_uint_eq(count("\"text\":\"login: \",\"open\":true"), 1);
	ck_assert(!console_text_is_open(&text));
	console_text_flush(&text);
	ck_assert_uint_eq(sinks.aside.waiting, 1);
}

START_TEST(a_line_of_any_length_fits_into_records)
{
	start();
	for (int i = 0; i < 1500; i++)
		take(i % 2 ? "x" : "\033");
	take("\n");
	ck_assert_uint_eq(sinks.aside.waiting, 3);
	ck_assert_uint_eq(count("\"open\":true"), 2);
	for (const char *line = sinks.aside.data; line < sinks.aside.data + sinks.aside.length;) {
		const char *end = strchr(line, '\n');

		ck_assert_uint_le((size_t)(end - line), RECORD_SIZE);
		line = end + 1;
	}
}

START_TEST(too_much_at_once_is_dropped_and_told)
{
	start();
	for (uint32_t i = 0; i < 2 * CONSOLE_TEXT_RATE_BYTES / 8; i++)
		take("seven..\n");
	ck_assert_uint_eq(text.total_dropped_bytes, CONSOLE_TEXT_RATE_BYTES);
	ck_assert_uint_eq(count("dropped_bytes"), 0);
	now_us += US_PER_S / 2;
	take("later\n");
	ck_assert_uint_eq(count("\"text\":\"later\",\"dropped_bytes\":65536"), 1);
	take("again\n");
	ck_assert_uint_eq(count("dropped_bytes"), 1);
	/* So much time, so many bytes. */
	for (uint32_t i = 0; i < CONSOLE_TEXT_RATE_BYTES / 8; i++)
		take("seven..\n");
	ck_assert_uint_ge(text.total_dropped_bytes, CONSOLE_TEXT_RATE_BYTES * 3 / 2);
	ck_assert_uint_le(text.total_dropped_bytes, CONSOLE_TEXT_RATE_BYTES * 3 / 2 + 32);
}

START_TEST(what_nobody_reads_gives_way_to_what_is_newer)
{
	uint32_t said = 2000;

	start();
	for (uint32_t i = 0; i < said; i++) {
		now_us += US_PER_S;
		take(i == 0 ? "the first\n" : i + 1 == said ? "the last\n" : "between\n");
	}
	ck_assert_uint_eq(count("the first"), 0);
	ck_assert_uint_eq(count("the last"), 1);
	ck_assert_uint_gt(sinks.aside.account.dropped, 0);
	ck_assert_uint_eq(sinks.aside.account.dropped + sinks.aside.waiting, said);
	ck_assert_uint_le(sinks.aside.length, REPORT_ASIDE_SIZE);
	ck_assert_uint_gt(sinks.aside.length, REPORT_ASIDE_SIZE - 2 * RECORD_SIZE);
	ck_assert_int_eq(sinks.aside.data[0], '{');
	/* Each by itself: none of it stands in the other outputs. */
	ck_assert_uint_eq(sinks.log.length, 0);
}

START_TEST(descriptors_go_over_a_socket)
{
	int pair[2], sent[2], got[2] = {-1, -1};

	ck_assert_int_eq(socketpair(AF_UNIX, SOCK_STREAM, 0, pair), 0);
	ck_assert_int_eq(descriptors_receive(pair[0], got, 2), -EAGAIN);
	ck_assert_int_eq(pipe(sent), 0);
	ck_assert_int_eq(descriptors_send(pair[1], sent, 2), 0);
	ck_assert_int_eq(descriptors_receive(pair[0], got, 2), 0);
	ck_assert_int_eq(write(got[1], "x", 1), 1);
	ck_assert_int_eq(read(sent[0], &(char){0}, 1), 1);
	ck_assert_int_eq(fcntl(got[0], F_GETFD), FD_CLOEXEC);
	/* Another count than was asked for. */
	ck_assert_int_eq(descriptors_send(pair[1], sent, 1), 0);
	ck_assert_int_eq(descriptors_receive(pair[0], got, 2), -EBADMSG);
	ck_assert_int_eq(write(pair[1], "x", 1), 1);
	ck_assert_int_eq(descriptors_receive(pair[0], got, 2), -EBADMSG);
	(void)close(pair[1]);
	ck_assert_int_lt(descriptors_receive(pair[0], got, 2), 0);
}

UNIT_MAIN("console_text", a_line_is_a_record, what_a_terminal_acts_on_is_escaped,
	a_prompt_is_shown_once_it_stands, a_line_of_any_length_fits_into_records,
	too_much_at_once_is_dropped_and_told, what_nobody_reads_gives_way_to_what_is_newer,
	descriptors_go_over_a_socket)
