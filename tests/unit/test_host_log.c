/* SPDX-License-Identifier: MIT */
#include "reader/host_log.h"

#include "unit.h"

#include <stdio.h>
#include <string.h>

#define THEN INT64_C(1795291277000000)

/* What came out, one line each: "CLOCK US+RESOLUTION TEXT". */
static char told[8192];
static struct host_log_count count;

static void take(void *context, const struct host_line *line)
{
	char *at = told + strlen(told);

	ck_assert_ptr_eq(context, told);
	(void)snprintf(at, (size_t)(told + sizeof(told) - at), "%d %lld+%lld %s\n",
		line->stamp.clock,
		(long long)(line->stamp.us - (line->stamp.clock == STAMP_WALL ? THEN : 0)),
		(long long)line->stamp.resolution_us, line->text);
}

/* In pieces of that many bytes. */
static void feed(const char *bytes, size_t length, size_t piece)
{
	struct host_log *log = host_log_new(0, THEN, take, told);

	told[0] = '\0';
	for (size_t at = 0; at < length; at += piece)
		host_log_feed(log, bytes + at, length - at < piece ? length - at : piece);
	host_log_finish(log);
	count = host_log_count(log);
	host_log_free(log);
}

START_TEST(lines_of_text)
{
	static const char TEXT[] = "no stamp\n[    1.5] a\r\n\n2026-11-21T20:01:17Z b \0 c\n"
				   "2026-11-21T20:01:18Z the last";

	for (size_t piece = 1; piece < sizeof(TEXT); piece++) {
		feed(TEXT, sizeof(TEXT) - 1, piece);
		ck_assert_str_eq(told, "4 1500000+100000 a\n1 0+1000000 b ? c\n"
				       "1 1000000+1000000 the last\n");
		ck_assert_uint_eq(count.stamped, 3);
		ck_assert_uint_eq(count.lines, 5);
	}
}
END_TEST

/* What a program stamped itself is nearer to the truth, and not later than its logger says. */
START_TEST(a_stamp_within_a_stamp)
{
	static const char TEXT[] =
		"2026-11-21T20:01:17.250000+0000 host virtiofsd[7]: [2026-11-21T20:01:17Z DEBUG "
		"virtiofsd] x\n"
		"2026-11-21T20:01:17.250000+0000 host virtiofsd[7]: [ID: 00000001] y\n"
		"2026-11-21T20:01:17.250000+0000 host kernel: z\n"
		"2026-11-21T20:01:17.250000+0000 virtio_blk virtio1: [vda] 8 blocks\n"
		"2026-11-21T20:01:17.250000+0000 [    1.720187] Run /init\n";

	feed(TEXT, sizeof(TEXT) - 1, 4096);
	ck_assert_str_eq(told, "1 0+250001 DEBUG virtiofsd] x\n1 250000+1 [ID: 00000001] y\n"
			       "1 250000+1 host kernel: z\n"
			       "1 250000+1 virtio_blk virtio1: [vda] 8 blocks\n"
			       "1 250000+1 [    1.720187] Run /init\n");
}
END_TEST

#define ENTRY "__CURSOR=s=1\n__REALTIME_TIMESTAMP=1795291277000005\n"

START_TEST(the_journal)
{
	static const char TEXT[] =
		ENTRY "__MONOTONIC_TIMESTAMP=70\nMESSAGE=plain\n\n" ENTRY
		      "COREDUMP\n\x03\0\0\0\0\0\0\0a\nb\n"
		      "MESSAGE\n\x07\0\0\0\0\0\0\0one\ntwo\n\n" ENTRY
		      "_SOURCE_REALTIME_TIMESTAMP=1795291277000002\nMESSAGE=last\n";

	for (size_t piece = 1; piece < sizeof(TEXT); piece++) {
		feed(TEXT, sizeof(TEXT) - 1, piece);
		ck_assert_str_eq(told, "1 5+1 plain\n1 5+1 one\n1 2+1 last\n");
		ck_assert(count.is_journal);
	}
}
END_TEST

/* A field that says that it is longer than all there is. */
START_TEST(a_journal_that_lies)
{
	static const char TEXT[] = ENTRY "MESSAGE\n\xff\xff\xff\xff\xff\xff\xff\xffxyz\n\n";

	feed(TEXT, sizeof(TEXT) - 1, 7);
	ck_assert_str_eq(told, "1 5+1 \n");
}
END_TEST

START_TEST(a_line_that_is_too_long)
{
	size_t length = 3 * HOST_LINE_MAX;
	char *text = malloc(length);

	ck_assert_ptr_nonnull(text);
	memset(text, 'x', length);
	memcpy(text, "[    1.5] ", 10);
	text[length - 6] = '\n';
	memcpy(text + length - 5, "[2.5]", 5);
	feed(text, length, 1000);
	ck_assert_uint_eq(count.lines, 2);
	ck_assert_uint_eq(count.stamped, 2);
	free(text);
}
END_TEST

UNIT_MAIN("host_log", lines_of_text, a_stamp_within_a_stamp, the_journal, a_journal_that_lies,
	a_line_that_is_too_long)
