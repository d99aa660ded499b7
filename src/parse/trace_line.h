/* SPDX-License-Identifier: MIT */
/*
 * The lines of tracefs' trace file (Documentation/trace/ftrace.rst):
 *
 *           sh-1       [000] .....     4.123456: sys_exit: NR 1 = -5
 *           sh-1       [000] .....     4.123450: sys_enter: NR 1 (1, 55d0, 5, 0, 0, 0)
 *           sh-1       [000] .....     4.123440: path: (getname+0x0/0x20) name="/dev/console"
 */
#ifndef PARSE_TRACE_LINE_H
#define PARSE_TRACE_LINE_H

#include "parse/trace_call.h"

#include <stdbool.h>
#include <stdint.h>

enum trace_kind { TRACE_ENTER, TRACE_EXIT, TRACE_PATH };

struct trace_line {
	enum trace_kind kind;
	uint32_t pid;
	char comm[16];
	uint64_t at_us;
	/* TRACE_ENTER, TRACE_EXIT */
	uint32_t number;
	uint64_t argument[4]; /* TRACE_ENTER: the first ones */
	int64_t result;       /* TRACE_EXIT */
	/* TRACE_PATH */
	char path[112];
};

/* False for comments and for what is none of these. Uses the line up. */
bool trace_line_parse(char *line, struct trace_line *ret);

#endif
