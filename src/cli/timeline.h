/* SPDX-License-Identifier: MIT */
/*
 * The ways to show a timeline.
 */
#ifndef CLI_TIMELINE_H
#define CLI_TIMELINE_H

#include "cli/output.h"
#include "reader/timeline.h"

#include <jansson.h>
#include <stdio.h>

enum {
	TIMELINE_COLUMNS_MIN = 60,
	TIMELINE_COLUMNS_MAX = 400,
	TIMELINE_PIXELS_MIN = 640,
	TIMELINE_PIXELS_MAX = 10000,
	TIMELINE_PIXELS = 1200,
};

struct timeline_options {
	const char *path, *boot, *output;
	bool is_json;
	unsigned width;
	enum output_when when;
};

struct timeline_view {
	const struct reader_report *report;
	const struct timeline *timeline;
	unsigned width;            /* columns, or pixels */
	bool is_coloured, is_utf8; /* text only */
	/* HTML only: what stands between the picture and its table. NULL: nothing. */
	void (*print_more)(FILE *stream, const void *context);
	const void *context;
};

void timeline_print_text(FILE *stream, const struct timeline_view *view);
/* One svg element without an XML declaration. Well-formed whatever the report holds. */
void timeline_print_svg(FILE *stream, const struct timeline_view *view);
void timeline_print_html(FILE *stream, const struct timeline_view *view);

/* .svg or .html, by its name; what was there before stays until the new one is whole. 0 or a
 * negative errno. */
int timeline_write_file(const char *path, const struct timeline_view *view);
/* The lanes and all that is in them; NULL: out of memory. */
json_t *timeline_object(const struct timeline_view *view);
/* Whether a terminal in this locale shows more than ASCII. */
bool timeline_is_utf8(void);
/* One of -o, --boot, --json, --width, --color: NULL, or what is wrong. */
const char *timeline_take_option(struct timeline_options *options, int option);
/* Whether a name is one of a picture; NULL, or what is wrong. */
const char *timeline_check_output(const char *output, unsigned width);

/* Distance of the marks of an axis of that many seconds: 1, 2 or 5 times a power of ten; at most
 * `marks` of them. */
double timeline_step(double seconds, unsigned marks);
/* "3.832 s", with as many decimals as a step needs. */
void timeline_format(char *data, size_t size, double seconds, double step);
/* "17.4 ms", "2.31 s" */
void timeline_format_duration(char *data, size_t size, double seconds);

#endif
