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
#include "parse/call_histogram.h"
#include "parse/call_sample.h"
#include "source/calls.h"
#include "source/sysroot.h"

enum call_rates_step {
	CALL_RATES_IDLE = 0,
	CALL_RATES_COUNTING,
	CALL_RATES_LOOKING,
	CALL_RATES_RESTING
};

struct call_rates {
	const struct sysroot *proc; /* /proc itself; borrowed */
	struct facts *facts;        /* borrowed */
	struct calls_source source;
	enum call_rates_step step;
	bool is_hopeless; /* the kernel does not offer it */
	bool is_again;    /* not the first sample since something went on */
	uint64_t next_us, begun_us;
	struct call_tally tally;
	struct call_rates_fact draft;
	uint32_t looked_at;            /* which caller of the draft */
	uint64_t look_us, look_cpu_us; /* when that began, and its processor time by then */
	/* Of processes that were among the busiest, for as long as nothing goes on. */
	struct {
		struct call_sample calls;
		uint32_t samples;
		uint64_t sample_us, cpu_us;
	} seen[CALLERS_MAX];
};

/* Touches nothing yet. */
void call_rates_init(struct call_rates *rates, const struct sysroot *proc, struct facts *facts);
/* Begins a sample, which takes some 2 s, unless one is under way; the first is followed by another
 * one. A step may take some 100 ms in a slow machine. Where the kernel does not offer
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
