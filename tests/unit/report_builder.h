/* SPDX-License-Identifier: MIT */
/*
 * Lines of reports for the tests of what reads them.
 */
#ifndef TESTS_UNIT_REPORT_BUILDER_H
#define TESTS_UNIT_REPORT_BUILDER_H

#include "base/crc32.h"
#include "reader/reader.h"

#include <stdarg.h>
#include <stdio.h>
#include <string.h>

#define BOOT "5a1f09c3"
/* Type and members of what most reports begin with. */
#define BEGIN "\"begin\",\"version\":\"0.1.0\",\"verb\":\"start\""

/* Findings. */
#define PHANTOM                                                                                \
	"\"finding\",\"id\":\"console.phantom\",\"severity\":\"error\",\"subject\":\"ttyS0\"," \
	"\"summary\":\"s\",\"because\":[2],\"fix\":[{\"tool\":\"proxmox\",\"change\":\"qm\"}]"
#define LATE "\"finding\",\"id\":\"root.late\",\"severity\":\"warning\",\"summary\":\"s\""

/* A whole line without its newline: type and further members as text. Static memory, four lines. */
static inline const char *line_of(const char *boot, unsigned seq, const char *type_and_members)
{
	static char lines[4][2048];
	static unsigned turn;
	char *line = lines[turn++ % 4];
	int length = snprintf(line, 2000,
		"{\"bootprobe\":1,\"boot\":\"%s\",\"seq\":%u,\"t\":%u.%02u0000,\"type\":%s", boot,
		seq, seq / 100 + 1, seq % 100, type_and_members);

	(void)sprintf(line + length, ",\"crc\":\"%08x\"}", crc32_update(0, line, (size_t)length));
	return line;
}

static inline void feed(struct reader *reader, const char *text)
{
	ck_assert_int_eq(reader_feed(reader, text, strlen(text)), 0);
}

static inline void feed_line(struct reader *reader, unsigned seq, const char *type_and_members)
{
	feed(reader, line_of(BOOT, seq, type_and_members));
	feed(reader, "\n");
}

static inline struct reader *reader_start(void)
{
	struct reader *reader = reader_new(NULL);

	ck_assert_ptr_nonnull(reader);
	return reader;
}

/* The report; the reader is released. */
static inline struct reader_report *report_of(struct reader *reader, const char *id)
{
	struct reader_report *report = NULL;

	ck_assert_int_eq(reader_finish(reader), 0);
	ck_assert_int_eq(reader_report(reader, id, &report), 0);
	reader_free(reader);
	return report;
}

/* The report of these lines, numbered; NULL: that line is missing. */
static inline struct reader_report *read_lines(const char *const *lines, size_t count)
{
	struct reader *reader = reader_start();

	for (size_t i = 0; i < count; i++) {
		if (lines[i])
			feed_line(reader, (unsigned)i + 1, lines[i]);
	}
	return report_of(reader, NULL);
}
#define READ(...)                                      \
	read_lines((const char *const[]){__VA_ARGS__}, \
		sizeof((const char *const[]){__VA_ARGS__}) / sizeof(char *))

#endif
