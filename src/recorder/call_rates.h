/* SPDX-License-Identifier: MIT */
/*
 * What the processes call the kernel for while nothing goes on: counted in the kernel for a second,
 * then a short look at each of the busiest, which paths and which files it is about. It costs only
 * while a sample is taken. Nothing here waits; the steps of a sample are calls:
 *
 *	call_rates_begin(&rates, now);               nothing has gone on for a while
 *	poll(…, until call_rates_next_us(&rates));   the caller's own loop
 *	if (call_rates_go_on(&rates, now))           facts->call_rates is new
 *		…
 *	call_rates_close(&rates);                    something goes on again
 */
#ifndef RECORDER_CALL_RATES_H
#define RECORDER_CALL_RATES_H

#include "bootprobe/facts.h"
#include "source/calls.h"
#include "source/sysroot.h"

enum call_rates_step { CALL_RATES_IDLE = 0, CALL_RATES_COUNTING, CALL_RATES_LOOKING };

struct call_rates {
	const struct sysroot *proc; /* /proc itself; borrowed */
	struct facts *facts;        /* borrowed */
	struct calls_source source;
	enum call_rates_step step;
	uint64_t next_us, begun_us;
	uint32_t caller; /* that is looked at */
};

/* Touches nothing yet. */
void call_rates_init(struct call_rates *rates, const struct sysroot *proc, struct facts *facts);
/* Begins a sample, which takes some 2 s, unless one is under way. Where the kernel does not offer
 * what it takes, facts->call_rates.read says so and is published; call_rates_go_on() returns true
 * once for that as well, and there is nothing more to hope for. */
void call_rates_begin(struct call_rates *rates, uint64_t now_us);
/* When call_rates_go_on() wants to be called (CLOCK_MONOTONIC); UINT64_MAX: no sample is under way.
 */
uint64_t call_rates_next_us(const struct call_rates *rates);
/* Takes the next step if it is time for it. True: facts->call_rates was filled anew. */
bool call_rates_go_on(struct call_rates *rates, uint64_t now_us);
/* Something goes on: what was seen so far proves nothing any more. Leaves nothing behind in the
 * kernel. Of one that was never begun: what another process has left there. */
void call_rates_close(struct call_rates *rates);

#endif
