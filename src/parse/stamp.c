/* SPDX-License-Identifier: MIT */
#include "parse/stamp.h"

#include "base/text.h"

#include <errno.h>
#include <string.h>

static const int64_t SECOND = 1000000, DAY = 86400 * SECOND;
/* No machine is up for longer, and no number that is larger is a time. */
static const uint64_t SECONDS_MAX = 100000000000;

/* What is left of a line. */
struct cursor {
	const char *at, *end;
};

static bool is_digit(char c)
{
	return c >= '0' && c <= '9';
}

static bool take_char(struct cursor *cursor, char c)
{
	if (cursor->at == cursor->end || *cursor->at != c)
		return false;
	cursor->at++;
	return true;
}

static void skip_blanks(struct cursor *cursor)
{
	while (cursor->at < cursor->end && *cursor->at == ' ')
		cursor->at++;
}

/* Between least and most digits. */
static bool take_number(
	struct cursor *cursor, unsigned least, unsigned most, uint64_t limit, uint64_t *ret)
{
	uint64_t value = 0;
	unsigned count = 0;

	while (cursor->at < cursor->end && is_digit(*cursor->at) && count < most) {
		value = value * 10 + (uint64_t)(*cursor->at++ - '0');
		count++;
	}
	if (count < least || value > limit || (cursor->at < cursor->end && is_digit(*cursor->at)))
		return false;
	*ret = value;
	return true;
}

/* ".936904" or ",936904"; absent: whole seconds. What is finer than a microsecond is left out. */
static bool take_fraction(struct cursor *cursor, struct stamp *stamp)
{
	int64_t unit = SECOND;

	stamp->resolution_us = SECOND;
	if (cursor->at == cursor->end || (*cursor->at != '.' && *cursor->at != ','))
		return true;
	if (cursor->end - cursor->at < 2 || !is_digit(cursor->at[1]))
		return *cursor->at == ',';
	for (cursor->at++; cursor->at < cursor->end && is_digit(*cursor->at); cursor->at++) {
		unit /= 10;
		stamp->us += unit * (*cursor->at - '0');
	}
	stamp->resolution_us = unit ? unit : 1;
	return true;
}

int64_t stamp_days(int64_t year, unsigned month, unsigned day)
{
	static const unsigned short BEFORE[] = {
		0, 31, 59, 90, 120, 151, 181, 212, 243, 273, 304, 334};
	bool is_leap = (year % 4 == 0 && year % 100 != 0) || year % 400 == 0;
	int64_t last = year - 1;

	return (year - 1970) * 365 + (last / 4 - last / 100 + last / 400) -
	       (1969 / 4 - 1969 / 100 + 1969 / 400) + BEFORE[(month - 1) % 12] +
	       (is_leap && month > 2) + day - 1;
}

/* "20:01:17" */
static bool take_clock(struct cursor *cursor, int64_t *ret_us)
{
	uint64_t hours, minutes, seconds;

	if (!take_number(cursor, 2, 2, 23, &hours) || !take_char(cursor, ':') ||
		!take_number(cursor, 2, 2, 59, &minutes) || !take_char(cursor, ':') ||
		!take_number(cursor, 2, 2, 60, &seconds))
		return false;
	*ret_us = (int64_t)((hours * 60 + minutes) * 60 + seconds) * SECOND;
	return true;
}

/* "Z", "+01:00", "+0100", "+1", " UTC" */
static bool take_zone(struct cursor *cursor, int64_t *ret_us)
{
	struct cursor at = *cursor;
	uint64_t hours, minutes = 0;
	bool is_west;

	*ret_us = 0;
	if (take_char(cursor, 'Z'))
		return true;
	if (cursor->end - cursor->at >= 4 && memcmp(cursor->at, " UTC", 4) == 0) {
		cursor->at += 4;
		return true;
	}
	is_west = at.at < at.end && *at.at == '-';
	if (!take_char(&at, '+') && !take_char(&at, '-'))
		return false;
	if (at.end - at.at >= 4 && is_digit(at.at[2]) && is_digit(at.at[3])) {
		struct cursor first = {at.at, at.at + 2}, second = {at.at + 2, at.at + 4};

		if (!take_number(&first, 2, 2, 15, &hours) ||
			!take_number(&second, 2, 2, 59, &minutes))
			return false;
		at.at += 4;
	} else if (!take_number(&at, 1, 2, 15, &hours) ||
		   (take_char(&at, ':') && !take_number(&at, 2, 2, 59, &minutes))) {
		return false;
	}
	*ret_us = (int64_t)(hours * 60 + minutes) * 60 * SECOND * (is_west ? -1 : 1);
	*cursor = at;
	return true;
}

int stamp_parse_zone(const char *text, int64_t *ret_us)
{
	struct cursor cursor = {text, text + strlen(text)};
	int64_t zone_us;

	if (!take_zone(&cursor, &zone_us) || cursor.at != cursor.end)
		return -EINVAL;
	*ret_us = zone_us;
	return 0;
}

/* "2026-11-21 20:01:17.936904+0000" */
static bool take_date(struct cursor *cursor, struct stamp *stamp)
{
	uint64_t year, month, day;
	int64_t clock_us, zone_us;

	if (!take_number(cursor, 4, 4, 9999, &year) || !take_char(cursor, '-') ||
		!take_number(cursor, 2, 2, 12, &month) || !take_char(cursor, '-') ||
		!take_number(cursor, 2, 2, 31, &day) || year < 1970 || !month || !day)
		return false;
	if ((!take_char(cursor, 'T') && !take_char(cursor, ' ')) || !take_clock(cursor, &clock_us))
		return false;
	stamp->us = stamp_days((int64_t)year, (unsigned)month, (unsigned)day) * DAY + clock_us;
	if (!take_fraction(cursor, stamp))
		return false;
	stamp->clock = take_zone(cursor, &zone_us) ? STAMP_WALL : STAMP_CIVIL;
	stamp->us -= stamp->clock == STAMP_WALL ? zone_us : 0;
	return true;
}

static bool take_word(
	struct cursor *cursor, const char *const *words, unsigned count, unsigned *ret)
{
	for (unsigned i = 0; i < count; i++) {
		if (cursor->end - cursor->at >= 3 && memcmp(cursor->at, words[i], 3) == 0) {
			cursor->at += 3;
			*ret = i;
			return true;
		}
	}
	return false;
}

static bool take_weekday(struct cursor *cursor)
{
	static const char *const DAYS[] = {"Mon", "Tue", "Wed", "Thu", "Fri", "Sat", "Sun"};
	unsigned which;

	return take_word(cursor, DAYS, ARRAY_SIZE(DAYS), &which) && take_char(cursor, ' ');
}

/* "Nov 21 20:01:17.936904", with a year behind it in dmesg -T. */
static bool take_month(struct cursor *cursor, struct stamp *stamp, bool has_year)
{
	static const char *const MONTHS[] = {
		"Jan", "Feb", "Mar", "Apr", "May", "Jun", "Jul", "Aug", "Sep", "Oct", "Nov", "Dec"};
	uint64_t day, year;
	int64_t clock_us;
	unsigned month;

	if (!take_word(cursor, MONTHS, ARRAY_SIZE(MONTHS), &month) || !take_char(cursor, ' '))
		return false;
	skip_blanks(cursor);
	if (!take_number(cursor, 1, 2, 31, &day) || !day || !take_char(cursor, ' ') ||
		!take_clock(cursor, &clock_us) || !take_fraction(cursor, stamp))
		return false;
	if (has_year &&
		(!take_char(cursor, ' ') || !take_number(cursor, 4, 4, 9999, &year) || year < 1970))
		return false;
	stamp->us %= SECOND;
	stamp->us += clock_us;
	stamp->clock = has_year ? STAMP_CIVIL : STAMP_YEARLY;
	stamp->month = month + 1;
	stamp->day = (unsigned)day;
	if (has_year)
		stamp->us += stamp_days((int64_t)year, stamp->month, stamp->day) * DAY;
	return true;
}

/* "1795291273.226039": too large for the time since a start, or behind an @. */
static bool take_seconds(struct cursor *cursor, struct stamp *stamp, enum stamp_clock clock)
{
	uint64_t seconds;

	if (!take_number(cursor, 1, 12, SECONDS_MAX, &seconds))
		return false;
	stamp->us = (int64_t)seconds * SECOND;
	stamp->clock = clock;
	/* A number alone is none. */
	return cursor->at < cursor->end && *cursor->at == '.' && take_fraction(cursor, stamp);
}

/* In brackets; what is left in them behind the stamp is text: "DEBUG virtiofsd::server]". */
static bool take_bracketed(struct cursor *cursor, struct stamp *stamp)
{
	struct cursor start = *cursor;

	skip_blanks(cursor);
	if (take_seconds(cursor, stamp, STAMP_UPTIME))
		return take_char(cursor, ']');
	*cursor = start;
	*stamp = (struct stamp){0};
	if (take_weekday(cursor)) {
		if (!take_month(cursor, stamp, true))
			return false;
		/* dmesg adds two clocks that are read one after the other. */
		stamp->us -= SECOND;
		stamp->resolution_us = 3 * SECOND;
		return take_char(cursor, ']');
	}
	return take_date(cursor, stamp) && (take_char(cursor, ']') || take_char(cursor, ' '));
}

/* "30628@1795291273.226039:" */
static bool take_thread(struct cursor *cursor, struct stamp *stamp)
{
	uint64_t thread;

	return take_number(cursor, 1, 10, UINT32_MAX, &thread) && take_char(cursor, '@') &&
	       take_seconds(cursor, stamp, STAMP_WALL) && take_char(cursor, ':');
}

static bool take_bare(struct cursor *cursor, struct stamp *stamp)
{
	struct cursor start = *cursor;

	if (take_thread(cursor, stamp))
		return true;
	*cursor = start;
	*stamp = (struct stamp){0};
	if (take_seconds(cursor, stamp, STAMP_WALL)) {
		/* Before 2001 it is no time of day. */
		if (stamp->us < 1000000000 * SECOND)
			stamp->clock = STAMP_UPTIME;
		return cursor->at == cursor->end || *cursor->at == ' ' || *cursor->at == ':';
	}
	*cursor = start;
	*stamp = (struct stamp){0};
	(void)take_weekday(cursor);
	if (take_month(cursor, stamp, false))
		return true;
	*cursor = start;
	*stamp = (struct stamp){0};
	(void)take_weekday(cursor);
	return take_date(cursor, stamp);
}

/* "<6>" of dmesg -r. */
static void skip_priority(struct cursor *cursor)
{
	struct cursor start = *cursor;
	uint64_t priority;

	if (!take_char(cursor, '<') || !take_number(cursor, 1, 3, 255, &priority) ||
		!take_char(cursor, '>'))
		*cursor = start;
}

size_t stamp_parse(const char *line, size_t length, struct stamp *ret)
{
	struct cursor cursor = {line, line + length};
	struct stamp stamp = {0};
	bool is_there;

	skip_priority(&cursor);
	is_there = take_char(&cursor, '[') ? take_bracketed(&cursor, &stamp)
					   : take_bare(&cursor, &stamp);
	if (!is_there)
		return 0;
	skip_blanks(&cursor);
	*ret = stamp;
	return (size_t)(cursor.at - line);
}

void stamp_settle_year(struct stamp *stamp, int64_t zone_us, int64_t now_us)
{
	int64_t year = 1970 + now_us / DAY / 365, at = 0;

	if (stamp->clock != STAMP_YEARLY)
		return;
	for (; year >= 1970; year--) {
		/* What is no day of that year is the first of March there. */
		bool is_there = stamp->month != 2 ||
				stamp_days(year, 2, stamp->day) < stamp_days(year, 3, 1);

		at = stamp_days(year, stamp->month, stamp->day) * DAY + stamp->us;
		if (is_there && at - zone_us <= now_us + DAY)
			break;
	}
	stamp->us = at;
	stamp->clock = STAMP_CIVIL;
}

void stamp_settle(struct stamp *stamp, int64_t zone_us, int64_t now_us)
{
	stamp_settle_year(stamp, zone_us, now_us);
	if (stamp->clock != STAMP_CIVIL)
		return;
	stamp->us -= zone_us;
	stamp->clock = STAMP_WALL;
}
