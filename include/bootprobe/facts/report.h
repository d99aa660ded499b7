/* SPDX-License-Identifier: MIT */
/* What became of the probes and of the outputs. */
#ifndef BOOTPROBE_FACTS_REPORT_H
#define BOOTPROBE_FACTS_REPORT_H

#include "bootprobe/facts/fact.h"

enum probe_state {
	PROBE_NOT_RUN = 0,
	PROBE_RUNNING,
	PROBE_DONE,
	PROBE_FAILED,   /* run() returned an error */
	PROBE_TIMEOUT,  /* left behind at its deadline */
	PROBE_CRASHED,  /* died of a signal */
	PROBE_NO_CHILD, /* fork failed */
	PROBE_STATE_COUNT
};

struct probe_fact {
	char name[16];
	char subject[32]; /* the disk, for a per-disk probe */
	enum probe_state state;
	int32_t error;  /* negative errno of run() */
	int32_t signal; /* that killed it */
	uint64_t started_us, duration_us, budget_us;
	char wait_channel[48]; /* /proc/PID/wchan of one that was left behind */
	char process_state;    /* /proc/PID/stat: D, S, R */
	/* Why it ran without what the kernel could confine it by; 0: it did not. */
	int32_t unconfined;
};

/* What one output did so far. */
struct sink_fact {
	char name[16];
	char target[64]; /* the file, port or console */
	outcome_t state; /* of opening it, or of a write that failed; -ENOENT: not there */
	uint32_t delivered, dropped, waiting; /* records */
	uint64_t bytes;
	enum answer is_read; /* virtio: the host has the port open */
};

enum { SINKS_MAX = 5 };

#endif
