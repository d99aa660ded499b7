/* SPDX-License-Identifier: MIT */
/*
 * The flight recorder: a process that stays with PID 1 (ptrace(2), its exit and its exec alone) and
 * is told of its end before the kernel panics. Should this process die, the kernel lets PID 1 go
 * on.
 */
#ifndef RECORDER_RECORDER_H
#define RECORDER_RECORDER_H

#include "bootprobe/facts.h"
#include "source/sources.h"
#include "source/trace.h"

enum recorder_word {
	RECORDER_GO_ON = 'g',      /* what was seen is written down: PID 1 may end */
	RECORDER_STEP_ASIDE = 's', /* stage 1 is about to change the root */
};

struct recorder {
	/* Below here is /proc, whatever becomes of the root. */
	struct sysroot proc;
	struct trace_source trace;
	pid_t tracing_pid; /* begins to trace; 0: it is over, one way or the other */
	struct facts *facts;
	/* To the collector: a byte where there is news. Back comes one of enum recorder_word. */
	int collector_fd;
	uint64_t end_us; /* CLOCK_MONOTONIC: PID 1 is let alone then */
	/* PID 1 has become systemd-shutdown, which stops all processes with SIGSTOP: it was let go.
	 */
	bool is_shutdown;
	/* PID 1 crashed and caught the signal; 0: it did not. */
	int crash_signal;
};

/* Runs until PID 1 ends, the machine is up or the time is over; facts->recorder says which. */
void recorder_run(struct recorder *recorder);

#endif
