/* SPDX-License-Identifier: MIT */
/*
 * What systemd answers over D-Bus: org.freedesktop.systemd1(5).
 */
#ifndef PARSE_SYSTEMD_REPLY_H
#define PARSE_SYSTEMD_REPLY_H

#include "bootprobe/facts.h"
#include "parse/dbus_message.h"

/* One entry of ListJobs, a(usssoo). Returns 0 or the cursor's error, *ret being untouched then. */
#define SYSTEMD_JOBS_SIGNATURE "a(usssoo)"
int systemd_job_take(struct dbus_cursor *cursor, struct job_fact *ret);

/* One entry of ListUnits, a(ssssssouso): a unit that is in memory. */
#define SYSTEMD_UNITS_SIGNATURE "a(ssssssouso)"
struct systemd_unit {
	char name[112];  /* "" where it is longer */
	char loaded[16]; /* "loaded", "not-found" */
	char active[16]; /* "active", "activating", "inactive", "failed", ... */
};
int systemd_unit_take(struct dbus_cursor *cursor, struct systemd_unit *ret);

/* When a unit changed, on CLOCK_MONOTONIC; 0: it has not. */
struct systemd_unit_times {
	uint64_t began_us;   /* InactiveExitTimestampMonotonic */
	uint64_t active_us;  /* ActiveEnterTimestampMonotonic */
	uint64_t stopped_us; /* InactiveEnterTimestampMonotonic */
};

/* How long the start took, as "systemd-analyze blame" counts it; of one that has not come to an
 * end, until now_us. 0: it was never started. */
uint64_t systemd_unit_duration(const struct systemd_unit_times *times, uint64_t now_us);

/* The object of a unit: what is neither letter nor digit stands there as "_2d". Returns false if it
 * does not fit. */
bool systemd_unit_path(const char *name, char *buf, size_t size);

#endif
