/* SPDX-License-Identifier: MIT */
/*
 * What of a log of the host is no request: marks on the axis.
 */
#include "reader/correlation_part.h"

#include "base/text.h"

#include <errno.h>
#include <stdlib.h>
#include <string.h>

static int add_mark(struct correlation_log *log, const struct host_line *line,
	enum reader_severity severity, const char *text)
{
	struct correlation_mark *mark;

	if (log->mark_count == CORRELATION_MARKS_MAX) {
		log->marks_left_out++;
		return 0;
	}
	mark = reallocarray(log->mark, log->mark_count + 1, sizeof(*mark));
	if (!mark)
		return -ENOMEM;
	log->mark = mark;
	mark += log->mark_count++;
	*mark = (struct correlation_mark){
		.at_us = line->stamp.us, .clock = host_clock_of(line), .severity = severity};
	(void)text_copy(mark->text, sizeof(mark->text), text);
	return 0;
}

int mark_fuse(
	struct correlation_log *log, const struct fuse_line *fuse, const struct host_line *line)
{
	switch (fuse->kind) {
	case FUSE_CONNECTED:
		return add_mark(log, line, READER_INFO, "QEMU has come to virtiofsd");
	case FUSE_QUEUE:
		return add_mark(log, line, READER_INFO, "the guest's driver starts a queue");
	case FUSE_END:
		return add_mark(log, line, READER_INFO, "QEMU has left virtiofsd");
	default:
		return add_mark(log, line, READER_WARNING, line->text);
	}
}

int mark_qemu(
	struct correlation_log *log, const struct qemu_trace *trace, const struct host_line *line)
{
	return add_mark(log, line, READER_INFO,
		trace->value    ? "the machine runs"
		: trace->is_end ? "the machine is switched off"
				: "the machine stands still");
}

int mark_line(struct correlation_log *log, const struct host_line *line)
{
	return add_mark(log, line, READER_INFO, line->text);
}
