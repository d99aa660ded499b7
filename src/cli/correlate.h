/* SPDX-License-Identifier: MIT */
/*
 * What the parts of `bootprobe correlate` share.
 */
#ifndef CLI_CORRELATE_H
#define CLI_CORRELATE_H

#include "cli/output.h"
#include "cli/timeline.h"
#include "reader/correlation.h"

#include <jansson.h>

struct correlate_options {
	const char *report;
	struct timeline_options show;
	char *const *log;
	unsigned log_count;
	double until; /* NAN: not said */
	int64_t zone_us;
	bool has_zone;
	int64_t offset_us;
	bool has_offset;
};

/* Opens all logs, and copies what cannot be read twice. Complains; 0 or a negative errno. */
int correlate_open(const struct correlate_options *options, int fd[CORRELATION_LOGS_MAX]);
void correlate_close(const int *fd, unsigned count);
/* Reads all logs, twice. Complains; 0 or a negative errno. */
int correlate_read(
	const struct correlate_options *options, const int *fd, struct correlation *correlation);

/* Clocks, and who asked for what; behind the timeline. */
void correlate_print_text(FILE *stream, const struct correlation *correlation, bool is_coloured);
/* For timeline_view.print_more; context: the correlation. */
void correlate_print_html(FILE *stream, const void *context);
/* Adds "clocks", "logs", "processes", "unanswered" to an object. */
int correlate_add_json(json_t *object, const struct correlation *correlation);

/* "2026-11-21 20:01:17.936904 UTC", or "4.663138 s" of uptime. */
void correlate_format_host(char *data, size_t size, enum host_clock clock, int64_t us);

#endif
