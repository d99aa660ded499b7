/* SPDX-License-Identifier: MIT */
/* Processes that have much to do while nothing goes on. */
#ifndef TESTS_UNIT_LIVELOCK_CASE_H
#define TESTS_UNIT_LIVELOCK_CASE_H

#include "rule_case.h"

#include <sys/syscall.h>

#define LIVELOCK "boot.livelock"
#define MIB (UINT64_C(1) << 20)

/* Nothing has gone on for 30 s, and system calls were counted for the last of them. */
void stand_still(void);
void add_count(struct caller_fact *caller, uint32_t number, const char *name, uint64_t calls);
/* Two samples of 500 calls, in which it never waited and moved nothing. */
struct caller_fact *add_caller(
	uint32_t pid, const char *comm, uint32_t number, const char *name, uint64_t calls);
void add_path(struct caller_fact *caller, const char *path, uint32_t share);
struct call_file_fact *add_file(struct caller_fact *caller, int32_t descriptor, const char *name,
	uint32_t calls, uint64_t bytes, uint64_t fresh_bytes);
struct caller_fact *add_looper(void);
/* journald with a full /run: for each line that comes it tries to make its file. */
struct caller_fact *add_journald(void);
struct caller_fact *add_spinner(void);
void add_copier(void);
void add_computing(const char *comm);

#endif
