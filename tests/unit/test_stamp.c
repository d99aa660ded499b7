/* SPDX-License-Identifier: MIT */
#include "parse/stamp.h"

#include "unit.h"

#include <string.h>

/* 2026-11-21 20:01:17 UTC */
#define THEN INT64_C(1795291277000000)
#define NOW (THEN + INT64_C(3600000000))

static struct stamp stamp;

static size_t parse(const char *line)
{
	stamp = (struct stamp){0};
	return stamp_parse(line, strlen(line), &stamp);
}

struct row {
	const char *line, *rest;
	enum stamp_clock clock;
	int64_t us, resolution_us;
};

static const struct row ROWS[] = {
	{"[2026-11-21 20:01:17.936904+0000] [ID: 7] x", "[ID: 7] x", STAMP_WALL, THEN + 936904, 1},
	{"[2026-11-21T20:01:17Z DEBUG virtiofsd] x", "DEBUG virtiofsd] x", STAMP_WALL, THEN,
		1000000},
	{"[2026-11-21T20:01:17.125Z INFO  x", "INFO  x", STAMP_WALL, THEN + 125000, 1000},
	{"30628@1795291277.226039:virtio_x vdev", "virtio_x vdev", STAMP_WALL, THEN + 226039, 1},
	{"2026-11-21T20:01:17.936904Z virtio_x", "virtio_x", STAMP_WALL, THEN + 936904, 1},
	{"2026-11-21T20:01:17,936904+00:00 x", "x", STAMP_WALL, THEN + 936904, 1},
	{"2026-11-21T21:01:17+0100 host x: y", "host x: y", STAMP_WALL, THEN, 1000000},
	{"2026-11-21T16:31:17-03:30 host x", "host x", STAMP_WALL, THEN, 1000000},
	{"2026-11-21 20:01:17.5 x", "x", STAMP_CIVIL, THEN + 500000, 100000},
	{"Sat 2026-11-21 20:01:17 UTC host x", "host x", STAMP_WALL, THEN, 1000000},
	{"[Sat Nov 21 20:01:17 2026] x", "x", STAMP_CIVIL, THEN - 1000000, 3000000},
	{"[    4.663138] x", "x", STAMP_UPTIME, 4663138, 1},
	{"<31>[    4.663138] x", "x", STAMP_UPTIME, 4663138, 1},
	{"[12345.663138] x", "x", STAMP_UPTIME, INT64_C(12345663138), 1},
	{"1795291277.226039 x", "x", STAMP_WALL, THEN + 226039, 1},
	{"17.25 x", "x", STAMP_UPTIME, 17250000, 10000},
	{"2026-11-21T20:01:17.123456789Z x", "x", STAMP_WALL, THEN + 123456, 1},
	{"2024-02-29T00:00:00Z x", "x", STAMP_WALL, INT64_C(1709164800000000), 1000000},
	{"1970-01-01T00:00:00Z", "", STAMP_WALL, 0, 1000000},
};

START_TEST(what_logs_begin_with)
{
	for (size_t i = 0; i < sizeof(ROWS) / sizeof(ROWS[0]); i++) {
		const struct row *row = &ROWS[i];
		size_t taken = parse(row->line);

		ck_assert_msg(taken, "%s", row->line);
		ck_assert_str_eq(row->line + taken, row->rest);
		ck_assert_int_eq(stamp.clock, row->clock);
		ck_assert_msg(stamp.us == row->us, "%s: %lld", row->line, (long long)stamp.us);
		ck_assert_int_eq(stamp.resolution_us, row->resolution_us);
	}
}
END_TEST

START_TEST(what_is_none)
{
	static const char *const LINES[] = {"", "x", "[", "[]", "[x", "4 x", "12345", "123@4 x",
		"[4.", "[4.1", "2026-13-21T20:01:17Z x", "2026-11-00T20:01:17Z", "2026-11-21",
		"2026-11-21T24:01:17Z", "2026-11-21T20:61:17Z", "1969-01-01T00:00:00Z",
		"99999999999999999999.1 x", "30628@1795291277:x", "Nov 32 20:01:17 x",
		"Nov 21 20:01 x", "[Sat Nov 21 20:01:17]", "Xxx 2026-11-21 20:01:17",
		"[    4.663138", "-1.5 x", "1.5x", "<", "<6", "<6>", "<1234>[4.5] x", "<6>x"};

	for (size_t i = 0; i < sizeof(LINES) / sizeof(LINES[0]); i++) {
		ck_assert_msg(!parse(LINES[i]), "%s", LINES[i]);
		ck_assert_int_eq(stamp.clock, STAMP_NONE);
	}
}
END_TEST

/* Whatever a line is cut to, nothing behind it is read: the sanitizers of CI watch. */
START_TEST(every_length)
{
	for (size_t i = 0; i < sizeof(ROWS) / sizeof(ROWS[0]); i++) {
		size_t length = strlen(ROWS[i].line);

		for (size_t cut = 0; cut <= length; cut++) {
			char *exact = malloc(cut ? cut : 1);

			ck_assert_ptr_nonnull(exact);
			memcpy(exact, ROWS[i].line, cut);
			ck_assert_uint_le(stamp_parse(exact, cut, &stamp), cut);
			free(exact);
		}
	}
}
END_TEST

START_TEST(a_stamp_without_a_zone)
{
	ck_assert(parse("2026-11-21 21:01:17 x"));
	stamp_settle(&stamp, INT64_C(3600000000), NOW);
	ck_assert_int_eq(stamp.clock, STAMP_WALL);
	ck_assert(stamp.us == THEN);
}
END_TEST

START_TEST(a_stamp_without_a_year)
{
	ck_assert(parse("Nov 21 20:01:17.936904 host x"));
	ck_assert_int_eq(stamp.clock, STAMP_YEARLY);
	stamp_settle(&stamp, 0, NOW);
	ck_assert(stamp.us == THEN + 936904);
	/* In January, a line of December is of the year before; one of this evening is not. */
	ck_assert(parse("Dec 31 23:59:59 host x"));
	stamp_settle(&stamp, 0, INT64_C(1798848000000000));
	ck_assert(stamp.us == INT64_C(1798761599000000));
	/* The 29th of February: of a leap year, also where this one is none. */
	ck_assert(parse("Feb 29 00:00:01 host x"));
	stamp_settle(&stamp, 0, INT64_C(1709337600000000));
	ck_assert(stamp.us == INT64_C(1709164801000000));
	ck_assert(parse("Feb 29 00:00:01 host x"));
	stamp_settle(&stamp, 0, NOW);
	ck_assert(stamp.us == INT64_C(1709164801000000));
	/* Behind it. */
	ck_assert(parse("Mar  1 00:00:00 host x"));
	stamp_settle(&stamp, 0, INT64_C(1709337600000000));
	ck_assert(stamp.us == INT64_C(1709251200000000));
}
END_TEST

START_TEST(zones)
{
	static const struct {
		const char *text;
		int64_t minutes;
	} ZONES[] = {{"Z", 0}, {"+01:00", 60}, {"-0330", -210}, {"+1", 60}, {"-11", -660}};
	static const char *const WRONG[] = {
		"", "1", "+", "+99", "+01:", "+01:60", "+01:00 ", "CET", "+01:0", "++1"};
	int64_t us;

	for (size_t i = 0; i < sizeof(ZONES) / sizeof(ZONES[0]); i++) {
		ck_assert_int_eq(stamp_parse_zone(ZONES[i].text, &us), 0);
		ck_assert(us == ZONES[i].minutes * 60 * 1000000);
	}
	for (size_t i = 0; i < sizeof(WRONG) / sizeof(WRONG[0]); i++)
		ck_assert_msg(stamp_parse_zone(WRONG[i], &us) < 0, "%s", WRONG[i]);
}
END_TEST

UNIT_MAIN("stamp", what_logs_begin_with, what_is_none, every_length, a_stamp_without_a_zone,
	a_stamp_without_a_year, zones)
