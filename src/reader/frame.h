/* SPDX-License-Identifier: MIT */
/*
 * What every line of a report begins and ends with (docs/report-format.md, "The frame"). Bytes in,
 * no allocation. The members in between are JSON, and none of this file's business.
 */
#ifndef READER_FRAME_H
#define READER_FRAME_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#define FRAME_MARKER "{\"bootprobe\":1,"
/* A line has at most 960 bytes, and four times as many where /dev/kmsg wrote each as \xHH. */
enum { FRAME_LINE_MAX = 4096, FRAME_BOOT_SIZE = 9, FRAME_TYPE_SIZE = 32 };

struct frame {
	char boot[FRAME_BOOT_SIZE];
	uint32_t seq;
	double t;
	char type[FRAME_TYPE_SIZE];
	uint32_t skip; /* so many lines before this one are quiet, and may not be there */
};

/* Reads the members up to "type". Returns how many it found before the first that is none: 4 (all),
 * 3 (no type), 2 (boot and seq), 1 (boot), 0. What was not found is zero. */
unsigned frame_parse(const char *line, size_t length, struct frame *ret);

/* Whether the CRC of a line, from its '{' to its '}', is right. */
bool frame_is_intact(const char *line, size_t length);

enum frame_state {
	FRAME_NONE,   /* no marker in these bytes */
	FRAME_OPEN,   /* the bytes end before the line does */
	FRAME_BROKEN, /* it has no end, or is too long */
	FRAME_WHOLE,  /* it has an end; its CRC has not been looked at */
};

/* Finds the next line of a report. *ret_start and *ret_length are its place: for FRAME_BROKEN what
 * there is up to the next marker, for FRAME_OPEN up to the end of the bytes. */
enum frame_state frame_find(
	const char *bytes, size_t length, size_t *ret_start, size_t *ret_length);

/* Undoes \xHH, which /dev/kmsg writes for a backslash and for what is not ASCII. In place; returns
 * the new length. */
size_t frame_unescape(char *line, size_t length);

/* Takes out what a terminal acts on and no record contains: escape sequences, carriage returns, all
 * other control characters. In place; returns the new length. */
size_t frame_clean(char *bytes, size_t length);

#endif
