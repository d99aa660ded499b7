/* SPDX-License-Identifier: MIT */
/*
 * What is written to the console, as records "console.text": one a line, numbered by themselves,
 * since they go to the report port alone. Bytes in, lines of the report out; what is too much is
 * dropped, and the next record says how much that was.
 */
#ifndef REPORT_CONSOLE_TEXT_H
#define REPORT_CONSOLE_TEXT_H

#include "report/record.h"

/* A line that is longer goes on in a further record. */
enum { CONSOLE_TEXT_LINE_MAX = 700 };
/* So many bytes a second, and as many at once: a boot writes less, a program that has lost itself
 * gets no further. */
enum { CONSOLE_TEXT_RATE_BYTES = 64 << 10 };

struct console_text {
	struct report *report;
	struct record *record;
	char line[CONSOLE_TEXT_LINE_MAX];
	size_t length;
	uint64_t left_bytes, filled_us; /* what may still be said, as of then */
	uint64_t dropped_bytes;         /* not told yet */
	uint64_t total_dropped_bytes;
};

/* report: with emit, now_us and boot set, and not used for anything else; record: scratch. */
void console_text_init(struct console_text *text, struct report *report, struct record *record);
void console_text_take(struct console_text *text, const char *bytes, size_t length);
/* Bytes that were lost elsewhere. */
void console_text_lose(struct console_text *text, uint64_t bytes);
/* A line without an end, as a prompt is. */
bool console_text_is_open(const struct console_text *text);
void console_text_flush(struct console_text *text);

#endif
