/* SPDX-License-Identifier: MIT */
/*
 * When a line of a log was written: the time stamp that it begins with.
 *
 *	[2026-11-21 20:01:17.936904+0000] ...      virtiofsd in C (with -d)
 *	[2024-07-08T03:42:34Z DEBUG ...] ...       virtiofsd in Rust (env_logger)
 *	30628@1795291273.226039:event ...          QEMU's log of trace events, up to 10
 *	2026-11-21T20:01:17.936904Z event ...      the same later; journalctl -o short-iso(-precise)
 *	2026-11-21T20:01:17,936904+01:00 ...       dmesg --time-format iso
 *	[    4.663138] ... , [Sat Nov 21 20:01:17 2026] ...   dmesg (-r: behind <6>), dmesg -T
 *	Nov 21 20:01:17.936904 ... , Sat 2026-11-21 20:01:17 UTC ...   other formats of journalctl
 *	1795291273.226039 ...                      ts %.s, journalctl -o short-unix
 */
#ifndef PARSE_STAMP_H
#define PARSE_STAMP_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

enum stamp_clock {
	STAMP_NONE,
	STAMP_WALL,   /* since 1970 */
	STAMP_CIVIL,  /* the same as if its time zone, which it does not tell, were UTC */
	STAMP_YEARLY, /* the same, and the year is not told either: since that day began */
	STAMP_UPTIME, /* since that machine's kernel started */
};

/* The line was written at us at the earliest, and before us + resolution_us. */
struct stamp {
	enum stamp_clock clock;
	int64_t us;
	int64_t resolution_us;
	unsigned month, day; /* from 1, of STAMP_YEARLY */
};

/* Returns how many bytes of the line it takes, blanks behind it too; 0: there is none. */
size_t stamp_parse(const char *line, size_t length, struct stamp *ret);

/* Makes a STAMP_YEARLY one STAMP_CIVIL: the year is the last one with that day in which the stamp
 * was not more than a day ahead of now_us. zone_us: local time less UTC. */
void stamp_settle_year(struct stamp *stamp, int64_t zone_us, int64_t now_us);
/* Makes a STAMP_CIVIL or STAMP_YEARLY one STAMP_WALL. */
void stamp_settle(struct stamp *stamp, int64_t zone_us, int64_t now_us);

/* "+01:00", "-0330", "+1", "Z": local time less UTC. -EINVAL. */
int stamp_parse_zone(const char *text, int64_t *ret_us);
/* Days since 1970 of a date of the Gregorian calendar; month from 1. */
int64_t stamp_days(int64_t year, unsigned month, unsigned day);

#endif
