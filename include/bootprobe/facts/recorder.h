/* SPDX-License-Identifier: MIT */
/* What the flight recorder saw of PID 1. */
#ifndef BOOTPROBE_FACTS_RECORDER_H
#define BOOTPROBE_FACTS_RECORDER_H

#include "bootprobe/facts/console.h"

enum recorder_state {
	RECORDER_UNKNOWN = 0,
	RECORDER_NOT_WANTED,
	RECORDER_WATCHING,
	RECORDER_SAW_EXIT,
	RECORDER_SAW_FREEZE, /* PID 1 is there and does nothing any more */
	RECORDER_SAW_UP,
	RECORDER_TIME_OVER,
	RECORDER_SAW_SHUTDOWN, /* PID 1 has become the program that ends the machine */
	RECORDER_LOST          /* it ended before PID 1 did, and before the boot was through */
};

/* bootprobe.record=exit: whether PID 1 is watched, and by what. */
struct recorder_fact {
	struct fact_once once;
	enum recorder_state state;
	outcome_t seize; /* PTRACE_SEIZE of PID 1 */
	outcome_t trace; /* an instance of tracefs of our own */
	outcome_t paths; /* the kprobe that tells of path names */
	uint64_t ended_us;
};

/* One system call that failed, as tracefs told. */
struct failed_call_fact {
	uint32_t pid;
	char comm[16];
	uint64_t at_us;
	uint32_t number;
	char name[16];      /* "" where the number is not known by name */
	int32_t descriptor; /* -1: not known, or the call takes none */
	char path[112];     /* the last path that the call looked up, "" unknown */
	outcome_t error;
};

/* PID 1 at the moment when it ended, before the kernel panics of it; or as it stands still for
 * ever. */
struct pid1_exit_fact {
	struct fact_once once;
	uint64_t at_us;
	bool is_frozen;      /* as systemd does where others would end */
	int32_t wait_status; /* as waitpid(2) gives it; frozen: the signal that it was hit by, 0:
				none */
	char comm[16];
	char executable[96];
	char arguments[192];      /* separated by blanks, secrets hidden */
	char message[160];        /* its last complaint in the kernel log, "" none */
	uint64_t available_bytes; /* MemAvailable */
	/* Of PID 1 and of what it had started, oldest first. */
	FACT_LIST(failed_call_fact, 24) calls;
	FACT_LIST(pid1_descriptor_fact, 4) descriptors; /* as they were in the end */
};

#endif
