/* SPDX-License-Identifier: MIT */
/*
 * The observer: a process that sees how far a boot gets behind stage 1, and what it waits for when
 * it does not get on. It is another one than that which traces PID 1: a look into /proc that the
 * kernel does not give back holds up nobody but the one who looks. Should it die, nothing else
 * changes.
 */
#ifndef RECORDER_OBSERVER_H
#define RECORDER_OBSERVER_H

#include "recorder/busy.h"
#include "recorder/call_rates.h"
#include "recorder/progress.h"
#include "recorder/waiting.h"

/* To the collector, where there is news in the facts. */
enum observer_word {
	OBSERVER_BEATS = 'b',   /* facts->heartbeat */
	OBSERVER_STALLED = 's', /* facts->stall, and again when it lasts */
	OBSERVER_COUNTED = 'c', /* facts->call_rates */
	OBSERVER_GOES_ON = 'g', /* facts->stall has ended */
};

struct observer {
	/* Whatever becomes of the root: /proc, /sys and the kernel log. */
	struct sysroot proc, sys;
	int kmsg_fd; /* -1: none */
	/* Of PID 1, once it is there: below a root that a server gives, no path is looked up while
	 * nothing goes on. */
	struct sysroot run;
	struct facts *facts;
	/* To the collector, which sends each word back when it has written it down: until then the
	 * facts stay as they are. It hangs up when the recording is over. */
	int collector_fd;
	uint64_t stall_us; /* nothing has gone on for so long: a stall */
	uint64_t end_us;   /* CLOCK_MONOTONIC */

	struct progress progress;
	struct busy *busy;
	struct stall_watch stall;
	struct call_rates rates;
	bool is_stage2;
	uint32_t words_out; /* that have not come back */
	uint64_t beat_us, last_beat_us, tick_us;
};

/* Runs until the collector hangs up or the time is over. Closes all descriptors but those that are
 * named above. */
void observer_run(struct observer *observer);

#endif
