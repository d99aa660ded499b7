/* SPDX-License-Identifier: MIT */
/*
 * The lines of tracefs' trace file (Documentation/trace/ftrace.rst):
 *
 *           sh-1       [000] .....     4.123456: sys_exit: NR 1 = -5
 *           sh-1       [000] .....     4.123450: sys_enter: NR 1 (1, 55d0, 5, 0, 0, 0)
 *           sh-1       [000] .....     4.123440: path: (getname+0x0/0x20) name="/dev/console"
 *
 * and those of events that src/source/trace.c has the kernel make of a call that fails, right
 * before it:
 *
 *           sh-85      [000] ...3.     4.123456: bootprobe_write: fd=1 writer=85
 *           sh-1       [000] ...2.     4.123456: bootprobe_path: name=/dev/console
 */
#ifndef PARSE_TRACE_LINE_H
#define PARSE_TRACE_LINE_H

#include "parse/trace_call.h"

#include <stdbool.h>
#include <stdint.h>

/* The kernel remembers no more of a string (MAX_FILTER_STR_VAL). */
enum { TRACE_PATH_SIZE = 256 };

enum trace_kind { TRACE_ENTER, TRACE_EXIT, TRACE_PATH };

struct trace_line {
	enum trace_kind kind;
	uint32_t pid;
	char comm[16];
	uint64_t at_us;
	uint32_t number;      /* TRACE_EXIT, and TRACE_ENTER of sys_enter */
	uint64_t argument[4]; /* TRACE_ENTER: the first ones; UINT64_MAX: not known */
	int64_t result;       /* TRACE_EXIT */
	/* TRACE_PATH */
	char path[TRACE_PATH_SIZE];
};

/* False for comments and for what is none of these. Uses the line up. */
bool trace_line_parse(char *line, struct trace_line *ret);

#endif
