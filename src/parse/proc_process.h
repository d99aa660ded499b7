/* SPDX-License-Identifier: MIT */
/*
 * What /proc/PID says of one process (proc(5)), file by file. Names of commands and files are what
 * the process chose.
 */
#ifndef PARSE_PROC_PROCESS_H
#define PARSE_PROC_PROCESS_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

struct proc_stat_line {
	uint32_t pid, parent;
	char comm[16];
	char state;
	uint64_t cpu_ticks; /* in user and in kernel mode, of all threads */
	uint64_t start_ticks;
};

/* "7 (sh) S 1 …" of stat. Uses the text up. */
bool proc_stat_line_parse(char *text, struct proc_stat_line *ret);

/* Bytes from and to storage, of io. Uses the text up. */
bool proc_io_parse(char *text, uint64_t *ret_read_bytes, uint64_t *ret_written_bytes);

struct proc_call {
	uint32_t number;
	uint64_t argument; /* the first one */
};

/* "0 0x3 0x7ffc… …" of syscall. False for "running", and for one that is in no call. */
bool proc_call_parse(const char *text, struct proc_call *ret);

/* The kernel functions of stack, innermost first, separated by blanks and without their offsets.
 * Uses the text up. */
void proc_stack_parse(char *text, char *ret_functions, size_t size);

/* The mount that a file lies on, of fdinfo/N. Uses the text up. */
bool proc_fdinfo_mount(char *text, uint32_t *ret_mount);

#endif
