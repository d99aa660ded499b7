/* SPDX-License-Identifier: MIT */
/*
 * A log of the host, of any size: bytes in, lines with the time at which they were written out.
 * Takes text with a time stamp at the start of each line (parse/stamp.h) and the journal's export
 * format, told apart by how the log begins. Does no input or output.
 */
#ifndef READER_HOST_LOG_H
#define READER_HOST_LOG_H

#include "parse/stamp.h"

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

/* Of a line that is longer the rest is passed over. */
enum { HOST_LINE_MAX = 4096 };

struct host_line {
	struct stamp stamp; /* STAMP_WALL or STAMP_UPTIME */
	/* An entry of the journal has both clocks, of one moment: STAMP_WALL and STAMP_UPTIME, or
	 * STAMP_NONE. The line may have been written before. */
	struct stamp entry, second;
	const char *text; /* behind the stamp; NUL-terminated, without the newline */
};

typedef void (*host_line_fn)(void *context, const struct host_line *line);

struct host_log;

/* What stamps leave out: see stamp_settle(). NULL: out of memory. */
struct host_log *host_log_new(int64_t zone_us, int64_t now_us, host_line_fn line, void *context);
/* Where local time is not always as far from UTC: how far it is at a local time. */
typedef int64_t (*host_zone_fn)(int64_t civil_us);
void host_log_use_zone(struct host_log *log, host_zone_fn zone);
void host_log_free(struct host_log *log);
void host_log_feed(struct host_log *log, const char *bytes, size_t length);
/* What was fed last is whole. */
void host_log_finish(struct host_log *log);

struct host_log_count {
	uint64_t lines, stamped;
	bool is_journal;
};
struct host_log_count host_log_count(const struct host_log *log);

#endif
