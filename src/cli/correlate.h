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
	const char *report, *boot, *output;
	char *const *log;
	unsigned log_count;
	bool is_json;
	unsigned width;
	enum output_when when;
	double until; /* NAN: not said */
	int64_t zone_us;
	bool has_zone;
	int64_t offset_us;
	bool has_offset;
};

/* Reads all logs, twice. Complains; 0 or a negative errno. */
int correlate_read(const struct correlate_options *options, struct correlation *correlation);

/* Clocks, and who asked for what; behind the timeline. */
void correlate_print_text(FILE *stream, const struct correlation *correlation, bool is_coloured);
/* For timeline_view.print_more; context: the correlation. */
void correlate_print_html(FILE *stream, const void *context);
/* Adds "clocks", "logs", "processes", "unanswered" to an object. */
int correlate_add_json(json_t *object, const struct correlation *correlation);

/* "2026-11-21 20:01:17.936904 UTC", or "4.663138 s" of uptime. */
void correlate_format_host(char *data, size_t size, enum host_clock clock, int64_t us);

#endif
